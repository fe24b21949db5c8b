"""The figures of trustlens 0.5.0 on calibration and failure, by its definitions.

Computed anew and without the package, to the same bits wherever a sum's order matters: its score
compares unrounded and rounded figures with fixed limits, and a last bit can decide. Figures that
its definitions get wrong (without errors, the confidence gap is 0) are kept as they are;
:mod:`core.trust.original.view` says where they mislead.
"""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
from numpy.typing import NDArray

from core.trust.predictions import Floats, Predictions

_BINS, _HISTOGRAM_BINS, _SHOWN = 10, 20, 5
_NEXT_TO_AN_EDGE = 1e-9
_BLOCK = 32_768
DIGITS = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration figures.

    Attributes
    ----------
    brier : float
        Two classes: mean squared error of the positive class's probability, 0 to 1. More classes:
        squared errors summed over the classes, 0 to 2.
    ece : float
        Expected calibration error over 10 bins of equal width; of the positive class's probability
        with two classes, of the largest probability with more.
    curve : tuple of (float, float, int)
        Occupied bins: share observed, mean predicted, rows.
    """

    brier: float
    ece: float
    curve: tuple[tuple[float, float, int], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class ClassErrors:
    """Errors among the rows of one true class.

    Attributes
    ----------
    label : str
        The class.
    support, errors : int
        Its rows, and those called something else.
    error_rate, mean_confidence : float
        Share of errors, and mean largest probability of the errors (0 without errors); 4 decimals.
    most_confident : tuple of int
        Rows of the five most confident errors, the most confident first.
    """

    label: str
    support: int
    errors: int
    error_rate: float
    mean_confidence: float
    most_confident: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """Errors and how confident they were.

    Attributes
    ----------
    classes : tuple of ClassErrors
        By true class; empty without probabilities.
    correct, errors : int
        Rows called right and wrong.
    error_rate : float
        Share of errors, 4 decimals.
    correct_confidence, error_confidence : float
        Mean largest probability of the rows called right and wrong; 0 where there are none.
    gap : float
        Their difference, 4 decimals; 0 without errors; NaN when every call is wrong.
    correct_histogram, error_histogram : tuple of int
        Rows by largest probability, 20 bins of equal width; empty without probabilities.
    """

    classes: tuple[ClassErrors, ...]
    correct: int
    errors: int
    error_rate: float
    correct_confidence: float = 0.0
    error_confidence: float = 0.0
    gap: float = 0.0
    correct_histogram: tuple[int, ...] = ()
    error_histogram: tuple[int, ...] = ()


def bin_index(p: Floats, bins: int = _BINS) -> NDArray[np.uint8]:
    """Return each probability's bin of equal width; exact at the edges, the last bin is closed.

    Multiplying alone misplaces probabilities such as 0.3, whose edge is 0.30000000000000004: those
    next to an edge are compared with it.
    """
    edges, index = np.linspace(0.0, 1.0, bins + 1), np.empty(len(p), dtype=np.uint8)
    # Blocks that stay in the processor's cache.
    for start in range(0, len(p), _BLOCK):
        block = p[start : start + _BLOCK]
        scaled = block * bins
        found = scaled.astype(np.uint8)
        near = np.flatnonzero(np.abs(scaled - np.rint(scaled)) < _NEXT_TO_AN_EDGE)
        if len(near):
            close, at = block[near], np.minimum(found[near], bins - 1).astype(np.intp)
            at -= close < edges[at]
            found[near] = at + ((close >= edges[at + 1]) & (at < bins - 1))
        index[start : start + _BLOCK] = found
    return index


def calibration_figures(predictions: Predictions) -> Calibration | None:
    """Return the calibration figures; None without probabilities."""
    proba = predictions.proba
    if proba is None:
        return None
    if predictions.binary:
        p, hit = np.ascontiguousarray(proba[:, 1]), predictions.y.astype(np.float64)
        brier = _mean((p - hit) ** 2)
    else:
        p, hit = top_probability(proba), predictions.correct.astype(np.float64)
        off = proba.copy()
        off[np.arange(len(off)), predictions.y] -= 1.0
        brier = _mean(np.add.reduce(off**2, axis=1))
    return Calibration(brier, *_ece_and_curve(hit, p))


def _ece_and_curve(hit: Floats, p: Floats) -> tuple[float, tuple[tuple[float, float, int], ...]]:
    index = bin_index(p)
    rows = np.bincount(index, minlength=_BINS).tolist()
    hits = np.bincount(index, weights=hit, minlength=_BINS).tolist()
    total = np.bincount(index, weights=p, minlength=_BINS).tolist()
    # One mean per bin over its rows in their order: the bits of a mean depend on how it is summed.
    grouped, start = p[np.argsort(index, kind="stable")], 0
    ece, curve = 0.0, []
    for n, hit_sum, p_sum in zip(rows, hits, total, strict=True):
        if n:
            ece += (n / len(p)) * abs(hit_sum / n - _mean(grouped[start : start + n]))
            curve.append((hit_sum / n, p_sum / n, n))
            start += n
    return ece, tuple(curve)


def _mean(values: Floats) -> float:
    """Return the mean to the bit of ``values.mean()``, whose checks cost more than few numbers."""
    return float(np.add.reduce(values) / len(values))


def top_probability(proba: Floats) -> Floats:
    """Return the largest probability of each row, which the original takes for confidence."""
    return functools.reduce(np.maximum, (proba[:, k] for k in range(proba.shape[1])))


def failure_figures(predictions: Predictions) -> Failure:
    """Return the errors and their confidence."""
    right = predictions.correct
    wrong, correct = np.flatnonzero(~right), np.flatnonzero(right)
    errors = len(wrong)
    rate = round(errors / predictions.n, DIGITS)
    if predictions.proba is None:
        return Failure((), predictions.n - errors, errors, rate)
    top = top_probability(predictions.proba)
    bins = bin_index(top, _HISTOGRAM_BINS) + np.uint8(_HISTOGRAM_BINS) * right
    counts = np.bincount(bins, minlength=2 * _HISTOGRAM_BINS).tolist()
    when_right = _mean(top[correct]) if errors < predictions.n else math.nan
    when_wrong = _mean(top[wrong]) if errors else 0.0
    return Failure(
        classes=_class_errors(predictions, top, wrong),
        correct=predictions.n - errors,
        errors=errors,
        error_rate=rate,
        correct_confidence=0.0 if math.isnan(when_right) else when_right,
        error_confidence=when_wrong,
        gap=round(when_right - when_wrong, DIGITS) if errors else 0.0,
        correct_histogram=tuple(counts[_HISTOGRAM_BINS:]),
        error_histogram=tuple(counts[:_HISTOGRAM_BINS]),
    )


def _class_errors(
    predictions: Predictions, top: Floats, wrong: NDArray[np.intp]
) -> tuple[ClassErrors, ...]:
    k = len(predictions.classes)
    support = np.bincount(predictions.y, minlength=k).tolist()
    true = predictions.y[wrong].astype(np.min_scalar_type(k))
    by_class = wrong[np.argsort(true, kind="stable")]
    confidence = top[by_class]
    ends = np.cumsum(np.bincount(true, minlength=k)).tolist()
    found = []
    for label, n, start, end in zip(
        predictions.classes, support, [0, *ends[:-1]], ends, strict=True
    ):
        if n == 0:
            continue
        values, rows = confidence[start:end], by_class[start:end]
        # The same unstable sort as the original's: among equals it decides which rows are shown.
        first = np.argsort(values)[-_SHOWN:][::-1]
        found.append(
            ClassErrors(
                label=label,
                support=n,
                errors=len(values),
                error_rate=round(len(values) / n, DIGITS),
                mean_confidence=round(_mean(values), DIGITS) if len(values) else 0.0,
                most_confident=tuple(rows[first].tolist()),
            )
        )
    return tuple(found)
