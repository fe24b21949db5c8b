"""Your network: an ONNX classifier of one's own, explained by asking it; nothing is kept."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError, SuiteError
from core.saliency import METHODS
from pages._saliency import asked, choose, curves, numbers, own_take, save, verdict, views
from pages._shared import header, results

VIEWS = ("Numbers", "Save")


def body() -> None:
    own_take.contract()
    try:
        question = own_take.ask()
        if question is None:
            return
        quick = asked.explained(question, tested=False)
        with st.container(border=True):
            verdict.answer(quick)
            top = st.container()
        views.pair(question.subject, quick.attribution, "saliency.own")
        with top:
            found = asked.explained(question)
            verdict.headline(found)
    except InputError as error:
        results.refusal(InputError(results.escaped(error.message)), "Not explained")
        return
    except SuiteError as error:
        results.refusal(error, "Not explained")
        return
    verdict.findings(found)
    choose.about(found.subject.network, METHODS[question.method])
    curves.show(found, "saliency.own.curves")
    figures, taken = st.tabs(list(VIEWS), key="view", bind="query-params")
    if figures.open:
        with figures:
            numbers.show(found.metrics, "saliency.own.numbers")
    if taken.open:
        with taken:
            save.show(found)


with header.page("saliency-own"):
    body()
