"""Claimed formulas of intervals, decisions and approximations, one each."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betaincinv, betaln, gammaln, ndtr

from core.foundations.bayesian_updating.formulas import (
    beta_density,
    beta_mean,
    beta_variance,
)

Floats = NDArray[np.float64]


def equal_tailed(a: float | Floats, b: float | Floats, level: float) -> tuple[Floats, Floats]:
    """Return the interval that leaves equal posterior mass on both sides."""
    tail = (1 - level) / 2
    return np.asarray(betaincinv(a, b, tail)), np.asarray(betaincinv(a, b, 1 - tail))


def binomial_mass(x: Floats, n: int, theta: float) -> Floats:
    """Return the probability of x successes in n trials."""
    ways = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return np.asarray(np.exp(ways + x * math.log(theta) + (n - x) * math.log(1 - theta)))


def coverage(theta: float, low: Floats, high: Floats) -> float:
    """Return how often the interval holds theta; entry x of the limits belongs to x successes."""
    n = low.size - 1
    held: Floats = (1 + np.sign(np.minimum(theta - low, high - theta))) / 2
    return float(np.sum(held * binomial_mass(np.arange(low.size, dtype=float), n, theta)))


def highest_density(a: float, b: float, level: float) -> tuple[float, float]:
    """Return the interval of a level whose ends have equal density (a, b > 1)."""

    def ends(below: float) -> tuple[float, float]:
        return float(betaincinv(a, b, below)), float(betaincinv(a, b, below + level))

    def step(below: float) -> float:
        low, high = beta_density(np.array(ends(below)), a, b)
        return float(low - high)

    return ends(brentq(step, 0, 1 - level))


def flat_tail(data_mean: float, deviation: float, n: int, reference: float) -> float:
    """Return the posterior probability, under a flat prior, that the mean is below a reference."""
    return float(ndtr((reference - data_mean) * math.sqrt(n) / deviation))


def squared_loss(a: float, b: float, guess: float) -> float:
    """Return the expected squared error of a guess under a Beta posterior."""
    return float(beta_variance(a, b) + (guess - beta_mean(a, b)) ** 2)


def best_quantile(a: float, b: float, under: float, over: float) -> float:
    """Return the guess of least expected cost: ``under`` a unit too low, ``over`` too high."""
    return float(betaincinv(a, b, under / (under + over)))


def treatment_threshold(harm: float, benefit: float) -> float:
    """Return the risk above which treating costs less than waiting."""
    return harm / (harm + benefit)


def value_of_test(
    prevalence: float, sensitivity: float, specificity: float, harm: float, benefit: float
) -> float:
    """Return by how much a free test lowers the expected cost of the best action."""
    ill, well = prevalence * benefit, (1 - prevalence) * harm
    positive = min(ill * sensitivity, well * (1 - specificity))
    negative = min(ill * (1 - sensitivity), well * specificity)
    return min(ill, well) - positive - negative


def map_weights(design: Floats, y: Floats, noise: float, spread: float) -> Floats:
    """Return the most probable coefficients, for normal noise and a normal prior around 0.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        Inputs.
    y : ndarray, shape (n,)
        Outcomes.
    noise, spread : float
        Standard deviations of the noise and of the prior.
    """
    penalty = noise**2 / spread**2
    return np.asarray(
        np.linalg.solve(design.T @ design + penalty * np.eye(design.shape[1]), design.T @ y)
    )


def log_evidence(a: float, b: float, x: int, n: int) -> float:
    """Return the log probability of one sequence with x successes, the rate averaged out."""
    return float(betaln(a + x, b + n - x) - betaln(a, b))


def bayes_factor(x: int, n: int, theta: float) -> float:
    """Return how much likelier x successes are under one rate than under a uniform one."""
    return float(
        math.exp(x * math.log(theta) + (n - x) * math.log(1 - theta) - betaln(x + 1, n - x + 1))
    )


def laplace_log_integral(x: float, y: float) -> float:
    """Return Laplace's approximation of the log integral of t^x (1 - t)^y."""
    n = x + y
    peak = x * math.log(x / n) + y * math.log(y / n)
    return peak + math.log(2 * math.pi * x * y / n**3) / 2


def laplace_gap(share: float) -> float:
    """Return the limit of n times the log error of Laplace's approximation."""
    return (1 / share + 1 / (1 - share) - 13) / 12


def skew_gap(share: float) -> float:
    """Return the limit of sqrt(n) times the posterior mass above the mode, less one half."""
    return (1 - 2 * share) / (3 * math.sqrt(share * (1 - share))) * math.sqrt(2 / math.pi)
