"""Prevention: a ten-year risk, and the least effort that brings it below a target."""

from __future__ import annotations

import streamlit as st

from core.cardiosense import PREVENTION, prevention_presets, prevention_risk
from core.errors import InputError
from core.viz.text import number, percent, percent_range
from pages._cardiosense import plan
from pages._shared import calls, header, inputs, results
from pages._shared.call import Call

KEY = "prevention"
MODELS = {"prevent": "PREVENT (AHA 2023)", "framingham": "Framingham teaching model"}


def body() -> None:
    entered = inputs.record(prevention_presets(), PREVENTION, KEY, "Measurements")
    if entered is None:
        return
    complete = all(entered[name] is not None for name in ("hdl", "egfr", "statin"))
    model = st.segmented_control(
        "Equation",
        list(MODELS),
        default="prevent" if complete else "framingham",
        required=True,
        format_func=MODELS.__getitem__,
        key=f"{KEY}.model.{complete}",
        help="PREVENT needs HDL, eGFR and statin use; the Framingham teaching model does not.",
    )
    try:
        risk = prevention_risk(entered, model)
    except InputError as error:
        results.refusal(error)
        return
    with st.container(border=True):
        total, parts = st.columns([1, 2], vertical_alignment="center")
        total.metric("Risk within ten years", f"{number(100 * risk.p, 1)} %")
        total.caption(risk.outcome)
        if risk.low is not None and risk.high is not None and risk.level is not None:
            parts.markdown(
                f"{percent(risk.level)} interval {percent_range(risk.low, risk.high)} "
                "(bootstrap refits)."
            )
        elif risk.ascvd is not None and risk.heart_failure is not None:
            parts.markdown(
                f"Heart attack or stroke {percent(risk.ascvd)}, heart failure "
                f"{percent(risk.heart_failure)}."
            )
        for sentence in risk.caution:
            parts.caption(sentence)
    results.notes(risk.flags, "unknown")
    given = calls.record(entered)
    python = (
        "from core.cardiosense import prevention_risk\n\n"
        f"risk = prevention_risk({given!r}, {model!r})\n"
        "print(risk.p, risk.low, risk.high)"
    )
    calls.show(Call("/v1/cardiosense/prevention", {"model": model}, given, python=python))
    results.provenance({"Model": risk.model, "input": risk.input_hash[:12]})
    st.subheader("Least effort", anchor=False)
    plan.ask(
        entered,
        layer="prevention",
        model=model,
        default_target=0.1 if model == "prevent" else 0.2,
    )


with header.page("cardiosense-prevention"):
    body()
