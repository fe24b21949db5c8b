"""Simulated predictions with the sources and sizes of the collection, for tests of the card."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from core.respiratory.evaluate.table import DESCRIBED, Films, column
from core.respiratory.schema import LABELS, SINGLE, Network

COUNTS = {
    ("val", "radiography-bimcv", 0): 100,
    ("val", "radiography-rsna", 1): 35,
    ("val", "kermany", 1): 35,
    ("val", "nih-cxr8", 1): 30,
    ("val", "kermany", 2): 100,
    ("val", "nih-cxr8", 3): 33,
    ("test", "radiography-bimcv", 0): 250,
    ("test", "radiography-rsna", 1): 85,
    ("test", "kermany", 1): 85,
    ("test", "nih-cxr8", 1): 80,
    ("test", "kermany", 2): 250,
    ("test", "nih-cxr8", 3): 102,
    ("test", "cohen-ieee8023", 0): 80,
    ("test", "cohen-ieee8023", 1): 4,
    ("test", "cohen-ieee8023", 2): 5,
    ("test", "cohen-ieee8023", 3): 12,
}
STRENGTH = {"vgg16": 5.0, "vit": 5.5, "cnn": 4.0}


def simulated(seed: int = 0, *, outside: bool = False) -> Films:
    """Return films whose logits favour the truth, except in the Cohen collection."""
    rng = np.random.default_rng(seed)
    keys = [key for key, n in COUNTS.items() for _ in range(n)]
    y = np.array([label for _, _, label in keys])
    source = np.array([name for _, name, _ in keys])
    away = source == "cohen-ieee8023"
    split = np.array([name for name, _, _ in keys])
    logits = {}
    shared = rng.normal(0, 1.2, (len(y), 4))
    for network in SINGLE:
        strength = np.where(away, 0.3, STRENGTH[network])[:, None]
        noise = shared + rng.normal(0, 1.2, (len(y), 4))
        logits[network] = np.round(strength * np.eye(4)[y] + noise, 3)
    return Films(
        file=np.array([f"{place}.jpg" for place in range(len(y))]),
        split=np.where(away, "cohen", split) if outside else split,
        source=source,
        patient=np.array([f"p{place // 3}" for place in range(len(y))]),
        y=y,
        logits=logits,
    )


def written(films: Films, path: Path, *, seeds: int = 0) -> Path:
    """Write films as training does; with ``seeds``, each network as if trained that often."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefixes = [f"{one}/{seed}" for one in SINGLE for seed in range(seeds)] or list(SINGLE)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((*DESCRIBED, *(column(one, label) for one in prefixes for label in LABELS)))
        for i in range(len(films)):
            described = (
                films.file[i],
                LABELS[films.y[i]],
                films.split[i],
                films.source[i],
                films.patient[i],
            )
            numbers = [
                x + int(prefix.partition("/")[2] or 0) * (i % 3) / 4
                for prefix in prefixes
                for x in films.logits[Network(prefix.partition("/")[0])][i]
            ]
            if seeds:
                numbers[3::4] = [x + (i % 4) / 5 for x in numbers[3::4]]
            writer.writerow((*described, *numbers))
    return path


def folder_of(root: Path, *, runs: bool = True) -> Path:
    """Write a version folder with predictions, other seeds and a single-source reference."""
    folder = root / "respiratory" / "1"
    written(simulated(0), folder / "predictions.csv")
    if runs:
        written(simulated(0), folder / "seeds.csv", seeds=2)
        written(simulated(1, outside=True), folder / "single-source.csv")
    return folder
