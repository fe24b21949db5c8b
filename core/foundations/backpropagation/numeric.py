"""Derivatives of programs by running them: the measured side of most checks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Law = tuple[Floats, Floats]
"""Everything that can come out (values, or vectors as rows), and the probability of each."""

IMAGINARY = 1e-30
"""Imaginary step; it never meets the real part, so nothing cancels however small it is."""

REAL = 6e-6
"""Step of central differences: the cube root of the machine's precision."""


def gradient(f: Callable[[Any], Any], x: Floats) -> Floats:
    """Return the gradient of an analytic scalar program by complex steps."""
    found = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[place] += 1j * IMAGINARY
        found[place] = f(moved).imag / IMAGINARY
    return found


def jacobian(f: Callable[[Any], Any], x: Floats) -> Floats:
    """Return the Jacobian of an analytic program from vectors to vectors by complex steps."""
    columns = [f(x + 1j * IMAGINARY * unit).imag / IMAGINARY for unit in np.eye(len(x))]
    return np.stack(columns, axis=1)


def slope(f: Callable[[Any], Any], x: Floats, direction: Floats) -> float:
    """Return the derivative of an analytic scalar program along a direction."""
    return float(f(x + 1j * IMAGINARY * direction).imag / IMAGINARY)


def central(f: Callable[[Floats], float], x: Floats, step: float = REAL) -> Floats:
    """Return the gradient of a scalar program by central differences."""
    found = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[place] += step
        below[place] -= step
        found[place] = (f(above) - f(below)) / (2 * step)
    return found


def central_jacobian(f: Callable[[Floats], Floats], x: Floats) -> Floats:
    """Return the Jacobian of a program from vectors to vectors by central differences."""
    columns = [(f(x + REAL * unit) - f(x - REAL * unit)) / (2 * REAL) for unit in np.eye(len(x))]
    return np.stack(columns, axis=1)


def sigmoid(z: Any) -> Any:
    """Return the sigmoid, of complex numbers too."""
    return 1 / (1 + np.exp(-z))


def relu(z: Any) -> Any:
    """Return ReLU; of a complex number by its real part, so that complex steps pass through."""
    return np.where(np.real(z) > 0, z, 0)


def signed(rng: np.random.Generator, *shape: int) -> Floats:
    """Draw numbers between 0.3 and 1.3 with random signs: none of them is small."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 1.3, size=shape)


def weights(rng: np.random.Generator, outputs: int, inputs: int) -> Floats:
    """Draw weights whose layer neither saturates tanh nor leaves it linear."""
    return signed(rng, outputs, inputs) / math.sqrt(inputs)


def orthogonal(rng: np.random.Generator, size: int) -> Floats:
    """Draw an orthogonal matrix."""
    found: Floats = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return found


def skewed(rng: np.random.Generator, sd: float) -> Law:
    """Draw a law of two values, not symmetric, with mean 0 and the given standard deviation."""
    rare = rng.uniform(0.2, 0.4)
    root = math.sqrt(rare / (1 - rare))
    return sd * np.array([-root, 1 / root]), np.array([1 - rare, rare])


def outcomes(law: Law, size: int) -> Law:
    """List every vector of independent entries that follow a law of a few values."""
    values, chances = law
    places = np.array(list(itertools.product(range(len(values)), repeat=size)))
    return values[places], np.asarray(chances[places].prod(axis=1))


def inner_variance(left: Law, right: Law, divisor: float = 1.0) -> float:
    """Return the variance of ``u.v / divisor`` for independent vectors, from all outcomes."""
    (u, p), (v, r) = left, right
    products = u @ v.T / divisor
    return float(p @ (products - p @ products @ r) ** 2 @ r)
