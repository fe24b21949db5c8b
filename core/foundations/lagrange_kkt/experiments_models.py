"""What the experiments on margins, portfolios and ridge compute; the page only draws."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from core.foundations.lagrange_kkt import formulas_models as formulas
from core.foundations.lagrange_kkt import margins, numeric
from core.foundations.lagrange_kkt.formulas import Floats

GROUPS_SEED, EACH = 4, 20
TOUCHING = 1e-9
DOTS = 161

ASSETS = ("Bonds", "Property", "Shares", "Emerging markets")
MEANS = np.array([2.0, 4.0, 6.0, 8.0])
SPREADS = np.array([4.0, 9.0, 15.0, 22.0])
TOGETHER = np.array(
    [[1.0, 0.2, 0.1, 0.0], [0.2, 1.0, 0.5, 0.3], [0.1, 0.5, 1.0, 0.6], [0.0, 0.3, 0.6, 1.0]]
)
COVARIANCE = np.outer(SPREADS, SPREADS) * TOGETHER
"""A made-up market: mean returns and standard deviations in percent, and correlations."""


@dataclasses.dataclass(frozen=True)
class Street:
    """A soft margin.

    Attributes
    ----------
    places : dict of str to tuple of ndarray
        The points by group and whether they have a multiplier, and the edges as rows of points.
    side : dict of str to tuple of ndarray
        For points without a multiplier, between, and at the price: ``y (w'x + b)`` and the
        multiplier.
    price, width, slack : float
        Price C of slack, width of the street, total slack.
    at_price, between, idle : int
        Numbers of points by multiplier.
    primal, dual : float
        Cost of the plane, and dual value.
    """

    places: dict[str, tuple[Floats, Floats]]
    side: dict[str, tuple[Floats, Floats]]
    price: float
    width: float
    slack: float
    at_price: int
    between: int
    idle: int
    primal: float
    dual: float


def _edges(points: Floats, w: Floats, b: float) -> tuple[Floats, Floats]:
    """Return dots along both edges of the street, as far as the points reach."""
    along, out = np.array([-w[1], w[0]]) / np.linalg.norm(w), w / (w @ w)
    steps = np.linspace(-12.0, 12.0, DOTS)[:, None]
    dots = np.vstack([(level - b) * out + steps * along for level in (-1.0, 1.0)])
    low, high = points.min(0) - 0.2, points.max(0) + 0.2
    inside = dots[((dots >= low) & (dots <= high)).all(1)]
    return inside[:, 0], inside[:, 1]


@functools.lru_cache(maxsize=32)
def street(power: float) -> Street:
    """Fit the soft margin with slack at the price ``10 ** power``."""
    points, y = margins.overlapping(np.random.default_rng(GROUPS_SEED), EACH)
    c = float(10.0**power)
    alpha, w, b = margins.soft_margin(points, y, c)
    side = y * (points @ w + b)
    slack = np.maximum(0.0, 1 - side)
    full, none = alpha > c - TOUCHING, alpha < TOUCHING
    kinds = {"multiplier 0": none, "between": ~none & ~full, "at the price C": full}
    groups = {
        "plus, α = 0": (y > 0) & none,
        "plus, α > 0": (y > 0) & ~none,
        "minus, α = 0": (y < 0) & none,
        "minus, α > 0": (y < 0) & ~none,
    }
    places = {name: (points[k, 0], points[k, 1]) for name, k in groups.items() if k.any()}
    return Street(
        places=places | {"edges": _edges(points, w, b)},
        side={name: (side[k], alpha[k]) for name, k in kinds.items() if k.any()},
        price=c,
        width=formulas.margin(w),
        slack=float(slack.sum()),
        at_price=int(full.sum()),
        between=int((~none & ~full).sum()),
        idle=int(none.sum()),
        primal=formulas.soft_objective(w, c, slack),
        dual=formulas.svm_dual(alpha, y, points),
    )


@dataclasses.dataclass(frozen=True)
class Frontier:
    """The portfolio of least variance with a promised return.

    Attributes
    ----------
    targets, variances, tangent : ndarray
        Promised returns, least variances, and the tangent at the chosen one.
    weights : ndarray
        Of the assets.
    variance, price : float
        Variance, and multiplier of the return.
    least : tuple of float
        Return and variance of the portfolio of least variance.
    """

    targets: Floats
    variances: Floats
    tangent: Floats
    weights: Floats
    variance: float
    price: float
    least: tuple[float, float]


def frontier(r: float) -> Frontier:
    """Promise the mean return r (percent) at the least variance."""
    targets = np.linspace(1.0, 9.0, 81)
    variance = float(formulas.frontier_variance(COVARIANCE, MEANS, np.array(r)))
    price = formulas.target_price(COVARIANCE, MEANS, r)
    calm = formulas.least_variance_weights(COVARIANCE)
    return Frontier(
        targets=targets,
        variances=formulas.frontier_variance(COVARIANCE, MEANS, targets),
        tangent=variance + price * (targets - r),
        weights=formulas.target_weights(COVARIANCE, MEANS, r),
        variance=variance,
        price=price,
        least=(float(calm @ MEANS), formulas.least_variance(COVARIANCE)),
    )


@dataclasses.dataclass(frozen=True)
class Ball:
    """Least squares in a ball.

    Attributes
    ----------
    x, y : ndarray
        Axes of the field.
    loss : ndarray, shape (len(y), len(x))
        Residual sum of squares.
    circle, path : tuple of ndarray
        The ball's edge, and the best coefficients over all balls.
    sizes, prices : ndarray
        Squared radius as a share of the free one, and its multiplier.
    theta, free : tuple of float
        Best coefficients in the ball, and without it.
    price, size : float
        Multiplier, and squared radius.
    residual : float
        Of the equation of ridge regression with that multiplier, relative to ``X'y``.
    """

    x: Floats
    y: Floats
    loss: Floats
    circle: tuple[Floats, Floats]
    path: tuple[Floats, Floats]
    sizes: Floats
    prices: Floats
    theta: tuple[float, float]
    free: tuple[float, float]
    price: float
    size: float
    residual: float


def _rows() -> tuple[Floats, Floats]:
    angle = np.linspace(0, 2 * np.pi, 13)[:-1]
    x = np.column_stack([np.cos(angle) + 0.5 * np.sin(angle), 0.7 * np.sin(angle)])
    return x, x @ np.array([1.2, 1.0]) + 0.3 * np.cos(3 * angle)


@functools.cache
def _path() -> tuple[Floats, Floats, Floats]:
    x, y = _rows()
    prices = np.r_[0.0, np.geomspace(0.02, 300.0, 120)]
    thetas = np.array([formulas.ridge(x, y, p) for p in prices])
    sizes = (thetas**2).sum(1)
    return prices, thetas, sizes / sizes[0]


def ball(share: float) -> Ball:
    """Fit with a squared length of at most ``share`` times the free one."""
    x, y = _rows()
    prices, thetas, sizes = _path()
    free = thetas[0]
    size = share * float(free @ free)
    theta = numeric.ball_fit(x, y, size)
    price = formulas.ball_price(x, y, theta) if share < 1 else 0.0
    left = x.T @ x @ theta + price * theta - x.T @ y
    grid = np.linspace(-0.6, 2.2, 57), np.linspace(-0.8, 2.0, 57)
    fields = np.stack(np.meshgrid(*grid))
    rest = y[:, None, None] - np.einsum("nk,kij->nij", x, fields)
    around = np.linspace(0, 2 * np.pi, 121)
    return Ball(
        x=grid[0],
        y=grid[1],
        loss=(rest**2).sum(0),
        circle=(np.sqrt(size) * np.cos(around), np.sqrt(size) * np.sin(around)),
        path=(thetas[:, 0], thetas[:, 1]),
        sizes=np.r_[sizes[sizes >= 0.1][::-1], 1.6],
        prices=np.r_[prices[sizes >= 0.1][::-1], 0.0],
        theta=(float(theta[0]), float(theta[1])),
        free=(float(free[0]), float(free[1])),
        price=price,
        size=size,
        residual=float(np.linalg.norm(left) / np.linalg.norm(x.T @ y)),
    )
