"""How far predicted quantities are off in each group, and whether they are off alike."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.intervals import Interval, undefined
from core.trust.groups.gap_evidence import Means
from core.trust.groups.gap_result import FEW, SMALLEST, Exclusion, Family, GapTest
from core.trust.groups.gaps import judge
from core.trust.predictions import Estimates, Grouping

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MARGIN = 0.2


@dataclasses.dataclass(frozen=True, slots=True)
class LevelErrors:
    """Errors in one level, in the outcome's unit.

    Attributes
    ----------
    level : str
        The level.
    n : int
        Its rows.
    mae : Interval
        Mean absolute error.
    bias : Interval
        Mean of predicted minus observed.
    """

    level: str
    n: int
    mae: Interval
    bias: Interval

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data; a level of fewer than :data:`FEW` people is withheld where asked."""
        if suppress and self.n < FEW:
            return {"level": self.level, "suppressed": f"fewer than {FEW} people"}
        return {
            "level": self.level,
            "n": self.n,
            "mae": self.mae.to_dict(),
            "bias": self.bias.to_dict(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class AttributeErrors:
    """One attribute.

    Attributes
    ----------
    attribute : str
        Its name.
    levels : tuple of LevelErrors
        Every level.
    test : GapTest
        The mean errors compared, in standard deviations of the outcome.
    """

    attribute: str
    levels: tuple[LevelErrors, ...]
    test: GapTest

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data."""
        return {
            "attribute": self.attribute,
            "levels": [level.to_dict(suppress=suppress) for level in self.levels],
            "test": self.test.to_dict(suppress=suppress),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class ErrorPanel:
    """The comparison of groups by their errors.

    Attributes
    ----------
    n : int
        Rows.
    margin : float
        Largest gap between two mean errors that does not matter, in standard deviations.
    outcome_sd : float
        Standard deviation of the outcome.
    attributes : tuple of AttributeErrors
        One for each attribute.
    """

    n: int
    margin: float
    outcome_sd: float
    attributes: tuple[AttributeErrors, ...]

    def to_dict(self, *, suppress: bool = True) -> dict[str, Any]:
        """Return plain data for JSON; see :meth:`core.trust.groups.panel.FairnessPanel.to_dict`."""
        return {
            "n": self.n,
            "margin": self.margin,
            "outcome_sd": self.outcome_sd,
            "attributes": [one.to_dict(suppress=suppress) for one in self.attributes],
        }


def group_errors(estimates: Estimates, *, margin: float = MARGIN) -> ErrorPanel:
    """Compare the levels of every attribute by their mean error.

    Parameters
    ----------
    estimates : Estimates
        What was predicted; the attributes are ``estimates.context.groups``.
    margin : float
        Largest gap between the mean errors of two levels that does not matter, in standard
        deviations of the outcome; positive.

    Raises
    ------
    InputError
        If the margin is not positive.
    """
    if not margin > 0:
        raise InputError(f"margin: {margin:g} is not positive. Give one such as {MARGIN:g}.")
    # Sorted sums do not depend on the order of the rows.
    error = estimates.predicted - estimates.y
    order = np.argsort(error, kind="stable")
    scale = float(np.sort(estimates.y).std(ddof=1)) if estimates.n > 1 else 0.0
    groups = estimates.context.groups
    families, levels = [], []
    for grouping in groups:
        family, some = _attribute(grouping, error[order], order, scale)
        families.append(family)
        levels.append(some)
    attributes = tuple(
        AttributeErrors(grouping.name, some, test)
        for grouping, some, test in zip(groups, levels, judge(families, margin), strict=True)
    )
    return ErrorPanel(estimates.n, margin, scale, attributes)


def _attribute(
    grouping: Grouping, error: Floats, order: NDArray[np.intp], scale: float
) -> tuple[Family, tuple[LevelErrors, ...]]:
    index, size = grouping.index[order], len(grouping.levels)
    n = np.bincount(index, minlength=size).astype(np.int64)
    mean, variance = _moments(index, error, n)
    mean_absolute, variance_absolute = _moments(index, np.abs(error), n)
    levels = tuple(
        LevelErrors(
            name,
            int(n[i]),
            _mean(int(n[i]), mean_absolute[i], variance_absolute[i], floor=0.0),
            _mean(int(n[i]), mean[i], variance[i]),
        )
        for i, name in enumerate(grouping.levels)
    )
    enough = n >= SMALLEST
    constant = "" if scale > 0 else "The outcome does not vary, so no difference can be scaled."
    kept = np.flatnonzero(enough & (scale > 0))
    unit = scale or 1.0
    evidence = Means(n[kept], mean[kept] / unit, variance[kept] / unit**2)
    p = welch_anova(evidence) if len(kept) > 1 else math.nan
    family = Family(
        attribute=grouping.name,
        measure="bias",
        unit="rows",
        levels=tuple(grouping.levels[i] for i in kept),
        excluded=tuple(Exclusion(grouping.levels[i], int(n[i])) for i in np.flatnonzero(~enough)),
        evidence=evidence,
        p=p,
        p_each=tuple(math.nan for _ in kept),
        why_not=constant,
    )
    return family, levels


def welch_anova(groups: Means) -> float:
    """Return the p value of "all means are equal", whatever the variances.

    References
    ----------
    Welch, Biometrika 38 (1951) 330-336.
    """
    from scipy.special import fdtrc

    n, mean, size = groups.n, groups.mean, len(groups.n)
    pooled = float(((n - 1) * groups.variance).sum() / (n - 1).sum())
    if pooled == 0:
        return 1.0 if np.ptp(mean) == 0 else 0.0
    # A level without any spread would have an infinite weight.
    weight = n / np.maximum(groups.variance, 1e-9 * pooled)
    share = weight / weight.sum()
    between = float((weight * (mean - float(share @ mean)) ** 2).sum()) / (size - 1)
    lost = float(((1 - share) ** 2 / (n - 1)).sum())
    f = between / (1 + 2 * (size - 2) / (size**2 - 1) * lost)
    return float(fdtrc(size - 1, (size**2 - 1) / (3 * lost), f))


def _moments(index: NDArray[np.intp], values: Floats, n: Counts) -> tuple[Floats, Floats]:
    """Return mean and sample variance by group; NaN where there are too few rows."""
    mean = np.bincount(index, values, len(n)) / np.maximum(n, 1)
    squares = np.bincount(index, (values - mean[index]) ** 2, len(n))
    variance: Floats = np.where(n > 1, squares / np.maximum(n - 1, 1), math.nan)
    return np.where(n > 0, mean, math.nan), variance


def _mean(
    n: int, mean: float, variance: float, level: float = 0.95, floor: float = -math.inf
) -> Interval:
    from scipy.special import stdtrit

    if n == 0:
        return undefined(0, "no row", level)
    if n == 1:
        return Interval(float(mean), math.nan, math.nan, 1, level, "one row has no spread")
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * math.sqrt(variance / n)
    return Interval(float(mean), max(float(mean) - half, floor), float(mean) + half, n, level, "t")
