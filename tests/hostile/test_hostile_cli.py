"""Hostile files on the command line: exit status 0, 2 or 3, and a sentence; never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apps.cli import app
from tests.hostile.corpus import corpus
from tests.hostile.doors import unhelpful
from tests.hostile.made import Hostile

ROOT = Path(__file__).resolve().parents[2]
VERBS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], int]] = {
    "cardiosense score": (
        ("csv", "parquet", "foreign"),
        ("cardiosense",),
        ("{in}", "{out}.csv"),
        12,
    ),
    "breast-cancer score": (
        ("csv", "parquet", "foreign"),
        ("breast-cancer",),
        ("{in}", "{out}.parquet"),
        12,
    ),
    "trust audit": (("csv", "parquet", "foreign"), ("predictions",), ("{in}", "--json"), 12),
    "apple-sales inspect": (("csv", "parquet", "foreign"), ("sales",), ("{in}",), 30),
    "apple-sales plan": (("problem", "foreign"), ("apple-sales",), ("{in}", "--json"), 16),
    "cardiosense path": (
        ("record", "foreign"),
        ("prevention",),
        ("{in}", "--layer", "prevention", "--target", "0.05"),
        10,
    ),
    "breast-cancer explain": (("record", "foreign"), ("breast-cancer",), ("{in}", "--no-lime"), 10),
    "guardian check": (("list", "foreign"), ("guardian",), ("{in}", "--json"), 10),
    "respiratory predict": (
        ("image", "archive", "foreign"),
        ("respiratory",),
        ("{in}", "--model", "cnn"),
        12,
    ),
    "saliency leaderboard": (("parquet", "foreign"), ("predictions",), ("{in}",), 12),
}
"""By verb: kinds of files, whose, arguments, and every how-manieth file is taken."""


def chosen(verb: str) -> list[Hostile]:
    groups, likes, _, every = VERBS[verb]
    return [f for f in corpus() if f.group in groups and (not f.like or f.like in likes)][::every]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_ends_in_an_answer_or_a_sentence(verb: str, tmp_path: Path) -> None:
    source, out = tmp_path / "in.bin", tmp_path / "out"
    arguments = [part.format_map({"in": source, "out": out}) for part in VERBS[verb][2]]
    for file in chosen(verb):
        source.write_bytes(file.content)
        done = CliRunner().invoke(app, [*verb.split(), *arguments])
        # Typer's group turns errors of the suite into an exit; all others would be tracebacks.
        assert done.exception is None or isinstance(done.exception, SystemExit), (file.id, done)
        assert done.exit_code in {0, 2, 3}, (file.id, done.output)
        # With --json a refusal may be part of the document; else it is on standard error.
        assert done.exit_code == 0 or done.stderr or "--json" in arguments, file.id
        assert not done.stderr or not unhelpful(done.stderr), (file.id, done.stderr)
        assert "Traceback" not in done.output + done.stderr


def test_a_process_of_its_own_says_so_too(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(
        next(file.content for file in corpus() if file.id == "csv-cardiosense-nul-start")
    )
    command = [sys.executable, "-m", "apps.cli", "cardiosense", "score", str(source), "out.csv"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert not unhelpful(done.stderr)
    assert done.stdout == ""
