"""0.5.0 view: what the original's score says of the same predictions."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError, SuiteError
from core.trust import original_view
from core.trust.predictions import Predictions
from pages._shared import calls as shared
from pages._shared import header, results
from pages._shared.downloads import download
from pages._trust import calls, original, questions, subject, upload
from pages._trust.take import predictions_csv

KEY = "trust.original"


def of_suite() -> subject.Subject:
    held = questions.ask_model()
    st.caption(f"{held.how} Data: {held.data}.")
    return subject.of_suite(held, held.threshold)


def of_file() -> subject.Subject | None:
    upload.offer_template()
    return upload.ask(key=KEY)


def said(chosen: subject.Subject) -> None:
    if not isinstance(chosen.read, Predictions):
        raise InputError("Quantities were predicted; the original's score is one of classes.")
    audit = subject.audited(chosen, questions.ask_policy())
    view = original_view(chosen.read)
    original.beside(view, audit)
    if view.score is not None:
        original.made_of(view.score)
    original.disagreements(view)
    if chosen.held is not None:
        download("Predictions (CSV)", lambda: predictions_csv(chosen), chosen.file, "text/csv")
    shared.show(calls.original(chosen))
    results.provenance(
        {
            "Predictions": chosen.title,
            "n": f"{view.n:,}",
            "original": "trustlens 0.5.0, recomputed by its formulas and checked against it",
        }
    )


def predictions() -> None:
    chosen = of_suite() if questions.ask_source() == "suite" else of_file()
    if chosen is None:
        return
    try:
        said(chosen)
    except SuiteError as error:
        results.refusal(error, "No comparison with the original")


VIEWS = {"These predictions": predictions, "Where it misleads": original.show_catalogue}


def body() -> None:
    for tab, show in zip(
        st.tabs(list(VIEWS), key="view", bind="query-params"), VIEWS.values(), strict=True
    ):
        if tab.open:
            with tab:
                show()


with header.page("trustlens-original"):
    body()
