"""A stream row by row: how fast faults are seen, what was seen in this one."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.breast_cancer import (
    DriftMonitor,
    delay_table,
    example_stream,
    fit_reference,
    simulated_targets,
)
from core.errors import SuiteError
from core.viz.text import percent, percent_range
from pages._breast_cancer import drift_source, drift_timeline, drift_watch
from pages._breast_cancer.drift_source import KEY, Rows
from pages._shared import results, tables


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
    drift_watch.answer(monitor, change)
    drift_watch.chart(monitor, change, f"{KEY}.stream")
    drift_watch.others(monitor)
    if example is None:
        drift_timeline.keep(rows, target)
    st.caption(
        "Assumes that, while nothing changes, rows come in no particular order. Rows sorted by "
        "clinic or day break that: watch one stream a site."
    )


def _delays(target: float) -> None:
    with st.expander("How fast faults are seen at this setting", icon=":material/timer:"):
        table = delay_table(target)
        tables.show(
            [
                {
                    "Fault": delay.label,
                    "Rows struck": percent(delay.share),
                    "Median delay, rows": delay.median if delay.median < np.inf else None,
                    "Seen": percent(delay.detected.estimate),
                    "Streams": delay.detected.n,
                }
                for delay in table.delays
            ],
            alt="Median number of rows from a fault to its alarm, by fault.",
        )
        rate = table.false_alarm
        st.caption(
            f"Simulated at {table.target_arl:,.0f} rows. In {table.rows:,} rows without a fault, "
            f"{percent(rate.estimate)} of {rate.n} streams alarmed (95 % interval "
            f"{percent_range(rate.low, rate.high)}); at most {percent(table.bound)} is proven."
        )
