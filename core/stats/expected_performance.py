"""What performance to expect before outcomes are known, if the probabilities are right."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from core.errors import InputError
from core.stats.intervals import Interval

METHOD = "assumes calibration; range of chance outcomes, normal"


@dataclasses.dataclass(frozen=True, slots=True)
class ExpectedPerformance:
    """Figures to expect of rows without outcomes, each with the range that chance leaves open.

    They assume calibration: none of them can show that it was lost.

    Attributes
    ----------
    observed_rate : Interval
        Share with the outcome.
    accuracy : Interval
        Share called right.
    brier : Interval
        Mean squared difference of outcome and probability.
    """

    observed_rate: Interval
    accuracy: Interval
    brier: Interval

    def to_dict(self) -> dict[str, object]:
        """Return the figures as plain data."""
        return {f.name: getattr(self, f.name).to_dict() for f in dataclasses.fields(self)}


def expected_performance(
    p: ArrayLike, threshold: float = 0.5, level: float = 0.95
) -> ExpectedPerformance:
    """Return event rate, accuracy and Brier score that the probabilities lead one to expect.

    Parameters
    ----------
    p : array_like, shape (n,)
        Calibrated probabilities of rows whose outcomes are not known yet.
    threshold : float
        Probability from which a row is called positive.
    level : float
        Share of outcomes, drawn from the probabilities, whose figure lies in the range.

    Raises
    ------
    InputError
        If there is no probability, or one is missing or outside 0 to 1.
    """
    risk = np.sort(np.asarray(p, dtype=np.float64).ravel())
    outside = int(np.sum(~((risk >= 0) & (risk <= 1))))
    if outside or not len(risk):
        raise InputError(
            f"{outside} of {len(risk)} probabilities are missing or outside 0 to 1. "
            "Give at least one, and mend these."
        )
    variance = risk * (1 - risk)
    right = np.where(risk >= threshold, risk, 1 - risk)
    figures = {
        "observed_rate": (risk, variance),
        "accuracy": (right, variance),
        "brier": (variance, variance * (1 - 2 * risk) ** 2),
    }
    z = float(ndtri(0.5 + level / 2))
    found = {}
    for name, (mean, spread) in figures.items():
        middle, half = float(mean.mean()), z * math.sqrt(float(spread.sum())) / len(risk)
        low, high = max(0.0, middle - half), min(1.0, middle + half)
        found[name] = Interval(middle, low, high, len(risk), level, METHOD)
    return ExpectedPerformance(**found)
