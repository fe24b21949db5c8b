"""Random matrices and tables whose spectrum is known, and searches that use no decomposition."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.floating[Any]]


def spectrum(rng: np.random.Generator, k: int) -> Floats:
    """Return k falling values, each 0.55 to 0.8 of the one before."""
    ratios = rng.uniform(0.55, 0.8, k - 1)
    return rng.uniform(3.0, 5.0) * np.concatenate([[1.0], np.cumprod(ratios)])


def orthonormal(rng: np.random.Generator, m: int, k: int) -> Floats:
    """Return k random orthonormal columns of length m."""
    return np.linalg.qr(rng.standard_normal((m, k)))[0]


def matrix(rng: np.random.Generator, m: int, n: int) -> Floats:
    """Return an m by n matrix of full column rank with singular values well apart."""
    return (orthonormal(rng, m, n) * spectrum(rng, n)) @ orthonormal(rng, n, n).T


def cloud(rng: np.random.Generator, n: int, variances: Floats) -> Floats:
    """Return n rows whose sample covariance has exactly these eigenvalues, and a random mean."""
    p = len(variances)
    raw = rng.standard_normal((n, p))
    scores = np.linalg.qr(raw - raw.mean(axis=0))[0] * np.sqrt((n - 1) * variances)
    return np.asarray(rng.uniform(2, 6, p) + scores @ orthonormal(rng, p, p).T)


def axes(c: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues, largest first, and eigenvectors as columns."""
    values, vectors = np.linalg.eigh(c)
    return values[::-1], vectors[:, ::-1]


def best_direction(top: Floats, rng: np.random.Generator, bottom: Floats | None = None) -> Floats:
    """Return the direction with the largest ratio w'Tw / w'Bw, found by search and ascent."""
    under = np.eye(len(top)) if bottom is None else bottom

    def negative(w: Floats) -> tuple[float, Floats]:
        above, below = top @ w, under @ w
        ratio = float((w @ above) / (w @ below))
        return -ratio, -2 * (above - ratio * below) / (w @ below)

    tried = rng.standard_normal((400, len(top)))
    ratios = np.sum(tried @ top * tried, axis=1) / np.sum(tried @ under * tried, axis=1)
    start = tried[np.argmax(ratios)]
    found = minimize(negative, start / np.linalg.norm(start), jac=True, options={"gtol": 1e-9})
    return np.asarray(found.x / np.linalg.norm(found.x))


def stretch(a: Floats, rng: np.random.Generator) -> float:
    """Return the length of the longest image of a unit vector, found by search and ascent."""
    return float(np.linalg.norm(a @ best_direction(a.T @ a, rng)))


def rotated_columns(a: Floats) -> Floats:
    """Return A after plane rotations of its columns that make them orthogonal (Jacobi)."""
    columns = a.copy()
    for _ in range(12):
        for i in range(a.shape[1] - 1):
            for j in range(i + 1, a.shape[1]):
                first, second = columns[:, i].copy(), columns[:, j].copy()
                angle = 0.5 * np.arctan2(2 * first @ second, first @ first - second @ second)
                columns[:, i] = np.cos(angle) * first + np.sin(angle) * second
                columns[:, j] = np.cos(angle) * second - np.sin(angle) * first
    return columns


def alternating(a: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Return a matrix of rank k fitted to A by alternating least squares from a random start."""
    right: Floats = rng.standard_normal((a.shape[1], k))
    left: Floats = a @ right
    for _ in range(120):
        left = np.linalg.lstsq(right, a.T, rcond=None)[0].T
        right = np.linalg.lstsq(left, a, rcond=None)[0].T
        right = np.linalg.qr(right)[0]
    left = a @ right
    return np.asarray(left @ right.T)
