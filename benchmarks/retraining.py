"""Train a system's models again and compare them with the stored ones, file by file."""

from __future__ import annotations

import argparse
import datetime
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Protocol

from core import artifacts

VERSION = "1"


class Step(Protocol):
    """Training or evaluation of a version folder."""

    def __call__(self, folder: Path, /, *, created: datetime.date) -> artifacts.Artifact:
        """Write into the folder and seal it."""


def retrain(description: str | None, system: str, train: Step, evaluate: Step) -> int:
    """Train and evaluate in a temporary folder; compare, or with ``--write`` replace."""
    arguments = _arguments(description)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stored = artifacts.MODELS_ROOT / system / VERSION
    if arguments.write:
        created = arguments.created or datetime.datetime.now(tz=datetime.UTC).date()
    else:
        created = datetime.date.fromisoformat(artifacts.load(system, VERSION).manifest["created"])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / system / VERSION
        train(folder, created=created)
        fresh = evaluate(folder, created=created)
        print((folder / "card.md").read_text(encoding="utf-8"))
        if arguments.write:
            shutil.rmtree(stored, ignore_errors=True)
            shutil.copytree(folder, stored)
            print(f"Written: {artifacts.load(system, VERSION).tag}")
            return 0
        return _compare(artifacts.load(system, VERSION), fresh)


def _compare(stored: artifacts.Artifact, fresh: artifacts.Artifact) -> int:
    before, after = stored.manifest["files"], fresh.manifest["files"]
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    if not changed:
        print(f"All {len(before)} files are reproduced byte for byte ({stored.tag}).")
        return 0
    print(f"Files that differ from {stored.tag}: {', '.join(changed)}.")
    if stored.manifest["libraries"] != fresh.manifest["libraries"]:
        print("The library versions differ from those in the stored manifest.")
    return 1


def _arguments(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--write", action="store_true", help="replace the stored models")
    parser.add_argument(
        "--created", type=datetime.date.fromisoformat, help="declared date, with --write"
    )
    return parser.parse_args()
