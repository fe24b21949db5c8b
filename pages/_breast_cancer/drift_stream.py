"""A stream row by row: the statistic, the alarm, where the change began, and the kept timelines."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import streamlit as st

from core.breast_cancer import (
    FEATURES,
    DriftMonitor,
    DriftTimeline,
    delay_table,
    example_stream,
    fit_reference,
    other_detectors,
    simulated_targets,
)
from core.errors import SuiteError
from core.runtime.settings import settings
from core.viz import Line, lines
from core.viz.text import percent, percent_range
from pages._breast_cancer import drift_source
from pages._breast_cancer.drift_source import KEY, Rows
from pages._shared import charts, results

SMALLEST = 1e-2
"""Where the statistic's logarithmic axis begins."""


def show(example: str | None) -> None:
    """Ask for a stream and a run length, watch it, and show what came of it."""
    target = st.select_slider(
        "Rows between false alarms, on average at least",
        simulated_targets(),
        10_000.0,
        format_func=lambda rows: f"{rows:,.0f}",
        key=f"{KEY}.target",
        help="A longer run costs delay. The bound is proven for streams whose rows are "
        "exchangeable with the reference; it is no estimate.",
    )
    _delays(target)
    change: int | None = None
    try:
        if example is not None:
            stream = example_stream(example)
            change = stream.change
            rows: Rows | None = Rows(f"example {example}", stream.X, example=example)
            monitor = DriftMonitor(target, reference=fit_reference(stream.reference))
            st.caption(
                f"{len(stream.X)} real cases in random order, watched against the other "
                f"{len(stream.reference)}"
                + (f"; the fault is planted from row {change + 1} on." if change else "; no fault.")
            )
        else:
            rows = drift_source.file_rows("Stream: the rows of a file, in their order", "batch")
            monitor = DriftMonitor(target)
        if rows is None:
            st.info("Choose an example above, or give a file.", icon=":material/info:")
            return
        monitor.update(rows.values)
    except SuiteError as error:
        results.refusal(error, "The stream cannot be watched")
        return
    _answer(monitor, change)
    _chart(monitor, change, f"{KEY}.stream")
    _others(monitor)
    if example is None:
        _keep(rows, target)
    st.caption(
        "Assumes that, while nothing changes, rows come in no particular order. Rows sorted by "
        "clinic or day break that: watch one stream a site."
    )


def timeline() -> None:
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
            "Stream", list(streams), format_func=lambda s: f"{s} ({streams[s]:,} rows)",
            key=f"{KEY}.timeline",
        )  # fmt: skip
        monitor = kept.monitor(name)
    except SuiteError as error:
        results.refusal(error, "The timeline cannot be shown")
        return
    finally:
        kept.close()
    _answer(monitor, None)
    _chart(monitor, None, f"{KEY}.kept")
    results.provenance({"Model": monitor.model, "seed": str(monitor.seed), "kept in": kept.place})


def _delays(target: float) -> None:
    with st.expander("How fast faults are seen at this setting", icon=":material/timer:"):
        table = delay_table(target)
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Fault": delay.label,
                        "Rows struck": percent(delay.share),
                        "Median delay, rows": delay.median if delay.median < np.inf else None,
                        "Seen": percent(delay.detected.estimate),
                        "Streams": delay.detected.n,
                    }
                    for delay in table.delays
                ]
            ),
            hide_index=True,
            alt="Median number of rows from a fault to its alarm, by fault.",
        )
        rate = table.false_alarm
        st.caption(
            f"Simulated at {table.target_arl:,.0f} rows. In {table.rows:,} rows without a fault, "
            f"{percent(rate.estimate)} of {rate.n} streams alarmed (95 % interval "
            f"{percent_range(rate.low, rate.high)}); at most {percent(table.bound)} is proven."
        )


def _answer(monitor: DriftMonitor, change: int | None) -> None:
    alarm = monitor.alarm
    with st.container(border=True):
        if alarm is None:
            results.badge("ok", f"No alarm in {monitor.n:,} rows")
            st.caption(
                f"The statistic stands at {monitor.statistic:.3g}; the alarm is at "
                f"{monitor.target_arl:,.0f}."
            )
        else:
            delay = f", {alarm.row - change + 1} rows after the fault" if change else ""
            results.badge("critical", f"Alarm at row {alarm.row + 1:,}{delay}")
            st.markdown(
                f"The change most likely began at row {alarm.change_point + 1:,}. Look at "
                f"**{FEATURES[alarm.column].label}**: it carries {percent(alarm.share)} of the "
                "evidence since then."
            )
        if monitor.incomplete:
            st.caption(f"{monitor.incomplete:,} incomplete rows counted as evidence of a fault.")


def _chart(monitor: DriftMonitor, change: int | None, key: str) -> None:
    trace = monitor.trace()
    row = np.arange(1, len(trace.statistic) + 1)
    moments = {} if change is None else {"fault planted": float(change + 1)}
    if monitor.alarm is not None:
        moments["alarm"] = float(monitor.alarm.row + 1)
    charts.show(
        lines(
            {"Statistic": Line(row, np.log10(np.maximum(trace.statistic, SMALLEST)))},
            x_label="Row of the stream",
            y_label="Evidence of a fault (log10 of the statistic)",
            level=(float(np.log10(monitor.target_arl)), "alarm"),
            moments=moments,
        ),
        key=key,
    )


def _others(monitor: DriftMonitor) -> None:
    with st.expander("Other detectors on the same scores", icon=":material/compare_arrows:"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Detector": other.name,
                        "First alarm at row": None if other.row is None else other.row + 1,
                        "What to know": other.note,
                    }
                    for other in other_detectors(monitor)
                ]
            ),
            hide_index=True,
            alt="First alarm of other detectors, and what they promise.",
        )


def _keep(rows: Rows, target: float) -> None:
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
