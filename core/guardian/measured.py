"""What the benchmark found, as it wrote it down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.errors import ArtifactError
from core.guardian.knowledge import FOLDER

FILE = FOLDER.parent / "evidence.json"
COMMAND = "python -m benchmarks.guardian_accuracy --write"


def measured(path: Path = FILE) -> dict[str, Any] | None:
    """Return the stored figures, or ``None`` where the benchmark has not been run.

    Raises
    ------
    ArtifactError
        If the file is not what the benchmark writes.
    """
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or "kb_version" not in found:
        raise ArtifactError(f"{path.name} holds no figures. Run {COMMAND}.")
    return found
