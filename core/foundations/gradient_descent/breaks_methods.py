"""Switches that violate one hypothesis: momentum, adaptive steps and noise."""

from __future__ import annotations

import itertools
import math

import numpy as np

from core.foundations.compare import at_most, equal
from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.gradient_descent.adaptive import cycle_move, online_instance
from core.foundations.gradient_descent.rates import worst_on_huber
from core.foundations.gradient_descent.stochastic import all_noise_paths, batch_spread
from core.foundations.schema import Break, Reading

LESSARD_L, LESSARD_MU = 25.0, 1.0
LESSARD_CYCLE = (792 / 1225, -2208 / 1225, 2592 / 1225)


def lessard_slope(x: functions.Floats) -> functions.Floats:
    """Return the slope of a function that is a parabola in three pieces, between 1 and 25."""
    return np.select([x < 1, x < 2], [25 * x, x + 24], 25 * x - 24)


def lessard_path(start: float, steps: int) -> functions.Floats:
    """Run the heavy ball with the best constants for quadratics between 1 and 25."""
    step = formulas.heavy_ball_step(LESSARD_L, LESSARD_MU)
    beta = formulas.heavy_ball_momentum(LESSARD_L / LESSARD_MU)
    return runs.heavy_ball(lessard_slope, start, step, beta, steps)


def _cycle(rng: np.random.Generator) -> Reading:
    path = lessard_path(rng.uniform(3.1, 3.4), 300)
    factor = (np.abs(path[-3:]).max() / np.abs(path[-30:-27]).max()) ** (1 / 27)
    claimed = math.sqrt(formulas.heavy_ball_momentum(LESSARD_L / LESSARD_MU))
    return equal(claimed, factor, "factor per step over the last 27")


def _cycle_predicted(rng: np.random.Generator) -> Reading:
    path = lessard_path(rng.uniform(3.1, 3.4), 300)
    return equal(np.sort(LESSARD_CYCLE), np.sort(path[-3:]), "the last three points")


def _overshoot(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the condition number, the root and the growth with a curvature of 1.6 L."""
    condition = rng.uniform(5.0, 30.0)
    beta = (math.sqrt(condition) - 1) / (math.sqrt(condition) + 1)
    curvatures = np.array([1 / condition, 0.5, 1.6])
    half = 0.3 * (1 + beta)
    root = half + math.sqrt(half**2 + 0.6 * beta)
    path = runs.nesterov(lambda x: curvatures * x, np.ones(3), 1.0, np.full(120, beta))
    return condition, root, float(np.linalg.norm(path[-1]) / np.linalg.norm(path[-2]))


def _steeper(rng: np.random.Generator) -> Reading:
    condition, _, factor = _overshoot(rng)
    return equal(formulas.nesterov_rate(condition), factor, "factor of the 120th step")


def _steeper_predicted(rng: np.random.Generator) -> Reading:
    _, root, factor = _overshoot(rng)
    return equal(root, factor, "factor of the 120th step")


def _constant(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the bound with growing momentum, what 0.5 leaves, and what GD-21 predicts."""
    steps, distance = int(rng.integers(40, 60)), rng.uniform(0.5, 3.0)
    left = worst_on_huber(1.0, distance, steps, 0.5)
    predicted = formulas.reach_gap(1.0, distance, formulas.constant_reach(0.5, steps))
    return formulas.accelerated_bound(1.0, distance, steps), left, predicted


def _growing_not(rng: np.random.Generator) -> Reading:
    bound, left, _ = _constant(rng)
    return at_most(bound, left, "largest gap on Huber's functions")


def _growing_not_predicted(rng: np.random.Generator) -> Reading:
    _, left, predicted = _constant(rng)
    return equal(predicted, left, "largest gap on Huber's functions")


def _ramp(rng: np.random.Generator) -> tuple[float, int, float, float, float]:
    """Return a moving average of gradients that fall evenly."""
    beta, steps = rng.uniform(0.7, 0.9), int(rng.integers(15, 30))
    first, slope = rng.uniform(3.0, 5.0), rng.uniform(-0.3, -0.1)
    values = np.linspace(first + slope, first + slope * steps, steps)
    return beta, steps, first, slope, float(runs.average(beta, values))


def _drifting(rng: np.random.Generator) -> Reading:
    beta, steps, first, slope, seen = _ramp(rng)
    claimed = formulas.bias_factor(beta, steps) * (first + slope * steps)
    return equal(claimed, seen, "average, and the latest mean times 1 - beta^T")


def _drifting_predicted(rng: np.random.Generator) -> Reading:
    beta, steps, first, slope, seen = _ramp(rng)
    share = 1 - beta**steps
    lag = beta / (1 - beta) - steps * beta**steps / share
    return equal(first + slope * (steps - lag), seen / share, "corrected average")


def _amsgrad_on(rng: np.random.Generator) -> Reading:
    step, slope, beta = online_instance(rng)
    measured = cycle_move(step, slope, beta, keep_largest=True)
    return equal(formulas.adam_drift(step, slope, beta), measured, "move over a cycle")


def _amsgrad_on_predicted(rng: np.random.Generator) -> Reading:
    step, slope, beta = online_instance(rng)
    measured = cycle_move(step, slope, beta, keep_largest=True)
    return equal(formulas.amsgrad_drift(step, slope, beta), measured, "move over a cycle")


def _far_newton(rng: np.random.Generator) -> tuple[float, float]:
    """Return a start beyond 1, and Newton's next point for the root of 1 + x²."""
    x = rng.uniform(1.2, 2.0)
    slope, bend = x / math.sqrt(1 + x**2), (1 + x**2) ** -1.5
    step = formulas.newton_step(np.array([[bend]]), np.array([slope]))
    return x, x + float(step[0])


def _bent(rng: np.random.Generator) -> Reading:
    return equal(0.0, _far_newton(rng)[1], "the point after one step", scale=1.0)


def _bent_predicted(rng: np.random.Generator) -> Reading:
    x, after = _far_newton(rng)
    return equal(-(x**3), after, "the point after one step")


def _pairs(rng: np.random.Generator) -> tuple[float, float]:
    """Return the variance of six pairs of equal gradients, and of batches of two whole pairs."""
    values = np.repeat(rng.normal(size=6), 2)
    batches = [(2 * i, 2 * i + 1, 2 * j, 2 * j + 1) for i, j in itertools.combinations(range(6), 2)]
    return float(values.var()), batch_spread(values, batches)


def _clustered(rng: np.random.Generator) -> Reading:
    variance, spread = _pairs(rng)
    return equal(formulas.batch_variance(variance, 4, 12), spread, "all batches of two pairs")


def _clustered_predicted(rng: np.random.Generator) -> Reading:
    variance, spread = _pairs(rng)
    return equal(formulas.batch_variance(variance, 2, 6), spread, "all batches of two pairs")


def _fitted(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return floor, predicted and exact mean square when noise is proportional to the error."""
    curvature, noise, step = rng.uniform(0.8, 1.2), rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.6)
    factors = 1 - step * (curvature + noise * runs.signs(12))
    mean = float(np.mean(factors.prod(axis=1) ** 2))
    predicted = ((1 - step * curvature) ** 2 + (step * noise) ** 2) ** 12
    return formulas.noise_floor(step, curvature, noise**2), predicted, mean


def _vanishing(rng: np.random.Generator) -> Reading:
    floor, _, mean = _fitted(rng)
    return equal(floor, mean, "mean square after 12 steps, all 4,096 sequences")


def _vanishing_predicted(rng: np.random.Generator) -> Reading:
    _, predicted, mean = _fitted(rng)
    return equal(predicted, mean, "mean square after 12 steps, all 4,096 sequences")


def _short_steps(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the start, the mean end and the mean square with the steps 1/(k + 1)²."""
    start = rng.uniform(3.0, 6.0)
    ends = all_noise_paths(1 / np.arange(2.0, 12.0) ** 2, 1.0, 0.5, start)[:, -1]
    return start, float(ends.mean()), float(np.mean(ends**2))


def _summable(rng: np.random.Generator) -> Reading:
    _, _, square = _short_steps(rng)
    return equal(formulas.averaging_variance(1.0, 0.25, 10), square, "all 1,024 sequences")


def _summable_predicted(rng: np.random.Generator) -> Reading:
    start, end, _ = _short_steps(rng)
    return equal(start * 12 / 22, end, "mean end after ten steps")


BREAKS = (
    Break(
        id="GD-18-b1",
        statement="GD-18",
        switch="Three parabolas joined",
        violates="The function is no quadratic: it is strongly convex and smooth, but its "
        "curvature is 25 in some places and 1 in others.",
        reason="The roots describe one fixed curvature. Here the curvature changes from swing to "
        "swing in step with the ball, which loses no energy over a cycle. (Gradient descent "
        "converges from the same start.)",
        check=_cycle,
        outcome="The heavy ball ends in a cycle of three points: $-1.80$, $2.12$ and $0.65$.",
        predicted=_cycle_predicted,
    ),
    Break(
        id="GD-19-b1",
        statement="GD-19",
        switch="An axis steeper than L",
        violates="One curvature is 1.6 times the constant from which the step was taken.",
        reason="On this axis $1-1.6$ is negative, and both roots are real with opposite signs.",
        check=_steeper,
        outcome=r"The error grows by the larger root of $z^2-0.6(1+\beta)z-0.6\beta=0$ (up to "
        "sign).",
        predicted=_steeper_predicted,
    ),
    Break(
        id="GD-22-b1",
        statement="GD-22",
        switch="Constant momentum 0.5",
        violates="The momentum stays at 0.5 instead of growing.",
        reason="The energy argument needs the growing numbers $t_k$. With a constant momentum "
        "the reach grows only in proportion to $T$ (GD-21).",
        check=_growing_not,
        outcome=r"Huber's function leaves the gap $LR^2/(4s_T+2)$, above the bound.",
        predicted=_growing_not_predicted,
    ),
    Break(
        id="GD-23-b1",
        statement="GD-23",
        switch="A mean that moves",
        violates="The mean gradient falls evenly from step to step.",
        reason="The average looks back, so it shows a mean of the past. The correction repairs the "
        "start at 0 and nothing else.",
        check=_drifting,
        outcome=r"The corrected average lags by $\frac{\beta}{1-\beta}"
        r"-\frac{T\beta^T}{1-\beta^T}$ steps.",
        predicted=_drifting_predicted,
    ),
    Break(
        id="GD-28-b1",
        statement="GD-28",
        switch="AMSGrad",
        violates="The second moment no longer forgets: the largest so far is kept.",
        reason="Adam walks up because it forgets the large slope before the next two steps are "
        "taken; here their root stays as large as that of the first.",
        check=_amsgrad_on,
        outcome="Each cycle now moves down, by the amount of GD-29.",
        predicted=_amsgrad_on_predicted,
    ),
    Break(
        id="GD-30-b1",
        statement="GD-30",
        switch=r"A function that flattens",
        violates=r"The function is $\sqrt{1+x^2}$: convex, but no quadratic.",
        reason="Far out the curvature is small, so the parabola through the point has its lowest "
        "point far on the other side.",
        check=_bent,
        outcome=r"From $x$ the step lands at $-x^3$: beyond 1 it diverges.",
        predicted=_bent_predicted,
    ),
    Break(
        id="GD-31-b1",
        statement="GD-31",
        switch="Two records of each patient",
        violates="Examples come in pairs with the same gradient, and batches hold whole pairs.",
        reason="Four such examples carry the information of two. Not all batches of four are "
        "possible.",
        check=_clustered,
        outcome="The variance is that of two out of six.",
        predicted=_clustered_predicted,
    ),
    Break(
        id="GD-32-b1",
        statement="GD-32",
        switch="Noise that vanishes at the minimum",
        violates="The noise is proportional to the error, as when the model fits every example.",
        reason="The noise shrinks with the error and is 0 at the minimiser, so there is no floor.",
        check=_vanishing,
        outcome=r"The mean square is multiplied by $(1-\eta\lambda)^2+\eta^2s^2<1$ in every step, "
        r"if $s$ times the error is the noise.",
        predicted=_vanishing_predicted,
    ),
    Break(
        id="GD-33-b1",
        statement="GD-33",
        switch="Steps that add up to a finite number",
        violates=r"The steps are $1/(k+1)^2$; they add up to less than 1.",
        reason="A step multiplies the mean error by one minus the step size times the curvature. "
        "As the step sizes have a finite sum, the product of these factors does not go to 0.",
        check=_summable,
        outcome=r"The share $\frac{T+2}{2(T+1)}$ of the start is left: one half in the end.",
        predicted=_summable_predicted,
    ),
)
