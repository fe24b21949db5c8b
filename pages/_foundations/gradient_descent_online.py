"""Adam on a convex problem that sends it to the worst point, and the repair."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.foundations import gradient_descent
from core.viz import Chart, Line, lines
from core.viz.text import fixed
from pages._shared import charts, results

KEY = "foundations.gradient-descent.online"


@st.fragment
def show() -> None:
    """Ask for the large slope and the memory, and show where the method goes."""
    st.subheader("Where Adam goes")
    st.markdown(
        "**Predict first:** the slopes are C, -1, -1, over and over, with C above 2. The mean "
        "slope says: go to -1. Which end does Adam reach?"
    )
    slope = st.slider("Large slope C", 2.2, 8.0, 4.0, 0.2, key=f"{KEY}.slope")
    keep = st.toggle("Keep the largest second moment (AMSGrad)", key=f"{KEY}.keep")
    found = gradient_descent.online(slope, keep_largest=keep)
    left, right = st.columns(2)
    with left:
        charts.show(_path(found), f"{KEY}.path")
    with right:
        charts.show(_moments(found), f"{KEY}.moments")
    if found.end < 0:
        results.badge("ok", "Ends near the best point")
    else:
        results.badge("critical", "Ends near the worst point")
    st.markdown(
        f"Over the last cycle the point is at **{fixed(found.end, 3)}** on average; the best is "
        f"-1. Without limits each cycle moves it by {fixed(found.drift, 4)}. The mean loss is "
        f"{fixed(float(found.regret[-1]), 3)} above that of the best point."
    )


def _path(found: gradient_descent.Online) -> Chart:
    return lines(
        {"place": Line(np.arange(found.path.size), found.path)},
        x_label="Steps",
        y_label="Place, between -1 (best) and 1",
        y_range=(-1.1, 1.1),
        height=340,
    )


def _moments(found: gradient_descent.Online) -> Chart:
    first = found.roots[:30]
    return lines(
        {"root of the second moment": Line(np.arange(1, first.size + 1), first)},
        x_label="Steps (the first 30)",
        y_label="What the slope is divided by",
        height=340,
    )
