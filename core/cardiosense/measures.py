"""How well the prediction sets keep their coverage, on patients a model had not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cardiosense.nested import OutOfFold
from core.stats.performance import N_BOOT, SEED
from core.stats.resample import bootstrap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]


def conformal_figures(
    y: Labels, sex: Floats, oof: OutOfFold, n_boot: int = N_BOOT
) -> dict[str, dict[str, Any]]:
    """Return coverage, share and accuracy of single-label sets, with intervals.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes.
    sex : ndarray, shape (n,)
        1 = male, 0 = female.
    oof : OutOfFold
        Predictions with their sets.
    n_boot : int
        Bootstrap resamples of the patients.
    """
    ill = y == 1
    covered = np.where(ill, oof.disease, oof.healthy).T
    single = (oof.healthy ^ oof.disease).T
    hits = single & covered
    everyone = np.ones(len(y), dtype=bool)
    groups = {
        "coverage": everyone,
        "coverage_disease": ill,
        "coverage_no_disease": ~ill,
        "coverage_female": sex == 0,
        "coverage_male": sex == 1,
    }
    figures = {
        name: bootstrap(_share, (covered[rows],), n_boot, SEED) for name, rows in groups.items()
    }
    figures["singletons"] = bootstrap(_share, (single,), n_boot, SEED)
    figures["accuracy_on_singletons"] = bootstrap(_ratio, (hits, single), n_boot, SEED)
    return {name: interval.to_dict() for name, interval in figures.items()}


def _share(flags: Mask) -> float:
    return float(np.mean(flags))


def _ratio(part: Mask, whole: Mask) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else float("nan")
