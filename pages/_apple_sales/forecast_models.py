"""The models compared with repeating last year's quarter."""

from __future__ import annotations

import math

import streamlit as st

from core.apple_sales import Forecast, services_models
from core.stats.forecasters import FORECASTERS
from core.viz import forest
from core.viz.text import counted, listed
from pages._apple_sales.forecast_answer import VERDICTS
from pages._shared import charts, results, tables


def show(made: Forecast) -> None:
    """Show the models at one horizon, each beside the seasonal naive at the same quarters."""
    horizon = int(
        st.segmented_control(
            "Quarters ahead compared",
            ["1", "2", "3", "4"],
            default="1",
            required=True,
            key="apple.forecast.compared",
        )
        or "1"
    )
    scores = [one for one in made.scores if one.horizon == horizon]
    better = [one.name for one in scores if one.verdict == "better"]
    if better:
        results.badge("ok", f"{len(better)} of {len(scores) - 1} beat the seasonal naive")
        st.markdown(f"Shown to be better {counted(horizon, 'quarter')} ahead: {listed(better)}.")
    else:
        results.badge("attention", "No model is shown to beat the seasonal naive")
    rows = {
        one.name: one.difference
        for one in scores
        if one.verdict != "the yardstick" and not math.isnan(one.difference.low)
    }
    if rows:
        charts.show(
            forest(
                rows,
                axis="MASE minus the seasonal naive's at the same quarters (below 0 is better)",
                reference=0.0,
                reference_label="no difference",
                digits=2,
            ),
            key=f"apple.forecast.forest.{horizon}",
        )
    _table(made, horizon)
    _explain(made)
    if made.series == "Services":
        _services()


def _table(made: Forecast, horizon: int) -> None:
    tables.show(
        [
            {
                "Model": one.name,
                "Verdict": VERDICTS[one.verdict][1],
                "MASE": one.mase if one.n else None,
                "MASE of the naive": one.naive_mase if one.n else None,
                "RMSE (USD million)": one.rmse if one.n else None,
                "Past forecasts (n)": one.n,
                "Failed fits": one.failed,
            }
            for one in made.scores
            if one.horizon == horizon
        ],
        alt=f"Errors of each model {counted(horizon, 'quarter')} ahead for {made.series}.",
        decimals={"MASE": 2, "MASE of the naive": 2, "RMSE (USD million)": 0},
    )


def _explain(made: Forecast) -> None:
    st.caption(
        "Rolling origin: each forecast is made from the quarters before it and nothing later. MASE "
        "is the mean absolute error over the mean change from a quarter to the same quarter a year "
        "later in the history used (Hyndman and Koehler 2006). Models need histories of different "
        "length, so each row has its own quarters, and the seasonal naive's error at those stands "
        "beside it. Intervals: Diebold-Mariano with the correction for few forecasts (Harvey, "
        "Leybourne and Newbold 1997), 95 % for all models at a horizon together (Bonferroni). With "
        "so few forecasts only large differences can be shown."
    )
    failed = [
        f"{FORECASTERS[slug].name}: {reason}"
        for slug, reasons in made.failures.items()
        for reason in reasons
    ]
    results.notes(failed, "attention")
    with st.expander("What each model does"):
        for one in FORECASTERS.values():
            st.markdown(f"- **{one.name}**: {results.escaped(one.formula)}.")


def _services() -> None:
    st.subheader("What services follow", anchor=False)
    found = services_models()
    charts.show(
        forest(
            {one.name: one.r2 for one in found},
            axis="Leave-one-out R² of quarterly services revenue",
            reference=0.0,
            reference_label="the mean of the other quarters",
            digits=2,
        ),
        key="apple.forecast.services",
    )
    st.caption(
        f"n = {found[0].r2.n} quarters, each left out in turn; 95 % intervals (Fieller). Units "
        "sold in the same quarter say nothing of services, time says nearly all. Filling a gap "
        "between known quarters is easier than forecasting: for that see the models above."
    )
