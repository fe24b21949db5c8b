"""Overrides and audit: what alerts cost, why they were passed over, whether the log stands."""

from __future__ import annotations

import streamlit as st

from core.errors import SuiteError
from pages._guardian import burden, chain, logged
from pages._shared import header, results


def body() -> None:
    if logged.in_log():
        st.markdown("From the audit log of this server.")
    else:
        st.markdown(
            "The audit log is off, so this session keeps a chain of its own, in memory. It ends "
            "with the session. The owner of the server switches the log on with "
            "`SUITE_AUDIT_MODE=hashes`."
        )
    try:
        burden.show(logged.entries())
    except SuiteError as error:
        results.refusal(error, "The log cannot be relied on")
    st.subheader("The log", anchor=False)
    try:
        chain.show(*logged.whole())
    except SuiteError as error:
        results.refusal(error, "The log cannot be read")


with header.page("guardian-audit"):
    body()
