"""A least-effort path on the page: the answer, the plan, the proof, the alternatives."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.cardiosense import LeastEffortPath, Robustness
from core.viz import front
from core.viz.text import fixed, number, percent
from pages._shared import charts, results, tables


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


def _answer(path: LeastEffortPath) -> None:
    before, target = _risk(path.p_before), _risk(path.target)
    if path.status == "already below":
        results.badge("ok", "Already at or below the target")
        st.markdown(f"The estimate is {before}; the target is {target}.")
        return
    if path.p_after is None or path.effort is None:
        margin = " with a margin" if path.robust else ""
        results.badge("attention", f"No plan within the limits reaches the target{margin}")
        st.markdown(f"The estimate is {before}; the target is {target}.")
        return
    results.badge("ok", "Plan found, proved to be the least effort")
    after, effort = st.columns(2)
    after.metric("Estimate with the plan", _risk(path.p_after), help=path.outcome)
    after.caption(f"Before: {before}. Target: {target}.")
    effort.metric("Effort", number(path.effort))
    tables.show(_table(path), alt="What the plan changes, before and after.")
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
