"""Streams that are kept from day to day."""

from __future__ import annotations

import datetime

import streamlit as st

from core.breast_cancer import DriftTimeline
from core.errors import SuiteError
from core.runtime.settings import settings
from pages._breast_cancer import drift_watch
from pages._breast_cancer.drift_source import KEY, Rows
from pages._shared import results


def show() -> None:
    """Show the streams that were kept, rebuilt from the log."""
    kept = DriftTimeline(settings().drift_url)
    try:
        streams = kept.streams()
        if not streams:
            st.info(
                "No stream has been kept yet. Give a file under *Stream* and keep it there, or use "
                "`python -m apps.cli breast-cancer watch`.",
                icon=":material/info:",
            )
            return
        name = st.selectbox(
            "Stream",
            list(streams),
            format_func=lambda s: f"{s} ({streams[s]:,} rows)",
            key=f"{KEY}.timeline",
        )
        monitor = kept.monitor(name)
    except SuiteError as error:
        results.refusal(error, "The timeline cannot be shown")
        return
    finally:
        kept.close()
    drift_watch.answer(monitor, None)
    drift_watch.chart(monitor, None, f"{KEY}.kept")
    results.provenance({"Model": monitor.model, "seed": str(monitor.seed), "kept in": kept.place})


def keep(rows: Rows, target: float) -> None:
    """Offer to append rows to a kept stream."""
    with st.popover("Keep in the timeline", icon=":material/save:"):
        st.markdown(
            "Appends these rows to a stream that survives restarts. Kept are the integrity score "
            "and the column that fits least, never a patient's value."
        )
        name = st.text_input("Name of the stream", "default", max_chars=24, key=f"{KEY}.name")
        if st.button("Append", type="primary", key=f"{KEY}.append"):
            kept = DriftTimeline(settings().drift_url)
            try:
                now = datetime.datetime.now(tz=datetime.UTC).isoformat()
                start = kept.append(name, rows.values, at=now, target_arl=target)
                st.success(
                    f"Rows {start + 1:,} to {start + len(rows.values):,} of stream {name}.",
                    icon=":material/check_circle:",
                )
            except SuiteError as error:
                results.refusal(error, "Nothing was kept")
            finally:
                kept.close()
