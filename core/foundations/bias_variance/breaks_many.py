"""Switches of the last three sections."""

from __future__ import annotations

import numpy as np

from core.foundations.bias_variance import formulas_many
from core.foundations.bias_variance.ensembles import average_variance
from core.foundations.bias_variance.instances import (
    Floats,
    every,
    normal_designs,
    skewed,
)
from core.foundations.bias_variance.validation import fold_errors
from core.foundations.compare import equal, sampled
from core.foundations.schema import Break, Reading


def _families(rng: np.random.Generator) -> tuple[Floats, float]:
    """Return the covariance of two families of models, close inside and independent between."""
    models, correlation = 8, float(rng.uniform(0.6, 0.8))
    family = np.arange(models) // 4
    covariance = np.where(family[:, None] == family, correlation, 0.0)
    np.fill_diagonal(covariance, 1.0)
    return covariance, correlation


def two_families(rng: np.random.Generator) -> Reading:
    """Take the correlation of the first pair for that of all pairs."""
    covariance, correlation = _families(rng)
    claimed = formulas_many.ensemble_variance(correlation, 1.0, len(covariance))
    return equal(claimed, average_variance(covariance), "8 models in two families")


def mean_covariance(rng: np.random.Generator) -> Reading:
    """Compare the mean of all covariances with the variance over enumerated shocks."""
    covariance, _ = _families(rng)
    note = f"mean covariance, against {2 ** len(covariance)} results"
    return equal(covariance.mean(), average_variance(covariance), note)


def _overweight(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the split, the error and the error predicted for weights that add up to 1.4."""
    weights, predictions = 1.4 * rng.dirichlet(np.full(5, 4.0)), rng.uniform(1, 2, 5)
    target = float(rng.uniform(0.2, 0.8))
    average = float(weights @ predictions)
    split = formulas_many.ambiguity_error(weights, predictions, target)
    surplus = 0.4 * (average**2 - target**2)
    return split, (average - target) ** 2, split + surplus


def overweight(rng: np.random.Generator) -> Reading:
    """Let the weights add up to more than 1."""
    split, error, _ = _overweight(rng)
    return equal(split, error, "mean error minus spread, against the error of the sum")


def overweight_surplus(rng: np.random.Generator) -> Reading:
    """Let the surplus weight act on the squares of average and outcome."""
    _, error, predicted = _overweight(rng)
    return equal(predicted, error, "split plus 0.4 (average² − outcome²)")


def _medians(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return shortcut, refits and prediction for the median of eight values."""
    offsets = rng.uniform(0.7, 2, 8) * np.where(np.arange(8) < 4, -1, 1)
    y = np.sort(rng.normal() + offsets)
    m = len(y)
    middle = np.isin(np.arange(m), (m // 2 - 1, m // 2))
    residuals = y - np.median(y)
    shortcut = formulas_many.leave_one_out(residuals, np.where(middle, 0.5, 0.0))
    refits = np.mean([(y[i] - np.median(np.delete(y, i))) ** 2 for i in range(m)])
    gap = float(y[m // 2] - y[m // 2 - 1])
    longer = np.where(middle, gap, np.abs(residuals) + gap / 2)
    return shortcut, float(refits), float(np.mean(longer**2))


def median_shortcut(rng: np.random.Generator) -> Reading:
    """Use the shortcut for a median, with its derivative as the leverage."""
    shortcut, refits, _ = _medians(rng)
    return equal(shortcut, refits, "shortcut, against eight medians without one value")


def median_jumps(rng: np.random.Generator) -> Reading:
    """Without a value the median jumps to the neighbour on the other side."""
    _, refits, predicted = _medians(rng)
    return equal(predicted, refits, "residuals longer by half the middle gap, against refits")


def _copied(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return claimed, enumerated and predicted error where each row has a copy elsewhere."""
    m, sigma = 8, float(rng.uniform(0.6, 1.2))
    noise, chances = every(skewed(rng, sigma), m // 2)
    errors = fold_errors(np.repeat(rng.normal() + noise, 2, axis=1), 2)
    claimed = formulas_many.kfold_error(sigma, m, 2)
    return claimed, float(chances @ errors.mean(axis=1)), sigma**2 * (1 - 2 / m)


def copies(rng: np.random.Generator) -> Reading:
    """Put a copy of each row into the other fold."""
    claimed, measured, _ = _copied(rng)
    return equal(claimed, measured, "independent rows, against 4 rows with copies")


def copies_leak(rng: np.random.Generator) -> Reading:
    """Take off the share that each row has in its own prediction, twice."""
    _, measured, predicted = _copied(rng)
    return equal(predicted, measured, "noise times (1 − 2/m), against 4 rows with copies")


def _shared_rows(rng: np.random.Generator) -> tuple[int, float, Floats]:
    """Return number, correlation and gains of models scored on the same rows."""
    models, correlation = int(rng.integers(6, 11)), float(rng.uniform(0.5, 0.8))
    shared = np.sqrt(correlation) * rng.normal(size=(60_000, 1))
    own = np.sqrt(1 - correlation) * rng.normal(size=(60_000, models))
    return models, correlation, -np.min(shared + own, axis=1)


def same_rows(rng: np.random.Generator) -> Reading:
    """Score all models on the same rows, so that they rise and fall together."""
    models, correlation, gains = _shared_rows(rng)
    claimed = formulas_many.selection_optimism(1.0, models)
    return sampled(claimed, gains, f"{models} models, correlation {correlation:.2f}")


def own_part(rng: np.random.Generator) -> Reading:
    """Compare the optimism with that of the part in which the scores differ."""
    models, correlation, gains = _shared_rows(rng)
    claimed = formulas_many.selection_optimism(np.sqrt(1 - correlation), models)
    return sampled(claimed, gains, f"optimism of the own part, correlation {correlation:.2f}")


def _peak(rng: np.random.Generator) -> tuple[int, Floats]:
    """Return the number of rows, and the error above the noise of square designs."""
    m = int(rng.integers(4, 7))
    inverse = np.linalg.inv(normal_designs(rng, m, m, 20_000))
    return m, np.sum(inverse**2, axis=(1, 2))


def at_the_peak(rng: np.random.Generator) -> Reading:
    """Take as many features as rows; even errors that are cut off at 1,000 are far from it."""
    m, errors = _peak(rng)
    draws = np.minimum(errors, 1000.0)
    return sampled(
        formulas_many.ols_excess(1.0, m, m), draws, f"designs with p = m = {m}, errors cut at 1,000"
    )


def infinite_peak(rng: np.random.Generator) -> Reading:
    """Count how often one term alone exceeds 4, against the probability of BV-26."""
    m = int(rng.integers(4, 7))
    inverse = np.linalg.inv(normal_designs(rng, m, m, 40_000))
    above = np.sum(inverse[:, 0, :] ** 2, axis=1) > 4
    return sampled(formulas_many.square_tail(4.0), above, "share of terms above 4")


BREAKS = (
    Break(
        id="BV-15-b1",
        statement="BV-15",
        switch="Two families of models",
        violates="Pairs inside a family are correlated, pairs of different families are not.",
        reason="The variance of the average takes the mean over all pairs; the correlation of the "
        "first pair, which belongs to one family, is too high for that.",
        check=two_families,
        outcome="The variance is the mean of all entries of the covariance matrix.",
        predicted=mean_covariance,
    ),
    Break(
        id="BV-18-b1",
        statement="BV-18",
        switch="Weights that add up to 1.4",
        violates="The weights no longer add up to 1.",
        reason="The cross term vanishes only if the weights add up to 1.",
        check=overweight,
        outcome=r"The error exceeds the split by $0.4\,(\bar y^2-y^2)$.",
        predicted=overweight_surplus,
    ),
    Break(
        id="BV-19-b1",
        statement="BV-19",
        switch="A median instead of a linear fit",
        violates="The prediction is not linear in the outcomes.",
        reason="The shortcut takes the change of the fit to be proportional to the residual; when "
        "a value is taken out, the median jumps to a neighbour, however far that value lies.",
        check=median_shortcut,
        outcome="Each outer residual is longer by half the gap between the two middle values.",
        predicted=median_jumps,
    ),
    Break(
        id="BV-20-b1",
        statement="BV-20",
        switch="Copies in the other fold",
        violates="The rows are not independent: each has a copy that is used for training, as when "
        "one patient has several rows.",
        reason="Each row then helps to predict itself.",
        check=copies,
        outcome=r"The estimate falls below the noise: $\sigma^2(1-2/m)$.",
        predicted=copies_leak,
    ),
    Break(
        id="BV-22-b1",
        statement="BV-22",
        switch="All models scored on the same rows",
        violates="The scores are correlated instead of independent.",
        reason="A common rise or fall moves all scores and selects none of them.",
        check=same_rows,
        outcome=r"The optimism shrinks by the factor $\sqrt{1-\rho}$.",
        predicted=own_part,
    ),
    Break(
        id="BV-24-b1",
        statement="BV-24",
        switch="As many features as rows",
        violates="$p=m$, so that $p<m-1$ fails.",
        reason=r"The distance of a column from the others has one degree of freedom, and "
        r"$1/\chi^2_1$ has no mean; the formula even turns negative.",
        check=at_the_peak,
        outcome="A term of the trace exceeds the level 4 with the probability of BV-26.",
        predicted=infinite_peak,
    ),
)
