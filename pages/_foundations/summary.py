"""How many statements of an article hold here, and the same check on numbers nobody has seen."""

from __future__ import annotations

import json

import streamlit as st

from core import foundations
from core.foundations import Row, Topic
from pages._foundations import checked
from pages._shared import calls, results
from pages._shared.call import Call
from pages._shared.downloads import download


def show(topic: Topic) -> None:
    """Check every statement of an article, with the reader watching."""
    drawn_from = checked.seed()
    with st.spinner(f"Checking {len(topic.statements)} statements"):
        rows = [checked.row(one.id, drawn_from) for one in topic.statements]
    told(rows)
    seeds(drawn_from)
    with st.popover("Rows and command", icon=":material/download:", type="tertiary"):
        save(rows, f"foundations-{topic.key}", topic.key, drawn_from)


def told(rows: list[Row]) -> None:
    """Say how many statements hold and which do not."""
    passed = [row for row in rows if row.passed]
    seconds = sum(row.seconds for row in rows)
    whole = len(passed) == len(rows)
    results.badge(
        "ok" if whole else "critical",
        f"{len(rows)} statements, {len(passed)} verified here in {seconds:.2g} s",
    )
    for row in rows:
        if not row.passed:
            st.markdown(f"- {row.id} does not hold on this machine: {row.title}")


def seeds(drawn_from: int) -> None:
    """Offer to draw every instance anew."""
    with st.container(horizontal=True):
        st.button(
            "Check on fresh numbers",
            icon=":material/casino:",
            on_click=checked.draw_fresh,
            key="foundations.fresh",
        )
        if drawn_from != foundations.SEED:
            st.button("Back to the first", on_click=checked.draw_first, type="tertiary",
                      key="foundations.first")  # fmt: skip
    if drawn_from != foundations.SEED:
        limit = foundations.fresh_limit(1)
        st.caption(
            f"Seed {drawn_from}. Simulated figures may lie {limit:.2f} standard errors off here, "
            "so that a true statement turns red by chance in at most one of a hundred runs."
        )


def save(rows: list[Row], name: str, topic: str | None, drawn_from: int) -> None:
    """Offer the rows as a file, and the call that gives the same."""
    plain = [row.to_dict() for row in rows]
    content = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    download("Rows as JSON", content, f"{name}.json", "application/json")
    options = calls.options(page=topic, seed=drawn_from)
    python = (
        "from core.foundations import verify\n\n"
        f"for row in verify({topic!r}, seed={drawn_from}).rows:\n"
        "    print(row.id, row.passed)"
    )
    body = calls.record({"topic": topic, "seed": drawn_from})
    command = ("foundations", "verify", *options, "--json")
    calls.forms(Call("/v1/foundations/verify", body=body, python=python, command=command))
