"""A table of the reader's: read once, kept in the session only."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import SalesTable, read_numbers
from core.errors import SuiteError
from pages._shared import results

TYPES = ["csv", "tsv", "txt", "parquet"]
MAX_MB = 50


def ask(key: str) -> tuple[str, SalesTable] | None:
    """Ask for a file; return what names it and its content, or nothing, saying why."""
    given = st.file_uploader(
        "CSV or Parquet file with a header and columns of numbers",
        TYPES,
        max_upload_size=MAX_MB,
        key=f"{key}.file",
        help="Such as the public demo's seven columns. Nothing that you upload is stored.",
    )
    place = f"{key}.table"
    if given is None:
        st.session_state.pop(place, None)
        st.info("Choose a file, or one of the data sets above.", icon=":material/info:")
        return None
    stored = st.session_state.get(place)
    if stored is None or stored[0] != given.file_id:
        try:
            with st.spinner("Checking every cell"):
                stored = (given.file_id, read_numbers(given.getvalue(), given.name))
        except SuiteError as error:
            results.refusal(error, "This file cannot be read")
            return None
        st.session_state[place] = stored
    table: SalesTable = stored[1]
    _say(table)
    return str(stored[0]), table


def _say(table: SalesTable) -> None:
    results.notes(table.notes, "unknown")
    if table.dropped:
        with st.expander(f"Cells that were left out: {len(table.dropped):,}"):
            results.problems(table.dropped[:100])
