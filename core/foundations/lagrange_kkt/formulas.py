"""What the statements on multipliers, signs and duality claim; one formula each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def multiplier(df: Floats, dg: Floats) -> float:
    """Return the number that brings ``number * dg`` nearest to ``df``."""
    return float(df @ dg / (dg @ dg))


def parallel_part(df: Floats, dg: Floats) -> Floats:
    """Return the part of the gradient ``df`` along the gradient ``dg`` of the constraint."""
    return multiplier(df, dg) * dg


def ellipse_distances(m: Floats, c: float) -> Floats:
    """Return the largest and least distance from 0 of the ellipse ``p' m p = c``, m 2 by 2.

    The eigenvalues of a symmetric matrix of two rows are the mean of its diagonal plus and minus
    the length of (half the difference of the diagonal, the entry off it).
    """
    mean = (m[0, 0] + m[1, 1]) / 2
    spread = np.hypot((m[0, 0] - m[1, 1]) / 2, m[0, 1])
    return np.asarray(np.sqrt(np.array([c / (mean - spread), c / (mean + spread)])))


def span_part(df: Floats, jacobian: Floats) -> Floats:
    """Return the part of ``df`` in the span of the rows of the constraints' Jacobian."""
    prices = np.linalg.solve(jacobian @ jacobian.T, jacobian @ df)
    return np.asarray(jacobian.T @ prices)


def second_along(hess_f: Floats, hess_g: Floats, price: float, velocity: Floats) -> float:
    """Return the second derivative of f along a constraint curve, at a critical point."""
    return float(velocity @ (hess_f - price * hess_g) @ velocity)


def least_growth(hessian: Floats, tangent: Floats, radius: float) -> float:
    """Return how much a quadratic grows at least on a circle in the tangent space.

    Parameters
    ----------
    hessian : ndarray, shape (n, n)
        Of the Lagrangian.
    tangent : ndarray, shape (n, k)
        Orthonormal basis of the tangent space.
    radius : float
        Of the circle around the critical point.
    """
    return float(np.linalg.eigvalsh(tangent.T @ hessian @ tangent)[0] * radius**2 / 2)


def bordered_determinant(dg: Floats, hessian: Floats, tangent: Floats) -> float:
    """Return the determinant of the Hessian of the Lagrangian bordered by ``dg``."""
    return float(-(dg @ dg) * np.linalg.det(tangent.T @ hessian @ tangent))


def halfspace_price(a: Floats, b: float, z: Floats) -> float:
    """Return the multiplier of ``a'x <= b`` when z is projected on it."""
    return float(np.maximum(0.0, a @ z - b) / (a @ a))


def pull(matrix: Floats, mu: Floats) -> Floats:
    """Return the gradient of f that multipliers of ``matrix x <= h`` balance."""
    return np.asarray(-(matrix.T @ mu))


def excess(q: Floats, d: Floats, mu: Floats, slack: Floats) -> Floats:
    """Return how much worse points are than the optimum of a convex quadratic.

    Parameters
    ----------
    q : ndarray, shape (n, n)
        Hessian of f.
    d : ndarray, shape (k, n)
        Points less the optimum.
    mu : ndarray, shape (m,)
        Multipliers.
    slack : ndarray, shape (k, m)
        Distance of each point to each limit, ``h - G y``.
    """
    return np.asarray(np.einsum("ki,ij,kj->k", d, q, d) / 2 + slack @ mu)


def parabola_dual(mu: Floats, a: float, b: float) -> Floats:
    """Return the dual function of: minimise ``a x^2`` subject to ``b - x <= 0``."""
    return np.asarray(mu * b - mu**2 / (4 * a))


def parabola_price(a: float, b: float) -> float:
    """Return the multiplier at which that dual function is largest."""
    return 2 * a * b


def budget_price(weights: Floats, budget: float) -> float:
    """Return the multiplier of the budget in: maximise ``sum w log x`` with ``p'x <= budget``."""
    return float(weights.sum() / budget)


def touching_value(u: Floats, size: float) -> Floats:
    """Return the change of the optimum when a limit that is just touched moves by u.

    ``size`` is ``a' Q^-1 a`` for the limit ``a'x <= b`` and the Hessian Q.
    """
    return np.asarray(np.minimum(u, 0.0) ** 2 / (2 * size))


def lagrangian(f: Floats, h: Floats, mu: Floats) -> Floats:
    """Return the Lagrangian at points, for constraints ``h <= 0`` and ``mu >= 0``."""
    return np.asarray(f + h @ mu)


def chord(share: float | Floats, one: Floats, other: Floats) -> Floats:
    """Return the mixture of two things."""
    return np.asarray(share * one + (1 - share) * other)


def dual_gradient(q: Floats, c: Floats, g: Floats, h: Floats, mu: Floats) -> Floats:
    """Return the gradient of the dual of: minimise ``x'Qx/2 + c'x`` subject to ``Gx <= h``."""
    return np.asarray(-(g @ np.linalg.solve(q, c + g.T @ mu)) - h)


def quadratic_dual(q: Floats, c: Floats, g: Floats, h: Floats, mu: Floats) -> float:
    """Return the dual function of that programme."""
    r = c + g.T @ mu
    return float(-(r @ np.linalg.solve(q, r)) / 2 - h @ mu)


def box_dual(a: Floats, b: Floats, c: Floats, top: Floats, prices: Floats) -> float:
    """Return the dual value of: minimise ``c'x`` subject to ``Ax >= b`` and ``0 <= x <= top``."""
    return float(b @ prices - top @ np.maximum(0.0, a.T @ prices - c))


def envelope_gap(s: float, w: float, c: float) -> float:
    """Return the duality gap of: minimise ``-s x^2`` over ``0 <= x <= w`` with ``x <= c``."""
    return s * c * (w - c)


def supporting(value: float, mu: Floats, u: Floats) -> Floats:
    """Return the bound of the optimum when the limits are moved by u: ``h(x) <= u``."""
    return np.asarray(value - u @ mu)
