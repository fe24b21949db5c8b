"""Stress lab: plant a fault, and see what the model, the flags and the lamps make of it."""

from __future__ import annotations

import streamlit as st

from core.breast_cancer import StressReport, stress
from core.errors import SuiteError
from pages._breast_cancer import stress as sections
from pages._breast_cancer import stress_form, stress_lamps, stress_map, stress_sweep
from pages._breast_cancer.stress_form import Question
from pages._breast_cancer.stress_inputs import KEY
from pages._shared import header, results


def measured(question: Question) -> StressReport:
    """Plant the fault and measure, once for each question."""
    stored = st.session_state.get(f"{KEY}.report")
    if stored is None or stored[0] != question:
        with st.spinner("Planting the fault"):
            found = stress(question.fault, question.severity, **question.choices)
        stored = (question, found)
        st.session_state[f"{KEY}.report"] = stored
    report: StressReport = stored[1]
    return report


def noticed(_question: Question, report: StressReport) -> None:
    sections.notices(report)


def lamps(_question: Question, report: StressReport) -> None:
    stress_lamps.show(report)


def by_severity(question: Question, _report: StressReport) -> None:
    stress_sweep.show(question)


def code(question: Question, _report: StressReport) -> None:
    chosen = {name: value for name, value in question.choices.items() if value is not None}
    given = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
    st.markdown("The same figures from a program:")
    st.code(
        "from core.breast_cancer import stress\n"
        f'report = stress("{question.fault}", {question.severity:g}, {given})\n'
        "print(report.to_dict())",
        language="python",
        wrap_lines=True,
    )


VIEWS = {
    "Who notices": noticed,
    "The two lamps": lamps,
    "Map": stress_map.show,
    "By severity": by_severity,
    "Code": code,
}


def body() -> None:
    question = stress_form.ask()
    try:
        report = measured(question)
    except SuiteError as error:
        results.refusal(error, "No stress test")
        return
    sections.answer(report)
    # Only the open tab is computed; the address names it.
    views = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, show in zip(views, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                show(question, report)


with header.page("breast-cancer-stress"):
    body()
