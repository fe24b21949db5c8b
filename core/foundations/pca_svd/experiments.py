"""What the experiments of the article compute; the page only draws it."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from numpy.typing import NDArray

from core.errors import SuiteError
from core.phantoms import Finding, Shortcut, draw, render
from core.stats.components import components

Floats = NDArray[np.float64]

COLUMNS = ("mean radius", "mean concavity")
"""Columns of the breast-cancer table that the experiments with two columns use."""
FILM_SIDE = 96


@functools.cache
def _two_columns() -> Floats:
    """Return the two columns of the breast-cancer table (Wolberg and others, 1993)."""
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    places = [list(found.feature_names).index(name) for name in COLUMNS]
    table = np.asarray(found.data[:, places], dtype=float)
    table.setflags(write=False)
    return table


def _standardised() -> Floats:
    x = _two_columns()
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0, ddof=1))


@dataclasses.dataclass(frozen=True, slots=True)
class Direction:
    """Rows of two standardised columns, seen along one direction.

    Attributes
    ----------
    rows : ndarray, shape (n, 2)
        The standardised rows.
    feet : ndarray, shape (n, 2)
        The nearest point on the line for each row.
    variance, error : float
        Variance along the direction, and squared distance to the line (divisor n - 1).
    angles, variances, errors : ndarray, shape (m,)
        The same for all directions, in degrees.
    best : float
        Angle of the first component, in degrees.
    """

    rows: Floats
    feet: Floats
    variance: float
    error: float
    angles: Floats
    variances: Floats
    errors: Floats
    best: float


def along_direction(degrees: float) -> Direction:
    """Return what the line in this direction carries and misses of the breast-cancer rows."""
    z = _standardised()
    angles = np.linspace(0.0, 180.0, 91)
    lines = _unit(angles)
    variances, errors = np.var(z @ lines.T, axis=0, ddof=1), _distances(z, lines)
    w = _unit(np.array([degrees]))
    axis = np.linalg.svd(z, full_matrices=False)[2][0]
    return Direction(
        rows=z,
        feet=(z @ w.T) @ w,
        variance=float(np.var(z @ w[0], ddof=1)),
        error=float(_distances(z, w)[0]),
        angles=angles,
        variances=variances,
        errors=errors,
        best=float(np.degrees(np.arctan2(axis[1], axis[0])) % 180),
    )


def _unit(degrees: Floats) -> Floats:
    angle = np.radians(degrees)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _distances(z: Floats, lines: Floats) -> Floats:
    """Return the squared distances to each line, from the component at a right angle to it."""
    across = z @ np.stack([-lines[:, 1], lines[:, 0]])
    return np.asarray(np.sum(across**2, axis=0) / (len(z) - 1))


@dataclasses.dataclass(frozen=True, slots=True)
class LowRank:
    """A drawn film and its best approximation of rank k.

    Attributes
    ----------
    film, kept : ndarray, shape (side, side)
        Grey values, and the approximation (clipped to 0..1 for the picture only).
    singular_values : ndarray, shape (side,)
        Of the film.
    error, formula : float
        Root of the squared differences of all pixels, and of the dropped squared singular values.
    share : float
        Share of the squared grey values that the approximation carries.
    numbers : int
        Numbers needed to store it, of ``side * side``.
    """

    film: Floats
    kept: Floats
    singular_values: Floats
    error: float
    formula: float
    share: float
    numbers: int


@functools.cache
def _film() -> tuple[Floats, Floats, Floats, Floats]:
    film = np.asarray(render(draw(7, Finding.NORMAL, Shortcut.NONE), FILM_SIDE), dtype=float)
    u, s, vt = np.linalg.svd(film)
    for one in (film, u, s, vt):
        one.setflags(write=False)
    return film, u, s, vt


def low_rank_film(k: int) -> LowRank:
    """Return the best approximation of rank ``k`` of a drawn film.

    Raises
    ------
    SuiteError
        If ``k`` is not between 1 and the side of the film.
    """
    if not 1 <= k <= FILM_SIDE:
        message = f"The rank is {k}; a film of this size has ranks from 1 to {FILM_SIDE}."
        raise SuiteError(message)
    film, u, s, vt = _film()
    kept = (u[:, :k] * s[:k]) @ vt[:k]
    return LowRank(
        film=film,
        kept=np.clip(kept, 0, 1),
        singular_values=s,
        error=float(np.sqrt(np.sum((film - kept) ** 2))),
        formula=float(np.sqrt(np.sum(s[k:] ** 2))),
        share=float(np.sum(s[:k] ** 2) / np.sum(s**2)),
        numbers=k * (2 * FILM_SIDE + 1),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Units:
    """The first axis of two standardised columns, one of which is then multiplied.

    Attributes
    ----------
    rows : ndarray, shape (n, 2)
        Rows after the change.
    angle, share : float
        Angle of the first axis to that of the first column, in degrees; its share of the variance.
    factors, angles, shares : ndarray, shape (m,)
        The same for all factors.
    """

    rows: Floats
    angle: float
    share: float
    factors: Floats
    angles: Floats
    shares: Floats


def unit_change(factor: float) -> Units:
    """Return the first axis once the first of the two columns is multiplied by ``factor``."""
    z = _standardised()
    factors = np.geomspace(0.1, 10.0, 81)
    found = np.array([_axis(z * [one, 1.0]) for one in factors])
    rows = z * [factor, 1.0]
    angle, share = _axis(rows)
    return Units(rows, angle, share, factors, found[:, 0], found[:, 1])


def _axis(rows: Floats) -> tuple[float, float]:
    variances, axes = np.linalg.eigh(np.cov(rows.T))
    angle = np.degrees(np.arctan2(axes[1, 1], axes[0, 1])) % 180
    return float(angle), float(variances[1] / variances.sum())


@dataclasses.dataclass(frozen=True, slots=True)
class Noise:
    """Eigenvalues of pure noise beside the law of Marchenko and Pastur.

    Attributes
    ----------
    eigenvalues : ndarray, shape (p,)
        Of one table, largest first.
    places, density : ndarray
        The law for very large tables of this shape: where, and how dense.
    edges : tuple of float
        Ends of the interval that the law fills.
    bins, heights : ndarray
        Histogram of the eigenvalues as a density: edges, and heights between them.
    above_one : int
        Eigenvalues above 1.
    kept : int
        Components that parallel analysis keeps.
    thresholds : ndarray, shape (p,)
        Its thresholds.
    """

    eigenvalues: Floats
    places: Floats
    density: Floats
    edges: tuple[float, float]
    bins: Floats
    heights: Floats
    above_one: int
    kept: int
    thresholds: Floats


def marchenko_pastur(places: Floats, ratio: float) -> Floats:
    """Return the density of eigenvalues of noise for ``ratio`` columns per row, at most 1."""
    low, high = (1 - np.sqrt(ratio)) ** 2, (1 + np.sqrt(ratio)) ** 2
    inside = np.maximum((high - places) * (places - low), 0)
    return np.asarray(np.sqrt(inside) / (2 * np.pi * ratio * places))


def noise_spectrum(n: int, p: int, seed: int = 0) -> Noise:
    """Return the eigenvalues of one table of noise with ``n`` rows and ``p`` standardised columns.

    Raises
    ------
    SuiteError
        If there are fewer than two columns, or not more rows than columns.
    """
    if not 2 <= p < n:
        message = f"There are {n} rows and {p} columns; the law is drawn for 2 <= columns < rows."
        raise SuiteError(message)
    rng = np.random.default_rng([seed, n, p])
    found = components(
        rng.standard_normal((n, p)), [f"column {i + 1}" for i in range(p)], draws=50, seed=rng
    )
    low, high = (1 - np.sqrt(p / n)) ** 2, (1 + np.sqrt(p / n)) ** 2
    # The law has square-root edges: points dense at the ends draw them well.
    places = low + (high - low) * np.sin(np.linspace(0, np.pi / 2, 161)) ** 2
    bins = np.linspace(0, max(high, found.variances[0]) * 1.02, 25)
    counts, _ = np.histogram(found.variances, bins)
    return Noise(
        eigenvalues=found.variances,
        places=places,
        density=marchenko_pastur(places, p / n),
        edges=(float(low), float(high)),
        bins=bins,
        heights=counts / (p * np.diff(bins)),
        above_one=int(np.sum(found.variances > 1)),
        kept=found.kept,
        thresholds=found.thresholds,
    )
