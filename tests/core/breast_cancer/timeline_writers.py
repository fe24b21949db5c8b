"""Processes that write to a stream, importable by the tests that start them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from core.breast_cancer.data import wdbc
from core.breast_cancer.timeline import DriftTimeline
from core.errors import SuiteError


def write_all(url: str, stream: str, at: str) -> None:
    """Append the held-out rows one by one."""
    timeline = DriftTimeline(url)
    for row in wdbc().X[wdbc().held]:
        timeline.append(stream, row, at=at)
    timeline.close()


def write_until_forgotten(url: str, stream: str, at: str, said: Path) -> None:
    """Append one row again and again, and note how many blocks were taken in the end."""
    timeline, row, done = DriftTimeline(url), wdbc().X[0], 0
    try:
        while True:
            timeline.append(stream, row, at=at)
            done += 1
    except SuiteError as error:
        if "was forgotten" not in error.message:
            raise
    said.write_text(str(done))
    timeline.close()


def wait_for(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)
