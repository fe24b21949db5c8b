"""A file of sales: what kind it is, and what is wrong with which cell."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import streamlit as st

from core.apple_sales import SalesTable, read_sales, sales_template
from core.errors import InputError, SuiteError
from core.scale import read_header
from core.tables import MAX_BYTES
from pages._shared import batch_view, results
from pages._shared.downloads import download

KEY = "apple.data"
TYPES = ["csv", "tsv", "txt", "parquet"]
LISTED = 12


@dataclasses.dataclass(frozen=True, eq=False)
class Chosen:
    """A checked table, and what it was read by: a result is kept under ``key``."""

    key: tuple[Any, ...]
    table: SalesTable
    example: str = ""


def ask() -> Chosen | None:
    """Ask for a file; show what is wrong with it where it cannot be used."""
    given = st.file_uploader(
        "CSV or Parquet file of sales",
        TYPES,
        max_upload_size=MAX_BYTES // 2**20,
        key=f"{KEY}.file",
        help="The public demo's seven columns, sales by period, or any table of numbers.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        download("Template with periods", lambda: sales_template("sales"), "sales.csv", "text/csv")
        download("Template of the demo", lambda: sales_template("demo"), "demo.csv", "text/csv")
        st.caption("Nothing that you upload is stored.")
    if given is None:
        st.session_state.pop(f"{KEY}.read", None)
        st.info("Choose a file, or look at an example first.", icon=":material/info:")
        return None
    return _checked(given)


def _checked(given: Any) -> Chosen | None:
    """Return the table of a file; ask what it leaves open."""
    target, drop = None, False
    found = _once(given, None, False)
    if isinstance(found, InputError) and not _bad_cells(found):
        target = _ask_target(given, found)
        if target is None:
            return None
        found = _once(given, target, False)
    if _bad_cells(found):
        drop = st.checkbox("Leave rows with bad cells out", key=f"{KEY}.{given.file_id}.drop")
        _findings(found.problems)
        found = _once(given, target, True) if drop else found
    if isinstance(found, SuiteError):
        results.refusal(_short(found), "This file cannot be used")
        return None
    results.badge("ok", f"{found.n:,} of {found.rows:,} rows keep the contract")
    results.notes(found.notes, "unknown")
    return Chosen((given.file_id, target, drop), found)


def _ask_target(given: Any, refused: InputError) -> str | None:
    """Show why the file is neither kind, and ask what to predict if it is taken as it is."""
    results.refusal(refused, "Not one of the two kinds of sales file")
    try:
        columns = list(read_header(given.getbuffer(), given.name))
    except SuiteError:
        return None
    return st.selectbox(
        "Treat it as any table of numbers: column to predict",
        columns,
        index=None,
        key=f"{KEY}.{given.file_id}.target",
        placeholder="choose a column",
    )


def _once(given: Any, target: str | None, drop: bool) -> Any:
    """Return what reading gives, or the error; only the present file's readings are kept."""
    stored = st.session_state.get(f"{KEY}.read", (None, {}))
    if stored[0] != given.file_id:
        stored = (given.file_id, {})
    if (target, drop) not in stored[1]:
        with st.spinner("Checking every cell"):
            try:
                outcome: Any = read_sales(
                    given.getvalue(), given.name, target=target, drop_bad=drop
                )
            except SuiteError as error:
                outcome = error
        stored[1][target, drop] = outcome
    st.session_state[f"{KEY}.read"] = stored
    return stored[1][target, drop]


def _bad_cells(found: Any) -> bool:
    return isinstance(found, InputError) and any(one.row is not None for one in found.problems)


def _findings(problems: Any) -> None:
    counts = Counter((one.column, one.rule, one.severity) for one in problems)
    batch_view.findings(counts, problems)


def _short(error: SuiteError) -> SuiteError:
    """Return the error with its first findings; all are in the table of findings."""
    if len(error.problems) <= LISTED or not isinstance(error, InputError):
        return error
    return InputError.from_problems(error.problems[:LISTED])
