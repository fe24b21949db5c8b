"""The least-effort path: asked for by a button, and gone as soon as the question changes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core import cardiosense
from core.cardiosense import LeastEffortPath, Risk, Robustness
from core.errors import SuiteError
from core.viz import front
from core.viz.text import fixed, number, percent
from pages._shared import charts, results

TARGETS = (0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
Record = Mapping[str, float | None]


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


def ask(entered: Record, *, layer: str, model: str, default_target: float) -> None:
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
        show(stored[1], key)


def current(layer: str, entered: Record) -> LeastEffortPath | None:
    """Return the plan on the screen if it was found for exactly this patient."""
    stored = st.session_state.get(f"cardio.{layer}.path")
    return stored[1] if stored is not None and stored[0][0] == entered else None


def show(path: LeastEffortPath, key: str) -> None:
    """Show a path: the answer, the plan, the proof, the alternatives."""
    with st.container(border=True):
        _answer(path)
        _certificate(path)
    if path.binding is not None:
        st.markdown(f"**What stands in the way.** {path.binding.sentence}")
    if path.front:
        charts.show(
            front(
                [plan.effort for plan in path.front],
                [plan.p_after for plan in path.front],
                [_plan_words(plan.changes) for plan in path.front],
                start=path.p_before,
                target=path.target,
            ),
            key=f"{key}.front",
        )
    for name, reason in path.inactive.items():
        st.caption(f"{name}: {reason}")
    st.caption(path.note)


def _preferences(layer: str, model: str, key: str) -> tuple[dict[str, float], bool]:
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


def _answer(path: LeastEffortPath) -> None:
    before, target = _risk(path.p_before), _risk(path.target)
    if path.status == "already below":
        results.badge("ok", "Already at or below the target")
        st.markdown(f"The estimate is {before}; the target is {target}.")
        return
    if path.status == "infeasible":
        results.badge("attention", "No plan within the limits reaches the target")
        st.markdown(f"The estimate is {before}; the target is {target}.")
        return
    results.badge("ok", "Plan found, proved to be the least effort")
    after, effort = st.columns(2)
    after.metric("Estimate with the plan", _risk(path.p_after), help=path.outcome)
    after.caption(f"Before: {before}. Target: {target}.")
    effort.metric("Effort", number(path.effort))
    st.dataframe(_table(path), hide_index=True, alt="What the plan changes, before and after.")
    if path.robustness is not None:
        _robustness(path.robustness)


def _robustness(measured: Robustness) -> None:
    shares = [f"{percent(measured.noise_share)} of {measured.noise_draws} repeated measurements"]
    if measured.refit_share is not None:
        shares.append(f"{percent(measured.refit_share)} of {measured.refits} refits of the model")
    robust = measured.label == "robust"
    hint = "Robust" if robust else "Fragile: it ends right at the target. See *Leave a margin*."
    results.badge("ok" if robust else "attention", hint)
    note = measured.note[:1].upper() + measured.note[1:]
    st.caption(f"The target holds in {' and in '.join(shares)}. {note}.")


def _table(path: LeastEffortPath) -> pd.DataFrame:
    levers = {reach.lever.name: reach for reach in path.levers}
    return pd.DataFrame(
        [
            {
                "Lever": levers[name].lever.label,
                "Now": before,
                "Plan": after,
                "Unit": levers[name].lever.unit,
                "Effort": levers[name].effort(after),
                "Also keeps the target": path.region[name].text,
                "Floor from": levers[name].lever.floor_source,
                "12-month limit from": levers[name].lever.change_source,
            }
            for name, (before, after) in path.changes.items()
        ]
    )


def _certificate(path: LeastEffortPath) -> None:
    proof = path.certificate
    results.provenance(
        {
            "Certificate": proof.status,
            "plans on the grid": f"{proof.cells_total:,}",
            "evaluated": f"{proof.nodes:,}",
            "gap": "none" if not proof.gap else number(proof.gap, 6),
            "model": proof.model,
            "input": proof.input_hash[:12],
        }
    )


def _risk(p: float) -> str:
    return f"{fixed(100 * p, 1)} %"


def _plan_words(changes: Mapping[str, tuple[float, float]]) -> str:
    return ", ".join(f"{name} {before:g} to {after:g}" for name, (before, after) in changes.items())
