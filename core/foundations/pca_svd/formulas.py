"""What the statements on singular values and principal components claim, one formula each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

Floats = NDArray[np.floating[Any]]


def singular_values(a: Floats) -> Floats:
    """Return the roots of the eigenvalues of A'A, largest first (A has full column rank)."""
    return np.asarray(np.sqrt(np.linalg.eigvalsh(a.T @ a))[::-1])


def right_vectors(a: Floats) -> Floats:
    """Return the eigenvectors of A'A as columns, that of the largest eigenvalue first."""
    return np.linalg.eigh(a.T @ a)[1][:, ::-1]


def left_vectors(a: Floats) -> Floats:
    """Return where A sends its right vectors, at unit length."""
    return np.asarray(a @ right_vectors(a) / singular_values(a))


def rebuilt(u: Floats, s: Floats, v: Floats) -> Floats:
    """Return the sum of the terms s_i u_i v_i'."""
    return np.asarray((u * s) @ v.T)


def spectral_norm(s: Floats) -> float:
    """Return the largest factor by which a vector is stretched."""
    return float(s[0])


def frobenius_norm(s: Floats) -> float:
    """Return the root of the sum of all squared entries, from the singular values."""
    return float(np.sqrt(np.sum(s**2)))


def column_projector(u: Floats, rank: int) -> Floats:
    """Return the projection onto all vectors A can reach."""
    return u[:, :rank] @ u[:, :rank].T


def null_projector(v: Floats, rank: int) -> Floats:
    """Return the projection onto all vectors that A sends to 0."""
    return np.eye(len(v)) - v[:, :rank] @ v[:, :rank].T


def least_norm_solution(u: Floats, s: Floats, v: Floats, b: Floats) -> Floats:
    """Return the shortest least-squares solution, from the terms with s_i > 0."""
    return v @ ((u.T @ b) / s)


def condition_number(s: Floats) -> float:
    """Return the worst relative amplification of an error in b when Ax = b is solved."""
    return float(s[0] / s[-1])


def frobenius_error(s: Floats, k: int) -> float:
    """Return the least distance to a matrix of rank k, all entries counted."""
    return float(np.sqrt(np.sum(s[k:] ** 2)))


def spectral_error(s: Floats, k: int) -> float:
    """Return the least distance to a matrix of rank k, in the worst direction."""
    return float(s[k])


def largest_shift(e: Floats) -> float:
    """Return how far singular values can move at most when ``e`` is added to the matrix."""
    return float(singular_values(e)[0])


def covariance(x: Floats) -> Floats:
    """Return the sample covariance of the columns."""
    centred = x - x.mean(axis=0)
    return np.asarray(centred.T @ centred / (len(x) - 1))


def first_variance(c: Floats) -> float:
    """Return the largest variance along any unit direction."""
    return float(np.linalg.eigvalsh(c)[-1])


def component_variances(s: Floats, n: int) -> Floats:
    """Return the variances of the components from the singular values of the centred table."""
    return s**2 / (n - 1)


def reconstruction_error(c: Floats, w: Floats) -> float:
    """Return the mean squared distance (divisor n - 1) to the plane of the orthonormal columns."""
    return float(np.trace(c) - np.trace(w.T @ c @ w))


def best_reconstruction_error(variances: Floats, k: int) -> float:
    """Return the smallest such distance for a plane of k directions."""
    return float(np.sum(variances[k:]))


def whitening(variances: Floats, axes: Floats) -> Floats:
    """Return the matrix after which all directions have variance 1 and no two are correlated."""
    return np.asarray(axes / np.sqrt(variances))


def loadings(variances: Floats, axes: Floats) -> Floats:
    """Return the correlations of standardised columns (rows) with the components (columns)."""
    return np.asarray(axes * np.sqrt(variances))


def angle_after_scaling(a: float, b: float, c: float, t: float) -> float:
    """Return the angle of the first axis once column 1 is multiplied by t.

    ``a`` and ``b`` are the variances of the two columns, ``c`` their covariance.
    """
    return float(0.5 * np.arctan2(2 * t * c, t**2 * a - b))


def uncentred_moment(c: Floats, mean: Floats) -> Floats:
    """Return X'X/n of a table whose covariance with divisor n is ``c``."""
    return c + np.outer(mean, mean)


def gram_condition(kappa: float) -> float:
    """Return the condition number of A'A from that of A."""
    return kappa**2


def best_separation(difference: Floats, within: Floats) -> float:
    """Return the largest squared distance of two means in pooled standard deviations."""
    return float(difference @ np.linalg.solve(within, difference))


def noise_second_moment(n: int, p: int) -> float:
    """Return the expected mean square of the p eigenvalues for n rows of unit normal noise."""
    return 1 + (p + 1) / (n - 1)


def squared_distance(scores: Floats, variances: Floats) -> Floats:
    """Return the squared distance of rows from the centre, in standard deviations of the cloud."""
    return np.asarray(np.sum(scores**2 / variances, axis=1))


def chi_square_tail(c: float, p: int) -> float:
    """Return the share of normal rows in p columns whose squared distance exceeds c."""
    return float(gammaincc(p / 2, c / 2))


def off_plane(difference: Floats, axes: Floats, k: int) -> float:
    """Return the squared part of a difference that the first k axes do not carry (Q)."""
    return float(np.sum(difference**2) - np.sum((difference @ axes[:, :k]) ** 2))


def ridge_filter(s: Floats, penalty: float) -> Floats:
    """Return what ridge regression leaves of each component."""
    return s**2 / (s**2 + penalty)


def component_filter(s: Floats, k: int) -> Floats:
    """Return what regression on the first k components leaves of each component."""
    return np.where(np.arange(len(s)) < k, 1.0, 0.0)


def filtered_coefficients(u: Floats, s: Floats, v: Floats, y: Floats, kept: Floats) -> Floats:
    """Return the coefficients of a linear fit whose components are kept in part."""
    return v @ (kept * (u.T @ y) / s)


def variances_from_gram(gram: Floats, p: int) -> Floats:
    """Return the p largest eigenvalues of the Gram matrix of n centred rows, over n - 1."""
    return np.linalg.eigvalsh(gram)[::-1][:p] / (len(gram) - 1)


def gram_from_distances(squared: Floats) -> Floats:
    """Return the inner products of the centred rows from their squared distances."""
    centring = np.eye(len(squared)) - 1 / len(squared)
    return -0.5 * centring @ squared @ centring


def gram_scores(gram: Floats, k: int) -> Floats:
    """Return k coordinates for each row whose inner products are best in line with ``gram``."""
    values, vectors = np.linalg.eigh(gram)
    return np.asarray(vectors[:, ::-1][:, :k] * np.sqrt(values[::-1][:k]))
