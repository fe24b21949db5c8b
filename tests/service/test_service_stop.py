"""How a process ends: its workers with it, and never kept alive by a thread nobody waits for."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from benchmarks.serving import ROOT, free_port
from tests.service.processes import START_S, STOP_S, gone, until

SERVER = """
import os, sys, threading, types
# The models have no part in this, and reading them takes seconds.
sys.modules["apps.warm"] = types.SimpleNamespace(warm=lambda: None)
import apps
apps.warm = sys.modules["apps.warm"]
from contextlib import asynccontextmanager
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from apps import running
from core.runtime import jobs

running.THREAD_SECONDS = float(sys.argv[2])

def job(request):
    return PlainTextResponse(str(jobs.run(os.getpid, timeout=300)))

def hang(request):
    threading.Thread(target=threading.Event().wait).start()
    return PlainTextResponse("")

@asynccontextmanager
async def lifespan(app):
    async with running.running():
        yield

app = Starlette(routes=[Route("/job", job), Route("/hang", hang)], lifespan=lifespan)
if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]))
"""


@contextmanager
def server(patience: float) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(port), str(patience)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "."},
    )
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def ask(port: int, path: str) -> str | None:
    """Return an answer's text; none while nobody listens."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=START_S)) as one:
        try:
            one.request("GET", path)
        except ConnectionError:
            return None
        return one.getresponse().read().decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_the_process(number: signal.Signals) -> None:
    with server(START_S) as (process, port):
        until(lambda: ask(port, "/job") is not None)
        worker = psutil.Process(int(ask(port, "/job") or 0))
        assert worker.ppid() == process.pid
        process.send_signal(number)
        assert process.wait(timeout=STOP_S) == 0
        until(lambda: gone(worker))


def test_a_thread_nobody_waits_for_does_not_keep_the_process() -> None:
    with server(0.5) as (process, port):
        until(lambda: ask(port, "/hang") is not None)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=STOP_S) == 1
