"""The answer first: the estimate with its interval, the decision, and what qualifies it."""

from __future__ import annotations

import streamlit as st

from core.cardiosense import DECISIONS, Risk
from core.viz import interval_bar
from core.viz.text import percent, percent_range
from pages._shared import charts, results

FAMILIES = {"logistic": "Logistic regression", "xgboost": "XGBoost"}


def show(risk: Risk) -> None:
    """Show one patient's estimate."""
    with st.container(border=True):
        number, picture = st.columns([1, 2], vertical_alignment="center")
        with number:
            status, words = DECISIONS[risk.decision]
            st.metric("Coronary narrowing, now", percent(risk.p))
            st.markdown(f"{percent(risk.level)} interval {percent_range(risk.low, risk.high)}")
            results.badge(status, words)
        with picture:
            family = risk.challenger.split("-")[0]
            charts.show(
                interval_bar(
                    risk.p,
                    risk.low,
                    risk.high,
                    level=risk.level,
                    zone=risk.zone,
                    second=(FAMILIES[family], risk.challenger_p),
                    quantity="Estimated probability of narrowing",
                ),
                key="cardio.answer",
            )
        st.markdown(
            f"Of 100 patients like this, the model expects about "
            f"{percent_range(risk.low, risk.high).removesuffix(' %')} to have a narrowing now. "
            f"Strongest reasons: {'; '.join(risk.reasons)}."
        )
    results.notes([a.text for a in risk.alerts if a.level == "critical"], "critical")
    with st.container():
        results.notes([a.text for a in risk.alerts if a.level == "attention"], "attention")
        results.notes(risk.flags, "unknown")
    results.provenance({"Model": risk.model, "input": risk.input_hash[:12], "n": "303 patients"})
