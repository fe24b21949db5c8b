"""Take the result along: PDF, JSON, and the same call from a program."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core import breast_cancer
from core.breast_cancer import CaseScore
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
    moved = score.threshold != breast_cancer.default_threshold()
    query, argument = (
        (f"?threshold={score.threshold}", f", threshold={score.threshold}") if moved else ("", "")
    )
    st.markdown("The same answer from a program:")
    st.code(
        f"curl 'http://127.0.0.1:8501/api/v1/breast-cancer/score{query}' "
        f"-H 'Content-Type: application/json' -d '{json.dumps(dict(entered))}'",
        language="bash",
        wrap_lines=True,
    )
    st.code(
        "from core.breast_cancer import score_case\n\n"
        f"answer = score_case({dict(entered)!r}{argument})\n"
        "print(answer.p, answer.decision, answer.ood_p, answer.blame.sentence())",
        language="python",
        wrap_lines=True,
    )
