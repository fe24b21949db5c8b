"""Evidence: how good the models are, on which patients, and what is not known."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from pages._cardiosense import evidence, monitoring
from pages._shared import header, results

with header.page("cardiosense-model"):
    card = cardiosense.card()
    st.subheader("Cross-validation", anchor=False)
    evidence.internal(card)
    st.subheader("Calibration", anchor=False)
    evidence.calibration()
    st.subheader("Other hospitals", anchor=False)
    evidence.external(card)
    st.subheader("Why 90 % and 0.95 on one split prove little", anchor=False)
    evidence.original(card)
    st.subheader("What the model rests on", anchor=False)
    evidence.importance()
    st.subheader("Monitoring", anchor=False)
    monitoring.show()
    with st.expander("The whole model card", icon=":material/description:"):
        st.markdown(cardiosense.card_markdown())
    results.provenance(
        {"Model": cardiosense.about().models[0]["SHA-256"][:12], "recompute": card["command"]}
    )
