"""The plan: what is best, by how much, how that is known, and what the limits are worth."""

from __future__ import annotations

import functools
from collections.abc import Callable

from core.apple_sales.asking.limits import PAGE, impossible, source_of
from core.apple_sales.asking.quote import COMPUTED, part
from core.apple_sales.asking.read import Asked, normalised
from core.apple_sales.asking.result import Quoted, Said
from core.apple_sales.planning.default import default_problem
from core.apple_sales.planning.plan import plan
from core.apple_sales.planning.plan_result import Plan
from core.apple_sales.planning.problem import Cell, Problem
from core.apple_sales.stress.assumptions import Robust, robust
from core.errors import InputError
from core.viz.text import counted, fixed, listed, number, signed

_FEW = 4

Planner = Callable[[Asked, Problem, Plan], Said]


@functools.lru_cache(maxsize=1)
def _default() -> tuple[Problem, Plan]:
    problem = default_problem()
    return problem, plan(problem)


@functools.lru_cache(maxsize=1)
def _default_robust() -> Robust:
    return robust(_default()[0])


def answer(asked: Asked, problem: Problem | None, speak: Planner) -> Said:
    """Answer a question about the plan of a problem, by default that of Apple's mix."""
    try:
        own, made = _default() if problem is None else (problem, plan(problem))
    except InputError as error:
        return Said(f"The problem has no plan: {error.message}", page=PAGE)
    if made.x is None and speak is not impossible:
        return impossible(asked, own, made)
    return speak(asked, own, made)


def optimal(asked: Asked, problem: Problem, made: Plan) -> Said:
    """Answer what the best amounts are."""
    named = _named(asked, problem)
    if named:
        return _amounts(named, problem, made)
    value, now = made.objective or 0.0, made.now.objective
    moves = listed([_move(name, before, after) for name, before, after in _products(problem, made)])
    return Said(
        f'The best plan of "{made.title}" is worth {fixed(value, 2)} {made.money} against '
        f"{fixed(now, 2)} today ({_percent(value, now)}). Volumes by product: {moves}. "
        f"{made.reason} It follows from declared elasticities and limits and is no forecast.",
        f"{fixed(value, 2)} {made.money}",
        "maximise sum of weight x response - cost x amount - (price of risk / 2) x variance, "
        "within the limits",
        (_objective(made), _today(made), *_cells(problem, made)[:_FEW]),
        PAGE,
    )


def _products(problem: Problem, made: Plan) -> list[tuple[str, float, float]]:
    sums: dict[str, tuple[float, float]] = {}
    for cell in problem.cells:
        before, after = sums.get(cell.product, (0.0, 0.0))
        sums[cell.product] = (before + cell.now, after + (made.x or {})[cell.name])
    moved = [(name, before, after) for name, (before, after) in sums.items()]
    return sorted(moved, key=lambda one: -abs(one[2] - one[1]))[: _FEW + 1]


def _move(name: str, before: float, after: float) -> str:
    return f"{name} {fixed(before, 1)} to {fixed(after, 1)} ({_percent(after, before)})"


def _percent(after: float, before: float) -> str:
    return "no share" if before == 0 else f"{signed(100 * (after / before - 1), 2)} %"


def _cells(problem: Problem, made: Plan) -> tuple[Quoted, ...]:
    """Return the planned amounts, those that move most first."""
    x = made.x or {}
    ordered = sorted(problem.cells, key=lambda cell: -abs(x[cell.name] - cell.now))
    return tuple(
        Quoted(f"{cell.name}, planned (today {number(cell.now)})", x[cell.name], problem.amount,
               source_of(made), COMPUTED)
        for cell in ordered
    )  # fmt: skip


def _objective(made: Plan) -> Quoted:
    value = made.objective or 0.0
    return Quoted("Objective of the plan", value, made.money, source_of(made), COMPUTED)


def _today(made: Plan) -> Quoted:
    return Quoted("Objective of today's amounts", made.now.objective, made.money, source_of(made),
                  COMPUTED)  # fmt: skip


def _named(asked: Asked, problem: Problem) -> tuple[str, ...]:
    """Return the products and regions of a question: those of the figures, or of the problem."""
    own = dict.fromkeys(name for cell in problem.cells for name in (cell.product, cell.region))
    text = f" {asked.text} "
    heard = [name for name in own if name and f" {normalised(name)} " in text]
    return tuple(dict.fromkeys((*asked.names, *heard)))


def _amounts(names: tuple[str, ...], problem: Problem, made: Plan) -> Said:
    """Answer what the plan gives to the products or regions named."""
    products = {cell.product for cell in problem.cells} & set(names)
    regions = {cell.region for cell in problem.cells} & set(names)
    named = " in ".join(listed(sorted(kind)) for kind in (products, regions) if kind)

    def meant(cell: Cell) -> bool:
        return (not products or cell.product in products) and (
            not regions or cell.region in regions
        )

    chosen = [cell for cell in problem.cells if meant(cell)] if products or regions else []
    if not chosen:
        return Said(f'No cell of "{made.title}" belongs to {listed(list(names))}.', page=PAGE)
    x = made.x or {}
    before, after = sum(cell.now for cell in chosen), sum(x[cell.name] for cell in chosen)
    cells = [one for one in _cells(problem, made)
             if one.name.split(", planned")[0] in {cell.name for cell in chosen}]  # fmt: skip
    return Said(
        f"The plan gives {named} {fixed(after, 2)} {made.amount}, today it is {fixed(before, 2)} "
        f"({_percent(after, before)}; {counted(len(chosen), 'cell')}). It follows from declared "
        "elasticities and limits and is no forecast.",
        f"{fixed(after, 2)} {made.amount}",
        "sum of the planned amounts of the cells named",
        tuple(cells),
        PAGE,
    )


def gain(asked: Asked, problem: Problem, made: Plan) -> Said:
    """Answer how much better than today's amounts the plan is."""
    value, now = made.objective or 0.0, made.now.objective
    within = "" if made.now.feasible else " Today's amounts are not within the limits."
    rivals = [
        f"{one.name.lower()} {fixed(one.difference, 2)}"
        for one in made.comparison[1:]
        if one.difference is not None
    ]
    others = f" Less than the plan by: {listed(rivals)} {made.money}." if rivals else ""
    return Said(
        f"The plan is worth {fixed(value, 2)} {made.money}, today's amounts "
        f"{fixed(now, 2)}: {signed(value - now, 2)} {made.money} ({_percent(value, now)})."
        f"{within}{others} This holds under the declared elasticities.",
        f"{signed(value - now, 2)} {made.money} ({_percent(value, now)})",
        "gain = objective of the plan - objective of today's amounts, same curves and limits",
        (_objective(made), _today(made)),
        PAGE,
    )


def sure(asked: Asked, problem: Problem, made: Plan) -> Said:
    """Answer how far the plan depends on the declared elasticities."""
    try:
        found = _default_robust() if problem is _default()[0] else robust(problem)
    except InputError as error:
        return Said(
            f"This cannot be asked of this problem. {error.message}", page="apple-sales-stress"
        )
    parts = [
        f"{one.plan.lower()} {fixed(one.mean, 2)} ({fixed(one.low, 2)} to {fixed(one.high, 2)}"
        + ("" if one.beats_now is None else f"; beats today in {part(one.beats_now)} of draws")
        + ")"
        for one in found.spreads
    ]
    source = f"core.apple_sales.robust, {found.draws} draws, seed {found.seed}"
    beats = found.spreads[0].beats_now
    return Said(
        f"Elasticities are assumptions, so {found.draws:,} were drawn from their declared ranges. "
        f"Mean outcome in {found.money} and its 5 to 95 % range: {listed(parts)}. The robust plan "
        f"is best on average over these draws to a relative gap of {found.gap:.1g}.",
        "" if beats is None else f"beats today in {part(beats)} of {found.draws:,} draws",
        "robust plan = the amounts with the largest mean objective over the draws",
        tuple(Quoted(f"{one.plan}, mean", one.mean, found.money, source, COMPUTED)
              for one in found.spreads),
        "apple-sales-stress",
    )  # fmt: skip


def risk(asked: Asked, problem: Problem, made: Plan) -> Said:
    """Answer how far the outcome of the plan may scatter."""
    sd, expected = made.risk_sd or 0.0, made.expected or 0.0
    source = source_of(made)
    return Said(
        f"The outcome of the plan is {fixed(expected, 2)} {made.money} with a standard deviation "
        f"of {fixed(sd, 2)}, from the scatter of reported growth (ten years are few); the price of "
        f"variance is {number(problem.aversion, 6)}, declared.",
        f"± {fixed(sd, 2)} {made.money} (1 standard deviation)",
        "variance = |B'x|² + sum of own risk² x²",
        (
            Quoted("Standard deviation of the outcome", sd, made.money, source, COMPUTED),
            Quoted("Expected outcome", expected, made.money, source, COMPUTED),
        ),
        PAGE,
    )
