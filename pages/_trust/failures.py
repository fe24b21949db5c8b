"""When the model is wrong: how confident it is then, in whom, and by whose record."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from core.trust import Audit
from core.viz import Line, lines, mirrored_histogram
from core.viz.text import fixed, number, percent
from pages._shared import charts
from pages._trust import words

NO_SLICES = "No feature or group that varies was given, so no slice could be searched."


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
    slices(panel.slices)
    _labels(panel.labels)


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
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Error rate kept": percent(one.target),
                        "Confidence from": "none" if one.cut is None else fixed(one.cut),
                        "Rows answered": percent(one.coverage),
                        "Wrong among them": f"{one.errors} of {one.kept}",
                        "Reason": one.reason,
                    }
                    for one in rows
                ]
            ),
            hide_index=True,
            alt="Largest share of rows that can be answered at each error rate.",
        )


def _classes(panel: Any) -> None:
    st.markdown("**Errors by class**")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Class": one.name,
                    "n": one.support,
                    "Wrong": one.errors,
                    "Share wrong": words.figure(one.rate),
                    "Mean confidence when wrong": words.figure(one.confidence),
                }
                for one in panel.by_class
            ]
        ),
        hide_index=True,
        alt="Wrong calls by class.",
    )


def _confident_errors(panel: Any) -> None:
    if not panel.confident_errors:
        return
    with st.expander("The most confident errors"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Row": one.row + 1,
                        "Outcome": one.outcome,
                        "Called": one.called,
                        "Confidence (%)": 100 * one.confidence,
                    }
                    for one in panel.confident_errors
                ]
            ),
            hide_index=True,
            column_config={"Confidence (%)": st.column_config.NumberColumn(format="%.1f")},
            alt="The most confident errors by row.",
        )
        st.caption("Row 1 is the first one judged.")


def slices(found: Any) -> None:
    """Show the slices that were confirmed on rows that the search had not seen."""
    if found is None:
        st.info(NO_SLICES, icon=":material/info:")
        return
    if found.found:
        st.dataframe(
            pd.DataFrame([_slice(one) for one in found.found]),
            hide_index=True,
            alt="Slices with more errors than the rest.",
        )
    else:
        st.markdown("None is confirmed.")
    st.caption(
        f"{found.searched:,} slices of {_searched(found.factors)} were looked at "
        f"on {found.n_search:,} rows; {len(found.tested)} were tested on the other "
        f"{found.n_confirm:,}. {_power(found)}"
    )


def _searched(count: int) -> str:
    return "1 feature or group" if count == 1 else f"{count} features or groups"


def _power(found: Any) -> str:
    if found.errors_confirm is None:
        return ""
    needed = "no gap would suffice"
    if found.detectable is not None:
        needed = f"a gap of {number(found.detectable)} would be needed"
    return f"To confirm a slice of a tenth of the rows in 80 of 100 samples, {needed}."


def _slice(one: Any) -> dict[str, Any]:
    lift = "none elsewhere" if one.lift is None else fixed(one.lift, 1)
    return {
        "Slice": one.rule,
        "n": one.n,
        "Here": words.figure(one.here, 2),
        "Elsewhere": words.figure(one.elsewhere, 2),
        "Times as many": lift,
        "Share of all errors": percent(one.share_of_errors),
        "p, adjusted": words.chance(one.p_adjusted),
    }


def _labels(labels: Any) -> None:
    if labels is None:
        return
    st.markdown("**Records that may be mistaken**")
    st.markdown(labels.reading)
    found = labels.found
    with st.expander("Suspect records, and how much depends on them"):
        classes = labels.classes
        listed = zip(found.rows, found.given, found.suggested, found.self_confidence, strict=True)
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Row": int(row) + 1,
                        "Recorded": classes[given],
                        "The model says": classes[suggested],
                        "Probability of the record (%)": 100 * float(p),
                    }
                    for row, given, suggested, p in list(listed)[:50]
                ]
            ),
            hide_index=True,
            alt="Records that the model contradicts.",
        )
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Records flipped": one.k,
                        "Accuracy": one.accuracy,
                        "AUC": None if math.isnan(one.auc) else one.auc,
                        "Calibration slope": None if math.isnan(one.slope) else one.slope,
                    }
                    for one in labels.sensitivity
                ]
            ),
            hide_index=True,
            placeholder="",
            alt="Figures if suspects were flipped.",
        )
        st.caption(
            "The model may be the one that errs: look at each row, and change no record because of "
            "this list."
        )
