"""What the sliders of the last sections compute: ensembles, cross-validation, double descent."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.foundations.bias_variance import formulas_many
from core.foundations.bias_variance.instances import Floats, basis, midpoints, wave

MOST_MODELS = 50
DATA_SETS = 400
ROWS, FEATURES = 20, 100


@dataclasses.dataclass(frozen=True, slots=True)
class Ensemble:
    """Variance of an average along the number of models.

    Attributes
    ----------
    models : ndarray, shape (50,)
        Numbers of models.
    claimed, simulated : ndarray, shape (50,)
        Variance by the formula, and over 2,000 simulated data sets; one model has variance 1.
    shared, own : float
        The two parts at the chosen number.
    """

    models: Floats
    claimed: Floats
    simulated: Floats
    shared: float
    own: float


def ensemble(models: int, correlation: float, seed: int = 0) -> Ensemble:
    """Average correlated models whose variance is 1."""
    rng = np.random.default_rng(seed)
    common = np.sqrt(correlation) * rng.normal(size=(2000, 1))
    own = np.sqrt(1 - correlation) * rng.normal(size=(2000, MOST_MODELS))
    counts = np.arange(1, MOST_MODELS + 1)
    averages = np.cumsum(common + own, axis=1) / counts
    claimed = [formulas_many.ensemble_variance(correlation, 1.0, int(b)) for b in counts]
    total = formulas_many.ensemble_variance(correlation, 1.0, models)
    return Ensemble(
        models=counts.astype(float),
        claimed=np.array(claimed),
        simulated=np.mean(averages**2, axis=0),
        shared=correlation,
        own=total - correlation,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Validated:
    """Cross-validation of polynomials, against what it is taken for.

    Attributes
    ----------
    degrees : ndarray, shape (n,)
        Degrees of the polynomials.
    true : ndarray, shape (n,)
        Expected error on new points of a fit to all rows.
    expected : ndarray, shape (n,)
        Expectation of cross-validation.
    one : ndarray, shape (n,)
        Cross-validation on the first data set.
    spread : ndarray, shape (n,)
        Standard deviation of cross-validation over 400 data sets.
    suggested : ndarray, shape (n,)
        Standard error that the folds suggest (root mean square over the data sets).
    chosen : int
        Degree that cross-validation chooses on the first data set.
    fewer : float
        Rows to which each fold is fitted.
    """

    degrees: Floats
    true: Floats
    expected: Floats
    one: Floats
    spread: Floats
    suggested: Floats
    chosen: int
    fewer: float


def validated(k: int, m: int, sigma: float = 0.3, seed: int = 0) -> Validated:
    """Cross-validate polynomials of degree 1 to 7 on a noisy sine; k divides m."""
    x, new = midpoints(m), np.linspace(0, 1, 201)
    f, folds = wave(x), np.arange(m) % k
    y = f + sigma * np.random.default_rng(seed).normal(size=(DATA_SETS, m))
    degrees = range(1, 8)
    true, expected, scores, suggested = [], [], [], []
    for degree in degrees:
        fit = basis(new, degree) @ np.linalg.pinv(basis(x, degree))
        true.append(np.mean((fit @ f - wave(new)) ** 2 + sigma**2 * (1 + np.sum(fit**2, axis=1))))
        residual = _left_out(x, folds, degree)
        expected.append(np.mean((residual @ f) ** 2 + sigma**2 * np.sum(residual**2, axis=1)))
        squares = (y @ residual.T) ** 2
        errors = np.column_stack([squares[:, folds == j].mean(axis=1) for j in range(k)])
        scores.append(errors.mean(axis=1))
        suggested.append(np.sqrt(np.mean(errors.var(axis=1, ddof=1) / k)))
    table = np.array(scores)
    return Validated(
        degrees=np.array(degrees, dtype=float),
        true=np.array(true),
        expected=np.array(expected),
        one=table[:, 0],
        spread=table.std(axis=1, ddof=1),
        suggested=np.array(suggested),
        chosen=degrees[int(np.argmin(table[:, 0]))],
        fewer=m - m / k,
    )


def _left_out(x: Floats, folds: NDArray[np.int_], degree: int) -> Floats:
    """Return the matrix from outcomes to the residuals of cross-validation."""
    residual = np.eye(len(x))
    for fold in np.unique(folds):
        out = folds == fold
        fit = basis(x[out], degree) @ np.linalg.pinv(basis(x[~out], degree))
        residual[np.ix_(out, ~out)] -= fit
    return residual


@dataclasses.dataclass(frozen=True, slots=True)
class Descent:
    """Error above the noise along the number of parameters, for 20 rows.

    Attributes
    ----------
    few, many : ndarray
        Numbers of parameters below and above the number of rows for which the mean exists.
    few_error, many_error : ndarray
        Expected errors above the noise there.
    counts, run : ndarray, shape (100,)
        Every number of parameters, and the error above the noise in one simulated data set.
    missed, bias, variance : float
        Parts at the chosen number: signal of the unused features, signal outside the rows, and
        variance; the variance is infinite next to the number of rows.
    """

    few: Floats
    few_error: Floats
    many: Floats
    many_error: Floats
    counts: Floats
    run: Floats
    missed: float
    bias: float
    variance: float


def descent_parts(p: int, theta: Floats, sigma: float) -> tuple[float, float, float]:
    """Return missed signal, squared bias and variance of a fit with the first p features.

    Features that are not used are independent of the others, so they act as further noise.
    """
    missed = float(np.sum(theta[p:] ** 2))
    noise = float(np.sqrt(sigma**2 + missed))
    if p < ROWS - 1:
        return missed, 0.0, formulas_many.ols_excess(noise, p, ROWS)
    if p > ROWS + 1:
        bias = formulas_many.interpolation_bias(theta[:p], ROWS)
        return missed, bias, formulas_many.interpolation_variance(noise, p, ROWS)
    bias = formulas_many.interpolation_bias(theta[:p], ROWS) if p > ROWS else 0.0
    return missed, bias, float("inf")


def double_descent(p: int, sigma: float = 0.3, seed: int = 0) -> Descent:
    """Fit p of 100 normal features to 20 rows, the shortest fit where many are perfect."""
    decay = 0.88 ** np.arange(FEATURES)
    theta: Floats = np.asarray(decay / np.sqrt(decay @ decay), dtype=float)
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(ROWS, FEATURES))
    y = X @ theta + sigma * rng.normal(size=ROWS)
    counts = np.arange(1, FEATURES + 1)
    run = []
    for count in counts:
        fit = np.zeros(FEATURES)
        fit[:count] = np.linalg.lstsq(X[:, :count], y, rcond=None)[0]
        run.append(np.sum((fit - theta) ** 2))
    totals = np.array([np.sum(descent_parts(int(count), theta, sigma)) for count in counts])
    few, many = counts < ROWS - 1, counts > ROWS + 1
    missed, bias, variance = descent_parts(p, theta, sigma)
    return Descent(
        few=counts[few].astype(float),
        few_error=totals[few],
        many=counts[many].astype(float),
        many_error=totals[many],
        counts=counts.astype(float),
        run=np.array(run),
        missed=missed,
        bias=bias,
        variance=variance,
    )
