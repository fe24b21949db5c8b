"""The log loss of a score in three parts, over its temperature."""

from __future__ import annotations

import streamlit as st

from core.foundations import information_theory
from core.viz import Chart, Line, Mark, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.information-theory.loss"


@st.fragment
def show() -> None:
    """Ask for a sign and a temperature and show what the log loss is made of."""
    st.subheader("What recalibration can and cannot do")
    st.markdown(
        "**Predict first:** half of the patients are ill. Which part of the log loss changes when "
        "all stated log odds are divided by a temperature, and how low can it go?"
    )
    one, two = st.columns(2)
    distance = one.slider(
        "Ill and well apart, standard deviations", 0.5, 3.0, 1.5, 0.25, key=f"{KEY}.distance"
    )
    temperature = two.slider("Temperature", 0.3, 4.0, 0.5, 0.1, key=f"{KEY}.temperature")
    found = information_theory.tempered(distance, temperature)
    left, right = st.columns(2)
    with left:
        charts.show(_curve(found, temperature), f"{KEY}.curve")
    with right:
        charts.show(_parts(found), f"{KEY}.parts")
    floor = found.total - found.parts["miscalibration"]
    st.markdown(
        f"The log loss is **{fixed(found.total, 3)} bits**, of which "
        f"{fixed(found.parts['miscalibration'], 3)} are miscalibration. Temperature 1 states the "
        f"true probabilities and removes that part; {fixed(floor, 3)} bits remain, one bit for the "
        f"label less the {fixed(-found.parts['told by the score'], 3)} that the score tells. Only "
        "a better sign lowers those: move the two groups apart."
    )


def _curve(found: information_theory.Tempered, temperature: float) -> Chart:
    return lines(
        {"log loss": Line(found.temperature, found.loss)},
        x_label="Temperature",
        y_label="Log loss, bits",
        marks=[Mark(temperature, found.total, "here")],
        level=(1.0, "base rate"),
        x_steps=(0.3, 0.5, 1, 2, 4),
        height=320,
    )


def _parts(found: information_theory.Tempered) -> Chart:
    return amount_bars(
        list(found.parts), list(found.parts.values()), unit="Part of the log loss, bits", decimals=3
    )
