"""Tests of whether a feature's distribution differs between a reference and a window of new data.

Every function compares two independent samples that share no row. Several features are judged
together with Holm's step-down rule, so that the probability of any false alarm among them stays
at or below the level.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError, NotEnoughDataError

MIN_EXPECTED = 5
"""Expected count in every cell from which the chi-square approximation is used (Cochran 1954)."""

N_TABLES = 9_999


@dataclasses.dataclass(frozen=True, slots=True)
class Shift:
    """One comparison of one feature.

    Attributes
    ----------
    feature : str
        What was compared.
    kind : {"value", "code", "missing"}
        Whether measured values, codes, or the share of missing values were compared.
    test : str
        Name of the test.
    n_reference, n_window : int
        Values that entered the test from either sample; for ``"missing"``, rows.
    effect : float
        Kolmogorov-Smirnov distance (0 to 1) for values, Cramer's V (0 to 1) for codes, share
        missing in the window minus share in the reference (-1 to 1) for missing values.
    p : float
        Two-sided p value of this comparison alone.
    p_adjusted : float or None
        The same after Holm's adjustment for all comparisons made together.
    alarm : bool
        Whether the adjusted p value is at or below the level.
    """

    feature: str
    kind: Literal["value", "code", "missing"]
    test: str
    n_reference: int
    n_window: int
    effect: float
    p: float
    p_adjusted: float | None = None
    alarm: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as plain data; an adjusted p value not yet known is ``None``."""
        return dataclasses.asdict(self)


def value_shift(feature: str, reference: ArrayLike, window: ArrayLike) -> Shift:
    """Compare a measured quantity: two-sample Kolmogorov-Smirnov test, NaN left out.

    The p value is that of the one-sample test at the effective size nm / (n + m). Rounded
    measurements tie, which makes the test conservative: it alarms less often than stated.

    Parameters
    ----------
    feature : str
        Name for the result.
    reference, window : array_like, shape (n,), (m,)
        Values in the same unit.

    Raises
    ------
    NotEnoughDataError
        If either sample has fewer than two values.
    InputError
        If a value is infinite.
    """
    from scipy.stats import ks_2samp

    old, new = _values(feature, reference), _values(feature, window)
    if min(len(old), len(new)) < 2:
        raise NotEnoughDataError(f"{feature} has a single value on one side. Give two or more.")
    found = ks_2samp(old, new, method="asymp")
    p = min(float(found.pvalue), 1.0)
    return Shift(
        feature, "value", "Kolmogorov-Smirnov", len(old), len(new), float(found.statistic), p
    )


def code_shift(feature: str, reference: ArrayLike, window: ArrayLike) -> Shift:
    """Compare a categorical feature: chi-square, or an exact test when counts are small.

    The exact test is Fisher's for two codes. For more it refers the chi-square statistic to
    ``N_TABLES`` random tables with the same margins, drawn with a fixed seed; its p value is then
    never below 1 / (``N_TABLES`` + 1).

    Parameters
    ----------
    feature : str
        Name for the result.
    reference, window : array_like, shape (n,), (m,)
        Codes as numbers; NaN is left out.

    Raises
    ------
    NotEnoughDataError
        If either sample has no value.
    InputError
        If a value is infinite.
    """
    old, new = _values(feature, reference), _values(feature, window)
    codes = np.unique(np.concatenate([old, new]))
    table = np.array([[np.sum(old == code), np.sum(new == code)] for code in codes])
    test, p, effect = _compare_counts(table)
    return Shift(feature, "code", test, len(old), len(new), effect, p)


def missing_shift(feature: str, reference: ArrayLike, window: ArrayLike) -> Shift:
    """Compare how often a feature is missing (NaN): Fisher's exact test on all rows.

    Raises
    ------
    NotEnoughDataError
        If either sample has no row.
    """
    from scipy.stats import fisher_exact

    absent = [np.isnan(np.asarray(sample, dtype=np.float64)) for sample in (reference, window)]
    if not all(len(sample) for sample in absent):
        raise NotEnoughDataError(f"There is no row to compare for {feature}. Give at least one.")
    old, new = absent
    table = np.array([[old.sum(), (~old).sum()], [new.sum(), (~new).sum()]])
    p = min(float(fisher_exact(table).pvalue), 1.0)
    effect = float(new.mean() - old.mean())
    return Shift(feature, "missing", "Fisher exact", len(old), len(new), effect, p)


def judge(shifts: Sequence[Shift], level: float = 0.05) -> tuple[Shift, ...]:
    """Return the comparisons with adjusted p values and alarms.

    Parameters
    ----------
    shifts : sequence of Shift
        All comparisons that are looked at together, whatever they found.
    level : float, default 0.05
        Largest probability of one or more false alarms among them.
    """
    adjusted = holm([shift.p for shift in shifts])
    return tuple(
        dataclasses.replace(shift, p_adjusted=float(p), alarm=bool(p <= level))
        for shift, p in zip(shifts, adjusted, strict=True)
    )


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return p values adjusted by Holm's step-down rule.

    Parameters
    ----------
    p : array_like, shape (m,)
        The unadjusted p values; the tests may depend on each other in any way.

    References
    ----------
    Holm, Scand. J. Stat. 6 (1979) 65-70.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    remaining = np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * remaining), 1.0)
    return adjusted


def _values(feature: str, sample: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(sample, dtype=np.float64).ravel()
    values = values[~np.isnan(values)]
    if len(values) == 0:
        raise NotEnoughDataError(f"There is no value to compare for {feature}. Give at least one.")
    if np.isinf(values).any():
        raise InputError(f"{feature} holds an infinite value. Remove it or mark it as missing.")
    return values


def _compare_counts(table: NDArray[np.int64]) -> tuple[str, float, float]:
    """Return test, p value and Cramer's V of a table of codes (rows) by samples (two columns)."""
    from scipy.stats import chi2_contingency, fisher_exact

    if len(table) == 1:
        return "single code", 1.0, 0.0
    found = chi2_contingency(table, correction=False)
    effect = math.sqrt(found.statistic / table.sum())
    if found.expected_freq.min() >= MIN_EXPECTED:
        return "chi-square", float(found.pvalue), effect
    if len(table) == 2:
        return "Fisher exact", min(float(fisher_exact(table).pvalue), 1.0), effect
    return "chi-square (sampled)", _sampled_p(table, found.expected_freq), effect


def _sampled_p(table: NDArray[np.int64], expected: NDArray[np.float64]) -> float:
    """Return the share of random tables with these margins that are at least as uneven."""
    from scipy.stats import random_table

    margins = random_table(table.sum(axis=1), table.sum(axis=0), seed=0)
    tables = np.concatenate([table[None], margins.rvs(size=N_TABLES)])
    uneven = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
    return float(np.mean(uneven >= uneven[0] * (1 - 1e-9)))
