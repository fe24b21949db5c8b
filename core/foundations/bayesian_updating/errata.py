"""Common errors, each with an instance that refutes it."""

from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.optimize import minimize_scalar

from core.foundations.bayesian_updating.bayes_rule import joint_table, two_test_table
from core.foundations.bayesian_updating.conjugacy import beta_weight
from core.foundations.bayesian_updating.decisions import action_costs
from core.foundations.bayesian_updating.numeric import average, counts, integral
from core.foundations.compare import at_least, equal, sampled
from core.foundations.schema import Erratum, Reading


def _base_rate(rng: np.random.Generator) -> Reading:
    prior, accuracy = float(rng.uniform(0.005, 0.03)), 0.95
    table = joint_table(prior, accuracy, accuracy)
    return equal(accuracy, table[1, 1] / table[:, 1].sum(), "P(ill | positive)")


def _multiplied(rng: np.random.Generator) -> Reading:
    sensitivity = np.array([[0.45, 0.5], [0.95, 0.9]]) + rng.uniform(-0.04, 0.04, (2, 2))
    alarm = np.array([[0.02, 0.03], [0.3, 0.25]]) + rng.uniform(-0.01, 0.01, (2, 2))
    table = two_test_table(0.2, 0.5, sensitivity, alarm).sum(axis=1)
    both = table[:, 1, 1] / table.sum(axis=(1, 2))
    product = np.prod(sensitivity.mean(axis=0) / alarm.mean(axis=0))
    return equal(product, both[1] / both[0], "likelihood ratio of two positive results")


def _flat_is_silent(rng: np.random.Generator) -> Reading:
    n = int(rng.integers(6, 15))
    mean = float(average(lambda t: t, beta_weight(1.0, 1.0, 1, n), 0, 1))
    return equal(1 / n, mean, "posterior mean after one event")


def _plug_in(rng: np.random.Generator) -> Reading:
    y = rng.normal(3.0, 2.0, (100_000, 6))
    seen, following = y[:, :5], y[:, 5]
    distance = np.abs(following - seen.mean(axis=1))
    held = distance < stats.norm.ppf(0.975) * seen.std(axis=1, ddof=1)
    return sampled(0.95, held, "share of sixth values in the interval")


def _every_parameter(rng: np.random.Generator) -> Reading:
    n = int(rng.integers(12, 40))
    x = counts(n)
    low, high = stats.beta.interval(0.95, x + 0.5, n - x + 0.5)
    thetas = np.linspace(0.02, 0.5, 481)
    held = (low < thetas[:, None]) & (thetas[:, None] < high)
    covered = (stats.binom.pmf(x, n, thetas[:, None]) * held).sum(axis=1)
    return equal(0.95, covered.min(), "lowest coverage over shares from 0.02 to 0.5")


def _null_at_p(rng: np.random.Generator) -> Reading:
    n = int(rng.integers(500, 2_000))
    x = np.arange(n // 2, n + 1)
    p = np.minimum(1, 2 * stats.binom.sf(x - 1, n, 0.5))
    k = int(x[np.argmax(p < 0.05)])
    null = stats.binom.pmf(k, n, 0.5)
    free = float(integral(lambda t: stats.binom.pmf(k, n, t), 0, 1))
    return equal(float(p[k - x[0]]), null / (null + free), "p value, posterior of the null")


def _peak(rng: np.random.Generator) -> Reading:
    a, b = float(rng.uniform(1.5, 2.5)), float(rng.uniform(6.0, 12.0))
    posterior, mode = stats.beta(a, b), (a - 1) / (a + b - 2)

    def loss(guess: float) -> float:
        return float(integral(lambda t: (t - guess) ** 2 * posterior.pdf(t), 0, 1))

    best = minimize_scalar(loss, bounds=(0, 1), method="bounded")
    return equal(mode, best.x, "peak, guess of least expected squared error")


def _half(rng: np.random.Generator) -> Reading:
    harm, benefit = float(rng.uniform(0.8, 1.2)), float(rng.uniform(4.0, 8.0))
    risks = np.linspace(0.02, 0.8, 40)
    costs = action_costs(harm, benefit) @ np.array([1 - risks, risks])
    by_half = costs[(risks > 0.5).astype(int), np.arange(40)].sum()
    return equal(costs.min(axis=0).sum(), by_half, "least cost, that of treating above one half")


def _flexible(rng: np.random.Generator) -> Reading:
    n = 10 * int(rng.integers(3, 20))
    x = 3 * n // 10
    fixed = float(np.log(stats.binom.pmf(x, n, 0.3)))
    free = float(np.log(integral(lambda t: stats.binom.pmf(x, n, t), 0, 1)))
    return at_least(fixed, free, "log evidence of the fixed rate, of the free one")


ERRATA = (
    Erratum(
        id="BU-e1",
        claim="A test that is right in 95 % of the ill and of the well makes a positive patient "
        "ill with 95 %.",
        counterexample="Screening with a prevalence between 0.5 and 3 %: most positives come from "
        "the many who are well.",
        check=_base_rate,
        corrected="Posterior odds are prior odds times the likelihood ratio. A positive result "
        "multiplies the odds by 19, whatever they were.",
        statement="BU-1",
    ),
    Erratum(
        id="BU-e2",
        claim="The likelihood ratios of several findings may be multiplied.",
        counterexample="Two tests that both react to severe disease, and both to one harmless "
        "condition.",
        check=_multiplied,
        corrected="They multiply when the findings are independent within the ill and within the "
        "well. Otherwise the covariances within the groups enter.",
        statement="BU-4",
    ),
    Erratum(
        id="BU-e3",
        claim="A flat prior adds nothing: the posterior mean is the observed share.",
        counterexample="One event in 6 to 14 patients with a uniform prior.",
        check=_flat_is_silent,
        corrected="A uniform prior is worth two patients, one with and one without the event: "
        "the mean is $(x+1)/(n+2)$.",
        statement="BU-7",
    ),
    Erratum(
        id="BU-e4",
        claim="Mean plus and minus 1.96 standard deviations of a sample holds the next value "
        "with 95 %.",
        counterexample="Samples of five normal values, and a sixth.",
        check=_plug_in,
        corrected="As the prior of BU-12 loses its weight ($\\kappa,\\beta\\to0$, "
        "$\\alpha\\to-\\frac12$) the next value becomes Student with $n-1$ degrees of freedom "
        "around the mean, and its scale is $s\\sqrt{1+1/n}$.",
        statement="BU-12",
    ),
    Erratum(
        id="BU-e5",
        claim="A 95 % credible interval holds the parameter in 95 % of studies, whatever the "
        "parameter.",
        counterexample="Jeffreys' interval of a share from 12 to 39 patients, at every share "
        "from 0.02 to 0.5.",
        check=_every_parameter,
        corrected="It covers 95 % on average over the prior. At one parameter the coverage is a "
        "sum of binomial probabilities that jumps.",
        statement="BU-14",
    ),
    Erratum(
        id="BU-e6",
        claim="A p value is the probability that the null hypothesis is true.",
        counterexample="A share tested against one half with p just below 0.05, both models "
        "equally likely before, 500 to 1,999 patients.",
        check=_null_at_p,
        corrected="The posterior odds of a point hypothesis are its Bayes factor times the prior "
        "odds. At a fixed p the factor in favour of the null grows like the root of n.",
        statement="BU-23",
    ),
    Erratum(
        id="BU-e7",
        claim="The most probable value is the best estimate in squared error.",
        counterexample="A skewed Beta posterior of a rare event.",
        check=_peak,
        corrected="The posterior mean is; the peak costs the squared distance between them more.",
        statement="BU-17",
    ),
    Erratum(
        id="BU-e8",
        claim="A patient should be treated when illness is more likely than not.",
        counterexample="A missed case costs 4 to 8 times as much as a needless treatment.",
        check=_half,
        corrected="The threshold is harm over harm plus benefit, one half only if they are equal.",
        statement="BU-19",
    ),
    Erratum(
        id="BU-e9",
        claim="A model with more freedom always explains the data at least as well, so its "
        "evidence is at least as large.",
        counterexample="Three events in every ten patients: a rate fixed at 0.3 against a free "
        "one.",
        check=_flexible,
        corrected="The best fit grows with freedom, the evidence need not: it averages over the "
        "prior, and a free rate gives every count the same small probability.",
        statement="BU-23",
    ),
)
