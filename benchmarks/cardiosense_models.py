"""Train and evaluate every CardioSense model again: the command behind the model card.

``python -m benchmarks.cardiosense_models`` works in a temporary folder and compares the result with
the stored models, file by file; ``--write`` replaces the stored models. About ten minutes on one
core.
"""

from __future__ import annotations

import argparse
import datetime
import logging
import shutil
import tempfile
from pathlib import Path

from core import artifacts
from core.cardiosense.evaluate import evaluate
from core.cardiosense.model import SYSTEM
from core.cardiosense.train import train

VERSION = "1"


def main() -> int:
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stored = artifacts.MODELS_ROOT / SYSTEM / VERSION
    if arguments.write:
        created = arguments.created or datetime.datetime.now(tz=datetime.UTC).date()
    else:
        created = datetime.date.fromisoformat(artifacts.load(SYSTEM, VERSION).manifest["created"])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / SYSTEM / VERSION
        train(folder, created=created)
        fresh = evaluate(folder, created=created)
        print((folder / "card.md").read_text(encoding="utf-8"))
        if arguments.write:
            shutil.rmtree(stored, ignore_errors=True)
            shutil.copytree(folder, stored)
            print(f"Written: {artifacts.load(SYSTEM, VERSION).tag}")
            return 0
        return _compare(artifacts.load(SYSTEM, VERSION), fresh)


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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the stored models")
    parser.add_argument(
        "--created", type=datetime.date.fromisoformat, help="declared date, with --write"
    )
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
