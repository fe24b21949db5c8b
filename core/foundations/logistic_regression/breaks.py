"""Switches that violate one hypothesis of a statement, with the failure that is predicted."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import expit

from core.foundations.compare import at_least, at_most, equal
from core.foundations.logistic_regression import (
    calibration,
    cardiosense,
    formulas,
    formulas_fit,
    numerics,
    odds,
    sampling,
    separation,
)
from core.foundations.logistic_regression.support import (
    Floats,
    Objective,
    design,
    difference_hessian,
    fitted,
    loss_of,
    minimiser,
    outcomes,
    separated,
    worst,
)
from core.foundations.logistic_regression.support import separation as best_direction
from core.foundations.measuring import complex_gradient
from core.foundations.schema import Break, Reading
from core.stats.calibration import recalibration


def _flips(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return shares of events in two groups, and how often outcomes are recorded wrongly."""
    shares = np.array([rng.uniform(0.1, 0.2), rng.uniform(0.7, 0.8)])
    return shares, np.array([rng.uniform(0.02, 0.05), rng.uniform(0.2, 0.3)])


def _recorded(shares: Floats, flips: Floats) -> float:
    """Return the coefficient of a fit to the outcomes as they are recorded."""
    x, y = np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 0.0, 1.0, 0.0])
    right = np.column_stack([shares, 1 - shares])
    seen = right * (1 - flips)[:, None] + right[:, ::-1] * flips[:, None]
    mass = np.array([0.5, 0.5, 0.5, 0.5]) * seen.ravel()
    return float(fitted(np.column_stack([np.ones(4), x]), y, mass=mass)[1])


def _noisy(rng: np.random.Generator) -> Reading:
    shares, flips = _flips(rng)
    rows = np.column_stack([shares, 1 - shares])
    claimed = formulas.log_odds_ratio(rows[1], rows[0])
    return equal(claimed, _recorded(shares, flips), "the coefficient of recorded outcomes")


def _noisy_predicted(rng: np.random.Generator) -> Reading:
    shares, flips = _flips(rng)
    claimed = sampling.flipped_log_odds_ratio(shares, flips)
    return equal(claimed, _recorded(shares, flips), "the log odds ratio of recorded outcomes")


def _unequal(rng: np.random.Generator) -> Reading:
    low, high, covariance, prior, x = odds.gaussian_classes(rng)
    return odds.compare_bayes(low, high, (covariance, 2.5 * covariance), prior, x)


def _unequal_predicted(rng: np.random.Generator) -> Reading:
    low, high, covariance, prior, x = odds.gaussian_classes(rng)
    d = x[1] - x[0]
    places = x[0] + np.array([[-1.0], [0.0], [1.0]]) * d
    logit = odds.bayes_logit(low, high, (covariance, 2.5 * covariance), prior, places)
    bend = (1 - 1 / 2.5) * d @ np.linalg.solve(covariance, d)
    second = float(logit[0] - 2 * logit[1] + logit[2])
    return equal(float(bend), second, "the bend of the logit", scale=float(np.abs(logit).max()))


def _naive(rng: np.random.Generator) -> Reading:
    z = np.append(np.array(numerics.FAR), rng.uniform(-30, 30, 6))
    with np.errstate(over="ignore"):
        return numerics.softplus_reading(np.log(1 + np.exp(z)), z)


def _naive_predicted(rng: np.random.Generator) -> Reading:
    start = float(rng.uniform(650, 700))
    with np.errstate(over="ignore"):
        edge = brentq(lambda z: 1.0 if np.isinf(np.exp(z)) else -1.0, start, start + 100, xtol=1e-9)
    return equal(math.log(np.finfo(float).max), float(edge), "from where exp is infinite")


def _separable(rng: np.random.Generator) -> Reading:
    X, y = separated(rng)
    return separation.floor_reading(X, y, 1)


def _separable_predicted(rng: np.random.Generator) -> Reading:
    X, y = separated(rng)
    direction, margin = best_direction(X, y)
    step = 40 / margin
    loss = loss_of(X, y)(step * direction + 0j).real
    bound = formulas_fit.ray_bound(len(X), margin, np.asarray(step))
    return at_most(bound, loss, "the loss far along the separating direction", scale=1.0)


def _repeated(rng: np.random.Generator) -> Reading:
    X, y, _ = separation.collinear(rng)
    return separation.ends_reading(loss_of(X, y), _apart(rng))


def _apart(rng: np.random.Generator) -> tuple[Floats, Floats]:
    shift = np.array([0.0, 0.7, -0.7])
    first, second = separation.two_starts(rng, 3)
    return first / 4 + shift, second / 4 - shift


def _repeated_predicted(rng: np.random.Generator) -> Reading:
    X, y, _ = separation.collinear(rng)
    first, second = (minimiser(loss_of(X, y), start) for start in _apart(rng))
    return equal(expit(X @ first), expit(X @ second), f"the probabilities of {len(X)} rows")


def _valleys(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return three rows whose squared error has two valleys, and where two descents end."""
    x = np.array([10.0, 1.0, 0.1]) * rng.uniform(0.95, 1.05, 3)
    return x[:, None], np.array([1.0, 0.0, 1.0])


def _bottoms(X: Floats, y: Floats) -> Floats:
    objective = separation.squared_loss(X, y)
    return np.array([_bottom(objective, start) for start in (-2.5, 0.3)])


def _bottom(objective: Objective, start: float) -> float:
    def height(w: Floats) -> float:
        return objective(w).real

    def slope(w: Floats) -> Floats:
        return complex_gradient(objective, w)

    found = minimize(height, np.array([start]), jac=slope)
    return float(minimiser(objective, np.asarray(found.x, dtype=np.float64))[0])


def _squared(rng: np.random.Generator) -> Reading:
    first, second = _bottoms(*_valleys(rng))
    return equal(float(first), float(second), "where descents from two starts end")


def _squared_predicted(rng: np.random.Generator) -> Reading:
    X, y = _valleys(rng)
    objective = separation.squared_loss(X, y)
    ends = _bottoms(X, y)[:, None]
    slopes = [complex_gradient(objective, w)[0] for w in ends]
    bends = [difference_hessian(objective, w)[0, 0] for w in ends]
    return worst(
        equal(np.zeros(2), slopes, "the slope at both ends", scale=1.0),
        at_least(BENT_UP, bends, "the curvature at both ends"),
    )


BENT_UP = 0.01
"""Curvature from which an end of a descent is called a valley."""


def _without_intercept(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    X = design(rng, 200, 1)
    y = outcomes(rng, X, np.array([-1.6, 0.7]))
    return X, y, expit(X[:, 1:] @ fitted(X[:, 1:], y))


def _no_intercept(rng: np.random.Generator) -> Reading:
    return calibration.score_reading(*_without_intercept(rng))


def _no_intercept_predicted(rng: np.random.Generator) -> Reading:
    X, y, p = _without_intercept(rng)
    return calibration.score_reading(X[:, 1:], y, p)


def _penalised(rng: np.random.Generator) -> tuple[Floats, Floats, Floats, float]:
    X, y = calibration.grouped_rows(rng)
    penalty = float(rng.uniform(3, 8))
    return X, y, fitted(X, y, ridge=penalty), penalty


def _ridge(rng: np.random.Generator) -> Reading:
    X, y, w, _ = _penalised(rng)
    return calibration.score_reading(X, y, expit(X @ w))


def _ridge_predicted(rng: np.random.Generator) -> Reading:
    X, y, w, penalty = _penalised(rng)
    return equal(
        formulas_fit.ridge_weights(X, y, expit(X @ w), penalty), w, "4 coefficients by residuals"
    )


def _new_data(rng: np.random.Generator) -> Reading:
    return calibration.line_reading(*calibration.overfitted(rng))


def _new_data_predicted(rng: np.random.Generator) -> Reading:
    y, z = calibration.overfitted(rng)
    slope = recalibration(y.astype(np.int64), z)[1]
    return at_most(0.95, slope, f"the slope among {calibration.FRESH} new rows")


def _selected(rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Return a population and how many cases are kept, which depends on the finding."""
    X, shares, truth = sampling.population(rng)
    return X, shares, truth, expit(0.9 * X[:, 1])


CONTROLS = 0.1
"""Share of controls that is kept where cases are kept by their finding."""


def _by_finding(rng: np.random.Generator) -> Reading:
    X, shares, truth, kept = _selected(rng)
    cases = shares * expit(X @ truth)
    used = float(np.sum(cases * kept) / np.sum(cases)), CONTROLS
    return sampling.case_control_reading(X, shares, truth, (kept, CONTROLS), used)


def _by_finding_predicted(rng: np.random.Generator) -> Reading:
    X, shares, truth, kept = _selected(rng)
    seen = sampling.kept_fit(X, shares, truth, (kept, CONTROLS), np.eye(len(X)))
    corrected = [
        formulas_fit.population_logit(z, rate, CONTROLS) for z, rate in zip(seen, kept, strict=True)
    ]
    return equal(X @ truth, corrected, "each group fitted and corrected alone")


COPIES = 2
"""Times that every outcome is written down in the break of independence."""


def _copied(rng: np.random.Generator) -> Reading:
    X, w, direction = sampling.rows_and_direction(rng)
    # The table holds every row twice, and the information is computed as if all were independent.
    table = np.vstack([X] * COPIES)
    claimed = formulas_fit.score_variance(table, w, direction)
    measured = sampling.enumerated_variance(X, w, direction, COPIES)
    return equal(claimed, measured, "all 1,024 outcomes of 20 rows, two a person")


def _copied_predicted(rng: np.random.Generator) -> Reading:
    X, w, direction = sampling.rows_and_direction(rng)
    claimed = COPIES**2 * formulas_fit.score_variance(X, w, direction)
    measured = sampling.enumerated_variance(X, w, direction, COPIES)
    return equal(claimed, measured, "twice what independent rows would give")


def _trees(rng: np.random.Generator) -> Reading:
    return cardiosense.exchange_reading(rng, challenger=True)


def _trees_predicted(rng: np.random.Generator) -> Reading:
    moved = []
    for name, before, after in cardiosense.exchanged(rng, challenger=True):
        pairs = zip(before.contributions, after.contributions, strict=True)
        moved += [abs(b.log_odds - a.log_odds) for b, a in pairs if b.feature != name]
    return at_least(LEAST, max(moved), "how far another finding's contribution moves")


FOLDS = 5


def _cross_validated(rng: np.random.Generator) -> tuple[float, Floats]:
    """Return the probability of an event, and gaps of cross-validated base rates of 60 rows."""
    p = float(rng.uniform(0.3, 0.6))
    y = (rng.random((2_000, FOLDS, 12)) < p).astype(float)
    shares = y.mean(axis=2)
    others = (shares.sum(axis=1, keepdims=True) - shares) / (FOLDS - 1)
    return p, y.mean(axis=(1, 2)) - others.mean(axis=1)


def _crossed(rng: np.random.Generator) -> Reading:
    p, gaps = _cross_validated(rng)
    claimed = formulas_fit.gap_error(np.full(12 * FOLDS, p)) ** 2
    return equal(claimed, float(np.mean(gaps**2)), "the mean squared gap of 60 rows")


def _crossed_predicted(rng: np.random.Generator) -> Reading:
    _, gaps = _cross_validated(rng)
    return equal(np.zeros(len(gaps)), gaps, "the gap of 2000 tables", scale=1.0)


LEAST = 0.005
"""Log-odds by which a contribution has to move before it is said to move."""


BREAKS = (
    Break(
        id="LR-4-b1",
        statement="LR-4",
        switch="Outcomes recorded wrongly",
        violates="Some outcomes are recorded as their opposite.",
        reason="How often that happens depends on x, and the table that is fitted is another one.",
        check=_noisy,
        outcome="The coefficient is the log odds ratio of the recorded shares.",
        predicted=_noisy_predicted,
    ),
    Break(
        id="LR-6-b1",
        statement="LR-6",
        switch="The second class spreads more widely",
        violates="The two classes no longer have one covariance.",
        reason="The quadratic terms of the two densities differ, so they do not cancel.",
        check=_unequal,
        outcome="The logit bends by the difference of the inverse covariances.",
        predicted=_unequal_predicted,
    ),
    Break(
        id="LR-17-b1",
        statement="LR-17",
        switch="Compute log(1 + exp(z)) as it is written",
        violates="The exponential is taken of large positive numbers too.",
        reason="At 800 the exponential is infinite; at -40 it is lost beside 1.",
        check=_naive,
        outcome="The exponential is infinite from the logarithm of the largest double on: 709.78.",
        predicted=_naive_predicted,
    ),
    Break(
        id="LR-21-b1",
        statement="LR-21",
        switch="A plane separates the outcomes",
        violates="There is a direction with all rows on their own side.",
        reason="Every step along it lowers the loss, below log 2 and on towards 0.",
        check=_separable,
        outcome="Along the separating direction the loss falls to 0, below the bound of LR-20.",
        predicted=_separable_predicted,
    ),
    Break(
        id="LR-21-b2",
        statement="LR-21",
        switch="One column is a multiple of another",
        violates="The columns are not independent.",
        reason="Along one direction the loss is flat: every descent ends somewhere else on it.",
        check=_repeated,
        outcome="The coefficients differ and the probabilities do not.",
        predicted=_repeated_predicted,
    ),
    Break(
        id="LR-21-b3",
        statement="LR-21",
        switch="Squared error instead",
        violates="The loss is no longer the cross-entropy.",
        reason="Its curvature is negative in places (LR-12), so valleys can lie side by side.",
        check=_squared,
        outcome="Both ends are valleys: at either the slope is 0 and the curve bends up.",
        predicted=_squared_predicted,
    ),
    Break(
        id="LR-26-b1",
        statement="LR-26",
        switch="Leave the intercept out",
        violates="The model has no column of ones.",
        reason="Nothing then ties the sum of the risks to the number of events.",
        check=_no_intercept,
        outcome="Only the equation of the column that is left still holds.",
        predicted=_no_intercept_predicted,
    ),
    Break(
        id="LR-26-b2",
        statement="LR-26",
        switch="Penalise all coefficients",
        violates="A penalty, on the intercept too, is part of what the coefficients minimise.",
        reason="The pull of the penalty has to be balanced, so the residuals cannot sum to 0.",
        check=_ridge,
        outcome="Each sum of residuals is the penalty times its coefficient.",
        predicted=_ridge_predicted,
    ),
    Break(
        id="LR-27-b1",
        statement="LR-27",
        switch="New rows after an overfit",
        violates="The rows are not those of the fit, which had many columns of noise.",
        reason="The score equations hold for the rows of the fit alone, and noise that was learnt"
        " makes the new log-odds too large.",
        check=_new_data,
        outcome="The slope is below 1: estimates are too extreme.",
        predicted=_new_data_predicted,
    ),
    Break(
        id="LR-31-b1",
        statement="LR-31",
        switch="Cases are kept by their findings",
        violates="The probability of being kept depends on x.",
        reason="The added number then differs from group to group, so no intercept can hold it.",
        check=_by_finding,
        outcome="With a column and a correction for each group the log-odds are right again.",
        predicted=_by_finding_predicted,
    ),
    Break(
        id="LR-33-b1",
        statement="LR-33",
        switch="Every person is in the table twice",
        violates="The outcomes are not independent.",
        reason="The two scores of a person are equal: their sum varies four times as much as one,"
        " not twice.",
        check=_copied,
        outcome="The score varies twice as much as the information says.",
        predicted=_copied_predicted,
    ),
    Break(
        id="LR-36-b1",
        statement="LR-36",
        switch="Boosted trees instead",
        violates="The model, boosted trees, is not additive in the findings.",
        reason="In trees what one finding adds depends on the others, so their contributions move"
        " too.",
        check=_trees,
        outcome="Contributions of findings that did not change move as well.",
        predicted=_trees_predicted,
    ),
    Break(
        id="LR-38-b1",
        statement="LR-38",
        switch="Estimates by cross-validation",
        violates="The estimates are made from outcomes of the same rows, in turn.",
        reason="Each fold is given the share of the other folds: where one fold has more events,"
        " the others are given more risk, and over all folds the differences cancel.",
        check=_crossed,
        outcome="For forecasts of the base rate and equal folds the gap is 0 whatever the"
        " outcomes.",
        predicted=_crossed_predicted,
    ),
)
