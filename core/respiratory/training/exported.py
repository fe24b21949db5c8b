"""Asking the exported files, as the suite does, so that the tables describe what is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.respiratory.schema import Pixels
from core.respiratory.training.features import BATCH
from core.respiratory.training.fit import Logits
from core.runtime.onnx import open_session


def logits_of_files(folder: Path, files: Sequence[str], films: Pixels, positions: Path) -> Logits:
    """Return the logits (n, 4) of prepared films (n, S, S) by a chain of ONNX files.

    Parameters
    ----------
    folder : Path
        Where the files are.
    files : sequence of str
        One file, or the transformer's trunk and tail.
    films : (n, S, S) array
        Prepared films.
    positions : Path
        The transformer's positions; read only by its trunk.
    """
    sessions = [open_session(folder / file) for file in files]
    parts = []
    for start in range(0, len(films), BATCH):
        value: Any = films[start : start + BATCH, None]
        for one in sessions:
            value = _asked(one, value, films.shape[-1], positions)
        parts.append(value)
    return np.concatenate(parts)


def _asked(one: Any, value: Any, side: int, positions: Path) -> Any:
    names = [given.name for given in one.get_inputs()]
    fed = {names[0]: value}
    if "position" in names:
        with np.load(positions, allow_pickle=False) as stored:
            fed["position"] = stored[f"side_{side}"]
    return one.run([one.get_outputs()[0].name], fed)[0]
