"""One alert as a compact row: how bad, which medicines, what to do; why on request."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from core.guardian import REASONS, Alert, Tier
from pages._guardian import passing, words
from pages._guardian.checked import Checked
from pages._shared.results import escaped


def row(one: Alert, checked: Checked) -> None:
    """Show an alert; one that interrupts can be passed over for a stated reason."""
    decision = checked.passed.get(one.key)
    with st.container(key=f"guardian.alert.{one.key}", gap="xsmall"):
        st.markdown(f"{words.severity(one.severity)} **{words.drugs(one)}** ({words.kind(one)})")
        if decision is not None:
            said = f"by {decision.role}: {REASONS[decision.reason]}"
            st.markdown(f"{words.chip('Passed over', 'attention', 'gavel')} {escaped(said)}")
            if decision.comment:
                st.caption(f"“{escaped(decision.comment)}”")
        st.markdown(f"{escaped(one.effect)} **Do:** {escaped(one.management)}")
        with st.container(horizontal=True):
            with st.popover(
                "Why", icon=":material/help:", type="tertiary", key=f"guardian.why.{one.key}"
            ):
                why(one, checked.review.kb_version)
            if one.tier is Tier.INTERRUPTIVE and decision is None:
                passing.ask(one, checked)


def why(one: Alert, version: str) -> None:
    """Show what an alert rests on."""
    words.facts(_facts(one))
    also = f" · also {', '.join(one.also)}" if one.also else ""
    st.caption(escaped(f"Reviewed {one.reviewed_on} · {version}{also}"))
    st.page_link(
        "../pages/guardian_knowledge.py",
        label=f"Rule {one.rule_id}",
        icon=":material/menu_book:",
        query_params={"part": "A rule", "rule": one.rule_id},
    )


def _facts(one: Alert) -> Iterator[tuple[str, str]]:
    facts = {
        "In this case": "; ".join(one.reasons),
        "Mechanism": one.mechanism,
        "Instead": ", ".join(one.alternatives),
        "Onset": words.ONSET.get(one.onset, one.onset),
        "Evidence": f"{words.EVIDENCE.get(one.evidence, one.evidence)} ({one.jurisdiction})",
    }
    yield from facts.items()
    yield from words.sources(one.sources)
