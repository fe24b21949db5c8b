"""Seals the folder of networks, gradient graphs and stored studies, after any of them was made."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import artifacts

VERSION = artifacts.MODELS_ROOT / "saliency" / "1"
INTENDED_USE = (
    "To test explanations on networks whose causes are known. The networks learned from drawn "
    "films and say nothing of any patient. For research and education; not a medical device."
)
DATA = {
    "phantoms": "drawn by core.phantoms; seeds of training, test and benchmark are disjoint",
    "films": "no pixels; figures about held-out films of the chest X-ray system",
}


def store(name: str, content: Mapping[str, Any], folder: Path = VERSION) -> artifacts.Artifact:
    """Write one study into the folder as JSON, and seal the folder again.

    Parameters
    ----------
    name : str
        File name, such as ``"paradox.json"``.
    content : mapping
        JSON-safe.
    folder : Path
        ``<root>/saliency/<version>``.
    """
    artifacts.write_json(folder / name, content)
    return reseal(folder)


def reseal(folder: Path = VERSION, created: datetime.date | None = None) -> artifacts.Artifact:
    """Write the manifest of the folder as it is now.

    Parameters
    ----------
    folder : Path
        ``<root>/saliency/<version>``.
    created : date, optional
        Declared date; by default the one that the manifest has.
    """
    declared = created or _declared(folder)
    meta = {"intended_use": INTENDED_USE, "data": DATA}
    return artifacts.seal(folder, meta, declared)


def _declared(folder: Path) -> datetime.date:
    manifest = json.loads((folder / artifacts.MANIFEST).read_text(encoding="utf-8"))
    return datetime.date.fromisoformat(manifest["created"])
