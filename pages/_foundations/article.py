"""One article: sections of derivations with their checks, experiments, errors, a self-test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.foundations import Section, Topic
from pages._foundations import erratum, selftest, statement, summary
from pages._shared import header
from pages._shared.address import linked

Experiments = Mapping[str, Sequence[Callable[[], None]]]
"""Key of a section to what can be tried in it."""

ERRORS, TEST = "errors", "self-test"


def show(slug: str, topic: Topic, experiments: Experiments) -> None:
    """Show an article.

    Parameters
    ----------
    slug : str
        The page.
    topic : Topic
        What it derives.
    experiments : mapping of str to sequence of callables
        Key of a section to the fragments shown below its statements.
    """
    with header.page(slug):
        above = st.container()
        chosen = _section(topic)
        if chosen == ERRORS:
            for one in topic.errata:
                erratum.show(one)
        elif chosen == TEST:
            selftest.show(topic)
        else:
            (section,) = (one for one in topic.sections if one.key == chosen)
            _read(topic, section, experiments.get(chosen, ()))
        # Last, so that the reader has the section before every other statement is checked.
        with above:
            summary.show(topic)


def _section(topic: Topic) -> str:
    titles = {one.key: f"{i}. {one.title}" for i, one in enumerate(topic.sections, 1)}
    titles |= {ERRORS: "Common errors", TEST: "Self-test"}
    chosen = st.segmented_control(
        "Section",
        list(titles),
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        **linked(f"foundations.{topic.key}", "section", list(titles), topic.sections[0].key),
    )
    return chosen or topic.sections[0].key


def _read(topic: Topic, section: Section, experiments: Sequence[Callable[[], None]]) -> None:
    st.header(section.title, anchor=section.key)
    st.markdown(section.intuition)
    for one in topic.statements:
        if one.section == section.key:
            switches = [switch for switch in topic.breaks if switch.statement == one.id]
            statement.show(one, switches)
    for experiment in experiments:
        with st.container(border=True):
            experiment()
