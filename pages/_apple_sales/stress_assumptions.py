"""Which assumption moves the outcome, and what a plan costs when the truth is another."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.apple_sales import Problem, Swing, regret, tornado
from core.viz.swings import swings
from core.viz.text import fixed
from pages._apple_sales import problem_calls
from pages._apple_sales.kept import kept
from pages._shared import calls, charts, results, tables


def show(problem: Problem) -> None:
    """Show the tornado and the table of regrets."""
    found = kept("tornado", problem, tornado)
    st.markdown(
        "Each product's elasticity is moved to either end of its range, the others held. The bar "
        "is what **this plan** then earns; the table adds what planning anew would."
    )
    rows: dict[str, dict[str, Swing]] = {one.product: {} for one in found.swings}
    for one in found.swings:
        rows[one.product][one.end] = one
    money = found.money.replace("$", "USD")
    charts.show(
        swings(
            list(rows),
            [pair["more elastic"].kept for pair in rows.values()],
            [pair["less elastic"].kept for pair in rows.values()],
            centre=found.objective,
            ends=("more elastic", "less elastic"),
            x_label=f"Objective of the plan ({money})",
        ),
        "apple.stress.tornado",
    )
    tables.show(
        [
            {
                "Product": one.product,
                "Elasticity": one.elasticity,
                "This plan earns": one.kept,
                "Planned anew": one.replanned,
                "Regret": one.regret,
            }
            for one in found.swings
        ],
        "Objective of the plan and of a new plan at both ends of each elasticity.",
        decimals={"Elasticity": 2, "This plan earns": 2, "Planned anew": 2, "Regret": 3},
    )
    st.subheader("Regret", anchor=False)
    _regret(problem)
    calls.show(problem_calls.call("stress", problem, "tornado"))


def _regret(problem: Problem) -> None:
    found = kept("regret", problem, regret)
    best = min(zip(found.worst, found.plans, strict=True))
    st.markdown(
        f"Rows are plans, columns what may be true; a field is the objective lost against the best "
        f"plan for that truth. Smallest worst case: **{results.escaped(best[1])}**, "
        f"{fixed(best[0], 2)} {found.money.replace('$', 'USD')}."
    )
    heads = [name[0].upper() + name[1:] for name in found.truths]
    table = pd.DataFrame(found.loss, columns=heads)
    table.insert(0, "Plan", list(found.plans))
    table.insert(1, "Worst", found.worst)
    tables.show(
        table,
        f"Loss of {len(found.plans)} plans under {len(found.truths)} truths.",
        decimals={str(name): 2 for name in table.columns[1:]},
    )
