"""What the statements on margins, portfolios, ridge, entropy and the plan claim."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def margin(w: Floats) -> float:
    """Return the distance between the planes ``w'x + b = 1`` and ``w'x + b = -1``."""
    return float(2 / np.sqrt(w @ w))


def svm_weights(alpha: Floats, y: Floats, x: Floats) -> Floats:
    """Return the weights that multipliers of the margin constraints give."""
    return np.asarray((y * alpha) @ x)


def svm_dual(alpha: Floats, y: Floats, x: Floats) -> float:
    """Return the dual objective of a support vector machine."""
    signed = y * alpha
    return float(alpha.sum() - signed @ (x @ x.T) @ signed / 2)


def class_sum(w: Floats) -> float:
    """Return the sum of the multipliers of each class, with a hard margin."""
    return float(w @ w / 2)


def hinge(y: Floats, score: Floats) -> Floats:
    """Return the least slack that each point needs."""
    return np.maximum(0.0, 1 - y * score)


def soft_objective(w: Floats, c: float, slack: Floats) -> float:
    """Return the objective of the soft margin."""
    return float(w @ w / 2 + c * slack.sum())


def pair_multiplier(c: Floats, distance: float) -> Floats:
    """Return the multiplier of each of two opposite points, for the price c of slack."""
    return np.minimum(c, 2 / distance**2)


def pair_slack(c: Floats, distance: float) -> Floats:
    """Return the total slack of two opposite points."""
    return np.maximum(0.0, 2 - c * distance**2)


def least_variance(cov: Floats) -> float:
    """Return the least variance of weights that sum to 1."""
    ones = np.ones(len(cov))
    return float(1 / (ones @ np.linalg.solve(cov, ones)))


def least_variance_weights(cov: Floats) -> Floats:
    """Return the weights with the least variance that sum to 1."""
    return np.asarray(least_variance(cov) * np.linalg.solve(cov, np.ones(len(cov))))


def frontier_constants(cov: Floats, mean: Floats) -> tuple[float, float, float, float]:
    """Return ``1'S1``, ``1'Sm``, ``m'Sm`` with ``S`` the inverse covariance, and their determinant.

    The determinant ``A C - B^2`` is positive unless all means are equal.
    """
    ones = np.ones(len(cov))
    a = float(ones @ np.linalg.solve(cov, ones))
    b = float(ones @ np.linalg.solve(cov, mean))
    c = float(mean @ np.linalg.solve(cov, mean))
    return a, b, c, a * c - b * b


def target_weights(cov: Floats, mean: Floats, r: float) -> Floats:
    """Return the weights with the least variance that sum to 1 and have mean return r."""
    a, b, c, d = frontier_constants(cov, mean)
    ones = np.ones(len(cov))
    return np.asarray(np.linalg.solve(cov, ones * (c - b * r) + (a * r - b) * mean) / d)


def frontier_variance(cov: Floats, mean: Floats, r: Floats) -> Floats:
    """Return the least variance at each target return."""
    a, b, c, d = frontier_constants(cov, mean)
    return np.asarray((a * r**2 - 2 * b * r + c) / d)


def target_price(cov: Floats, mean: Floats, r: float) -> float:
    """Return the multiplier of the target return: the slope of the variance in it."""
    a, b, _, d = frontier_constants(cov, mean)
    return 2 * (a * r - b) / d


def fund_share(r: float, first: float, second: float) -> float:
    """Return the share of the first fund in the frontier portfolio with return r."""
    return (r - second) / (first - second)


def ridge(x: Floats, y: Floats, price: float) -> Floats:
    """Return the coefficients of ridge regression."""
    return np.asarray(np.linalg.solve(x.T @ x + price * np.eye(x.shape[1]), x.T @ y))


def ball_price(x: Floats, y: Floats, theta: Floats) -> float:
    """Return the multiplier of ``|theta|^2 <= t`` at the best coefficients in the ball."""
    return float(theta @ (x.T @ (y - x @ theta)) / (theta @ theta))


def norm_slope(x: Floats, theta: Floats, price: float) -> float:
    """Return the derivative of ``|theta|^2`` of ridge regression in its price."""
    return float(-2 * theta @ np.linalg.solve(x.T @ x + price * np.eye(x.shape[1]), theta))


def soft_threshold(z: Floats, price: float) -> Floats:
    """Return the lasso's coefficients in an orthonormal design with correlations z."""
    return np.asarray(np.sign(z) * np.maximum(np.abs(z) - price, 0.0))


def gibbs(energy: Floats, beta: float) -> Floats:
    """Return the distribution of largest entropy with a given mean energy."""
    weights = np.exp(-beta * energy)
    return np.asarray(weights / weights.sum())


def gibbs_entropy(energy: Floats, beta: float) -> float:
    """Return its entropy."""
    log_sum = np.log(np.exp(-beta * energy).sum())
    return float(beta * (energy @ gibbs(energy, beta)) + log_sum)


def tangent_gap(gradient: Floats, x: Floats, vertex: Floats) -> float:
    """Return what a tangent at x promises a plan at the vertex to add."""
    return float(gradient @ (vertex - x))


def priced(matrix: Floats, prices: Floats) -> Floats:
    """Return the gradient of a maximised objective that prices of the rows balance."""
    return np.asarray(matrix.T @ prices)
