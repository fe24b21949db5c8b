"""Where to cut: the threshold, what it was chosen for, and what it means for a hundred patients."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.binary import predictive_value
from core.stats.intervals import Interval, wilson

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

EXCHANGE = 9.0
"""One missed cancer weighs as much as this many unneeded work-ups; the threshold is then 0.1."""

GRID = np.round(np.arange(0.01, 1.0, 0.01), 2)
"""Thresholds that :func:`choose` looks at."""

PATIENTS = 100


@dataclasses.dataclass(frozen=True)
class OperatingPoint:
    """The threshold the models come with.

    Attributes
    ----------
    threshold : float
        Probability from which a case is called malignant.
    exchange : float
        How many false alarms one missed cancer weighs as much as.
    method : str
        How threshold and figures were obtained.
    sensitivity, specificity : mapping
        Shares of malignant and benign cases called right, as an ``Interval``'s plain data.
    n : int
        Cases behind them.
    """

    threshold: float
    exchange: float
    method: str
    sensitivity: Mapping[str, Any]
    specificity: Mapping[str, Any]
    n: int

    def to_dict(self) -> dict[str, Any]:
        """Return the operating point as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a threshold does.

    Attributes
    ----------
    threshold, prevalence : float
        Probability from which a case is called malignant; share of malignant cases that the
        predictive values and counts are for.
    n_malignant, n_benign : int
        Cases behind sensitivity and specificity.
    missed, false_alarms : float
        Malignant cases below the threshold, benign ones at or above it; a mean over repeats.
    sensitivity, specificity, ppv, npv : Interval
        Share of malignant cases called malignant, of benign cases called benign, of malignant calls
        that are right, of benign calls that are right.
    per_100 : mapping
        Of 100 patients: cancers found and missed, false alarms, and benign cases left alone.
    """

    threshold: float
    prevalence: float
    n_malignant: int
    n_benign: int
    missed: float
    false_alarms: float
    sensitivity: Interval
    specificity: Interval
    ppv: Interval
    npv: Interval
    per_100: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        intervals = ("sensitivity", "specificity", "ppv", "npv")
        return (
            plain
            | {name: getattr(self, name).to_dict() for name in intervals}
            | {"per_100": dict(self.per_100)}
        )


def choose(y: Labels, p: Floats, exchange: float = EXCHANGE) -> float:
    """Return the threshold of :data:`GRID` with the largest net benefit on unseen cases.

    The net benefit counts a found cancer as 1 and a false alarm as 1 / ``exchange``, averaged over
    the repeats. Of equally good thresholds the one nearest to 1 / (1 + ``exchange``) is taken: it
    is the best one for perfectly calibrated probabilities.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign.
    p : ndarray, shape (n,) or (repeats, n)
        Probabilities from models that have not seen the case.
    exchange : float
        How many false alarms one missed cancer weighs as much as.

    References
    ----------
    Vickers and Elkin, Medical Decision Making 26 (2006) 565-574.
    """
    if not exchange > 0 or not math.isfinite(exchange):
        raise InputError(
            f"exchange: {exchange} is not a positive number. Give how many unneeded work-ups one "
            "missed cancer weighs as much as, such as 9."
        )
    rows = np.atleast_2d(p)
    malignant = np.tile(y == 1, len(rows))
    called = rows.ravel()[:, None] >= GRID
    worth = called[malignant].sum(axis=0) - called[~malignant].sum(axis=0) / exchange
    best = GRID[worth >= worth.max() - 1e-9]
    return float(best[np.abs(best - 1 / (1 + exchange)).argmin()])


def operating_point(y: Labels, p: Floats, exchange: float = EXCHANGE) -> OperatingPoint:
    """Choose the threshold and say how it does on the cases it was chosen on.

    Parameters
    ----------
    y, p, exchange
        As in :func:`choose`.
    """
    threshold = choose(y, p, exchange)
    found = at_threshold(y, p, threshold)
    return OperatingPoint(
        threshold=threshold,
        exchange=exchange,
        method=(
            "largest net benefit of out-of-fold probabilities of the training cases; sensitivity "
            "and specificity are on the same cases, so slightly optimistic: the nested figures are "
            "in the model card"
        ),
        sensitivity=found.sensitivity.to_dict(),
        specificity=found.specificity.to_dict(),
        n=len(y),
    )


def at_threshold(
    y: Labels, p: Floats, threshold: float, prevalence: float | None = None
) -> AtThreshold:
    """Say what a threshold does, at a given prevalence.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign.
    p : ndarray, shape (n,) or (repeats, n)
        Probabilities from models that have not seen the case; the calls of repeats are averaged,
        and the intervals rest on the number of cases.
    threshold : float
        Probability from which a case is called malignant.
    prevalence : float, optional
        Share of malignant cases among those the calls are made for; by default that in ``y``.

    Raises
    ------
    InputError
        If threshold or prevalence is not strictly between 0 and 1.
    NotEnoughDataError
        If ``y`` holds one class only.
    """
    for name, value in (("threshold", threshold), ("prevalence", prevalence)):
        # Of a share such as 1e-300 nothing is left over in 1 - share: the rest would be all.
        if value is not None and not (0 < value < 1 and 1 - value < 1):
            raise InputError(f"{name}: {value} is not strictly between 0 and 1. Give 0.1, say.")
    called, malignant = np.atleast_2d(p) >= threshold, np.asarray(y) == 1
    n1, n0 = int(malignant.sum()), int((~malignant).sum())
    missed = float((~called[:, malignant]).sum() / len(called))
    alarms = float(called[:, ~malignant].sum() / len(called))
    hits, rests = n1 - missed, n0 - alarms
    sensitivity, specificity = wilson(hits, n1), wilson(rests, n0)
    prevalence = n1 / (n1 + n0) if prevalence is None else prevalence
    return AtThreshold(
        threshold=float(threshold),
        prevalence=prevalence,
        n_malignant=n1,
        n_benign=n0,
        missed=missed,
        false_alarms=alarms,
        sensitivity=sensitivity,
        specificity=specificity,
        ppv=predictive_value(hits, n1, alarms, n0, prevalence),
        npv=predictive_value(rests, n0, missed, n1, 1 - prevalence),
        per_100=_per_100(sensitivity.estimate, specificity.estimate, prevalence),
    )


def _per_100(sensitivity: float, specificity: float, prevalence: float) -> dict[str, float]:
    ill, well = PATIENTS * prevalence, PATIENTS * (1 - prevalence)
    return {
        "found": ill * sensitivity,
        "missed": ill * (1 - sensitivity),
        "false_alarms": well * (1 - specificity),
        "left_alone": well * specificity,
    }
