"""The claimed side: errors of a fit at a point, and of linear smoothers on a fixed design."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def risk(noise: Floats, weights: Floats, regression: Floats, guess: Floats) -> float:
    """Return the expected squared error of a fixed guess.

    Parameters
    ----------
    noise : ndarray, shape (n,)
        Variance of the outcome at each place.
    weights : ndarray, shape (n,)
        Probability of each place.
    regression : ndarray, shape (n,)
        Mean of the outcome at each place.
    guess : ndarray, shape (n,)
        What is predicted there.
    """
    return float(np.sum(weights * (noise + (guess - regression) ** 2)))


def expected_error(noise_variance: float, bias: float, variance: float) -> float:
    """Return the expected squared error at a point: noise plus squared bias plus variance."""
    return noise_variance + bias**2 + variance


def dependent_error(
    noise_variance: float, bias: float, variance: float, covariance: float
) -> float:
    """Return the same error where the test noise has a covariance with the prediction."""
    return noise_variance + bias**2 + variance - 2 * covariance


def naive_bias_squared(bias: float, variance: float, refits: int) -> float:
    """Return the expectation of (mean of the refits minus truth) squared."""
    return bias**2 + variance / refits


def corrected_bias_squared(
    mean_fit: Floats, truth: float, sample_variance: Floats, refits: int
) -> Floats:
    """Estimate of the squared bias without the part that the spread of the refits adds."""
    return (mean_fit - truth) ** 2 - sample_variance / refits


def smoother_bias_squared(H: Floats, f: Floats) -> float:
    """Mean squared bias of the smoother y_hat = H y over its m points."""
    return float(np.mean((H @ f - f) ** 2))


def smoother_variance(H: Floats, sigma: float) -> float:
    """Mean variance of the smoother's predictions: sigma^2 tr(H H') / m."""
    return float(sigma**2 * np.trace(H @ H.T) / len(H))


def training_error(H: Floats, f: Floats, sigma: float) -> float:
    """Return the expected mean squared error on the values that the smoother was fitted to."""
    traces = np.trace(H @ H.T) - 2 * np.trace(H)
    return float(sigma**2 * (1 + traces / len(H)) + np.mean((H @ f - f) ** 2))


def optimism(H: Floats, sigma: float) -> float:
    """Return how far the expected training error lies below that of fresh values."""
    return float(2 * sigma**2 * np.trace(H) / len(H))


def mallows(training: Floats, H: Floats, sigma: float) -> Floats:
    """Mallows' estimate of the error on fresh values, from the training error."""
    corrected: Floats = training + optimism(H, sigma)
    return corrected


def ols_variance(sigma: float, p: int, m: int) -> float:
    """Mean variance of the fitted values of least squares with p free parameters."""
    return sigma**2 * p / m


def ols_training_error(sigma: float, p: int, m: int, bias_squared: float) -> float:
    """Return the expected training error of least squares."""
    return sigma**2 * (m - p) / m + bias_squared


def reach(degree: int, points: int) -> int:
    """Dimension of the values that polynomials of a degree can take at distinct points."""
    return min(degree + 1, points)


def ridge_filter(d: Floats, penalty: float) -> Floats:
    """Share of each singular direction that ridge regression keeps."""
    return d**2 / (d**2 + penalty)


def ridge_bias_squared(d: Floats, theta: Floats, penalty: float, m: int) -> float:
    """Mean squared bias of ridge; theta holds the coefficients along the right singular vectors."""
    return float(np.sum((penalty / (d**2 + penalty) * d * theta) ** 2) / m)


def ridge_variance(d: Floats, penalty: float, sigma: float, m: int) -> float:
    """Mean variance of the predictions of ridge."""
    return float(sigma**2 * np.sum((d**2 / (d**2 + penalty)) ** 2) / m)


def degrees_of_freedom(d: Floats, penalty: float) -> float:
    """Effective degrees of freedom of ridge, the trace of its smoother."""
    return float(np.sum(d**2 / (d**2 + penalty)))


def ridge_criterion(gram: Floats, theta: Floats, penalty: float) -> float:
    """Return what sigma^2 must reach for ridge to be no worse than least squares in any direction.

    With G the Gram matrix: theta' (2/penalty I + G^-1)^-1 theta.
    """
    inner = 2 / penalty * np.eye(len(theta)) + np.linalg.inv(gram)
    return float(theta @ np.linalg.solve(inner, theta))


def ridge_safe_limit(theta: Floats, sigma: float) -> float:
    """Penalty below which ridge beats least squares, whatever the design."""
    return float(2 * sigma**2 / np.sum(theta**2))


def ridge_coefficients(X: Floats, y: Floats, penalty: float) -> Floats:
    """Minimiser of |y - X theta|^2 + penalty |theta|^2."""
    gram = X.T @ X + penalty * np.eye(X.shape[1])
    return np.asarray(np.linalg.solve(gram, X.T @ y), dtype=float)


def total_penalty(decay: float, m: int) -> float:
    """Penalty on the summed loss that equals a weight decay on the mean loss of m rows."""
    return decay * m


def stopping_filter(d: Floats, rate: float, steps: int) -> Floats:
    """Share of each singular direction that gradient descent from 0 has fitted."""
    return 1 - (1 - rate * d**2) ** steps
