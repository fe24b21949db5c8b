"""What the page lets readers try: numbers and arrays only."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy import stats
from scipy.special import expit, xlogy

from core.foundations.information_theory import formulas as f
from core.foundations.information_theory.instances import Floats
from core.foundations.information_theory.mutual import entropy_shortfall


@dataclasses.dataclass(frozen=True, slots=True)
class Simplex:
    """A distribution over three outcomes among all others.

    Attributes
    ----------
    p, surprise : ndarray, shape (3,)
        Probabilities, and surprises in bits.
    bits, share : float
        Entropy, and what part of the largest it is.
    axis : ndarray, shape (n,)
        Probabilities of the first (columns) and second (rows) outcome.
    field : ndarray, shape (n, n)
        Entropy in bits; NaN where the two exceed 1.
    """

    p: Floats
    surprise: Floats
    bits: float
    share: float
    axis: Floats
    field: Floats


def three_outcomes(first: float, of_rest: float) -> Simplex:
    """Return the entropy of a distribution given its first share and the split of the rest."""
    p = np.array([first, (1 - first) * of_rest, (1 - first) * (1 - of_rest)])
    axis = np.linspace(0, 1, 61)
    a, b = np.meshgrid(axis, axis)
    c = 1 - a - b
    inside = c > -1e-9
    c = np.where(inside, np.maximum(c, 0), 0)
    field = -(xlogy(a, a) + xlogy(b, b) + xlogy(c, c)) / math.log(2)
    bits = f.entropy_bits(p)
    return Simplex(
        p=p,
        surprise=np.array([f.surprise(float(q)) for q in p]) / math.log(2),
        bits=bits,
        share=bits * math.log(2) / f.largest_entropy(3),
        axis=axis,
        field=np.where(inside, field, np.nan),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class TwoNormals:
    """A standard normal law p and another one, q.

    Attributes
    ----------
    x, p, q : ndarray, shape (n,)
        Places and densities.
    there, back : ndarray, shape (n,)
        What each place adds to the divergence of p from q, and of q from p.
    forward, backward : float
        The two divergences.
    """

    x: Floats
    p: Floats
    q: Floats
    there: Floats
    back: Floats
    forward: float
    backward: float


def two_normals(mean: float, sd: float) -> TwoNormals:
    """Return both divergences between N(0, 1) and N(mean, sd²), and where they come from."""
    reach = 4 * max(1.0, sd)
    x = np.linspace(min(0.0, mean) - reach, max(0.0, mean) + reach, 401)
    log_p, log_q = stats.norm.logpdf(x), stats.norm.logpdf(x, mean, sd)
    p, q = np.exp(log_p), np.exp(log_q)
    return TwoNormals(
        x=x,
        p=p,
        q=q,
        there=p * (log_p - log_q),
        back=q * (log_q - log_p),
        forward=f.normal_divergence(0, 1, mean, sd),
        backward=f.normal_divergence(mean, sd, 0, 1),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a diagnostic test tells, in bits.

    Attributes
    ----------
    prevalence, bits, open : ndarray, shape (n,)
        Prevalences, what the test tells there on average, and what is open before it.
    gained, before : float
        The same two at the chosen prevalence.
    best : float
        Prevalence at which the test tells most.
    after : dict of str to float
        Probability of disease before the test and after either answer.
    still_open : dict of str to float
        Bits open in the same situations.
    """

    prevalence: Floats
    bits: Floats
    open: Floats
    gained: float
    before: float
    best: float
    after: dict[str, float]
    still_open: dict[str, float]


def diagnostic_test(prevalence: float, sensitivity: float, specificity: float) -> Diagnosis:
    """Return the information of a test over all prevalences and at one."""
    grid = np.linspace(0.002, 0.998, 250)
    bits = np.array([f.diagnostic_bits(float(p), sensitivity, specificity) for p in grid])
    positive = prevalence * sensitivity + (1 - prevalence) * (1 - specificity)
    after = {
        "before the test": prevalence,
        "after a positive": prevalence * sensitivity / positive,
        "after a negative": prevalence * (1 - sensitivity) / (1 - positive),
    }
    still_open = {name: f.binary_entropy(p) / math.log(2) for name, p in after.items()}
    return Diagnosis(
        prevalence=grid,
        bits=bits,
        open=np.array([f.binary_entropy(float(p)) for p in grid]) / math.log(2),
        gained=f.diagnostic_bits(prevalence, sensitivity, specificity),
        before=still_open["before the test"],
        best=float(grid[np.argmax(bits)]),
        after=after,
        still_open=still_open,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class PluginBias:
    """Estimated information of two variables over the number of cases.

    Attributes
    ----------
    n : ndarray, shape (m,)
        Numbers of cases.
    mean, first_order : ndarray, shape (m,)
        Exact mean of the estimate, and the truth plus the first-order excess.
    truth : float
        The true information.
    draws : ndarray, shape (400,)
        Estimates from samples of the chosen size.
    """

    n: Floats
    mean: Floats
    first_order: Floats
    truth: float
    draws: Floats


def plugin(k: int, strength: float, cases: int) -> PluginBias:
    """Return the bias for two variables with k values that agree more often than by chance.

    Parameters
    ----------
    k : int
        Values of either variable, all equally likely.
    strength : float
        Share of cases in which the second variable copies the first, from 0 (unrelated) to 1.
    cases : int
        Size of the simulated samples.
    """
    table = np.full((k, k), (1 - strength) / k**2) + np.eye(k) * strength / k
    truth = f.mutual_information(table)
    sizes = np.array([20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000])
    mean = [truth + _excess(table, k, int(n)) for n in sizes]
    counts = np.random.default_rng(0).multinomial(cases, table.ravel(), size=400) / cases
    shares = counts.reshape(-1, k, k)
    rows, columns = shares.sum(axis=2), shares.sum(axis=1)
    both = -xlogy(shares, shares).sum(axis=(1, 2))
    alone = -xlogy(rows, rows).sum(axis=1) - xlogy(columns, columns).sum(axis=1)
    return PluginBias(
        n=sizes.astype(float),
        mean=np.array(mean),
        first_order=np.array([truth + f.plugin_bias(k, k, float(n)) for n in sizes]),
        truth=truth,
        draws=alone - both,
    )


def _excess(table: Floats, k: int, n: int) -> float:
    """Return the exact bias; only two kinds of cells and one of margins have to be counted."""
    on, off, margin = (
        entropy_shortfall(np.array([p]), n) for p in (table[0, 0], table[0, 1], 1 / k)
    )
    return (k * on + k * (k - 1) * off - 2 * k * margin) / n


@dataclasses.dataclass(frozen=True, slots=True)
class Tempered:
    """The log loss of a score at different temperatures, in bits.

    Attributes
    ----------
    temperature, loss : ndarray, shape (n,)
        Temperatures, and the log loss of the score stated with each.
    parts : dict of str to float
        Miscalibration, entropy of the label, and what the score tells, at the chosen one.
    total : float
        Log loss at the chosen one.
    """

    temperature: Floats
    loss: Floats
    parts: dict[str, float]
    total: float


def tempered(distance: float, temperature: float) -> Tempered:
    """Return the loss for a sign that lies `distance` standard deviations higher in the ill.

    Half of the patients are ill, so the true log odds are distance times the sign's place; the
    score states them divided by the temperature.
    """
    x = np.linspace(-9, 9, 721)
    density = stats.norm.pdf(x, distance / 2) + stats.norm.pdf(x, -distance / 2)
    weights, logits = density / density.sum(), distance * x
    temperatures = np.exp(np.linspace(math.log(0.3), math.log(4), 60))
    floor = _mean_bits(weights, logits, 1.0)
    total = _mean_bits(weights, logits, temperature)
    return Tempered(
        temperature=temperatures,
        loss=np.array([_mean_bits(weights, logits, float(t)) for t in temperatures]),
        parts={
            "miscalibration": total - floor,
            "entropy of the label": 1.0,
            "told by the score": floor - 1,
        },
        total=total,
    )


def _mean_bits(weights: Floats, logits: Floats, temperature: float) -> float:
    """Return the expected log loss of tempered log odds."""
    rates, stated = expit(logits), logits / temperature
    loss = rates * np.logaddexp(0, -stated) + (1 - rates) * np.logaddexp(0, stated)
    return float(weights @ loss) / math.log(2)
