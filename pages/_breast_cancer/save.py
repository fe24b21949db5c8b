"""Take the result along: PDF, JSON, and the same call from a program."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core import breast_cancer
from core.breast_cancer import CaseScore
from pages._breast_cancer import operating
from pages._shared import calls
from pages._shared.call import Call
from pages._shared.downloads import download
from pages._shared.inputs import Record


def case(entered: Record, score: CaseScore) -> None:
    """Offer the report, the data, and the code that gives the same answer."""
    notes = st.text_area("Notes for the report", key="bc.notes", max_chars=4000)

    def report() -> bytes:
        return breast_cancer.case_report(
            entered,
            threshold=score.threshold,
            notes=notes,
            issued=datetime.datetime.now(tz=datetime.UTC).date(),
        )

    with st.container(horizontal=True):
        download(
            "Download the report (PDF)", report, "breast_cancer.pdf", "application/pdf", "primary"
        )
        download(
            "Download the data (JSON)",
            json.dumps({"case": dict(entered), "answer": score.to_dict()}, indent=1),
            "breast_cancer.json",
            "application/json",
        )
    given = calls.record(entered)
    threshold = operating.moved(score.threshold)
    python = (
        "from core.breast_cancer import score_case\n\n"
        f"answer = score_case({given!r}{calls.arguments(threshold=threshold)})\n"
        "print(answer.p, answer.decision, answer.ood_p, answer.blame.sentence())"
    )
    calls.show(Call("/v1/breast-cancer/score", {"threshold": threshold}, given, python=python))
