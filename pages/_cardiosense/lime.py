"""LIME beside the exact reasons, run on request in a process of its own."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from core.cardiosense import Attribution, Explanation, Lime, Risk
from core.errors import SuiteError
from core.explain.agreement import Agreement
from core.runtime import jobs
from core.viz import paired_bars
from core.viz.text import percent
from pages._shared import charts, results
from pages._shared.inputs import Record

TIMEOUT_S = 60


def show(entered: Record, risk: Risk) -> None:
    st.subheader("A second opinion: LIME", anchor=False)
    if st.button("Run LIME", icon=":material/science:", key="cardio.lime.run"):
        with st.spinner("Fitting 5 local models on 5,000 neighbours each"):
            try:
                found = jobs.run(cardiosense.explain, dict(entered), timeout=TIMEOUT_S)
            except SuiteError as error:
                results.refusal(error, "No LIME explanation")
                return
        st.session_state["cardio.lime"] = found
    stored: Explanation | None = st.session_state.get("cardio.lime")
    if stored is None or stored.input_hash != risk.input_hash:
        st.caption("Fits a simple model around this patient, to compare with the exact reasons.")
    elif stored.lime is not None and stored.methods is not None:
        _compare(stored.champion, stored.lime, stored.methods)


def _compare(exact: Attribution, lime: Lime, methods: Agreement) -> None:
    shares = exact.contributions
    weights = {weight.feature: weight.weight for weight in lime.weights}
    compared = [c for c in shares if c.feature in weights]
    charts.show(
        paired_bars(
            [f"{c.label}: {c.value}" for c in compared],
            [100 * c.probability for c in compared],
            [100 * weights[c.feature] for c in compared],
            names=("Shapley (exact)", "LIME"),
            unit="percentage points",
        ),
        key="cardio.lime.chart",
    )
    results.agreement("Shapley values and LIME", methods.verdict, methods.overlap)
    st.caption(
        f"LIME's local model explains {percent(lime.r2)} of the local variation; over "
        f"{lime.seeds} seeds, {percent(lime.top3)} of the three strongest findings and "
        f"{percent(lime.top5)} of the five strongest stay the same."
    )
    results.notes(lime.warnings, "attention")
    tested = exact.check.replacement
    if tested is not None:
        st.caption(
            "Replacing findings in the order of the exact reasons moves the estimate faster than "
            f"{percent(tested.beaten)} of {tested.orders} random orders ({tested.n} replacement "
            "patients)."
        )
