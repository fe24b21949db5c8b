"""The controls of the stress lab: fault, severity, where it strikes, and in which rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.breast_cancer import FAULTS, FEATURES, Fault, StressSource
from core.viz.text import number

KEY = "bc.stress"
SOURCES: Mapping[StressSource, str] = {
    "held-out": "Real",
    "smoothed": "Invented",
    "copula": "Invented, copula",
}
MOST: Mapping[StressSource, int] = {"held-out": 569, "smoothed": 5000, "copula": 5000}
FEWEST, USUAL = 25, 569
UNITS = {
    "factor": "factor",
    "sd": "standard deviations",
    "share": "share",
    "columns": "columns",
    "cells": "values in each row",
    "measurements": "measurements",
    "pairs": "pairs of columns",
}
FACTORS = (0.001, 0.01, 1 / 25.4, 0.1, 1 / 2.54, 0.5, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0, 2.54, 10.0,
           25.4, 100.0, 1000.0)  # fmt: skip


def _edited() -> None:
    """Leave the example: the form no longer asks what it asked."""
    st.session_state[f"{KEY}.preset"] = None
    st.query_params.pop("preset", None)


def _widget(name: str, default: object) -> dict[str, Any]:
    """Return what the widgets share; an example sets their values before they are drawn."""
    key = f"{KEY}.{name}"
    st.session_state.setdefault(key, default)
    return {"key": key, "on_change": _edited, "persist_state": "session"}


def fault() -> str:
    """Ask for the fault."""
    names = list(FAULTS)
    chosen: str = st.selectbox(
        "Fault",
        names,
        format_func=lambda key: FAULTS[key].label,
        **_widget("fault", names[0]),
    )
    return chosen


def severity(planned: Fault) -> float:
    """Ask how badly."""
    if planned.low == planned.high:
        st.caption("This fault has no degrees.")
        return planned.default
    label, low, high = f"Severity: {UNITS[planned.unit]}", planned.low, planned.high
    counted = planned.n_columns is None
    default = int(planned.default) if counted else float(planned.default)
    common = _widget(f"severity.{planned.key}", default)
    if planned.unit == "factor":
        factor: float = st.select_slider(label, FACTORS, format_func=_factor, **common)
        return factor
    if counted:
        count: int = st.slider(label, int(low), int(high), step=1, **common)
        return count
    step = 0.05 if high - low > 1 else 0.01
    shown = "percent" if planned.unit == "share" else "%g"
    degree: float = st.slider(label, float(low), float(high), step=step, format=shown, **common)
    return degree


def _factor(value: float) -> str:
    return f"x {number(value, 2)}" if value > 1 else f"/ {number(1 / value, 2)}"


def where(planned: Fault) -> tuple[float, str]:
    """Ask for the share of the rows, and for the column where there is one."""
    if planned.kind == "population":
        st.caption("No value is wrong here: other patients come.")
        return 1.0, ""
    left, right = st.columns(2)
    with left:
        share: float = st.slider(
            "Share of the rows that is spoilt",
            0.05,
            1.0,
            step=0.05,
            format="percent",
            **_widget("share", 1.0),
        )
    if planned.n_columns != 1:
        return share, ""
    with right:
        column: str = st.selectbox(
            "Column",
            ["", *FEATURES.names],
            format_func=lambda name: FEATURES[name].label if name else "drawn by chance",
            **_widget("column", ""),
        )
    return share, column


def rows() -> tuple[StressSource, int, int]:
    """Ask for the rows: where they come from, how many, and the seed."""
    left, middle, right = st.columns([2, 1, 1])
    with left:
        source = st.segmented_control(
            "Rows",
            list(SOURCES),
            default="held-out",
            required=True,
            format_func=SOURCES.__getitem__,
            key=f"{KEY}.source",
            help="Real cases, held out from the model that judges them; or invented ones, by a "
            "smoothed bootstrap or a Gaussian copula.",
        )
    with middle:
        most = MOST[source]
        n = st.number_input("How many", FEWEST, most, USUAL, 10, key=f"{KEY}.n.{most}")
    with right:
        seed = st.number_input("Seed", 0, 9999, 0, key=f"{KEY}.seed")
    return source, n, seed
