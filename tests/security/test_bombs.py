"""Every bomb ends in a sentence, within bounds of memory and time, and none is ever executed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security import bombs

ROOT = Path(__file__).resolve().parents[2]
# Beyond what the process held before, with files of up to 60 MiB.
MOST_MIB = 400
# These are plain text, numbers or a picture after all; what is wrong with them is said by whoever
# looks at the cells. A text of one column is a table.
HARMLESS = {
    "table": {
        "protocol-0.pkl", "script.py", "one-line.csv", "blank-lines.csv", "marks.csv",
        "damaged.csv",
    },
    "json": {
        "digits.json", "exponent.json", "fraction.json", "keys.json", "text.json",
        "surrogates.json",
    },
    "film": {"png-good-size-zeros.png", "tiff-loop.tif"},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The temporary folder of the process that is handed the bombs."""
    return tmp_path_factory.mktemp("bombs")


@pytest.fixture(scope="module")
def outcomes(folder) -> list[dict]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.detonate"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    # A bomb that kills the process leaves its name: the last line is the one before it.
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr[-2000:])
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_bomb_ends_in_a_sentence(outcomes):
    assert len(outcomes) > 200
    for one in outcomes:
        assert one["ended"] in ("refused", "taken"), one
        declared = one["door"] == "table" and one["bomb"].startswith("declared-")
        if one["ended"] == "taken" and not declared:
            assert one["bomb"] in HARMLESS.get(one["door"], ()), one
        elif one["ended"] == "refused":
            assert one["said"].rstrip().endswith((".", ")", "!")) or len(one["said"]) == 300, one
            assert "Traceback" not in one["said"]


def test_no_bomb_takes_more_memory_than_the_largest_file_may(outcomes):
    for one in outcomes:
        limit = 2_300 if one["door"] == "opened" else MOST_MIB
        assert one["mib"] < limit, one


def test_nothing_that_was_handed_over_ran(outcomes, folder):
    assert outcomes
    assert not (folder / bombs.MARK.name).exists()


def test_the_programs_would_run_if_somebody_unpickled_them(monkeypatch, tmp_path):
    import pickle

    monkeypatch.setattr(bombs, "MARK", tmp_path / "mark")
    pickle.loads(dict(bombs.programs())["protocol-4.pkl"])
    assert bombs.MARK.exists()
