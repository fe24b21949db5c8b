"""S-curve lab: where local searches end, beside an optimum with a proof."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from core.apple_sales import Problem, scurve_basins, scurve_problem
from core.optimize.basins import Basins, Reference
from core.optimize.scurve import SeparableOptimum
from core.viz import histogram
from core.viz.text import counted, fixed, percent_range
from pages._shared import charts, results, tables

KEY = "apple.stress.scurves"
STARTS, SEED = 200, 0
SHOWN, BARS = 6, 24
UNIT = "Response reached, made-up units"
SMALL = 1e-4
LACK = "Below optimum (%)"


def show() -> None:
    """Ask for a steepness and a budget, and show what searches make of them."""
    st.markdown(
        "A curve that starts flat and steepens has an S shape: a little brings nothing. Then a "
        "plan that no small change improves need not be the best plan. Eight **made-up** "
        "campaigns share one budget here; these are not Apple's figures."
    )
    left, right = st.columns(2)
    slope = left.slider("Hill slope of the curves", 1.0, 6.0, 3.0, 0.5, key=f"{KEY}.slope",
                        help="At 1 the curves are concave; above, they start convex.")  # fmt: skip
    budget = right.slider("Budget", 12, 48, 24, 2, key=f"{KEY}.budget",
                          help="Half of every response takes 53.5 together.")  # fmt: skip
    with st.spinner(f"Searching from {STARTS} random plans"):
        problem, found = _searched(slope, float(budget))
    _answer(found, slope)
    _chart(found)
    _ways(found)
    _plans(problem, found)


@st.cache_data(show_spinner=False, max_entries=128)
def _searched(slope: float, budget: float) -> tuple[Problem, Basins]:
    problem = scurve_problem(slope, budget)
    return problem, scurve_basins(problem, STARTS, SEED)


def _answer(found: Basins, slope: float) -> None:
    """Say what is proven, and what one start would have given."""
    best = found.optimum
    missing = max(1, math.ceil(1e6 * best.gap_relative)) / 1e4
    with st.container(border=True):
        results.badge("ok" if best.reached else "attention", "Proven by " + best.method)
        st.markdown(
            f"The plan brings **{fixed(best.value, 3)}**, and no plan brings more than "
            f"{fixed(missing, 4)} % above that. {_once(found, slope)}"
        )
        hits = round(found.found.estimate * found.starts)
        few, many = found.starts_needed_range
        needed = f"{few:,} to {many:,}" if few and many else f"{few:,} or more"
        st.markdown(
            f"Of {found.starts} random starts, {hits} ended within 0.1 % of the optimum (95 % "
            f"interval {percent_range(found.found.low, found.found.high)}). To find it with a "
            f"probability of 99 % takes {needed} starts."
        )


def _once(found: Basins, slope: float) -> str:
    """Return what a search from equal amounts would have given."""
    one = found.equal_split
    if slope == 1:
        return "Concave curves have one best plan, so every search ends there."
    if one.shortfall <= SMALL:
        return "One search from equal amounts finds it here, but cannot know that it did."
    return (
        f"**One search from equal amounts would have stopped at {fixed(one.value, 3)}, "
        f"{fixed(100 * one.shortfall, 1)} % less**, and could not have told."
    )


def _chart(found: Basins) -> None:
    best = found.optimum.value
    low, high = min(found.values.min(), 0.8 * best), max(found.values.max(), best)
    drawn = histogram(
        found.values,
        x_label=UNIT,
        bins=np.linspace(low, high, BARS + 1).tolist(),
        marker=best,
        marker_label="optimum",
    )
    charts.show(drawn, f"{KEY}.ends")
    failed = f" {found.failed} ended outside the limits and are left out." if found.failed else ""
    st.caption(
        f"Where {found.starts} local searches (SLSQP) from random plans ended, seed {found.seed}."
        f"{failed}"
    )


def _ways(found: Basins) -> None:
    """Show the end points that were reached most, and the other ways to plan."""
    frequent = sorted(found.basins, key=lambda one: -one.reached)[:SHOWN]
    named: dict[str, SeparableOptimum | Reference] = {
        "Optimum": found.optimum,
        "Equal split": found.equal_split,
        "Greedy": found.greedy,
    }
    rows: list[dict[str, object]] = [
        {"Plan": name, "Response": one.value, LACK: _lack(one.value, found)}
        for name, one in named.items()
        if one.x is not None
    ]
    rows[0]["Starts"] = round(found.found.estimate * found.starts)
    rows += [
        {"Plan": f"End {i}", "Response": one.value, LACK: _lack(one.value, found),
         "Starts": one.reached}
        for i, one in enumerate(sorted(frequent, key=lambda one: one.shortfall), 1)
    ]  # fmt: skip
    st.markdown(f"**{counted(len(found.basins), 'different end point')}**")
    tables.show(rows, "The optimum, two other ways to plan, and the most frequent end points.",
                decimals={"Response": 3, LACK: 2, "Starts": 0})  # fmt: skip
    rest = len(found.basins) - len(frequent)
    more = f"Ends: the {SHOWN} reached most; {rest} more are not listed. " if rest else ""
    st.caption(
        f"{more}Equal split: the search from equal amounts. Greedy: always the step with the "
        "largest gain for each unit of budget, as Google's Meridian climbs; it is often close, "
        "and never knows how close."
    )


def _plans(problem: Problem, found: Basins) -> None:
    plans = {"Optimum": found.optimum.x, "From equal amounts": found.equal_split.x,
             "Greedy climb": found.greedy.x}  # fmt: skip
    rows = [
        {"Campaign": cell.name, "Most it can bring": cell.response.scale,
         "Half of it at": cell.response.shift}
        | {name: float(x[i]) for name, x in plans.items() if x is not None}
        for i, cell in enumerate(problem.cells)
    ]  # fmt: skip
    with st.expander("The plans, campaign by campaign", icon=":material/table_rows:"):
        tables.show(rows, "Budget of each campaign in three plans.",
                    decimals=dict.fromkeys(list(rows[0])[1:], 2))  # fmt: skip


def _lack(value: float, found: Basins) -> float:
    return float(max(0.0, 100 * (1 - value / found.optimum.value)))
