"""Figures with intervals from predictions on patients a model had not seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.stats import binary, calibration
from core.stats.intervals import Interval
from core.stats.resample import bootstrap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

N_BOOT = 1000
SEED = 0
NET_BENEFIT_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)

METRICS: dict[str, Callable[[Labels, Floats], float]] = {
    "auc": binary.auc,
    "accuracy": binary.accuracy,
    "brier": binary.brier,
    "slope": lambda y, p: calibration.slope_intercept(y, p)[0],
    "intercept": lambda y, p: calibration.slope_intercept(y, p)[1],
    "sensitivity": binary.sensitivity,
    "specificity": binary.specificity,
}
"""Every metric is computed in each repeat and averaged; calls are made at probability 0.5."""

Metrics = Mapping[str, Callable[[Labels, Floats], float]]


@dataclasses.dataclass(frozen=True)
class Performance:
    """How good probabilities are, with patient-bootstrap intervals.

    Attributes
    ----------
    n, positives : int
        Patients, and those with the outcome.
    repeats : int
        Predictions per patient, over which each metric is averaged.
    metrics : dict of str to Interval
        The figures named in :data:`METRICS` or asked for; the n of sensitivity and specificity is
        that of the class.
    ece, ece_null : float
        Expected calibration error over ten bins, and what a perfectly calibrated model stays below
        in 95 % of samples of this size. (A bootstrap interval would mislead: resampling adds
        noise that the ECE counts as error.)
    spiegelhalter_p : float
        p-value of Spiegelhalter's calibration test, mean over the repeats.
    net_benefit : tuple of dict
        At each threshold, the net benefit of the model, of treating all, and of none (0).
    """

    n: int
    positives: int
    repeats: int
    metrics: dict[str, Interval]
    ece: float
    ece_null: float
    spiegelhalter_p: float
    net_benefit: tuple[dict[str, float], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        return {
            **{f.name: getattr(self, f.name) for f in dataclasses.fields(self)},
            "metrics": {name: interval.to_dict() for name, interval in self.metrics.items()},
            "net_benefit": list(self.net_benefit),
        }


def performance(
    y: Labels, p: Floats, n_boot: int = N_BOOT, metrics: Metrics = METRICS
) -> Performance:
    """Measure probabilities against outcomes.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes.
    p : ndarray, shape (n,) or (repeats, n)
        Probabilities; several rows are repeats whose metrics are averaged.
    n_boot : int
        Bootstrap resamples of the patients.
    metrics : mapping of str to callable
        What to measure, sensitivity and specificity among it; by default :data:`METRICS`.
    """
    p = np.atleast_2d(p)
    measured = {
        name: bootstrap(averaged(metric), (y, p.T), n_boot, SEED)
        for name, metric in metrics.items()
    }
    positives = int(y.sum())
    for name, n in (("sensitivity", positives), ("specificity", len(y) - positives)):
        measured[name] = dataclasses.replace(measured[name], n=n)
    return Performance(
        n=len(y),
        positives=positives,
        repeats=len(p),
        metrics=measured,
        ece=float(np.mean([calibration.ece(y, row) for row in p])),
        ece_null=float(np.mean([calibration.ece_null_quantile(row) for row in p])),
        spiegelhalter_p=float(np.mean([calibration.spiegelhalter(y, row)[1] for row in p])),
        net_benefit=tuple(_net_benefit(y, p, t) for t in NET_BENEFIT_THRESHOLDS),
    )


def difference(
    y: Labels,
    first: Floats,
    second: Floats,
    metric: str,
    n_boot: int = N_BOOT,
    metrics: Metrics = METRICS,
) -> Interval:
    """Return a metric of the first model minus that of the second, on the same patients."""
    mean = averaged(metrics[metric])

    def gap(outcomes: Labels, one: Floats, other: Floats) -> float:
        return mean(outcomes, one) - mean(outcomes, other)

    return bootstrap(gap, (y, np.atleast_2d(first).T, np.atleast_2d(second).T), n_boot, SEED)


def averaged(metric: Callable[[Labels, Floats], float]) -> Callable[[Labels, Floats], float]:
    """Return the metric's mean over repeats, which are the columns of a matrix (n, repeats)."""

    def mean(y: Labels, columns: Floats) -> float:
        return float(np.mean([metric(y, column) for column in columns.T]))

    return mean


def _net_benefit(y: Labels, p: Floats, threshold: float) -> dict[str, float]:
    return {
        "threshold": threshold,
        "model": float(np.mean([binary.net_benefit(y, row, threshold) for row in p])),
        "treat_all": binary.net_benefit(y, np.ones(len(y)), threshold),
    }
