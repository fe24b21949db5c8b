"""The claimed side: averages of models, cross-validation, and what more data changes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, stats

Floats = NDArray[np.float64]


def ensemble_variance(correlation: float, variance: float, models: int) -> float:
    """Variance of the average of models with equal variances and equal correlations."""
    return correlation * variance + (1 - correlation) * variance / models


def bagged_variance(between: float, within: float, models: int) -> float:
    """Variance of an average over resamples.

    Parameters
    ----------
    between : float
        Variance over data sets of the mean over all resamples.
    within : float
        Mean over data sets of the variance over resamples.
    models : int
        Resamples that are averaged.
    """
    return between + within / models


def bagged_correlation(between: float, within: float) -> float:
    """Correlation of two models that were fitted to resamples of the same data."""
    return between / (between + within)


def average_bias(weights: Floats, biases: Floats) -> float:
    """Bias of a weighted average of models."""
    return float(np.sum(weights * biases))


def ambiguity_error(weights: Floats, predictions: Floats, target: float) -> float:
    """Squared error of an average: mean error of its members minus their spread."""
    average = np.sum(weights * predictions)
    spread = np.sum(weights * (predictions - average) ** 2)
    return float(np.sum(weights * (predictions - target) ** 2) - spread)


def leave_one_out(residuals: Floats, leverages: Floats) -> float:
    """Leave-one-out error of a linear smoother from one fit."""
    return float(np.mean((residuals / (1 - leverages)) ** 2))


def mean_error(sigma: float, m: int) -> float:
    """Return the expected error on a fresh value of the mean of m values."""
    return sigma**2 * (1 + 1 / m)


def kfold_error(sigma: float, m: int, k: int) -> float:
    """Return the expected k-fold error of the mean, fitted to (k - 1) m / k values at a time."""
    return sigma**2 * (1 + k / ((k - 1) * m))


def fold_variance(sigma: float, m: int, k: int) -> float:
    """Variance of the error in one fold of the mean predictor, under normal noise."""
    tested, trained = m / k, m - m / k
    return 2 * sigma**4 / tested * (1 + 2 / trained + tested / trained**2)


def fold_covariance(sigma: float, m: int, k: int) -> float:
    """Covariance of the errors in two folds of the mean predictor, under normal noise."""
    return 2 * sigma**4 * m**2 / (m - m / k) ** 4


def cv_variance(variance: float, covariance: float, k: int) -> float:
    """Variance of the mean of k fold errors."""
    return variance / k + (1 - 1 / k) * covariance


def reported_variance(variance: float, covariance: float, k: int) -> float:
    """Return the expectation of the squared standard error that the spread of k folds suggests."""
    return (variance - covariance) / k


def selection_optimism(deviation: float, models: int) -> float:
    """Return how far the smallest of some equal, normal estimates lies below their mean."""

    def density(z: float) -> float:
        return float(models * z * stats.norm.pdf(z) * stats.norm.cdf(z) ** (models - 1))

    return float(deviation * integrate.quad(density, -math.inf, math.inf)[0])


def window_factor(k: int, m: int, waves: int) -> float:
    """Share of a wave that is left when k neighbouring points of m on a circle are averaged."""
    return float(np.sin(np.pi * waves * k / m) / (k * np.sin(np.pi * waves / m)))


def knn_bias_squared(amplitude: float, factor: float) -> float:
    """Mean squared bias over the circle for a wave of which a share is left."""
    return amplitude**2 * (1 - factor) ** 2 / 2


def ols_excess(sigma: float, p: int, m: int) -> float:
    """Return the expected error above the noise of least squares on normal rows, p < m - 1."""
    return sigma**2 * p / (m - p - 1)


def interpolation_variance(sigma: float, p: int, m: int) -> float:
    """Variance of the shortest interpolating fit, normal random design, p > m + 1."""
    return sigma**2 * m / (p - m - 1)


def interpolation_bias(theta: Floats, m: int) -> float:
    """Squared bias of the shortest interpolating fit: signal outside the span of the rows."""
    return float((1 - m / len(theta)) * np.sum(theta**2))


def square_tail(level: float) -> float:
    """Probability that a diagonal entry of (X'X)^-1 exceeds a level, X square and normal."""
    return math.erf(1 / math.sqrt(2 * level))
