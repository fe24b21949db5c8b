"""Claimed formulas of Bayes' rule and of conjugate updates, one each."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, xlogy

Floats = NDArray[np.float64]
Number = TypeVar("Number", float, NDArray[np.float64])


def likelihood_ratios(sensitivity: Number, specificity: Number) -> tuple[Number, Number]:
    """Return how much more likely the ill are to test positive, and to test negative."""
    return sensitivity / (1 - specificity), (1 - sensitivity) / specificity


def updated(prior: Number, ratio: float) -> Number:
    """Return the probability whose odds are the prior odds times the likelihood ratio."""
    odds = prior / (1 - prior) * ratio
    return odds / (1 + odds)


def predictive_value(prevalence: Number, sensitivity: float, specificity: float) -> Number:
    """Return the share of the ill among those who test positive."""
    true = prevalence * sensitivity
    return true / (true + (1 - prevalence) * (1 - specificity))


def at_once(prior: Floats, likelihoods: Floats) -> Floats:
    """Return the posterior of each hypothesis after all results.

    Parameters
    ----------
    prior : ndarray, shape (h,)
        Probabilities of the hypotheses.
    likelihoods : ndarray, shape (m, h)
        Probability of each result under each hypothesis.
    """
    weights = prior * np.prod(likelihoods, axis=0)
    return np.asarray(weights / weights.sum())


def dependent_ratio(
    sensitivities: Floats, ill_covariance: float, false_alarms: Floats, well_covariance: float
) -> float:
    """Return the likelihood ratio of two positive results that vary together in each group."""
    ill = float(sensitivities.prod()) + ill_covariance
    return ill / (float(false_alarms.prod()) + well_covariance)


def beta_update(a: Number, b: Number, x: Number, n: Number) -> tuple[Number, Number]:
    """Return the parameters of the Beta posterior after x successes in n trials."""
    return a + x, b + n - x


def beta_mean(a: Number, b: Number) -> Number:
    """Return the mean of a Beta distribution."""
    return a / (a + b)


def beta_variance(a: Number, b: Number) -> Number:
    """Return the variance of a Beta distribution."""
    return a * b / ((a + b) ** 2 * (a + b + 1))


def beta_density(theta: Floats, a: float, b: float) -> Floats:
    """Return the density of a Beta distribution, 0 at the ends included."""
    return np.asarray(np.exp(xlogy(a - 1, theta) + xlogy(b - 1, 1 - theta) - betaln(a, b)))


def expected_variance(a: Number, b: Number, n: Number) -> Number:
    """Return the variance that is left on average after n trials."""
    return beta_variance(a, b) * (a + b) / (a + b + n)


def shrunken_mean(a: Number, b: Number, x: Number, n: Number) -> Number:
    """Return the average of the observed share and the prior mean, weighted by n and a + b."""
    weight = n / (a + b + n)
    return weight * (x / n) + (1 - weight) * (a / (a + b))


def beta_binomial(k: Floats, m: int, a: float, b: float) -> Floats:
    """Return the probability of k successes in m trials whose rate is Beta distributed."""
    ways = gammaln(m + 1) - gammaln(k + 1) - gammaln(m - k + 1)
    return np.asarray(np.exp(ways + betaln(a + k, b + m - k) - betaln(a, b)))


def beta_binomial_variance(m: int, a: float, b: float) -> float:
    """Return the variance of the number of successes in m trials with a Beta distributed rate."""
    p = a / (a + b)
    return m * p * (1 - p) * (a + b + m) / (a + b + 1)


def gamma_update(shape: float, rate: float, total: float, time: float) -> tuple[float, float]:
    """Return shape and rate of the Gamma posterior after ``total`` events in ``time``."""
    return shape + total, rate + time


def negative_binomial(k: Floats, shape: float, rate: float, time: float) -> Floats:
    """Return the probability of k events in ``time`` when their rate is Gamma distributed."""
    ways = gammaln(shape + k) - gammaln(shape) - gammaln(k + 1)
    share = rate / (rate + time)
    return np.asarray(np.exp(ways + shape * np.log(share) + k * np.log(1 - share)))


def normal_update(
    mean: float, variance: float, data_mean: float, noise: float, n: int
) -> tuple[float, float]:
    """Return mean and variance of a normal posterior; ``noise`` is the variance of one value."""
    precision = 1 / variance + n / noise
    return (mean / variance + n * data_mean / noise) / precision, 1 / precision


def normal_gamma_update(
    y: Floats, mean: float, weight: float, shape: float, scale: float
) -> tuple[float, float, float, float]:
    """Return the parameters of the posterior of a normal mean and variance.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Values.
    mean, weight : float
        Given the variance v, the normal mean is normal around ``mean`` with variance v / weight.
    shape, scale : float
        The variance v is inverse Gamma distributed.
    """
    n, centre = y.size, float(y.mean())
    spread = float(np.sum((y - centre) ** 2))
    total = weight + n
    pull = weight * n * (centre - mean) ** 2 / total
    return (
        (weight * mean + n * centre) / total,
        total,
        shape + n / 2,
        scale + (spread + pull) / 2,
    )


def student_density(y: Floats, mean: float, weight: float, shape: float, scale: float) -> Floats:
    """Return the density of the next value: Student with 2 shape degrees of freedom."""
    df = 2 * shape
    unit = math.sqrt(scale * (weight + 1) / (shape * weight))
    constant = gammaln((df + 1) / 2) - gammaln(df / 2) - math.log(math.pi * df) / 2
    tail = (df + 1) / 2 * np.log(1 + ((y - mean) / unit) ** 2 / df)
    return np.asarray(np.exp(constant - tail) / unit)


def dirichlet_mean(prior: Floats, counts: Floats) -> Floats:
    """Return the probability that the next case falls into each class."""
    return np.asarray((prior + counts) / (prior.sum() + counts.sum()))
