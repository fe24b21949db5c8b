"""Take the result along: PDF, JSON, and the same call from a program."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core import cardiosense
from core.cardiosense import Risk
from pages._cardiosense import plan
from pages._shared import calls
from pages._shared.call import Call
from pages._shared.downloads import download
from pages._shared.inputs import Record


def patient(entered: Record, risk: Risk) -> None:
    """Offer the report, the data, and the code that gives the same answer."""
    notes = st.text_area("Notes for the report", key="cardio.notes", max_chars=4000)
    path = plan.current("diagnostic", entered)
    if path is None:
        st.caption("The report will hold no plan: none has been found for this patient.")

    def report() -> bytes:
        return cardiosense.patient_report(
            entered, path=path, notes=notes, issued=datetime.datetime.now(tz=datetime.UTC).date()
        )

    with st.container(horizontal=True):
        download(
            "Download the report (PDF)", report, "cardiosense.pdf", "application/pdf", "primary"
        )
        download(
            "Download the data (JSON)",
            json.dumps({"patient": dict(entered), "risk": risk.to_dict()}, indent=1),
            "cardiosense.json",
            "application/json",
        )
    given = calls.record(entered)
    python = (
        "from core.cardiosense import score_patient\n\n"
        f"risk = score_patient({given!r})\n"
        "print(risk.p, risk.low, risk.high, risk.decision)"
    )
    calls.show(Call("/v1/cardiosense/score", body=given, python=python))
