"""The least-effort path: asked for by a button, and gone as soon as the question changes."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from core import cardiosense
from core.cardiosense import Layer, LeastEffortPath, Risk
from core.errors import SuiteError
from core.viz.text import percent
from pages._cardiosense import plan_view
from pages._shared import calls, results
from pages._shared.call import Call
from pages._shared.inputs import Record

TARGETS = (0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


def diagnostic(entered: Record, risk: Risk) -> None:
    """Offer the path on the diagnostic model, named for what it is: a sensitivity analysis."""
    st.markdown(
        "Which smallest change of pressure and cholesterol would bring **the estimate** to the "
        "target? Test results are measurements, so no plan touches them. For a plan that means "
        "something, see the page *Prevention*."
    )
    family = st.segmented_control(
        "Model",
        ["logistic", "xgboost"],
        default=risk.model.rsplit(maxsplit=1)[-1].split("-")[0],
        required=True,
        format_func={"logistic": "Logistic regression", "xgboost": "XGBoost"}.__getitem__,
        key="cardio.plan.model",
    )
    ask(entered, layer="diagnostic", model=family, default_target=0.2)


def ask(entered: Record, *, layer: Layer, model: str, default_target: float) -> None:
    """Ask for target and weights, find the path on request, and show it while it is current."""
    key = f"cardio.{layer}"
    target = st.select_slider(
        "Target", TARGETS, value=default_target, format_func=percent, key=f"{key}.target"
    )
    weights, robust = _preferences(layer, model, key)
    question = (dict(entered), target, model, weights, robust)
    if st.button("Find the path", type="primary", icon=":material/route:", key=f"{key}.find"):
        try:
            found = cardiosense.least_effort_path(
                entered, target, layer=layer, model=model, weights=weights, robust=robust
            )
        except SuiteError as error:
            results.refusal(error, "No plan")
            return
        st.session_state[f"{key}.path"] = (question, found)
    stored = st.session_state.get(f"{key}.path")
    if stored is None:
        st.caption("No plan has been asked for yet.")
    elif stored[0] != question:
        del st.session_state[f"{key}.path"]
        st.caption(
            "The question has changed, so the earlier plan was removed. Find the path again."
        )
    else:
        plan_view.show(stored[1], key)
        heavier = {name: weight for name, weight in weights.items() if weight != 1}
        how = {"layer": layer, "model": model, "weights": heavier or None, "robust": robust or None}
        calls.show(_call(calls.record(entered), target, calls.record(how)))


def _call(given: Record, target: float, how: dict[str, Any]) -> Call:
    written = {name: json.dumps(v) if name == "weights" else v for name, v in how.items()}
    options = calls.options(target=target, **written)
    return Call(
        "/v1/cardiosense/path",
        body={"patient": given, "target": target, **how},
        python="from core.cardiosense import least_effort_path\n\n"
        f"found = least_effort_path({given!r}, {target!r}{calls.arguments(**how)})\n"
        "print(found.status, found.p_after, found.changes)",
        command=("cardiosense", "path", "patient.json", *options, "--json"),
        given={"patient.json": given},
    )


def current(layer: Layer, entered: Record) -> LeastEffortPath | None:
    """Return the plan on the screen if it was found for exactly this patient."""
    stored = st.session_state.get(f"cardio.{layer}.path")
    return stored[1] if stored is not None and stored[0][0] == entered else None


def _preferences(layer: Layer, model: str, key: str) -> tuple[dict[str, float], bool]:
    with st.popover("Your effort weights", icon=":material/tune:"):
        st.markdown(
            "Effort 1 is the largest change that is credible in twelve months. Give a lever a "
            "higher weight if it is harder for this person."
        )
        weights = {
            lever.name: st.number_input(
                f"{lever.label}: weight", 0.1, 10.0, 1.0, 0.5, key=f"{key}.weight.{lever.name}"
            )
            for lever in cardiosense.levers_for(layer, model)
        }
    robust = st.toggle(
        "Leave a margin",
        key=f"{key}.robust",
        help="A least-effort plan ends right at the target, so it rarely survives a second "
        "measurement. With a margin the plan must also hold in 90 % of repeated measurements and "
        "in 90 % of refits of the model.",
    )
    return weights, robust
