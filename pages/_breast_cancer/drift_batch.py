"""One batch against the reference: two lamps, and every test behind and beside them."""

from __future__ import annotations

import dataclasses
import json

import streamlit as st

from core.breast_cancer import DriftReport, drift, example_batch
from core.errors import SuiteError
from pages._breast_cancer import drift_code, drift_source, lamps
from pages._breast_cancer.drift_source import KEY, Rows
from pages._shared import kept, results
from pages._shared.downloads import download


def show(example: str | None) -> None:
    """Ask for a batch, judge it and show the verdict."""
    reference: Rows | None = None
    if example is not None:
        rows: Rows | None = Rows(
            f"example {example}", example_batch(example), example=example, file="cases.csv"
        )
    else:
        rows = drift_source.file_rows(
            "Batch: CSV or Parquet, one case a row", "batch", outcomes=True
        )
        with st.expander("Another reference than the training cases", icon=":material/swap_horiz:"):
            st.caption("At least 200 complete cases of your own that were in order.")
            reference = drift_source.file_rows("Reference file", "reference")
    if rows is None:
        st.info("Choose an example above, or give a file.", icon=":material/info:")
        return
    rows = _windowed(rows)
    try:
        report = _judged(rows, reference)
    except SuiteError as error:
        results.refusal(error, "No verdict")
        return
    lamps.show(report)
    if rows.stride > 1:
        st.caption(f"Judged on every {rows.stride}th row of the file.")
    with st.expander("Every test", expanded=rows.example != "", icon=":material/rule:"):
        lamps.tests(report, f"{KEY}.batch")
    download(
        "Download the report (JSON)",
        json.dumps(report.to_dict(), indent=1),
        "drift.json",
        "application/json",
    )
    drift_code.show(rows, reference)
    results.provenance({"Model": report.model, "rows": f"{report.n:,}"})


def _windowed(rows: Rows) -> Rows:
    n = len(rows.values)
    if rows.example or n < 2 * 25:
        return rows
    window = st.slider(
        "Window: the last rows of the file", 25, n, n, key=f"{KEY}.window.{rows.source}"
    )
    last = None if rows.outcomes is None else rows.outcomes[-window:]
    return dataclasses.replace(
        rows,
        source=f"{rows.source}, last {window}",
        values=rows.values[-window:],
        outcomes=last,
        window=None if window == n else window,
    )


def _judged(rows: Rows, reference: Rows | None) -> DriftReport:
    against = reference.values if reference else None
    with st.spinner("Judging the batch"):
        return kept.once(
            f"{KEY}.report",
            (rows.source, reference.source if reference else ""),
            lambda: drift(rows.values, reference=against, y=rows.outcomes),
            public=rows.example != "" and reference is None,
        )
