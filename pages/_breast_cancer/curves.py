"""The curves behind a threshold: ROC, precision and recall, net benefit, abstention."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core import breast_cancer
from core.breast_cancer import AtThreshold, Curve
from core.viz import Line, Mark, lines
from core.viz.text import number, percent
from pages._shared import charts

SHOWN_PERCENT = 20.0
NET_BENEFIT_FLOOR = -5.0


def show(own: AtThreshold) -> None:
    """Show the curves, the threshold marked on each; only the open one is computed."""
    tabs = st.tabs(list(CURVES), key="bc.use.curve", on_change="rerun")
    for tab, draw in zip(tabs, CURVES.values(), strict=True):
        if tab.open:
            with tab:
                draw(own)


def roc(own: AtThreshold) -> None:
    """Draw sensitivity over false alarms."""
    curve = breast_cancer.roc()
    at = (100 * (1 - own.specificity.estimate), 100 * own.sensitivity.estimate)
    last = max(SHOWN_PERCENT, at[0])
    near = 100 * curve.x <= last + 1e-9
    charts.show(
        lines(
            {"Sensitivity": _percent(curve, near)},
            x_label="Benign cases called malignant (%)",
            y_label="Cancers found (%)",
            marks=[Mark(*at, _at(own))],
        ),
        key="bc.use.roc",
    )
    st.caption(f"The part of the curve up to {number(last, 0)} % of false alarms.")
    _how(curve)


def precision(own: AtThreshold) -> None:
    """Draw precision over the share of cancers found."""
    curve = breast_cancer.precision_recall()
    at = Mark(100 * own.sensitivity.estimate, 100 * own.ppv.estimate, _at(own))
    charts.show(
        lines(
            {"Precision": _percent(curve)},
            x_label="Cancers found (%)",
            y_label="Malignant calls that are right (%)",
            marks=[at],
            y_range=(0.0, 108.0),
        ),
        key="bc.use.precision",
    )
    st.caption(f"At the prevalence of the table, {percent(own.prevalence)}.")
    _how(curve)


def decision(own: AtThreshold) -> None:
    """Draw net benefit over the threshold."""
    curve = breast_cancer.net_benefit_curve()
    x = 100 * curve.thresholds
    at = int(np.abs(curve.thresholds - own.threshold).argmin())
    marks = [Mark(x[at], 100 * float(curve.model[at]), _at(own))]
    charts.show(
        lines(
            {
                "Work up by the model": Line(
                    x, 100 * curve.model, 100 * curve.low, 100 * curve.high
                ),
                "Work up everybody": Line(x, 100 * curve.treat_all),
            },
            x_label="Threshold (%)",
            y_label="Net benefit, cancers found per 100 patients",
            level=(0.0, "work up nobody"),
            marks=marks if own.threshold <= curve.thresholds[-1] else (),
            y_range=(NET_BENEFIT_FLOOR, 100 * float(curve.high.max()) + 3),
        ),
        key="bc.use.decision",
    )
    st.caption(
        "Cancers found, minus the unneeded work-ups weighed by the threshold. The model is worth "
        f"using where its line lies above both others. Band: pointwise 95 %, n = {curve.n}."
    )


def abstention(own: AtThreshold) -> None:
    """Draw the share of wrong calls over the share of cases that are answered."""
    curve = breast_cancer.abstention(own.threshold)
    charts.show(
        lines(
            {"Wrong calls": _percent(curve)},
            x_label="Cases answered, the surest first (%)",
            y_label="Wrong calls among them (%)",
        ),
        key="bc.use.abstention",
    )
    st.caption(
        "Surest are the cases farthest from the threshold; the others would be passed on to a "
        "person."
    )
    _how(curve)


def _percent(curve: Curve, kept: NDArray[np.bool_] | None = None) -> Line:
    part = slice(None) if kept is None else kept
    return Line(*(100 * column[part] for column in (curve.x, curve.y, curve.low, curve.high)))


def _at(own: AtThreshold) -> str:
    return f"threshold {percent(own.threshold)}"


def _how(curve: Curve) -> None:
    st.caption(
        f"Mean over {curve.repeats} repeats of the nested cross-validation, n = {curve.n}; the "
        "band is pointwise, 95 %, from a bootstrap of the cases."
    )


CURVES: Mapping[str, Callable[[AtThreshold], None]] = {
    "ROC": roc,
    "Precision and recall": precision,
    "Decision curve": decision,
    "Abstention": abstention,
}
