"""Stress: what the plan is worth when its assumptions are wrong."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.apple_sales import Problem
from core.errors import SuiteError
from pages._apple_sales import (
    frame,
    limits_table,
    problem_form,
    scurve_lab,
    stress_assumptions,
    stress_risk,
    stress_robust,
)
from pages._shared import header, results

VIEWS: dict[str, Callable[[Problem], None]] = {
    "Assumptions": stress_assumptions.show,
    "Robust plan": stress_robust.show,
    "Risk": stress_risk.show_frontier,
    "One limit": stress_risk.show_limit,
    "S-curves": lambda _: scurve_lab.show(),
}


def body() -> None:
    asked = problem_form.ask()
    if asked is None:
        return
    problem = limits_table.edited_before(asked)
    if problem != asked:
        st.caption("With the constraints as edited on the page Plan.")
    tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, draw in zip(tabs, VIEWS.values(), strict=True):
        if not tab.open:
            continue
        with tab:
            try:
                draw(problem)
            except SuiteError as error:
                results.refusal(error, "No answer")


with header.page("apple-sales-stress"):
    body()
    frame.foot()
