"""Place a new case in the cloud: two distances, and each sees what the other does not."""

from __future__ import annotations

import streamlit as st

from core.foundations import pca_svd
from core.viz import Chart, histogram, scatter
from core.viz.text import fixed, percent
from pages._shared import charts, results

KEY = "foundations.pca-svd.case"


@st.fragment
def show() -> None:
    """Ask for two steps, and show the case in the plane and its distance from it."""
    st.subheader("Is this case like the others?")
    st.markdown(
        "**Predict first:** a case has average scores on the first two components. Can it still "
        "be unlike every training row?"
    )
    left, right = st.columns(2)
    along = left.slider("Steps along component 1, SD", -5.0, 5.0, 0.0, 0.5, key=f"{KEY}.along")
    off = right.slider("Steps along the last component, SD", 0.0, 9.0, 6.0, 0.5, key=f"{KEY}.off")
    found = pca_svd.new_case(along, off)
    with left:
        _verdict("In the plane", found.within, found.within_limit)
        charts.show(_plane(found), f"{KEY}.plane")
    with right:
        _verdict("Off the plane", found.residual, found.residual_limit)
        charts.show(
            histogram(found.residuals, x_label="Squared distance to the plane",
                      marker=found.residual, marker_label="new case"),
            f"{KEY}.off-plane",
        )  # fmt: skip
    st.markdown(
        f"With all {len(pca_svd.MEASURED)} components the squared distance is "
        f"**{fixed(found.distance, 2)}** (PS-24). The limit in the plane is the 95 % point of "
        f"chi-square; {percent(found.beyond)} of the training rows lie beyond it, and it would be "
        "5 % if they were normal. The limit off the plane is the 95 % quantile of the rows."
    )
    st.caption(
        f"{len(found.scores)} rows of the Wisconsin breast-cancer data, standardised: "
        f"{', '.join(pca_svd.MEASURED)}. The case is made up; every third row is drawn."
    )


def _plane(found: pca_svd.NewCase) -> Chart:
    rows = found.scores[::3]
    return scatter(
        {"Training rows": (rows[:, 0], rows[:, 1])},
        x_label="Component 1, SD",
        y_label="Component 2, SD",
        highlight=("new case", *found.place),
    )


def _verdict(where: str, value: float, limit: float) -> None:
    inside = value <= limit
    results.badge(
        "ok" if inside else "attention",
        f"{where}: {fixed(value, 2)}, limit {fixed(limit, 2)}",
    )
