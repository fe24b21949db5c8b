"""A file of predictions: which column is what, and what is wrong with which cell."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from core.errors import SuiteError
from core.trust import guess_columns, template
from pages._shared import results
from pages._shared.downloads import download
from pages._trust import reading
from pages._trust.columns import Picked, choose, pick
from pages._trust.questions import ask_threshold
from pages._trust.subject import RESULT, Subject

KEY = "trust.file"
MAX_MB = 200
TYPES = ["csv", "tsv", "txt", "parquet"]
LABEL = "CSV or Parquet file of predictions"
HELP = (
    "Rows the model was not trained on: nothing in the numbers can tell. One row a case, with the "
    "outcome and the probability of the positive class, or of every class."
)


def file(label: str, key: str) -> Any:
    """Ask for a file."""
    return st.file_uploader(label, TYPES, max_upload_size=MAX_MB, key=key, help=HELP)


def offer_template() -> None:
    """Offer a file to start from."""
    with st.container(horizontal=True, vertical_alignment="center"):
        download("Download the template", template, "predictions_template.csv", "text/csv")
        st.caption("Nothing that you upload is stored.")


def ask(label: str = LABEL, key: str = KEY) -> Subject | None:
    """Ask for a file and its columns; show what is wrong with it where it cannot be read."""
    given = file(label, key)
    if given is None:
        st.session_state.pop(RESULT, None)
        reading.forget(key)
        st.info("Choose a file, or take the template as an example of one.", icon=":material/info:")
        return None
    columns = _columns(given, key)
    if columns is None:
        return None
    picked = pick(columns, f"{key}.{given.file_id}")
    return reading.read(given, picked, key)


def ask_pair(key: str) -> tuple[Subject, Subject] | None:
    """Ask for one file that holds the probabilities of two models."""
    given = file("CSV or Parquet file with the outcome and the probabilities of two models", key)
    if given is None:
        for place in range(2):
            reading.forget(f"{key}.{place}")
        st.info("Choose a file with two columns of probabilities.", icon=":material/info:")
        return None
    columns = _columns(given, key)
    if columns is None:
        return None
    base = f"{key}.{given.file_id}"
    guess = guess_columns(columns)
    grid = st.columns(4, vertical_alignment="bottom")
    with grid[0]:
        label = choose("Outcome", columns, guess.label, f"{base}.label")
    chosen = []
    for place, title in enumerate(("First model", "Second model"), start=1):
        with grid[place]:
            chosen.append(choose(title, columns, None, f"{base}.{title}"))
    with grid[3]:
        threshold = ask_threshold(0.5, f"{base}.threshold")
    if label is None or None in chosen:
        st.info("Say which columns are the outcome and the probabilities.", icon=":material/info:")
        return None
    subjects: list[Subject] = []
    for place, column in enumerate(chosen):
        picked = Picked(label, (str(column),), None, (), None, threshold)
        known = subjects[0].options.get("positive", [None])[0] if subjects else None
        one = reading.read(given, picked, f"{key}.{place}", known)
        if one is None:
            return None
        subjects.append(dataclasses.replace(one, title=str(column)))
    return subjects[0], subjects[1]


def _columns(given: Any, key: str) -> list[str] | None:
    """Return the columns of a file, or show why there are none."""
    try:
        return reading.header(given, key)
    except SuiteError as error:
        results.refusal(error, "This file cannot be read")
        return None
