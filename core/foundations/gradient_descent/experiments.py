"""What the experiments of the article compute; the page only draws it."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.gradient_descent.acceleration import growing_betas
from core.foundations.gradient_descent.adaptive import online_slope
from core.foundations.gradient_descent.functions import Floats

FLOOR = 1e-16
"""Errors below this are drawn as this: rounding decides there."""


def powers(values: Floats) -> Floats:
    """Return powers of ten, errors that rounding hides all alike."""
    return np.log10(np.maximum(values, FLOOR))


@dataclasses.dataclass(frozen=True, slots=True)
class StepSize:
    """Gradient descent with one step size in a bowl of two axes.

    Attributes
    ----------
    x, y : ndarray
        Places of the columns and rows of ``heights``.
    heights : ndarray, shape (n, m)
        The objective.
    path : ndarray, shape (k, 2)
        Points from the start, until they leave the picture.
    errors : ndarray, shape (steps + 1,)
        Distance to the minimum after each step, as a power of ten.
    factors : ndarray, shape (2,)
        By what a step multiplies the error on the flat and on the steep axis (GD-5).
    best : float
        The best step, in units of 1/L (GD-9).
    best_rate : float
        Its rate.
    """

    x: Floats
    y: Floats
    heights: Floats
    path: Floats
    errors: Floats
    factors: Floats
    best: float
    best_rate: float

    @property
    def rate(self) -> float:
        """The larger factor in size."""
        return float(np.abs(self.factors).max())


def step_size(share: float, condition: float = 8.0, steps: int = 40) -> StepSize:
    """Run gradient descent with a share of 1/L on a bowl whose axes lie askew."""
    turn = np.deg2rad(25.0)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    curvatures = np.array([1 / condition, 1.0])
    matrix = (axes * curvatures) @ axes.T
    bowl = functions.Quadratic(matrix, curvatures, axes)
    x, y = np.linspace(-3.0, 3.0, 61), np.linspace(-2.4, 2.4, 49)
    points = np.stack(np.meshgrid(x, y), axis=-1)
    path = runs.descend(bowl.gradient, axes @ np.array([2.4, 0.8]), share, steps)
    inside = (np.abs(path) < 12.0).all(axis=1)
    last = steps + 1 if inside.all() else int(np.argmin(inside))
    return StepSize(
        x=x,
        y=y,
        heights=bowl.value(points),
        path=path[:last],
        errors=powers(np.linalg.norm(path, axis=1)),
        factors=formulas.shrink_factor(share, curvatures),
        best=formulas.best_step(1.0, 1 / condition),
        best_rate=formulas.best_rate(condition),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class MomentumMap:
    """The rate of the heavy ball for every pair of step and momentum, and one pair.

    Attributes
    ----------
    steps, betas : ndarray
        Places of the columns (step in units of 1/L) and rows.
    radius : ndarray, shape (len(betas), len(steps))
        Spectral radius; NaN where the method diverges.
    chosen : float
        Radius of the chosen pair; above 1 it diverges.
    errors : ndarray
        Distance to the minimum after each step with the chosen pair, as a power of ten.
    best : tuple of float
        The best pair (GD-18).
    best_radius : float
        Its radius.
    plain : float
        The best radius without momentum (GD-9).
    """

    steps: Floats
    betas: Floats
    radius: Floats
    chosen: float
    errors: Floats
    best: tuple[float, float]
    best_radius: float
    plain: float


def momentum_map(
    share: float, beta: float, condition: float = 50.0, steps: int = 120
) -> MomentumMap:
    """Return the map of the heavy ball, and its run with one pair of step and momentum."""
    ends = np.array([1 / condition, 1.0])
    columns, rows = np.linspace(0.02, 3.98, 67), np.linspace(0.0, 0.99, 45)
    grid = formulas.heavy_ball_radius(columns, rows[:, None], ends[:, None, None]).max(axis=0)
    path = runs.heavy_ball(lambda x: ends * x, np.ones(2), share, beta, steps)
    momentum = formulas.heavy_ball_momentum(condition)
    return MomentumMap(
        steps=columns,
        betas=rows,
        radius=np.where(grid < 1, grid, np.nan),
        chosen=float(formulas.heavy_ball_radius(np.array(share), np.array(beta), ends).max()),
        errors=powers(np.linalg.norm(path, axis=1)),
        best=(formulas.heavy_ball_step(1.0, 1 / condition), momentum),
        best_radius=float(np.sqrt(momentum)),
        plain=formulas.best_rate(condition),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class ConvexBounds:
    """Bounds on convex functions beside the worst of Huber's functions.

    Attributes
    ----------
    steps : ndarray
        Numbers of steps.
    sharp, classic, accelerated : ndarray
        Bounds of gradient descent (GD-14), its common form, and of Nesterov's method (GD-22).
    reached : ndarray
        Gap of gradient descent on Huber's function with the worst threshold for each number.
    x, height : ndarray
        Huber's function with the worst threshold for the chosen number.
    plain, fast : ndarray
        Points of gradient descent and of Nesterov's method on it.
    gap, fast_gap : float
        Gaps of both after the chosen number.
    threshold : float
        Where the function turns into a line.
    """

    steps: Floats
    sharp: Floats
    classic: Floats
    accelerated: Floats
    reached: Floats
    x: Floats
    height: Floats
    plain: Floats
    fast: Floats
    gap: float
    fast_gap: float
    threshold: float


def convex_bounds(chosen: int, most: int = 60) -> ConvexBounds:
    """Return bounds and worst gaps for L = R = 1, and the runs for one number of steps."""
    counts = np.arange(1, most + 1)
    worst = functions.Huber(1.0, 1 / (2 * counts + 1))
    path = runs.descend(worst.gradient, np.ones(most), 1.0, most)
    reached = worst.value(path)[counts, np.arange(most)]
    f = functions.Huber(1.0, np.array(1 / (2 * chosen + 1)))
    plain = runs.descend(f.gradient, 1.0, 1.0, chosen)
    fast = runs.nesterov(f.gradient, 1.0, 1.0, growing_betas(chosen))
    x = np.linspace(-0.3, 1.05, 200)
    return ConvexBounds(
        steps=counts.astype(float),
        sharp=np.array([formulas.convex_bound(1.0, 1.0, int(t)) for t in counts]),
        classic=1 / (2.0 * counts),
        accelerated=np.array([formulas.accelerated_bound(1.0, 1.0, int(t)) for t in counts]),
        reached=reached,
        x=x,
        height=f.value(x),
        plain=plain,
        fast=fast,
        gap=float(f.value(plain[-1])),
        fast_gap=float(f.value(fast[-1])),
        threshold=float(f.threshold),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Online:
    """Adam, or AMSGrad, on the slopes C, -1, -1 between -1 and 1.

    Attributes
    ----------
    path : ndarray
        Points, the start first.
    roots : ndarray
        Roots of the second moments in use.
    regret : ndarray
        Mean loss so far minus that of the best fixed point, -1.
    drift : float
        Predicted move over a cycle without limits (GD-28, GD-29).
    beta : float
        Memory of the second moment, 1/(1 + C²).
    """

    path: Floats
    roots: Floats
    regret: Floats
    drift: float
    beta: float

    @property
    def end(self) -> float:
        """Mean place over the last cycle."""
        return float(self.path[-3:].mean())


def online(slope: float, *, keep_largest: bool, steps: int = 180) -> Online:
    """Run the online problem from the middle of the interval."""
    slopes, beta, step = online_slope(slope, steps), 1 / (1 + slope**2), 0.05
    path, moments = runs.adam(
        lambda k, x: slopes[k] + 0 * x,
        0.0,
        step=step,
        steps=steps,
        beta1=0.0,
        beta2=beta,
        corrected=False,
        keep_largest=keep_largest,
        limit=1.0,
    )
    losses = slopes * (path[:-1] + 1)
    move = formulas.amsgrad_drift if keep_largest else formulas.adam_drift
    return Online(
        path=path,
        roots=np.sqrt(moments),
        regret=np.cumsum(losses) / np.arange(1, steps + 1),
        drift=move(step, slope, beta),
        beta=beta,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class NoiseFloor:
    """Stochastic gradient descent on a parabola with batches of a data set.

    Attributes
    ----------
    mean_square : ndarray
        Mean squared error over all runs after each step, as a power of ten.
    averaged : ndarray
        The same for the average of the points so far, from the first step on.
    one : ndarray
        Error of the first run.
    noise : float
        Variance of the gradient of a batch (GD-31).
    floor : float
        Predicted mean squared error in the end (GD-32).
    last : float
        Mean squared error over all runs and the last hundred steps.
    """

    mean_square: Floats
    averaged: Floats
    one: Floats
    noise: float
    floor: float
    last: float


def noise_floor(
    step: float, batch: int, examples: int = 200, n: int = 300, steps: int = 400
) -> NoiseFloor:
    """Run batches of examples with variance 1 on the parabola of curvature 1, from 3.

    The mean of a batch is drawn from the normal law with the exact variance of GD-31.
    """
    rng = np.random.default_rng(9)
    noise = formulas.batch_variance(1.0, batch, examples)
    tosses = np.sqrt(noise) * rng.normal(size=(steps, n))
    x = np.full(n, 3.0)
    path = np.empty((steps + 1, n))
    path[0] = x
    for k in range(steps):
        x = x - step * (x + tosses[k])
        path[k + 1] = x
    averages = np.cumsum(path[1:], axis=0) / np.arange(1, steps + 1)[:, None]
    return NoiseFloor(
        mean_square=powers(np.mean(path**2, axis=1)),
        averaged=powers(np.mean(averages**2, axis=1)),
        one=path[:, 0],
        noise=noise,
        floor=formulas.noise_floor(step, 1.0, noise),
        last=float(np.mean(path[-100:] ** 2)),
    )
