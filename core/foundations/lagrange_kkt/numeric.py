"""How the measured sides are found: derivatives, brute force and solvers without the formulas."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, linprog, nnls

from core.foundations.lagrange_kkt.formulas import Floats

Values = NDArray[np.complex128]
Curve = Callable[[complex], Values]

TINY = 1e-30
_GRID = 241
_FEASIBLE = 1e-9


def slope(f: Callable[[Values], complex], x: Floats) -> Floats:
    """Return the gradient by complex steps, exact up to rounding."""
    steps = np.eye(len(x)) * TINY
    return np.array([np.imag(f(x + 1j * step)) / TINY for step in steps])


def rate(f: Callable[[complex], complex], t: float) -> float:
    """Return the derivative of a function of one number by a complex step."""
    return float(np.imag(f(t + 1j * TINY)) / TINY)


def central(f: Callable[[float], float], at: float, step: float) -> float:
    """Return the derivative by central differences."""
    return (f(at + step) - f(at - step)) / (2 * step)


def turning_points(f: Callable[[complex], complex], low: float, high: float) -> Floats:
    """Return the places where the derivative changes its sign."""
    grid = np.linspace(low, high, _GRID)
    rates = np.asarray(np.imag(f(grid + 1j * TINY)) / TINY)  # type: ignore[arg-type]
    at = np.flatnonzero(np.sign(rates[1:]) != np.sign(rates[:-1]))
    return np.array([brentq(lambda t: rate(f, t), grid[i], grid[i + 1], xtol=1e-15) for i in at])


def positive_definite(rng: np.random.Generator, n: int) -> Floats:
    """Return a random positive definite matrix with eigenvalues between 0.7 and 3."""
    basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return np.asarray((basis * rng.uniform(0.7, 3.0, n)) @ basis.T)


class Quadratic:
    """Minimise ``x'Qx/2 + c'x`` subject to ``Gx <= h``; at least one limit binds."""

    def __init__(self, rng: np.random.Generator, n: int = 4, m: int = 3) -> None:
        self.q = positive_definite(rng, n)
        self.c, self.g = rng.normal(size=n), rng.normal(size=(m, n))
        free = -np.linalg.solve(self.q, self.c)
        short = np.concatenate([[rng.uniform(0.6, 1.2)], rng.uniform(-0.7, 0.9, m - 1)])
        self.h = self.g @ free - short

    def f(self, x: Floats) -> float:
        """Return the objective."""
        return float(x @ self.q @ x / 2 + self.c @ x)

    def primal(self, u: Floats | float = 0.0) -> tuple[Floats, float]:
        """Return the best point and value with limits ``h + u``, by trying every active set."""
        n, m = len(self.c), len(self.h)
        h, best = self.h + u, (np.zeros(n), np.inf)
        for size in range(m + 1):
            for rows in itertools.combinations(range(m), size):
                g = self.g[list(rows)]
                system = np.block([[self.q, g.T], [g, np.zeros((size, size))]])
                right = np.concatenate([-self.c, h[list(rows)]])
                x = np.asarray(np.linalg.solve(system, right)[:n], dtype=float)
                if (self.g @ x <= h + _FEASIBLE).all() and self.f(x) < best[1]:
                    best = (x, self.f(x))
        return best

    def dual(self) -> Floats:
        """Return the multipliers, from the dual as a least-squares problem with ``mu >= 0``."""
        inverse = np.linalg.inv(self.q)
        root = np.linalg.cholesky(self.g @ inverse @ self.g.T)
        target = -np.linalg.solve(root, self.h + self.g @ inverse @ self.c)
        return np.asarray(nnls(root.T, target)[0])

    def low(self, mu: Floats) -> float:
        """Return the least value over x of the Lagrangian, by minimising it."""
        x = np.linalg.lstsq(self.q, -(self.c + self.g.T @ mu), rcond=None)[0]
        return float(self.f(np.asarray(x)) + mu @ (self.g @ x - self.h))


def finite_dual(f: Floats, h: Floats) -> tuple[Floats, float]:
    """Return the best multipliers and dual value when x is one of finitely many points.

    The dual is the largest v with ``v <= f_j + mu'h_j`` for every point j, a linear programme.
    """
    k, m = h.shape
    a = np.hstack([-h, np.ones((k, 1))])
    bounds = [(0, None)] * m + [(None, None)]
    found = linprog(np.r_[np.zeros(m), -1.0], a, f, bounds=bounds, method="highs")
    best = np.asarray(found.x)
    return best[:m], float(best[m])


def finite_mixture(f: Floats, h: Floats) -> float:
    """Return the least mean of f over mixtures of the points whose mean h is at most 0."""
    ones = np.ones((1, len(f)))
    found = linprog(f, h.T, np.zeros(h.shape[1]), ones, [1.0], method="highs")
    return float(np.asarray(found.fun))


def ball_fit(x: Floats, y: Floats, t: float, steps: int = 600) -> Floats:
    """Return the least-squares coefficients with ``|theta|^2 <= t``, by projected gradients."""
    gram, target = x.T @ x, x.T @ y
    pace = 2 / np.linalg.eigvalsh(gram)[[0, -1]].sum()
    theta = np.zeros(len(target))
    for _ in range(steps):
        theta = theta - pace * (gram @ theta - target)
        theta *= min(1.0, float(np.sqrt(t / (theta @ theta))))
    return theta
