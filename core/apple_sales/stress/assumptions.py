"""What the plan is worth when its elasticities are wrong: tornado, regret, and a robust plan."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.problem import Problem
from core.apple_sales.planning.solving import no_plan, planned, refused, require_concave
from core.apple_sales.stress.scenarios import centre, drawn, ranges, with_elasticities
from core.optimize.averaged import Averaged, best_mean
from core.optimize.polytope import ALLOWANCE, Floats
from core.plain import plain

DRAWS = 1_000
QUANTILES = (0.05, 0.5, 0.95)


@dataclasses.dataclass(frozen=True, slots=True)
class Swing:
    """One product's elasticity moved to an end of its range.

    Attributes
    ----------
    product : str
        The product.
    end : {"more elastic", "less elastic"}
        Which end.
    elasticity : float
        Elasticity there.
    kept : float
        Objective of the present plan if that elasticity is the truth.
    replanned : float
        Best objective under that truth.
    """

    product: str
    end: str
    elasticity: float
    kept: float
    replanned: float

    @property
    def regret(self) -> float:
        """What holding on to the plan costs."""
        return self.replanned - self.kept


@dataclasses.dataclass(frozen=True, slots=True)
class Tornado:
    """How far each assumption moves the outcome.

    Attributes
    ----------
    objective : float
        Best objective under the problem's own elasticities.
    swings : tuple of Swing
        Two a product, the product that moves the outcome most first.
    money : str
        Unit of money.
    """

    objective: float
    swings: tuple[Swing, ...]
    money: str

    def to_dict(self) -> dict[str, Any]:
        """Return the tornado as strict JSON."""
        swings = [{**plain(swing), "regret": swing.regret} for swing in self.swings]
        return {"objective": self.objective, "swings": swings, "money": self.money}


def tornado(problem: Problem) -> Tornado:
    """Move each product's elasticity to either end of its range, and plan again.

    Parameters
    ----------
    problem : Problem
        Concave, with elasticities.

    Raises
    ------
    InputError
        If the problem has S-curves, no elasticities, or limits that no plan meets.
    """
    own, x = planned(problem)
    found = []
    for product, limits in ranges(problem).items():
        for end, elasticity in zip(("more elastic", "less elastic"), limits, strict=True):
            other, best = planned(with_elasticities(problem, {product: elasticity}))
            swing = Swing(product, end, elasticity, other.value(x), other.value(best))
            found.append(swing)
    span: dict[str, float] = {}
    for swing in found:
        span[swing.product] = max(span.get(swing.product, 0.0), abs(swing.kept - own.value(x)))
    found.sort(key=lambda swing: -span[swing.product])
    return Tornado(own.value(x), tuple(found), problem.money)


@dataclasses.dataclass(frozen=True, slots=True)
class Regret:
    """Plans made under one assumption, valued under another.

    Attributes
    ----------
    truths : tuple of str
        What may be true; the columns.
    plans : tuple of str
        Which plan is carried out; the rows. Today's amounts come last where they are allowed.
    loss : tuple of tuple of float
        Best objective under the truth less that of the plan, in money; never negative but for
        rounding.
    money : str
        Unit of money.
    """

    truths: tuple[str, ...]
    plans: tuple[str, ...]
    loss: tuple[tuple[float, ...], ...]
    money: str

    @property
    def worst(self) -> tuple[float, ...]:
        """Largest loss of each plan."""
        return tuple(max(row) for row in self.loss)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as strict JSON."""
        return {**plain(self), "worst": list(self.worst)}


def regret(problem: Problem, *, draws: int = DRAWS, seed: int = 0) -> Regret:
    """Value the plan of each assumption under every other.

    Parameters
    ----------
    problem : Problem
        Concave, with elasticities.
    draws, seed : int
        As for :func:`robust`, whose plan is one of the rows.

    Raises
    ------
    InputError
        As for :func:`tornado`.
    """
    limits = ranges(problem)
    truths = {
        "as declared": centre(problem),
        "all more elastic": {name: low for name, (low, _) in limits.items()},
        "all less elastic": {name: high for name, (_, high) in limits.items()},
    }
    for product in limits if len(limits) > 1 else ():
        others = {name: low for name, (low, _) in limits.items() if name != product}
        truths[f"only {product} less elastic"] = {**others, product: limits[product][1]}
    solved = {name: planned(with_elasticities(problem, truth)) for name, truth in truths.items()}
    plans = {f"Plan if {name}": x for name, (_, x) in solved.items()}
    plans["Robust plan"] = _robust(problem, draws, seed)[1]
    now = np.array([cell.now for cell in problem.cells])
    if solved["as declared"][0].polytope.violation(now) <= ALLOWANCE:
        plans["Today's amounts"] = now
    loss = tuple(
        tuple(programme.value(best) - programme.value(x) for programme, best in solved.values())
        for x in plans.values()
    )
    return Regret(tuple(truths), tuple(plans), loss, problem.money)


@dataclasses.dataclass(frozen=True, slots=True)
class Spread:
    """Outcomes of one plan over the draws.

    Attributes
    ----------
    plan : str
        Which plan.
    mean : float
        Mean objective.
    low, median, high : float
        Quantiles 5 %, 50 % and 95 %.
    beats_now : float or None
        Share of draws in which it earns more than today's amounts; ``None`` for these.
    """

    plan: str
    mean: float
    low: float
    median: float
    high: float
    beats_now: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Robust:
    """The plan that is best on average over elasticities drawn from their ranges.

    Attributes
    ----------
    x : dict of str to float
        Its amounts.
    gap : float
        Relative Frank-Wolfe gap of the mean objective: certifies the plan for these draws.
    spreads : tuple of Spread
        The robust plan, the plan of the declared elasticities, today's amounts.
    draws, seed : int
        How many draws, and from which seed.
    ranges : dict of str to (float, float)
        What each elasticity was drawn from, uniformly and independently.
    outcomes : dict of str to tuple of float
        Objective of each plan in each draw.
    money : str
        Unit of money.
    """

    x: dict[str, float]
    gap: float
    spreads: tuple[Spread, ...]
    draws: int
    seed: int
    ranges: dict[str, tuple[float, float]]
    outcomes: dict[str, tuple[float, ...]]
    money: str

    def to_dict(self) -> dict[str, Any]:
        """Return the robust plan as strict JSON, without the single draws."""
        result = plain(self)
        del result["outcomes"]
        return dict(result)


def robust(problem: Problem, *, draws: int = DRAWS, seed: int = 0) -> Robust:
    """Return the plan with the best mean over drawn elasticities, beside the declared plan.

    Parameters
    ----------
    problem : Problem
        Concave, with elasticities.
    draws : int, default 1000
        Number of draws, 10 to 5,000.
    seed : int, default 0
        Seed of the draws.

    Raises
    ------
    InputError
        As for :func:`tornado`, or if ``draws`` is out of its range.
    """
    averaged, x, gap = _robust(problem, draws, seed)
    now = np.array([cell.now for cell in problem.cells])
    plans = {"Robust plan": x, "Declared plan": planned(problem)[1], "Today's amounts": now}
    outcomes = {name: averaged.values(amounts) for name, amounts in plans.items()}
    today = outcomes["Today's amounts"]
    spreads = tuple(
        Spread(
            name,
            float(values.mean()),
            *_quantiles(values),
            None if values is today else float((values > today).mean()),
        )
        for name, values in outcomes.items()
    )
    names = [cell.name for cell in problem.cells]
    return Robust(
        dict(zip(names, map(float, x), strict=True)),
        gap,
        spreads,
        draws,
        seed,
        ranges(problem),
        {name: tuple(map(float, values)) for name, values in outcomes.items()},
        problem.money,
    )


def _robust(problem: Problem, draws: int, seed: int) -> tuple[Averaged, Floats, float]:
    if not 10 <= draws <= 5_000:
        raise refused("draws", f"{draws}", "is not a number of draws.", "Give 10 to 5,000.")
    require_concave(problem)
    averaged = Averaged(compiled(problem).programme, drawn(problem, draws, seed)[1])
    x, gap = best_mean(averaged)
    if x is None or gap is None:
        raise no_plan()
    return averaged, x, gap.relative


def _quantiles(values: Floats) -> tuple[float, float, float]:
    low, median, high = np.quantile(values, QUANTILES)
    return float(low), float(median), float(high)
