"""What was aimed at before training, and whether it was reached."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.viz import claim_strip
from core.viz.text import counted, fixed, number
from core.viz.theme import StatusName
from pages._shared import charts, results, tables

STATUS: Mapping[str, StatusName] = {
    "reached": "ok",
    "missed": "attention",
    "not measured": "unknown",
}

Goals = Sequence[Mapping[str, Any]]


def show(goals: Goals) -> None:
    """Show how many goals were reached and missed, which ones, and each with its figure."""
    tally = collections.Counter(one["verdict"] for one in goals)
    st.subheader("Goals set before training", anchor=False)
    with st.container(horizontal=True):
        for verdict, status in STATUS.items():
            if tally[verdict]:
                results.badge(status, f"{tally[verdict]} {verdict}")
    charts.show(
        claim_strip([(STATUS[g["verdict"]], g["verdict"].capitalize(), g["text"]) for g in goals]),
        key="cxr.evidence.goals",
    )
    missed = [
        f"- **Missed.** {one['text']}: {_figure(one)}{_mean(one)}; wanted {_limit(one)}."
        for one in goals
        if one["verdict"] == "missed"
    ]
    if missed:
        st.markdown("\n".join(missed))
    with st.expander(f"All {counted(len(goals), 'goal')}", icon=":material/flag:"):
        tables.show(
            [_row(one) for one in goals], alt="Every goal with its figure, interval and verdict."
        )
        st.caption(
            "Reached: the figure is at least as good as the limit, and so is its mean over seeds "
            "where several were trained. Shown: the end of its 95 % interval is too."
        )


def _mean(one: Mapping[str, Any]) -> str:
    return "" if one["seeds"] is None else f", mean over seeds {fixed(one['seeds'])}"


def _row(one: Mapping[str, Any]) -> dict[str, object]:
    shown = one["verdict"] == "reached" and one["shown"] and one["low"] is not None and one["n"]
    return {
        "Goal": one["text"],
        "Limit": _limit(one),
        "Figure": _figure(one),
        "n films": one["n"] or None,
        "Mean over seeds": None if one["seeds"] is None else fixed(one["seeds"]),
        "Verdict": one["verdict"].capitalize() + (", shown" if shown else ""),
        "Note": one["note"],
    }


def _limit(one: Mapping[str, Any]) -> str:
    return f"{'at most' if one['at_most'] else 'at least'} {number(one['limit'], 3)}"


def _figure(one: Mapping[str, Any]) -> str:
    if one["estimate"] is None:
        return "not measured"
    if not one["n"]:
        return number(one["estimate"], 1)
    if one["low"] is None:
        return f"{fixed(one['estimate'])}, n = {one['n']}"
    limits = f"{fixed(one['low'])} to {fixed(one['high'])}"
    return f"{fixed(one['estimate'])} ({limits}), n = {one['n']}"
