"""Switches of the first three sections: one hypothesis fails, and so does the statement."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from core.foundations.bias_variance import formulas
from core.foundations.bias_variance.fixed_design import M, enumerated_errors
from core.foundations.bias_variance.instances import (
    Floats,
    basis,
    design,
    every,
    hat,
    kernel_smoother,
    mean_and_variance,
    midpoints,
    skewed,
    wave,
)
from core.foundations.bias_variance.regularisation import descended
from core.foundations.compare import at_least, equal, sampled
from core.foundations.schema import Break, Reading

POINTS, SIGMA, REFITS = 30, 0.3, 4000


def _absolute(rng: np.random.Generator) -> tuple[float, float]:
    """Return the sum of the three absolute parts, and the expected absolute error."""
    law = skewed(rng, rng.uniform(0.5, 0.9))
    f, target = rng.normal(size=5), rng.normal()
    noise, chances = every(law, 5)
    fits = np.median(f + noise, axis=1)
    mean = mean_and_variance(fits, chances)[0]
    parts = law[1] @ np.abs(law[0]) + abs(mean - target) + chances @ np.abs(fits - mean)
    error = chances @ np.abs(target + law[0] - fits[:, None]) @ law[1]
    return float(parts), float(error)


def absolute_loss(rng: np.random.Generator) -> Reading:
    """Split the absolute error in the same way."""
    parts, error = _absolute(rng)
    return equal(parts, error, "noise + |bias| + spread, against the mean absolute error")


def absolute_surplus(rng: np.random.Generator) -> Reading:
    """Find by how much the three parts exceed the error, as the triangle inequality says."""
    parts, error = _absolute(rng)
    return at_least(0.1, parts / error - 1, "share by which the three parts exceed the error")


def _reused(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the three parts, the error on the training values, and twice the covariance."""
    sigma = float(rng.uniform(0.5, 0.9))
    H, f = kernel_smoother(rng, M), rng.normal(size=M)
    error = enumerated_errors(H, f, skewed(rng, sigma))[0]
    bias = formulas.smoother_bias_squared(H, f) ** 0.5
    parts = formulas.expected_error(sigma**2, bias, formulas.smoother_variance(H, sigma))
    return parts, error, formulas.optimism(H, sigma)


def tested_on_training(rng: np.random.Generator) -> Reading:
    """Test on the values that were fitted."""
    parts, error, _ = _reused(rng)
    return equal(parts, error, "noise + bias² + variance, against the training error")


def training_gap(rng: np.random.Generator) -> Reading:
    """Compare what is missing with twice the covariance of noise and prediction."""
    parts, error, gap = _reused(rng)
    return equal(gap, parts - error, "2 σ² tr(H)/m, against what is missing")


def _correlated(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the claimed variance, the measured one and the one for the true covariance."""
    H, f = kernel_smoother(rng, M), rng.normal(size=M)
    correlation = rng.uniform(0.5, 0.8)
    covariance = correlation ** np.abs(np.subtract.outer(np.arange(M), np.arange(M)))
    shocks, chances = every(skewed(rng, 1.0), M)
    fits = (f + shocks @ np.linalg.cholesky(covariance).T) @ H.T
    measured = np.mean(chances @ (fits - chances @ fits) ** 2)
    true = np.trace(H @ covariance @ H.T) / M
    return formulas.smoother_variance(H, 1.0), float(measured), float(true)


def correlated_noise(rng: np.random.Generator) -> Reading:
    """Smooth noise whose neighbours are correlated."""
    claimed, measured, _ = _correlated(rng)
    return equal(claimed, measured, "variance σ² tr(HH')/m, against all 729 data sets")


def correlated_variance(rng: np.random.Generator) -> Reading:
    """Put the covariance of the noise between the two matrices."""
    _, measured, true = _correlated(rng)
    return equal(true, measured, "variance tr(HΣH')/m, against all 729 data sets")


def _unequal(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return claimed and measured optimism, and the one for unequal variances."""
    H, f = kernel_smoother(rng, M), rng.normal(size=M)
    # The noisiest value is the one with the largest leverage, so the two never balance.
    sigmas = np.where(np.diag(H) == np.diag(H).max(), 3.0, 0.3)
    shocks, chances = every(skewed(rng, 1.0), M)
    y = f + sigmas * shocks
    fits = y @ H.T
    training = chances @ np.mean((y - fits) ** 2, axis=1)
    fresh = np.mean(sigmas**2 + chances @ (fits - f) ** 2)
    claimed = formulas.optimism(H, float(np.sqrt(np.mean(sigmas**2))))
    return claimed, float(fresh - training), float(2 * np.mean(np.diag(H) * sigmas**2))


def unequal_noise(rng: np.random.Generator) -> Reading:
    """Let the noise depend on the point."""
    claimed, measured, _ = _unequal(rng)
    return equal(claimed, measured, "2 σ² tr(H)/m with the mean variance, against the gap")


def unequal_optimism(rng: np.random.Generator) -> Reading:
    """Each leverage goes with the variance of its own point."""
    _, measured, true = _unequal(rng)
    return equal(true, measured, "mean of 2 H_ii σ_i², against the gap")


def random_errors(rng: np.random.Generator) -> Floats:
    """Return the error on new points of degree 9, refitted with new points every time."""
    degree = 9
    x, new = rng.uniform(0, 1, (2, REFITS, POINTS))
    noise = SIGMA * rng.normal(size=(2, REFITS, POINTS))
    q, r = np.linalg.qr(basis(x, degree))
    projected = np.einsum("rmp,rm->rp", q, wave(x) + noise[0])
    coefficients = np.linalg.solve(r, projected[:, :, None])[:, :, 0]
    fits = np.einsum("rmp,rp->rm", basis(new, degree), coefficients)
    errors: Floats = np.mean((wave(new) + noise[1] - fits) ** 2, axis=1)
    return errors


def random_design(rng: np.random.Generator) -> Reading:
    """Draw new points in every refit; even errors that are cut off at 1 are too large."""
    x = midpoints(POINTS)
    bias = formulas.smoother_bias_squared(hat(x, 9), wave(x)) ** 0.5
    variance = formulas.ols_variance(SIGMA, 10, POINTS)
    claimed = formulas.expected_error(SIGMA**2, bias, variance)
    errors = np.minimum(random_errors(rng), 1.0)
    return sampled(claimed, errors, f"degree 9, {REFITS:,} refits, errors cut at 1")


def heavy_tail(rng: np.random.Generator) -> Reading:
    """Find how much of the mean a hundredth of the refits makes."""
    errors = np.sort(random_errors(rng))
    share = errors[-REFITS // 100 :].sum() / errors.sum()
    return at_least(0.5, share, "share of the summed error in the worst 1 % of the refits")


def _repeated(rng: np.random.Generator, m: int = 6) -> Floats:
    """Return the polynomials of degree m - 1 at m points, the first two of which are one."""
    x = midpoints(m) + rng.uniform(-0.3, 0.3, m) / m
    x[1] = x[0]
    return basis(x, m - 1)


def repeated_point(rng: np.random.Generator) -> Reading:
    """Measure one point twice: six coefficients no longer reach six values."""
    columns = _repeated(rng)
    m = len(columns)
    rank = np.linalg.matrix_rank(columns)
    return equal(formulas.reach(m - 1, m), rank, "dimension of the reachable values")


def repeated_residual(rng: np.random.Generator) -> Reading:
    """Compare the residual with a curve that passes half-way between the two values."""
    columns = _repeated(rng)
    y = rng.normal(size=len(columns))
    y[1] = y[0] + rng.uniform(0.5, 1.5)
    residual = y - columns @ linalg.lstsq(columns, y)[0]
    half = (y[1] - y[0]) ** 2 / 2
    note = "half the squared difference, against the squared residual"
    return equal(half, residual @ residual, note)


def _started(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return the filtered fit, the fit from another start, and what the start leaves behind."""
    m, p, steps, rate = 9, 4, 7, 0.1
    X, y, start = design(rng, m, p), rng.normal(size=m), 2 + rng.uniform(0, 1, p)
    left, d, _ = np.linalg.svd(X, full_matrices=False)
    kept = formulas.stopping_filter(d, rate, steps)
    rest = left @ ((1 - rate * d**2) ** steps * (left.T @ X @ start))
    return left @ (kept * (left.T @ y)), X @ descended(X, y, rate, steps, start), rest


def other_start(rng: np.random.Generator) -> Reading:
    """Start gradient descent elsewhere."""
    claimed, measured, _ = _started(rng)
    return equal(claimed, measured, "filtered data, against seven steps from another start")


def start_remains(rng: np.random.Generator) -> Reading:
    """Compare the difference with the start, damped by the factor of the residual."""
    claimed, measured, rest = _started(rng)
    return equal(rest, measured - claimed, "damped start, against the difference of the fits")


BREAKS = (
    Break(
        id="BV-2-b1",
        statement="BV-2",
        switch="Absolute loss",
        violates="The loss is no longer the square.",
        reason="The cross terms vanish because squares expand into products with mean 0; absolute "
        "values have no such expansion.",
        check=absolute_loss,
        outcome="The three parts exceed the error, as the triangle inequality says; here by at "
        "least a tenth.",
        predicted=absolute_surplus,
    ),
    Break(
        id="BV-2-b2",
        statement="BV-2",
        switch="Test on the training values",
        violates="The test noise is no longer independent of the training data but part of them.",
        reason="The second cross term is then minus the covariance of noise and prediction (BV-3), "
        r"which is $\sigma^2H_{ii}$ at the point $i$ of a linear smoother.",
        check=tested_on_training,
        outcome=r"The error is too small by exactly $2\sigma^2\operatorname{tr}(H)/m$.",
        predicted=training_gap,
    ),
    Break(
        id="BV-5-b1",
        statement="BV-5",
        switch="Correlated noise",
        violates="Neighbouring noise values are correlated, as in repeated measurements.",
        reason=r"The covariance $\Sigma$ of the noise is no longer a multiple of $I$; with a "
        "positive correlation of neighbours a local mean averages less noise away.",
        check=correlated_noise,
        outcome=r"The variance is $\operatorname{tr}(H\Sigma H^\top)/m$.",
        predicted=correlated_variance,
    ),
    Break(
        id="BV-7-b1",
        statement="BV-7",
        switch="Noise that depends on the point",
        violates="The noise no longer has the same variance everywhere.",
        reason="The correction multiplies the mean variance by the mean leverage; what counts is "
        "the mean of the products, and here the noisiest point has the largest leverage.",
        check=unequal_noise,
        outcome=r"The gap is $\frac2m\sum_iH_{ii}\sigma_i^2$.",
        predicted=unequal_optimism,
    ),
    Break(
        id="BV-9-b1",
        statement="BV-9",
        switch="One point measured twice",
        violates="The points are no longer distinct.",
        reason="Two different values at one place cannot both be met, however high the degree.",
        check=repeated_point,
        outcome="The fit passes half-way: the squared residual is half the squared difference.",
        predicted=repeated_residual,
    ),
    Break(
        id="BV-10-b1",
        statement="BV-10",
        switch="New points in every refit",
        violates="The points are drawn anew each time, uniformly, and tested at new points.",
        reason="Now and then the points leave a gap or an end bare, and a polynomial of degree 9 "
        "swings out there. A few refits then decide the mean, so that the average of some "
        "thousands and its standard error say little.",
        check=random_design,
        outcome="The worst 1 % of the refits hold more than half of the summed error.",
        predicted=heavy_tail,
    ),
    Break(
        id="BV-14-b1",
        statement="BV-14",
        switch="Another start",
        violates="Gradient descent no longer starts at 0.",
        reason="The residual shrinks by the same factors, but it begins elsewhere.",
        check=other_start,
        outcome=r"The fits differ by the start, damped by $(1-\eta d_i^2)^t$ in each direction.",
        predicted=start_remains,
    ),
)
