"""Batch: a file of patients in, the same file with estimates out, and every bad cell named."""

from __future__ import annotations

import streamlit as st

from core.cardiosense import DIAGNOSTIC, Batch, score_table, template
from core.errors import SuiteError
from core.tables import problems_frame, to_csv, to_parquet
from core.viz import histogram
from pages._shared import charts, header, results, upload

KEY = "batch"
PREVIEW_ROWS = 200
MAX_MB = 50


def show(batch: Batch) -> None:
    scored, refused, rows = st.columns(3)
    rows.metric("Rows", f"{len(batch.frame):,}")
    scored.metric("Scored", f"{batch.n_scored:,}")
    refused.metric("Refused", f"{batch.n_refused:,}")
    results.notes(batch.notes, "unknown")
    if batch.problems:
        with st.expander(f"What is wrong with the file: {len(batch.problems):,} findings"):
            report = problems_frame(batch.problems)
            st.dataframe(report.head(PREVIEW_ROWS), hide_index=True, alt="Findings, cell by cell.")
            st.download_button(
                "Download all findings", to_csv(report), "findings.csv", "text/csv",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
    if batch.n_scored:
        charts.show(
            histogram(batch.frame["p_disease"], x_label="Estimated probability of narrowing"),
            key=f"{KEY}.histogram",
        )
    st.dataframe(batch.frame.head(PREVIEW_ROWS), hide_index=True, alt="Scored rows.")
    if len(batch.frame) > PREVIEW_ROWS:
        st.caption(f"The first {PREVIEW_ROWS} rows; the download holds all.")
    columns = st.columns(2)
    columns[0].download_button(
        "Download CSV", lambda: to_csv(batch.frame), "scored.csv", "text/csv",
        icon=":material/download:", type="primary", on_click="ignore",
    )  # fmt: skip
    columns[1].download_button(
        "Download Parquet", lambda: to_parquet(batch.frame), "scored.parquet",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    st.markdown("The same call from a program:")
    st.code("python -m apps.cli cardiosense score patients.csv scored.csv", language="bash")
    st.code(
        "curl --data-binary @patients.csv -H 'Content-Type: text/csv' "
        "http://127.0.0.1:8501/api/v1/cardiosense/batch -o scored.csv",
        language="bash",
    )


with header.page("cardiosense-batch"):
    file = st.file_uploader(
        "CSV or Parquet file", ["csv", "tsv", "txt", "parquet"], max_upload_size=MAX_MB,
        key=f"{KEY}.file",
    )  # fmt: skip
    st.download_button(
        "Download the template", template(), "cardiosense_template.csv", "text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    with st.expander("What the columns mean"):
        st.dataframe(DIAGNOSTIC.dictionary(), hide_index=True, alt="Data dictionary.")
    if file is None:
        st.info(
            "Upload a file with one patient a row, or start from the template. Nothing is stored.",
            icon=":material/info:",
        )
        st.stop()
    try:
        columns = upload.mapping(file.getvalue(), file.name, DIAGNOSTIC, KEY)
        batch = score_table(file.getvalue(), name=file.name, columns=columns)
    except SuiteError as error:
        results.refusal(error, "This file cannot be scored")
        st.stop()
    show(batch)
