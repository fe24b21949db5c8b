"""The rows of the stress test on the map of the cases: why a look at it is not enough."""

from __future__ import annotations

import streamlit as st

from core.breast_cancer import StressReport, stress_map
from core.viz import scatter
from core.viz.text import counted
from pages._breast_cancer.stress_form import Question
from pages._shared import charts, results


def show(question: Question, report: StressReport) -> None:
    """Draw the rows before and after; the same rows that the figures come from."""
    choices = {name: value for name, value in question.choices.items() if name != "threshold"}
    found = stress_map(question.fault, question.severity, **choices)
    after = "Drawn" if report.kind == "population" else "Spoilt"
    groups = {"Measured": found.measured, after: found.planted}
    drawn = {name: places for name, places in groups.items() if len(places[0])}
    if found.incomplete:
        text = f"{counted(found.incomplete, 'row')} with a missing value have no place on the map."
        results.notes((text,), "unknown")
    across, up = (axis.partition(",")[0] for axis in found.axes)
    charts.show(scatter(drawn, x_label=across, y_label=up), key="bc.stress.map")
    st.caption(
        "The two directions in which the training cases vary most (logarithms, standardised). "
        f"{'. '.join(found.axes)}. "
        "Rows whose values do not fit together often lie in the midst of the others here, because "
        "what is wrong with them shows in the directions that a map leaves out."
    )
