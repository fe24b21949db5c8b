"""Plan: the mix that earns most under the limits, with the proof."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import plan
from core.errors import SuiteError
from pages._apple_sales import (
    frame,
    limits_table,
    plan_answer,
    plan_none,
    plan_tables,
    plan_take,
    problem_form,
)
from pages._apple_sales.kept import kept
from pages._shared import header, results


def body() -> None:
    asked = problem_form.ask()
    problem = None if asked is None else limits_table.ask(asked)
    if problem is None:
        return
    try:
        found = kept("plan", problem, plan)
    except SuiteError as error:
        results.refusal(error, "No plan")
        return
    if found.x is None:
        plan_none.show(found)
    else:
        plan_answer.show(found)
        st.subheader("What changes", anchor=False)
        plan_tables.changes(problem, found)
        st.subheader("What the limits are worth", anchor=False)
        plan_tables.prices(found)
        st.subheader("Other ways to choose", anchor=False)
        plan_tables.rivals(found)
    plan_tables.notes(found)
    plan_take.show(problem, found)


with header.page("apple-sales"):
    body()
    frame.foot()
