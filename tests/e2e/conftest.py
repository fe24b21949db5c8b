"""A running suite and a real browser that reports every request it makes."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apps.registry import ROOT

CHROMIUM = Path("/usr/bin/chromium")
START_TIMEOUT_S = 120
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

if not CHROMIUM.exists():
    pytest.skip("Chromium is not installed at /usr/bin/chromium", allow_module_level=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: subprocess.Popen[str], text: str) -> None:
    """Read the server's output until a line holds the text; fail with all of it otherwise."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    seen: list[str] = []
    while True:
        line = lines.get(timeout=START_TIMEOUT_S)
        seen.append(line)
        if text in line:
            return
        if line == "":
            pytest.fail("the server stopped:\n" + "".join(seen))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a suite started as a user starts it."""
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "apps/server.py"]
    environment = {key: value for key, value in os.environ.items() if key != "SUITE_AUDIT_MODE"}
    process = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait_for(process, "http://127.0.0.1")
        address = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{address}/api/health", timeout=START_TIMEOUT_S) as answer:
            assert answer.status == 200
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=BROWSER_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def tab(browser, request):
    """A page of its own; the test fails if it asked any other machine for anything."""
    options = getattr(request, "param", {})
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(30_000)
    opened = context.new_page()
    foreign: list[str] = []

    def note(sent) -> None:
        parts = urlsplit(sent.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOOPBACK:
            foreign.append(sent.url)

    opened.on("request", note)
    opened.on("websocket", note)
    yield opened
    context.close()
    assert foreign == []
