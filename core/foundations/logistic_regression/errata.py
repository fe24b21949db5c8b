"""Errors of common texts, each refuted by an instance."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from core.foundations.compare import at_least, equal
from core.foundations.logistic_regression import (
    calibration,
    cardiosense,
    formulas,
    formulas_fit,
    likelihood,
    odds,
    sampling,
    separation,
)
from core.foundations.logistic_regression.support import (
    best_loss,
    fitted,
    loss_of,
    minimiser,
    precise_loss,
)
from core.foundations.schema import Erratum, Reading
from core.stats.calibration import recalibration


def _always_unique(rng: np.random.Generator) -> Reading:
    n, a = separation.two_point(rng)
    early, late = separation.flow(n, a, np.array([3.0, 30.0]))
    return equal(float(early), float(late), "the slope after 3 and after 30 units of time")


def _mislabelled(rng: np.random.Generator) -> Reading:
    n = 100 * int(rng.integers(1, 6))  # both shares are then whole numbers of outcomes
    strong, stronger = np.log(np.array([0.92, 0.99]) / np.array([0.08, 0.01]))
    bound = float(sampling.wald(np.asarray(strong), n))
    measured = float(sampling.wald(np.asarray(stronger), n))
    return at_least(bound, measured, f"Wald at 99 % against 92 % of {n}, both outcomes present")


def _unsigned(rng: np.random.Generator) -> Reading:
    X, w, b = rng.standard_normal((8, 3)), rng.uniform(0.4, 2, 3), float(rng.uniform(-0.8, 0.8))
    X[0] = -w - b * w / (w @ w)
    claimed = np.abs(formulas.signed_distance(X, w, b))
    return equal(claimed, odds.nearest(X, w, b), "8 points on both sides")


def _calibrated_is_best(rng: np.random.Generator) -> Reading:
    weights, p = calibration.groups(rng)
    return equal(
        formulas_fit.refinement_loss(weights, p),
        best_loss(weights, p),
        "the log loss of the base rate, 5 groups",
    )


def subgradient_zeros(rng: np.random.Generator) -> tuple[int, int]:
    """Return how many of six coefficients should be 0, and how many a subgradient descent hits."""
    t, v = float(rng.uniform(0.3, 0.9)), rng.uniform(-0.3, 0.3, 6)
    w = rng.normal(0, 1, 6)
    for k in range(500):
        w = w - 0.5 / (k + 1) ** 0.5 * (w - v + t * np.sign(w))
    return int(np.sum(formulas_fit.soft_threshold(v, t) == 0)), int(np.sum(w == 0))


def _exact_zero(rng: np.random.Generator) -> Reading:
    should, hit = subgradient_zeros(rng)
    return equal(should, hit, "coefficients at exactly 0 after 500 steps")


def _no_collinearity(rng: np.random.Generator) -> Reading:
    X, y, _ = separation.collinear(rng)
    both = minimiser(loss_of(X, y), rng.uniform(-0.8, 0.8, 3))
    alone = fitted(X[:, :2], y)
    change = float(np.max(np.abs(expit(X @ both) - expit(X[:, :2] @ alone))))
    return at_least(0.001, change, "how far the worst probability moves")


def _squared_is_fine(rng: np.random.Generator) -> Reading:
    z = rng.uniform(-3, -1.2, 5)
    bent = likelihood.second_difference(z, np.ones(5))
    return at_least(np.zeros(5), bent, "the curvature at 5 places", scale=1.0)


def _quarter_everywhere(rng: np.random.Generator) -> Reading:
    w, start = float(rng.uniform(0.8, 1.6)), float(rng.uniform(2.5, 4))
    moved = float(expit(start + w) - expit(start))
    return equal(w / 4, moved, "a patient at high risk, one unit more")


def _odds_are_risks(rng: np.random.Generator) -> Reading:
    low, high = float(rng.uniform(0.3, 0.4)), float(rng.uniform(0.6, 0.8))
    ratio = formulas.log_odds_ratio(np.array([high, 1 - high]), np.array([low, 1 - low]))
    return equal(float(np.exp(ratio)), high / low, "the ratio of two risks")


def _clipped(rng: np.random.Generator) -> Reading:
    z = float(rng.uniform(60, 800))
    clipped = -np.log(1 - np.clip(expit(z), 1e-15, 1 - 1e-15))
    return equal(float(clipped), float(precise_loss(z, 0.0)), f"the loss at z = {z:.3g}, y = 0")


def _balanced(rng: np.random.Generator) -> Reading:
    X, shares, truth = sampling.population(rng)
    prevalence = float(np.sum(shares * expit(X @ truth)))
    kept = 1.0, prevalence / (1 - prevalence)
    mean = float(np.sum(shares * expit(X @ sampling.kept_fit(X, shares, truth, kept))))
    return equal(prevalence, mean, "the mean estimate among all")


def _in_sample_proof(rng: np.random.Generator) -> Reading:
    y, z = calibration.overfitted(rng)
    return equal(1.0, recalibration(y.astype(np.int64), z)[1], "the slope among new rows")


def _adds_probabilities(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for patient in cardiosense.patients(rng):
        found = cardiosense.attribution(patient)
        alone = [float(expit(found.base + one.log_odds)) for one in found.contributions]
        claimed.append(found.p_base + sum(p - found.p_base for p in alone))
        measured.append(found.p)
    return equal(claimed, measured, "6 patients, each finding's own change added up")


ERRATA = (
    Erratum(
        id="LR-e1",
        claim="Cross-entropy is strictly convex, so logistic regression always has exactly one best"
        " fit.",
        counterexample="Rows that a plane separates: longer training gives ever larger"
        " coefficients. The error predicts that the slope stays where it is.",
        check=_always_unique,
        corrected="There is exactly one best fit if and only if the outcomes overlap in every"
        " direction, which includes independent columns. Strict convexity allows one minimum at"
        " most; it does not make one exist.",
        statement="LR-21",
    ),
    Erratum(
        id="LR-e2",
        claim="The Hauck-Donner effect is another name for separation.",
        counterexample="One group of a hundred outcomes or a multiple, events and others among"
        " them: nothing is separated, and yet the Wald statistic of 99 % is below that of 92 %.",
        check=_mislabelled,
        corrected="The Hauck-Donner effect is a property of the Wald test: its statistic falls for"
        " strong, finite effects, while the likelihood ratio grows. Separation is the absence of a"
        " finite estimate.",
        statement="LR-34",
    ),
    Erratum(
        id="LR-e3",
        claim="The signed distance to the boundary is $|w^\\top x+b|/\\lVert w\\rVert$.",
        counterexample="Eight points on both sides: with bars around the numerator none is ever"
        " negative, so the sides cannot be told apart.",
        check=_unsigned,
        corrected="The signed distance has no bars. Its sign is that of the log-odds, and says on"
        " which side of one half the probability lies.",
        statement="LR-7",
    ),
    Erratum(
        id="LR-e4",
        claim="A perfectly calibrated model has the lowest log loss there is, the entropy of the"
        " outcome given the findings.",
        counterexample="Five groups with different risks, and a forecast that names the base rate"
        " for all: calibrated, but its log loss is that of knowing nothing.",
        check=_calibrated_is_best,
        corrected="Log loss is calibration plus refinement. Calibration brings the first to 0; the"
        " second falls only with forecasts that tell people apart.",
        statement="LR-30",
    ),
    Erratum(
        id="LR-e5",
        claim="With an absolute penalty, subgradient descent lands at exactly zero.",
        counterexample="Six coefficients whose best value is 0, five hundred steps: they hop around"
        " 0 and none hits it.",
        check=_exact_zero,
        corrected="Exact zeros come from the exact minimiser of a step, which is soft thresholding."
        " A subgradient step only shrinks towards 0 and oversteps it.",
        statement="LR-24",
    ),
    Erratum(
        id="LR-e6",
        claim="Logistic regression assumes that columns are not collinear; otherwise its"
        " estimates cannot be used.",
        counterexample="A column that repeats another: the probabilities are those of the model"
        " without it.",
        check=_no_collinearity,
        corrected="Collinear columns leave single coefficients undetermined and the probabilities"
        " of such rows unique. It is a limit on what can be read off, not an assumption.",
        statement="LR-25",
    ),
    Erratum(
        id="LR-e7",
        claim="The squared error is as good a loss after a sigmoid: it too is convex in the"
        " log-odds.",
        counterexample="An event that was thought unlikely: there the squared error is bent down.",
        check=_squared_is_fine,
        corrected="For an event it is bent down wherever p is below one third. Cross-entropy is"
        " convex everywhere.",
        statement="LR-12",
    ),
    Erratum(
        id="LR-e8",
        claim="Dividing a coefficient by four gives the change of the probability per unit.",
        counterexample="A patient whose risk is already above 90 %: the probability has no room"
        " for a change of that size.",
        check=_quarter_everywhere,
        corrected="A quarter of the coefficient is an upper limit; it is approached around one half"
        " only, and for small steps.",
        statement="LR-5",
    ),
    Erratum(
        id="LR-e9",
        claim="An odds ratio of 3 means three times the risk.",
        counterexample="Two common risks: the ratio of the odds is far above that of the risks.",
        check=_odds_are_risks,
        corrected="The coefficient is the logarithm of a ratio of odds. It is near the ratio of"
        " risks only where both risks are small.",
        statement="LR-4",
    ),
    Erratum(
        id="LR-e10",
        claim="Clipping probabilities to 1e-15 makes cross-entropy safe without changing it.",
        counterexample="A confident, wrong forecast with log-odds above 60: after clipping the loss"
        " stops at 34.5 and has no slope any more.",
        check=_clipped,
        corrected="The loss has to be computed from the log-odds. Then it is finite, exact and has"
        " the right slope at any size.",
        statement="LR-18",
    ),
    Erratum(
        id="LR-e11",
        claim="Balancing the classes before the fit makes better probabilities.",
        counterexample="Controls are dropped until both classes are equally large: the mean"
        " estimate among all people is then far above the share of events.",
        check=_balanced,
        corrected="Balancing moves the intercept by a known number. Subtracting it gives the"
        " probabilities back; without that they are wrong for everybody.",
        statement="LR-31",
    ),
    Erratum(
        id="LR-e12",
        claim="A calibration slope of 1 in the sample of the fit shows that the model is"
        " calibrated.",
        counterexample="A fit to 120 rows with sixteen columns of noise: its slope is 1 in its own"
        " sample and below 1 among 8,000 new rows.",
        check=_in_sample_proof,
        corrected="In the sample of an unpenalised fit slope 1 and intercept 0 are algebra. Only"
        " rows that did not take part can show calibration.",
        statement="LR-27",
    ),
    Erratum(
        id="LR-e13",
        claim="What single findings add to the probability may be added up.",
        counterexample="Six patients of the clinical model: the reference plus each finding's own"
        " change of the probability is not the estimate, and may leave 0 to 100 %.",
        check=_adds_probabilities,
        corrected="Contributions add up in log-odds. The probability is the sigmoid of the sum, not"
        " the sum of changes.",
        statement="LR-35",
    ),
)
