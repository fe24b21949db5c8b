"""The formulas that the statements claim, one each, as pure functions of numbers and arrays."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def directional_slope(gradient: Floats, direction: Floats) -> float:
    """Return the rate of change along a direction."""
    return float(gradient @ direction)


def steepest_slope(gradient: Floats) -> float:
    """Return the smallest slope among all directions of length one."""
    return -math.sqrt(gradient @ gradient)


def steepest_direction(gradient: Floats) -> Floats:
    """Return the direction of length one with the smallest slope."""
    return np.asarray(-gradient / math.sqrt(gradient @ gradient))


def slope_at_angle(norm: float, angle: Floats) -> Floats:
    """Return the slopes along directions at given angles to the gradient."""
    return norm * np.cos(angle)


def taylor_bound(smoothness: float, distance: float) -> float:
    """Return how far a smooth function may lie from its tangent at a distance."""
    return smoothness / 2 * distance**2


def shrink_factor(step: float, curvature: Floats) -> Floats:
    """Return by what one step multiplies the error along each axis of a quadratic."""
    return 1 - step * curvature


def step_limit(smoothness: float) -> float:
    """Return the step from which on gradient descent fails on a quadratic."""
    return 2 / smoothness


def guaranteed_decrease(step: float, smoothness: float, norm: float) -> float:
    """Return by how much one step lowers every smooth function at least."""
    return step * (1 - smoothness * step / 2) * norm**2


def line_search_step(matrix: Floats, gradient: Floats) -> float:
    """Return the step to the lowest point of a quadratic along its gradient."""
    return float(gradient @ gradient / (gradient @ matrix @ gradient))


def best_step(smoothness: float, convexity: float) -> float:
    """Return the fixed step with the best worst case on quadratics."""
    return 2 / (smoothness + convexity)


def best_rate(condition: float) -> float:
    """Return the worst factor of the error at the best fixed step on quadratics."""
    return (condition - 1) / (condition + 1)


def iterations_needed(condition: float, accuracy: float) -> int:
    """Return the steps after which the worst error is a given share of the first."""
    return math.ceil(math.log(1 / accuracy) / math.log((condition + 1) / (condition - 1)))


def gap_factor(condition: float, steps: int) -> float:
    """Return the largest share of the gap that is left with the step 1/L on a quadratic."""
    return (1 - 1 / condition) ** (2 * steps)


def gradient_floor(convexity: float, gap: float) -> float:
    """Return the least squared gradient of a strongly convex function at a gap."""
    return 2 * convexity * gap


def bregman_floor(smoothness: float, difference: Floats) -> float:
    """Return how far a convex smooth function lies above its tangent at least."""
    return float(difference @ difference) / (2 * smoothness)


def convex_bound(smoothness: float, distance: float, steps: int) -> float:
    """Return the worst gap of gradient descent with the step 1/L on convex functions."""
    return smoothness * distance**2 / (4 * steps + 2)


def accelerated_bound(smoothness: float, distance: float, steps: int) -> float:
    """Return the gap that Nesterov's method with growing momentum does not exceed."""
    return 2 * smoothness * (distance / (steps + 1)) ** 2


def velocity(beta: float, gradients: Floats) -> float:
    """Return the velocity after all gradients: the latest weighs 1, each older one beta less."""
    ages = np.arange(gradients.size)[::-1]
    return float(np.sum(beta**ages * gradients))


def velocity_weight(beta: float, steps: int) -> float:
    """Return the sum of the weights in a velocity."""
    return float((1 - beta**steps) / (1 - beta))


def heavy_ball_radius(step: Floats, beta: Floats, curvature: Floats) -> Floats:
    """Return the larger of both roots, in size, that the error follows on one axis."""
    middle = 1 + beta - step * curvature
    root = np.emath.sqrt(middle**2 - 4 * beta)
    sizes = np.abs(np.array([middle + root, middle - root]))
    return np.asarray(sizes.max(axis=0) / 2)


def complex_band(beta: float) -> tuple[float, float]:
    """Return between which products of step and curvature the heavy ball has complex roots."""
    return (1 - math.sqrt(beta)) ** 2, (1 + math.sqrt(beta)) ** 2


def heavy_ball_limit(smoothness: float, beta: float) -> float:
    """Return the step from which on the heavy ball fails on a quadratic."""
    return 2 * (1 + beta) / smoothness


def heavy_ball_step(smoothness: float, convexity: float) -> float:
    """Return the best step of the heavy ball on quadratics."""
    return 4 / (math.sqrt(smoothness) + math.sqrt(convexity)) ** 2


def heavy_ball_momentum(condition: float) -> float:
    """Return the best momentum of the heavy ball on quadratics."""
    return ((math.sqrt(condition) - 1) / (math.sqrt(condition) + 1)) ** 2


def nesterov_rate(condition: float) -> float:
    """Return the spectral radius of Nesterov's method on quadratics."""
    return 1 - 1 / math.sqrt(condition)


def growing_reach(steps: int) -> float:
    """Return how many gradient steps the momentum k/(k + 3) adds up to."""
    return steps * (steps + 7) / 8


def constant_reach(beta: float, steps: int) -> float:
    """Return how many gradient steps a constant momentum adds up to."""
    return float((steps - beta * (1 - beta**steps) / (1 - beta)) / (1 - beta))


def reach_gap(smoothness: float, distance: float, reach: float) -> float:
    """Return the largest gap that a method of this reach leaves on Huber's functions."""
    return smoothness * distance**2 / (4 * reach + 2)


def energy_loss(before: float, now: float, to_point: float, to_best: float, drop: float) -> float:
    """Return what Nesterov's energy loses in a step, from three gaps that are never negative."""
    return before**2 * to_point + now * to_best + now**2 * drop


def bias_factor(beta: float, steps: int) -> float:
    """Return the share of a constant mean that a moving average started at 0 shows."""
    return float(1 - beta**steps)


def second_moment(mean: float, variance: float) -> float:
    """Return the mean of the squares."""
    return variance + mean**2


def root_moment(curvature: float, distance: float) -> float:
    """Return the root of Adam's second moment on the parabola of this curvature."""
    return curvature * abs(distance)


def adam_constant_step(step: float, slope: Floats, epsilon: float) -> Floats:
    """Return Adam's move under a constant slope, with epsilon outside the root."""
    return -step * slope / (np.abs(slope) + epsilon)


def adagrad_distance(step: float, steps: int) -> float:
    """Return how far AdaGrad moves under a constant slope."""
    return float(step * np.sum(1 / np.sqrt(np.arange(steps) + 1)))


def cycle_moments(slope: float, beta: float) -> tuple[float, float, float]:
    """Return the second moments at the gradients slope, -1, -1, repeated for ever."""
    scale = (1 - beta) / (1 - beta**3)
    return (
        scale * (slope**2 + beta + beta**2),
        scale * (1 + beta * slope**2 + beta**2),
        scale * (1 + beta + beta**2 * slope**2),
    )


def adam_drift(step: float, slope: float, beta: float) -> float:
    """Return Adam's move over a cycle of gradients slope, -1, -1."""
    first, second, third = cycle_moments(slope, beta)
    return step * (1 / math.sqrt(second) + 1 / math.sqrt(third) - slope / math.sqrt(first))


def amsgrad_drift(step: float, slope: float, beta: float) -> float:
    """Return AMSGrad's move over a cycle of gradients slope, -1, -1."""
    return -step * (slope - 2) / math.sqrt(cycle_moments(slope, beta)[0])


def newton_step(hessian: Floats, gradient: Floats) -> Floats:
    """Return Newton's step."""
    return np.asarray(-np.linalg.solve(hessian, gradient))


def batch_variance(variance: float, batch: int, examples: int) -> float:
    """Return the variance of the mean of a batch drawn without replacement."""
    return variance / batch * (1 - (batch - 1) / (examples - 1))


def noise_floor(step: float, curvature: float, variance: float) -> float:
    """Return the stationary variance of stochastic gradient descent on a parabola."""
    return step * variance / (curvature * (2 - step * curvature))


def averaging_variance(curvature: float, variance: float, steps: int) -> float:
    """Return the variance of the last point with the steps 1/(curvature·k)."""
    return variance / (curvature**2 * steps)


def polyak_variance(step: float, curvature: float, variance: float, steps: int) -> float:
    """Return the variance of the average of the points of a constant step, from the minimiser."""
    keep = 1 - step * curvature
    lag = 2 * keep * (1 - keep**steps) / (1 - keep)
    tail = keep**2 * (1 - keep ** (2 * steps)) / (1 - keep**2)
    return variance * (steps - lag + tail) / (curvature * steps) ** 2
