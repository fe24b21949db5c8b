"""What acting on the model is worth: the operating point and the decision curve."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st

from core.trust import Audit
from core.viz import Line, Mark, lines
from core.viz.text import fixed, listed, percent, percent_range
from pages._shared import charts
from pages._trust import words

ROOM = 1.2


def show(audit: Audit) -> None:
    """Show the operating point, then the decision curve."""
    panel = audit.panel("utility")
    _point(panel)
    if panel.curve is None:
        st.info("A decision curve needs probabilities.", icon=":material/info:")
        return
    _curve(panel)


def _point(panel: Any) -> None:
    point = panel.point
    positives = point.hits + point.misses
    at = "the given calls" if panel.threshold is None else f"a probability of {panel.threshold:g}"
    st.markdown(f"**Acting from {at}**")
    share = positives / panel.n
    prevalence = st.slider(
        "Share of positives where the model is used",
        0.001,
        0.999,
        float(np.clip(round(share, 3), 0.001, 0.999)),
        0.001,
        format="percent",
        key=f"trust.prevalence.{panel.n}.{positives}",
        help="Predictive values depend on it; sensitivity and specificity are taken to stay.",
    )
    ppv, npv = point.at_prevalence(prevalence)
    figures = {
        "Sensitivity": point.sensitivity,
        "Specificity": point.specificity,
        "PPV there": ppv,
        "NPV there": npv,
    }
    for column, (title, one) in zip(st.columns(4), figures.items(), strict=True):
        known = not math.isnan(one.estimate)
        column.metric(title, percent(one.estimate) if known else "not defined")
        limits = f"95 % interval {percent_range(one.low, one.high)}" if known else one.method
        column.caption(f"{limits}, {words.size(one.n)}")
    st.caption(
        f"In the data {percent(share)} are positive ({positives:,} of {panel.n:,}); "
        f"{fixed(panel.alarms_per_100.estimate, 1)} of 100 are called "
        f"({fixed(panel.alarms_per_100.low, 1)} to {fixed(panel.alarms_per_100.high, 1)}). "
        f"Likelihood ratio of a positive call {words.figure(point.ratio_called, 2)}, of a negative "
        f"one {words.figure(point.ratio_not_called, 2)}."
    )


def _curve(panel: Any) -> None:
    curve = panel.curve
    low, high = curve.model_limits()
    x = 100 * curve.thresholds
    marks = []
    if panel.at is not None:
        marks = [Mark(100 * panel.threshold, 100 * float(panel.at.model[0]), "threshold in use")]
    top = ROOM * 100 * max(float(high.max()), curve.positives / curve.n)
    floor = -top / 3
    everybody = 100 * curve.treat_all
    kept = everybody >= floor
    st.markdown("**Decision curve**")
    charts.show(
        lines(
            {
                "Act by the model": Line(
                    x, *(100 * np.maximum(part, floor / 100) for part in (curve.model, low, high))
                ),
                "Act on everybody": Line(x[kept], everybody[kept]),
            },
            x_label="Threshold (%)",
            y_label="Net benefit, positives found per 100 rows",
            level=(0.0, "act on nobody"),
            marks=marks,
            y_range=(floor, top),
        ),
        key="trust.decision",
    )
    st.caption(
        f"Positives found, minus false alarms weighed by the threshold; band: pointwise 95 %, "
        f"n = {curve.n:,}. {_where(panel)}"
    )


def _where(panel: Any) -> str:
    if not panel.shown:
        return "Nowhere is the model shown to be better than both defaults."
    runs = [f"{percent(a)}" if a == b else f"{percent(a)} to {percent(b)}" for a, b in panel.shown]
    return (
        f"The model is shown to be better than acting on everybody and on nobody at {listed(runs)} "
        "(exact tests, for all thresholds at once)."
    )
