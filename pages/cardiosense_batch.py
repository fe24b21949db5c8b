"""Batch: a file of patients in, the same file with estimates out, and every bad cell named."""

from __future__ import annotations

import streamlit as st

from core.cardiosense import DIAGNOSTIC, OUTPUT_COLUMNS, Batch, batch_template, score_table
from core.errors import SuiteError
from core.tables import match_columns, read_table, to_csv, to_parquet
from core.viz import histogram
from pages._shared import batch_view, calls, charts, header, results, tables, upload
from pages._shared.downloads import download

KEY = "batch"
PREVIEW_ROWS = 200
MAX_MB = 50
ENOUGH_FOR_HISTOGRAM = 20


def scored(content: bytes, name: str, file_id: str) -> Batch:
    """Match the columns and score the file, once for each file and choice of columns."""
    if st.session_state.get(f"{KEY}.header", (None,))[0] != file_id:
        columns = [str(column) for column in read_table(content, name).frame.columns]
        st.session_state[f"{KEY}.header"] = (file_id, columns)
    columns = st.session_state[f"{KEY}.header"][1]
    found = match_columns(columns, DIAGNOSTIC)
    chosen = upload.mapping(columns, found, DIAGNOSTIC, f"{KEY}.{file_id}")
    question = (file_id, chosen)
    if st.session_state.get(f"{KEY}.scored", (None,))[0] != question:
        with st.spinner("Checking every cell and scoring every row"):
            batch = score_table(content, name=name, columns=chosen)
        st.session_state[f"{KEY}.scored"] = (question, batch)
    answer: Batch = st.session_state[f"{KEY}.scored"][1]
    return answer


def show(batch: Batch) -> None:
    rows, done, refused = st.columns(3)
    rows.metric("Rows", f"{len(batch.frame):,}")
    done.metric("Scored", f"{batch.n_scored:,}")
    refused.metric("Refused", f"{batch.n_refused:,}")
    results.notes(batch.notes, "unknown")
    batch_view.findings(batch.counts, batch.problems)
    if batch.n_scored >= ENOUGH_FOR_HISTOGRAM:
        label = "Estimated probability of narrowing"
        charts.show(histogram(batch.frame["p_disease"], x_label=label), key=f"{KEY}.histogram")
    added = list(OUTPUT_COLUMNS)
    given = [column for column in batch.frame.columns if column not in added]
    tables.show(
        batch.frame.head(PREVIEW_ROWS),
        alt="Scored rows.",
        column_order=[*added[:4], *given, *added[4:]],
    )
    if len(batch.frame) > PREVIEW_ROWS:
        st.caption(f"The first {PREVIEW_ROWS} rows; the download holds all {len(batch.frame):,}.")
    with st.container(horizontal=True):
        download("Download CSV", lambda: to_csv(batch.frame), "scored.csv", "text/csv", "primary")
        download(
            "Download Parquet",
            lambda: to_parquet(batch.frame),
            "scored.parquet",
            "application/vnd.apache.parquet",
        )


def code(name: str) -> None:
    columns = st.session_state[f"{KEY}.scored"][0][1] or None
    python = (
        "from pathlib import Path\n\nfrom core.cardiosense import score_table\n\n"
        f"file = Path({name!r})\n"
        "batch = score_table(file.read_bytes(), name=file.name"
        f"{calls.arguments(columns=columns)})\n"
        "print(batch.frame)"
    )
    batch_view.code("cardiosense", name, columns, python)


def body() -> None:
    file = st.file_uploader(
        "CSV or Parquet file, one patient a row",
        ["csv", "tsv", "txt", "parquet"],
        max_upload_size=MAX_MB,
        key=f"{KEY}.file",
    )
    download("Download the template", batch_template, "cardiosense_template.csv", "text/csv")
    with st.expander("What the columns mean", icon=":material/menu_book:"):
        tables.show(DIAGNOSTIC.dictionary(), alt="Data dictionary.")
    if file is None:
        st.info("Nothing that you upload is stored.", icon=":material/info:")
        return
    try:
        batch = scored(file.getvalue(), file.name, file.file_id)
    except SuiteError as error:
        results.refusal(error, "This file cannot be scored")
        return
    show(batch)
    code(file.name)


with header.page("cardiosense-batch"):
    body()
