"""Features and groups cut into a few levels that can be said in words."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.trust.predictions import MISSING, Context

Floats = NDArray[np.float64]
Codes = NDArray[np.int16]

BINS = 4
"""Bins of a number, each holding about equally many rows."""

FEW_VALUES = 5
"""Distinct values up to which each value of a number is a level."""

TEXT_LEVELS = 12
"""Most frequent values of a text that are levels; the rarer ones are one more."""

_TOLERANCE = 0.01
_MOST_DIGITS = 17


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """One feature or group as levels.

    Attributes
    ----------
    name : str
        The feature or group.
    words : tuple of str
        Each level as a clause, such as ``"age above 61"``.
    codes : ndarray of int, shape (n,)
        Level of each row.
    """

    name: str
    words: tuple[str, ...]
    codes: Codes


def factors(context: Context) -> tuple[Factor, ...]:
    """Return groups and features as levels, leaving out those that do not vary.

    A group stands for a feature of the same name. The bins depend on the values and never on the
    outcome. Limits of bins are rounded to what can be read; a row belongs where the rounded limits
    put it.
    """
    made = [
        _from_levels(group.name, group.levels, group.index.astype(np.int16))
        for group in context.groups
    ]
    taken = {group.name for group in context.groups}
    features = context.features
    if features is not None:
        made += [
            factor(str(name), features.iloc[:, place])
            for place, name in enumerate(features.columns)
            if str(name) not in taken
        ]
    return tuple(one for one in made if _varies(one.codes))


def _varies(codes: Codes) -> bool:
    return len(codes) > 0 and bool((codes != codes[0]).any())


def factor(name: str, column: pd.Series) -> Factor:
    """Cut one feature into levels; a missing value is a level of its own."""
    column = column.infer_objects()
    kinds = pd.api.types
    if kinds.is_numeric_dtype(column) and not kinds.is_bool_dtype(column):
        return _from_numbers(name, column.to_numpy(dtype=np.float64, na_value=np.nan))
    return _from_text(name, column)


def _from_levels(name: str, levels: tuple[str, ...], codes: Codes) -> Factor:
    words = tuple(
        f"{name} missing" if level == MISSING else f"{name} = {level}" for level in levels
    )
    return Factor(name, words, codes)


def _from_numbers(name: str, values: Floats) -> Factor:
    missing = np.isnan(values)
    ordered = np.sort(values[~missing])
    steps = np.flatnonzero(ordered[1:] != ordered[:-1])
    if len(steps) < FEW_VALUES:
        edges = ordered[np.r_[steps, len(ordered) - 1]] if len(ordered) else ordered
        words = [f"{name} = {_readable(edge)}" for edge in edges]
        codes = np.searchsorted(edges, values).astype(np.int16)
    else:
        edges = _edges(ordered)
        words = _ranges(name, edges)
        # A sum of comparisons is several times faster than a binary search for so few edges.
        codes = np.sum([values > edge for edge in edges], axis=0, dtype=np.int16)
    codes[missing] = len(words)
    return Factor(name, (*words, f"{name} missing"), codes)


def _edges(ordered: Floats) -> Floats:
    """Return the upper limits of all bins but the last, in as few digits as tell them apart."""
    places = np.ceil(np.arange(1, BINS) * len(ordered) / BINS).astype(int) - 1
    exact = ordered[places]
    width = exact[-1] - exact[0] or ordered[-1] - ordered[0]
    rounded: Floats = np.unique([_rounded(edge, _TOLERANCE * width) for edge in exact])
    inside: Floats = rounded[(rounded >= ordered[0]) & (rounded < ordered[-1])]
    return inside


def _rounded(value: float, tolerance: float) -> float:
    for digits in range(2, _MOST_DIGITS):
        short = float(f"{value:.{digits}g}")
        if abs(short - value) <= tolerance:
            return short
    return float(value)


def _ranges(name: str, edges: Floats) -> list[str]:
    limits = [_readable(edge) for edge in edges]
    if not limits:
        return [name]
    between = [f"{name} above {low} up to {high}" for low, high in itertools.pairwise(limits)]
    return [f"{name} up to {limits[0]}", *between, f"{name} above {limits[-1]}"]


def _readable(value: float) -> str:
    size = abs(value)
    if not math.isfinite(value) or (size and not 1e-4 <= size < 1e9):
        return f"{value:g}"
    return np.format_float_positional(value, trim="-")


def _from_text(name: str, column: pd.Series) -> Factor:
    raw, values = pd.factorize(column)
    texts = np.asarray([str(value) for value in values], dtype=object)
    counts = np.bincount(raw[raw >= 0], minlength=len(texts))
    common = sorted(range(len(texts)), key=lambda i: (-counts[i], texts[i]))[:TEXT_LEVELS]
    common.sort(key=lambda i: texts[i])
    place = np.full(len(texts) + 1, len(common), dtype=np.int16)
    place[common] = np.arange(len(common))
    # The last entry serves the code -1 that stands for a missing value.
    place[-1] = len(common) + 1
    rarer = f"{name} = one of {len(texts) - len(common)} rarer values"
    words = (*(f"{name} = {texts[i]}" for i in common), rarer, f"{name} missing")
    return Factor(name, words, place[raw])
