"""One patient: the estimate, why, what would change it, and how far to trust it."""

from __future__ import annotations

import streamlit as st

from core.cardiosense import DIAGNOSTIC, diagnostic_presets, score_patient
from core.errors import InputError
from pages._cardiosense import answer, plan, save, trust, why
from pages._shared import header, inputs, results

KEY = "cardio"

with header.page("cardiosense"):
    preset = inputs.presets(diagnostic_presets(), DIAGNOSTIC, KEY)
    if preset is not None:
        st.caption(preset.note)
    with st.expander("Findings", expanded=preset is None, icon=":material/edit_note:"):
        entered = inputs.form(DIAGNOSTIC, KEY)
    if all(value is None for value in entered.values()):
        st.info("Choose an example patient, or enter the findings above.", icon=":material/info:")
        st.stop()
    try:
        risk = score_patient(entered)
    except InputError as error:
        results.refusal(error)
        st.stop()
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
