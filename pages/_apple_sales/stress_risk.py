"""What safety costs: expected outcome against risk, and what one limit is worth as it moves."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Problem, frontier, value_curve
from core.errors import SuiteError
from core.viz import Line, Mark, lines
from core.viz.text import fixed
from pages._apple_sales import problem_calls
from pages._apple_sales.kept import kept
from pages._shared import calls, charts, results


def show_frontier(problem: Problem) -> None:
    """Show the plans that earn most at each risk."""
    try:
        found = kept("frontier", problem, frontier)
    except SuiteError as error:
        results.refusal(error, "No frontier")
        return
    points = sorted(found.points, key=lambda one: one.risk_sd)
    first, last = points[0], points[-1]
    money = found.money.replace("$", "USD")
    st.markdown(
        f"Lowering the standard deviation from {fixed(last.risk_sd, 1)} to "
        f"{fixed(first.risk_sd, 1)} {money} costs {fixed(last.expected - first.expected, 2)} "
        f"{money} of expected outcome. Each of the {len(points)} plans has its own certificate; "
        f"the largest relative gap is {max(one.gap for one in points):.1g}."
    )
    charts.show(
        lines(
            {"Best plan": Line([p.risk_sd for p in points], [p.expected for p in points])},
            x_label=f"Standard deviation ({money})",
            y_label=f"Expected outcome ({money})",
            marks=[Mark(*found.now, "today")],
        ),
        "apple.stress.frontier",
    )
    calls.show(problem_calls.call("frontier", problem, "frontier"))


def show_limit(problem: Problem) -> None:
    """Show the best objective as one constraint moves."""
    names = [one.name for one in problem.constraints]
    if not names:
        st.info("This problem has no constraints to move.", icon=":material/info:")
        return
    name = st.selectbox("Constraint", names, key="apple.stress.limit")
    found = kept("limit", problem, value_curve, constraint=name)
    known = [
        (limit, value)
        for limit, value in zip(found.limits, found.objectives, strict=True)
        if value is not None
    ]
    missing = len(found.limits) - len(known)
    if not known:
        st.info("No limit within 20 % of it leaves a plan.", icon=":material/info:")
        return
    money = found.money.replace("$", "USD")
    charts.show(
        lines(
            {"Best plan": Line([at for at, _ in known], [value for _, value in known])},
            x_label=f"{name}: {'at most' if found.side == 'high' else 'at least'}",
            y_label=f"Best objective ({money})",
            moments={"as given": found.here},
        ),
        "apple.stress.value",
    )
    flat = "Where the curve is flat, the limit does not bind; its slope is the shadow price."
    none = f" At {missing} of {len(found.limits)} limits no plan exists." if missing else ""
    st.caption(f"{flat}{none}")
    calls.show(problem_calls.call("value", problem, "value_curve", constraint=name))
