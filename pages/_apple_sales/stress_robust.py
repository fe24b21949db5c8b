"""One plan for all assumptions: the best on average over elasticities drawn from their ranges."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Problem, robust
from core.viz import histograms
from core.viz.text import fixed, listed, percent
from pages._apple_sales import problem_calls
from pages._apple_sales.kept import kept
from pages._shared import calls, charts, results, tables


def show(problem: Problem) -> None:
    """Show the robust plan beside the declared one and today's amounts."""
    seed = st.number_input("Seed of the draws", 0, 999_999, 0, key="apple.stress.seed", width=200)
    found = kept("robust", problem, robust, seed=int(seed))
    money = found.money.replace("$", "USD")
    by_name = {one.plan: one for one in found.spreads}
    ours, declared = by_name["Robust plan"], by_name["Declared plan"]
    with st.container(border=True):
        results.badge("ok" if found.gap <= 1e-6 else "attention", "Best mean over the draws")
        st.markdown(
            f"The robust plan earns {fixed(ours.mean, 2)} {money} on average, 5 % of the draws "
            f"below {fixed(ours.low, 2)}; the plan of the declared elasticities "
            f"{fixed(declared.mean, 2)} and {fixed(declared.low, 2)}. No other plan has a mean "
            f"over these {found.draws:,} draws that is better by more than {found.gap:.1g} of it."
        )
    charts.show(
        histograms(
            {name: found.outcomes[name] for name in ("Robust plan", "Declared plan")},
            x_label=f"Objective ({money})",
        ),
        "apple.stress.draws",
    )
    tables.show(
        [
            {
                "Plan": one.plan,
                "Mean": one.mean,
                "5 %": one.low,
                "50 %": one.median,
                "95 %": one.high,
                "Draws that beat today": ""
                if one.beats_now is None
                else f"{percent(one.beats_now)} of {found.draws:,}",
            }
            for one in found.spreads
        ],
        f"Objective of three plans over {found.draws:,} draws.",
        decimals={"Mean": 2, "5 %": 2, "50 %": 2, "95 %": 2},
    )
    limits = [f"{name} {low:g} to {high:g}" for name, (low, high) in found.ranges.items()]
    st.caption(
        f"{found.draws:,} draws, seed {found.seed}, uniform and independent: "
        f"{results.escaped(listed(limits))}. Today's amounts earn the same in every draw, because "
        "every curve goes through today's revenue."
    )
    calls.show(problem_calls.call("stress", problem, "robust", seed=int(seed)))
