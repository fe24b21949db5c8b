"""How many bits a diagnostic test gives, over all prevalences."""

from __future__ import annotations

import streamlit as st

from core.foundations import information_theory
from core.viz import Chart, Line, Mark, amount_bars, lines
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.information-theory.diagnosis"


@st.fragment
def show() -> None:
    """Ask for a test and a prevalence and show what the answer is worth."""
    st.subheader("The worth of a test in bits")
    st.markdown(
        "**Predict first:** where does a test tell most, where the disease is rare, where it is "
        "common, or in between? And does every answer leave less open than before?"
    )
    one, two, three = st.columns(3)
    prevalence = one.slider("Prevalence, %", 1, 60, 10, 1, key=f"{KEY}.prevalence")
    sensitivity = two.slider("Sensitivity, %", 50, 99, 90, 1, key=f"{KEY}.sensitivity")
    specificity = three.slider("Specificity, %", 51, 99, 85, 1, key=f"{KEY}.specificity")
    found = information_theory.diagnostic_test(
        prevalence / 100, sensitivity / 100, specificity / 100
    )
    left, right = st.columns(2)
    with left:
        charts.show(_curve(found, prevalence), f"{KEY}.curve")
    with right:
        charts.show(_open(found), f"{KEY}.open")
    st.markdown(_words(found))


def _words(found: information_theory.Diagnosis) -> str:
    rises = found.still_open["after a positive"] > found.before
    answer = (
        "A positive answer leaves **more** open than before the test: conditioning reduces "
        "entropy on average, not every time."
        if rises
        else "Here a positive answer leaves less open than before."
    )
    return (
        f"The test gives **{fixed(found.gained, 3)} bits** of the {fixed(found.before, 3)} that "
        f"are open; it would tell most at a prevalence of {fixed(100 * found.best, 0)} %. The "
        f"probability of disease moves from {fixed(100 * found.after['before the test'], 0)} % to "
        f"{fixed(100 * found.after['after a positive'], 1)} % or "
        f"{fixed(100 * found.after['after a negative'], 1)} %. {answer}"
    )


def _curve(found: information_theory.Diagnosis, prevalence: int) -> Chart:
    return lines(
        {
            "given by the test": Line(100 * found.prevalence, found.bits),
            "open before it": Line(100 * found.prevalence, found.open),
        },
        x_label="Prevalence, %",
        y_label="Bits",
        marks=[Mark(prevalence, found.gained, "here")],
        height=320,
    )


def _open(found: information_theory.Diagnosis) -> Chart:
    return amount_bars(
        list(found.still_open),
        list(found.still_open.values()),
        unit="Still open about the disease, bits",
        decimals=3,
    )
