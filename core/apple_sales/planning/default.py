"""The default planning problem: five categories in five segments, on the figures of FY2025."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from core.apple_sales.input.response import isoelastic
from core.apple_sales.planning.priors import break_even, chosen, margin
from core.apple_sales.planning.problem import Cell, Constraint, Problem
from core.apple_sales.reported.cells import CellEstimate, cell_estimate
from core.apple_sales.reported.data import CATEGORIES, SEGMENTS
from core.apple_sales.reported.growth_risk import GrowthRisk, growth_risk
from core.errors import InputError
from core.errors import Problem as Finding
from core.viz.text import listed, number, percent

Goal = Literal["gross profit", "revenue"]
GOALS: tuple[Goal, ...] = ("gross profit", "revenue")

YEAR = 2025
REACH = 0.2
"""Declared: how far a cell may move from its present amount, as a share of it."""

SUPPLY = 1.05
SERVICES_CEILING = 1.10
IPHONE_FLOOR = 0.95
CHINA_SHARE = (0.12, 0.20)
ASIA_SHARE = 0.085
AVERSION = 0.001
"""Declared price of variance: small, but not nothing."""

MOST_SUPPLY, MOST_AVERSION = 100.0, 1e6
"""Beyond these, figures lose the digits that a plan is decided by."""


def default_problem(
    *,
    goal: Goal = "gross profit",
    tilt: float = 1.0,
    elasticities: Mapping[str, float] | None = None,
    supply: float = SUPPLY,
    aversion: float = AVERSION,
) -> Problem:
    """Return the planning problem on the reported figures of FY2025.

    The amount of a cell is its volume at prices of FY2025, in $ billion: today it equals the
    cell's estimated revenue. Demand is isoelastic: volume x brings in ``now (x / now)^t`` with
    ``t = 1 - 1/|elasticity|``. That is the power curve without a shift, which would make demand at
    today's volume less elastic than declared; the limits keep every volume above 0.

    Parameters
    ----------
    goal : {"gross profit", "revenue"}
        What is maximised; for revenue, volume costs nothing.
    tilt : float, default 1.0
        Tilt of iPhone towards Greater China; see :func:`core.apple_sales.cell_estimate`.
    elasticities : mapping of str to float, optional
        Price elasticities by category, below -1; by default the declared ones.
    supply : float, default 1.05
        Most hardware volume, as a multiple of today's.
    aversion : float, default 0.001
        Price of variance, not negative.

    Raises
    ------
    InputError
        If a value is out of its range.
    """
    _check(goal, supply, aversion)
    slopes = chosen(elasticities)
    estimate, risk = cell_estimate(YEAR, tilt), growth_risk()
    cells = tuple(
        _cell(category, segment, estimate, slopes[category], risk, goal)
        for category in CATEGORIES
        for segment in SEGMENTS
    )
    return Problem(
        title=f"Apple's mix of FY{YEAR} for {goal}",
        money="$ billion",
        amount=f"$ billion at FY{YEAR} prices",
        cells=cells,
        constraints=_constraints(cells, supply),
        aversion=float(aversion),
        notes=_notes(goal, tilt, slopes, risk, supply),
    )


def _cell(
    category: str,
    segment: str,
    estimate: CellEstimate,
    elasticity: float,
    risk: GrowthRisk,
    goal: Goal,
) -> Cell:
    now = float(estimate.values[segment].loc[category]) / 1000
    return Cell(
        name=f"{category} | {segment}",
        product=category,
        region=segment,
        now=now,
        low=(1 - REACH) * now,
        high=(1 + REACH) * now,
        response=isoelastic(now, now, elasticity, shift=0.0),
        cost=0.0 if goal == "revenue" else 1 - margin(category, YEAR),
        own_risk=float(risk.own[category]),
        exposure={str(k): float(v) for k, v in risk.loadings.loc[segment].items() if v},
    )


def _constraints(cells: Sequence[Cell], supply: float) -> tuple[Constraint, ...]:
    hardware = [c for c in cells if c.product != "Services"]
    services = [c for c in cells if c.product == "Services"]
    iphone = [c for c in cells if c.product == "iPhone"]
    americas = [c for c in cells if c.region == "Americas"]
    china = [c for c in cells if c.region == "Greater China"]
    asia = [c for c in cells if c.region == "Rest of Asia Pacific"]
    return (
        _amount("Hardware supply", hardware, high=supply),
        _amount("Services volume", services, high=SERVICES_CEILING),
        _amount("iPhone volume", iphone, low=IPHONE_FLOOR),
        _amount("Americas volume", americas, low=1.0),
        Constraint("Greater China share", "share", _ones(china), *CHINA_SHARE),
        Constraint("Rest of Asia Pacific share", "share", _ones(asia), None, ASIA_SHARE),
    )


def _ones(cells: Sequence[Cell]) -> dict[str, float]:
    return {cell.name: 1.0 for cell in cells}


def _amount(
    name: str, cells: Sequence[Cell], *, low: float | None = None, high: float | None = None
) -> Constraint:
    """Limit the volume of some cells by multiples of today's."""
    now = sum(cell.now for cell in cells)
    limits = [None if factor is None else factor * now for factor in (low, high)]
    return Constraint(name, "amount", _ones(cells), *limits)


def _notes(
    goal: Goal, tilt: float, slopes: Mapping[str, float], risk: GrowthRisk, supply: float
) -> tuple[str, ...]:
    declared = listed([f"{name} {number(slopes[name], 2)}" for name in CATEGORIES])
    margins = f"products {number(100 * margin('iPhone', YEAR), 1)} %, services "
    margins += f"{number(100 * margin('Services', YEAR), 1)} %"
    even = f"products {number(break_even('iPhone', YEAR))}, services "
    even += f"{number(break_even('Services', YEAR))}"
    return (
        "Amounts are volumes at prices of FY2025; Apple has published no units since FY2018.",
        f"Revenue of a category in a segment is an estimate from the reported sums (tilt of iPhone "
        f"towards Greater China {number(tilt)}); Apple does not publish it.",
        f"Price elasticities are declared, not estimated ({declared}): see Inference for why these "
        "figures cannot teach them.",
        f"Today's volume is already best for gross profit at the elasticities {even} (one over the "
        "gross margin, Lerner's rule).",
        f"The cost of a unit is one less the reported gross margin of FY2025 ({margins}); Apple "
        "reports one margin for all products."
        if goal == "gross profit"
        else "Volume costs nothing here, because revenue is the goal.",
        f"Declared limits: each cell may move by {percent(REACH)}; hardware up to "
        f"{percent(supply)} of today, services up to {percent(SERVICES_CEILING)}, iPhone at least "
        f"{percent(IPHONE_FLOOR)}, the Americas at least today; Greater China "
        f"{percent(CHINA_SHARE[0])} to {percent(CHINA_SHARE[1])} of all volume, the rest of Asia "
        f"Pacific at most {number(100 * ASIA_SHARE, 1)} %.",
        f"Risk: common shocks are the covariance of the five segments' growth (n = "
        f"{risk.n_segments} years, FY2016 to FY2025); a cell's own shock has the scatter of its "
        f"category's growth beyond the company's (n = {risk.n_categories}, never across the break "
        "of FY2018) and is taken as independent between cells. Ten years are few.",
        "A plan here shows what follows from these assumptions; it is no forecast.",
    )


def _check(goal: str, supply: float, aversion: float) -> None:
    findings = []
    if goal not in GOALS:
        findings.append(
            Finding("goal", goal, "unknown-code", f"{goal} is not known.", f"Use {GOALS[0]} or "
                    f"{GOALS[1]}.")
        )  # fmt: skip
    if not 0 < supply <= MOST_SUPPLY:
        findings.append(
            Finding("supply", f"{supply}", "range", f"{supply} is not a positive multiple of "
                    "today's volume.", f"Give a number such as 1.05, at most {MOST_SUPPLY:g}.")
        )  # fmt: skip
    if not 0 <= aversion <= MOST_AVERSION:
        findings.append(
            Finding("aversion", f"{aversion}", "range", f"{aversion} is not a price of variance.",
                    f"Give 0 or a positive number, at most {MOST_AVERSION:g}.")
        )  # fmt: skip
    if findings:
        raise InputError.from_problems(tuple(findings))
