"""What the plan changes, what its limits are worth, and how other plans compare."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from core.apple_sales import Plan, Problem
from core.viz.grid import change_grid
from core.viz.text import signed
from pages._shared import charts, results, tables

MOST_ROWS = 12
VERIFIED = {
    "yes": "agrees",
    "degenerate": "differs up and down",
    "no": "does not agree",
    "not checked": "not checked",
}


def changes(problem: Problem, plan: Plan) -> None:
    """Show by how much each cell moves, as a grid where it fits and as a table."""
    if plan.x is None:
        return
    rows = pd.DataFrame(
        [
            {
                "Cell": cell.name,
                "Product": cell.product,
                "Region": cell.region,
                "Now": cell.now,
                "Plan": plan.x[cell.name],
                "Change (%)": 100 * (plan.x[cell.name] / cell.now - 1) if cell.now else math.nan,
                "Least": cell.low,
                "Most": cell.high if math.isfinite(cell.high) else None,
            }
            for cell in problem.cells
        ]
    )
    grid = _grid(rows)
    if grid is not None:
        charts.show(
            change_grid(
                grid, quantity="Change of the amounts", unit="%", decimals=0, row="Product"
            ),
            "apple.plan.grid",
        )
        st.caption("Change from today's amount, in percent; each field is a cell of the plan.")
    with st.expander(f"Cells ({len(rows)})", expanded=grid is None, icon=":material/grid_on:"):
        tables.show(
            rows,
            f"Amount of each of {len(rows)} cells today and in the plan, with its limits.",
            decimals={"Now": 3, "Plan": 3, "Change (%)": 1, "Least": 3, "Most": 3},
        )


def _grid(rows: pd.DataFrame) -> pd.DataFrame | None:
    """Return the changes as products by regions, where that is a grid that can be read."""
    square = rows.duplicated(["Product", "Region"]).any()
    if square or rows["Product"].nunique() > MOST_ROWS or rows["Region"].nunique() > MOST_ROWS:
        return None
    if rows["Change (%)"].isna().all():
        return None
    grid = rows.pivot_table("Change (%)", "Product", "Region", sort=False, observed=True)
    return grid.reindex(index=rows["Product"].unique(), columns=rows["Region"].unique())


def prices(plan: Plan) -> None:
    """Show what moving each binding limit by one unit is worth."""
    if not plan.multipliers:
        st.info("No limit binds: the plan would be the same without them.", icon=":material/info:")
        return
    rows = [
        {
            "Limit": one.name,
            "Kind": {"constraint": "constraint", "cell": "own limit of a cell"}[one.kind],
            "Binds": {"low": "at least", "high": "at most", "both": "equal"}[one.side],
            "Value": one.limit,
            "Price": one.price,
            "Solved again, up": one.right,
            "Solved again, down": one.left,
            "Check": VERIFIED[one.verified],
            "Unit of the price": one.unit.replace("$", "USD"),
        }
        for one in plan.multipliers
    ]
    tables.show(
        rows,
        f"Shadow prices of {len(rows)} binding limits, each checked by solving again.",
        column_config={
            name: st.column_config.NumberColumn(format="%.4g")
            for name in ("Value", "Price", "Solved again, up", "Solved again, down")
        },
    )
    st.caption(
        "The price is the change of the best objective when the limit is raised by one unit. Each "
        "is held against the problem solved again with the limit a little higher and a little "
        "lower; where the two differ, the limit is at a kink and has two prices."
    )


def rivals(plan: Plan) -> None:
    """Show other ways to choose the amounts, valued by the same curves."""
    rows = [
        {
            "Way": one.name,
            "Within the limits": "yes" if one.feasible else "no",
            "Objective": one.objective,
            "Against the plan (%)": None
            if one.difference_rel is None
            else 100 * one.difference_rel,
            "Revenue": one.revenue,
            "Cells at a limit": one.at_limit,
            "How": one.how,
        }
        for one in plan.comparison
    ]
    tables.show(
        rows,
        "Other plans beside the optimum: "
        + "; ".join(
            f"{one.name} {signed(100 * one.difference_rel, 2)} %"
            for one in plan.comparison
            if one.difference_rel is not None
        ),
        decimals={"Objective": 2, "Against the plan (%)": 2, "Revenue": 2},
    )


def notes(plan: Plan) -> None:
    """Show what is assumed."""
    with st.expander(f"What is assumed ({len(plan.notes)})", icon=":material/help:"):
        for note in plan.notes:
            st.markdown(f"- {results.escaped(note)}")
