"""What the experiments on constraints, signs and duality compute; the page only draws."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from core.foundations.lagrange_kkt import formulas, numeric
from core.foundations.lagrange_kkt.formulas import Floats

ELLIPSE = (1.0, 2.4, 2.2)
"""Factors of x² and y², and the level, of the ellipse that is walked around."""

PARABOLA = (0.8, 1.5)
"""Factor of x² and least x of the problem in the sign lab."""

PROGRAMME_SEED = 3


@dataclasses.dataclass(frozen=True)
class Walk:
    """A place on an ellipse over a landscape.

    Attributes
    ----------
    x, y : ndarray
        Axes of the field.
    height : ndarray, shape (len(y), len(x))
        The landscape.
    curve : tuple of ndarray
        The ellipse.
    degrees, heights, angles : ndarray
        Around the ellipse: the place, the height, and the angle between both gradients.
    point : tuple of float
        The chosen place.
    value, angle, residual, multiplier : float
        There: height, angle between the gradients in degrees (0 to 90), part of the gradient of f
        that is not along the gradient of g, relative to its length, and the multiplier.
    best : float
        Place of the highest point, in degrees.
    """

    x: Floats
    y: Floats
    height: Floats
    curve: tuple[Floats, Floats]
    degrees: Floats
    heights: Floats
    angles: Floats
    point: tuple[float, float]
    value: float
    angle: float
    residual: float
    multiplier: float
    best: float


def _height(x: Floats, y: Floats) -> Floats:
    return np.asarray(1.1 * x + 0.8 * y - 0.25 * x * y + 0.15 * x**2)


def _gradients(p: Floats) -> tuple[Floats, Floats]:
    df = np.array([1.1 - 0.25 * p[1] + 0.3 * p[0], 0.8 - 0.25 * p[0]])
    return df, np.array([2 * ELLIPSE[0] * p[0], 2 * ELLIPSE[1] * p[1]])


def _on_ellipse(t: Floats | float) -> Floats:
    a, b, c = ELLIPSE
    return np.array([np.sqrt(c / a) * np.cos(t), np.sqrt(c / b) * np.sin(t)])


def _angle(p: Floats) -> float:
    df, dg = _gradients(p)
    across = abs(df[0] * dg[1] - df[1] * dg[0])
    return float(np.degrees(np.arctan2(across, abs(df @ dg))))


def walk(degrees: float) -> Walk:
    """Stand on the ellipse at a place (in degrees) and compare the gradients there."""
    x, y = np.linspace(-1.9, 1.9, 61), np.linspace(-1.4, 1.4, 45)
    around = np.linspace(0.0, 360.0, 181)
    xs, ys = _on_ellipse(np.radians(around))
    heights = _height(xs, ys)
    point = _on_ellipse(float(np.radians(degrees)))
    df, dg = _gradients(point)
    rest = df - formulas.parallel_part(df, dg)
    turns = numeric.turning_points(lambda t: _height(*_on_ellipse(t)), 0.0, 2 * np.pi)  # type: ignore[arg-type,return-value]
    best = max(turns, key=lambda t: float(_height(*_on_ellipse(t))))
    return Walk(
        x=x,
        y=y,
        height=_height(*np.meshgrid(x, y)),
        curve=(xs, ys),
        degrees=around,
        heights=heights,
        angles=np.array([_angle(p) for p in np.column_stack([xs, ys])]),
        point=(float(point[0]), float(point[1])),
        value=float(_height(point[0], point[1])),
        angle=_angle(point),
        residual=float(np.linalg.norm(rest) / np.linalg.norm(df)),
        multiplier=formulas.multiplier(df, dg),
        best=float(np.degrees(best)),
    )


@dataclasses.dataclass(frozen=True)
class Signs:
    """A parabola against a wall, with both signs before the multiplier.

    Attributes
    ----------
    prices, right, wrong : ndarray
        Multipliers and both dual functions.
    x, lagrangian_right, lagrangian_wrong : ndarray
        The Lagrangians at the chosen multiplier.
    bound_right, bound_wrong : float
        Their least values.
    best_right, best_wrong : float
        Largest values of the dual functions over multipliers that are not negative.
    least : float
        The least allowed value.
    """

    prices: Floats
    right: Floats
    wrong: Floats
    x: Floats
    lagrangian_right: Floats
    lagrangian_wrong: Floats
    bound_right: float
    bound_wrong: float
    best_right: float
    best_wrong: float
    least: float


def signs(mu: float) -> Signs:
    """Compare ``f + mu h`` with ``f - mu h`` for: minimise ``a x²`` subject to ``b - x <= 0``."""
    a, b = PARABOLA
    prices, x = np.linspace(0.0, 6.0, 121), np.linspace(-3.0, 4.0, 141)
    right = formulas.parabola_dual(prices, a, b)
    wrong = formulas.parabola_dual(-prices, a, b)
    h = (b - x)[:, None]
    return Signs(
        prices=prices,
        right=right,
        wrong=wrong,
        x=x,
        lagrangian_right=formulas.lagrangian(a * x**2, h, np.array([mu])),
        lagrangian_wrong=formulas.lagrangian(a * x**2, h, np.array([-mu])),
        bound_right=float(formulas.parabola_dual(np.array(mu), a, b)),
        bound_wrong=float(formulas.parabola_dual(np.array(-mu), a, b)),
        best_right=float(formulas.parabola_dual(np.array(formulas.parabola_price(a, b)), a, b)),
        best_wrong=float(wrong.max()) + 0.0,  # not minus 0
        least=a * b**2,
    )


@dataclasses.dataclass(frozen=True)
class Perturbed:
    """A limit that moves, and what its price promised.

    Attributes
    ----------
    moves, values, line : ndarray
        Changes u of the limit, best values, and the supporting line.
    prices : ndarray
        Multiplier of the moved limit.
    value, promised : float
        At the chosen change: best value and the line.
    price : float
        Multiplier at no change.
    """

    moves: Floats
    values: Floats
    line: Floats
    prices: Floats
    value: float
    promised: float
    price: float


@functools.cache
def _programme() -> numeric.Quadratic:
    return numeric.Quadratic(np.random.default_rng(PROGRAMME_SEED))


def perturbed(u: float) -> Perturbed:
    """Move the first limit of a fixed convex programme by u and solve it again."""
    one = _programme()
    moves = np.linspace(-2.0, 2.0, 41)
    unit = np.array([1.0, 0.0, 0.0])
    values = np.array([one.primal(m * unit)[1] for m in moves])
    mu, at = one.dual(), one.primal()[1]
    step = 1e-5
    ahead = np.array([one.primal((m + step) * unit)[1] for m in moves])
    return Perturbed(
        moves=moves,
        values=values,
        line=formulas.supporting(at, mu, np.outer(moves, unit)),
        prices=-(ahead - values) / step,
        value=one.primal(u * unit)[1],
        promised=float(formulas.supporting(at, mu, u * unit)),
        price=float(mu[0]),
    )
