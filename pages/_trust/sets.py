"""Prediction sets: which classes stay possible, and how often the true one does."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from core.trust import Audit
from core.viz import forest
from core.viz.text import fixed, percent
from pages._shared import charts
from pages._trust import words


def show(audit: Audit) -> None:
    """Show one way of building sets: coverage by class, group and size."""
    panel = audit.panel("sets")
    if panel.reason:
        st.info(panel.reason, icon=":material/info:")
        return
    names = [_title(one) for one in panel.methods]
    chosen = st.selectbox("How the sets are made", names, key=f"trust.sets.{names}")
    method = panel.methods[names.index(chosen)]
    st.markdown(
        f"Aim: the true class is in the set for {percent(panel.level)} of new rows. Here it is for "
        f"{words.figure(method.coverage)}, n = {method.coverage.n:,}; sets hold "
        f"{_size(method.average_size)} classes on average. One class: "
        f"{words.figure(method.singletons)}; none: {words.figure(method.empty)}."
    )
    rows = _rows(method)
    if rows:
        charts.show(
            forest(
                rows,
                axis="Share of rows whose true class is in the set",
                reference=panel.level,
                reference_label="aim",
            ),
            key="trust.sets.coverage",
        )
    st.caption(
        f"n = {panel.n:,} rows were halved at random {panel.repeats} times: limits from one half, "
        "figures from the other. Coverage over all rows is near its aim by construction; what is "
        "learned is the coverage by class and group, and how large sets are. It says nothing of "
        "later rows that differ."
    )


def _title(method: Any) -> str:
    score = {"LAC": "Probability of the class", "APS": "Probabilities added up"}[method.score]
    within = {"all rows": "one limit for all", "class": "a limit for each class"}
    return f"{score}, {within.get(method.by, f'a limit for each {method.attribute}')}"


def _rows(method: Any) -> dict[str, Any]:
    found = {f"class {one.name}": one.coverage for one in method.per_class}
    for attribute, strata in method.per_group.items():
        found |= {f"{attribute}: {one.name}": one.coverage for one in strata}
    found |= {f"{one.name} in the set": one.coverage for one in method.per_size}
    return {name: one for name, one in found.items() if math.isfinite(one.estimate)}


def _size(value: float) -> str:
    return "no known number of" if math.isnan(value) else fixed(value, 2)
