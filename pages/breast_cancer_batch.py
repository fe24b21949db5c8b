"""Batch: a file of cases in, the same file with answers out, and a verdict on the whole of it."""

from __future__ import annotations

import io
from collections.abc import Mapping

import streamlit as st

from core.breast_cancer import (
    FEATURES,
    OUTPUT_COLUMNS,
    Batch,
    DriftReport,
    case_template,
    drift,
    score_file,
    write_scored,
)
from core.errors import SuiteError
from core.scale import read_header
from core.tables import match_columns, to_csv, to_parquet
from core.viz import histogram
from core.viz.text import percent
from pages._breast_cancer import lamps
from pages._shared import batch_view, calls, charts, header, results, tables, upload
from pages._shared.downloads import download

KEY = "bc.batch"
MAX_MB = 512
WHOLE_MB = 50
"""Largest file whose cells are kept, so that it can be downloaded with the answers beside them."""

ENOUGH_FOR_HISTOGRAM = 20
Columns = Mapping[str, str | None] | None
Stored = tuple[tuple[str, Columns], str, Batch, DriftReport]


def scored(content: memoryview, name: str, file_id: str) -> None:
    """Match the columns, score the file and judge it, once for each file and choice of columns."""
    if st.session_state.get(f"{KEY}.header", (None,))[0] != file_id:
        st.session_state[f"{KEY}.header"] = (file_id, list(read_header(content, name)))
    columns = st.session_state[f"{KEY}.header"][1]
    chosen = upload.mapping(columns, match_columns(columns, FEATURES), FEATURES, f"{KEY}.{file_id}")
    question = (file_id, chosen)
    if st.session_state.get(f"{KEY}.scored", (None,))[0] == question:
        return
    with st.spinner("Checking every cell and scoring every row"):
        batch = score_file(content, name=name, columns=chosen)
        verdict = drift(batch.sample.values, extra=False)
    st.session_state[f"{KEY}.scored"] = (question, name, batch, verdict)
    if len(content) > WHOLE_MB * 2**20:
        # The answers are kept, the file is not: a new uploader lets go of its bytes.
        st.session_state[f"{KEY}.uploader"] = st.session_state.get(f"{KEY}.uploader", 0) + 1
        st.rerun()


def show(name: str, batch: Batch, verdict: DriftReport) -> None:
    facts = {
        "Rows": batch.report.rows,
        "Scored": batch.n_scored,
        "Refused": batch.n_refused,
        "Called malignant": batch.decisions.get("malignant", 0),
        "Call withheld": batch.decisions.get("withheld", 0),
    }
    for column, (label, count) in zip(st.columns(len(facts)), facts.items(), strict=True):
        column.metric(label, f"{count:,}")
    st.caption(f"{name}; called malignant from {percent(batch.threshold)}.")
    results.notes(batch.notes, "unknown")
    st.subheader("The file as a whole", anchor=False)
    lamps.show(verdict)
    if batch.sample.stride > 1:
        st.caption(
            f"Judged on every {batch.sample.stride}th row, {len(batch.sample.values):,} in all."
        )
    batch_view.findings(batch.report.counts, batch.report.problems)
    if batch.n_scored >= ENOUGH_FOR_HISTOGRAM:
        label = "Estimated probability of malignancy"
        charts.show(histogram(batch.results["p_malignant"], x_label=label), key=f"{KEY}.histogram")
    given = [column for column in batch.preview.columns if column not in OUTPUT_COLUMNS]
    tables.show(
        batch.preview,
        alt="The first rows with their answers.",
        column_order=[*OUTPUT_COLUMNS[:5], *given, *OUTPUT_COLUMNS[5:]],
    )
    if batch.report.rows > len(batch.preview):
        st.caption(f"The first {len(batch.preview)} of {batch.report.rows:,} rows.")


def downloads(batch: Batch, content: memoryview | None, name: str, columns: Columns) -> None:
    """Offer the whole file with answers while it is small, and the answers alone at any size."""

    def whole() -> bytes:
        out = io.BytesIO()
        write_scored(content or b"", out, name=name, columns=columns)
        return out.getvalue()

    with st.container(horizontal=True):
        if content is not None:
            download("Download CSV", whole, "scored.csv", "text/csv", "primary")
        numbered = batch.results.assign(row=range(1, len(batch.results) + 1))
        download("Answers as CSV", lambda: to_csv(numbered), "answers.csv", "text/csv")
        download(
            "Answers as Parquet",
            lambda: to_parquet(numbered),
            "answers.parquet",
            "application/vnd.apache.parquet",
        )


def code(name: str, columns: Columns) -> None:
    python = (
        "from pathlib import Path\n\nfrom core.breast_cancer import score_file\n\n"
        f"batch = score_file(Path({name!r}){calls.arguments(columns=columns or None)})\n"
        "print(batch.results)"
    )
    batch_view.code("breast-cancer", name, columns, python)


def body() -> None:
    file = st.file_uploader(
        "CSV or Parquet file, one case a row",
        ["csv", "tsv", "txt", "parquet"],
        max_upload_size=MAX_MB,
        key=f"{KEY}.file.{st.session_state.get(f'{KEY}.uploader', 0)}",
    )
    download("Download the template", case_template, "cases_template.csv", "text/csv")
    with st.expander("What the columns mean", icon=":material/menu_book:"):
        tables.show(FEATURES.dictionary(), alt="Data dictionary.")
    content = None
    if file is not None:
        content = file.getbuffer()
        try:
            scored(content, file.name, file.file_id)
        except SuiteError as error:
            results.refusal(error, "This file cannot be scored")
            return
    stored: Stored | None = st.session_state.get(f"{KEY}.scored")
    if stored is None:
        st.info("Nothing that you upload is stored.", icon=":material/info:")
        return
    (_, columns), name, batch, verdict = stored
    show(name, batch, verdict)
    downloads(batch, content, name, columns)
    code(name, columns)


with header.page("breast-cancer-batch"):
    body()
