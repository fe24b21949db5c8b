"""What is gained by leaving the least confident predictions to someone else.

Rows are taken from the most confident downwards. The *coverage* is the share taken, the *selective
risk* the share of errors among them. Rows of equal confidence cannot be told apart: they enter
together, and an area under the curve is its mean over every order they could be taken in, so that
the order of the rows never matters.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.intervals import Interval, undefined
from core.stats.score_table import ScoreTable

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

POINTS = 400
"""Largest number of points of a curve."""

TARGETS = (0.01, 0.02, 0.05, 0.1)
"""Selective risks for which the largest coverage is looked for."""

STEPS = 100
"""Cuts tested per target: one for each hundredth of the rows."""

SPARE = 2
"""Errors that the first cut may hold where there are rows to spare, so that one chance error among
the most confident does not end the search."""

_ROUNDING = 1e-12
_WIDEST = 50.0

NO_ERRORS = "there is no error to rank"
NO_RIGHT = "there is no right call to rank"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """Selective risk by coverage, and the area under that curve.

    Attributes
    ----------
    n, errors : int
        Rows, and wrong ones.
    coverage, risk : ndarray, shape (points,)
        The curve, at most :data:`POINTS` points; the last one takes every row.
    low, high : ndarray, shape (points,)
        Pointwise exact 95 % limits of the selective risk.
    cut : ndarray, shape (points,)
        Confidence from which rows are taken.
    area : Interval
        Mean selective risk over all coverages (AURC); smaller is better. NaN when no row is wrong
        or none is right.
    excess : Interval
        What the area has above that of an ordering with every error last.
    best, none : float
        Area of that best ordering, and of an ordering that knows nothing (the share of errors).
    """

    n: int
    errors: int
    coverage: Floats
    risk: Floats
    low: Floats
    high: Floats
    cut: Floats
    area: Interval
    excess: Interval
    best: float
    none: float

    def to_dict(self) -> dict[str, Any]:
        """Return the curve and its areas as plain data."""
        curve = {
            name: getattr(self, name).tolist()
            for name in ("coverage", "risk", "low", "high", "cut")
        }
        areas = {"area": self.area.to_dict(), "excess": self.excess.to_dict()}
        rest = {"n": self.n, "errors": self.errors, "best": self.best, "none": self.none}
        return {**rest, **areas, **curve}


@dataclasses.dataclass(frozen=True, slots=True)
class Abstention:
    """The largest coverage at which a selective risk is shown to be kept.

    Attributes
    ----------
    target, confidence : float
        Largest selective risk that is accepted, and the confidence it is shown with.
    cut : float or None
        Confidence from which a row is taken; ``None`` where no cut is shown to keep the target.
    coverage : float
        Share of rows taken; 0 without a cut.
    kept, errors : int
        Rows taken, and wrong ones among them.
    upper : float or None
        Upper exact limit of the selective risk at the cut.
    needed : int
        Rows, all of them right, without which the target cannot be shown at all.
    reason : str
        What was found, in a sentence.
    """

    target: float
    confidence: float
    cut: float | None
    coverage: float
    kept: int
    errors: int
    upper: float | None
    needed: int
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the row of the table as plain data."""
        return dataclasses.asdict(self)


def risk_coverage(table: ScoreTable) -> RiskCoverage:
    """Return the risk-coverage curve with its area.

    The interval of the area is normal on the logarithm, with the variance of its influence
    function; that of the excess likewise.

    Parameters
    ----------
    table : ScoreTable
        Confidence of each call, in any unit that orders the rows; right calls count as positives.
        At least one row.

    References
    ----------
    Geifman, Uziel and El-Yaniv, Bias-reduced uncertainty estimation, ICLR 2019 (AURC and excess);
    Zhou et al., A novel characterization of the population area under the risk coverage curve,
    arXiv 2410.15361.
    """
    size, bad = _from_the_top(table)
    taken, lost = np.cumsum(size), np.cumsum(bad)
    n, errors = int(taken[-1]), int(lost[-1])
    area, excess, best = _areas(size, bad, taken)
    shown = _thinned(taken)
    low, high = _exact_limits(lost[shown], taken[shown])
    return RiskCoverage(
        n=n,
        errors=errors,
        coverage=taken[shown] / n,
        risk=lost[shown] / taken[shown],
        low=low,
        high=high,
        cut=table.scores[::-1][shown],
        area=area,
        excess=excess,
        best=best,
        none=errors / n,
    )


def abstention(
    table: ScoreTable, targets: Sequence[float] = TARGETS, level: float = 0.95
) -> tuple[Abstention, ...]:
    """Return for each target the largest coverage at which the selective risk is shown to keep it.

    Cuts are tested from few rows to all: is the risk above the target? The first cut at which that
    cannot be rejected ends the search, so that the whole search errs as seldom as one test (fixed
    sequence). Which cuts are tested depends on the confidences and never on the errors, and the p
    values are binomial; rows of unequal risk only make them conservative. The guarantee is for the
    mean risk of cases with the confidences seen here, each target by itself.

    Parameters
    ----------
    table : ScoreTable
        As in :func:`risk_coverage`.
    targets : sequence of float
        Selective risks, strictly between 0 and 1.
    level : float
        Confidence of each row of the table.

    Raises
    ------
    InputError
        If a target is not strictly between 0 and 1.

    References
    ----------
    Angelopoulos, Bates, Candes, Jordan and Lei, Learn then Test, Annals of Applied Statistics 19
    (2025) 1641-1662; Hoeffding, Annals of Mathematical Statistics 27 (1956) 713-721 (unequal
    risks).
    """
    for target in targets:
        if not 0 < target < 1:
            raise InputError(f"targets: {target} is not strictly between 0 and 1. Give 0.05, say.")
    size, bad = _from_the_top(table)
    taken, lost = np.cumsum(size), np.cumsum(bad)
    cuts = table.scores[::-1]
    return tuple(_largest_cut(cuts, taken, lost, target, level) for target in targets)


def rows_needed(target: float, spare: int = 0, level: float = 0.95) -> int:
    """Return how many rows with so many errors show that a risk is at most the target."""
    from scipy.special import bdtr

    low, high = spare, max(2 * spare, 1)
    while bdtr(spare, high, target) > 1 - level:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bdtr(spare, middle, target) > 1 - level else (low, middle)
    return high


def _from_the_top(table: ScoreTable) -> tuple[Counts, Counts]:
    """Return rows and errors at each distinct confidence, the largest first."""
    return (table.positives + table.negatives)[::-1], table.negatives[::-1]


def _areas(size: Counts, bad: Counts, taken: Counts) -> tuple[Interval, Interval, float]:
    n, errors = int(taken[-1]), int(bad.sum())
    if errors in (0, n):
        why = undefined(n, NO_ERRORS if errors == 0 else NO_RIGHT)
        return why, why, errors / n
    # An error at rank r counts in the risk of every later rank k with weight 1/k.
    tail = np.cumsum(1 / np.arange(n, 0, -1.0))[::-1]
    weight = np.add.reduceat(tail, taken - size) / size
    area = float(bad @ weight) / n
    places = np.arange(n - errors + 1, n + 1)
    best = float(np.sum((places - (n - errors)) / places)) / n
    share = bad / taken
    below = np.cumsum(share[::-1])[::-1] - share / 2
    right, wrong = -below, weight - below
    rate = errors / n
    own = math.log1p(-rate)
    spread = _spread(right, wrong, size, bad)
    excess_spread = _spread(right, wrong + own, size, bad)
    return (
        _log_interval(area, spread, n),
        _log_interval(area - best, excess_spread, n),
        best,
    )


def _spread(right: Floats, wrong: Floats, size: Counts, bad: Counts) -> float:
    """Return the standard error of a mean of influences, given per step for right and wrong."""
    n = int(size.sum())
    good = size - bad
    mean = float(good @ right + bad @ wrong) / n
    squares = float(good @ (right - mean) ** 2 + bad @ (wrong - mean) ** 2)
    return math.sqrt(squares / n / max(n - 1, 1))


def _log_interval(value: float, spread: float, n: int, level: float = 0.95) -> Interval:
    from scipy.special import ndtri

    method = "influence function, logarithm"
    if value < _ROUNDING:
        return Interval(0.0, math.nan, math.nan, n, level, "every error ranks last; no limits")
    factor = math.exp(min(float(ndtri(0.5 + level / 2)) * spread / value, _WIDEST))
    return Interval(value, value / factor, min(value * factor, 1.0), n, level, method)


def _thinned(taken: Counts) -> NDArray[np.intp]:
    if len(taken) <= POINTS:
        return np.arange(len(taken))
    wanted = np.linspace(taken[0], taken[-1], POINTS)
    return np.unique(np.searchsorted(taken, wanted))


def _exact_limits(k: Counts, n: Counts, level: float = 0.95) -> tuple[Floats, Floats]:
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = np.where(k == 0, 0.0, betaincinv(np.maximum(k, 1), n - k + 1, tail))
    high = np.where(k == n, 1.0, betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail))
    return low, high


def _largest_cut(
    cut: Floats, taken: Counts, lost: Counts, target: float, level: float
) -> Abstention:
    from scipy.special import bdtr, betaincinv

    n, needed = int(taken[-1]), rows_needed(target, 0, level)
    empty = Abstention(target, level, None, 0.0, 0, 0, None, needed, "")
    if n < needed:
        why = f"Not enough data: {needed} rows, all of them right, are needed; there are {n}."
        return dataclasses.replace(empty, reason=why)
    generous = rows_needed(target, SPARE, level)
    start = generous if generous <= n / 2 else needed
    levels = np.r_[np.arange(start, n, max(n // STEPS, 1)), n]
    tested = np.unique(np.searchsorted(taken, levels))
    kept = bdtr(lost[tested].astype(np.float64), taken[tested], target) <= 1 - level
    passed = len(kept) if kept.all() else int(np.argmin(kept))
    if passed == 0:
        rows, errors = int(taken[tested[0]]), int(lost[tested[0]])
        why = f"Not shown: the {rows} most confident rows hold {errors} errors."
        return dataclasses.replace(empty, reason=why)
    last = tested[passed - 1]
    rows, errors = int(taken[last]), int(lost[last])
    upper = 1.0 if errors == rows else float(betaincinv(errors + 1, rows - errors, level))
    return Abstention(
        target=target,
        confidence=level,
        cut=float(cut[last]),
        coverage=rows / n,
        kept=rows,
        errors=errors,
        upper=upper,
        needed=needed,
        reason=f"{errors} errors in the {rows} rows taken of {n}.",
    )
