"""Compare: methods on one network, networks under one method, and how far maps agree."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError, SuiteError
from pages._saliency import agreement, asked, randomised, side_by_side, views
from pages._shared import header, results

VIEWS = ("Methods", "Networks", "Agreement", "Shuffled weights")


def body() -> None:
    try:
        question = asked.ask()
        if question is None:
            return
        st.caption(f"All maps explain {results.escaped(question.label)}.")
        how = views.look()
        shown = {
            "Methods": lambda: side_by_side.methods(question, how),
            "Networks": lambda: side_by_side.networks(question, how),
            "Agreement": lambda: agreement.show(question),
            "Shuffled weights": lambda: randomised.show(question, how),
        }
        tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
        # Only the open tab is computed; the address names it.
        for name, tab in zip(VIEWS, tabs, strict=True):
            if tab.open:
                with tab:
                    shown[name]()
    except InputError as error:
        results.refusal(InputError(results.escaped(error.message)), "No map")
    except SuiteError as error:
        results.refusal(error, "No map")


with header.page("saliency-compare"):
    body()
