"""The two lamps of a batch, read together, and the tests behind them."""

from __future__ import annotations

import streamlit as st

from core.breast_cancer import DriftPart, DriftReport, Lamp
from core.viz import diverging_bars
from core.viz.text import counted, p_value, percent, signed
from core.viz.theme import StatusName
from pages._shared import charts, results, tables

PARTS: dict[DriftPart, str] = {
    "integrity": "Integrity lamp",
    "case mix": "Case-mix lamp",
    "calibration": "Calibration, by outcomes",
    "beside": "Tests in common use, for comparison: they switch no lamp",
}


def show(report: DriftReport) -> None:
    """Show verdict and lamps."""
    with st.container(border=True):
        st.markdown(f"**{report.verdict}**")
        integrity, mix = st.columns(2)
        with integrity:
            _lamp(report.integrity, "Do the values fit together?", "critical")
            _suspects(report)
        with mix:
            _lamp(report.case_mix, "Are the cases like the reference?", "attention")
            _prevalence(report)
        if report.calibration is not None:
            st.markdown("**Do the probabilities still hold?**")
            alarm = report.calibration.alarm
            _badge(alarm, "attention")
            st.caption(report.calibration.reason)
        st.caption(
            f"{report.n:,} rows, {report.n_complete:,} of them complete, against "
            f"{report.n_reference} reference cases. Each lamp alarms for nothing with a "
            f"probability of at most {percent(report.level)}."
        )
    results.notes(report.notes, "unknown")


def tests(report: DriftReport, key: str) -> None:
    """Show every test that was made, lamp by lamp, and what moved."""
    for part, title in PARTS.items():
        made = report.tests_of(part)
        if not made:
            continue
        st.markdown(f"**{title}**")
        tables.show(
            [
                {
                    "Test": test.name,
                    "Statistic": test.statistic,
                    "p": test.p,
                    "Alarm": "yes" if test.alarm else "no",
                    "What it says and misses": test.meaning,
                }
                for test in made
            ],
            alt=f"{title}: every test with statistic, p value and verdict.",
            column_config={
                "Statistic": st.column_config.NumberColumn(format="%.3g"),
                "p": st.column_config.NumberColumn(format="%.3g"),
                "What it says and misses": st.column_config.TextColumn(width="large"),
            },
        )
    moved(report, key)


def moved(report: DriftReport, key: str) -> None:
    """Show which columns carry the integrity evidence, and how far each column's values moved."""
    shifted = [column for column in report.top_columns if column.shift is not None]
    if report.integrity.alarm and shifted:
        st.markdown("**Columns that do not fit the others**")
        charts.show(
            diverging_bars(
                [f"{column.label}: {counted(column.rows, 'row')}" for column in shifted],
                [column.shift or 0.0 for column in shifted],
                unit="mean residual minus the reference's, conditional sd",
                raises="higher than the others suggest",
                lowers="lower",
            ),
            key=f"{key}.columns",
        )
    if report.features:
        with st.expander("Every column's values against the reference"):
            tables.show(
                [shift.to_dict() for shift in report.features],
                alt="Every column's comparison with sample sizes and adjusted p value.",
            )


def _lamp(lamp: Lamp, question: str, status: StatusName) -> None:
    st.markdown(f"**{question}**")
    _badge(lamp.alarm, status)
    p = "" if lamp.p is None else f"{p_value(lamp.p)}. "
    st.caption(f"{p}{lamp.reason}")


def _badge(alarm: bool | None, status: StatusName) -> None:
    if alarm is None:
        results.badge("unknown", "Not enough data")
    else:
        results.badge(status if alarm else "ok", "Alarm" if alarm else "No alarm")


def _suspects(report: DriftReport) -> None:
    if report.integrity.alarm and report.top_columns:
        named = [
            f"{column.label} ({percent(column.weight)} of the evidence, {column.direction})"
            for column in report.top_columns[:3]
        ]
        st.markdown(f"Look at: {'; '.join(named)}.")


def _prevalence(report: DriftReport) -> None:
    if report.prevalence is None or report.score_shift is None:
        return
    share = report.prevalence
    st.markdown(
        f"Estimated malignant: {percent(share.estimate)} ({percent(share.low)} to "
        f"{percent(share.high)}), if only the mix of cases changed. Median log-odds "
        f"{signed(report.score_shift)} against the reference."
    )
