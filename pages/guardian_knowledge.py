"""Knowledge base: what the check knows, where it comes from, and how to look it up."""

from __future__ import annotations

import streamlit as st

from core.guardian import knowledge
from pages._guardian import knowledge_search, knowledge_size
from pages._shared import header, results

VIEWS = ("A medicine", "Two medicines", "A rule", "Size and sources")


def body() -> None:
    knowledge_size.lint()
    tabs = dict(zip(VIEWS, st.tabs(list(VIEWS), key="part", bind="query-params"), strict=True))
    for name, tab in tabs.items():
        if tab.open:
            with tab:
                show(name)
    knowledge_size.take()
    results.provenance({"Knowledge base": knowledge().version})


def show(name: str) -> None:
    if name == "A medicine":
        knowledge_search.medicine()
    elif name == "Two medicines":
        knowledge_search.pair()
    elif name == "A rule":
        knowledge_search.rule()
    else:
        knowledge_size.counts()
        st.subheader("Citations by year", anchor=False)
        knowledge_size.sources()


with header.page("guardian-knowledge"):
    body()
