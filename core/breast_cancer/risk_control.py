"""A threshold that keeps the sensitivity, with a stated confidence instead of a hope."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, NotEnoughDataError
from core.stats.binary import sensitivity, specificity
from core.stats.intervals import Interval, wilson
from core.stats.resample import assign_folds

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

TARGET_SENSITIVITY, CONFIDENCE = 0.97, 0.9
RESPLITS = 100
FINE_GRID = np.round(np.arange(0.0, 1.0, 0.001), 3)
"""Thresholds tested in order, fixed before any data are seen."""


@dataclasses.dataclass(frozen=True, slots=True)
class RiskControlled:
    """The highest threshold that keeps the sensitivity with a stated confidence.

    Attributes
    ----------
    threshold : float
        Probability from which a case is called malignant.
    target_sensitivity, confidence : float
        The sensitivity of new cases from the same source is at least the target, with at least this
        probability over the draw of the calibration cases.
    n_malignant, missed : int
        Malignant calibration cases, and those below the threshold.
    specificity : Interval
        Share of benign calibration cases below the threshold.
    """

    threshold: float
    target_sensitivity: float
    confidence: float
    n_malignant: int
    missed: int
    specificity: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the rule's result as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return plain | {"specificity": self.specificity.to_dict()}


def risk_controlled(
    y: Labels,
    p: Floats,
    target_sensitivity: float = TARGET_SENSITIVITY,
    confidence: float = CONFIDENCE,
) -> RiskControlled:
    """Return the highest threshold that keeps the sensitivity, by Learn then Test.

    Thresholds are tested from 0 upwards: is the sensitivity below the target? The first threshold
    at which that cannot be rejected ends the search, so the error of the whole search is that of a
    single test (fixed sequence). The p values are exact binomial ones. (MAPIE's controller
    class computes them from a share times its count, whose rounding can add a missed case; its
    procedure is used with the counts themselves.)

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign.
    p : ndarray, shape (n,)
        One probability a case, from a model that has not seen it.
    target_sensitivity : float
        Share of malignant cases to call malignant.
    confidence : float
        Probability, over the draw of these cases, with which the target must be kept.

    Raises
    ------
    InputError
        If target or confidence is not strictly between 0 and 1.
    NotEnoughDataError
        If there are too few malignant cases for any threshold.

    References
    ----------
    Angelopoulos, Bates, Candes, Jordan and Lei, Learn then Test, Annals of Applied Statistics 19
    (2025) 1641-1662; arXiv 2110.01052.
    """
    from mapie.risk_control import control_fwer
    from scipy.stats import binom

    malignant, benign = np.sort(p[y == 1]), p[y == 0]
    _require_possible(len(malignant), target_sensitivity, confidence)
    missed = np.searchsorted(malignant, FINE_GRID, side="left")
    p_values = binom.cdf(missed, len(malignant), 1 - target_sensitivity)
    last = int(control_fwer(p_values, 1 - confidence, "fixed_sequence").max())
    threshold = float(FINE_GRID[last])
    return RiskControlled(
        threshold=threshold,
        target_sensitivity=target_sensitivity,
        confidence=confidence,
        n_malignant=len(malignant),
        missed=int(missed[last]),
        specificity=wilson(int(np.sum(benign < threshold)), len(benign)),
    )


def _require_possible(malignant: int, target_sensitivity: float, confidence: float) -> None:
    for name, value in (("target_sensitivity", target_sensitivity), ("confidence", confidence)):
        if not 0 < value < 1:
            raise InputError(f"{name}: {value} is not strictly between 0 and 1. Give 0.9, say.")
    needed = math.ceil(math.log(1 - confidence) / math.log(target_sensitivity))
    if malignant < needed:
        raise NotEnoughDataError(
            f"A sensitivity of {target_sensitivity} with confidence {confidence} needs at least "
            f"{needed} malignant cases, all called right; there are {malignant}."
        )


def kept_sensitivity(y: Labels, p: Floats, resplits: int = RESPLITS) -> dict[str, Any]:
    """Measure how often a learnt threshold keeps the sensitivity on cases it was not learnt on.

    Each resplit learns the threshold on one half of the cases and measures it on the other half,
    with the out-of-fold probabilities of one repeat. Beside it, the usual rule: the quantile of the
    malignant cases that would give the target on the half it is taken from.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes.
    p : ndarray, shape (repeats, n)
        Out-of-fold probabilities.
    resplits : int
        Number of random halvings.
    """
    learnt, naive = [], []
    for number in range(resplits):
        half, row = assign_folds(y, 2, number) == 0, p[number % len(p)]
        rule = risk_controlled(y[half], row[half], TARGET_SENSITIVITY, CONFIDENCE)
        learnt.append(_realised(y[~half], row[~half], rule.threshold))
        own = row[half & (y == 1)]
        cut = float(np.quantile(own, 1 - TARGET_SENSITIVITY, method="lower"))
        naive.append(_realised(y[~half], row[~half], cut))
    return {
        "resplits": resplits,
        "target_sensitivity": TARGET_SENSITIVITY,
        "confidence": CONFIDENCE,
        "learnt": _summary(np.array(learnt)),
        "quantile": _summary(np.array(naive)),
    }


def _realised(y: Labels, p: Floats, threshold: float) -> tuple[float, float, float]:
    return (
        sensitivity(y, p, threshold),
        specificity(y, p, threshold),
        threshold,
    )


def _summary(realised: Floats) -> dict[str, Any]:
    found, left_alone, threshold = realised.T
    kept = int(np.sum(found >= TARGET_SENSITIVITY))
    return {
        "kept": wilson(kept, len(realised)).to_dict(),
        "sensitivity_mean": float(found.mean()),
        "specificity_mean": float(left_alone.mean()),
        "threshold_median": float(np.median(threshold)),
    }
