"""One case: benign or malignant, why, and whether its values fit together."""

from __future__ import annotations

import streamlit as st

from core.breast_cancer import FEATURES, case_mix, case_presets, parse_case, score_case
from core.errors import InputError
from pages._breast_cancer import (
    answer,
    boundary,
    operating,
    save,
    similar,
    trust,
    what_if,
    why,
)
from pages._shared import header, inputs, results, trail

KEY = "bc.case"
VIEWS = {
    "Why": why.show,
    "What if": what_if.show,
    "Nearest boundary": boundary.show,
    "Similar cases": similar.show,
    "Can I trust it": trust.chips,
    "Save": save.case,
}


def body() -> None:
    entered = inputs.record(case_presets(), FEATURES, KEY, "Measurements", "Example cases")
    if entered is None:
        return
    threshold = operating.choose()
    try:
        score = score_case(entered, threshold)
    except InputError as error:
        results.refusal(error)
        return
    trail.record(parse_case(entered), score)
    answer.show(score, case_mix(entered))
    # Only the open tab is computed; the address names it.
    views = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, show in zip(views, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                show(entered, score)


with header.page("breast-cancer"):
    body()
