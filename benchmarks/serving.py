"""Start the suite as a user starts it, for benchmarks, screenshots and browser tests."""

from __future__ import annotations

import dataclasses
import os
import queue
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 120


@dataclasses.dataclass(frozen=True, slots=True)
class Server:
    """A server on this machine that has warmed up."""

    address: str
    port: int
    pid: int


@contextmanager
def suite(**settings: str) -> Iterator[Server]:
    """Run pages and API in one process, with settings such as ``SUITE_AUDIT_MODE="full"``."""
    port = free_port()
    command = ["streamlit", "run", "apps/server.py", "--server.port", str(port)]
    with _running(command, port, "/api/health", "warm after", settings) as server:
        yield server


@contextmanager
def api(**settings: str) -> Iterator[Server]:
    """Run the API alone."""
    port = free_port()
    command = ["uvicorn", "apps.api:api", "--port", str(port), "--no-access-log"]
    with _running(command, port, "/health", "Uvicorn running on", settings) as server:
        yield server


@contextmanager
def _running(
    command: list[str], port: int, health: str, ready: str, settings: dict[str, str]
) -> Iterator[Server]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SUITE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**inherited, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    reader, lines = _follow(process)
    try:
        _wait(lines, ready)
        address = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{address}{health}", timeout=START_TIMEOUT_S):
            yield Server(address, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_TIMEOUT_S)
        finally:
            process.kill()
            process.wait()
            reader.join()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _follow(process: subprocess.Popen[str]) -> tuple[threading.Thread, queue.Queue[str]]:
    """Read what the server prints as long as it runs; an empty line marks the end."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        if process.stdout is not None:
            with process.stdout as printed:
                for line in printed:
                    lines.put(line)
        lines.put("")

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return reader, lines


def _wait(lines: queue.Queue[str], ready: str) -> None:
    seen: list[str] = []
    while True:
        line = lines.get(timeout=START_TIMEOUT_S)
        seen.append(line)
        if ready in line:
            return
        if not line:
            raise RuntimeError("".join(seen))
