"""Random instances that checks, switches and experiments share."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import lsq_linear, minimize_scalar

from core.foundations.lagrange_kkt import numeric
from core.foundations.lagrange_kkt.formulas import Floats


class Landscape:
    """A smooth height f over an ellipse ``g(p) = p'Mp/2 = c``, drawn at random."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.a = rng.normal(size=2)
        self.a *= 2.0 / np.linalg.norm(self.a)
        self.k = rng.uniform(0.1, 0.3)
        self.bend = rng.uniform(-0.25, 0.25, (2, 2))
        self.bend += self.bend.T
        self.m = numeric.positive_definite(rng, 2)
        self.root = np.linalg.inv(np.linalg.cholesky(self.m)).T
        self.c = rng.uniform(0.5, 1.3)

    def f(self, p: numeric.Values | Floats) -> Any:
        """Return the height."""
        along = self.bend[0, 0] * p[0] ** 2 + 2 * self.bend[0, 1] * p[0] * p[1]
        curved = (along + self.bend[1, 1] * p[1] ** 2) / 2
        total = self.a[0] * p[0] + self.a[1] * p[1] + curved + self.k * np.sin(p[0])
        return total

    def g(self, p: numeric.Values | Floats) -> Any:
        """Return the left side of the constraint."""
        return (p @ self.m @ p) / 2

    def curve(self, t: complex, c: float | None = None) -> numeric.Values:
        """Return the point of the ellipse at the angle t."""
        around = np.array([np.cos(t), np.sin(t)])
        return np.asarray(np.sqrt(2 * (self.c if c is None else c)) * (self.root @ around))

    def places(self, c: float | None = None) -> Floats:
        """Return the angles at which the height along the ellipse turns."""
        return numeric.turning_points(lambda t: self.f(self.curve(t, c)), 0.1, 0.1 + 2 * np.pi)

    def least(self, c: float) -> float:
        """Return the least height on the ellipse of level c."""
        return float(min(np.real(self.f(self.curve(t, c))) for t in self.places(c)))


def tangent_instance(rng: np.random.Generator, lowest: float) -> tuple[Floats, Floats, float]:
    """Return a Hessian, a tangent basis and a radius; its least curvature there is ``lowest``."""
    dg = rng.normal(size=3)
    tangent = null_space(dg[None, :])
    turn = tangent @ np.linalg.qr(rng.normal(size=(2, 2)))[0]
    normal = dg / np.linalg.norm(dg)
    hessian = lowest * np.outer(turn[:, 0], turn[:, 0]) - 1.7 * np.outer(normal, normal)
    hessian += rng.uniform(1.5, 3.0) * np.outer(turn[:, 1], turn[:, 1])
    mixed = np.outer(normal, turn @ rng.normal(size=2))
    return hessian + mixed + mixed.T, tangent, rng.uniform(0.4, 0.9)


def growth(hessian: Floats, tangent: Floats, radius: float) -> float:
    """Return the least growth on the circle around a critical point, by walking around it."""
    normal = null_space(tangent.T)[:, 0]
    center = 0.7 * normal + tangent @ np.array([0.4, -0.6])
    linear = 1.3 * normal - hessian @ center  # the gradient at the centre is along the normal

    def height(x: Floats) -> float:
        return float(x @ hessian @ x / 2 + linear @ x)

    def rise(t: float) -> float:
        d = radius * (tangent @ np.array([np.cos(t), np.sin(t)]))
        return height(center + d) - height(center)

    t = min(np.linspace(0, np.pi, 181), key=rise)
    near = minimize_scalar(
        rise, bounds=(t - 0.03, t + 0.03), method="bounded", options={"xatol": 1e-9}
    )
    return float(near.fun)


class Choices:
    """Finitely many choices, each with a cost f and excesses h over limits; nothing is convex."""

    def __init__(self, rng: np.random.Generator, limits: int = 2, count: int = 40) -> None:
        self.f = rng.normal(size=count)
        self.h = rng.normal(size=(count, limits)) + 0.3
        self.h[0] = -rng.uniform(0.3, 0.8, limits)

    @property
    def best(self) -> float:
        """Return the least cost within the limits."""
        return float(self.f[(self.h <= 0).all(1)].min())


def interval(s: float, w: float, c: float) -> tuple[Floats, Floats]:
    """Return costs and excesses of: minimise ``-s x^2`` over ``0 <= x <= w`` with ``x <= c``."""
    x = np.sort(np.r_[np.linspace(0, w, 101), c])
    return -s * x**2, (x - c)[:, None]


def half_space(rng: np.random.Generator, excess: float) -> tuple[Floats, float, Floats, Floats]:
    """Return a limit ``a'x <= b``, a point that exceeds it by ``excess``, and its projection.

    The axes are turned so that the limit is a bound on one of them; the nearest point is then found
    by bounded least squares.
    """
    a, z = rng.normal(size=4), rng.normal(size=4)
    b = float(a @ z - excess)
    turned = np.column_stack([a / np.linalg.norm(a), null_space(a[None, :])])
    high = np.r_[b / np.linalg.norm(a), np.full(3, np.inf)]
    found = lsq_linear(turned, z, (np.full(4, -np.inf), high), method="bvls")
    return a, b, z, np.asarray(turned @ found.x)
