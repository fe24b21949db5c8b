"""The estimate along one column: the others dragged along as in nature, or held."""

from __future__ import annotations

import streamlit as st

from core import breast_cancer
from core.breast_cancer import FEATURES, CaseScore, Others
from core.viz import Line, Mark, lines
from core.viz.text import percent
from pages._shared import calls, charts
from pages._shared.call import Call
from pages._shared.inputs import Record

OTHERS: dict[Others, str] = {"dragged": "Others follow", "held": "Others held"}


def show(entered: Record, score: CaseScore) -> None:
    """Let one column move and show what both models make of it."""
    which, how = st.columns(2, vertical_alignment="bottom")
    feature = which.selectbox(
        "Column to move",
        FEATURES.names,
        index=FEATURES.names.index(score.blame.column),
        format_func=lambda name: FEATURES[name].label,
        key=f"bc.whatif.{score.input_hash[:12]}",
    )
    others = how.segmented_control(
        "The other 29 columns",
        list(OTHERS),
        default="dragged",
        required=True,
        format_func=OTHERS.__getitem__,
        key="bc.whatif.others",
    )
    found = breast_cancer.sensitivity_curve(entered, feature, others)
    charts.show(
        lines(
            {
                "Logistic regression": Line(found.grid, found.p, found.low, found.high, found.off),
                "Random forest": Line(found.grid, found.forest_p, dashed=found.off),
            },
            x_label=FEATURES[feature].title,
            y_label="Estimated probability of malignancy",
            marks=[Mark(found.value, score.p, f"now {percent(score.p)}")],
            level=(score.threshold, f"threshold {percent(score.threshold)}"),
            y_range=(-0.03, 1.03),
        ),
        key="bc.whatif.curve",
    )
    off = sum(found.off) / len(found.off)
    st.caption(
        f"{found.note} Dotted: values that no longer fit together ({percent(off)} of the points), "
        "where the model is asked about a case that cannot be. Band: 90 % interval."
    )
    given = calls.record(entered)
    python = (
        "from core.breast_cancer import sensitivity_curve\n\n"
        f"found = sensitivity_curve({given!r}, {feature!r}, {others!r})\n"
        "print(list(zip(found.grid, found.p)))"
    )
    asked = {"feature": feature, "others": others}
    calls.show(Call("/v1/breast-cancer/sensitivity", asked, given, python=python))
