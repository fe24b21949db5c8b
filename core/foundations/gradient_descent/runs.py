"""The methods themselves, step by step: the measured side of the statements."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Field = Callable[[Floats], Floats]


def descend(gradient: Field, start: ArrayLike, step: float, steps: int) -> Floats:
    """Return the path of gradient descent, the start first."""
    x = np.asarray(start, dtype=float)
    path = [x]
    for _ in range(steps):
        x = x - step * gradient(x)
        path.append(x)
    return np.array(path)


def heavy_ball(
    gradient: Field, start: ArrayLike, step: float | Floats, beta: float | Floats, steps: int
) -> Floats:
    """Return the path of gradient descent with a velocity, the start first."""
    x = np.asarray(start, dtype=float)
    speed, path = np.zeros_like(x), [x]
    for _ in range(steps):
        speed = beta * speed + gradient(x)
        x = x - step * speed
        path.append(x)
    return np.array(path)


def nesterov(gradient: Field, start: ArrayLike, step: float, betas: ArrayLike) -> Floats:
    """Return the path of Nesterov's method, the start first.

    Parameters
    ----------
    gradient : callable
        From a point to the gradient there.
    start : array_like
        First point.
    step : float
        Step size.
    betas : array_like, shape (steps,)
        Momentum before each step; the first is without effect.
    """
    x = np.asarray(start, dtype=float)
    before, path = x, [x]
    for beta in np.asarray(betas, dtype=float):
        ahead = x + beta * (x - before)
        before, x = x, ahead - step * gradient(ahead)
        path.append(x)
    return np.array(path)


def adam(
    gradient: Callable[[int, Floats], Floats],
    start: ArrayLike,
    *,
    step: float,
    steps: int,
    beta1: float,
    beta2: float,
    epsilon: float = 0.0,
    corrected: bool = True,
    keep_largest: bool = False,
    limit: float = np.inf,
) -> tuple[Floats, Floats]:
    """Run Adam, or AMSGrad.

    Parameters
    ----------
    gradient : callable
        From the number of the step, from 0, and a point to the gradient.
    start : array_like
        First point.
    step, steps, beta1, beta2, epsilon
        As usual; epsilon stands outside the root.
    corrected : bool, default True
        Whether both averages are divided by what their start at 0 takes away.
    keep_largest : bool, default False
        Whether the largest second moment so far is used (AMSGrad).
    limit : float, default inf
        Points are kept between its negative and itself.

    Returns
    -------
    tuple of ndarray
        The path with the start first, and the second moments in use.
    """
    x = np.asarray(start, dtype=float)
    mean, square, used = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    path, moments = [x], []
    for k in range(steps):
        g = gradient(k, x)
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        first = mean / (1 - beta1 ** (k + 1)) if corrected else mean
        now = square / (1 - beta2 ** (k + 1)) if corrected else square
        used = np.maximum(used, now) if keep_largest else now
        x = np.clip(x - step * first / (np.sqrt(used) + epsilon), -limit, limit)
        path.append(x)
        moments.append(used)
    return np.array(path), np.array(moments)


def average(beta: float, values: Floats) -> Floats:
    """Return the moving average, started at 0, after the last value along the last axis."""
    state = np.zeros(values.shape[:-1])
    for k in range(values.shape[-1]):
        state = beta * state + (1 - beta) * values[..., k]
    return state


def largest_working_step(matrix: Floats, beta: float = 0.0) -> float:
    """Return the step at which the heavy ball begins to fail, by narrowing a bracket.

    Sixty-four steps at once are run for long; the first that still grows ends the bracket.
    """
    size = np.sqrt(len(matrix)) / np.linalg.norm(matrix)
    low, high = 0.0, float(2.2 * (1 + beta) * size)
    start = np.linspace(1.0, 2.0, len(matrix))
    for _ in range(7):
        steps = np.linspace(low, high, 64)
        grows = _grows(matrix, steps, beta, start)
        first = int(np.argmax(grows))
        low, high = steps[first - 1], steps[first]
    return (low + high) / 2


def _grows(matrix: Floats, steps: Floats, beta: float, start: Floats) -> NDArray[np.bool_]:
    x = np.tile(start, (steps.size, 1))
    before = x
    early, late = np.zeros(steps.size), np.zeros(steps.size)
    for k in range(300):
        x, before = x - steps[:, None] * (x @ matrix) + beta * (x - before), x
        if k >= 240:
            late = np.maximum(late, np.abs(x).max(axis=1))
        elif k >= 180:
            early = np.maximum(early, np.abs(x).max(axis=1))
    grown: NDArray[np.bool_] = late > early
    return grown


def signs(steps: int) -> Floats:
    """Return all sequences of heads (+1) and tails (-1), shape (2**steps, steps)."""
    bits = np.arange(2**steps)[:, None] >> np.arange(steps) & 1
    return np.asarray(2.0 * bits - 1)
