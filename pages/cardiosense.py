"""One patient: the estimate, why, what would change it, and how far to trust it."""

from __future__ import annotations

import streamlit as st

from core.cardiosense import DIAGNOSTIC, diagnostic_presets, parse_patient, score_patient
from core.errors import InputError
from pages._cardiosense import answer, plan, save, trust, why
from pages._shared import header, inputs, results, trail

KEY = "cardio"


def body() -> None:
    preset = inputs.presets(diagnostic_presets(), DIAGNOSTIC, KEY)
    if preset is not None:
        st.caption(preset.note)
    with st.expander("Findings", expanded=preset is None, icon=":material/edit_note:"):
        entered = inputs.form(DIAGNOSTIC, KEY)
    if all(value is None for value in entered.values()):
        st.info("Choose an example patient, or enter the findings above.", icon=":material/info:")
        return
    try:
        risk = score_patient(entered)
    except InputError as error:
        results.refusal(error)
        return
    trail.record(parse_patient(entered), risk)
    answer.show(risk)
    reasons, change, effort, evidence, download = st.tabs(
        ["Why", "What if", "Least effort", "Can I trust it", "Save"]
    )
    with reasons:
        why.show(entered, risk)
    with change:
        why.what_if(entered, risk)
    with effort:
        plan.diagnostic(entered, risk)
    with evidence:
        trust.chips(risk)
    with download:
        save.patient(entered, risk)


with header.page("cardiosense"):
    body()
