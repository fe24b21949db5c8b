"""Compare: two models on the same rows."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.errors import InputError, SuiteError
from core.trust import compare
from core.trust.predictions import Predictions
from core.viz.text import fixed, listed
from pages._shared import calls, header, results
from pages._shared.downloads import download
from pages._trust import comparing, pair_calls, questions, subject, upload, verdict_pair

KEY = "trust.pair"
Pair = tuple[subject.Subject, subject.Subject]


def of_suite() -> Pair:
    possible = comparing.comparable()
    left, right = st.columns(2)
    with left:
        first = questions.ask_model("First model", "first", tuple(possible))
    with right:
        second = questions.ask_model("Second model", "second", possible[first.key])
    st.caption(f"{first.how} Data: {first.data}, n = {len(first.y):,}, the same rows for both.")
    return tuple(subject.of_suite(one, one.threshold) for one in (first, second))  # type: ignore[return-value]


def of_file() -> Pair | None:
    """Ask for one file with two columns of probabilities, or two files of the same rows."""
    upload.offer_template()
    two = st.toggle(
        "Two files, one a model, with the same rows in the same order", key=f"{KEY}.two"
    )
    if two:
        left, right = st.columns(2)
        with left:
            first = upload.ask("First model", f"{KEY}.first")
        with right:
            second = upload.ask("Second model", f"{KEY}.second")
        return None if first is None or second is None else (first, second)
    return upload.ask_pair(KEY)


def said(pair: Pair) -> None:
    first, second = (one.read for one in pair)
    if not isinstance(first, Predictions) or not isinstance(second, Predictions):
        raise InputError("Quantities were predicted; a comparison needs predicted classes.")
    comparing.show(compare(first, second), pair[0].title, pair[1].title)
    thresholds = {fixed(one.threshold, 2) for one in (first, second) if one.threshold is not None}
    if thresholds:
        st.caption(f"Called positive from a probability of {listed(sorted(thresholds))}.")


def body() -> None:
    pair: Any = of_suite() if questions.ask_source() == "suite" else of_file()
    if pair is None:
        return
    try:
        said(pair)
    except SuiteError as error:
        results.refusal(error, "No comparison")
        return
    if pair[0].held is not None:
        st.subheader("What a policy says of either", anchor=False)
        verdict_pair.show(pair)
        content = partial(pair_calls.pair_csv, pair)
        download("Predictions (CSV)", content, pair_calls.FILE, "text/csv")
    calls.show(pair_calls.call(pair))
    results.provenance(
        {
            "First": pair[0].title,
            "second": pair[1].title,
            "n": f"{pair[0].read.n:,}",
            "method": "paired by row; Bonferroni over the figures",
        }
    )


with header.page("trustlens-compare"):
    body()
