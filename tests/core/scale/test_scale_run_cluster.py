"""Work in parts on real Dask clusters, whose processes are killed."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import scale_makers as makers

from core.errors import InputError, SuiteError
from core.scale import Unit, Work, cluster, parts, run

pytest.importorskip("distributed", reason="requirements-server.txt is not installed")

ROOT = Path(__file__).resolve().parents[3]
DIGEST = "ab" * 32
WORKER_PATH = os.pathsep.join((str(ROOT), str(Path(makers.__file__).parent)))


def squares(make: Callable[..., Any] = makers.squares, *extra: Any) -> Work:
    units = (Unit(f"block-{first:03d}", (first, 5, *extra)) for first in range(0, 100, 5))
    return Work("making of squares", DIGEST, make, units, ".txt", 20)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != parts.LOCK}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("local")
    run(squares(), folder)
    return contents(folder)


@contextlib.contextmanager
def started(verb: str, *arguments: str, **environment: str) -> Iterator[int]:
    """Start a scheduler or a worker as the documentation says, and end it with its children."""
    command = [str(Path(sys.executable).parent / "dask"), verb, *arguments]
    with subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": WORKER_PATH, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield process.pid
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def scheduled(tmp_path: Path, **environment: str) -> Iterator[tuple[str, int]]:
    """Start a scheduler; yield its address and process."""
    file = tmp_path / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with started("scheduler", *options, "--scheduler-file", str(file), **environment) as pid:
        makers.until(lambda: file.exists() and file.read_text().endswith("}"))
        yield json.loads(file.read_text())["address"], pid


def worker(address: str, **environment: str) -> contextlib.AbstractContextManager[int]:
    options = ("--nthreads", "1", "--no-dashboard", "--no-nanny")
    return started("worker", address, *options, **environment)


@contextlib.contextmanager
def running(work: Work, folder: Path, address: str) -> Iterator[concurrent.futures.Future[Any]]:
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        yield thread.submit(run, work, folder, scheduler=address)


def test_a_cluster_makes_the_same_bytes_in_the_same_order(tmp_path, local, scheduler):
    told: list[tuple[int, int | None]] = []
    found = run(squares(), tmp_path, scheduler=scheduler, on_progress=lambda *at: told.append(at))
    assert contents(tmp_path) == local
    assert found == run(squares(), tmp_path)
    assert told == [(done, 20) for done in range(1, 21)]


def test_a_worker_killed_in_mid_run_loses_nothing(tmp_path, local, scheduler):
    marks, folder = tmp_path / "marks", tmp_path / "parts"
    marks.mkdir()
    with running(squares(makers.waits, marks), folder, scheduler) as result:
        makers.until(lambda: any(marks.iterdir()))
        (first,) = marks.iterdir()
        os.kill(int(first.stem), signal.SIGKILL)
        makers.until(lambda: len(list(marks.iterdir())) > 1)  # the part is made elsewhere
        (marks / "go").touch()
        found = result.result(makers.DEADLINE)
    assert [part.key for part in found] == [unit.key for unit in squares().units]
    assert contents(folder) == local


def test_an_error_on_a_cluster_names_the_part_or_passes_through(tmp_path, scheduler):
    for kind, error, text in (
        ("input", InputError, "Give 1 to 120"),
        ("other", SuiteError, "Part only of the making of one failed: ValueError: no number"),
    ):
        work = Work("making of one", DIGEST, makers.refuses, [Unit("only", (kind,))], ".txt")
        with pytest.raises(error, match=text):
            run(work, tmp_path, scheduler=scheduler)
    assert set(contents(tmp_path)) == {"work.json"}


def test_a_lost_scheduler_is_a_sentence_and_the_rest_is_made_here(tmp_path, local):
    marks, folder = tmp_path / "marks", tmp_path / "parts"
    marks.mkdir()
    with scheduled(tmp_path) as (address, pid), worker(address):
        with running(squares(makers.waits, marks), folder, address) as result:
            makers.until(lambda: any(marks.iterdir()))
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(SuiteError, match=f"The scheduler at {address} was lost"):
                result.result(makers.DEADLINE)
        left = contents(folder)
        assert {name: local[name] for name in left} == left
        assert len(left) >= 5, "two parts with their receipts, and the claim"
        run(squares(), folder)
    assert contents(folder) == local


def test_a_scheduler_lost_while_no_job_is_out_is_the_same_sentence(tmp_path):
    """Parts that are there already are read for a while, and nobody watches the connection."""
    with scheduled(tmp_path) as (address, pid), worker(address), cluster.Cluster(address) as hands:
        hands._client._timeout = 0.5  # of the client's own attempts to connect again
        os.kill(pid, signal.SIGKILL)
        makers.until(lambda: hands._client.status == "closed")
        with pytest.raises(SuiteError, match=f"The scheduler at {address} was lost"):
            hands.start("Part a of the work", len, "abc")


def test_workers_with_other_models_are_refused_early_and_late(tmp_path):
    marks, models = tmp_path / "marks", tmp_path / "no-models"
    marks.mkdir()
    models.mkdir()
    other = {"SUITE_MODELS_ROOT": str(models)}
    wrong = r"model cardiosense/1 is absent there and [0-9a-f]{12} here"
    with scheduled(tmp_path) as (address, _), worker(address):
        work = squares(makers.waits, marks)
        with running(work, tmp_path / "late", address) as result:
            makers.until(lambda: any(marks.iterdir()))
            with worker(address, **other):  # joins while the first one is busy
                with pytest.raises(SuiteError, match=wrong):
                    result.result(makers.DEADLINE)
                with pytest.raises(SuiteError, match=rf"The worker tcp://\S+ would .*{wrong}"):
                    run(squares(), tmp_path / "early", scheduler=address)
        (marks / "go").touch()
    assert set(contents(tmp_path / "early")) == {"work.json"}


def test_a_scheduler_and_a_worker_that_cannot_load_the_suite(tmp_path):
    unknown = {"PYTHONPATH": str(tmp_path)}
    (tmp_path / "a").mkdir()
    text = r"The scheduler at \S+ cannot load the suite"
    with (
        scheduled(tmp_path / "a", **unknown) as (address, _),
        pytest.raises(SuiteError, match=text),
    ):
        run(squares(), tmp_path / "parts", scheduler=address)
    text = r"The worker \S+ cannot load the suite .*PYTHONPATH"
    with (
        scheduled(tmp_path) as (address, _),
        worker(address, **unknown),
        pytest.raises(SuiteError, match=text),
    ):
        run(squares(), tmp_path / "parts", scheduler=address)


def test_a_scheduler_without_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2)
    text = r"has no worker\. Start one from the suite's folder"
    with scheduled(tmp_path) as (address, _), pytest.raises(SuiteError, match=text):
        run(squares(), tmp_path / "parts", scheduler=address)


def test_nobody_answers(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with socket.socket() as bound:  # taken, and nobody listens
        bound.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(SuiteError, match=f"The scheduler at {address} cannot be reached"):
            run(squares(), tmp_path, scheduler=address)


def test_tls_without_certificates_is_a_sentence(tmp_path):
    with pytest.raises(SuiteError, match="cannot be reached"):
        run(squares(), tmp_path, scheduler="tls://127.0.0.1:8786")


@pytest.mark.parametrize(
    "address",
    ["", "127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://host", "tcp://u:p@h:1", "tcp://h:1\n"],
)
def test_what_is_no_address(tmp_path, address):
    with pytest.raises(InputError, match=r"Write tcp://host:8786"):
        run(squares(), tmp_path, scheduler=address)


def test_without_dask_the_command_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SuiteError, match=r"pip install -r requirements-server\.txt"):
        run(squares(), tmp_path, scheduler="tcp://127.0.0.1:8786")
