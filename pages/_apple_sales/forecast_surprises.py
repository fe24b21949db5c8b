"""Quarters that surprised the forecaster, with the rate at which that happens for nothing."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.apple_sales import Anomalies, Forecast, anomalies
from core.stats.anomaly import largest_z
from core.viz.text import fixed, listed, percent
from pages._apple_sales.forecast_answer import billions
from pages._shared import calls, results, tables
from pages._shared.call import Call

RATES = (0.05, 0.1, 0.2)
ROWS = 1_000


def show(made: Forecast) -> None:
    """Show which quarters are unusual at the rate asked for, and what cannot be said."""
    names = {percent(rate): rate for rate in RATES}
    chosen = st.segmented_control(
        "False-alarm rate of each quarter",
        list(names),
        default=percent(0.1),
        required=True,
        key="apple.forecast.rate",
    )
    found = _anomalies(made.series, names[chosen or percent(0.1)])
    _verdict(found)
    tables.show(
        [
            {
                "Quarter": one.period,
                "Forecast (USD billion)": billions(one.forecast),
                "Reported": billions(one.actual),
                "p": one.p,
                "Earlier errors (n)": one.n,
                "False-alarm rate": percent(one.stated_rate) if one.stated_rate else "out of reach",
                "Flag": "yes" if one.flagged else "",
                "Flag, all together": "yes" if one.together else "",
            }
            for one in reversed(found.judged)
        ],
        alt=f"Each quarter of {made.series} judged among the errors before it.",
        decimals={"p": 3},
    )
    results.notes(found.limits, "unknown")
    st.caption(
        "p is the share of one-quarter errors so far, this one counted, that were at least as "
        "large (conformal p value); errors are shares of the forecast by the procedure Best so "
        "far. The false-alarm rate holds if errors are exchangeable. Together means the "
        "Benjamini-Hochberg rule over all quarters. A flag says unexpected, not wrong, and not why."
    )
    _sigma_rule()
    _code(made.series, names[chosen or percent(0.1)])


def _verdict(found: Anomalies) -> None:
    expected = fixed(found.expected_false_alarms, 2)
    if found.flagged:
        names = listed([one.period for one in found.flagged])
        results.badge("attention", f"Unusual: {names}")
    elif found.expected_false_alarms == 0:
        results.badge("unknown", "Not enough data: no quarter can be flagged")
    else:
        results.badge("ok", "No quarter is unusual")
    st.markdown(
        f"False alarms to expect over these {len(found.judged)} quarters if nothing is unusual: "
        f"{expected}."
    )


def _code(series: str, rate: float) -> None:
    asked = {"series": series, "rate": rate}
    python = (
        f"from core.apple_sales import anomalies\n\nprint(anomalies({series!r}, {rate!r}).flagged)"
    )
    command = ("apple-sales", "anomalies", *calls.options(**asked), "--json")
    call = Call("/v1/apple-sales/anomalies", asked, python=python, command=command)
    calls.show(call, "The surprises in code")


@st.cache_data(show_spinner=False, max_entries=100)
def _anomalies(series: str, rate: float) -> Anomalies:
    return anomalies(series, rate)


def _sigma_rule() -> None:
    with st.expander("Why not flag everything beyond two standard deviations?"):
        values = np.random.default_rng(0).uniform(size=ROWS)
        seen, bound = largest_z(values)
        st.markdown(
            "That rule has no stated false-alarm rate. On a column of uniform numbers it can "
            f"never fire: the ends lie {fixed(bound, 2)} standard deviations from the mean (the "
            f"square root of 3). In {ROWS:,} uniform numbers drawn here the largest is "
            f"{fixed(seen, 2)}. On heavy-tailed figures the same rule fires all the time. A rank "
            "among earlier errors has the same rate for every law."
        )
