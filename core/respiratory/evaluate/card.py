"""The model card as data: everything that is claimed of the respiratory models."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.plain import plain
from core.respiratory.decision import Operating, probabilities
from core.respiratory.evaluate import measures, network_figures
from core.respiratory.evaluate.fit import METHODS
from core.respiratory.evaluate.goals import goals
from core.respiratory.evaluate.protocols import NETWORKS, TRAINED_WITH, protocol_figures
from core.respiratory.evaluate.table import PREDICTIONS, Films
from core.respiratory.out_of_sample import from_films
from core.respiratory.provenance import INTENDED_USE, LIMITS, SOURCES, TRUNKS
from core.respiratory.schema import SINGLE, Network
from core.trust import audits

SYSTEM = "respiratory"
COMMAND = "python -m benchmarks.respiratory_models"
STUDY = "study.json"
NETWORKS_FILE = "networks.json"
WEIGHTS = ".onnx"

Figures = dict[str, Any]


def build_card(folder: Path, films: Films, points: Mapping[Network, Operating]) -> Figures:
    """Compute every figure of the card.

    Parameters
    ----------
    folder : Path
        Version folder; read are its weights' sizes, ``networks.json``, ``study.json``,
        ``seeds.csv`` and the single-source tables, where present.
    films : Films
        The shipped networks' logits of validation and test films.
    points : mapping of Network to Operating
        Fitted on the validation films.
    """
    found: Figures = {one: network_figures.network_figures(films, one, points) for one in NETWORKS}
    protocols = protocol_figures(folder, points)
    training = _stored(folder / NETWORKS_FILE)
    study = _stored(folder / STUDY)
    inside = network_figures.in_source(films)
    return dict(plain({
        "system": SYSTEM,
        "intended_use": INTENDED_USE,
        "command": COMMAND,
        "methods": METHODS,
        "data": _data(folder, films),
        "training": training,
        "trained_with": TRAINED_WITH[training["protocol"] if training else "multi"],
        "operating": {one: points[one].to_dict() for one in NETWORKS},
        "networks": found,
        "ensemble_minus": {
            one: measures.compared(
                inside,
                probabilities(Network.ENSEMBLE, inside.logits, points),
                probabilities(one, inside.logits, points),
            )
            for one in SINGLE
        },
        "protocols": protocols,
        "goals": [goal.to_dict() for goal in goals(found, protocols, study, mebibytes(folder))],
        "study": study,
        "audit": audits(from_films(films, points)),
        "sources": SOURCES,
        "trunks": TRUNKS,
        "limits": LIMITS,
    }))  # fmt: skip


def mebibytes(folder: Path) -> float | None:
    """Return the size of the networks' files in MiB; ``None`` where there are none."""
    sizes = [path.stat().st_size for path in folder.rglob(f"*{WEIGHTS}")]
    return sum(sizes) / 2**20 if sizes else None


def _data(folder: Path, films: Films) -> Figures:
    counts = {}
    for split in np.unique(films.split):
        part = films.part(str(split))
        counts[str(split)] = {"films": len(part), "patients": len(np.unique(part.cluster))}
    digest = hashlib.sha256((folder / PREDICTIONS).read_bytes()).hexdigest()
    return {"predictions_sha256": digest, "splits": counts}


def _stored(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
