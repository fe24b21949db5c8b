"""Switches that violate one hypothesis: slopes, step sizes and rates."""

from __future__ import annotations

import numpy as np

from core.foundations.compare import at_least, at_most, equal
from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.schema import Break, Reading


def _ridge_slopes(u: functions.Floats) -> functions.Floats:
    """Return the slopes at the origin of x²y/(x² + y²), from its values."""
    h = 1e-3
    x, y = h * u[:, 0], h * u[:, 1]
    return x**2 * y / (x**2 + y**2) / h


def _no_plane(rng: np.random.Generator) -> Reading:
    u = functions.unit(rng, 8, 2)
    gradient = np.array([_ridge_slopes(np.eye(2))[0], _ridge_slopes(np.eye(2))[1]])
    claimed = [formulas.directional_slope(gradient, one) for one in u]
    return equal(claimed, _ridge_slopes(u), "8 directions at the origin")


def _no_plane_predicted(rng: np.random.Generator) -> Reading:
    u = functions.unit(rng, 8, 2)
    return equal(u[:, 0] ** 2 * u[:, 1], _ridge_slopes(u), "8 directions at the origin")


def _square_slopes(rng: np.random.Generator) -> tuple[functions.Floats, float]:
    """Return a gradient, and the least slope among directions whose largest entry is 1."""
    f, x = functions.smooth(rng, 3), rng.normal(size=3)
    edges = np.linspace(-1, 1, 21)
    corner = np.array(np.meshgrid(edges, edges, edges)).reshape(3, -1).T
    directions = corner[np.abs(corner).max(axis=1) > 0.999]
    return f.gradient(x), float(functions.slope_along(f, x, directions).min())


def _other_norm(rng: np.random.Generator) -> Reading:
    gradient, least = _square_slopes(rng)
    return equal(formulas.steepest_slope(gradient), least, "directions on the surface of a cube")


def _other_norm_predicted(rng: np.random.Generator) -> Reading:
    gradient, least = _square_slopes(rng)
    return equal(-np.abs(gradient).sum(), least, "minus the sum of the sizes of the slopes")


def _far_instance(rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(0.5, 1.5), rng.uniform(0.4, 1.0)


def _far(rng: np.random.Generator) -> Reading:
    x, d = _far_instance(rng)
    remainder = (x + d) ** 4 - x**4 - 4 * x**3 * d
    return at_most(formulas.taylor_bound(12 * x**2, d), remainder, "x⁴, with L from the start")


def _far_predicted(rng: np.random.Generator) -> Reading:
    x, d = _far_instance(rng)
    extra = (x + d) ** 4 - x**4 - 4 * x**3 * d - 6 * x**2 * d**2
    return equal(4 * x * d**3 + d**4, extra, "what exceeds the bound")


def _swirl(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Return the step, both rates of a turning field, and the length after six steps."""
    pull, turn, step = rng.uniform(0.3, 0.6), rng.uniform(1.5, 2.5), rng.uniform(0.3, 0.5)
    field = np.array([[pull, turn], [-turn, pull]])
    start = functions.unit(rng, 2)
    end = runs.descend(lambda x: field @ x, start, step, 6)[-1]
    return step, pull, turn, float(np.linalg.norm(end))


def _turning(rng: np.random.Generator) -> Reading:
    step, pull, _, length = _swirl(rng)
    claimed = formulas.shrink_factor(step, np.array([pull]))[0] ** 6
    return equal(claimed, length, "length after 6 steps")


def _turning_predicted(rng: np.random.Generator) -> Reading:
    step, pull, turn, length = _swirl(rng)
    claimed = ((1 - step * pull) ** 2 + (step * turn) ** 2) ** 3
    return equal(claimed, length, "length after 6 steps")


def _path(rng: np.random.Generator, share: float) -> functions.Floats:
    """Run 400 steps of a share of 1/L from a point that has a part on the steepest axis."""
    bowl = functions.quadratic(rng, 3, condition=(4.0, 6.0))
    start = bowl.axes @ np.array([0.5, 0.5, 1.0])
    return runs.descend(bowl.gradient, start, share / bowl.smoothness, 400)


def _reaches_zero(path: functions.Floats) -> Reading:
    return equal(0.0, np.linalg.norm(path[-1]), "distance after 400 steps", scale=1.0)


def _orbit_predicted(rng: np.random.Generator) -> Reading:
    path = _path(rng, 2.0)
    claimed = np.concatenate([path[-3], [1.0]])
    measured = np.concatenate([path[-1], [np.linalg.norm(path[-1])]])
    return equal(claimed, measured, "the point two steps before, and its length")


def _growth_predicted(rng: np.random.Generator) -> Reading:
    path = _path(rng, 2.2)
    ratio = np.linalg.norm(path[-1]) / np.linalg.norm(path[-2])
    return equal(1.2, ratio, "factor of the last step")


def _saddle_path(rng: np.random.Generator) -> tuple[functions.Floats, float]:
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    matrix = (axes * np.array([-0.3, 0.6, 2.0])) @ axes.T
    step = rng.uniform(0.5, 0.9)
    start = axes @ np.array([0.01, 1.0, 1.0])
    return runs.descend(lambda x: matrix @ x, start, step, 200), step


def _saddle_predicted(rng: np.random.Generator) -> Reading:
    path, step = _saddle_path(rng)
    ratio = np.linalg.norm(path[-1]) / np.linalg.norm(path[-2])
    return equal(1 + 0.3 * step, ratio, "factor of the last step")


def _kink_instance(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return slope, step and the decrease of one step of c·|x| from 0.3 steps away."""
    slope, step = rng.uniform(0.5, 2.0, size=2)
    x = 0.3 * step * slope
    return slope, step, slope * abs(x) - slope * abs(x - step * slope)


def _kink(rng: np.random.Generator) -> Reading:
    slope, step, decrease = _kink_instance(rng)
    claimed = formulas.guaranteed_decrease(step, 1 / step, slope)
    return at_least(claimed, decrease, "decrease, with 1/step in the place of L")


def _kink_predicted(rng: np.random.Generator) -> Reading:
    slope, step, decrease = _kink_instance(rng)
    return equal(-0.4 * step * slope**2, decrease, "decrease: the value rises")


def _well(x: functions.Floats | float, tilt: float) -> functions.Floats | float:
    return x**4 / 4 - x**2 / 2 + tilt * x


WELL_SMOOTHNESS, WELL_STEPS = 5.0, 600
"""The curvature of the wells lies between -1 and 5 wherever the square of x is below 2."""


def _trapped(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Descend in a tilted double well from the side of the shallow one.

    Returned are the slope at the end, the gap, the difference of both wells, and the distance of
    the start from the deeper one.
    """
    tilt, start = rng.uniform(0.1, 0.25), rng.uniform(0.9, 1.4)
    path = runs.descend(lambda x: x**3 - x + tilt, start, 1 / WELL_SMOOTHNESS, WELL_STEPS)
    end = float(path[-1])
    roots = np.sort(np.real(np.roots([1, 0, -1, tilt])))
    gap, between = (float(_well(x, tilt) - _well(roots[0], tilt)) for x in (end, roots[2]))
    return end**3 - end + tilt, gap, between, float(start - roots[0])


def _shallow(rng: np.random.Generator) -> Reading:
    slope, gap, _, _ = _trapped(rng)
    claimed = formulas.gradient_floor(0.1, gap)
    return at_least(claimed, slope**2, "squared slope at the end, with 0.1 in the place of mu")


def _shallow_predicted(rng: np.random.Generator) -> Reading:
    slope, _, _, _ = _trapped(rng)
    return equal(0.0, slope, "slope at the end", scale=1.0)


def _stuck(rng: np.random.Generator) -> Reading:
    _, gap, _, distance = _trapped(rng)
    bound = formulas.convex_bound(WELL_SMOOTHNESS, distance, WELL_STEPS)
    return at_most(bound, gap, f"gap after {WELL_STEPS} steps")


def _stuck_predicted(rng: np.random.Generator) -> Reading:
    _, gap, between, _ = _trapped(rng)
    return equal(between, gap, "difference between both wells")


def _wrong_scale(rng: np.random.Generator) -> tuple[functions.Quadratic, float]:
    """Run ten steps of the step tuned to half of the largest curvature, on the steepest axis."""
    bowl = functions.quadratic(rng)
    step = formulas.best_step(bowl.smoothness / 2, bowl.convexity)
    path = runs.descend(bowl.gradient, bowl.axes[:, -1], step, 10)
    return bowl, float(np.linalg.norm(path[-1]) ** (1 / 10))


def _rated(rng: np.random.Generator) -> Reading:
    bowl, factor = _wrong_scale(rng)
    return equal(formulas.best_rate(bowl.condition / 2), factor, "factor per step")


def _rated_predicted(rng: np.random.Generator) -> Reading:
    bowl, factor = _wrong_scale(rng)
    k = bowl.condition
    return equal((3 * k / 2 - 1) / (k / 2 + 1), factor, "factor per step")


BREAKS = (
    Break(
        id="GD-1-b1",
        statement="GD-1",
        switch="A function without a tangent plane",
        violates="The function $x^2y/(x^2+y^2)$, with the value 0 at the origin, has slopes in "
        "all directions there, but no tangent plane.",
        reason="Both partial derivatives are 0, so the gradient predicts the slope 0 everywhere. "
        "The slopes themselves are not linear in the direction.",
        check=_no_plane,
        outcome=r"The slope in the direction $u$ is $u_1^2u_2$.",
        predicted=_no_plane_predicted,
    ),
    Break(
        id="GD-2-b1",
        statement="GD-2",
        switch="Length by the largest entry",
        violates="Directions are measured by their largest entry instead of the Euclidean norm.",
        reason="All entries may then be as large as the largest. The best direction takes the "
        "opposite sign of each partial derivative, as Adam does under a constant slope (GD-26).",
        check=_other_norm,
        outcome="The steepest slope is minus the sum of the sizes of the partial derivatives.",
        predicted=_other_norm_predicted,
    ),
    Break(
        id="GD-4-b1",
        statement="GD-4",
        switch="L from the start only",
        violates="The constant is the curvature of $x^4$ at the start; it grows along the segment.",
        reason="The bound needs the constant on the whole segment. A curvature measured at one "
        "point promises nothing for a long step.",
        check=_far,
        outcome=r"The remainder exceeds the bound by $4xd^3+d^4$.",
        predicted=_far_predicted,
    ),
    Break(
        id="GD-5-b1",
        statement="GD-5",
        switch="A field that turns",
        violates="The matrix is not symmetric, so the field is no gradient (two players, one "
        "descending and one ascending, give such a field).",
        reason="No axis keeps its direction: the field also pushes at a right angle to the error, "
        "and this part of the step makes the error longer.",
        check=_turning,
        outcome=r"Each step multiplies the length by $\sqrt{(1-\eta a)^2+(\eta b)^2}$, with pull "
        "$a$ and turn $b$.",
        predicted=_turning_predicted,
    ),
    Break(
        id="GD-6-b1",
        statement="GD-6",
        switch="Step exactly 2/L",
        violates="The step is the limit itself; the statement needs it to be below.",
        reason="The factor on the steepest axis is exactly $-1$: its share changes sign for ever.",
        check=lambda rng: _reaches_zero(_path(rng, 2.0)),
        outcome="An orbit of period two: every second point is the same.",
        predicted=_orbit_predicted,
    ),
    Break(
        id="GD-6-b2",
        statement="GD-6",
        switch="Step 2.2/L",
        violates="The step is above the limit.",
        reason="The factor on the steepest axis is $1-2.2=-1.2$, larger than 1 in size.",
        check=lambda rng: _reaches_zero(_path(rng, 2.2)),
        outcome="The error is multiplied by 1.2 in size in every step, in the long run.",
        predicted=_growth_predicted,
    ),
    Break(
        id="GD-6-b3",
        statement="GD-6",
        switch="A saddle",
        violates="One curvature is negative ($-0.3$).",
        reason=r"On this axis the factor is $1+0.3\eta$, above 1 for every positive step.",
        check=lambda rng: _reaches_zero(_saddle_path(rng)[0]),
        outcome=r"The path leaves along this axis with the factor $1+0.3\eta$.",
        predicted=_saddle_predicted,
    ),
    Break(
        id="GD-7-b1",
        statement="GD-7",
        switch="A kink",
        violates="The function is a multiple of $|x|$: its gradient jumps, no constant $L$ "
        "bounds it.",
        reason="Near the kink the slope is as steep as far away, so the step jumps across and "
        "lands higher.",
        check=_kink,
        outcome="From 0.3 steps before the kink the value rises by 0.4 steps times the slope.",
        predicted=_kink_predicted,
    ),
    Break(
        id="GD-9-b1",
        statement="GD-9",
        switch="Half of L",
        violates="The step is tuned to $L/2$ and the largest curvature is $L$.",
        reason=r"The steepest axis lies outside the range for which the step was balanced; its "
        r"factor is larger than 1 in size when $\kappa>2$.",
        check=_rated,
        outcome=r"On the steepest axis each step multiplies the error by "
        r"$(\frac32\kappa-1)/(\frac12\kappa+1)$ in size.",
        predicted=_rated_predicted,
    ),
    Break(
        id="GD-12-b1",
        statement="GD-12",
        switch="Two wells",
        violates="The function has two minima of different depth, so it is not strongly convex "
        "(not even convex).",
        reason="At the bottom of the shallow well the gradient is 0, yet the gap is not.",
        check=_shallow,
        outcome="The slope at the end is 0.",
        predicted=_shallow_predicted,
    ),
    Break(
        id="GD-14-b1",
        statement="GD-14",
        switch="Two wells",
        violates="The function is not convex. (The other hypotheses hold: the constant of its "
        "gradient is 5 on the interval of the run, and the step is $1/5$.)",
        reason="Slopes only tell of the neighbourhood. From the side of the shallow well the "
        "method ends there, and no number of steps closes the gap.",
        check=_stuck,
        outcome="The gap that is left is the difference between the two wells.",
        predicted=_stuck_predicted,
    ),
)
