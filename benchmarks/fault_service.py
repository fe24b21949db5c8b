"""Faults of the running service: killed while it answers, full disk, clock, altered models."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
from fastapi.testclient import TestClient

from benchmarks.fault_lib import (
    DEADLINE_S,
    ROOT,
    Outcome,
    children,
    environment,
    fill,
    is_sentence,
    killed,
    python,
    read_only,
    small_disk,
    wait_for,
)
from benchmarks.serving import Server, free_port

PATIENT = {
    "age": 63, "sex": 1, "cp": 4, "trestbps": 150, "chol": 260, "fbs": 0, "restecg": 2,
    "thalach": 120,
}  # fmt: skip
SCORE = "/v1/cardiosense/score"
HOST = ("127.0.0.1", "localhost", "testserver")


@contextlib.contextmanager
def service(**settings: str) -> Iterator[tuple[Server, subprocess.Popen[bytes]]]:
    """Run the API alone, without warm-up, in a process that may be killed."""
    port = free_port()
    command = [
        "uvicorn",
        "apps.api:api",
        "--port",
        str(port),
        "--no-access-log",
        "--lifespan",
        "off",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: process.poll() is not None or _answers(f"{address}/health"), "no start")
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with {process.returncode} instead of starting")
        yield Server(address, port, process.pid), process
    finally:
        process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def kill_auditing(folder: Path, times: int, answers: int) -> Outcome:
    """Kill the service while it answers four callers and takes in an upload; start it again."""
    from core.audit.log import AuditLog

    found = Outcome(
        "kill -9 of the service while it answers with auditing on, and while an upload runs",
        "started again on its log it answers, and every answer a caller ever got is in the chain",
    )
    url = f"sqlite:///{folder / 'audit.sqlite'}"
    auditing = {"SUITE_AUDIT_MODE": "full", "SUITE_AUDIT_URL": url}
    given: list[str] = []
    for seed in range(times):
        with service(**auditing) as (server, process):
            upload = _half_an_upload(server)
            most = len(given) + answers + random.Random(seed).randrange(answers)
            callers = [
                threading.Thread(target=_call, args=(server.address, given)) for _ in range(4)
            ]
            for caller in callers:
                caller.start()
            _wait_for_answers(given, most)
            os.kill(process.pid, signal.SIGKILL)
            for caller in callers:
                caller.join()
            upload.close()
        found.tries += 1
        with service(**auditing) as (server, _):  # first, so that it mends what the kill left
            given.append(_answers_again(found, server))
        with contextlib.closing(AuditLog(url)) as log:
            verified = log.verify()
            found.require(verified.ok, f"the chain does not stand: {verified.reason}")
            kept = {entry.request_id for entry in log.entries()}
            events = {entry.event for entry in log.entries()}
        found.require(set(given) <= kept, f"answers without an entry: {sorted(set(given) - kept)}")
        found.require("batch" not in events, "half an upload is on record")
    found.notes["answers"] = len(given)
    return found


def _answers_again(found: Outcome, server: Server) -> str:
    """Hold a service to answering and to verifying its log; returns the id of its answer."""
    with httpx.Client(base_url=server.address, timeout=DEADLINE_S) as client:
        answer = client.post(SCORE, json=PATIENT)
        found.require(answer.status_code == 200, f"no answer after the start: {answer.text[:300]}")
        verified = client.get("/v1/audit/verify").json()
        found.require(verified.get("ok"), f"it does not verify its log: {verified}")
    return answer.headers["X-Request-ID"]


def _wait_for_answers(given: list[str], most: int) -> None:
    wait_for(lambda: len(given) >= most, "too few answers")


def _call(address: str, given: list[str]) -> None:
    """Ask until the service is gone; note the ids of the answers that arrived."""
    with httpx.Client(base_url=address, timeout=DEADLINE_S) as client:
        while True:
            request_id = uuid.uuid4().hex
            try:
                answer = client.post(SCORE, json=PATIENT, headers={"X-Request-ID": request_id})
            except httpx.HTTPError:
                return
            if answer.status_code == 200 and "p" in answer.json():
                given.append(request_id)


def _half_an_upload(server: Server) -> socket.socket:
    upload = socket.create_connection(("127.0.0.1", server.port))
    upload.sendall(
        b"POST /v1/cardiosense/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
        b"Content-Length: 100000\r\n\r\nage,sex,cp\n63,1,"
    )
    return upload


def client_of(**settings: Any) -> TestClient:
    """Return the API in this process, with settings of its own."""
    from apps.api import create_api
    from core.runtime.settings import Settings

    app = create_api(Settings(allowed_hosts=HOST, **settings))
    return TestClient(app, raise_server_exceptions=False)


def full_audit_disk(folder: Path) -> Outcome:
    """Fill the disk of the audit log between two answers, then make room again."""
    from core.audit.log import AuditLog

    found = Outcome(
        "a full disk under the audit log",
        "no answer is given without its entry; with room again the same service goes on",
    )
    with small_disk(folder / "disk", 1) as disk:
        url = f"sqlite:///{disk / 'audit.sqlite'}"
        client = client_of(audit_mode="full", audit_url=url)
        first = client.post(SCORE, json=PATIENT)
        found.require(first.status_code == 200, f"no answer at first: {first.text}")
        filler = fill(disk)
        refused = [client.post(SCORE, json=PATIENT) for _ in range(40)]
        while refused and refused[0].status_code == 200:  # what was left in the last blocks
            refused.pop(0)
        found.require(refused, "the disk was not full")
        for answer in refused:
            _withheld(found, answer)
        filler.unlink()
        again = client.post(SCORE, json=PATIENT)
        found.require(again.status_code == 200, f"no answer with room again: {again.text}")
        _same_as_log(found, AuditLog(url), [again.headers["X-Request-ID"]])
    found.tries = 1
    return found


def read_only_audit(folder: Path) -> Outcome:
    """Turn the disk of the audit log read-only between two answers."""
    from core.audit.log import AuditLog

    found = Outcome(
        "a read-only disk under the audit log",
        "no answer is given without its entry; what was logged can be read and verified",
    )
    disk = folder / "fixed"
    disk.mkdir()
    url = f"sqlite:///{disk / 'audit.sqlite'}"
    first = client_of(audit_mode="full", audit_url=url).post(SCORE, json=PATIENT)
    found.require(first.status_code == 200, f"no answer at first: {first.text}")
    with read_only(disk):
        client = client_of(audit_mode="full", audit_url=url)
        _withheld(found, client.post(SCORE, json=PATIENT))
        ready = client.get("/ready")
        found.require(ready.status_code == 503, f"it calls itself ready: {ready.text}")
        off = client_of(audit_mode="off", audit_url=url).post(SCORE, json=PATIENT)
        found.require(off.status_code == 200, f"no answer with auditing off: {off.text}")
    _same_as_log(found, AuditLog(url), [first.headers["X-Request-ID"]])
    found.tries = 1
    return found


def _withheld(found: Outcome, answer: Any) -> None:
    found.require(answer.status_code in {500, 503}, f"status {answer.status_code}: {answer.text}")
    body = answer.json()
    found.require("p" not in body, "an estimate was given without its entry")
    found.require(is_sentence(body["error"]["message"]), f"no sentence: {body}")


def _same_as_log(found: Outcome, log: Any, ids: list[str]) -> None:
    with contextlib.closing(log):
        verified = log.verify()
        found.require(verified.ok, f"the chain does not stand: {verified.reason}")
        kept = {entry.request_id for entry in log.entries()}
    found.require(set(ids) <= kept, "an answer without an entry")


def clock_jumps(folder: Path) -> Outcome:
    """Let the clock go back a year and forward fifty while the service answers."""
    from core.audit.log import AuditLog
    from core.breast_cancer import DriftTimeline, example_batch

    found = Outcome(
        "a clock that goes back a year, then forward fifty",
        "every answer is given and logged in order; the chain stands; limits of rate and time hold",
    )
    url = f"sqlite:///{folder / 'clock.sqlite'}"
    client = client_of(audit_mode="full", audit_url=url, rate_per_minute=600)
    streams = DriftTimeline(f"sqlite:///{folder / 'drift.sqlite'}")
    now, ids = datetime.datetime.now(datetime.UTC), []
    for days in (0, -365, 50 * 365, -365, 0):
        shift = datetime.timedelta(days=days)
        at = (now + shift).isoformat()
        real = __import__("time").time
        with (
            mock.patch("apps.api.trail.now", lambda at=at: at),
            mock.patch("time.time", lambda s=shift, t=real: t() + s.total_seconds()),
        ):
            for _ in range(3):
                answer = client.post(SCORE, json=PATIENT)
                found.require(answer.status_code == 200, f"{days} days: {answer.text}")
                ids.append(answer.headers["X-Request-ID"])
            streams.append("ward", example_batch("clean")[:20], at=at)
        found.tries += 1
    _same_as_log(found, AuditLog(url), ids)
    found.require(streams.monitor("ward").n == 100, "rows of the stream were lost")
    streams.close()
    return found


APPEND = """
import itertools, sys
from core.breast_cancer import DriftTimeline, example_batch
timeline = DriftTimeline(sys.argv[1])
rows = example_batch("clean")
for i in itertools.count():
    start = timeline.append("ward", rows[i % 50 : i % 50 + 2], at="2024-01-01T00:00:00+00:00")
    print(start, flush=True)
"""


def kill_drift(folder: Path, times: int) -> Outcome:
    """Kill a process that adds rows to a drift timeline."""
    from core.breast_cancer import DriftTimeline

    found = Outcome(
        "kill -9 of a process that adds rows to a drift timeline",
        "every block that was acknowledged is there, none is half there, the stream goes on",
    )
    url = f"sqlite:///{folder / 'timeline.sqlite'}"
    for seed in range(times):
        process = python("-c", APPEND, url)
        told = [_line(process) for _ in range(random.Random(seed).randrange(3, 30))]
        killed(process)
        found.tries += 1
        with contextlib.closing(DriftTimeline(url)) as timeline:
            n = timeline.monitor("ward").n
        found.require(n >= told[-1] + 2, f"{told[-1] + 2} rows were acknowledged, {n} are there")
        found.require(n % 2 == 0, "half a block is there")
    found.notes["rows"] = n
    return found


def _line(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    text = process.stdout.readline()
    if not text:
        raise RuntimeError(process.stderr.read() if process.stderr else "")
    return int(text)


def kill_job(times: int) -> Outcome:
    """Kill the worker process of a heavy job while it works."""
    from core import cardiosense
    from core.cardiosense import diagnostic_presets
    from core.errors import SuiteError
    from core.runtime.jobs import JobPool

    found = Outcome(
        "kill -9 of a job's worker process during LIME",
        "the caller is told in a sentence; the next job gets its answer",
    )
    patient = dict(diagnostic_presets()[0].values)
    pool = JobPool(1)
    before = set(children(os.getpid()))
    for _ in range(times):
        killer = threading.Thread(target=kill_new_child, args=(before,))
        killer.start()
        try:
            pool.run(cardiosense.explain, patient, timeout=DEADLINE_S)
            found.lost.append("a result came out of a killed process")
        except SuiteError as error:
            found.require(is_sentence(error.message), f"no sentence: {error.message}")
        killer.join()
        found.tries += 1
    after = pool.run(cardiosense.explain, patient, timeout=DEADLINE_S)
    found.require(0 < after.champion.p < 1, "the next job has no answer")
    pool.shutdown()
    return found


def kill_new_child(before: set[int]) -> None:
    """Wait for a worker that is not among those known, and kill it."""

    def workers() -> list[int]:
        return [pid for pid in children(os.getpid()) if pid not in before and _is_worker(pid)]

    wait_for(workers, "no worker was started")
    os.kill(workers()[-1], signal.SIGKILL)


def _is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copyfile(source, target)


def copied_models(folder: Path, system: str, fault: str) -> Path:
    """Return a copy of the models with a fault in one system's folder.

    Parameters
    ----------
    folder : Path
        Where the copy goes.
    system : str
        Whose folder is spoiled.
    fault : {"flip", "missing", "empty", "manifest", "added", "folder"}
        One bit of a file flipped; a file missing; a file empty; the manifest edited; a file added
        that the manifest does not list; no folder at all.
    """
    root = folder / f"models-{system}-{fault}"
    shutil.copytree(ROOT / "models", root, copy_function=_linked)
    place = root / system / "1"
    listed = sorted(json.loads((place / "manifest.json").read_text(encoding="utf-8"))["files"])
    target = place / listed[len(listed) // 2]
    if fault == "folder":
        shutil.rmtree(place)
    elif fault == "added":
        (place / "added.bin").write_bytes(b"added")
    elif fault == "missing":
        target.unlink()
    else:
        spoiled = place / "manifest.json" if fault == "manifest" else target
        content = bytearray(spoiled.read_bytes())
        spoiled.unlink()  # the name only: the bytes are those of the suite's own file
        content[len(content) // 2] ^= 1
        spoiled.write_bytes(b"" if fault == "empty" else bytes(content))
    return root
