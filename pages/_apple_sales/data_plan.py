"""Behind an open gate: the mix with the largest prediction, inside the rows of the table."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import HullPlan, Inspection, SalesTable, best_within
from core.errors import SuiteError
from core.viz.text import counted, number
from pages._apple_sales.data_upload import Chosen
from pages._shared import kept, results, tables

KEY = "apple.data.plan"
MOST_SLIDERS = 6
MOST_ROWS = 10

Ranges = dict[str, tuple[float | None, float | None]]


def show(chosen: Chosen, found: Inspection) -> None:
    """Ask for limits and show the best mix, if the gate is open."""
    if found.gate != "open":
        return
    st.subheader("The best mix inside the data", anchor=False)
    limits, total = _limits(chosen.table, found)
    key = (chosen.key, tuple(sorted(limits.items())), total)

    def make() -> HullPlan | SuiteError:
        try:
            return best_within(chosen.table, found, limits=limits, total=total)
        except SuiteError as error:
            return error

    with st.spinner("Refitting on resampled rows"):
        plan = kept.once(KEY, key, make, public=chosen.example != "")
    if isinstance(plan, SuiteError):
        results.refusal(plan, "No mix meets these limits")
    else:
        _plan(plan, chosen.table)


def _limits(table: SalesTable, found: Inspection) -> tuple[Ranges, float | None]:
    """Ask for the ranges in which the mix may lie; a range as wide as the data is no limit."""
    names = [name for name in table.numeric if name in found.features][:MOST_SLIDERS]
    limits: Ranges = {}
    total: float | None = None
    with st.expander("Limits of the mix", icon=":material/tune:"):
        grid = st.columns(2)
        for place, name in enumerate(names):
            values = table.frame[name]
            low, high = float(values.min()), float(values.max())
            chosen = grid[place % 2].slider(
                results.escaped(name), low, high, (low, high), key=f"{KEY}.{table.name}.{name}"
            )
            if chosen != (low, high):
                limits[name] = (
                    chosen[0] if chosen[0] > low else None,
                    chosen[1] if chosen[1] < high else None,
                )
        if table.kind == "demo":
            total = grid[0].number_input(
                "Most units in all (million)",
                value=None,
                min_value=0.0,
                placeholder="no limit",
                key=f"{KEY}.{table.name}.total",
            )
    return limits, total


def _plan(plan: HullPlan, table: SalesTable) -> None:
    value = plan.predicted
    with st.container(border=True):
        st.metric(results.escaped(f"Predicted {plan.target}"), number(value.estimate))
        st.markdown(
            f"95 % interval {number(value.low)} to {number(value.high)}, for whichever mix is "
            f"chosen; mean of all rows {number(plan.mean)}, n = {plan.n:,}."
        )
        proof = "linear programme with its dual bound"
        if plan.method == "observed rows":
            proof = "every allowed row was compared"
        results.badge("ok", f"No allowed mix is predicted above {number(plan.bound, 4)}")
        st.caption(
            f"Gap between bound and plan: {plan.gap:.1e} ({proof}; {plan.model}). The proof is "
            "about the model; the interval is about the data."
        )
    results.notes(plan.notes, "attention")
    left, right = st.columns(2)
    with left:
        tables.show(_mix(plan, table), alt="The mix beside the mean and the range of the rows.")
    with right:
        tables.show(
            [{"Row": row, "Weight": weight} for row, weight in plan.rows[:MOST_ROWS]],
            alt=f"The mix is a weighted mean of {counted(len(plan.rows), 'row')}.",
            decimals={"Weight": 3},
        )


def _mix(plan: HullPlan, table: SalesTable) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, value in plan.mix.items():
        seen = table.frame.get(name)
        rows.append(
            {
                "Feature": name,
                "Plan": round(value, 3),
                "Mean": None if seen is None else round(float(seen.mean()), 3),
                "Min": None if seen is None else float(seen.min()),
                "Max": None if seen is None else float(seen.max()),
            }
        )
    return rows
