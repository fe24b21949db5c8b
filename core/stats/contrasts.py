"""All differences between groups, judged together; and what was too small to be seen."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughDataError, SuiteError
from core.plain import plain
from core.stats.effect_size import detectable, hedges_g, paired_g
from core.stats.intervals import Interval
from core.stats.shift import holm

Floats = NDArray[np.float64]
Design = Literal["independent", "paired"]
Correction = Literal["Holm", "Benjamini-Hochberg", "Games-Howell"]

FEWEST = 3
"""Values of a group below which no contrast is computed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Contrast:
    """One pair of groups.

    Attributes
    ----------
    first, second : str
        The groups.
    difference : Interval
        Mean of the first minus mean of the second; the intervals of all pairs hold together at
        their level.
    effect : Interval
        Hedges' g: the difference in standard deviations; the interval holds for this pair alone.
    p : float
        Two-sided p value of this pair alone.
    p_adjusted : float
        The same, adjusted for all pairs.
    seen : bool
        Whether the adjusted p value is at or below the level.
    detectable : float
        Smallest true difference that the test of this pair would find with 80 % probability at the
        level divided by the number of pairs.
    """

    first: str
    second: str
    difference: Interval
    effect: Interval
    p: float
    p_adjusted: float
    seen: bool
    detectable: float


@dataclasses.dataclass(frozen=True, slots=True)
class Omnibus:
    """One test of whether any group differs.

    Attributes
    ----------
    test : str
        Name of the test.
    statistic : float
        Its statistic.
    freedom : tuple of float
        Its degrees of freedom.
    p : float
        Its p value.
    """

    test: str
    statistic: float
    freedom: tuple[float, ...]
    p: float


@dataclasses.dataclass(frozen=True, slots=True)
class Contrasts:
    """All pairs of groups.

    Attributes
    ----------
    design : {"independent", "paired"}
        Whether the values of different groups belong together row by row.
    correction : str
        How the p values are adjusted.
    alpha : float
        Error level over all pairs: of any false finding, or for Benjamini-Hochberg of the expected
        share of false findings.
    sizes : dict of str to int
        Values in each group.
    means : dict of str to float
        Mean of each group.
    omnibus : Omnibus
        One test over all groups.
    pairs : tuple of Contrast
        Smallest p value first.
    """

    design: Design
    correction: Correction
    alpha: float
    sizes: dict[str, int]
    means: dict[str, float]
    omnibus: Omnibus
    pairs: tuple[Contrast, ...]

    @property
    def unadjusted(self) -> int:
        """Number of pairs whose unadjusted p value is at or below the level."""
        return sum(pair.p <= self.alpha for pair in self.pairs)

    @property
    def seen(self) -> int:
        """Number of pairs that remain after the adjustment."""
        return sum(pair.seen for pair in self.pairs)

    def to_dict(self) -> dict[str, Any]:
        """Return the contrasts as strict JSON."""
        found: dict[str, Any] = plain(self)
        return found


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Return p values adjusted so that the expected share of false findings stays at the level.

    Parameters
    ----------
    p : array_like, shape (m,)
        The unadjusted p values; the tests may be independent or positively dependent.

    References
    ----------
    Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995) 289-300.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(-values, kind="stable")
    remaining = np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    scaled = values[order] * len(values) / remaining
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted


def contrasts(
    groups: Mapping[str, ArrayLike],
    *,
    design: Design = "independent",
    correction: Correction = "Holm",
    alpha: float = 0.05,
) -> Contrasts:
    """Compare every group with every other.

    Independent groups are compared by Welch's t test, with Welch's analysis of variance beside it;
    paired ones by the t test of the differences, with Friedman's test beside it. The intervals of
    the differences hold together (Bonferroni; with Games-Howell by the studentised range).

    Parameters
    ----------
    groups : mapping of str to array_like, shape (n_i,)
        At least two groups of finite values in one unit; paired ones of equal length and order.
    design : {"independent", "paired"}
        Whether row i of all groups belongs to the same unit.
    correction : {"Holm", "Benjamini-Hochberg", "Games-Howell"}
        How p values are adjusted; Games-Howell is for independent groups.
    alpha : float
        Error level over all pairs.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two groups or a group has fewer than three values or no spread.
    SuiteError
        If a value is not finite, or the design does not fit the groups.

    References
    ----------
    Welch, Biometrika 34 (1947) 28-35 and 38 (1951) 330-336. Games and Howell, Journal of
    Educational Statistics 1 (1976) 113-125. Holm, Scand. J. Stat. 6 (1979) 65-70.
    """
    known = _checked(groups, design, correction)
    return Contrasts(
        design=design,
        correction=correction,
        alpha=alpha,
        sizes={name: len(values) for name, values in known.items()},
        means={name: float(values.mean()) for name, values in known.items()},
        omnibus=_friedman(known) if design == "paired" else _welch_anova(known),
        pairs=tuple(sorted(_pairs(known, design, correction, alpha), key=lambda pair: pair.p)),
    )


def _pairs(
    known: Mapping[str, Floats], design: Design, correction: Correction, alpha: float
) -> Iterator[Contrast]:
    named = list(itertools.combinations(known, 2))
    compare, sized = (_paired, paired_g) if design == "paired" else (_welch, hedges_g)
    judged = [compare(known[a], known[b]) for a, b in named]
    p = np.array([_two_sided(t, df) for _, _, t, df in judged])
    adjusted, reach = _adjust(judged, p, correction, len(known), alpha)
    how = f"{design}, {len(named)} intervals that hold together"
    for i, (a, b) in enumerate(named):
        mean, se, _, df = judged[i]
        half = reach(df) * se
        effect = sized(known[a], known[b])
        yield Contrast(
            first=a,
            second=b,
            difference=Interval(mean, mean - half, mean + half, effect.n, 1 - alpha, how),
            effect=effect,
            p=float(p[i]),
            p_adjusted=float(adjusted[i]),
            seen=bool(adjusted[i] <= alpha),
            detectable=detectable(se, df, alpha / len(named)),
        )


Judged = tuple[float, float, float, float]
"""Difference, its standard error, t and degrees of freedom."""


def _welch(a: Floats, b: Floats) -> Judged:
    va, vb = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    mean, se = float(a.mean() - b.mean()), math.sqrt(va + vb)
    df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    return mean, se, mean / se, df


def _paired(a: Floats, b: Floats) -> Judged:
    apart = a - b
    mean, se = float(apart.mean()), float(apart.std(ddof=1)) / math.sqrt(len(apart))
    if se == 0:
        message = "Two paired groups differ by the same amount in every row; there is no t test."
        raise NotEnoughDataError(message)
    return mean, se, mean / se, len(apart) - 1.0


def _two_sided(t: float, df: float) -> float:
    from scipy.special import stdtr

    return 2 * float(stdtr(df, -abs(t)))


def _adjust(
    judged: list[Judged], p: Floats, correction: Correction, groups: int, alpha: float
) -> tuple[Floats, Callable[[float], float]]:
    """Return adjusted p values, and how many standard errors an interval reaches."""
    from scipy.special import stdtrit

    if correction == "Games-Howell":
        from scipy.stats import studentized_range as law

        root = math.sqrt(2)
        tails = [float(law.sf(abs(t) * root, groups, df)) for _, _, t, df in judged]
        return np.clip(tails, 0.0, 1.0), lambda df: float(law.ppf(1 - alpha, groups, df)) / root
    adjusted = holm(p) if correction == "Holm" else benjamini_hochberg(p)
    tail = alpha / (2 * len(judged))
    return adjusted, lambda df: float(stdtrit(df, 1 - tail))


def _welch_anova(groups: Mapping[str, Floats]) -> Omnibus:
    from scipy.special import fdtrc

    k = len(groups)
    sizes = np.array([len(values) for values in groups.values()], dtype=np.float64)
    means = np.array([values.mean() for values in groups.values()])
    weights = sizes / np.array([values.var(ddof=1) for values in groups.values()])
    total = weights.sum()
    between = float((weights * np.square(means - (weights * means).sum() / total)).sum()) / (k - 1)
    unequal = float((np.square(1 - weights / total) / (sizes - 1)).sum())
    f = between / (1 + 2 * (k - 2) / (k * k - 1) * unequal)
    df = (k * k - 1) / (3 * unequal)
    return Omnibus("Welch's analysis of variance", f, (k - 1.0, df), float(fdtrc(k - 1, df, f)))


def _friedman(groups: Mapping[str, Floats]) -> Omnibus:
    if len(groups) == 2:
        first, second = groups.values()
        _, _, t, df = _paired(first, second)
        return Omnibus("paired t test", t, (df,), _two_sided(t, df))
    from scipy.stats import friedmanchisquare

    found = friedmanchisquare(*groups.values())
    statistic, p = float(found.statistic), float(found.pvalue)
    return Omnibus("Friedman's test", statistic, (len(groups) - 1.0,), p)


def _checked(
    groups: Mapping[str, ArrayLike], design: Design, correction: Correction
) -> dict[str, Floats]:
    known = {name: np.asarray(values, dtype=np.float64) for name, values in groups.items()}
    if len(known) < 2:
        raise NotEnoughDataError(f"There are {len(known)} groups; a contrast needs at least 2.")
    for name, values in known.items():
        if not np.isfinite(values).all():
            raise SuiteError(f"Group {name} holds a missing or infinite value. Leave it out.")
        if len(values) < FEWEST or float(np.ptp(values)) == 0:
            raise NotEnoughDataError(
                f"Group {name} has {len(values)} values with a spread of"
                f" {float(np.ptp(values)) if len(values) else 0:g}. A contrast needs at least"
                f" {FEWEST} values that are not all equal."
            )
    if design == "paired" and len({len(values) for values in known.values()}) > 1:
        raise SuiteError("Paired groups must have the same rows; their lengths differ.")
    if design == "paired" and correction == "Games-Howell":
        raise SuiteError("Games-Howell compares independent groups. Choose Holm for paired ones.")
    return known
