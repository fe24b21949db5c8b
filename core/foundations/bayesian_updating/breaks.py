"""Switches: each violates one hypothesis, and says how the statement then fails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.foundations.bayesian_updating import formulas, formulas_choice
from core.foundations.bayesian_updating.bayes_rule import joint_table
from core.foundations.bayesian_updating.conjugacy import beta_weight
from core.foundations.bayesian_updating.decisions import action_costs, strategy_costs
from core.foundations.bayesian_updating.numeric import average, counts, integral
from core.foundations.compare import equal
from core.foundations.schema import Break, Reading

Floats = NDArray[np.float64]


def _another_population(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the expected posterior, the true one, and the ratio of the two prior odds."""
    here, there = float(rng.uniform(0.02, 0.06)), float(rng.uniform(0.2, 0.4))
    sensitivity, specificity = (float(v) for v in rng.uniform(0.8, 0.92, 2))
    ratio, _ = formulas.likelihood_ratios(sensitivity, specificity)
    table = joint_table(there, sensitivity, specificity)
    odds = (there / (1 - there)) / (here / (1 - here))
    claimed = float(formulas.updated(here, ratio))
    return claimed, float(table[1, 1] / table[:, 1].sum()), odds


def _moved(rng: np.random.Generator) -> Reading:
    claimed, measured, _ = _another_population(rng)
    return equal(claimed, measured, "P(ill | positive) in another population")


def _moved_by(rng: np.random.Generator) -> Reading:
    claimed, measured, odds = _another_population(rng)
    found = (measured / (1 - measured)) / (claimed / (1 - claimed))
    return equal(odds, found, "true posterior odds over the expected ones")


def _copied(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return the product rule, the truth and the first posterior where a result is a copy."""
    prior = rng.dirichlet(np.full(3, 4.0))
    chance = np.array([0.15, 0.45, 0.85]) + rng.uniform(-0.08, 0.08, 3)
    table = np.zeros((3, 2, 2))
    table[:, 1, 1], table[:, 0, 0] = prior * chance, prior * (1 - chance)
    both = table[:, 1, 1] / table[:, 1, 1].sum()
    return (
        formulas.at_once(prior, np.array([chance, chance])),
        both,
        formulas.at_once(prior, chance[None]),
    )


def _twice(rng: np.random.Generator) -> Reading:
    product, truth, _ = _copied(rng)
    return equal(product, truth, "posterior after a result and its copy")


def _once(rng: np.random.Generator) -> Reading:
    _, truth, first = _copied(rng)
    return equal(first, truth, "posterior after the result alone")


def _repeated(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the claimed, the true and the predicted sd when each patient is entered twice."""
    a, b = rng.uniform(1.5, 4.0, 2)
    n, x = 12, int(rng.integers(4, 9))
    weight = beta_weight(float(a), float(b), x, n)
    mean = float(average(lambda t: t, weight, 0, 1))
    true = float(average(lambda t: (t - mean) ** 2, weight, 0, 1))
    doubled = formulas.beta_update(a, b, 2 * x, 2 * n)
    single = formulas.beta_update(a, b, x, n)
    return (
        float(formulas.beta_variance(*doubled)) ** 0.5,
        true**0.5,
        float(formulas.beta_variance(*single)) ** 0.5,
    )


def _double_counted(rng: np.random.Generator) -> Reading:
    claimed, measured, _ = _repeated(rng)
    return equal(claimed, measured, "posterior standard deviation, 24 rows of 12 patients")


def _counted_once(rng: np.random.Generator) -> Reading:
    _, measured, predicted = _repeated(rng)
    return equal(predicted, measured, "posterior standard deviation, 12 patients")


def _fixed_rare(rng: np.random.Generator) -> tuple[float, float]:
    """Return the level, and the coverage at one share below every interval."""
    a, b = (float(v) for v in rng.uniform(0.8, 2.5, 2))
    n, level = int(rng.integers(10, 30)), float(rng.uniform(0.85, 0.97))
    x = counts(n)
    low, high = formulas_choice.equal_tailed(a + x, b + n - x, level)
    theta = float(low[0]) * 0.5
    held = stats.binom.pmf(x, n, theta)[(low < theta) & (theta < high)].sum()
    return level, float(held)


def _never(rng: np.random.Generator) -> Reading:
    level, held = _fixed_rare(rng)
    return equal(level, held, "coverage at one small share")


def _zero(rng: np.random.Generator) -> Reading:
    _, held = _fixed_rare(rng)
    return equal(0.0, held, "coverage at one small share", scale=1.0)


def _informed(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the flat tail, the tail under a sceptical prior, and the one that BU-11 gives."""
    n, deviation, reference = 9, float(rng.uniform(1.0, 2.0)), 0.0
    unit = deviation / np.sqrt(n)
    centre, spread = float(rng.uniform(1.2, 1.9)) * unit, float(rng.uniform(0.6, 1.2)) * unit

    def belief(t: Floats) -> Floats:
        return np.asarray(stats.norm.pdf(centre, t, unit) * stats.norm.pdf(t, 0, spread))

    below = integral(belief, -12 * unit, reference)
    tail = float(below / (below + integral(belief, reference, 12 * unit)))
    mean, variance = formulas.normal_update(0.0, spread**2, centre, deviation**2, n)
    predicted = float(stats.norm.cdf(reference, mean, variance**0.5))
    return formulas_choice.flat_tail(centre, deviation, n, reference), tail, predicted


def _sceptical(rng: np.random.Generator) -> Reading:
    claimed, measured, _ = _informed(rng)
    return equal(claimed, measured, "p value, posterior tail under a sceptical prior")


def _shrunk(rng: np.random.Generator) -> Reading:
    _, measured, predicted = _informed(rng)
    return equal(predicted, measured, "posterior tail from added precisions")


def _overconfident(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return costs: the rule on distorted risks, the best plan, the rule on mended risks."""
    harm, benefit = float(rng.uniform(0.8, 1.2)), float(rng.uniform(3.0, 5.0))
    cut = formulas_choice.treatment_threshold(harm, benefit)
    risks = np.linspace(0.02, 0.6, 40)
    reported = risks**2 / (risks**2 + (1 - risks) ** 2)
    costs = action_costs(harm, benefit) @ np.array([1 - risks, risks])
    places = np.arange(risks.size)
    mended = cut**2 / (cut**2 + (1 - cut) ** 2)
    by_report = costs[(reported > cut).astype(int), places].sum()
    by_mended = costs[(reported > mended).astype(int), places].sum()
    return float(by_report), float(costs.min(axis=0).sum()), float(by_mended)


def _distorted(rng: np.random.Generator) -> Reading:
    by_report, best, _ = _overconfident(rng)
    return equal(by_report, best, "cost of the rule on overconfident risks")


def _mended(rng: np.random.Generator) -> Reading:
    _, best, by_mended = _overconfident(rng)
    return equal(by_mended, best, "cost of the rule with the threshold moved as well")


def _believed(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return what acting on a useless test is believed to save, what it saves, and why."""
    prior, harm, benefit = (float(v) for v in rng.uniform([0.1, 0.9, 1.5], [0.2, 1.2, 2.0]))
    believed = strategy_costs(prior, 0.9, 0.9, harm, benefit)
    i, j = np.unravel_index(int(believed.argmin()), believed.shape)
    true = strategy_costs(prior, 0.5, 0.5, harm, benefit)
    claimed = formulas_choice.value_of_test(prior, 0.9, 0.9, harm, benefit)
    # A coin treats half of the ill, which saves, and half of the well, which costs.
    predicted = (prior * benefit - (1 - prior) * harm) / 2
    return claimed, float(np.diag(true).min() - true[i, j]), predicted


def _saved(rng: np.random.Generator) -> Reading:
    claimed, measured, _ = _believed(rng)
    return equal(claimed, measured, "saving by a test that is in truth a coin")


def _lost(rng: np.random.Generator) -> Reading:
    _, measured, predicted = _believed(rng)
    return equal(predicted, measured, "half of (cost of waiting less cost of treating)")


def _sparse(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return ridge, the peak under a double exponential prior, and soft thresholds."""
    from sklearn.linear_model import Lasso

    noise, scale = float(rng.uniform(0.8, 1.2)), 1.0
    design, _ = np.linalg.qr(rng.normal(size=(30, 3)))
    least = np.array([3.0, -2.4, 0.4]) + rng.uniform(-0.2, 0.2, 3)
    y = design @ least
    limit = noise**2 / scale
    peak = Lasso(alpha=limit / 30, fit_intercept=False, tol=1e-14, max_iter=10_000).fit(design, y)
    soft = np.sign(least) * np.maximum(np.abs(least) - limit, 0)
    # The normal prior has the variance of the double exponential, twice its squared scale.
    ridge = formulas_choice.map_weights(design, y, noise, 2**0.5 * scale)
    return ridge, np.asarray(peak.coef_), soft


def _double_exponential(rng: np.random.Generator) -> Reading:
    ridge, peak, _ = _sparse(rng)
    return equal(ridge, peak, "3 coefficients at the peak, ridge")


def _soft(rng: np.random.Generator) -> Reading:
    _, peak, soft = _sparse(rng)
    return equal(soft, peak, "3 coefficients at the peak, soft thresholds")


def _no_event(rng: np.random.Generator) -> tuple[float, int]:
    n = int(rng.integers(50, 400))
    return float(rng.uniform(0.5, 2.0)), n


def _one_sided_peak(rng: np.random.Generator) -> Reading:
    _, n = _no_event(rng)
    above = float(stats.beta.sf(0.0, 1, n + 1))
    return equal(0.5, above, "mass above the mode, no event in n patients")


def _exponential(rng: np.random.Generator) -> Reading:
    units, n = _no_event(rng)
    above = float(integral(lambda t: (n + 1) * (1 - t) ** n, units / n, 1))
    return equal((1 - units / n) ** (n + 1), above, "mass above a multiple of 1/n")


BREAKS = (
    Break(
        id="BU-1-b1",
        statement="BU-1",
        switch="Take the prior of another population",
        violates="$P(D)$ is not that of the people tested: it is taken from a screening "
        "programme, the patients come from a clinic.",
        reason="The likelihood ratio travels with the test; the prior belongs to the people.",
        check=_moved,
        outcome="The posterior odds are wrong by exactly the ratio of the two prior odds.",
        predicted=_moved_by,
    ),
    Break(
        id="BU-3-b1",
        statement="BU-3",
        switch="Enter a copy as a second result",
        violates="Given the hypothesis, the second result is not independent: it repeats the "
        "first.",
        reason="The product counts the same evidence twice and becomes too sure.",
        check=_twice,
        outcome="The true posterior stays where it was after the first result.",
        predicted=_once,
    ),
    Break(
        id="BU-6-b1",
        statement="BU-6",
        switch="Enter every patient twice",
        violates="The trials are not independent: each row stands in the table twice.",
        reason="Copies add to the counts but carry no new information.",
        check=_double_counted,
        outcome="The true spread is that of the 12 patients, wider than claimed.",
        predicted=_counted_once,
    ),
    Break(
        id="BU-13-b1",
        statement="BU-13",
        switch="Fix one rare share",
        violates="The parameter is not drawn from the prior: it is one share, half the smallest "
        "lower limit.",
        reason="Even with no event the equal-tailed interval starts above it.",
        check=_never,
        outcome="The interval never holds it: the coverage is 0.",
        predicted=_zero,
    ),
    Break(
        id="BU-16-b1",
        statement="BU-16",
        switch="Use a sceptical prior",
        violates="The prior is not flat: it is normal around the reference.",
        reason="The prior pulls the mean to the reference, so more mass stays below it.",
        check=_sceptical,
        outcome="The tail is the one that BU-11 gives with added precisions.",
        predicted=_shrunk,
    ),
    Break(
        id="BU-19-b1",
        statement="BU-19",
        switch="Use overconfident risks",
        violates="The reported risk is not the probability of illness: its odds are squared.",
        reason="Risks below one half are reported too low, so ill patients go untreated.",
        check=_distorted,
        outcome="Squaring the odds of the threshold too makes the rule best again.",
        predicted=_mended,
    ),
    Break(
        id="BU-20-b1",
        statement="BU-20",
        switch="Trust a test that is a coin",
        violates="Sensitivity and specificity are believed to be 90 %; both are 50 %.",
        reason="The result changes the action but says nothing about the patient.",
        check=_saved,
        outcome="The saving is half of what waiting with all costs, less half of what treating all "
        "costs: negative, as waiting was better.",
        predicted=_lost,
    ),
    Break(
        id="BU-21-b1",
        statement="BU-21",
        switch="Take a double exponential prior",
        violates="The prior of the coefficients is not normal, though its variance is the same.",
        reason="Its logarithm has a corner at 0, which holds small coefficients there.",
        check=_double_exponential,
        outcome="With orthonormal columns each coefficient is moved towards 0 by a fixed amount, "
        "and a small one is exactly 0.",
        predicted=_soft,
    ),
    Break(
        id="BU-25-b1",
        statement="BU-25",
        switch="Observe no event at all",
        violates="The share is 0, so the mode lies at the end of the interval.",
        reason="There is no room below the mode, and no curvature that could make it normal.",
        check=_one_sided_peak,
        outcome="The posterior has the shape $(1-\\theta)^n$: in units of $1/n$ it is nearly "
        "exponential, however large n is.",
        predicted=_exponential,
    ),
)
