"""What a threshold of treatment costs."""

from __future__ import annotations

import streamlit as st

from core.foundations import bayesian_updating
from core.viz import Line, Mark, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.bayesian-updating.threshold"


@st.fragment
def show() -> None:
    """Move the cost of a missed case."""
    st.markdown("#### What a threshold costs")
    st.markdown(
        "**Predict first:** a missed case costs four times a needless treatment: above which risk "
        "should one treat?"
    )
    ratio = st.slider("Cost of a missed case, in needless treatments", 0.5, 20.0, 4.0, 0.5,
                      key=f"{KEY}.ratio")  # fmt: skip
    found = bayesian_updating.threshold_cost(1.0, ratio)
    left, right = st.columns(2)
    with left:
        drawn = lines(
            {"Expected cost": Line(100 * found.cuts, found.cost)},
            x_label="Treat above this risk (%)",
            y_label="Cost of 100 patients",
            marks=[Mark(100 * found.best, found.least, "cost ratio")],
        )
        charts.show(drawn, f"{KEY}.curve")
    with right:
        _policies(found)
    st.markdown(
        f"The ratio says: treat above **{fixed(100 * found.best, 1)} %**, at a cost of "
        f"**{fixed(found.least, 1)}**. A threshold of one half costs "
        f"**{fixed(found.at_half, 1)}**. The costs are in needless treatments, for made-up "
        "patients with calibrated risks."
    )


def _policies(found: bayesian_updating.ThresholdCost) -> None:
    drawn = amount_bars(
        ["At the cost ratio", "Above one half", "Treat everyone", "Treat nobody"],
        [found.least, found.at_half, float(found.cost[0]), float(found.cost[-1])],
        unit="Cost of 100 patients",
    )
    charts.show(drawn, f"{KEY}.policies")
