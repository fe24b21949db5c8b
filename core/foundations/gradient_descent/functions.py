"""Objectives on which the statements are checked, and random instances of them."""

from __future__ import annotations

import dataclasses
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from core.foundations.compare import equal
from core.foundations.schema import Reading

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Quadratic:
    """A bowl ``x'Ax / 2`` around the origin.

    Attributes
    ----------
    matrix : ndarray, shape (n, n)
    curvatures : ndarray, shape (n,)
        Its eigenvalues, ascending.
    axes : ndarray, shape (n, n)
        Its eigenvectors, in columns.
    """

    matrix: Floats
    curvatures: Floats
    axes: Floats

    @property
    def smoothness(self) -> float:
        """The largest curvature."""
        return float(self.curvatures[-1])

    @property
    def convexity(self) -> float:
        """The smallest curvature."""
        return float(self.curvatures[0])

    @property
    def condition(self) -> float:
        """How many times steeper the steepest axis is than the flattest."""
        return self.smoothness / self.convexity

    def value(self, x: Floats) -> Floats:
        """Return the values at points, of shape (..., n)."""
        result: Floats = np.sum(x * (x @ self.matrix), axis=-1) / 2
        return result

    def gradient(self, x: Floats) -> Floats:
        """Return the gradients at points, of shape (..., n)."""
        return x @ self.matrix


def quadratic(
    rng: np.random.Generator, n: int = 4, condition: tuple[float, float] = (5.0, 30.0)
) -> Quadratic:
    """Draw a bowl whose inner curvatures keep away from both ends."""
    low, ratio = rng.uniform(0.3, 0.8), rng.uniform(*condition)
    inner = rng.uniform(0.2, 0.8, size=n - 2)
    curvatures = low * np.sort(np.concatenate([[1.0], 1 + (ratio - 1) * inner, [ratio]]))
    axes = np.linalg.qr(rng.normal(size=(n, n)))[0]
    matrix = (axes * curvatures) @ axes.T
    return Quadratic((matrix + matrix.T) / 2, curvatures, axes)


@dataclasses.dataclass(frozen=True, slots=True)
class Smooth:
    """A strongly convex function that is no quadratic: a bowl and a sum of soft hinges.

    Attributes
    ----------
    bowl : ndarray, shape (n, n)
    hinges : ndarray, shape (m, n)
    offsets : ndarray, shape (m,)
    """

    bowl: Floats
    hinges: Floats
    offsets: Floats

    @property
    def smoothness(self) -> float:
        """A Lipschitz constant of the gradient: a soft hinge bends by a quarter at most."""
        return float(np.linalg.eigvalsh(self.bowl + self.hinges.T @ self.hinges / 4)[-1])

    @property
    def convexity(self) -> float:
        """A lower bound of all curvatures."""
        return float(np.linalg.eigvalsh(self.bowl)[0])

    def value(self, x: Floats) -> Floats:
        """Return the values at points, of shape (..., n)."""
        bent = np.log1p(np.exp(x @ self.hinges.T + self.offsets))
        result: Floats = np.sum(x * (x @ self.bowl), axis=-1) / 2 + np.sum(bent, axis=-1)
        return result

    def gradient(self, x: Floats) -> Floats:
        """Return the gradients at points, of shape (..., n)."""
        slopes = 1 / (1 + np.exp(-(x @ self.hinges.T + self.offsets)))
        return x @ self.bowl + slopes @ self.hinges

    def minimiser(self) -> Floats:
        """Return the lowest point, found by a general root finder on the gradient."""
        n = self.bowl.shape[0]
        return np.asarray(optimize.root(self.gradient, np.zeros(n), tol=1e-14).x)


def smooth(rng: np.random.Generator, n: int = 4) -> Smooth:
    """Draw a strongly convex function that is no quadratic."""
    bowl = quadratic(rng, n, condition=(2.0, 5.0)).matrix
    return Smooth(bowl, rng.normal(size=(6, n)), rng.normal(size=6))


@dataclasses.dataclass(frozen=True, slots=True)
class Huber:
    """A parabola up to a threshold, then its tangent: linear far out, with minimum 0 at 0.

    Attributes
    ----------
    smoothness : float
    threshold : ndarray
        One for each point, or a single one.
    """

    smoothness: float
    threshold: Floats

    def value(self, x: Floats) -> Floats:
        """Return the values at points."""
        size = np.abs(x)
        line = self.threshold * (size - self.threshold / 2)
        return self.smoothness * np.where(size <= self.threshold, size**2 / 2, line)

    def gradient(self, x: Floats) -> Floats:
        """Return the slopes at points."""
        return self.smoothness * np.clip(x, -self.threshold, self.threshold)


def slope_along(f: Quadratic | Smooth, x: Floats, directions: Floats) -> Floats:
    """Return slopes along directions from values of f alone, by a step in the imaginary plane."""
    tiny = 1e-30
    aside = cast(Floats, x + 1j * tiny * directions)
    values: Floats = np.imag(f.value(aside)) / tiny
    return values


def unit(rng: np.random.Generator, *shape: int) -> Floats:
    """Draw directions of length one."""
    drawn = rng.normal(size=shape)
    result: Floats = drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)
    return result


def tightest(bounds: list[float], values: list[float], note: str, *, upper: bool) -> Reading:
    """Compare the instance that comes closest to its bound: a sharp bound is met exactly."""
    ratio = np.array(values) / np.array(bounds)
    worst = int(np.argmax(ratio) if upper else np.argmin(ratio))
    return equal(bounds[worst], values[worst], note)
