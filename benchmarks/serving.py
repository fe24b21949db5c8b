"""Start the suite as a user starts it, for benchmarks, screenshots and browser tests."""

from __future__ import annotations

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
READY = "warm after"


@contextmanager
def suite(**environment: str) -> Iterator[str]:
    """Run the suite on a free port of this machine and give its address.

    Parameters
    ----------
    **environment : str
        Settings of the suite, such as ``SUITE_AUDIT_MODE="full"``.

    Raises
    ------
    RuntimeError
        If the server stops before it is ready; the message holds what it printed.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "apps/server.py"]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SUITE_")}
    process = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=ROOT,
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait(process)
        address = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{address}/api/health", timeout=START_TIMEOUT_S):
            yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[str]) -> None:
    """Read what the server prints until it says that it is warm; keep reading afterwards."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        if process.stdout is not None:
            for line in process.stdout:
                lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    seen: list[str] = []
    while True:
        line = lines.get(timeout=START_TIMEOUT_S)
        seen.append(line)
        if READY in line:
            return
        if not line:
            raise RuntimeError("".join(seen))
