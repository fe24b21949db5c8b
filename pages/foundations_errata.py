"""Errata: errors of common texts, each refuted by a calculation on this machine."""

from __future__ import annotations

import streamlit as st

from core import foundations
from pages._foundations import checked, erratum
from pages._shared import header, results
from pages._shared.address import linked


def body() -> None:
    titles = {topic.key: topic.title for topic in foundations.topics()}
    first = next(iter(titles))
    above = st.container()
    chosen = st.segmented_control(
        "Article",
        list(titles),
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        **linked("foundations.errata", "article", list(titles), first),
    )
    for one in foundations.errata(chosen or first):
        erratum.show(one)
    with above:
        with st.spinner("Computing every counterexample"):
            found = [checked.refuted(one.id, checked.seed()) for one in foundations.errata()]
        count = sum(one.refuted for one in found)
        results.badge("ok" if count == len(found) else "critical",
                      f"{len(found)} errors, {count} refuted here")  # fmt: skip


with header.page("foundations-errata"):
    body()
