"""Every hostile file, at every verb that fits: a sound answer or a sentence, nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.errors import InputError
from tests.hostile.corpus import corpus
from tests.hostile.doors import DOORS, Door, put, sample
from tests.hostile.made import Hostile

MOST_MB = 1200


def peak_mb() -> float:
    """Return the most memory this process had since :func:`forget_peak`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith("VmHWM"))
    return int(found.split()[1]) / 1024


def forget_peak() -> float:
    """Start the measurement of memory anew; returns what is in use now."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_mb()


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_answered_soundly_or_refused_in_a_sentence(door: Door) -> None:
    before = forget_peak()
    found = [put(door, file) for file in sample(door, corpus())]
    assert [one for one in found if one.outcome == "failed"] == []
    counts = Counter(one.outcome for one in found)
    assert counts["refused"] > 0
    assert peak_mb() - before < MOST_MB


def _raises(error: Exception) -> Door:
    def ask(_: Hostile) -> None:
        raise error

    return Door("broken", ("csv",), ("",), ask)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("inside"),
        InputError(""),
        InputError("<x object at 0x7f> is wrong."),
        InputError("not a sentence at all"),
        InputError("x" * 99_999 + "."),
        UserWarning("odd"),
    ],
)
def test_a_broken_door_is_noticed(error: Exception) -> None:
    assert put(_raises(error), corpus()[0]).outcome == "failed"
