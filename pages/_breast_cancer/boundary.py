"""How far the case is from the other call: the model's boundary, with what is proven about it."""

from __future__ import annotations

import functools

import streamlit as st

from core import breast_cancer
from core.breast_cancer import CaseScore, Counterfactual
from core.errors import SuiteError
from core.runtime import jobs
from core.viz.text import counted, listed, number, percent
from pages._breast_cancer import operating
from pages._shared import calls, results, tables
from pages._shared.call import Call
from pages._shared.inputs import Record

TIMEOUT_S = 120
KEY = "bc.boundary"


def show(entered: Record, score: CaseScore) -> None:
    """Find the nearest plausible case on the other side, on request."""
    side = "benign" if score.p >= score.threshold else "malignant"
    st.markdown(
        f"Which nearest case, with values that still fit together, would fall on the **{side}** "
        f"side of {percent(score.threshold)}?"
    )
    question = (dict(entered), score.threshold)
    if st.button("Find the nearest case", type="primary", icon=":material/route:", key=KEY):
        try:
            with st.spinner("Searching; a case far from the threshold can take a minute"):
                search = functools.partial(breast_cancer.counterfactual, threshold=score.threshold)
                found = jobs.run(search, dict(entered), timeout=TIMEOUT_S)
        except SuiteError as error:
            results.refusal(error, "No answer")
            return
        st.session_state[f"{KEY}.found"] = (question, found)
    stored = st.session_state.get(f"{KEY}.found")
    if stored is None or stored[0] != question:
        st.caption("Nothing has been searched for this case yet.")
        return
    _answer(stored[1])
    calls.show(_call(calls.record(entered), operating.moved(score.threshold)))


def _call(given: Record, threshold: float | None) -> Call:
    options = calls.options(threshold=threshold)
    return Call(
        "/v1/breast-cancer/counterfactual",
        {"threshold": threshold},
        given,
        python="from core.breast_cancer import counterfactual\n\n"
        f"found = counterfactual({given!r}{calls.arguments(threshold=threshold)})\n"
        "print(found.status, found.p_after, found.moved)",
        command=("breast-cancer", "counterfactual", "case.json", *options, "--json"),
        given={"case.json": given},
    )


def _answer(found: Counterfactual) -> None:
    if found.status != "found" or found.p_after is None:
        results.badge("unknown", "None within the limits")
    else:
        results.badge("ok", f"Found: {counted(len(found.moved), 'column')} of 30")
        probability, forest, fit = st.columns(3)
        probability.metric("Probability then", percent(found.p_after))
        probability.caption(f"Before: {percent(found.p_before)}.")
        if found.forest_p_after is not None:
            forest.metric("Random forest then", percent(found.forest_p_after))
            forest.caption(f"Before: {percent(found.forest_p_before)}. Not part of the search.")
        if found.ood_p_after is not None:
            fit.metric("Values fit together, p", number(found.ood_p_after, 3))
            fit.caption(f"Before: {number(found.ood_p_before, 3)}.")
        tables.show(
            [
                {
                    "Column": moved.label,
                    "Now": moved.before,
                    "Then": moved.after,
                    "Change, standard deviations": moved.deviations,
                }
                for moved in found.moved
            ],
            alt=f"Columns that differ, in {listed(list(found.measurements))}.",
        )
    for proof in found.proofs():
        st.markdown(f"- {proof}")
    st.caption(found.note)
    results.provenance(
        {
            "Model": found.model,
            "linear programs": f"{found.programs:,}",
            "bound": "none" if found.bound is None else number(found.bound),
            "distance": "none" if found.distance is None else number(found.distance),
        }
    )
