"""Unpacked size of each runtime dependency, alone: ``python -m benchmarks.weights``."""

from __future__ import annotations

import importlib.metadata
import json
import re
from pathlib import Path

from packaging.requirements import Requirement

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"


def megabytes(name: str) -> float:
    """Return the size of a distribution's files in MB, without compiled caches."""
    files = importlib.metadata.files(name) or []
    sizes = [Path(str(f.locate())).stat().st_size for f in files if "__pycache__" not in f.parts]
    return round(sum(sizes) / 1e6, 1)


def main() -> None:
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if re.match(r"\w", line)]
    used = [r for r in wanted if r.marker is None or r.marker.evaluate()]
    print(json.dumps({r.name: megabytes(r.name) for r in used}, indent=1))


if __name__ == "__main__":
    main()
