"""Whether the bands hold: figures reported later, the record so far, a synthetic test."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Forecast, later_figures
from core.stats.conformal_trial import Trial, coverage_trial
from core.viz import forest
from core.viz.text import counted, fixed, percent, signed
from pages._apple_sales.forecast_answer import billions
from pages._shared import charts, tables


def show(made: Forecast) -> None:
    """Show the evidence for the bands, strongest first."""
    _later(made)
    _record(made)
    _trial(made.level)
    st.subheader("What the bands take for granted", anchor=False)
    st.markdown("\n".join(f"- {text}" for text in made.assumptions))


def _later(made: Forecast) -> None:
    st.subheader("What was reported later", anchor=False)
    found = later_figures(made)
    if found.checks:
        tables.show(
            [
                {
                    "Period": one.period,
                    "Forecast (USD billion)": billions(one.forecast.band.estimate),
                    "Band": _range(one.forecast.band.low, one.forecast.band.high)
                    if one.forecast.band.exists
                    else "none",
                    "Reported later": billions(one.actual),
                    "Off by": f"{signed(100 * one.error, 1)} %",
                    "In the band": {True: "yes", False: "no", None: "no band"}[one.inside],
                    "Source": f"{one.source} ({one.mark})",
                }
                for one in found.checks
            ],
            alt=f"Forecasts of {made.series} beside the figures reported later.",
        )
        st.caption("None of these figures was used to choose or fit a model.")
    if found.reason:
        st.info(found.reason, icon=":material/info:")


def _record(made: Forecast) -> None:
    st.subheader("The record so far", anchor=False)
    checked = [one for one in made.records if one.share.n > 0]
    if not checked:
        st.info(
            f"No past quarter had enough earlier errors for a {percent(made.level)} band. A lower "
            "level needs fewer.",
            icon=":material/info:",
        )
        return
    charts.show(
        forest(
            {f"{counted(one.horizon, 'quarter')} ahead": one.share for one in checked},
            axis=f"Share of past quarters inside their {percent(made.level)} band",
            reference=made.level,
            reference_label="promised",
            digits=2,
        ),
        key="apple.forecast.record",
    )
    st.caption(
        "Each past band rests only on errors known at that time; 95 % intervals (Clopper-Pearson), "
        "which take the quarters as independent. So few quarters can neither confirm nor refute "
        "the promise."
    )


def _trial(level: float) -> None:
    st.subheader("The promise tested where it must hold", anchor=False)
    trial = _coverage(level)
    charts.show(
        forest(
            {
                f"Conformal band, promised {percent(level)}": trial.conformal,
                f"±1.96 errors of the fitted rows, claimed {percent(trial.claimed)}": (
                    trial.in_sample
                ),
            },
            axis="Share of rows left over inside the band",
            reference=level,
            reference_label="promised",
            digits=3,
        ),
        key="apple.forecast.trial",
    )
    st.caption(
        f"{trial.splits} random splits of one synthetic table that holds nothing to learn "
        f"({trial.fitted} rows fitted, {trial.calibration} to calibrate, {trial.left} left over). "
        f"The middle 90 % of splits cover {fixed(100 * trial.conformal_range[0], 1)} to "
        f"{fixed(100 * trial.conformal_range[1], 1)} %. The second rule measures its errors on the "
        "rows it was fitted to, as the tool that this page replaces did, and covers less than it "
        "claims. In a series that changes, the first rule can fail too: see the figures reported "
        "later."
    )


@st.cache_data(show_spinner="Splitting a synthetic table 500 times")
def _coverage(level: float) -> Trial:
    return coverage_trial(level=level)


def _range(low: float, high: float) -> str:
    return f"{billions(low)} to {billions(high)}"
