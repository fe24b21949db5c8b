"""Fit, measure and seal the respiratory models: the command behind their card.

``python -m benchmarks.respiratory_models`` works on a copy of the model folder, prints the card and
compares every file with the stored one; ``--write`` replaces operating points, cards and manifest.
The networks' logits are read from the folder; ``respiratory train`` makes them.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import tempfile
from pathlib import Path

from benchmarks.retraining import VERSION
from benchmarks.retraining import _compare as compare
from core import artifacts
from core.respiratory.evaluate.card import SYSTEM
from core.respiratory.seal import seal_models


def main() -> int:
    arguments = _arguments()
    stored = artifacts.MODELS_ROOT / SYSTEM / VERSION
    if arguments.write:
        created = arguments.created or datetime.datetime.now(tz=datetime.UTC).date()
        print(f"Written: {seal_models(stored, created).tag}")
        print((stored / "card.md").read_text(encoding="utf-8"))
        return 0
    created = datetime.date.fromisoformat(artifacts.load(SYSTEM, VERSION).manifest["created"])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / SYSTEM / VERSION
        shutil.copytree(stored, folder)
        fresh = seal_models(folder, created)
        print((folder / "card.md").read_text(encoding="utf-8"))
        return compare(artifacts.load(SYSTEM, VERSION), fresh)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace cards and manifest")
    parser.add_argument(
        "--created", type=datetime.date.fromisoformat, help="declared date, with --write"
    )
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
