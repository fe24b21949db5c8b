"""How long a step may be: on a quadratic exactly, on every smooth function safely."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from core.foundations.compare import equal
from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.schema import Reading, Statement, Step

SECTION = "step-size"


def _factors(rng: np.random.Generator) -> Reading:
    bowl, best, start, steps = functions.quadratic(rng), rng.normal(size=4), rng.normal(size=4), 7
    step = rng.uniform(0.3, 1.7) / bowl.smoothness
    factors = formulas.shrink_factor(step, bowl.curvatures)
    claimed = factors**steps * ((start - best) @ bowl.axes)
    end = runs.descend(lambda x: bowl.gradient(x - best), start, step, steps)[-1]
    return equal(claimed, (end - best) @ bowl.axes, "4 axes after 7 steps")


def _limit(rng: np.random.Generator) -> Reading:
    bowl = functions.quadratic(rng, 3, condition=(4.0, 8.0))
    found = runs.largest_working_step(bowl.matrix)
    return equal(formulas.step_limit(bowl.smoothness), found, "the step where growth begins")


def _descent(rng: np.random.Generator) -> Reading:
    share = rng.uniform(0.3, 1.7)
    bounds: list[float] = []
    found: list[float] = []
    for _ in range(10):
        f, x = functions.smooth(rng), rng.normal(size=4)
        _add(bounds, found, f, x, share)
    bowl = functions.quadratic(rng)
    _add(bounds, found, bowl, rng.uniform(0.5, 2.0) * bowl.axes[:, -1], share)
    return functions.tightest(bounds, found, "the closest of 11 functions", upper=False)


def _add(
    bounds: list[float],
    found: list[float],
    f: functions.Smooth | functions.Quadratic,
    x: functions.Floats,
    share: float,
) -> None:
    """Append the guaranteed and the found decrease of one step from a point."""
    step, g = share / f.smoothness, f.gradient(x)
    norm = float(np.linalg.norm(g))
    bounds.append(formulas.guaranteed_decrease(step, f.smoothness, norm))
    found.append(float(f.value(x) - f.value(x - step * g)))


def _search(rng: np.random.Generator) -> Reading:
    bowl, x = functions.quadratic(rng), rng.normal(size=4)
    g = bowl.gradient(x)

    def slope(step: float) -> float:
        return float(functions.slope_along(bowl, x - step * g, -g))

    found = optimize.brentq(slope, 0.0, 2 / bowl.convexity, xtol=1e-14)
    return equal(formulas.line_search_step(bowl.matrix, g), found, "the step of slope 0")


STATEMENTS = (
    Statement(
        id="GD-5",
        section=SECTION,
        title=r"On a quadratic every step multiplies the error along the axis of curvature "
        r"$\lambda_i$ by $1-\eta\lambda_i$, each axis on its own.",
        claim=r"q_i^\top(x_T-x^\star)=(1-\eta\lambda_i)^T\,q_i^\top(x_0-x^\star)",
        hypotheses=(
            r"$f(x)=\frac12(x-x^\star)^\top A(x-x^\star)$ with $A$ symmetric",
            r"$Aq_i=\lambda_i q_i$ with orthonormal $q_i$",
            r"$x_{k+1}=x_k-\eta\nabla f(x_k)$ with a fixed step $\eta$",
        ),
        steps=(
            Step(
                "The gradient of the quadratic; $A$ is symmetric, so both halves of the product "
                "rule are equal.",
                r"\nabla f(x)=\tfrac12(A+A^\top)(x-x^\star)=A(x-x^\star)",
            ),
            Step(
                r"Insert it in the update and subtract $x^\star$ on both sides.",
                r"x_{k+1}-x^\star=x_k-x^\star-\eta A(x_k-x^\star)=(I-\eta A)(x_k-x^\star)",
            ),
            Step(
                "Take the share along an axis; for a symmetric $A$ the axis may be moved to the "
                "other side of the product.",
                r"q_i^\top(I-\eta A)=\left((I-\eta A)q_i\right)^\top=(1-\eta\lambda_i)\,q_i^\top",
            ),
            Step(
                "So the share along an axis depends on itself only.",
                r"q_i^\top(x_{k+1}-x^\star)=(1-\eta\lambda_i)\,q_i^\top(x_k-x^\star)",
            ),
            Step(
                "Repeat $T$ times.",
                r"q_i^\top(x_T-x^\star)=(1-\eta\lambda_i)^T q_i^\top(x_0-x^\star)",
            ),
        ),
        how="Seven steps on a randomly turned quadratic around a random point; the end is "
        "projected on its axes.",
        check=_factors,
        source="B. Polyak, Introduction to Optimization, 1987, section 1.4",
    ),
    Statement(
        id="GD-6",
        section=SECTION,
        title=r"On a quadratic with largest curvature $L$, gradient descent converges from every "
        r"start if and only if $0<\eta<2/L$.",
        claim=r"x_T\to x^\star\ \text{ for all } x_0\iff 0<\eta<\frac{2}{L}",
        hypotheses=(
            r"$f$ is a quadratic with curvatures $0<\mu=\lambda_1\le\dots\le\lambda_n=L$",
            r"$x_{k+1}=x_k-\eta\nabla f(x_k)$ with a fixed step $\eta$",
        ),
        steps=(
            Step(
                "By GD-5 every share is multiplied by a fixed factor, so it vanishes for every "
                "start exactly if the factor is below 1 in size.",
                r"(1-\eta\lambda_i)^T\to 0\iff |1-\eta\lambda_i|<1",
            ),
            Step(
                "Write the size as two inequalities.",
                r"-1<1-\eta\lambda_i<1\iff 0<\eta\lambda_i<2",
            ),
            Step(
                "All curvatures are positive: divide.",
                r"0<\eta<\frac{2}{\lambda_i}\quad\text{for all } i",
            ),
            Step(
                "The strictest of these limits belongs to the largest curvature.",
                r"0<\eta<\frac{2}{\max_i\lambda_i}=\frac{2}{L}",
            ),
        ),
        how="The method is run with 64 steps at once; the bracket around the first that still "
        "grows is narrowed seven times. No eigenvalue is used.",
        check=_limit,
        source="B. Polyak, Introduction to Optimization, 1987, section 1.4",
    ),
    Statement(
        id="GD-7",
        section=SECTION,
        title=r"One step lowers every smooth function by at least "
        r"$\eta(1-\frac{L\eta}{2})\lVert\nabla f\rVert^2$ (descent lemma), and this is sharp.",
        claim=r"f(x-\eta\nabla f(x))\le f(x)"
        r"-\eta\left(1-\frac{L\eta}{2}\right)\lVert\nabla f(x)\rVert^2",
        hypotheses=(
            r"The gradient is Lipschitz with constant $L$ on the segment of the step",
            r"$\eta>0$ (convexity is not needed)",
        ),
        steps=(
            Step(
                "Use the upper half of GD-4.",
                r"f(x+d)\le f(x)+\nabla f(x)^\top d+\frac{L}{2}\lVert d\rVert^2",
            ),
            Step(
                "Insert the step.",
                r"d=-\eta g,\quad g=\nabla f(x):\qquad "
                r"f(x-\eta g)\le f(x)-\eta\lVert g\rVert^2+\frac{L\eta^2}{2}\lVert g\rVert^2",
            ),
            Step(
                "Collect the terms.",
                r"f(x-\eta g)\le f(x)-\eta\left(1-\frac{L\eta}{2}\right)\lVert g\rVert^2",
            ),
            Step(
                "The product is a parabola in the step that opens downwards, with the zeros 0 "
                "and $2/L$: positive between them, and largest in the middle.",
                r"\eta=\frac1L:\qquad f(x)-f(x-\eta g)\ge\frac{1}{2L}\lVert g\rVert^2",
            ),
            Step(
                "Sharp: on a quadratic with $x$ on the axis of curvature $L$, GD-4 is an "
                "equality, and so is this.",
                r"Ax=Lx:\quad f(x)-f(x-\eta g)"
                r"=\eta\left(1-\frac{L\eta}{2}\right)\lVert g\rVert^2",
            ),
        ),
        how="The decrease of one step on ten random functions and on a quadratic along its "
        "steepest axis; the one closest to its bound is shown, and meets it.",
        check=_descent,
        source="Y. Nesterov, Lectures on Convex Optimization, 2nd ed., 2018, section 1.2.3",
    ),
    Statement(
        id="GD-8",
        section=SECTION,
        title="On a quadratic the lowest point along the gradient has a step in closed form.",
        claim=r"\operatorname*{arg\,min}_{\eta} f(x-\eta g)=\frac{g^\top g}{g^\top A g}",
        hypotheses=(
            r"$f$ is a quadratic with a symmetric $A$, whose curvatures lie between $\mu>0$ and "
            r"$L$",
            r"$g=\nabla f(x)\neq 0$",
        ),
        steps=(
            Step(
                "A quadratic is equal to its second Taylor polynomial.",
                r"f(x-\eta g)=f(x)-\eta\,g^\top g+\frac{\eta^2}{2}\,g^\top A g",
            ),
            Step(
                "This is a parabola in the step; it opens upwards, as all curvatures are positive.",
                r"g^\top A g>0",
            ),
            Step(
                "Its lowest point is where its slope is 0.",
                r"-g^\top g+\eta\,g^\top A g=0",
            ),
            Step("Solve for the step.", r"\eta=\frac{g^\top g}{g^\top A g}"),
            Step(
                r"With $g=\sum_ic_iq_i$ the quotient is an average of the inverse curvatures with "
                r"the weights $\lambda_ic_i^2$, so the step lies between $1/L$ and $1/\mu$.",
                r"\frac{g^\top g}{g^\top Ag}=\frac{\sum_i\lambda_ic_i^2\cdot\frac{1}{\lambda_i}}"
                r"{\sum_i\lambda_ic_i^2}\in\left[\frac1L,\,\frac1\mu\right]",
            ),
        ),
        how="A root finder looks for the step at which the slope along the line is 0; the slope "
        "comes from values of the function.",
        check=_search,
        source="J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., 2006, section 3.3",
    ),
)
