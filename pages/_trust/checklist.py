"""Reporting checklists, filled as far as the audit knows."""

from __future__ import annotations

import streamlit as st

from core.trust import Audit
from core.trust.checklists import ChecklistItem, Kind, fill
from pages._shared import results, tables

KINDS: dict[Kind, str] = {
    "tripod_ai": "TRIPOD+AI",
    "probast_ai": "PROBAST+AI",
    "claim_2024": "CLAIM 2024",
}


def _place(item: ChecklistItem) -> tuple[int, bool]:
    """Put first what the audit knows; otherwise the order is that of the publication."""
    return ("filled", "author must answer", "not applicable").index(item.status), not item.answer


def show(audit: Audit) -> None:
    """Show one checklist with the audit's answers."""
    kind = st.segmented_control(
        "Checklist",
        list(KINDS),
        default="tripod_ai",
        required=True,
        format_func=KINDS.__getitem__,
        key="checklist",
        bind="query-params",
    )
    found = fill(audit.to_dict(), kind)
    st.markdown(results.escaped(found.sentence()))
    st.caption(results.escaped(f"{found.note} {found.reference}"))
    tables.show(
        [
            {
                "Item": item.number,
                "Topic": item.topic,
                "Status": item.status,
                "The audit's answer": item.answer,
                "What it asks": item.text,
                "Left to the author": item.author,
                "Section": item.section,
            }
            for item in sorted(found.items, key=_place)
        ],
        alt="Items of the checklist with their answers.",
        height=560,
        row_height=68,
        column_config={
            name: st.column_config.TextColumn(width="large")
            for name in ("The audit's answer", "What it asks")
        },
    )
    st.caption("A count of filled items judges neither the study nor its report.")
