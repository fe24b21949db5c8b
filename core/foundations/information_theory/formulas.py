"""What the statements claim: one formula each, in nats unless the name says bits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import xlogy

Floats = NDArray[np.float64]


def surprise(p: float) -> float:
    """Return the surprise of an event of probability p."""
    return -math.log(p)


def entropy(p: Floats) -> float:
    """Return the expected surprise of a distribution of any shape."""
    return -float(np.sum(xlogy(p, p)))


def largest_entropy(k: int) -> float:
    """Return the largest entropy that k outcomes can have."""
    return math.log(k)


def binary_entropy(p: float) -> float:
    """Return the entropy of an event of probability p and its opposite."""
    return -float(xlogy(p, p) + xlogy(1 - p, 1 - p))


def entropy_bits(p: Floats) -> float:
    """Return the entropy in bits."""
    return entropy(p) / math.log(2)


def conditional_entropy(weights: Floats, rows: Floats) -> float:
    """Return the mean entropy of the rows: what is open once the row is known."""
    return sum(float(w) * entropy(row) for w, row in zip(weights, rows, strict=True))


def chained_entropy(weights: Floats, rows: Floats) -> float:
    """Return the entropy of a pair: of the first, and of the second given the first."""
    return entropy(weights) + conditional_entropy(weights, rows)


def divergence(p: Floats, q: Floats) -> float:
    """Return the divergence of p from q: what coding p by q costs in excess."""
    return float(np.sum(p * np.log(p / q)))


def learnt(weights: Floats, rows: Floats) -> float:
    """Return the mean divergence of the rows from their mixture."""
    mixture = weights @ rows
    return sum(float(w) * divergence(row, mixture) for w, row in zip(weights, rows, strict=True))


def cross_entropy(p: Floats, q: Floats) -> float:
    """Return the expected surprise of draws from p for someone who believes q."""
    return entropy(p) + divergence(p, q)


def normal_divergence(mean: float, sd: float, other_mean: float, other_sd: float) -> float:
    """Return the divergence of one normal distribution from another."""
    spread = sd**2 + (mean - other_mean) ** 2
    return math.log(other_sd / sd) + spread / (2 * other_sd**2) - 1 / 2


def bernoulli_divergence(p: float, q: float) -> float:
    """Return the divergence between two coins."""
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


def bernoulli_information(p: float) -> float:
    """Return the Fisher information of one toss about its probability."""
    return 1 / (p * (1 - p))


def poisson_information(rate: float) -> float:
    """Return the Fisher information of one count about its rate."""
    return 1 / rate


def chained_divergence(p: Floats, q: Floats, p_rows: Floats, q_rows: Floats) -> float:
    """Return the divergence between pairs: of the first, and of the second given the first."""
    given = (float(w) * divergence(a, b) for w, a, b in zip(p, p_rows, q_rows, strict=True))
    return divergence(p, q) + sum(given)


def processing_loss(p: Floats, q: Floats, channel: Floats) -> float:
    """Return how much of the divergence of p from q a channel (rows: input) hides."""
    lost = 0.0
    for column in channel.T:
        seen, believed = p * column, q * column
        lost += seen.sum() * divergence(seen / seen.sum(), believed / believed.sum())
    return float(lost)


def total_variation(p: Floats, q: Floats) -> float:
    """Return the largest difference of the probabilities of one event."""
    return float(np.sum(np.abs(p - q))) / 2


def pinsker_floor(total_variation: float) -> float:
    """Return the least divergence at a total variation distance."""
    return 2 * total_variation**2


def jensen_shannon(p: Floats, q: Floats) -> float:
    """Return the entropy of the even mixture less the mean entropy."""
    return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2


def likelihood_divergence(mean_log_likelihood: float, sample_entropy: float) -> float:
    """Return the divergence of a sample's shares from a model, from the log-likelihood."""
    return -mean_log_likelihood - sample_entropy


def mutual_information(joint: Floats) -> float:
    """Return what two variables tell about each other."""
    rows, columns = np.add.reduce(joint.T), np.add.reduce(joint)
    return entropy(rows) + entropy(columns) - entropy(joint)


def normal_information(correlation: float) -> float:
    """Return the mutual information of two jointly normal variables."""
    return math.log(1 / (1 - correlation**2)) / 2


def expected_plugin_entropy(p: Floats, n: int) -> float:
    """Return the expected entropy of the shares in a sample of n."""
    return -sum(float(stats.binom(n, cell).expect(lambda c: xlogy(c / n, c / n))) for cell in p)


def expected_plugin_information(joint: Floats, n: int) -> float:
    """Return the expected mutual information of the shares in a table of n cases."""
    alone = [expected_plugin_entropy(np.add.reduce(table), n) for table in (joint, joint.T)]
    return sum(alone) - expected_plugin_entropy(joint.ravel(), n)


def plugin_bias(k: int, m: int, n: float) -> float:
    """Return the first-order excess of the information in a k by m table of n cases."""
    return (k - 1) * (m - 1) / (2 * n)


def fano_bound(error: float, k: int) -> float:
    """Return the most that can be open about one of k classes guessed with this error."""
    return binary_entropy(error) + error * math.log(k - 1)


def diagnostic_bits(prevalence: float, sensitivity: float, specificity: float) -> float:
    """Return the bits that a test's answer gives about the disease, on average."""
    positive = prevalence * sensitivity + (1 - prevalence) * (1 - specificity)
    noise = prevalence * binary_entropy(sensitivity)
    noise += (1 - prevalence) * binary_entropy(specificity)
    return (binary_entropy(positive) - noise) / math.log(2)


def conditional_information(weights: Floats, joints: Floats) -> float:
    """Return the mean information of the tables, one for each value of a third variable."""
    return sum(float(w) * mutual_information(j) for w, j in zip(weights, joints, strict=True))


def normal_entropy(sd: float) -> float:
    """Return the differential entropy of a normal distribution."""
    return math.log(2 * math.pi * math.e * sd**2) / 2


def rescaled_entropy(before: float, factor: float) -> float:
    """Return the differential entropy after every value is multiplied by the factor."""
    return before + math.log(abs(factor))


def exponential_entropy(mean: float) -> float:
    """Return the differential entropy of an exponential distribution."""
    return 1 + math.log(mean)


def summed_entropy(first: float, second: float) -> float:
    """Return the differential entropy of the sum of two independent normal variables."""
    return math.log(math.exp(2 * first) + math.exp(2 * second)) / 2


def calibration_loss(weights: Floats, rates: Floats, scores: Floats) -> float:
    """Return the mean divergence of the observed rates from the stated probabilities."""
    terms = zip(weights, rates, scores, strict=True)
    return sum(float(w) * bernoulli_divergence(r, s) for w, r, s in terms)


def score_loss(weights: Floats, rates: Floats, scores: Floats) -> float:
    """Return the log loss: calibration, the label's entropy, less what the score tells."""
    base = float(weights @ rates)
    told = sum(
        float(w) * bernoulli_divergence(r, base) for w, r in zip(weights, rates, strict=True)
    )
    return calibration_loss(weights, rates, scores) + binary_entropy(base) - told


def perplexity(p: Floats, q: Floats) -> float:
    """Return the number of equally likely outcomes that would be as surprising."""
    return math.exp(cross_entropy(p, q))


def growth(p: Floats, implied: Floats, paid: float) -> float:
    """Return the best rate at which money grows, with p true, at odds paid / implied."""
    return divergence(p, implied) + math.log(paid)


def entropy_slope(scores: Floats, temperature: float) -> float:
    """Return how fast the entropy of a softmax rises with its temperature."""
    weights = np.exp(scores / temperature)
    weights /= weights.sum()
    variance = weights @ scores**2 - (weights @ scores) ** 2
    return float(variance / temperature**3)


def jeffreys(p: Floats, q: Floats) -> float:
    """Return the divergence summed over both directions: the population stability index."""
    return divergence(p, q) + divergence(q, p)


def unchanged_psi(bins: int, n: float, m: float) -> float:
    """Return the expected stability index of two samples of one population."""
    return (bins - 1) * (1 / n + 1 / m)
