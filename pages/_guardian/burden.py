"""What the alerts cost: how often they interrupt, how often they are passed over, and why."""

from __future__ import annotations

import math

import streamlit as st

from core.audit import Entry
from core.guardian import REASONS, Burden, burden
from core.viz import forest
from core.viz.text import counted, fixed, percent
from pages._shared import charts, tables

MOST_RULES = 12


def show(entries: list[Entry]) -> None:
    """Show the counts, then rule by rule, then the reasons."""
    found = burden(entries)
    if not found.checks:
        st.info(
            "No check is on record yet. Check a list, pass an alert over, and come back.",
            icon=":material/info:",
        )
        return
    _counts(found)
    if found.rules:
        _rules(found)
    if found.reasons:
        st.subheader("Reasons given", anchor=False)
        tables.show(
            [
                {"Reason": REASONS.get(code, code), "Code": code, "Overrides": count}
                for code, count in found.reasons.items()
            ],
            alt="Reasons for which alerts were passed over, and how often each was given.",
        )


def _counts(found: Burden) -> None:
    columns = st.columns(4)
    rate = found.per_100_orders
    shown = "not known" if math.isnan(rate) else fixed(rate, 1)
    columns[0].metric("Alerts per 100 orders", shown)
    stops = counted(found.interruptive, "interruptive alert")
    columns[0].caption(f"{stops}, {counted(found.orders, 'order')}.")
    columns[1].metric("Checks on record", f"{found.checks:,}")
    columns[2].metric("Alerts passed over", f"{found.overrides:,}")
    columns[3].metric("Alerts in the quiet list", f"{found.passive:,}")


def _rules(found: Burden) -> None:
    st.subheader("Passed over, by rule", anchor=False)
    chart = forest(
        {one.rule_id: one.rate for one in found.rules[:MOST_RULES]},
        axis="Share of alerts passed over, with the 95 % interval (Wilson)",
        digits=2,
    )
    charts.show(chart, key="guardian.burden")
    tables.show(
        [
            {
                "Rule": one.rule_id,
                "Alerts": one.alerts,
                "Passed over": one.overridden,
                "Share": percent(one.rate.estimate),
                "95 % interval": f"{percent(one.rate.low)} to {percent(one.rate.high)}",
            }
            for one in found.rules
        ],
        alt="Rules that interrupted, how often, and how often they were passed over.",
    )
    st.caption(
        "A rule that is nearly always passed over deserves a look: it may be wrong, or worded so "
        "that nobody heeds it. A few alerts show little, as the intervals say."
    )
