"""What the page draws: pure functions of the controls."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.foundations.bayesian_updating import formulas, formulas_choice
from core.foundations.bayesian_updating.numeric import counts

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Screening:
    """A test among 1,000 people, and over all prevalences.

    Attributes
    ----------
    ill_positive, ill_negative, well_positive, well_negative : float
        People of 1,000.
    after_positive, after_negative : float
        Probability of illness after each result.
    prevalences, positive_curve, negative_curve : ndarray
        The same two probabilities over the prevalence.
    """

    ill_positive: float
    ill_negative: float
    well_positive: float
    well_negative: float
    after_positive: float
    after_negative: float
    prevalences: Floats
    positive_curve: Floats
    negative_curve: Floats


def screening(prevalence: float, sensitivity: float, specificity: float) -> Screening:
    """Return what a result of a test means at one prevalence, and at every other."""
    s, c = sensitivity, specificity
    grid = np.linspace(0.001, 0.6, 200)
    _, negative = formulas.likelihood_ratios(s, c)
    ill = 1000 * prevalence
    return Screening(
        ill_positive=ill * sensitivity,
        ill_negative=ill * (1 - sensitivity),
        well_positive=(1000 - ill) * (1 - specificity),
        well_negative=(1000 - ill) * specificity,
        after_positive=float(formulas.predictive_value(prevalence, s, c)),
        after_negative=float(formulas.updated(prevalence, negative)),
        prevalences=grid,
        positive_curve=formulas.predictive_value(grid, s, c),
        negative_curve=formulas.updated(grid, negative),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Updating:
    """Prior, likelihood and posterior of a share, and what is predicted of new patients.

    Attributes
    ----------
    theta, prior, likelihood, posterior : ndarray
        Densities; the likelihood is scaled to an area of 1.
    mean, low, high : float
        Posterior mean, and the 95 % interval with equal tails.
    weight : float
        Share of the data in the posterior mean.
    counts, predictive, plug_in : ndarray
        Probability of each count among new patients, and the binomial one at the posterior mean.
    predictive_deviation, plug_in_deviation : float
        Standard deviations of these two distributions.
    """

    theta: Floats
    prior: Floats
    likelihood: Floats
    posterior: Floats
    mean: float
    low: float
    high: float
    weight: float
    counts: Floats
    predictive: Floats
    plug_in: Floats
    predictive_deviation: float
    plug_in_deviation: float


NEW_PATIENTS = 10


def updating(prior_mean: float, prior_size: float, events: int, patients: int) -> Updating:
    """Update a Beta prior that is worth ``prior_size`` patients.

    Raises
    ------
    ValueError
        If there are more events than patients.
    """
    if not 0 <= events <= patients:
        raise ValueError(f"{events} events in {patients} patients cannot be.")
    a, b = prior_mean * prior_size, (1 - prior_mean) * prior_size
    after = formulas.beta_update(a, b, events, patients)
    theta = np.linspace(0.005, 0.995, 397)
    low, high = formulas_choice.equal_tailed(*after, 0.95)
    mean = float(formulas.beta_mean(*after))
    new = counts(NEW_PATIENTS)
    predictive = formulas.beta_binomial(new, NEW_PATIENTS, *after)
    plug_in = formulas_choice.binomial_mass(new, NEW_PATIENTS, mean)
    return Updating(
        theta=theta,
        prior=formulas.beta_density(theta, a, b),
        likelihood=formulas.beta_density(theta, events + 1, patients - events + 1),
        posterior=formulas.beta_density(theta, *after),
        mean=mean,
        low=float(low),
        high=float(high),
        weight=patients / (patients + prior_size),
        counts=new,
        predictive=predictive,
        plug_in=plug_in,
        predictive_deviation=_deviation(new, predictive),
        plug_in_deviation=_deviation(new, plug_in),
    )


def _deviation(values: Floats, mass: Floats) -> float:
    return float(np.sqrt(mass @ (values - mass @ values) ** 2))


@dataclasses.dataclass(frozen=True, slots=True)
class NextValue:
    """What n measurements say of the next one, with and without knowing their spread.

    Attributes
    ----------
    distance, student, normal : ndarray
        Densities of the next value, in standard deviations of the sample from its mean: with the
        usual prior without information, and with mean and spread taken as known.
    held : float
        How often the interval of the normal curve holds the next value.
    factor, plug_in_factor : float
        Standard deviations that the interval must reach, and those of the normal curve.
    sizes, held_curve : ndarray
        ``held`` over the number of measurements.
    """

    distance: Floats
    student: Floats
    normal: Floats
    held: float
    factor: float
    plug_in_factor: float
    sizes: Floats
    held_curve: Floats


def next_value(n: int, level: float) -> NextValue:
    """Compare the Student prediction from n measurements with the normal curve."""
    distance = np.linspace(-5, 5, 301)
    half = float(stats.norm.ppf((1 + level) / 2))
    shape = (n - 1) / 2
    sizes = np.arange(3, 41, dtype=np.float64)
    return NextValue(
        distance=distance,
        student=formulas.student_density(distance, 0.0, n, shape, shape),
        normal=np.asarray(stats.norm.pdf(distance)),
        held=float(_held(half, n)),
        factor=float(stats.t.ppf((1 + level) / 2, n - 1) * np.sqrt(1 + 1 / n)),
        plug_in_factor=half,
        sizes=sizes,
        held_curve=np.asarray(_held(half, sizes)),
    )


def _held(half: float, n: float | Floats) -> Floats:
    return np.asarray(1 - 2 * stats.t.sf(half / np.sqrt(1 + 1 / n), n - 1))


@dataclasses.dataclass(frozen=True, slots=True)
class Coverage:
    """How often intervals of a share hold it, at each share.

    Attributes
    ----------
    theta, credible, wald : ndarray
        Coverage of Jeffreys' interval and of estimate plus and minus standard errors.
    averages, lowest : tuple of float
        Of the two, over the shares shown.
    """

    theta: Floats
    credible: Floats
    wald: Floats
    averages: tuple[float, float]
    lowest: tuple[float, float]


def coverage_curve(n: int, level: float) -> Coverage:
    """Return the exact coverage of two intervals of a share from n patients."""
    x = counts(n)
    credible = formulas_choice.equal_tailed(x + 0.5, n - x + 0.5, level)
    share = x / n
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(share * (1 - share) / n)
    # An odd number of odd steps keeps the grid away from the ends of the intervals.
    theta = np.linspace(0.0203, 0.9797, 601)
    curves = [
        np.array([formulas_choice.coverage(float(t), low, high) for t in theta])
        for low, high in (credible, (share - half, share + half))
    ]
    return Coverage(
        theta=theta,
        credible=curves[0],
        wald=curves[1],
        averages=(float(curves[0].mean()), float(curves[1].mean())),
        lowest=(float(curves[0].min()), float(curves[1].min())),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class ThresholdCost:
    """Expected cost of 100 patients over the threshold at which they are treated.

    Attributes
    ----------
    cuts, cost : ndarray
        The curve, from treating everyone to treating nobody.
    best, least, at_half : float
        Cost ratio threshold, its cost, and the cost with one half.
    """

    cuts: Floats
    cost: Floats
    best: float
    least: float
    at_half: float


RISKS = (1.4, 6.6)
"""Beta parameters of the calibrated risks of the patients in the experiment."""


def threshold_cost(harm: float, benefit: float) -> ThresholdCost:
    """Return the expected cost of treating above each threshold."""
    a, b = RISKS
    mean = a / (a + b)

    def cost(cut: float | Floats) -> Floats:
        missed = benefit * mean * stats.beta.cdf(cut, a + 1, b)
        needless = harm * (1 - mean) * stats.beta.sf(cut, a, b + 1)
        return np.asarray(100 * (missed + needless))

    best = formulas_choice.treatment_threshold(harm, benefit)
    cuts = np.linspace(0, 1, 201)
    least, at_half = (float(cost(cut)) for cut in (best, 0.5))
    return ThresholdCost(cuts=cuts, cost=cost(cuts), best=best, least=least, at_half=at_half)


@dataclasses.dataclass(frozen=True, slots=True)
class Normality:
    """How normal a posterior is, at one number of patients and over many.

    Attributes
    ----------
    theta, posterior, normal : ndarray
        Densities at the chosen number of patients.
    distance : float
        Their total variation distance.
    sizes, distances, limit_line : ndarray
        The distance over the number of patients, and its limit over the root of it.
    """

    theta: Floats
    posterior: Floats
    normal: Floats
    distance: float
    sizes: Floats
    distances: Floats
    limit_line: Floats


def normality(share: float, patients: int) -> Normality:
    """Compare the posterior under a uniform prior with the normal curve at its peak."""
    sizes = np.round(10.0 ** np.linspace(1, 4, 13))
    limit = abs(formulas_choice.skew_gap(share))
    width = 5 * np.sqrt(share * (1 - share) / patients)
    theta = np.linspace(max(share - width, 1e-3), min(share + width, 1 - 1e-3), 301)
    posterior, normal = _pair(theta, share, float(patients))
    return Normality(
        theta=theta,
        posterior=posterior,
        normal=normal,
        distance=_distance(share, float(patients)),
        sizes=sizes,
        distances=np.array([_distance(share, float(n)) for n in sizes]),
        limit_line=limit / np.sqrt(sizes),
    )


def _pair(theta: Floats, share: float, n: float) -> tuple[Floats, Floats]:
    posterior = stats.beta.pdf(theta, share * n + 1, (1 - share) * n + 1)
    normal = stats.norm.pdf(theta, share, np.sqrt(share * (1 - share) / n))
    return np.asarray(posterior), np.asarray(normal)


def _distance(share: float, n: float) -> float:
    """Return half the integral of the absolute difference, over the whole line."""
    width = 12 * np.sqrt(share * (1 - share) / n)
    theta = np.linspace(share - width, share + width, 4_001)
    posterior, normal = _pair(theta, share, n)
    return float(np.sum(np.abs(posterior - normal)) * (theta[1] - theta[0]) / 2)
