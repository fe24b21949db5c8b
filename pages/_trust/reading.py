"""Read an uploaded file once, and ask what it leaves open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import InputError, SuiteError
from core.scale import read_header
from core.tables import read_table as read_text
from core.trust import read_table
from pages._shared import results
from pages._trust.columns import Picked
from pages._trust.subject import Subject


def forget(key: str) -> None:
    """Drop what was read of a file that is no longer there."""
    for part in ("header", "read", "labels"):
        st.session_state.pop(f"{key}.{part}", None)


def header(given: Any, key: str) -> list[str]:
    """Return the columns of a file, read once."""
    if st.session_state.get(f"{key}.header", (None,))[0] != given.file_id:
        names = list(read_header(given.getbuffer(), given.name))
        st.session_state[f"{key}.header"] = (given.file_id, names)
    found: list[str] = st.session_state[f"{key}.header"][1]
    return found


def read(given: Any, picked: Picked, key: str, positive: str | None = None) -> Subject | None:
    """Read the rows; ask what the file leaves open, and show why it is refused if it is."""
    if picked.label is None or not (picked.prob or picked.pred):
        st.info(
            "Say which column is the outcome, and which the probability or the call.",
            icon=":material/info:",
        )
        return None
    found, drop = _once(given, picked, positive, False, key), False
    if _asks_positive(found):
        positive = _ask_positive(given, picked, key)
        if positive is None:
            return None
        found = _once(given, picked, positive, False, key)
    if _has_bad_cells(found):
        drop = st.checkbox(
            "Leave rows with unusable cells out",
            key=f"{key}.{given.file_id}.drop",
            help="They are named below and in the audit; the other rows are judged.",
        )
        found = _once(given, picked, positive, drop, key) if drop else found
    if isinstance(found, SuiteError):
        results.refusal(found, "This file cannot be audited")
        return None
    data, info = found
    return Subject(
        key=("file", given.file_id, picked, positive, drop),
        title=given.name,
        how="Uploaded; that the model was not trained on these rows is for you to know.",
        read=data,
        notes=info.notes,
        options=_options(picked, positive, drop),
        file=given.name,
    )


def _once(given: Any, picked: Picked, positive: str | None, drop: bool, key: str) -> Any:
    """Return what reading gives, or the error: read again only when the question changes."""
    question = (given.file_id, picked, positive, drop)
    stored: dict[Any, Any] = st.session_state.setdefault(f"{key}.read", {})
    if question not in stored:
        with st.spinner("Checking every cell"):
            outcome = _tried(
                lambda: read_table(
                    given.getvalue(),
                    name=given.name,
                    positive=positive,
                    drop_bad=drop,
                    **picked.arguments(),
                )
            )
        # Only what led to the present answer is kept.
        kept = {k: v for k, v in stored.items() if k[:2] == question[:2] and _is_error(v)}
        st.session_state[f"{key}.read"] = stored = {**kept, question: outcome}
    return stored[question]


def _tried(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except SuiteError as error:
        return error


def _is_error(found: Any) -> bool:
    return isinstance(found, SuiteError)


def _asks_positive(found: Any) -> bool:
    return _is_error(found) and [p.column for p in found.problems] == ["positive"]


def _has_bad_cells(found: Any) -> bool:
    return isinstance(found, InputError) and any(p.row is not None for p in found.problems)


def _ask_positive(given: Any, picked: Picked, key: str) -> str | None:
    """Ask which of two labels is the positive one, where they do not say it."""
    known = st.session_state.get(f"{key}.labels", (None,))
    if known[0] != (given.file_id, picked.label):
        cells = read_text(given.getvalue(), given.name).frame[picked.label].dropna()
        labels = sorted({str(value).strip() for value in cells.unique()} - {""})
        known = ((given.file_id, picked.label), labels)
        st.session_state[f"{key}.labels"] = known
    chosen: str | None = st.segmented_control(
        "Which outcome is the positive one? The labels do not say it.",
        known[1],
        key=f"{key}.{given.file_id}.positive",
    )
    return chosen


def _options(picked: Picked, positive: str | None, drop: bool) -> dict[str, list[str]]:
    found = {
        "label": [picked.label or ""],
        "prob": list(picked.prob),
        "pred": [picked.pred] if picked.pred else [],
        "group": list(picked.groups),
        "date": [picked.date] if picked.date else [],
        "positive": [positive] if positive else [],
        "threshold": [f"{picked.threshold:g}"] if picked.threshold != 0.5 else [],
        "drop-bad": [""] if drop else [],
    }
    return {name: values for name, values in found.items() if values}
