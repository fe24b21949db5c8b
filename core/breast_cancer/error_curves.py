"""Curves of the nested predictions: ROC, precision and recall, and what abstaining buys.

Each curve is the mean over the repeats; its band is pointwise, from a bootstrap of the cases.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from core.breast_cancer import data, nested
from core.breast_cancer.score import resolve_threshold
from core.breast_cancer.tuning import Family

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

N_BOOT = 300
SEED = 0
LEVEL = 0.95
FALSE_ALARMS = np.r_[np.linspace(0, 0.1, 41), np.linspace(0.11, 1, 90)]
RECALL = np.linspace(0.01, 1, 100)
COVERAGE = np.linspace(0.5, 1, 51)
_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """A curve with its band.

    Attributes
    ----------
    x, y, low, high : ndarray, shape (k,)
        The points, and the limits of the pointwise 95 % band.
    n : int
        Cases behind it.
    repeats : int
        Predictions per case that it is averaged over.
    """

    x: Floats
    y: Floats
    low: Floats
    high: Floats
    n: int
    repeats: int

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in plain.items()}


@functools.cache
def roc(model: Family = "logistic") -> Curve:
    """Return the share of cancers found (y) over the share of benign cases called malignant (x)."""
    return _curve(FALSE_ALARMS, roc_points, nested.stored()[model].p)


@functools.cache
def precision_recall(model: Family = "logistic") -> Curve:
    """Return the share of malignant calls that are right (y) over the share of cancers found (x).

    Precision holds at the prevalence of the table (37 %).
    """
    return _curve(RECALL, precision_points, nested.stored()[model].p)


def abstention(threshold: float | None = None, model: Family = "logistic") -> Curve:
    """Return the share of wrong calls (y) when only the surest share of cases (x) is answered.

    Surest are the cases whose log-odds lie farthest from the threshold.

    Parameters
    ----------
    threshold : float, optional
        Probability from which a case is called malignant; by default that of the models.
    model : {"logistic", "svm", "forest"}
        Kind of model.

    References
    ----------
    El-Yaniv and Wiener, Journal of Machine Learning Research 11 (2010) 1605-1641.
    """
    return _abstention(resolve_threshold(threshold), model)


@functools.cache
def _abstention(threshold: float, model: Family) -> Curve:
    def points(y: Labels, p: Floats) -> Floats:
        return risk_points(y, p, threshold)

    return _curve(COVERAGE, points, nested.stored()[model].p)


def roc_points(y: Labels, p: Floats) -> Floats:
    """Return the largest sensitivity at each of ``FALSE_ALARMS``."""
    positives, negatives = np.sort(p[y == 1]), np.sort(p[y == 0])[::-1]
    allowed = np.floor(FALSE_ALARMS * len(negatives) + _ROUNDING).astype(np.intp)
    cuts = np.r_[negatives, -np.inf][allowed]  # called malignant: above the first not allowed
    found: Floats = 1 - np.searchsorted(positives, cuts, side="right") / len(positives)
    return found


def precision_points(y: Labels, p: Floats) -> Floats:
    """Return the precision at each of ``RECALL``."""
    positives, negatives = np.sort(p[y == 1]), np.sort(p[y == 0])
    wanted = np.ceil(RECALL * len(positives) - _ROUNDING).astype(np.intp)
    cuts = positives[::-1][wanted - 1]
    hits = len(positives) - np.searchsorted(positives, cuts, side="left")
    alarms = len(negatives) - np.searchsorted(negatives, cuts, side="left")
    return hits / (hits + alarms)


def risk_points(y: Labels, p: Floats, threshold: float) -> Floats:
    """Return the share of wrong calls among the surest cases at each of ``COVERAGE``."""
    wrong = (p >= threshold) != (y == 1)
    surest = np.argsort(-np.abs(logit(p) - logit(threshold)), kind="stable")
    kept = np.ceil(COVERAGE * len(y) - _ROUNDING).astype(np.intp)
    risk: Floats = np.cumsum(wrong[surest])[kept - 1] / kept
    return risk


def _curve(x: Floats, points: Callable[[Labels, Floats], Floats], p: Floats) -> Curve:
    y = data.wdbc().y
    rng = np.random.default_rng(SEED)
    samples = []
    for _ in range(N_BOOT):
        rows = rng.integers(0, len(y), len(y))
        samples.append(np.mean([points(y[rows], row[rows]) for row in p], axis=0))
    low, high = np.quantile(samples, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    mean = np.mean([points(y, row) for row in p], axis=0)
    return Curve(x, mean, low, high, len(y), len(p))
