"""The question of the stress lab: which fault, how badly, in which rows."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from core.breast_cancer import FAULTS, StressSource
from pages._breast_cancer import operating, stress_inputs
from pages._breast_cancer.stress_inputs import KEY


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the lab; results are kept under it and vanish with it."""

    fault: str
    severity: float
    n: int
    seed: int
    share: float
    source: StressSource
    column: str
    threshold: float

    @property
    def choices(self) -> dict[str, Any]:
        """Everything but fault and severity, as ``stress`` takes it."""
        return {
            "n": self.n,
            "seed": self.seed,
            "share": self.share,
            "columns": (self.column,) if self.column else None,
            "source": self.source,
            "threshold": self.threshold,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """A failure known from practice, as a starting point."""

    title: str
    fault: str
    severity: float
    share: float = 1.0
    column: str = ""


FAILURES = {
    "unit": Failure("Unit error", "unit", 0.1, column="worst_texture"),
    "some": Failure("In one row of five", "unit", 0.1, 0.2, "worst_texture"),
    "shuffle": Failure("Columns out of order", "shuffle", 3),
    "impute": Failure("Gaps filled with the mean", "impute", 3),
    "prevalence": Failure("80 % malignant", "prevalence", 0.8),
}


def ask() -> Question:
    """Ask for everything; an example fills the form."""
    _example()
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            key = stress_inputs.fault()
        planned = FAULTS[key]
        with right:
            severity = stress_inputs.severity(planned)
        st.caption(planned.description)
        share, column = stress_inputs.where(planned)
    with st.expander("Rows, seed and threshold", icon=":material/tune:"):
        source, n, seed = stress_inputs.rows()
        threshold = operating.ask_threshold()
    return Question(key, severity, n, seed, share, source, column, threshold)


def _example() -> None:
    widget = f"{KEY}.preset"
    if widget not in st.session_state:
        asked = st.query_params.get("preset", "")
        st.session_state[widget] = asked if asked in FAILURES else None
        _fill(st.session_state[widget])

    def load() -> None:
        chosen = st.session_state[widget]
        if chosen is None:
            st.query_params.pop("preset", None)
            return
        st.query_params["preset"] = chosen
        _fill(chosen)

    st.segmented_control(
        "Known failures",
        list(FAILURES),
        format_func=lambda key: FAILURES[key].title,
        key=widget,
        on_change=load,
        persist_state="session",
    )


def _fill(chosen: str | None) -> None:
    if chosen is None:
        return
    failure = FAILURES[chosen]
    st.session_state[f"{KEY}.fault"] = failure.fault
    st.session_state[f"{KEY}.severity.{failure.fault}"] = failure.severity
    st.session_state[f"{KEY}.share"] = failure.share
    st.session_state[f"{KEY}.column"] = failure.column
