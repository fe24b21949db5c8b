"""Whether the probabilities mean what they say, and whether bending them would help."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.trust import Audit
from core.viz import reliability_curve
from core.viz.text import fixed, p_value
from pages._shared import charts, tables
from pages._trust import recalibration, words


def show(audit: Audit) -> None:
    """Show the reliability curve, the figures beside what chance gives, and recalibrations."""
    panel = audit.panel("calibration")
    if panel.why:
        st.info(panel.why, icon=":material/info:")
        return
    if panel.binary is not None:
        _two(panel.binary, panel.classes)
    else:
        _more(panel.multiclass)
    recalibration.show(panel)


def _two(part: Any, classes: tuple[str, ...]) -> None:
    _curve(part, part.agreement, classes[1], "rows")
    columns = st.columns(3)
    words.metric(columns[0], "Observed over expected (1 is right)", part.agreement.ratio)
    words.metric(columns[1], "Calibration slope (1 is right)", part.slope)
    words.metric(columns[2], "Calibration in the large (0 is right)", part.intercept)
    _test(part.test, "intercept 0 and slope 1")
    _errors(part.agreement, part.smooth)
    _decomposition(part)


def _more(part: Any) -> None:
    st.caption(
        "With more than two classes: the probability of the called class against how often the "
        "call is right (top label). Figures of two classes are not comparable with these."
    )
    _curve(part, part.top_label, "a right call", "rows")
    columns = st.columns(2)
    words.metric(columns[0], "Confidence minus accuracy (0 is right)", part.top_label.excess)
    words.metric(columns[1], "Inverse temperature (1 is right)", part.slope)
    _test(part.test, "inverse temperature 1")
    _errors(part.top_label, part.smooth)
    st.markdown("**Each class against the rest**")
    tables.show(
        [
            {
                "Probability": one.about,
                "n": one.n,
                "Observed": one.events,
                "Expected": round(one.expected, 1),
                "O/E": words.figure(one.ratio),
                "ECE": fixed(one.binned.ece),
                "ECE of right probabilities, up to": fixed(one.binned.null_95),
            }
            for one in part.by_class
        ],
        alt="Calibration of each class against the rest.",
    )


def _curve(part: Any, agreement: Any, event: str, unit: str) -> None:
    chart = reliability_curve(part.curve, agreement.histogram, event=event, unit=unit)
    charts.show(chart, key="trust.reliability")
    st.caption(
        "The curve is isotonic, without bins. The bands hold what right probabilities give on as "
        "many rows: the darker at each place, the lighter everywhere at once. "
        f"{words.size(agreement.n)} with {agreement.events:,} events; "
        f"{agreement.expected:,.1f} were expected. Greatest departure of the curve: "
        f"{p_value(part.curve.p_value)}."
    )


def _test(test: Any, claim: str) -> None:
    if test is not None:
        st.caption(f"Test of {claim}: {p_value(test.p)} ({test.method}).")


def _errors(agreement: Any, smooth: Any) -> None:
    st.markdown("**Calibration errors beside what chance gives**")
    binned = agreement.binned
    tables.show(
        [
            {
                "Error": "ECE, ten bins of equal width",
                "Measured": binned.ece,
                "Right probabilities, mean": binned.null_mean,
                "Right probabilities, 95 % below": binned.null_95,
            },
            {
                "Error": "Largest gap of a bin",
                "Measured": binned.largest,
                "Right probabilities, 95 % below": binned.largest_null_95,
            },
            {
                "Error": "Smooth calibration error",
                "Measured": smooth.error.estimate,
                "Right probabilities, 95 % below": smooth.null_95,
            },
            {"Error": "Error less its noise (debiased)", "Measured": agreement.debiased},
        ],
        alt="Calibration errors, and what right probabilities give on as many rows.",
        decimals=dict.fromkeys(
            ("Measured", "Right probabilities, mean", "Right probabilities, 95 % below"), 3
        ),
    )
    st.caption(
        f"An ECE is far from 0 by chance alone on few rows. Test of the ECE: {p_value(binned.p)}; "
        f"{words.size(agreement.n)}."
    )


def _decomposition(part: Any) -> None:
    corp, murphy = part.corp, part.murphy
    with st.expander(f"What makes up the Brier score of {fixed(part.brier, 4)}"):
        rows = [
            ("Isotonic curve", "Miscalibration", corp.miscalibration),
            ("Isotonic curve", "Discrimination (taken off)", corp.discrimination),
            ("Isotonic curve", "Uncertainty of the outcome", corp.uncertainty),
            ("Ten bins", "Reliability", murphy.reliability),
            ("Ten bins", "Resolution (taken off)", murphy.resolution),
            ("Ten bins", "Uncertainty of the outcome", murphy.uncertainty),
            ("Ten bins", "Variance inside the bins", murphy.within_variance),
            ("Ten bins", "Covariance inside the bins (taken off)", murphy.within_covariance),
        ]
        tables.show(
            pd.DataFrame(rows, columns=["By", "Term", "Value"]),
            alt="Terms of the Brier score.",
            decimals={"Value": 4},
        )
