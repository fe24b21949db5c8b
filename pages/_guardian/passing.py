"""Going on in spite of an alert: a coded reason, a comment where it is needed, and who decides."""

from __future__ import annotations

import streamlit as st

from core.errors import SuiteError
from core.guardian import COMMENTED, REASONS, Alert, override
from pages._guardian import checked as keeping
from pages._guardian.checked import Checked
from pages._shared.results import escaped

ROLES = ("prescriber", "pharmacist", "nurse", "other")


def ask(one: Alert, checked: Checked) -> None:
    """Offer to pass an alert over; it is recorded, and stays visible with its reason."""
    key = f"guardian.pass.{one.key}"
    with (
        st.popover("Go on in spite of it", icon=":material/gavel:", type="tertiary", key=key),
        st.form(f"{key}.form", border=False),
    ):
        reason = st.selectbox(
            "Reason",
            list(REASONS),
            index=None,
            format_func=REASONS.__getitem__,
            placeholder="Choose a reason",
            key=f"{key}.reason",
        )
        comment = st.text_input(
            "Comment",
            key=f"{key}.comment",
            help="Needed where the reason asks for it. It is part of the patient's record.",
        )
        role = st.selectbox("Decided by", ROLES, key=f"{key}.role")
        if st.form_submit_button("Record and go on"):
            _decide(one, checked, reason, comment, str(role))


def _decide(one: Alert, checked: Checked, reason: str | None, comment: str, role: str) -> None:
    if reason is None:
        st.warning("Choose a reason.")
        return
    if reason in COMMENTED and not comment.strip():
        st.warning(f"{REASONS[reason]}.")
        return
    try:
        keeping.go_on(checked, override(one, reason, comment, role))
    except SuiteError as error:
        st.warning(escaped(error.message))
        return
    st.rerun()
