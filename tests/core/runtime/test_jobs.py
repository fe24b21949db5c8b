from __future__ import annotations

import math
import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import SuiteError
from core.fields import FieldSpec
from core.runtime.jobs import THREAD_VARIABLES, JobPool

ROOT = Path(__file__).resolve().parents[3]
START = 60.0
"""Seconds that cover the start of a worker on a busy machine."""


@pytest.fixture(scope="module")
def pool() -> Iterator[JobPool]:
    shared = JobPool(1)
    yield shared
    shared.shutdown()


def test_a_job_runs_in_another_process_and_the_worker_is_kept(pool: JobPool):
    first = pool.run(os.getpid, timeout=START)
    assert first != os.getpid()
    assert pool.run(os.getpid, timeout=START) == first


def test_nothing_is_started_before_the_first_job():
    idle = JobPool(3)
    assert all(worker._executor is None for worker in idle._workers)
    idle.shutdown()


def test_workers_use_one_thread(pool: JobPool):
    for name in THREAD_VARIABLES:
        assert pool.run(os.getenv, name, timeout=START) == "1"


def test_the_jobs_own_error_comes_back(pool: JobPool):
    with pytest.raises(ZeroDivisionError):
        pool.run(operator.truediv, 1, 0, timeout=START)
    with pytest.raises(SuiteError, match="spoken"):
        pool.run(_suite_error, "spoken", timeout=START)
    with pytest.raises(TimeoutError, match="its own"):
        pool.run(_timeout_error, "its own", timeout=START)


def test_an_overrun_is_a_sentence_and_the_next_job_works(pool: JobPool):
    before = pool.run(os.getpid, timeout=START)
    with pytest.raises(SuiteError, match=r"longer than 0\.2 s and was stopped"):
        pool.run(time.sleep, 600, timeout=0.2)
    assert pool.run(os.getpid, timeout=START) != before


def test_a_dying_worker_is_a_sentence_and_the_next_job_works(pool: JobPool):
    with pytest.raises(SuiteError, match="ended its worker process"):
        pool.run(os._exit, 3, timeout=START)
    assert pool.run(math.factorial, 5, timeout=START) == 120


def test_a_worker_that_died_while_idle_is_replaced_unseen(pool: JobPool):
    victim = pool.run(os.getpid, timeout=START)
    os.kill(victim, signal.SIGKILL)
    manager = pool._workers[0]._executor._executor_manager_thread
    manager.join(START)  # the executor has then noticed
    assert pool.run(os.getpid, timeout=START) not in (victim, os.getpid())


def test_results_and_arguments_of_the_suite_travel(pool: JobPool):
    spec = FieldSpec("age", "Age", "Age.", "source", low=1, high=120)
    assert pool.run(FieldSpec.check, spec, 63.0, timeout=START) == (63.0, ())


def test_threads_share_the_pool(pool: JobPool):
    with ThreadPoolExecutor(8) as threads:
        jobs = [threads.submit(pool.run, math.factorial, n, timeout=START) for n in range(24)]
        assert [job.result() for job in jobs] == [math.factorial(n) for n in range(24)]


def test_a_busy_pool_says_so_and_leaves_the_running_job_alone(pool: JobPool):
    pool.run(os.getpid, timeout=START)
    with ThreadPoolExecutor(1) as threads:
        worker = pool._idle.get()  # as a running job would hold it
        running = threads.submit(worker.run, operator.add, (1, 2), START)
        with pytest.raises(SuiteError, match=r"busy for 0\.05 s"):
            pool.run(os.getpid, timeout=0.05)
        assert running.result() == 3
        pool._idle.put(worker)


def test_after_a_shutdown_a_job_starts_a_new_worker():
    own = JobPool(1)
    first = own.run(os.getpid, timeout=START)
    own.shutdown()
    assert own.run(os.getpid, timeout=START) != first
    own.shutdown()


SCRIPT = """
import os, sys
sys.path.insert(0, {root!r})
with open({trace!r}, "a") as trace:
    trace.write(f"{{os.getpid()}} {{__name__}}\\n")
from core.runtime.jobs import run
pid = run(os.getpid, timeout=60)
assert pid != os.getpid()
"""


def test_a_streamlit_script_is_not_run_again_in_the_worker(tmp_path: Path):
    trace = tmp_path / "trace.txt"
    script = tmp_path / "page.py"
    script.write_text(
        SCRIPT.format(root=str(ROOT), trace=str(trace))
        + "import streamlit as st\nst.write(f'worker {pid}')\n"
    )
    app = AppTest.from_file(str(script), default_timeout=START).run()
    assert not app.exception
    assert app.markdown[0].value.startswith("worker ")
    assert trace.read_text() == f"{os.getpid()} __main__\n"


def test_a_plain_script_is_not_run_again_and_ends_cleanly(tmp_path: Path):
    trace = tmp_path / "trace.txt"
    script = tmp_path / "entry.py"
    script.write_text(SCRIPT.format(root=str(ROOT), trace=str(trace)))
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(trace.read_text().splitlines()) == 1


def test_a_worker_does_not_outlive_a_killed_parent(tmp_path: Path):
    script = tmp_path / "entry.py"
    kill = "import signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    script.write_text(SCRIPT.format(root=str(ROOT), trace=str(tmp_path / "trace.txt")) + kill)
    # The worker holds the parent's standard output: this returns once it has ended too.
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL


def _suite_error(text: str) -> None:
    raise SuiteError(text)


def _timeout_error(text: str) -> None:
    raise TimeoutError(text)
