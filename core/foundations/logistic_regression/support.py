"""Instances and solvers that the checks share; none of them uses a formula of the article."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize_scalar
from scipy.special import expit

from core.foundations.measuring import complex_gradient
from core.foundations.schema import Reading, Relation

Floats = NDArray[np.float64]
Objective = Callable[[NDArray[Any]], complex]
"""A function of the coefficients that takes complex ones too."""

PAIRS = 4
"""Places of overlapping rows that hold both outcomes: no plane has both on their own side."""

TINY = 1e-30
DIGITS = 60
_STEPS = 60
_DIFFERENCE = 1e-4
_FLAT = 1e-7  # a Newton step from so flat a place ends at the minimum to rounding


def worst(*readings: Reading) -> Reading:
    """Return the reading that is nearest to failing, or fails most."""
    return max(readings, key=_used)


def _used(reading: Reading) -> float:
    """Return the share of the tolerance that a reading uses; infinite where it is no number."""
    excess = reading.measured - reading.claimed
    if not math.isfinite(excess):
        return math.inf
    if reading.relation is Relation.EQUAL:
        excess = abs(excess)
    elif reading.relation is Relation.AT_LEAST:
        excess = -excess
    return excess / max(reading.tolerance, TINY)


def loss_of(X: Floats, y: Floats, mass: Floats | float = 1.0, ridge: float = 0.0) -> Objective:
    """Return the negative log-likelihood, rows counted ``mass`` times, plus a ridge penalty."""

    def loss(w: NDArray[Any]) -> complex:
        z = X @ w
        return complex(np.sum(mass * (np.log(1 + np.exp(z)) - y * z)) + ridge * (w @ w) / 2)

    return loss


def difference_hessian(objective: Objective, w: Floats) -> Floats:
    """Return second derivatives as central differences of complex-step gradients."""
    steps = _DIFFERENCE * np.eye(len(w))
    rows = [
        (complex_gradient(objective, w + h) - complex_gradient(objective, w - h)) for h in steps
    ]
    return np.array(rows) / (2 * _DIFFERENCE)


def minimiser(objective: Objective, start: Floats) -> Floats:
    """Return where descent from ``start`` ends: Newton steps from differences, halved if needed."""
    w = np.asarray(start, dtype=np.float64)
    for _ in range(_STEPS):
        gradient = complex_gradient(objective, w)
        hessian = difference_hessian(objective, w)
        step = np.linalg.lstsq(hessian, gradient, rcond=1e-6)[0]
        here = objective(w.astype(complex)).real
        while objective((w - step).astype(complex)).real > here + 1e-12 * abs(here):
            step = step / 2
        w = w - step
        if np.abs(gradient).max() < _FLAT:
            break
    return w


def fitted(X: Floats, y: Floats, ridge: float = 0.0, mass: Floats | float = 1.0) -> Floats:
    """Return the coefficients of largest likelihood, found from 0."""
    return minimiser(loss_of(X, y, mass, ridge), np.zeros(X.shape[1]))


def design(rng: np.random.Generator, n: int, k: int) -> Floats:
    """Return a column of ones and ``k`` columns of standard normal numbers."""
    return np.column_stack([np.ones(n), rng.standard_normal((n, k))])


def outcomes(rng: np.random.Generator, X: Floats, w: Floats) -> Floats:
    """Return outcomes drawn from the logistic model."""
    drawn: Floats = (rng.random(len(X)) < expit(X @ w)).astype(float)
    return drawn


def overlapping(rng: np.random.Generator, n: int = 80) -> tuple[Floats, Floats]:
    """Return rows whose outcomes no plane separates: each corner of a square has both."""
    X = design(rng, n, 2)
    y = outcomes(rng, X, np.array([-0.4, 0.9, -0.6]))
    corners = np.array([[1, a, b] for a in (-1.3, 1.1) for b in (-0.9, 1.2)])
    pairs = np.repeat(corners, 2, axis=0)
    return np.vstack([X, pairs]), np.concatenate([y, np.tile([0.0, 1.0], PAIRS)])


def separated(rng: np.random.Generator, n: int = 24) -> tuple[Floats, Floats]:
    """Return rows of two classes with a gap between them, and their outcomes."""
    turn = rng.uniform(0, 2 * np.pi)
    normal = np.array([np.cos(turn), np.sin(turn)])
    side = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    along = rng.standard_normal(n)[:, None] * np.array([-normal[1], normal[0]])
    points = along + (side * rng.uniform(0.4, 2.0, n))[:, None] * normal
    return np.column_stack([np.ones(n), points]), (side + 1) / 2


def separation(X: Floats, y: Floats) -> tuple[Floats, float]:
    """Return the direction with the largest smallest margin, by a linear programme.

    Entries of the direction are at most 1 in size; a margin of 0 means that none separates.
    """
    sided = (2 * y - 1)[:, None] * X
    k = X.shape[1]
    answer = linprog(
        np.append(np.zeros(k), -1.0),
        A_ub=np.column_stack([-sided, np.ones(len(X))]),
        b_ub=np.zeros(len(X)),
        bounds=[(-1.0, 1.0)] * k + [(0.0, None)],
    )
    found = np.asarray(answer.x, dtype=np.float64)
    return found[:k], float(found[k])


def best_loss(weights: Floats, p: Floats) -> float:
    """Return the lowest mean log loss of one forecast for all groups, found by a search."""
    found = minimize_scalar(
        lambda q: -np.sum(weights * (p * np.log(q) + (1 - p) * np.log(1 - q))),
        bounds=(1e-9, 1 - 1e-9), method="bounded", options={"xatol": 1e-9},
    )  # fmt: skip
    return float(found.fun)


def precise_softplus(z: float) -> Decimal:
    """Return log(1 + exp(z)) with sixty digits."""
    with localcontext() as context:
        context.prec = DIGITS + _lost(z)
        return (1 + Decimal(float(z)).exp()).ln()


def precise_loss(z: float, y: float) -> Decimal:
    """Return the cross-entropy at log-odds ``z`` from its definition, with sixty digits."""
    with localcontext() as context:
        context.prec = DIGITS + _lost(z)
        p = 1 / (1 + (-Decimal(float(z))).exp())
        outcome = Decimal(float(y))
        return -(outcome * p.ln() + (1 - outcome) * (1 - p).ln())


def _lost(z: float) -> int:
    """Return the digits that adding 1 to a number of size exp(-|z|) costs."""
    return int(abs(z) / math.log(10)) + 1
