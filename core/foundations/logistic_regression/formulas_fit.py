"""The formulas of the sections on separation, calibration and the clinical model."""

from __future__ import annotations

import numpy as np
from scipy.special import wrightomega

from core.foundations.logistic_regression.formulas import (
    Floats,
    divergence,
    entropy,
    loss_hessian,
    sigmoid,
    sigmoid_slope,
)


def ray_bound(n: int, margin: float, t: Floats) -> Floats:
    """Return the most that the loss of ``n`` rows can be ``t`` steps along a separating ray."""
    bound: Floats = n * np.log1p(np.exp(-t * margin))
    return bound


def overlap_floor(rows: int) -> float:
    """Return the least loss of which ``rows`` rows lie on the wrong side or the boundary."""
    return float(rows * np.log(2))


def flow_weight(n: int, a: float, t: Floats) -> Floats:
    """Return the slope after time ``t`` of gradient flow from 0 on ``n`` rows at distance ``a``.

    Wright's omega function of s is Lambert's function of exp(s), without forming exp(s).
    """
    s = n * a**2 * t + 1
    weight: Floats = (s - wrightomega(s)) / a
    return weight


def growth_per_decade(a: float) -> float:
    """Return by how much that slope grows, late in training, while the time grows tenfold."""
    return float(np.log(10) / a)


def ridge_weights(X: Floats, y: Floats, p: Floats, penalty: float) -> Floats:
    """Return the coefficients that the residuals at the ridge optimum add up to."""
    return X.T @ (y - p) / penalty


def soft_threshold(v: Floats, t: float) -> Floats:
    """Return the minimiser of (w - v)^2 / 2 + t |w|."""
    shrunk: Floats = np.sign(v) * np.maximum(np.abs(v) - t, 0)
    return shrunk


def identified(first: float, second: float, factor: float) -> float:
    """Return what two coefficients amount to if the second column is ``factor`` x the first."""
    return first + factor * second


def moments(X: Floats, values: Floats) -> Floats:
    """Return the mean of each column times ``values``."""
    means: Floats = X.T @ values / len(values)
    return means


def calibration_loss(weights: Floats, shares: Floats, forecasts: Floats) -> float:
    """Return the part of the mean log loss that correct shares would remove."""
    return float(np.sum(weights * divergence(shares, forecasts)))


def refinement_loss(weights: Floats, shares: Floats) -> float:
    """Return the part of the mean log loss that stays with correct shares."""
    return float(np.sum(weights * entropy(shares)))


def brier_sum(weights: Floats, shares: Floats, forecasts: Floats) -> float:
    """Return reliability minus resolution plus uncertainty."""
    base = np.sum(weights * shares)
    reliability = np.sum(weights * (forecasts - shares) ** 2)
    resolution = np.sum(weights * (shares - base) ** 2)
    return float(reliability - resolution + base * (1 - base))


def information(weights: Floats, p: Floats) -> float:
    """Return by how much knowing the group lowers the best mean log loss."""
    return float(np.sum(weights * divergence(p, float(np.sum(weights * p)))))


def population_logit(z: Floats, cases_kept: float, controls_kept: float) -> Floats:
    """Return the log-odds in the population from those among the rows that were kept."""
    corrected: Floats = z - np.log(cases_kept / controls_kept)
    return corrected


def shifted_probability(p: Floats, share: float, new_share: float) -> Floats:
    """Return the probability when the share of events changes and nothing else does."""
    event = p * new_share / share
    no_event = (1 - p) * (1 - new_share) / (1 - share)
    return event / (event + no_event)


def score_variance(X: Floats, w: Floats, direction: Floats) -> float:
    """Return the variance of the score along a direction: the Fisher information there."""
    return float(direction @ loss_hessian(X, w) @ direction)


def wald_slope(beta: Floats, n: int) -> Floats:
    """Return the derivative of the Wald statistic in the estimated log-odds ``beta``."""
    slope: Floats = n * beta * sigmoid_slope(beta) * (2 - beta * np.tanh(beta / 2))
    return slope


def ratio_slope(beta: Floats, n: int) -> Floats:
    """Return the derivative of the likelihood-ratio statistic in the same."""
    return 2 * n * beta * sigmoid_slope(beta)


def additive_estimate(reference: float, contributions: Floats) -> float:
    """Return the probability that a reference and its additive contributions amount to."""
    return float(sigmoid(np.asarray(reference + np.sum(contributions))))


def odds_factor(before: Floats, after: Floats) -> Floats:
    """Return what the odds are multiplied by when one contribution changes."""
    factor: Floats = np.exp(after - before)
    return factor


def gap_error(p: Floats) -> float:
    """Return the standard deviation of observed share minus mean risk if the risks are right."""
    return float(np.sqrt(np.sum(p * (1 - p))) / len(p))


def in_sample_line() -> tuple[float, float]:
    """Return intercept and slope of the recalibration line in the sample of the fit."""
    return 0.0, 1.0
