"""What was asked in this session, and the answers as files."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from core.apple_sales import Answer, ask
from core.errors import InputError
from core.tables import to_csv
from core.viz.text import counted
from pages._shared import downloads, results, tables

KEPT = "apple.questions.answers"
MOST = 10


def answered(question: str) -> Answer | None:
    """Return the answer to a question, from this session if it was the last one asked."""
    kept: list[Answer] = st.session_state.setdefault(KEPT, [])
    if not question.strip():
        return None
    if kept and kept[-1].question == question:
        return kept[-1]
    before = next((one for one in reversed(kept) if one.understood and one.cells), None)
    try:
        with st.spinner("Looking up and computing (a forecast or plan takes some seconds)"):
            answer = ask(question, last=before)
    except InputError as error:
        results.refusal(error, "No answer")
        return None
    st.session_state[KEPT] = [*kept, answer][-MOST:]
    return answer


def show() -> None:
    """Show the last questions with their figures, newest first."""
    kept: list[Answer] = st.session_state.get(KEPT, [])
    if not kept:
        return
    with st.expander(
        f"Asked in this session: {counted(len(kept), 'question')}", icon=":material/history:"
    ):
        tables.show(
            [
                {"Question": one.question, "Figure": one.figure, "Answer": one.text}
                for one in reversed(kept)
            ],
            "Questions of this session with their answers, newest first.",
        )
        with st.container(horizontal=True):
            downloads.download(
                "Answers (JSON)", lambda: _json(kept), "answers.json", "application/json"
            )
            downloads.download("Cells (CSV)", lambda: _csv(kept), "answers.csv", "text/csv")
        st.caption(f"The last {MOST} are kept, in this session only.")


def _json(kept: list[Answer]) -> bytes:
    return json.dumps([one.to_dict() for one in kept], indent=2, allow_nan=False).encode()


def _csv(kept: list[Answer]) -> bytes:
    """Return one row a quoted cell, and one for an answer without cells."""
    rows: list[dict[str, object]] = []
    for one in kept:
        told: dict[str, object] = {"question": one.question, "topic": one.topic, "answer": one.text}
        told |= {"figure": one.figure, "formula": one.formula}
        cells: list[dict[str, object]] = [
            {"cell": c.name, "value": c.value, "unit": c.unit, "mark": c.mark, "source": c.source}
            for c in one.cells
        ]
        rows += [{**told, **cell} for cell in cells] or [told]
    return to_csv(pd.DataFrame(rows))
