"""Is this file noise? Learners against the mean, shuffled targets, and groups against noise."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import LEARNERS, Inspection
from core.stats.signal import DRAWS
from core.stats.uniformity import REFERENCES, Grouping
from core.viz import Line, forest, histogram, lines
from core.viz.text import fixed, p_value
from pages._shared import charts, results

KEY = "apple.data.noise"
GROUPED_P = 0.05


def show(found: Inspection) -> None:
    """Show the three views side by side, each with its reading."""
    left, right = st.columns(2)
    with left:
        _learners(found)
    with right:
        _shuffled(found)
    _groups(found.silhouettes)


def _learners(found: Inspection) -> None:
    st.markdown("**Do models beat the mean on rows they have not seen?**")
    shown = {LEARNERS[one.name]: one.r2 for one in found.signal.learned}
    chart = forest(
        shown, axis="Cross-validated R²", reference=0.0, reference_label="the mean of all rows"
    )
    charts.show(chart, f"{KEY}.learners")
    st.caption(
        f"Predicting the mean of the training rows gives {fixed(found.signal.mean_only)}. The "
        "intervals hold for all learners together."
    )


def _shuffled(found: Inspection) -> None:
    test = found.permutation
    st.markdown("**Do they do better than on a shuffled target?**")
    chart = histogram(
        test.null,
        x_label="Best R² after shuffling",
        bins=min(20, max(5, len(test.null) // 5)),
        marker=test.observed,
        marker_label="this file",
    )
    charts.show(chart, f"{KEY}.shuffled")
    ended = f"; ended early, of at most {DRAWS}" if test.stopped_early else ""
    st.caption(
        f"{len(test.null)} shufflings{ended}. {p_value(test.p)}: the share of shufflings that do "
        "as well as the file itself, by one division into folds."
    )


def _groups(grouping: Grouping | None) -> None:
    st.markdown("**Do the rows form groups?**")
    if grouping is None:
        results.badge("unknown", "Not enough different rows to ask")
        return
    k = list(grouping.silhouettes)
    noise = [grouping.reference[one] for one in k]
    drawn = lines(
        {
            "this file": Line(k, list(grouping.silhouettes.values())),
            "uniform noise": Line(
                k,
                [one.estimate for one in noise],
                [one.low for one in noise],
                [one.high for one in noise],
            ),
        },
        x_label="Number of groups (k-means)",
        y_label="Mean silhouette",
        height=320,
    )
    charts.show(drawn, f"{KEY}.groups")
    grouped = grouping.p < GROUPED_P
    results.badge(
        "attention" if grouped else "unknown",
        "More grouped than uniform noise" if grouped else "Not more grouped than uniform noise",
    )
    st.caption(
        f"{p_value(grouping.p)} over all numbers of groups; {grouping.n:,} rows, "
        f"{grouping.columns} columns, each scaled to its range. Band: smallest to largest of "
        f"{REFERENCES} tables of uniform noise. Columns that depend on each other also raise it."
    )
