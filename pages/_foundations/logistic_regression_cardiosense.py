"""The clinical model: an estimate as a sum, and its calibration where it can be seen."""

from __future__ import annotations

import streamlit as st

from core.errors import SuiteError
from core.foundations import logistic_regression
from core.viz import Range, ranges, waterfall
from core.viz.text import fixed, signed
from pages._shared import charts, results, tables

KEY = "foundations.logistic-regression.cardiosense"


@st.fragment
def estimate() -> None:
    """Ask for an example patient; show how the estimate adds up."""
    st.subheader("An estimate, added up")
    st.markdown(
        "**Predict first:** the strongest finding multiplies the odds by some factor. Does that"
        " factor depend on the patient's other findings?"
    )
    titles = logistic_regression.example_titles()
    chosen = st.selectbox(
        "Example patient", list(titles), format_func=titles.__getitem__, key=f"{KEY}.patient"
    )
    found = logistic_regression.clinical_estimate(chosen)
    charts.show(
        waterfall(found.reference, found.labels, found.contributions, found.log_odds),
        f"{KEY}.waterfall",
    )
    st.latex(
        rf"\begin{{aligned}}\hat p&=\sigma({found.reference:.3f}{found.contributions.sum():+.3f})\\"
        rf"&=\sigma({found.log_odds:.3f})={found.summed:.6f}\end{{aligned}}"
    )
    st.markdown(
        f"The clinical page gives **{found.shown:.6f}**. In the model the strongest finding here,"
        f" *{found.labels[0]}*, multiplies the estimated odds by"
        f" **{fixed(found.strongest_factor, 2)}** compared with the reference, whatever the other"
        " findings are. That is an association among the patients of the fit: it does not say what"
        " happens if the finding is changed."
    )
    st.caption(
        f"{found.note} Model: {found.model}, a penalised logistic regression fitted to"
        f" {found.trained_on}. Reference: every column at its mean there; findings that are missing"
        " stay at it."
    )
    st.page_link("../pages/cardiosense.py", label="Open CardioSense", icon=":material/cardiology:")


@st.fragment
def calibration() -> None:
    """Show the calibration of the clinical model where it was fitted and at other hospitals."""
    st.subheader("Does it hold where it counts?")
    st.markdown(
        "**Predict first:** in which of these groups can observed share and mean estimate differ at"
        " all, and in which are they tied together by the way the estimates were made?"
    )
    found = logistic_regression.clinical_calibration()
    tables.show(
        [_row(one) for one in found.all],
        alt="Mean estimate, observed share and calibration line of the clinical model by group.",
    )
    st.markdown(
        "In the first group the line was fitted to the patients it is judged on: intercept 0 and"
        " slope 1 are algebra (LR-27). The model itself has a penalty and was recalibrated, so"
        " neither is promised for it even there. Cross-validation ties the mean estimate to the"
        " observed share too (the switch of LR-38); what it can show is the slope. Only patients of"
        " other hospitals test the mean."
    )
    elsewhere = (*found.hospitals, found.together)
    charts.show(
        ranges([_range(one) for one in elsewhere], axis="Observed minus estimated (points)",
               references=((0.0, "no difference"),), digits=1),
        f"{KEY}.gap",
    )  # fmt: skip
    beyond = [one for one in found.hospitals if not one.within]
    results.badge(
        "attention" if beyond else "ok",
        f"Beyond chance at {len(beyond)} of {len(found.hospitals)} hospitals",
    )
    low, high = (pick(found.hospitals, key=lambda one: one.gap) for pick in (min, max))
    st.markdown(
        f"Together, observed minus estimated is **{signed(100 * found.together.gap, 1)}** points"
        f" among {found.together.n} patients. That mean hides what the hospitals show one by one:"
        f" from **{signed(100 * low.gap, 1)}** points in {low.name}, n = {low.n}, to"
        f" **{signed(100 * high.gap, 1)}** in {high.name}, n = {high.n}."
    )
    st.caption(
        "A bar that misses 0 is a difference that right estimates would show in less than 5 % of"
        " such samples (LR-38). Why a hospital differs cannot be told from these numbers."
        f" Slopes in brackets are not rejected at 95 % (profile likelihood). {found.how}"
    )


def _row(one: logistic_regression.ClinicalCalibration) -> dict[str, object]:
    slope = fixed(one.slope, 2)
    if one.slopes is not None:
        slope += f" ({fixed(one.slopes.low, 2)} to {fixed(one.slopes.high, 2)})"
    return {
        "Patients": one.name,
        "n": one.n,
        "Mean estimate": f"{fixed(100 * one.mean_risk, 1)} %",
        "Observed": f"{fixed(100 * one.observed, 1)} %",
        "Intercept": fixed(one.intercept, 2),
        "Slope (95 %)": slope,
    }


def _range(one: logistic_regression.ClinicalCalibration) -> Range:
    if one.half_width is None:
        raise SuiteError(f"No interval is known for {one.name}.")
    low, high = (100 * (one.gap + side * one.half_width) for side in (-1, 1))
    return Range(f"{one.name}, n = {one.n}", "difference", 100 * one.gap, low, high)
