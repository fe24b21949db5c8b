"""The representation figures of trustlens 0.5.0, beside what its sampled distances estimate."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from core.trust.predictions import Floats, Labels, Predictions

_SAMPLE, _SAMPLE_SEED = 5_000, 42
_PAIRS, _PAIRS_SEED = 200, 0
_BLOCK = 500
_DIGITS = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Representation:
    """How far apart the classes lie in an embedding.

    Attributes
    ----------
    silhouette : float
        Mean silhouette (Euclidean), 4 decimals; NaN with one class.
    within, between : float
        Mean distance of sampled pairs of one class and of two, 4 decimals. The pairs within a class
        are drawn with replacement, so that a row may be paired with itself at distance 0.
    ratio : float
        Between over within, 4 decimals; infinite when within is 0.
    n, dimensions : int
        Rows used (at most 5,000) and columns.
    within_all, between_all : float
        The same means over all pairs of two different rows; NaN without such a pair.
    neighbour_agreement : float
        Share of rows whose nearest other row has the same class; NaN with one row.
    """

    silhouette: float
    within: float
    between: float
    ratio: float
    n: int
    dimensions: int
    within_all: float
    between_all: float
    neighbour_agreement: float


def representation_figures(predictions: Predictions) -> Representation | None:
    """Return the figures of the embedding; None without one.

    Which rows and pairs are drawn depends on the order of the rows, as in the original.
    """
    points, y = predictions.context.embedding, predictions.y
    if points is None:
        return None
    if len(points) > _SAMPLE:
        chosen = np.random.default_rng(_SAMPLE_SEED).choice(len(points), _SAMPLE, replace=False)
        points, y = points[chosen], y[chosen]
    within, between = _sampled_distances(points, y)
    silhouette, within_all, between_all, agreement = _all_distances(points, y)
    return Representation(
        silhouette=round(silhouette, _DIGITS),
        within=round(within, _DIGITS),
        between=round(between, _DIGITS),
        ratio=round(between / within, _DIGITS) if within > 0 else math.inf,
        n=len(points),
        dimensions=points.shape[1],
        within_all=within_all,
        between_all=between_all,
        neighbour_agreement=agreement,
    )


def _sampled_distances(points: Floats, y: Labels) -> tuple[float, float]:
    """Return mean distances within and between classes over the original's random pairs."""
    rng = np.random.default_rng(_PAIRS_SEED)
    within: list[Floats] = []
    between: list[Floats] = []
    for label in np.unique(y):
        own, other = points[y == label], points[y != label]
        possible = len(own) * (len(own) - 1) // 2
        for left, right, pairs, into in (
            (own, own, possible, within),
            (own, other, len(own) * len(other), between),
        ):
            if pairs:
                drawn = min(_PAIRS, pairs)
                a = left[rng.integers(0, len(left), drawn)]
                into.append(np.linalg.norm(a - right[rng.integers(0, len(right), drawn)], axis=1))
    return _mean(within), _mean(between)


def _mean(parts: list[Floats]) -> float:
    return float(np.concatenate(parts).mean()) if parts else 0.0


def _all_distances(points: Floats, y: Labels) -> tuple[float, float, float, float]:
    """Return silhouette, mean distance within and between classes, nearest-neighbour agreement."""
    labels, code = np.unique(y, return_inverse=True)
    n, size = len(y), np.bincount(code)
    centred = points - points.mean(axis=0)
    square = np.einsum("ij,ij->i", centred, centred)
    member = np.eye(len(labels))[code]
    to_class, same = np.empty((n, len(labels))), 0
    for start in range(0, n, _BLOCK):
        rows = slice(start, min(start + _BLOCK, n))
        squared = square[rows, None] + square[None, :] - 2 * centred[rows] @ centred.T
        distance = np.sqrt(np.maximum(squared, 0.0))
        own = np.arange(rows.start, rows.stop)
        distance[own - start, own] = 0.0
        to_class[rows] = distance @ member
        distance[own - start, own] = np.inf
        same += int(np.sum(code[np.argmin(distance, axis=1)] == code[own]))
    inside = to_class[np.arange(n), code]
    pairs = int(np.sum(size * (size - 1)))
    within = float(inside.sum() / pairs) if pairs else math.nan
    apart = n * n - int(np.sum(size**2))
    between = float((to_class.sum() - inside.sum()) / apart) if apart else math.nan
    silhouette = _silhouette(to_class, inside, code, size) if len(labels) > 1 else math.nan
    return silhouette, within, between, same / n if n > 1 else math.nan


def _silhouette(to_class: Floats, inside: Floats, code: Labels, size: Labels) -> float:
    """Return the mean of (b - a) / max(a, b); a row alone in its class counts 0."""
    a = inside / np.maximum(size[code] - 1, 1)
    other = to_class / size
    other[np.arange(len(code)), code] = np.inf
    b = other.min(axis=1)
    largest = np.maximum(a, b)
    single = (size[code] == 1) | (largest == 0)
    return float(np.mean(np.where(single, 0.0, (b - a) / np.where(largest == 0, 1.0, largest))))
