"""What the card states about models on cases they had not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer import operating
from core.breast_cancer.data import Cohort
from core.breast_cancer.nested import OutOfFold
from core.stats import binary, calibration, performance
from core.stats.intervals import clopper_pearson
from core.stats.performance import N_BOOT, SEED
from core.stats.resample import bootstrap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

METRICS: performance.Metrics = {
    **performance.METRICS,
    "sensitivity_at_95": lambda y, p: binary.sensitivity_at_specificity(y, p, 0.95),
    "sensitivity_at_98": lambda y, p: binary.sensitivity_at_specificity(y, p, 0.98),
}
"""The figures of the card, each computed in every repeat and averaged."""


def nested_model(y: Labels, found: OutOfFold, n_boot: int = N_BOOT) -> dict[str, Any]:
    """Return every figure of one kind of model by nested cross-validation."""
    return {
        **performance.performance(y, found.p, n_boot, METRICS).to_dict(),
        "ece_equal_mass": float(np.mean([calibration.ece(y, p, equal_mass=True) for p in found.p])),
        "ece_equal_mass_null": float(
            np.mean([calibration.ece_null_quantile(p, equal_mass=True) for p in found.p])
        ),
        "operating": operating_figures(y, found, n_boot),
        "conformal": conformal_figures(y, found, n_boot),
    }


def operating_figures(y: Labels, found: OutOfFold, n_boot: int = N_BOOT) -> dict[str, Any]:
    """Return sensitivity, specificity and net benefit at thresholds chosen in the training folds.

    The net benefit is in cancers found per patient, a false alarm counting as one divided by the
    exchange.
    """
    called, malignant = found.called.T, y == 1
    worth = np.where(malignant, 1.0, -1 / operating.EXCHANGE)[:, None] * called
    figures = {
        "sensitivity": bootstrap(_share, (called[malignant],), n_boot, SEED),
        "specificity": bootstrap(_share, (~called[~malignant],), n_boot, SEED),
        "net_benefit": bootstrap(_share, (worth,), n_boot, SEED),
    }
    return {
        "exchange": operating.EXCHANGE,
        **{name: interval.to_dict() for name, interval in figures.items()},
    }


def conformal_figures(y: Labels, found: OutOfFold, n_boot: int = N_BOOT) -> dict[str, Any]:
    """Return coverage in each class, share and accuracy of single-label sets, with intervals."""
    malignant = y == 1
    covered = np.where(malignant, found.malignant, found.benign).T
    single = (found.benign ^ found.malignant).T
    empty = (~found.benign & ~found.malignant).T
    parts: dict[str, tuple[Callable[..., float], tuple[Mask, ...]]] = {
        "coverage": (_share, (covered,)),
        "coverage_malignant": (_share, (covered[malignant],)),
        "coverage_benign": (_share, (covered[~malignant],)),
        "singletons": (_share, (single,)),
        "empty": (_share, (empty,)),
        "accuracy_on_singletons": (_ratio, (single & covered, single)),
    }
    return {
        name: bootstrap(statistic, arrays, n_boot, SEED).to_dict()
        for name, (statistic, arrays) in parts.items()
    }


def held_out(cohort: Cohort, log_odds: Mapping[str, Floats], threshold: float) -> dict[str, Any]:
    """Return the figures of shipped models on the held-out cases.

    Parameters
    ----------
    cohort : Cohort
        The cases.
    log_odds : mapping of str to ndarray, shape (n,)
        Log-odds of all cases under each shipped model.
    threshold : float
        The operating threshold of the shipped champion.
    """
    y = cohort.y[cohort.held]
    return {
        name: _small(y, expit(score[cohort.held]), threshold) for name, score in log_odds.items()
    }


def _small(y: Labels, p: Floats, threshold: float) -> dict[str, Any]:
    """Return figures with intervals that hold for few cases and for none wrong."""
    right = int(np.sum((p >= 0.5) == (y == 1)))
    return {
        "n": len(y),
        "malignant": int(y.sum()),
        "accuracy": clopper_pearson(right, len(y)).to_dict(),
        "auc": binary.auc_interval(y, p).to_dict(),
        "brier": bootstrap(binary.brier, (y, p), N_BOOT, SEED).to_dict(),
        "operating": operating.at_threshold(y, p, threshold).to_dict(),
    }


def _share(flags: NDArray[Any]) -> float:
    return float(np.mean(flags))


def _ratio(part: Mask, whole: Mask) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else float("nan")
