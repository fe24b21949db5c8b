"""Instances for the checks: noise laws that can be enumerated, designs, refits."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy import linalg, special

Floats = NDArray[np.float64]
Law = tuple[Floats, Floats]
"""Values of a noise and their probabilities."""

NORMAL_LIKE: Law = (np.array([-np.sqrt(3), 0.0, np.sqrt(3)]), np.array([1.0, 4.0, 1.0]) / 6)
"""Three values whose moments up to the fifth are those of the standard normal law."""
COIN: Law = (np.array([2.0, -0.5]), np.array([0.2, 0.8]))
"""Two values with mean 0 and variance 1."""


def skewed(rng: np.random.Generator, sigma: float) -> Law:
    """Return a skewed law of three values with mean 0 and standard deviation sigma."""
    chances = rng.dirichlet(np.full(3, 6.0))
    values = np.array([-1.0, 0.3, 2.0]) + rng.uniform(-0.2, 0.2, 3)
    values = values - chances @ values
    return sigma * values / np.sqrt(chances @ values**2), chances


def every(law: Law, n: int) -> tuple[Floats, Floats]:
    """Return every outcome of n independent values of a law, and its probability."""
    values, chances = law
    places = np.array(list(itertools.product(range(len(values)), repeat=n)), dtype=int)
    return values[places], np.prod(chances[places], axis=1)


def chi_square_like(freedom: int) -> Law:
    """Return three values whose moments are those of a chi-square law.

    A Gauss rule for the density divided by u is exact for powers of u up to the fifth, so these
    are the mean of 1/u, which exists for more than two degrees of freedom, and four moments.
    """
    nodes, weights = special.roots_genlaguerre(3, freedom / 2 - 2)
    chances = nodes * weights
    return 2 * nodes, chances / chances.sum()


def mean_and_variance(values: Floats, chances: Floats) -> tuple[float, float]:
    """Return mean and variance of a finite law."""
    mean = float(chances @ values)
    return mean, float(chances @ (values - mean) ** 2)


def design(rng: np.random.Generator, m: int, p: int) -> Floats:
    """Return a random design with singular values between 0.6 and 2.4."""
    left = np.linalg.qr(rng.normal(size=(m, p)))[0]
    right = np.linalg.qr(rng.normal(size=(p, p)))[0]
    scales = np.linspace(0.7, 2.3, p) + rng.uniform(-0.1, 0.1, p)
    spread: Floats = (left * scales) @ right.T
    return spread


def normal_designs(rng: np.random.Generator, m: int, p: int, n: int) -> Floats:
    """Return n random designs of independent standard normal entries."""
    return rng.normal(size=(n, m, p))


def bartlett_designs(rng: np.random.Generator, m: int, p: int) -> tuple[Floats, Floats]:
    """Return tall designs, and probabilities, over which a mean squared inverse is exact.

    A normal design is QR with independent entries of R: above the diagonal standard normal, on it
    the roots of chi-squares with m, m - 1, ... degrees of freedom. Each takes three values here.
    """
    normal = every(NORMAL_LIKE, p * (p - 1) // 2)
    laws = [chi_square_like(m - i) for i in range(p)]
    squares = np.array(list(itertools.product(*(values for values, _ in laws))))
    odds = np.prod(list(itertools.product(*(chances for _, chances in laws))), axis=1)
    R = np.zeros((len(odds), len(normal[1]), p, p))
    R[:, :, np.arange(p), np.arange(p)] = np.sqrt(squares)[:, None]
    R[(..., *np.triu_indices(p, 1))] = normal[0]
    q = np.linalg.qr(rng.normal(size=(m, p)))[0]
    return (q @ R).reshape(-1, m, p), np.outer(odds, normal[1]).ravel()


def kernel_smoother(rng: np.random.Generator, m: int) -> Floats:
    """Return the matrix of a local mean with Gaussian weights; it is not symmetric."""
    x = np.sort(rng.uniform(0, 1, m))
    weights = np.exp(-0.5 * ((x[:, None] - x) / rng.uniform(0.15, 0.3)) ** 2)
    smoother: Floats = weights / weights.sum(axis=1, keepdims=True)
    return smoother


def fit_ridge(X: Floats, Y: Floats, penalty: float) -> Floats:
    """Return ridge coefficients by least squares on rows extended by the penalty."""
    p = X.shape[1]
    rows = np.vstack([X, np.sqrt(penalty) * np.eye(p)])
    targets = np.concatenate([Y, np.zeros((p, *Y.shape[1:]))])
    coefficients: Floats = linalg.lstsq(rows, targets)[0]
    return coefficients


def midpoints(m: int) -> Floats:
    """Return the fixed design x = (i + 1/2) / m."""
    return (np.arange(m) + 0.5) / m


def wave(x: Floats) -> Floats:
    """Return the true curve sin(2 pi x)."""
    curve: Floats = np.sin(2 * np.pi * x)
    return curve


def basis(x: Floats, degree: int) -> Floats:
    """Return the Legendre polynomials up to a degree on [0, 1], one a column."""
    columns = legendre.legvander(2 * x - 1, degree)
    return np.asarray(columns, dtype=float)


def hat(x: Floats, degree: int) -> Floats:
    """Return the matrix that fits a polynomial of a degree by least squares."""
    q = np.linalg.qr(basis(x, degree))[0]
    return np.asarray(q @ q.T, dtype=float)
