"""The answer: one card for everything that should stop the order, one for what stays open."""

from __future__ import annotations

import streamlit as st

from core.guardian import Alert, Gap, Review, Tier
from core.viz.text import counted
from pages._guardian import alert
from pages._guardian.checked import Checked
from pages._shared import results

MOST_GAPS = 6


def show(checked: Checked) -> None:
    """Show what was found, worst first, and what could not be checked beside it."""
    found = checked.review
    stops = [one for one in found.alerts if one.tier is Tier.INTERRUPTIVE]
    with st.container(border=True, key="guardian.answer"):
        _headline(found, stops, checked)
        for one in stops:
            alert.row(one, checked)
    if found.gaps:
        incomplete(found.gaps)


def failed(message: str) -> None:
    """Show that there is no result, in the place and with the weight of an alert."""
    with st.container(border=True, key="guardian.answer"):
        st.error("**No result**", icon=":material/error:")
        st.markdown(results.escaped(message))
        st.markdown("Nothing was checked. Do not take this list as free of alerts.")


def _headline(found: Review, stops: list[Alert], checked: Checked) -> None:
    headline = results.escaped(found.headline)
    left = [one for one in stops if one.key not in checked.passed]
    if left:
        st.error(f"**{headline}**", icon=":material/error:")
        if len(left) < len(stops):
            gone = len(stops) - len(left)
            st.caption(f"{gone} of {counted(len(stops), 'critical alert')} passed over.")
    elif stops:
        results.badge("attention", f"{counted(len(stops), 'critical alert')} passed over")
        st.markdown(f"**{headline}**")
    else:
        results.badge("unknown", "No critical alert" if found.ingredients else "Nothing checked")
        st.subheader(headline, anchor=False)
    if found.ingredients and not stops:
        st.caption("A list without critical alerts has not been shown to be harmless.")


def incomplete(gaps: tuple[Gap, ...]) -> None:
    """Show what could not be checked, and what would mend it."""
    with st.container(border=True, key="guardian.incomplete"):
        results.badge("unknown", "Incomplete")
        st.subheader(f"{counted(len(gaps), 'thing')} could not be checked", anchor=False)
        for gap in gaps[:MOST_GAPS]:
            st.markdown(_gap(gap))
        if len(gaps) > MOST_GAPS:
            with st.expander(f"{len(gaps) - MOST_GAPS} more", type="compact"):
                for gap in gaps[MOST_GAPS:]:
                    st.markdown(_gap(gap))


def _gap(gap: Gap) -> str:
    return f"- **{results.escaped(gap.message)}** {results.escaped(gap.fix)}"


def passive(checked: Checked) -> None:
    """Show the alerts that do not interrupt, folded away."""
    quiet = [one for one in checked.review.alerts if one.tier is Tier.PASSIVE]
    if not quiet:
        return
    counts = ", ".join(
        f"{number} {severity}"
        for severity in dict.fromkeys(one.severity for one in quiet)
        if (number := sum(one.severity is severity for one in quiet))
    )
    with st.expander(
        f"{counted(len(quiet), 'further alert')}, not interrupting: {counts}",
        icon=":material/notifications:",
        key="guardian.passive",
    ):
        for one in quiet:
            alert.row(one, checked)
