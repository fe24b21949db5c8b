"""Entropy of three outcomes: where a distribution lies among all others."""

from __future__ import annotations

import streamlit as st

from core.foundations import information_theory
from core.viz import Chart, amount_bars, field
from core.viz.text import fixed
from pages._shared import charts

KEY = "foundations.information-theory.simplex"
NAMES = ("A", "B", "C")


@st.fragment
def show() -> None:
    """Ask for a distribution and show its entropy, its surprises and their average."""
    st.subheader("Three outcomes")
    st.markdown(
        "**Predict first:** outcome A takes half of the cases. How must B and C share the rest so "
        "that the answer is as open as possible, and does rare C then count for much?"
    )
    one, two = st.columns(2)
    first = one.slider("Probability of A", 0.02, 0.96, 0.5, 0.02, key=f"{KEY}.first")
    split = two.slider("Share of B in the rest", 0.02, 0.98, 0.8, 0.02, key=f"{KEY}.split")
    found = information_theory.three_outcomes(first, split)
    left, right = st.columns(2)
    with left:
        charts.show(_field(found), f"{KEY}.field")
    with right:
        charts.show(_parts(found), f"{KEY}.parts")
        charts.show(_surprises(found), f"{KEY}.surprises")
    rare = int(found.p.argmin())
    st.markdown(
        f"The entropy is **{fixed(found.bits, 3)} bits**, {fixed(100 * found.share, 1)} % of the "
        f"largest for three outcomes. Outcome {NAMES[rare]} would surprise most "
        f"({fixed(float(found.surprise[rare]), 2)} bits) and adds "
        f"{fixed(float(found.p[rare] * found.surprise[rare]), 2)} bits to the average, because it "
        f"comes in {fixed(100 * float(found.p[rare]), 1)} % of cases."
    )


def _field(found: information_theory.Simplex) -> Chart:
    return field(
        found.field,
        x=found.axis,
        y=found.axis,
        x_label="Probability of A",
        y_label="Probability of B",
        z_label="Entropy, bits",
        marks={"this one": (float(found.p[0]), float(found.p[1])), "uniform": (1 / 3, 1 / 3)},
    )


def _surprises(found: information_theory.Simplex) -> Chart:
    return amount_bars(NAMES, found.surprise, unit="Surprise, bits", decimals=2)


def _parts(found: information_theory.Simplex) -> Chart:
    return amount_bars(
        NAMES, found.p * found.surprise, unit="Probability times surprise, bits", decimals=3
    )
