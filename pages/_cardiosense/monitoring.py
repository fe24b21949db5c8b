"""Monitoring as far as the owner of the server switched it on."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from core.cardiosense import Surveillance
from core.errors import SuiteError
from core.runtime.settings import settings
from core.viz.text import number
from core.viz.theme import StatusName
from pages._shared import results, tables, trail

WINDOW = 100
LEVEL_PERCENT = 5
STATUS: dict[str, StatusName] = {
    "change shown": "attention",
    "no change shown": "ok",
    "not enough data": "unknown",
}


def show() -> None:
    """Show drift of the logged traffic, fed-back outcomes, and the state of the log."""
    mode = settings().audit_mode
    if mode != "full":
        results.badge("unknown", "Monitoring is off")
        st.markdown(
            f"The audit log is in mode `{mode}`, so no patient values are kept. The owner of the "
            "server switches monitoring on with `SUITE_AUDIT_MODE=full`."
        )
        return
    try:
        found = cardiosense.surveillance(trail.log(), WINDOW)
    except SuiteError as error:
        results.refusal(error, "The log cannot be used")
        return
    _drift(found)
    _outcomes(found)
    results.notes(found.notes, "unknown")
    if st.button("Verify the log", icon=":material/fact_check:", key="monitoring.verify"):
        checked = trail.log().verify()
        results.badge("ok" if checked.ok else "critical", "Intact" if checked.ok else "Altered")
        st.caption(f"{checked.n} entries. {checked.reason or ''} Head: {checked.head}")


def _drift(found: Surveillance) -> None:
    if found.drift is None:
        results.badge("unknown", "Drift: not enough data")
        return
    if found.drift.drifted:
        names = ", ".join(f"{shift.feature} ({shift.kind})" for shift in found.drift.alarms)
        results.badge("attention", f"Drift shown: {names}")
    else:
        results.badge("ok", "No drift shown")
    st.caption(
        f"The latest {found.drift.n_window} patients against {found.drift.n_reference} training "
        f"patients; a false alarm anywhere has a probability of at most {LEVEL_PERCENT} %."
    )
    tables.show(
        [shift.to_dict() for shift in found.drift.shifts],
        alt="Every comparison with its sample sizes and adjusted p value.",
    )


def _outcomes(found: Surveillance) -> None:
    for model, report in found.performance.items():
        results.badge(STATUS[report.verdict], f"{model}: {report.verdict}")
        parts = []
        for part in (report.sensitivity, report.specificity):
            observed = part.observed.text() if part.observed else "no case yet"
            parts.append(
                f"{part.name} {observed}, card {number(part.card, 3)}, {part.n} of {part.needed} "
                "cases needed"
            )
        st.caption("; ".join(parts) + ".")
