"""The verdict of an audit, and every claim it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from core.trust import Audit, Check
from core.trust.verdict import Status
from core.viz import claim_strip
from core.viz.text import fixed
from core.viz.theme import STATUSES
from pages._shared import results
from pages._shared.charts import CONFIG
from pages._trust import words

ORDER: tuple[Status, ...] = ("fail", "not enough evidence", "pass")
ADVISORY = "Reported beside the verdict, which does not depend on them."


def card(audit: Audit) -> None:
    """Show the verdict with the counts of its claims."""
    with st.container(border=True):
        st.caption(f"Verdict under {audit.policy.name} {audit.policy.version}")
        status = audit.verdict.status
        sign = STATUSES[words.STATUS[status]]
        colour = results.BADGE_COLOURS[sign.name]
        st.markdown(f"### :{colour}[:material/{sign.icon}: {words.VERDICTS[status]}]")
        st.markdown(results.escaped(audit.sentence()))
        gauge(audit)
        results.notes(audit.notes, "unknown")


def gauge(audit: Audit) -> None:
    """Show how many of the needed claims are shown, broken and open: counts, never a mean."""
    needed = sorted(audit.verdict.needed, key=lambda check: ORDER[::-1].index(check.status))
    if not needed:
        st.caption("This policy needs no claim of such predictions.")
        return
    cells = [
        (words.STATUS[check.status], words.CLAIMS[check.status].lower(), check.claim)
        for check in needed
    ]
    chart = claim_strip(cells)
    st.plotly_chart(chart.figure, key="trust.gauge", alt=chart.alt, config=CONFIG)
    with st.container(horizontal=True):
        for status in ORDER[::-1]:
            words.tally(status, audit.verdict.count(status))


def checks(audit: Audit) -> None:
    """List the claims that the verdict needs, then the others."""
    advisory = [check for check in audit.checks if check.demand == "advisory"]
    _list(audit.verdict.needed)
    if advisory:
        st.markdown("**Advisory**")
        st.caption(ADVISORY)
        _list(advisory)


def _list(given: Sequence[Check]) -> None:
    with st.container(border=True):
        for check in sorted(given, key=lambda one: ORDER.index(one.status)):
            _row(check)


def _row(check: Check) -> None:
    sign, claim, figure = st.columns([7, 16, 9])
    with sign:
        words.claim(check)
    claim.markdown(f"**{results.escaped(check.claim)}**")
    claim.caption(results.escaped(check.reason))
    if check.status == "not enough evidence" and check.p_broken is not None:
        claim.caption(
            f"p for the claim: {words.chance(check.p_met)}. p against it, adjusted for all checks: "
            f"{words.chance(check.p_broken)}."
        )
    with figure:
        _figure(check)


def _figure(check: Check) -> None:
    measured = check.measured
    if math.isnan(measured.estimate):
        st.markdown("Not measured")
        return
    if measured.low == measured.high:
        st.markdown(f"**{measured.estimate:,.0f}**")
        st.caption(f"n = {measured.n:,}")
        return
    st.markdown(f"**{fixed(measured.estimate)}**")
    st.caption(
        f"{100 * measured.level:.3g} % interval {fixed(measured.low)} to {fixed(measured.high)}, "
        f"{words.size(measured.n)}"
    )
