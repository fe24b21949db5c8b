"""What the answer of the dual problem prices: limits that move."""

from __future__ import annotations

import numpy as np

from core.foundations.compare import at_least, equal
from core.foundations.lagrange_kkt import formulas, numeric
from core.foundations.schema import Kind, Reading, Statement, Step

BOYD = "Boyd and Vandenberghe, Convex Optimization (2004)"


def _bound(rng: np.random.Generator) -> Reading:
    one = numeric.Quadratic(rng)
    moves = np.vstack([np.zeros(3), rng.normal(size=(24, 3)) * 0.5])
    claimed = formulas.supporting(one.primal()[1], one.dual(), moves)
    return at_least(claimed, [one.primal(u)[1] for u in moves], "best value with limits moved")


def _price(rng: np.random.Generator) -> Reading:
    one = numeric.Quadratic(rng)
    step = 1e-5
    slopes = [
        numeric.central(lambda s, e=e: one.primal(s * e)[1], 0.0, step)  # type: ignore[misc]
        for e in np.eye(3)
    ]
    claimed = formulas.supporting(0.0, one.dual(), np.eye(3))
    return equal(claimed, slopes, "slopes of the best value in the limits", kind=Kind.DIFFERENCE)


STATEMENTS = (
    Statement(
        "KKT-23",
        "duality",
        "Moving the limits by $u$ never beats the straight line through the optimum.",
        r"p^\star(u)=\min\{f:h\le u\}\;\ge\;p^\star(0)-\mu^{\star\top}u",
        (r"Strong duality holds at $u=0$ with prices $\mu^\star$ (KKT-18)",),
        (
            Step(
                "Take any $x$ that the moved limits allow. By the saddle (KKT-22) its Lagrangian "
                "at the old prices is at least the old value.",
                r"p^\star(0)\le f(x)+\mu^{\star\top}h(x)",
            ),
            Step(
                "Its excesses are at most $u$, and prices are not negative.",
                r"\mu^{\star\top}h(x)\le\mu^{\star\top}u",
            ),
            Step(
                "Rearrange; then take the least over all such $x$.",
                r"f(x)\ge p^\star(0)-\mu^{\star\top}u",
            ),
            Step(
                "So a tightened limit can cost more than its price says, and a loosened one "
                "returns at most that.",
                r"p^\star(u)\ge p^\star(0)-\mu^{\star\top}u",
            ),
        ),
        "The limits are moved at random 24 times (and once not at all) and the programme is solved "
        "again by trying every set of touched limits.",
        _bound,
        f"{BOYD}, section 5.6.2",
    ),
    Statement(
        "KKT-24",
        "duality",
        "The multiplier is minus the slope of the best value in its limit.",
        r"\frac{\partial p^\star}{\partial u_i}\Big|_{u=0}=-\mu_i^\star",
        (
            "The hypotheses of KKT-23",
            r"$p^\star(u)$ has a derivative at 0 (it does if the touched rows are linearly "
            "independent, as the prices are then unique)",
        ),
        (
            Step(
                "Move one limit up by a small step and use KKT-23.",
                r"\frac{p^\star(\varepsilon e_i)-p^\star(0)}{\varepsilon}\ge-\mu_i^\star",
            ),
            Step(
                "Move it down: dividing by a negative step turns the sign.",
                r"\frac{p^\star(-\varepsilon e_i)-p^\star(0)}{-\varepsilon}\le-\mu_i^\star",
            ),
            Step(
                "Both quotients have the derivative as their limit, so it is squeezed.",
                r"-\mu_i^\star\le\frac{\partial p^\star}{\partial u_i}\le-\mu_i^\star",
            ),
        ),
        "Each limit is moved up and down by 0.00001 and the programme is solved again.",
        _price,
        f"{BOYD}, section 5.6.3",
    ),
)  # fmt: skip
