"""What a monitor has seen: the alarm, the statistic, and what other detectors say."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.breast_cancer import FEATURES, DriftMonitor, other_detectors
from core.viz import Line, lines
from core.viz.text import percent
from pages._shared import charts, results, tables

SMALLEST = 1e-2
"""Where the statistic's logarithmic axis begins."""


def answer(monitor: DriftMonitor, change: int | None) -> None:
    """Show whether there is an alarm; with a planted fault, how long after it."""
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


def chart(monitor: DriftMonitor, change: int | None, key: str) -> None:
    """Show the statistic row by row."""
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


def others(monitor: DriftMonitor) -> None:
    """Show when other detectors first alarm on the same scores."""
    with st.expander("Other detectors on the same scores", icon=":material/compare_arrows:"):
        tables.show(
            [
                {
                    "Detector": other.name,
                    "First alarm at row": None if other.row is None else other.row + 1,
                    "What to know": other.note,
                }
                for other in other_detectors(monitor)
            ],
            alt="First alarm of other detectors, and what they promise.",
        )
