"""What the sliders of the first sections compute: polynomial fits and the path of ridge."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.foundations.bias_variance import formulas
from core.foundations.bias_variance.instances import Floats, basis, hat, midpoints, wave

HIGHEST_DEGREE = 15
GRID = 101
FAN = 12


@dataclasses.dataclass(frozen=True, slots=True)
class PolynomialFits:
    """Polynomials of one degree fitted again and again, and the error of every degree.

    Attributes
    ----------
    x, truth : ndarray, shape (101,)
        Where the curves are drawn, and the true one.
    fan : ndarray, shape (12, 101)
        Refits to independent noise.
    degrees : ndarray, shape (16,)
        Degrees of the curves of errors.
    bias_squared, variance, fresh, training : ndarray, shape (16,)
        Parts of the expected error, the error on fresh values at the same points, and the
        training error.
    noise : float
        Variance of the noise.
    best : int
        Degree with the smallest error on fresh values.
    """

    x: Floats
    truth: Floats
    fan: Floats
    degrees: Floats
    bias_squared: Floats
    variance: Floats
    fresh: Floats
    training: Floats
    noise: float
    best: int


def polynomial_fits(degree: int, sigma: float, m: int, seed: int = 0) -> PolynomialFits:
    """Fit polynomials to a noisy sine at m fixed points, m above 15."""
    x, grid = midpoints(m), np.linspace(0, 1, GRID)
    f = wave(x)
    noise = sigma * np.random.default_rng(seed).normal(size=(FAN, m))
    fan = (f + noise) @ np.linalg.pinv(basis(x, degree)).T @ basis(grid, degree).T
    degrees = np.arange(HIGHEST_DEGREE + 1)
    bias = np.array([formulas.smoother_bias_squared(hat(x, int(d)), f) for d in degrees])
    variance = np.array([formulas.ols_variance(sigma, int(d) + 1, m) for d in degrees])
    training = [
        formulas.ols_training_error(sigma, int(d) + 1, m, float(b))
        for d, b in zip(degrees, bias, strict=True)
    ]
    fresh = np.array(
        [
            formulas.expected_error(sigma**2, float(np.sqrt(b)), float(v))
            for b, v in zip(bias, variance, strict=True)
        ]
    )
    return PolynomialFits(
        x=grid,
        truth=wave(grid),
        fan=fan,
        degrees=degrees.astype(float),
        bias_squared=bias,
        variance=variance,
        fresh=fresh,
        training=np.array(training),
        noise=sigma**2,
        best=int(np.argmin(fresh)),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class RidgePath:
    """Ridge on the powers of x up to 9, for one penalty and along all of them.

    Attributes
    ----------
    log_penalties : ndarray, shape (n,)
        Powers of ten of the penalties of the curves.
    bias_squared, variance : ndarray, shape (n,)
        Parts of the error along the penalties.
    shares : ndarray, shape (10,)
        Share of each singular direction that is kept at the chosen penalty.
    freedom : float
        Effective degrees of freedom at the chosen penalty.
    chosen : tuple of float
        Squared bias and variance at the chosen penalty.
    least_squares : float
        Variance of least squares, which has no bias here.
    best : float
        Power of ten of the best penalty of the curves.
    safe : float
        Power of ten of the penalty up to which ridge beats least squares on any design.
    """

    log_penalties: Floats
    bias_squared: Floats
    variance: Floats
    shares: Floats
    freedom: float
    chosen: tuple[float, float]
    least_squares: float
    best: float
    safe: float


def ridge_path(log_penalty: float, sigma: float = 0.3, m: int = 30) -> RidgePath:
    """Regularise a polynomial of degree 9 that follows a sine."""
    x = 2 * midpoints(m) - 1
    X = np.vander(x, 10, increasing=True)
    theta: Floats = np.linalg.lstsq(X, wave(midpoints(m)), rcond=None)[0].astype(float)
    _, d, right = np.linalg.svd(X, full_matrices=False)
    along = right @ theta
    logs = np.linspace(-6, 2, 161)
    bias = np.array([formulas.ridge_bias_squared(d, along, 10**a, m) for a in logs])
    variance = np.array([formulas.ridge_variance(d, 10**a, sigma, m) for a in logs])
    penalty = 10.0**log_penalty
    return RidgePath(
        log_penalties=logs,
        bias_squared=bias,
        variance=variance,
        shares=formulas.ridge_filter(d, penalty),
        freedom=formulas.degrees_of_freedom(d, penalty),
        chosen=(
            formulas.ridge_bias_squared(d, along, penalty, m),
            formulas.ridge_variance(d, penalty, sigma, m),
        ),
        least_squares=formulas.ols_variance(sigma, 10, m),
        best=float(logs[np.argmin(bias + variance)]),
        safe=float(np.log10(formulas.ridge_safe_limit(theta, sigma))),
    )
