"""The cases the models get wrong: which, how surely, and whether their values fit together."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core import breast_cancer
from core.breast_cancer import FEATURES, FLAG_LEVEL, WrongCase
from core.tables import to_csv
from core.viz.text import counted, number, percent
from pages._breast_cancer.evidence import MODELS
from pages._shared import results, tables
from pages._shared.downloads import download


def show(threshold: float) -> None:
    """Show the cases on the wrong side of the threshold."""
    model = st.segmented_control(
        "Model",
        list(MODELS),
        default="logistic",
        required=True,
        format_func=MODELS.__getitem__,
        key="bc.errors.model",
    )
    found = breast_cancer.wrong_cases(threshold, model)
    st.caption(
        f"Threshold {percent(threshold)}. Listed is a case that is on the wrong side in at least "
        "half of the repeats of the nested cross-validation, always judged by a model that had "
        "not seen it; the surest errors come first."
    )
    if not found:
        results.badge("ok", "No case is wrong in half of the repeats")
        return
    missed = [case for case in found if case.malignant]
    flagged = [case for case in found if case.ood_p <= FLAG_LEVEL]
    for column, (label, figure) in zip(
        st.columns(3),
        {
            "Cancers missed": len(missed),
            "False alarms": len(found) - len(missed),
            "Flagged: values do not fit together": len(flagged),
        }.items(),
        strict=True,
    ):
        column.metric(label, f"{figure}")
    frame = pd.DataFrame([_row(case) for case in found])
    tables.show(
        frame,
        alt=_alt(found),
        column_config=_columns(),
    )
    st.caption(
        "Where a wrong case is flagged, its values are unusual together, and a benign call would "
        "be withheld. Where it is not, the values fit together, and nothing in the data warns of "
        "the error."
    )
    with st.container(horizontal=True):
        download("Download CSV", lambda: to_csv(frame), "wrong_cases.csv", "text/csv")
        st.page_link(
            "../pages/breast_cancer_data.py",
            label="Look at all cases",
            icon=":material/table_chart:",
            query_params={"view": "Cases"},
        )


def _row(case: WrongCase) -> dict[str, object]:
    return {
        "Case": case.number,
        "Histology": "malignant" if case.malignant else "benign",
        "Probability": case.p,
        "Wrong in": case.share_wrong,
        "Integrity p": case.ood_p,
        "Column that fits least": FEATURES[case.blame].label,
        "Ratio": case.blame_ratio,
        "Role": "held out" if case.held else "training",
    }


def _alt(found: tuple[WrongCase, ...]) -> str:
    first = found[0]
    return (
        f"{counted(len(found), 'wrong case')}; the first is case {first.number} with a probability "
        f"of malignancy of {percent(first.p)} and integrity p {number(first.ood_p, 3)}."
    )


def _columns() -> dict[str, Any]:
    return {
        "Case": st.column_config.NumberColumn(pinned=True, format="%d"),
        "Probability": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
        "Wrong in": st.column_config.NumberColumn(
            format="percent", help="Share of the repeats in which the case is wrong."
        ),
        "Integrity p": st.column_config.NumberColumn(
            format="%.3f", help="Small where the thirty values do not fit together."
        ),
        "Ratio": st.column_config.NumberColumn(
            format="%.2f", help="The value over the one that the other columns suggest."
        ),
    }
