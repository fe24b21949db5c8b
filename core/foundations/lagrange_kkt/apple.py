"""The suite's own plan: its prices and its proof, found again from the data of the problem."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from core.foundations.compare import at_most, equal
from core.foundations.lagrange_kkt import formulas_models as formulas
from core.foundations.lagrange_kkt import numeric
from core.foundations.lagrange_kkt.formulas import Floats
from core.foundations.schema import Kind, Reading, Section, Statement, Step

if TYPE_CHECKING:
    from core.apple_sales import Constraint, Plan, Problem

JAGGI = "Jaggi, Revisiting Frank-Wolfe (ICML 2013)"
BOYD = "Boyd and Vandenberghe, Convex Optimization (2004)"

SECTION = Section(
    "apple-plan",
    "A plan that proves itself",
    "The Apple Sales pages of this suite ask how much of each product to sell in each region. One "
    "product in one region is a cell, and its amount is a volume. More volume brings more revenue, "
    "but ever less of it; it also costs money and carries risk. The objective is revenue less cost "
    "and less a price of risk, so it is concave, and it is made largest within limits of supply, "
    "volume and share. The plan comes with a price for every binding limit and with one number "
    "that asks for no trust in a solver: the Frank-Wolfe gap, a bound on what any other plan could "
    "add. Here both are derived, and found again from the raw data of the problem with other "
    "tools.",
)


@dataclasses.dataclass(frozen=True)
class Opened:
    """The default plan, and its problem as plain arrays.

    Attributes
    ----------
    problem, plan : Problem, Plan
        As the Apple Sales pages have them.
    x : ndarray, shape (n,)
        Amounts of the plan.
    rows, limits : ndarray, shapes (m, n) and (m,)
        All constraints as ``rows @ x <= limits``.
    box : list of tuple
        Least and largest amount of each cell.
    best, gap : float
        The plan's objective and its certified gap.
    """

    problem: Problem
    plan: Plan
    x: Floats
    rows: Floats
    limits: Floats
    box: list[tuple[float, float]]
    best: float
    gap: float

    def objective(self, x: numeric.Values | Floats) -> complex:
        """Return responses less costs and the price of risk, from the cells' own figures."""
        total: complex = 0.0
        shocks: dict[str, complex] = {}
        own: complex = 0.0
        for cell, amount in zip(self.problem.cells, x, strict=True):
            curve = cell.response
            grown = (amount + curve.shift) ** curve.exponent - curve.shift**curve.exponent
            total += cell.weight * curve.scale * grown - cell.cost * amount
            own += (cell.own_risk * amount) ** 2
            for name, size in cell.exposure.items():
                shocks[name] = shocks.get(name, 0.0) + size * amount
        return total - self.problem.aversion / 2 * (own + sum(s**2 for s in shocks.values()))

    def vertex(self, slopes: Floats) -> Floats:
        """Return the allowed plan with the largest ``slopes @ y``, by a linear programme."""
        found = linprog(-slopes, self.rows, self.limits, bounds=self.box, method="highs")
        return np.asarray(found.x)


@functools.cache
def opened() -> Opened:
    """Return the default problem of the Apple Sales pages with its checked plan."""
    from core.apple_sales import default_problem, plan

    problem = default_problem()
    found = plan(problem)
    planned, best, gap = found.x, found.objective, found.certificate.fw_gap
    if planned is None or best is None or gap is None:
        raise ValueError(f"The default problem has no certified plan: {found.reason}")
    place = {cell.name: i for i, cell in enumerate(problem.cells)}
    rows, limits = [], []
    for one in problem.constraints:
        line = np.zeros(len(place))
        for name, factor in one.coefficients.items():
            line[place[name]] = factor
        for sign, limit in ((1.0, one.high), (-1.0, one.low)):
            if limit is not None:
                share = one.kind == "share"
                rows.append(sign * (line - limit * share))
                limits.append(0.0 if share else sign * limit)
    box = [(cell.low, cell.high) for cell in problem.cells]
    amounts = np.array([planned[cell.name] for cell in problem.cells])
    return Opened(problem, found, amounts, np.array(rows), np.array(limits), box, best, gap)


def resolved(problem: Problem) -> float:
    """Return the best objective of a problem that differs in its limits only."""
    from core.apple_sales import plan

    found = plan(problem, checks=False)
    if found.objective is None:
        raise ValueError(f"There is no plan: {found.reason}")
    return found.objective


def moved(problem: Problem, name: str, side: str, to: float) -> Problem:
    """Return the problem with one limit of one constraint changed."""
    rows = tuple(
        dataclasses.replace(one, **{side: to}) if one.name == name else one  # type: ignore[arg-type]
        for one in problem.constraints
    )
    return dataclasses.replace(problem, constraints=rows)


def _gap(rng: np.random.Generator) -> Reading:
    own = opened()
    bounds, gains = [], []
    corners = [own.vertex(rng.normal(size=len(own.x))) for _ in range(3)]
    shares = rng.dirichlet([1.0, 1.0, 1.0, 2.0], 4)
    # At the plan itself both sides are 0.
    for x in [*(shares @ np.vstack([*corners, own.x])), own.x]:
        slopes = numeric.slope(own.objective, x)
        bounds.append(formulas.tangent_gap(slopes, x, own.vertex(slopes)))
        gains.append(own.best - float(np.real(own.objective(x))))
    return at_most(bounds, gains, "what the plan adds to five plans, against their gaps")


def _certified(rng: np.random.Generator) -> Reading:
    own = opened()
    slopes = numeric.slope(own.objective, own.x)
    claimed = [formulas.tangent_gap(slopes, own.x, own.vertex(slopes))]
    x = own.x + 0.02 * rng.uniform(0.5, 1.0) * (own.vertex(rng.normal(size=len(own.x))) - own.x)
    tangent = numeric.slope(own.objective, x)
    claimed.append(formulas.tangent_gap(tangent, x, own.vertex(tangent)))
    measured = [own.gap, _suite_gap(own, tangent, x)]
    scale = float(np.abs(slopes) @ own.x)
    note = "gap of the plan and of a plan beside it, by the suite's certificate"
    return equal(claimed, measured, note, scale=scale)


def _suite_gap(own: Opened, slopes: Floats, x: Floats) -> float:
    from scipy import sparse

    from core.optimize import Polytope, frank_wolfe_gap

    m, (low, high) = len(own.limits), np.array(own.box).T
    names = tuple(cell.name for cell in own.problem.cells)
    free = np.full(m, -np.inf)
    inside = Polytope(
        sparse.csr_array(own.rows), free, own.limits, low, high, tuple(map(str, range(m))), names
    )
    return frank_wolfe_gap((slopes, float(np.real(own.objective(x)))), x, inside).absolute


def _balanced(rng: np.random.Generator) -> Reading:
    own = opened()
    by_name = {one.name: one for one in own.problem.constraints}
    names = [cell.name for cell in own.problem.cells]
    lines, prices = [], []
    for one in own.plan.multipliers:
        coefficients = by_name[one.name].coefficients if one.name in by_name else {one.name: 1.0}
        lines.append([coefficients.get(name, 0.0) for name in names])
        prices.append(one.price)
    order = rng.permutation(len(names))
    claimed = formulas.priced(np.array(lines), np.array(prices))
    # The slope of one cell is a small difference of gain and cost; these are its size.
    scale = max(cell.cost for cell in own.problem.cells)
    measured = numeric.slope(own.objective, own.x)
    return equal(claimed[order], measured[order], "slope of the objective, 25 cells", scale=scale)


def _slack(one: Constraint, own: Opened) -> tuple[float, Floats]:
    names = [cell.name for cell in own.problem.cells]
    line = np.array([one.coefficients.get(name, 0.0) for name in names])
    size = float(own.x.sum()) if one.kind == "share" else 1.0
    return float(line @ own.x) / size, line


def _all_tightened(own: Opened, problem: Problem, binding: set[str]) -> None:
    """Refuse a problem in which an idle limit kept more than 81 % of its slack, or none is idle."""
    left = []
    for before, after in zip(own.problem.constraints, problem.constraints, strict=True):
        if before.name not in binding:
            now, _ = _slack(before, own)
            sides = ((before.low, after.low), (before.high, after.high))
            left += [(now - b) / (now - a) for a, b in sides if a is not None and b is not None]
    if not left or max(left) > 0.81:
        raise ValueError("The check has not tightened every idle limit.")


def _idle(rng: np.random.Generator) -> Reading:
    own = opened()
    binding = {one.name for one in own.plan.multipliers}
    problem = own.problem
    for one in problem.constraints:
        if one.name in binding:
            continue
        now, _ = _slack(one, own)
        for side, limit in (("low", one.low), ("high", one.high)):
            if limit is not None:
                to = limit + rng.uniform(0.2, 0.8) * (now - limit)
                problem = moved(problem, one.name, side, to)
    _all_tightened(own, problem, binding)
    measured = resolved(problem)
    return equal(own.best, measured, "best objective, idle limits tightened")


def _priced_limits(rng: np.random.Generator) -> Reading:
    own = opened()
    claimed, measured = [], []
    for one in own.plan.multipliers:
        step = rng.uniform(2e-4, 4e-4) * one.limit
        claimed.append(one.price)
        measured.append(
            numeric.central(
                lambda to, one=one: resolved(  # type: ignore[misc]
                    moved(own.problem, one.name, one.side, to)
                ),
                one.limit,
                step,
            )
        )
    return equal(claimed, measured, "slope of the best objective", kind=Kind.DIFFERENCE)


def _far(rng: np.random.Generator) -> Reading:
    own = opened()
    bounds, values = [], []
    for one in own.plan.multipliers:
        step = rng.uniform(0.01, 0.03) * one.limit * rng.choice([-1.0, 1.0])
        bounds.append(own.best + one.price * step)
        values.append(resolved(moved(own.problem, one.name, one.side, one.limit + step)))
    return at_most(bounds, values, "best objective with a limit moved by 1 to 3 %")


_CONCAVE = "The objective $f$ is concave and has a continuous derivative"
_SMOOTH = "The objective $f$ has a continuous derivative"
_LINEAR = "The limits are linear"
_BEST = r"$x^\star$ is a best plan and $V$ its objective, as a function of the limits"
_AMOUNT = r"The moved limit is $a_i^\top x\le b_i$ or $a_i^\top x\ge b_i$ with a fixed row $a_i$ "
_AMOUNT += "(an amount, not a share)"
_POLYTOPE = "The allowed plans form a convex set $P$ that is closed and bounded"

STATEMENTS = (
    Statement(
        "KKT-47",
        "apple-plan",
        "The Frank-Wolfe gap bounds what any allowed plan can add.",
        r"G(x)=\max_{y\in P}\nabla f(x)^\top(y-x)\qquad\Longrightarrow\qquad "
        r"f(y)-f(x)\le G(x)\ \text{ for every }y\in P",
        (_CONCAVE, _POLYTOPE, "$x$ is in $P$"),
        (
            Step(
                "Concavity: a value between two plans is at least the mixture of their values.",
                r"f\bigl(x+s(y-x)\bigr)\ge f(x)+s\bigl(f(y)-f(x)\bigr),\qquad0<s\le1",
            ),
            Step(
                "Rearrange.",
                r"f(y)-f(x)\le\frac{f(x+s(y-x))-f(x)}{s}",
            ),
            Step(
                "Let the step go to 0: the quotient becomes the slope along $y-x$.",
                r"f(y)-f(x)\le\nabla f(x)^\top(y-x)",
            ),
            Step(
                "The right side is at most its largest value over $P$, which exists as $P$ is "
                "closed and bounded. It is linear in $y$: with linear limits this is one linear "
                "programme.",
                r"f(y)-f(x)\le\max_{y\in P}\nabla f(x)^\top(y-x)=G(x)",
            ),
        ),
        "Four random allowed plans are mixed from corners of the limits, and the best plan is the "
        "fifth. Their gaps come from a linear programme over the raw data, the gain from the best "
        "plan: no other gains more.",
        _gap,
        f"Frank and Wolfe, An algorithm for quadratic programming, Naval Research Logistics "
        f"Quarterly 3 (1956); {JAGGI}",
    ),
    Statement(
        "KKT-48",
        "apple-plan",
        "At the best plan, and only there, the gap is 0.",
        r"f(x^\star)=\max_{y\in P}f(y)\iff G(x^\star)=0",
        (_CONCAVE, _POLYTOPE, r"$x^\star$ is in $P$"),
        (
            Step(
                "The choice $y=x$ is allowed, so the gap is never negative.",
                r"G(x)\ge\nabla f(x)^\top(x-x)=0",
            ),
            Step(
                "At a best plan no allowed direction climbs, because the way to $y$ stays in $P$.",
                r"\nabla f(x^\star)^\top(y-x^\star)\le0\ \text{ for all }y\in P"
                r"\quad\Rightarrow\quad G(x^\star)\le0",
            ),
            Step("Together:", r"G(x^\star)=0"),
            Step(
                "Conversely, a gap of 0 bounds every gain by 0 (KKT-47).",
                r"G(x)=0\quad\Rightarrow\quad f(y)\le f(x)\ \text{ for all }y\in P",
            ),
        ),
        "The gap of the plan, and of one beside it, by a linear programme written from the raw "
        "data; held against the suite's certificate, whose bound comes from prices.",
        _certified,
        JAGGI,
    ),
    Statement(
        "KKT-49",
        "apple-plan",
        "The slope of the objective in each cell is the sum of the prices it has to pay.",
        r"\nabla f(x^\star)=A_B^\top\pi\qquad(\text{rows }A_B\text{ of the binding limits, prices }"
        r"\pi)",
        (_SMOOTH, _LINEAR, r"$x^\star$ is a best plan"),
        (
            Step(
                "Minimise $-f$. By the first two steps of KKT-18, which need a minimum and linear "
                "limits only, its negative gradient is a combination of the touched rows. "
                "Maximising turns the sign once (KKT-13): here that is the gradient of $f$.",
                r"\nabla f(x^\star)=\sum_i\mu_i\nabla h_i(x^\star),\qquad\mu_i\ge0",
            ),
            Step(
                "An upper limit is $h=a^\\top x-b$; its price, per unit of $b$, is the multiplier.",
                r"\nabla h=a,\qquad\pi=\mu\ge0",
            ),
            Step(
                "A lower limit is $h=b-a^\\top x$. Raising it takes away, so its price is minus "
                "the multiplier; the product stays the same.",
                r"\mu\nabla h=-\mu a=\pi a,\qquad\pi=-\mu\le0",
            ),
            Step(
                "Limits that are not touched have the multiplier 0 and drop out.",
                r"\nabla f(x^\star)=A_B^\top\pi",
            ),
        ),
        "The slope in all 25 cells by complex steps of the objective, written from the cells' raw "
        "figures; claimed from the plan's table of prices. No share binds in this plan; a binding "
        r"$a^\top x\le b\,\mathbf 1^\top x$ would have the row $a-b\mathbf 1$.",
        _balanced,
        f"{BOYD}, section 5.5.3",
    ),
    Statement(
        "KKT-50",
        "apple-plan",
        "A limit that does not bind has the price 0: tightening it within its slack changes "
        "nothing.",
        r"a_i^\top x^\star<b_i\quad\Longrightarrow\quad\pi_i=0\quad\text{and}\quad "
        r"V(b_i-\delta)=V(b_i)\ \text{ for }0\le\delta\le b_i-a_i^\top x^\star",
        (_SMOOTH, _LINEAR, _BEST),
        (
            Step("Slackness: KKT-49 gives limits that are not touched the price 0.",
                 r"\pi_i\,(b_i-a_i^\top x^\star)=0\ \Rightarrow\ \pi_i=0"),
            Step(
                "The plan still meets the tightened limit.",
                r"a_i^\top x^\star\le b_i-\delta\quad\Rightarrow\quad V(b_i-\delta)\ge f(x^\star)",
            ),
            Step(
                "Fewer plans are allowed than before, so nothing better appears.",
                r"V(b_i-\delta)\le V(b_i)=f(x^\star)",
            ),
        ),
        "All limits of the problem that do not bind are moved towards the plan by 20 to 80 % of "
        "their slack at once, and the problem is solved again from the start.",
        _idle,
        f"{BOYD}, section 5.6.2",
    ),
    Statement(
        "KKT-51",
        "apple-plan",
        "The price of a binding limit is the slope of the best objective in that limit.",
        r"\pi_i=\frac{\partial V}{\partial b_i}",
        (_CONCAVE, _LINEAR, _BEST, "The binding rows are linearly independent", _AMOUNT),
        (
            Step(
                "Write the best objective as minus a least value, to use KKT-24. Its derivation "
                "asks of the objective only that the Lagrangian is least at the optimum, which "
                "convexity of $-f$ and KKT-49 give.",
                r"V(b)=-p^\star,\qquad p^\star=\min\{-f:a_i^\top x\le b_i\}",
            ),
            Step(
                "Its slope is minus the multiplier; the minus signs cancel.",
                r"\frac{\partial V}{\partial b_i}=-\frac{\partial p^\star}{\partial b_i}=\mu_i",
            ),
            Step(
                "For an upper limit that is the price. For a lower one, raising $b$ tightens it, "
                "which is a step of $-1$ in KKT-24.",
                r"\pi_i=\mu_i\ \text{(at most)},\qquad\pi_i=-\mu_i\ \text{(at least)}",
            ),
        ),
        "Every binding limit is moved up and down by 0.02 to 0.04 % and the whole problem solved "
        "again.",
        _priced_limits,
        f"{BOYD}, section 5.6.3",
    ),
    Statement(
        "KKT-52",
        "apple-plan",
        "A large change of a limit never brings more than its price promises.",
        r"V(b_i+u)\le V(b_i)+\pi_i\,u\qquad\text{for every }u,\text{ up or down}",
        (_CONCAVE, _LINEAR, _BEST, _AMOUNT),
        (
            Step(
                "KKT-23 for the least value of $-f$, with the multiplier of this limit.",
                r"p^\star(u)\ge p^\star(0)-\mu_iu",
            ),
            Step(
                "Turn the sign of both sides.",
                r"-p^\star(u)\le-p^\star(0)+\mu_iu,\qquad V(b_i+u)\le V(b_i)+\mu_iu",
            ),
            Step(
                "With the sign of KKT-51 this holds for both kinds of limits. The value bends "
                "below its tangent: prices fade as a limit is loosened, and grow as it is "
                "tightened.",
                r"V(b_i+u)\le V(b_i)+\pi_iu",
            ),
        ),
        "Every binding limit is moved by 1 to 3 %, up or down at random, and the problem solved "
        "again.",
        _far,
        f"{BOYD}, section 5.6.2",
    ),
)  # fmt: skip
