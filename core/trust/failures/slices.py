"""Where a model fails: groups of rows, described in words, whose errors exceed the rest's.

Every feature and group is cut into a few levels. One half of the rows, drawn with the seed, is
searched for levels and pairs of levels with many errors; the other half confirms what was found.
Every figure shown comes from the confirming half. The halves do not depend on the order of the
rows.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.stats.error_size import mean_interval
from core.stats.intervals import Interval, wilson
from core.stats.shift import holm
from core.stats.two_proportions import newcombe
from core.trust.failures.factors import Factor, factors
from core.trust.failures.slice_search import LIMIT, MIN_Z, Family, Half, halves, search
from core.trust.predictions import Estimates, Predictions

Floats = NDArray[np.float64]

LEVEL = 0.05
"""Adjusted p value up to which a slice is confirmed."""

TYPICAL_SHARE = 0.1
"""Share of the rows for which the smallest gap that would be found is stated."""

POWER = 0.8


@dataclasses.dataclass(frozen=True, slots=True)
class Slice:
    """Rows described by one or two levels, measured on the confirming half.

    Attributes
    ----------
    rule : str
        The description, such as ``"age above 61 and sex = female"``.
    n : int
        Rows.
    errors : int or None
        Wrong calls among them; ``None`` for regression.
    here, elsewhere : Interval
        Error rate (Wilson) or mean absolute error (t) in the slice and in the rest.
    gap : Interval
        Here minus elsewhere.
    lift : float or None
        Here over elsewhere; ``None`` where there is no error elsewhere.
    share_of_errors : float
        Share of all errors, or of the sum of absolute errors, that lies in the slice.
    p, p_adjusted : float
        One-sided p value of "no more errors than elsewhere" (Fisher's exact test, or Welch's), by
        itself and adjusted by Holm's rule for all slices tested.
    """

    rule: str
    n: int
    errors: int | None
    here: Interval
    elsewhere: Interval
    gap: Interval
    lift: float | None
    share_of_errors: float
    p: float
    p_adjusted: float

    @property
    def confirmed(self) -> bool:
        """Whether the adjusted p value is at most :data:`LEVEL`."""
        return self.p_adjusted <= LEVEL

    def to_dict(self) -> dict[str, Any]:
        """Return the slice as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        intervals = {name: plain[name].to_dict() for name in ("here", "elsewhere", "gap")}
        return {**plain, **intervals, "confirmed": self.confirmed}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """What a search found.

    Attributes
    ----------
    tested : tuple of Slice
        The slices put to the test on the confirming half, the worst first.
    factors : int
        Features and groups that were searched.
    chosen : tuple of str
        Names of those that a shallow tree chose beforehand; empty when all were searched.
    searched : int
        Slices looked at in the searching half.
    n_search, n_confirm : int
        Rows of the two halves.
    errors_confirm : int or None
        Errors in the confirming half; ``None`` for regression.
    min_share : float
        Smallest share of the rows that a slice may have.
    detectable : float or None
        Smallest gap in the error rate that a slice of a tenth of the rows would need to be
        found and confirmed with a probability of about 80 %; ``None`` where no gap suffices, and
        for regression.
    family : Family or None
        Rows and errors, over all rows, of every slice that could have been found; ``None`` for
        regression, and where the features were chosen by the data.
    """

    tested: tuple[Slice, ...]
    factors: int
    chosen: tuple[str, ...]
    searched: int
    n_search: int
    n_confirm: int
    errors_confirm: int | None
    min_share: float
    detectable: float | None
    family: Family | None

    @property
    def found(self) -> tuple[Slice, ...]:
        """The confirmed slices, the worst first."""
        return tuple(one for one in self.tested if one.confirmed)

    def to_dict(self) -> dict[str, Any]:
        """Return the search as plain data, without the counts of every slice."""
        hidden = ("tested", "chosen", "family")
        plain = {
            f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in hidden
        }
        return {
            **plain,
            "chosen": list(self.chosen),
            "found": [one.to_dict() for one in self.found],
            "tested": len(self.tested),
        }


def error_slices(predictions: Predictions, seed: int = 0) -> Slices | None:
    """Search for slices with more wrong calls than elsewhere.

    Parameters
    ----------
    predictions : Predictions
        With features or groups in its context.
    seed : int
        Seed of the halves.

    Returns
    -------
    Slices or None
        ``None`` where no feature or group varies.
    """
    wrong = ~predictions.correct
    return _slices(factors(predictions.context), wrong.astype(np.float64), seed, binary=True)


def loss_slices(estimates: Estimates, seed: int = 0) -> Slices | None:
    """Search for slices with larger absolute errors than elsewhere; as :func:`error_slices`."""
    loss = np.abs(estimates.y - estimates.predicted)
    return _slices(factors(estimates.context), loss, seed, binary=False)


def _slices(known: tuple[Factor, ...], loss: Floats, seed: int, *, binary: bool) -> Slices | None:
    if not known:
        return None
    first, second = halves(known, loss, seed, stratified=binary)
    result = search(first, second, seed, binary=binary)
    masks = [second.rows(one) for one in result.candidates]
    measured = [
        _binary_slice(second, mask) if binary else _loss_slice(second, mask) for mask in masks
    ]
    adjusted = holm([one.p for one in measured])
    tested = [
        dataclasses.replace(one, rule=result.words(candidate), p_adjusted=float(p))
        for one, candidate, p in zip(measured, result.candidates, adjusted, strict=True)
    ]
    tested.sort(key=lambda one: -_shrunken(one, result.prior_rows))
    chosen = tuple(known[i].name for i in result.columns) if len(known) > LIMIT else ()
    return Slices(
        tested=tuple(tested),
        factors=len(known),
        chosen=chosen,
        searched=result.searched,
        n_search=first.n,
        n_confirm=second.n,
        errors_confirm=int(second.loss.sum()) if binary else None,
        min_share=result.min_share,
        detectable=_detectable(second, max(len(tested), 1)) if binary else None,
        family=result.family,
    )


def _binary_slice(half: Half, mask: NDArray[np.bool_]) -> Slice:
    from scipy.stats import hypergeom

    n, all_errors = int(mask.sum()), int(half.loss.sum())
    errors = int(half.loss[mask].sum())
    rest, other = half.n - n, all_errors - errors
    p = float(hypergeom.sf(errors - 1, half.n, all_errors, n))
    return Slice(
        rule="",
        n=n,
        errors=errors,
        here=wilson(errors, n),
        elsewhere=wilson(other, rest),
        gap=newcombe(errors, n, other, rest),
        lift=errors / n / (other / rest) if other else None,
        share_of_errors=errors / all_errors if all_errors else 0.0,
        p=min(p, 1.0),
        p_adjusted=1.0,
    )


def _loss_slice(half: Half, mask: NDArray[np.bool_]) -> Slice:
    from scipy.special import stdtr, stdtrit

    inside, outside = half.loss[mask], half.loss[~mask]
    parts = [float(one.var(ddof=1)) / len(one) for one in (inside, outside)]
    difference = float(inside.mean() - outside.mean())
    spread = math.sqrt(sum(parts))
    squares = sum(v * v / (len(one) - 1) for v, one in zip(parts, (inside, outside), strict=True))
    df = spread**4 / squares if squares else math.inf
    p = float(stdtr(df, -difference / spread)) if spread else float(difference <= 0)
    half_width = float(stdtrit(df, 0.975)) * spread if spread else 0.0
    limits = difference - half_width, difference + half_width
    total, mean = float(half.loss.sum()), float(outside.mean())
    return Slice(
        rule="",
        n=len(inside),
        errors=None,
        here=mean_interval(inside),
        elsewhere=mean_interval(outside),
        gap=Interval(difference, *limits, half.n, 0.95, "Welch"),
        lift=float(inside.mean()) / mean if mean else None,
        share_of_errors=float(inside.sum()) / total if total else 0.0,
        p=p,
        p_adjusted=1.0,
    )


def _shrunken(one: Slice, prior: float) -> float:
    """Return the gap, pulled towards 0 as if so many rows without a gap had been added."""
    return one.gap.estimate * one.n / (one.n + prior)


def _detectable(half: Half, tests: int) -> float | None:
    """Return the gap that a slice of :data:`TYPICAL_SHARE` needs, on the arcsine scale (Cohen)."""
    from scipy.special import ndtri

    inside = TYPICAL_SHARE * half.n
    # It must stand out in the searching half and be confirmed in the other, independently.
    hurdle = max(MIN_Z, float(ndtri(1 - LEVEL / tests)))
    reach = (hurdle + float(ndtri(math.sqrt(POWER)))) / 2
    rate = float(half.loss.mean())
    angle = math.asin(math.sqrt(rate)) + reach * math.sqrt(1 / inside + 1 / (half.n - inside))
    return math.sin(angle) ** 2 - rate if angle < math.pi / 2 else None
