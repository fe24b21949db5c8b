"""What a planted fault did: the diagnosis before and after, and who noticed."""

from __future__ import annotations

import streamlit as st

from core.breast_cancer import StressReport
from core.stats.intervals import Interval
from core.viz import forest
from core.viz.text import percent, percent_range
from pages._shared import charts, results

CHANCE = 0.5


def answer(report: StressReport) -> None:
    """Show what the fault does to the diagnosis, and what slips through."""
    before, after = report.before, report.after
    with st.container(border=True):
        st.markdown(f"**{report.summary()}**")
        shown = {
            "Accuracy": (before.accuracy, after.accuracy),
            "Sensitivity": (before.sensitivity, after.sensitivity),
            "Missed, no guard": (before.missed, after.missed),
            "Missed silently, guarded": (before.silent, after.silent),
        }
        for column, (title, pair) in zip(st.columns(len(shown)), shown.items(), strict=True):
            with column:
                _figure(title, *pair)
        st.caption(
            "Missed: share of the malignant cases that are called benign. The guard withholds the "
            "call where the values of a case do not fit together. Intervals: 95 %."
        )
    results.provenance(
        {
            "rows": f"{report.n:,}, {report.n_spoilt:,} of them spoilt{_different(report)}",
            "threshold": percent(report.threshold),
            "seed": str(report.seed),
            "method": report.method,
        }
    )
    if report.clipped:
        moved = f"{report.clipped:,} impossible values were moved to the nearest possible one"
        results.notes((f"{moved}, as an entry form would have refused them.",), "unknown")


def _different(report: StressReport) -> str:
    if report.n_cases == report.n:
        return ""
    return f", from {report.n_cases:,} cases: some drawn twice, so intervals are too narrow"


def _figure(title: str, before: Interval | None, after: Interval | None) -> None:
    if after is None:
        st.metric(title, "not known")
        st.caption("The rows have no diagnosis any more.")
    else:
        st.metric(title, percent(after.estimate))
        st.caption(f"{percent_range(after.low, after.high)}, n = {after.n}")
    if before is not None:
        st.caption(
            f"As measured: {percent(before.estimate)} ({percent_range(before.low, before.high)})"
        )


def notices(report: StressReport) -> None:
    """Show which score notices the fault row by row, what slips past each guard, and the blame."""
    scores = {"Integrity": report.integrity, "Largest z": report.zscore}
    known = {name: found.auroc for name, found in scores.items() if found.auroc is not None}
    if not known:
        results.badge("unknown", "Not enough data")
        st.markdown("No row was spoilt at this severity and share, so nothing could be noticed.")
        return
    if report.kind == "population":
        st.markdown(
            "No value is wrong here, so a score of data integrity should not react: 0.5 is right."
        )
    charts.show(
        forest(
            known,
            axis="AUROC, against the rows as measured",
            reference=CHANCE,
            reference_label="chance",
        ),
        key="bc.stress.auroc",
    )
    rows = "the rows drawn" if report.kind == "population" else "the spoilt rows"
    flags = [
        f"{name}: flags {_share(found.flagged)} of {rows} and "
        f"{_share(found.flagged_before)} of the rows as measured"
        for name, found in scores.items()
    ]
    st.caption(
        f"{'. '.join(flags)}. z is taken over the 30 columns; it flags at 3 in the 15 that "
        "the predecessor looked at."
    )
    _guards(report)
    _blame(report)


def _guards(report: StressReport) -> None:
    after = report.after
    guards = {
        "No guard": after.missed,
        "Integrity flag": after.silent,
        "Any z of 3 or more": after.silent_any_z,
        "Predecessor": after.silent_drifting,
    }
    known = {name: found for name, found in guards.items() if found is not None}
    if known:
        st.markdown("**Cancers that slip past each guard**")
        charts.show(
            forest(known, axis="Malignant cases missed silently"),
            key="bc.stress.guards",
        )


def _blame(report: StressReport) -> None:
    if report.blamed is None:
        return
    st.markdown("**Is the right column blamed?**")
    text = f"In {_share(report.blamed)} of the spoilt rows"
    if report.blamed_by_chance is not None:
        text += f"; a column named by chance is right in {percent(report.blamed_by_chance)}"
    if report.unit_named is not None:
        text += f". The factor between the units is named in {_share(report.unit_named)}"
    st.markdown(f"{text}.")


def _share(found: Interval | None) -> str:
    if found is None:
        return "none"
    return f"{percent(found.estimate)} ({percent_range(found.low, found.high)}, n = {found.n})"
