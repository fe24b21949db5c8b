"""Detectors in common use, to stand beside :mod:`core.stats.sequential`.

None of them bounds false alarms on scores whose distribution is unknown.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError, SuiteError

Floats = NDArray[np.float64]
RiverName = Literal["ADWIN", "PageHinkley"]

REFERENCE_VALUE, DECISION_LIMIT = 0.5, 5.0
"""The textbook's k and h: a shift of one standard deviation, about 465 normal rows a false alarm
when both directions are watched, 930 when one is."""


@dataclasses.dataclass(frozen=True)
class Cusum:
    """A cumulative-sum chart.

    Attributes
    ----------
    upper, lower : ndarray, shape (n,)
        The sums for a rise and for a fall; the latter stays 0 on a one-sided chart.
    alarm : int or None
        Position of the first row at which a sum exceeds the limit, from 0.
    """

    upper: Floats
    lower: Floats
    alarm: int | None


def cusum(
    z: ArrayLike,
    k: float = REFERENCE_VALUE,
    h: float = DECISION_LIMIT,
    *,
    two_sided: bool = False,
) -> Cusum:
    """Run the textbook CUSUM: S <- max(0, S + z - k), alarm when S > h.

    Its run length holds for independent standard normal values only; scores that are skewed or
    standardised with estimated moments alarm far more often.

    Parameters
    ----------
    z : array_like, shape (n,)
        Scores in standard deviations from the reference mean.
    k, h : float
        Reference value and decision limit, in the same unit.
    two_sided : bool, default False
        Whether a fall is watched for too.

    References
    ----------
    Page, Biometrika 41 (1954) 100-115; Montgomery, Introduction to Statistical Quality Control,
    chapter 9.
    """
    values = np.asarray(z, dtype=np.float64)
    upper = _sums(values - k)
    lower = _sums(-values - k) if two_sided else np.zeros(len(values))
    over = np.nonzero(np.maximum(upper, lower) > h)[0]
    return Cusum(upper, lower, int(over[0]) if len(over) else None)


def river_alarm(name: RiverName, scores: ArrayLike) -> int | None:
    """Return the first row at which a detector of the package river, as it comes, reports a change.

    Parameters
    ----------
    name : {"ADWIN", "PageHinkley"}
        The detector.
    scores : array_like, shape (n,)
        Finite scores.

    Raises
    ------
    SuiteError
        If river is not installed.
    InputError
        If the detector is another one.
    """
    drift = _river()
    detectors: dict[str, Any] = {"ADWIN": drift.ADWIN, "PageHinkley": drift.PageHinkley}
    if name not in detectors:
        raise InputError(f"There is no detector {name!r}. Choose one of: {', '.join(detectors)}.")
    detector = detectors[name]()
    for row, score in enumerate(np.asarray(scores, dtype=np.float64).tolist()):
        detector.update(score)
        if detector.drift_detected:
            return row
    return None


def _sums(steps: Floats) -> Floats:
    sums = itertools.accumulate(steps.tolist(), lambda s, x: max(0.0, s + x), initial=0.0)
    return np.array(list(sums)[1:])


def _river() -> Any:
    try:
        from river import drift
    except ImportError as error:
        raise SuiteError(
            "ADWIN and Page-Hinkley need the optional package river. Install it with "
            'pip install "river>=0.26,<1".'
        ) from error
    return drift
