"""Verdicts, figures and names as the TrustLens pages show them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from core.stats.intervals import Interval
from core.trust import Check, Verdict
from core.viz.text import fixed, number
from core.viz.theme import STATUSES, StatusName
from pages._shared import results, tables

STATUS: Mapping[str, StatusName] = {
    "pass": "ok",
    "fail": "critical",
    "not enough evidence": "unknown",
    "equivalence shown": "ok",
    "difference shown": "critical",
    "not enough data": "unknown",
}
VERDICTS = {"pass": "Pass", "fail": "Fail", "not enough evidence": "Not enough evidence"}
CLAIMS = {"pass": "Shown", "fail": "Broken", "not enough evidence": "Not enough evidence"}
FIGURES = {
    "auc": "AUC",
    "accuracy": "Accuracy",
    "no_information_rate": "Share of the largest class",
    "balanced_accuracy": "Balanced accuracy",
    "f1": "F1",
    "mcc": "Matthews correlation",
    "average_precision": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "net_benefit": "Net benefit",
    "mae": "Mean absolute error",
    "rmse": "Root mean square error",
    "r2": "R²",
    "p90_error": "90th percentile of the error",
    "ppv": "PPV",
    "npv": "NPV",
}


def name(key: str) -> str:
    """Return the name of a figure or measure for people."""
    if key in FIGURES:
        return FIGURES[key]
    measure, _, of = key.partition(".")
    text = measure.replace("_", " ").capitalize()
    return f"{text} of {of}" if of else text


def figure(one: Interval, digits: int = 3) -> str:
    """Return an estimate with its limits: ``0.915 (0.877 to 0.943)``; says why if there is none."""
    if math.isnan(one.estimate):
        return "not defined"
    if math.isnan(one.low) or math.isnan(one.high):
        return fixed(one.estimate, digits)
    limits = f"{fixed(one.low, digits)} to {fixed(one.high, digits)}"
    return f"{fixed(one.estimate, digits)} ({limits})"


def verdict(one: Verdict) -> None:
    """Show a verdict as icon, word and colour."""
    results.badge(STATUS[one.status], VERDICTS[one.status])


def claim(one: Check) -> None:
    """Show what became of a claim, as icon, word and colour."""
    results.badge(STATUS[one.status], CLAIMS[one.status])


def tally(status: str, count: int) -> None:
    """Show how many claims have a status; none is no reason for its colour."""
    sign = STATUSES[STATUS[status]]
    colour = results.BADGE_COLOURS[sign.name] if count else "gray"
    text = f"{count} {CLAIMS[status].lower()}"
    st.badge(text, icon=f":material/{sign.icon}:", color=colour)


def size(n: int) -> str:
    """Return a sample size that no line break takes apart."""
    return f"n\u00a0=\u00a0{n:,}"


def metric(column: st.delta_generator.DeltaGenerator, title: str, one: Interval) -> None:
    """Show one figure large, with its interval and n below."""
    if math.isnan(one.estimate):
        column.metric(title, "not defined")
        column.caption(f"{results.escaped(one.method)}, {size(one.n)}")
        return
    column.metric(title, fixed(one.estimate))
    limits = f"{100 * one.level:g} % interval {fixed(one.low)} to {fixed(one.high)}"
    column.caption(f"{limits}, {size(one.n)}" if math.isfinite(one.low) else size(one.n))


def figures(rows: Mapping[str, Interval], alt: str, digits: int = 3) -> None:
    """Show figures as a table: estimate, limits, n and method."""
    tables.show(
        [
            {
                "Figure": title,
                "Estimate": one.estimate,
                "Lower limit": one.low,
                "Upper limit": one.high,
                "n": one.n,
                "Method": one.method,
            }
            for title, one in rows.items()
        ],
        alt=alt,
        decimals=dict.fromkeys(("Estimate", "Lower limit", "Upper limit"), digits),
    )


def chance(p: float | None) -> str:
    """Return an adjusted p value, or that there is none."""
    if p is None or math.isnan(p):
        return "none"
    return "< 0.001" if p < 0.001 else number(p, 3)
