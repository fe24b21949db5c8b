"""The formulas of the sections on odds, likelihood and arithmetic: the claimed sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sigmoid(z: Floats) -> Floats:
    """Return the probability whose log-odds are ``z``."""
    p: Floats = 1 / (1 + np.exp(-z))
    return p


def mirrored(z: Floats) -> Floats:
    """Return the probability whose log-odds are ``-z``: that of the other outcome."""
    return 1 - sigmoid(z)


def sigmoid_slope(z: Floats) -> Floats:
    """Return the derivative of the sigmoid: the variance of the outcome."""
    p = sigmoid(z)
    return p * (1 - p)


def steepest_slope() -> float:
    """Return the largest slope that the sigmoid has anywhere."""
    return 1 / 4


def log_odds_ratio(exposed: Floats, unexposed: Floats) -> float:
    """Return the log odds ratio of two rows of a table, each (with event, without event)."""
    return float(np.log(exposed[0] * unexposed[1] / (exposed[1] * unexposed[0])))


def largest_change(w: Floats) -> Floats:
    """Return the largest change of the probability when the log-odds move by ``w``."""
    change: Floats = np.tanh(np.abs(w) / 4)
    return change


def quarter(w: Floats) -> Floats:
    """Return the upper limit of that change, met by steps that are short."""
    limit: Floats = np.abs(w) / 4
    return limit


def gaussian_weights(low: Floats, high: Floats, covariance: Floats) -> Floats:
    """Return the slopes of the logit between two normal classes with one covariance."""
    return np.asarray(np.linalg.solve(covariance, high - low), dtype=np.float64)


def gaussian_intercept(low: Floats, high: Floats, covariance: Floats, prior: float) -> float:
    """Return the intercept of that logit; ``prior`` is the share of the class at ``high``."""
    middle = (low + high) / 2
    return float(np.log(prior / (1 - prior)) - middle @ gaussian_weights(low, high, covariance))


def signed_distance(X: Floats, w: Floats, b: float) -> Floats:
    """Return the distance of each row to the boundary, negative on the side of outcome 0."""
    z: Floats = X @ w + b
    return z / np.linalg.norm(w)


def cross_entropy(y: Floats, p: Floats) -> float:
    """Return the negative log-likelihood of outcomes ``y`` under probabilities ``p``."""
    return -float(np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)))


def entropy(q: Floats) -> Floats:
    """Return the entropy of an outcome of probability ``q``, in nats."""
    h: Floats = -q * np.log(q) - (1 - q) * np.log(1 - q)
    return h


def divergence(q: Floats, p: Floats | float) -> Floats:
    """Return what a forecast ``p`` costs beyond the entropy where ``q`` is true, in nats."""
    d: Floats = q * np.log(q / p) + (1 - q) * np.log((1 - q) / (1 - p))
    return d


def loss_gradient(X: Floats, y: Floats, w: Floats) -> Floats:
    """Return the gradient of the cross-entropy: residuals carried back by the columns."""
    residual: Floats = sigmoid(X @ w) - y
    return X.T @ residual


def loss_hessian(X: Floats, w: Floats) -> Floats:
    """Return the matrix of second derivatives of the cross-entropy."""
    return X.T @ (sigmoid_slope(X @ w)[:, None] * X)


def squared_curvature(z: Floats, y: Floats) -> Floats:
    """Return the second derivative in ``z`` of the squared error after a sigmoid."""
    p, slope = sigmoid(z), sigmoid_slope(z)
    return 2 * slope * (slope + (p - y) * (1 - 2 * p))


def newton_step(X: Floats, y: Floats, w: Floats) -> Floats:
    """Return the coefficients after one Newton step on the cross-entropy."""
    return w - np.linalg.solve(loss_hessian(X, w), loss_gradient(X, y, w))


def two_class(first: Floats, second: Floats) -> Floats:
    """Return the probability of the first of two classes from their scores."""
    return sigmoid(first - second)


def softmax_residual(z: Floats, target: Floats) -> Floats:
    """Return the gradient in the scores ``z`` of the loss of a softmax."""
    weight = np.exp(z)
    residual: Floats = weight / weight.sum() - target
    return residual


def log_sum_exp(z: Floats) -> float:
    """Return log of the sum of exp(z); no exponential is taken of a positive number."""
    top = z.max()
    return float(top + np.log(np.sum(np.exp(z - top))))


def softplus(z: Floats) -> Floats:
    """Return log(1 + exp(z)); no exponential is taken of a positive number."""
    stable: Floats = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return stable


def stable_loss(z: Floats, y: Floats) -> Floats:
    """Return the cross-entropy of each outcome from its log-odds ``z``."""
    loss: Floats = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    return loss


def loss_sensitivity(z: Floats) -> Floats:
    """Return how far -log(1 - p) moves per relative change of ``p`` at log-odds ``z``."""
    factor: Floats = np.exp(z)
    return factor
