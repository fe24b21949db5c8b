"""Stress lab: plant a fault, and see what the model, the flags and the lamps make of it."""

from __future__ import annotations

import streamlit as st

from core.breast_cancer import StressReport, stress
from core.errors import SuiteError
from pages._breast_cancer import operating, stress_form, stress_lamps, stress_map, stress_sweep
from pages._breast_cancer import stress as sections
from pages._breast_cancer.stress_form import Question
from pages._breast_cancer.stress_inputs import KEY
from pages._shared import calls, header, results
from pages._shared.call import Call


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
    chosen = calls.record(question.choices)
    threshold = operating.moved(chosen.pop("threshold"))
    python = (
        "from core.breast_cancer import stress\n\n"
        f"report = stress({question.fault!r}, {question.severity!r}"
        f"{calls.arguments(**chosen, threshold=threshold)})\n"
        "print(report.to_dict())"
    )
    asked = {"column" if name == "columns" else name: value for name, value in chosen.items()}
    query = {"severity": question.severity, **asked, "threshold": threshold}
    calls.forms(Call(f"/v1/breast-cancer/stress/{question.fault}", query, python=python))


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
