"""When the model is wrong: how confident it is then, in whom, and by whose record."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.trust import Audit
from core.viz import Line, lines, mirrored_histogram
from core.viz.text import fixed, percent
from pages._shared import charts, tables
from pages._trust import slices, suspects, words


def show(audit: Audit) -> None:
    """Show error rates, confidence, abstention, slices and suspect records."""
    panel = audit.panel("failures")
    st.caption(
        f"{panel.errors:,} of {panel.n:,} calls are wrong: {words.figure(panel.rate)}. Confidence "
        "is the probability of the class that was called."
    )
    _confidence(panel)
    _classes(panel)
    _confident_errors(panel)
    st.markdown("**Slices with more errors**")
    slices.show(panel.slices)
    suspects.show(panel.labels)


def _confidence(panel: Any) -> None:
    if panel.right is None:
        st.info("How sure the model was is not known: only calls.", icon=":material/info:")
        return
    left, right = st.columns(2)
    with left:
        st.markdown("**Confidence of right and of wrong calls**")
        counts = {"Right": panel.right.tolist(), "Wrong": panel.wrong.tolist()}
        charts.show(
            mirrored_histogram(counts, panel.edges, x_label="Confidence"), key="trust.confidence"
        )
        st.caption(
            "Share of pairs in which the right call is the more confident one: "
            f"{words.figure(panel.ranking)}, n = {panel.ranking.n:,}."
        )
    with right:
        st.markdown("**If the least confident are left to a person**")
        _risk(panel.selective)
    _abstention(panel.abstention)


def _risk(selective: Any) -> None:
    parts = (selective.coverage, selective.risk, selective.low, selective.high)
    top = 100 * min(2 * selective.errors / selective.n, 1.0) or 100.0
    charts.show(
        lines(
            {"Wrong calls": Line(*(100 * part for part in parts))},
            x_label="Rows answered, the most confident first (%)",
            y_label="Wrong among them (%)",
            y_range=(-0.04 * top, top),
            height=320,
        ),
        key="trust.risk",
    )
    st.caption(
        f"Pointwise 95 % band, n = {selective.n:,}. Area under the curve "
        f"{words.figure(selective.area)}; the best ordering would have {fixed(selective.best)}, "
        f"one that knows nothing {fixed(selective.none)}."
    )


def _abstention(rows: Any) -> None:
    if not rows:
        return
    with st.expander("How much could be answered at a kept error rate"):
        tables.show(
            [
                {
                    "Error rate kept": percent(one.target),
                    "Confidence from": "none" if one.cut is None else fixed(one.cut),
                    "Rows answered": percent(one.coverage),
                    "Wrong among them": f"{one.errors} of {one.kept}",
                    "Reason": one.reason,
                }
                for one in rows
            ],
            alt="Largest share of rows that can be answered at each error rate.",
        )


def _classes(panel: Any) -> None:
    st.markdown("**Errors by class**")
    tables.show(
        [
            {
                "Class": one.name,
                "n": one.support,
                "Wrong": one.errors,
                "Share wrong": words.figure(one.rate),
                "Mean confidence when wrong": words.figure(one.confidence),
            }
            for one in panel.by_class
        ],
        alt="Wrong calls by class.",
    )


def _confident_errors(panel: Any) -> None:
    if not panel.confident_errors:
        return
    with st.expander("The most confident errors"):
        tables.show(
            [
                {
                    "Row": one.row + 1,
                    "Outcome": one.outcome,
                    "Called": one.called,
                    "Confidence (%)": 100 * one.confidence,
                }
                for one in panel.confident_errors
            ],
            alt="The most confident errors by row.",
            decimals={"Confidence (%)": 1},
        )
        st.caption("Row 1 is the first one judged.")
