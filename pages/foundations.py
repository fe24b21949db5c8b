"""Statements: every statement of the articles, checked on this machine."""

from __future__ import annotations

import streamlit as st

from core import foundations
from core.foundations import Row, Topic
from pages._foundations import checked, reading, summary
from pages._shared import header, registry, results

ROWS_OPEN = "foundations.rows"


def table(rows: list[Row]) -> None:
    """Show the rows of one article; titles hold formulas, which only Markdown draws."""
    lines = [
        "| No. | Statement | Claimed | Measured | Verdict |",
        "| :-- | :-- | --: | --: | :-- |",
    ]
    for row in rows:
        found = row.reading
        sides = (
            ("", "")
            if found is None
            else (
                reading.figure(found.claimed),
                f"{reading.RELATIONS[found.relation]}{reading.figure(found.measured)}",
            )
        )
        verdict = (
            ":green[:material/check_circle: holds]"
            if row.passed
            else (":red[:material/error: fails]")
        )
        title = row.title.replace("|", "\\|")
        lines.append(f"| {row.id} | {title} | {sides[0]} | {sides[1]} | {verdict} |")
    st.markdown("\n".join(lines))


def article(topic: Topic, rows: list[Row]) -> None:
    """Show one article's count, its link and its rows."""
    passed = sum(row.passed for row in rows)
    definition = registry.page(f"foundations-{topic.key}")
    with st.container(border=True):
        st.subheader(topic.title, anchor=topic.key)
        st.markdown(topic.question)
        results.badge("ok" if passed == len(rows) else "critical",
                      f"{passed} of {len(rows)} hold here")  # fmt: skip
        parts = (f"{len(topic.breaks)} switches that break one", f"{len(topic.errata)} errata",
                 f"{len(topic.questions)} questions")  # fmt: skip
        st.caption(", ".join(parts))
        st.page_link(f"../pages/{definition.file}", label="Read the article", icon=definition.icon)
        shown = st.expander("Statements", key=f"{ROWS_OPEN}.{topic.key}", on_change="rerun")
        if shown.open:
            with shown:
                table(rows)


def body() -> None:
    above = st.container()
    drawn_from = checked.seed()
    found: list[Row] = []
    for topic in foundations.topics():
        with st.spinner(f"Checking {topic.title}"):
            rows = [checked.row(one.id, drawn_from) for one in topic.statements]
        article(topic, rows)
        found += rows
    with above:
        summary.told(found)
        summary.seeds(drawn_from)
        with st.popover("Rows and command", icon=":material/download:", type="tertiary"):
            summary.save(found, "foundations", None, drawn_from)


with header.page("foundations"):
    body()
