"""Did calibration change? Likelihood-ratio tests of one line against two, with their intervals.

Outcomes follow a logistic line a + b * score in an earlier and in a later sample. The test asks
whether one line fits both. With few outcomes the chi-square distribution is too narrow, so the
statistic is divided by its expectation (:mod:`core.stats.bartlett`): no simulation and no seed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtri

from core.stats.bartlett import two_lines_factor
from core.stats.calibration_line import NO_LINE, Line, Sample, stack
from core.stats.grouped_logistic import Floats, GroupedFit, fit_grouped
from core.stats.intervals import Interval, undefined

_ROWS_AT_ONCE = 1_000_000
_TAME = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class CalibrationShift:
    """One comparison of a later sample with an earlier one.

    Attributes
    ----------
    n, n_reference : int
        Rows of the later and the earlier sample.
    events, events_reference : int
        Outcomes among them.
    intercept_change : Interval
        Change of the log-odds of the outcome at the earlier sample's typical score.
    slope_ratio : Interval
        Later slope divided by the earlier one.
    statistic : float
        Likelihood-ratio statistic of two lines against one, 2 degrees of freedom.
    bartlett : float
        What it is divided by before it is referred to chi-square.
    p : float
        p value of "the line did not change".
    p_intercept, p_slope : float
        p values of "the level did not change", the slope being common, and of "the slope did not
        change", whatever the levels; 1 degree of freedom each.
    lines : (Line, Line) or None
        The earlier and the later line at the typical score; ``None`` unless both are finite.
    """

    n: int
    n_reference: int
    events: int
    events_reference: int
    intercept_change: Interval
    slope_ratio: Interval
    statistic: float
    bartlett: float
    p: float
    p_intercept: float
    p_slope: float
    lines: tuple[Line, Line] | None

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        del plain["lines"]
        return plain | {
            "intercept_change": self.intercept_change.to_dict(),
            "slope_ratio": self.slope_ratio.to_dict(),
        }


Pair = tuple[Sample, Sample]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LineTests:
    """Tests of "one line fits both samples" for P pairs, each array of shape (P,).

    Attributes
    ----------
    statistic, factor, p : ndarray
        Likelihood ratio, its Bartlett correction, and the p value.
    pooled : GroupedFit
        The one line.
    earlier, later : GroupedFit
        The two lines.
    """

    statistic: Floats
    factor: Floats
    p: Floats
    pooled: GroupedFit
    earlier: GroupedFit
    later: GroupedFit


def line_tests(pairs: Sequence[Pair]) -> LineTests:
    """Test whether one line fits both samples, for each pair of an earlier and a later sample.

    Every sample has at least one row. An earlier sample that occurs in several pairs is fitted
    once. All rows are held at once; :func:`compare` splits the work.
    """
    earlier = list({id(old): old for old, _ in pairs}.values())
    position = {id(old): i for i, old in enumerate(earlier)}
    where = np.array([position[id(old)] for old, _ in pairs])
    y, score, sizes = stack(earlier + [new for _, new in pairs])
    identity = np.tile([0.0, 1.0], (len(sizes), 1))
    apart = fit_grouped((np.ones(len(y)), score), y, sizes, start=identity)
    old, new = apart.pick(where), apart.pick(len(earlier) + np.arange(len(pairs)))
    y, score, halves = stack([sample for pair in pairs for sample in pair])
    whole = halves.reshape(-1, 2).sum(axis=1)
    one = fit_grouped((np.ones(len(y)), score), y, whole, start=_shared_start(old, new))
    separate = old.log_likelihood + new.log_likelihood
    statistic = np.maximum(2 * (separate - one.log_likelihood), 0.0)
    factor = two_lines_factor(one.beta, score, halves)
    p = chdtrc(2, statistic / factor)
    return LineTests(statistic, factor, p, one, old, new)


def compare(pairs: Sequence[Pair], level: float = 0.95) -> tuple[CalibrationShift, ...]:
    """Compare a later sample with an earlier one, for each pair.

    Parameters
    ----------
    pairs : sequence of (Sample, Sample)
        The earlier and the later sample, each with at least one row; the same earlier one may occur
        in all pairs.
    level : float
        Confidence level of the intervals: Wald's for the intercept, Fieller's for the ratio.

    References
    ----------
    Vergouwe et al., Statistics in Medicine 36 (2017) 4529-4539 (nested tests of recalibration).
    """
    found: list[CalibrationShift] = []
    for chunk in _chunks(pairs):
        tests = line_tests(chunk)
        parallel = _parallel(chunk, tests)
        separate = tests.earlier.log_likelihood + tests.later.log_likelihood
        p_intercept = chdtrc(1, np.maximum(2 * (parallel - tests.pooled.log_likelihood), 0))
        p_slope = chdtrc(1, np.maximum(2 * (separate - parallel), 0))
        for i, pair in enumerate(chunk):
            nested = float(p_intercept[i]), float(p_slope[i])
            found.append(_comparison(pair, tests, i, nested, level))
    return tuple(found)


def _chunks(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Split the pairs so that the rows held at once are bounded."""
    chunks: list[list[Pair]] = []
    held = _ROWS_AT_ONCE
    for pair in pairs:
        rows = pair[0].n + pair[1].n
        if held + rows > _ROWS_AT_ONCE:
            chunks.append([])
            held = 0
        chunks[-1].append(pair)
        held += rows
    return chunks


def _shared_start(old: GroupedFit, new: GroupedFit) -> Floats:
    """Return the line between two that fits both best if both likelihoods are quadratic."""
    both = np.einsum("sij,sj->si", old.information, old.beta)
    both += np.einsum("sij,sj->si", new.information, new.beta)
    near = _tame(old) & _tame(new)
    start = np.tile([0.0, 1.0], (len(near), 1))
    information = old.information[near] + new.information[near]
    start[near] = np.linalg.solve(information, both[near][..., None])[..., 0]
    return start


def _tame(fit: GroupedFit) -> NDArray[np.bool_]:
    """Whether a line is so far from a step that its likelihood is roughly quadratic."""
    level, cross, slope = (fit.information[:, i, j] for i, j in ((0, 0), (0, 1), (1, 1)))
    tame: NDArray[np.bool_] = (level * slope - cross**2 > 1e-6 * level * slope) & (level > _TAME)
    return tame


def _parallel(pairs: Sequence[Pair], tests: LineTests) -> Floats:
    """Return the largest log-likelihood of two lines with one slope, for each pair."""
    y, score, halves = stack([sample for pair in pairs for sample in pair])
    later = np.repeat(np.tile([0.0, 1.0], len(pairs)), halves)
    whole = halves.reshape(-1, 2).sum(axis=1)
    start = tests.pooled.beta[:, [0, 0, 1]]
    near = _tame(tests.earlier) & _tame(tests.later)
    start[near] = _parallel_start(tests.earlier.pick(near), tests.later.pick(near))
    return fit_grouped((1 - later, later, score), y, whole, start=start).log_likelihood


def _parallel_start(old: GroupedFit, new: GroupedFit) -> Floats:
    """Return levels and slope of the two parallel lines that quadratic likelihoods prefer."""
    centres = [fit.information[:, 0, 1] / fit.information[:, 0, 0] for fit in (old, new)]
    own = [
        fit.information[:, 1, 1] - centre * fit.information[:, 0, 1]
        for fit, centre in zip((old, new), centres, strict=True)
    ]
    slope = (own[0] * old.beta[:, 1] + own[1] * new.beta[:, 1]) / (own[0] + own[1])
    levels = [
        fit.beta[:, 0] - centre * (slope - fit.beta[:, 1])
        for fit, centre in zip((old, new), centres, strict=True)
    ]
    return np.column_stack([*levels, slope])


def _comparison(
    pair: Pair, tests: LineTests, i: int, nested: tuple[float, float], level: float
) -> CalibrationShift:
    old, new = pair
    lines = None
    if old.has_line and new.has_line:
        information = tests.earlier.information[i]
        centre = float(information[0, 1] / information[0, 0])
        lines = (
            Line.at(centre, tests.earlier.beta[i], information),
            Line.at(centre, tests.later.beta[i], tests.later.information[i]),
        )
    nothing = undefined(new.n, NO_LINE, level)
    return CalibrationShift(
        n=new.n,
        n_reference=old.n,
        events=new.events,
        events_reference=old.events,
        intercept_change=_level_change(*lines, new.n, level) if lines else nothing,
        slope_ratio=_slope_ratio(*lines, new.n, level) if lines else nothing,
        statistic=float(tests.statistic[i]),
        bartlett=float(tests.factor[i]),
        p=float(tests.p[i]),
        p_intercept=nested[0],
        p_slope=nested[1],
        lines=lines,
    )


def _level_change(old: Line, new: Line, n: int, level: float) -> Interval:
    change = new.level - old.level
    half = float(ndtri(0.5 + level / 2)) * float(np.sqrt(old.var_level + new.var_level))
    return Interval(change, change - half, change + half, n, level, "Wald")


def _slope_ratio(old: Line, new: Line, n: int, level: float) -> Interval:
    z2 = float(ndtri(0.5 + level / 2)) ** 2
    square, product = old.slope**2 - z2 * old.var_slope, old.slope * new.slope
    if square <= 0:
        return undefined(n, "the earlier slope does not differ from 0", level)
    root = np.sqrt(product**2 - square * (new.slope**2 - z2 * new.var_slope))
    low, high = float((product - root) / square), float((product + root) / square)
    return Interval(new.slope / old.slope, low, high, n, level, "Fieller")
