"""The threshold in use: what it finds and what it costs, at the prevalence of the reader."""

from __future__ import annotations

import streamlit as st

from core import breast_cancer
from core.breast_cancer import AtThreshold
from core.viz.text import number, percent, percent_range
from pages._shared import results

KEY = "bc.threshold"


def choose() -> float:
    """Let the reader move the threshold; return the one in use."""
    with st.expander(
        "Operating point", icon=":material/tune:", key="bc.operating", on_change="rerun"
    ) as opened:
        threshold, prevalence = ask_threshold(), ask_prevalence()
        if opened.open:
            show(breast_cancer.at_threshold(threshold, prevalence))
    return threshold


def moved(threshold: float) -> float | None:
    """Return a threshold that is not the one the models come with; a call need not name that."""
    return None if threshold == breast_cancer.default_threshold() else threshold


def ask_threshold() -> float:
    """Ask for the threshold; it is the same on every page."""
    chosen: float = st.slider(
        "Call malignant from",
        0.01,
        0.99,
        breast_cancer.default_threshold(),
        0.01,
        format="percent",
        key=KEY,
        help="The models come with the threshold of largest net benefit when one missed "
        "cancer weighs as much as nine unneeded work-ups.",
        persist_state="session",
    )
    return chosen


def ask_prevalence() -> float:
    """Ask for the prevalence where the threshold is used; it is the same on every page."""
    chosen: float = st.slider(
        "Malignant among the cases you see",
        0.01,
        0.90,
        round(breast_cancer.prevalence(), 2),
        0.01,
        format="percent",
        key="bc.prevalence",
        help="The Wisconsin table holds 37 %. Predictive values depend on it.",
        persist_state="session",
    )
    return chosen


def show(found: AtThreshold) -> None:
    """Show what a threshold does, with intervals and in counts."""
    rows = {
        "Sensitivity": found.sensitivity,
        "Specificity": found.specificity,
        "Positive predictive value": found.ppv,
        "Negative predictive value": found.npv,
    }
    for column, (name, share) in zip(st.columns(len(rows)), rows.items(), strict=True):
        column.metric(name, percent(share.estimate))
        column.caption(f"95 % interval {percent_range(share.low, share.high)}, n = {share.n}")
    counts = found.per_100
    st.caption(
        f"Of 100 such patients about {number(counts['found'], 1)} cancers are found, "
        f"{number(counts['missed'], 1)} missed, and {number(counts['false_alarms'], 1)} patients "
        "worked up without need. Nested cross-validation: every case is judged by models that have "
        "not seen it."
    )
    results.provenance(
        {
            "missed": f"{number(found.missed, 1)} of {found.n_malignant} malignant",
            "false alarms": f"{number(found.false_alarms, 1)} of {found.n_benign} benign",
        }
    )
