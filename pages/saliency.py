"""Explore: one picture, one network, one map, and whether the network needs what it shows."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError, SuiteError
from core.saliency import METHODS, Explanation
from pages._saliency import asked, choose, curves, numbers, save, truth, verdict, views
from pages._shared import header, results

FILM_VIEWS = ("Numbers", "Save")
PHANTOM_VIEWS = ("Causes", *FILM_VIEWS)


def tabs(found: Explanation, question: asked.Question) -> None:
    # Only the open tab is computed; the address names it.
    names = PHANTOM_VIEWS if found.subject.scene is not None else FILM_VIEWS
    shown = {
        "Causes": lambda: truth.show(found),
        "Numbers": lambda: numbers.show(found.metrics, "saliency.numbers"),
        "Save": lambda: save.show(found, question.call()),
    }
    for name, tab in zip(names, st.tabs(list(names), key="view", bind="query-params"), strict=True):
        if tab.open:
            with tab:
                shown[name]()


def body() -> None:
    try:
        question = asked.ask()
        if question is None:
            return
        quick = asked.explained(question, tested=False)
    except InputError as error:
        results.refusal(InputError(results.escaped(error.message)), "No map")
        return
    except SuiteError as error:
        results.refusal(error, "No map")
        return
    with st.container(border=True):
        verdict.answer(quick)
        top = st.container()
    views.pair(question.subject, quick.attribution, "saliency.pair")
    # The map is seen at once; what it is worth takes longer.
    with top:
        found = asked.explained(question)
        verdict.headline(found)
    verdict.findings(found)
    results.notes(found.subject.warnings, "attention")
    choose.about(found.subject.network, METHODS[question.method])
    curves.show(found, "saliency.curves")
    tabs(found, question)
    results.provenance(
        {
            "Network": results.escaped(found.subject.network.title),
            "method": METHODS[question.method].title,
            "explained": found.label,
            "seed": "0",
        }
    )


with header.page("saliency"):
    body()
