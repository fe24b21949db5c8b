"""A running suite and a real browser that reports every request it makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks.serving import suite

CHROMIUM = Path("/usr/bin/chromium")
MISSED = re.compile(r"/[a-z-]+/_stcore/(health|host-config)")
WAIT_MS = 180_000
"""How long a browser waits for what should come. Only a failure takes so long, on a busy machine
too."""
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


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a suite started as a user starts it."""
    with suite() as running:
        yield running.address


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT_MS)

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=BROWSER_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def tab(browser, request):
    """A page of its own; the test fails if it went wrong unseen or asked any other machine."""
    options = getattr(request, "param", {})
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
    context.set_default_timeout(WAIT_MS)
    foreign: list[str] = []
    said: list[str] = []

    def note(sent) -> None:
        parts = urlsplit(sent.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOOPBACK:
            foreign.append(sent.url)

    def hear(message) -> None:
        if against_a_policy(message.text):
            said.append(message.text)
        elif message.type == "error" and not streamlit_s_own(message):
            said.append(f"{message.text} ({message.location.get('url')})")

    context.on("request", note)
    context.on("page", lambda opened: opened.on("websocket", note))
    context.on("console", hear)
    context.on("weberror", lambda broken: said.append(str(broken.error)))
    yield context.new_page()
    context.close()
    assert foreign == []
    assert said == []


def against_a_policy(text: str) -> bool:
    """Return whether a line of the console tells that a page broke one of its policies."""
    return "Content Security Policy" in text or "Permissions policy" in text


def streamlit_s_own(message) -> bool:
    """Return whether Streamlit looked for its server under the address of a page.

    It tries the page's folder first, and the browser writes each of the two misses down.
    """
    path = urlsplit(message.location.get("url", "")).path
    return bool(MISSED.fullmatch(path)) and "status of 404" in message.text
