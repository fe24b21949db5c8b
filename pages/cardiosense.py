"""One patient: the estimate, why, what would change it, and how far to trust it."""

from __future__ import annotations

import streamlit as st

from core.cardiosense import DIAGNOSTIC, diagnostic_presets, parse_patient, score_patient
from core.errors import InputError
from pages._cardiosense import answer, plan, save, trust, what_if, why
from pages._shared import header, inputs, results, trail

KEY = "cardio"
VIEWS = {
    "Why": why.show,
    "What if": what_if.show,
    "Least effort": plan.diagnostic,
    "Can I trust it": trust.chips,
    "Save": save.patient,
}


def body() -> None:
    entered = inputs.record(diagnostic_presets(), DIAGNOSTIC, KEY, "Findings")
    if entered is None:
        return
    try:
        risk = score_patient(entered)
    except InputError as error:
        results.refusal(error)
        return
    trail.record(parse_patient(entered), risk)
    answer.show(risk)
    # Only the open tab is computed; the address names it.
    views = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, show in zip(views, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                show(entered, risk)


with header.page("cardiosense"):
    body()
