"""The service as a real process, with everything it prints kept."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.serving import ROOT, free_port

START_S = 300.0
STOP_S = 30
"""What a stop may take: 20 s for requests under way and 10 s for threads."""
KEYS = {role: f"{role}-key-of-this-test" for role in ("read", "score", "admin")}


@dataclasses.dataclass
class Service:
    """A running service."""

    kind: str
    port: int
    process: subprocess.Popen[bytes]
    printed: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def prefix(self) -> str:
        return "/api" if self.kind == "suite" else ""

    @property
    def output(self) -> str:
        return self.printed.read_text(encoding="utf-8")

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        role: str = "admin",
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request to the API over a connection of its own."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        sent |= {"Authorization": f"Bearer {KEYS[role]}"} if role else {}
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_S)
        ) as connection:
            connection.request(method, self.prefix + path, body, sent)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def json(self, path: str) -> Any:
        return json.loads(self.send("GET", path)[2])


@contextmanager
def serving(folder: Path, **each: dict[str, str]) -> Iterator[list[Service]]:
    """Start services by kind with their settings and keys for all roles; end them after use."""
    with contextlib.ExitStack() as stack:
        services = [stack.enter_context(_started(kind, folder, each[kind])) for kind in each]
        for service in services:
            until(lambda: lives(service))  # noqa: B023
        yield services


@contextmanager
def _started(kind: str, folder: Path, settings: dict[str, str]) -> Iterator[Service]:
    port, printed = free_port(), folder / f"{kind}.log"
    command = {
        "suite": ["streamlit", "run", "apps/server.py", "--server.port", str(port)],
        "alone": ["uvicorn", "apps.api:api", "--port", str(port)],
    }[kind]
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SUITE_")}
    keys = ",".join(f"{role}:{key}" for role, key in KEYS.items())
    with printed.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**kept, "SUITE_API_KEYS": keys, **settings},
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Service(kind, port, process, printed)
    finally:
        process.kill()
        process.wait()


def lives(service: Service) -> bool:
    """Whether a service answers; an error if it ended."""
    assert service.process.poll() is None, service.output
    try:
        return service.send("GET", "/health", role="")[0] == 200
    except OSError:
        return False


def gone(process: psutil.Process) -> bool:
    """Whether a process has ended, be it that nobody has asked how."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(held: Callable[[], bool], seconds: float = START_S) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not held():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
