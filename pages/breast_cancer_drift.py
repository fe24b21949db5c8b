"""Drift: has the instrument changed, or the patients? One batch, a stream, and kept timelines."""

from __future__ import annotations

import streamlit as st

from pages._breast_cancer import drift_batch, drift_source, drift_stream, drift_timeline
from pages._shared import header

VIEWS = ("Batch", "Stream", "Timeline")


def body() -> None:
    example = drift_source.ask()
    batch, stream, timeline = st.tabs(list(VIEWS), key="view", bind="query-params")
    # Only the open tab is computed; the address names it.
    if batch.open:
        with batch:
            drift_batch.show(example)
    if stream.open:
        with stream:
            drift_stream.show(example)
    if timeline.open:
        with timeline:
            drift_timeline.show()


with header.page("breast-cancer-drift"):
    body()
