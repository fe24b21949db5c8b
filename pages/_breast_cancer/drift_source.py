"""Where the rows of the drift page come from: an example, or the reader's own file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from core.breast_cancer import EXAMPLES, FEATURES, read_cases
from core.errors import SuiteError
from core.scale import read_header
from core.tables import match_columns
from pages._shared import results, upload

KEY = "bc.drift"
MAX_MB = 512
TYPES = ["csv", "tsv", "txt", "parquet"]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows to judge.

    Attributes
    ----------
    source : str
        What they are, and the key under which results are kept.
    values : ndarray, shape (n, 30)
        NaN where missing or refused.
    outcomes : ndarray, shape (n,), or None
        1 = malignant, 0 = benign, NaN = not known; None if the file's column was not named.
    stride : int
        Every how many rows of the file one was kept.
    example : str
        Key of the example; empty for a file.
    file : str
        Name of the file.
    columns : mapping or None
        Which column of it carries which field, where the names do not tell.
    outcome : str or None
        Its column with outcomes.
    window : int or None
        How many of its last rows these are; ``None`` for all.
    """

    source: str
    values: np.ndarray
    outcomes: np.ndarray | None = None
    stride: int = 1
    example: str = ""
    file: str = ""
    columns: Mapping[str, str | None] | None = None
    outcome: str | None = None
    window: int | None = None


def ask() -> str | None:
    """Let the reader choose an example; ``None`` means a file of their own."""
    titles = {key: example.title for key, example in EXAMPLES.items()}
    widget = f"{KEY}.example"
    if widget not in st.session_state and st.query_params.get("example") in titles:
        st.session_state[widget] = st.query_params["example"]

    def link() -> None:
        chosen = st.session_state[widget]
        if chosen is None:
            st.query_params.pop("example", None)
        else:
            st.query_params["example"] = chosen

    return st.segmented_control(
        "Example",
        list(titles),
        format_func=titles.__getitem__,
        key=widget,
        on_change=link,
        help="Real held-out cases, most with a planted fault. Choose none to judge a file.",
    )


def file_rows(label: str, key: str, *, outcomes: bool = False) -> Rows | None:
    """Read a file of the reader's; show what is wrong with it where it cannot be read.

    Parameters
    ----------
    label, key : str
        What the file is, and the prefix of the widget keys.
    outcomes : bool
        Whether to ask which column holds what histology found.
    """
    given = st.file_uploader(label, TYPES, max_upload_size=MAX_MB, key=f"{KEY}.{key}")
    if given is None:
        return None
    try:
        header = list(read_header(given.getbuffer(), given.name))
        guess = match_columns(header, FEATURES)
        chosen = upload.mapping(header, guess, FEATURES, f"{KEY}.{key}.{given.file_id}")
        named = _outcome_column(guess.unknown, f"{KEY}.{key}.outcome") if outcomes else None
        question = (given.file_id, chosen, named)
        stored = st.session_state.get(f"{KEY}.{key}.rows")
        if stored is None or stored[0] != question:
            with st.spinner("Checking every cell"):
                cases = read_cases(
                    given.getbuffer(), name=given.name, columns=chosen, outcome=named
                )
            source = f"{given.name}:{given.file_id}:{named}"
            rows_of = Rows(
                source,
                cases.values,
                cases.outcomes,
                cases.stride,
                file=given.name,
                columns=chosen or None,
                outcome=named,
            )
            stored = (question, rows_of, cases.report)
            st.session_state[f"{KEY}.{key}.rows"] = stored
    except SuiteError as error:
        results.refusal(error, "This file cannot be judged")
        return None
    rows: Rows = stored[1]
    report = stored[2]
    if report.refused:
        st.caption(
            f"{report.refused:,} of {report.rows:,} rows have a missing or refused cell; such rows "
            "count as evidence against integrity, never as healthy."
        )
    return rows


def _outcome_column(free: Sequence[str], key: str) -> str | None:
    """Ask which column, if any, holds what histology found later."""
    if not free:
        return None
    column: str | None = st.selectbox(
        "Column with outcomes, if there is one",
        list(free),
        index=None,
        placeholder="none",
        key=key,
        help="M, malignant or 1; B, benign or 0; empty where not known. Adds the test of whether "
        "the probabilities still hold. In scikit-learn's own table 0 means malignant.",
    )
    return column
