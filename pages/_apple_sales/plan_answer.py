"""The plan's answer: what it earns over today, and the proof that nothing beats it."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Plan
from core.viz.text import fixed, signed
from core.viz.theme import StatusName
from pages._shared import results

WIDTH = 175
AGREES, SAME_PLAN = 1e-6, 1e-6


def show(plan: Plan) -> None:
    """Show the objective beside today's, and the certificate."""
    if plan.objective is None or plan.expected is None or plan.revenue is None:
        return
    optimal = plan.status == "optimal"
    with st.container(border=True):
        results.badge(
            "ok" if optimal else "attention",
            "Proven best under these limits and assumptions" if optimal else "Not proven best",
        )
        gained = plan.objective - plan.now.objective
        share = ""
        if plan.now.objective:
            share = f" ({signed(100 * gained / abs(plan.now.objective), 1)} %)"
        with st.container(horizontal=True):
            st.metric(
                f"Objective ({plan.money.replace('$', 'USD')})",
                fixed(plan.objective, 2),
                f"{signed(gained, 2)}{share}",
                width=WIDTH,
                help="Weighted revenue less costs and the price of risk.",
            )
            st.metric("Before the price of risk", fixed(plan.expected, 2), width=WIDTH)
            st.metric(
                "Revenue",
                fixed(plan.revenue, 2),
                signed(plan.revenue - plan.now.revenue, 2),
                width=WIDTH,
                delta_color="off",
            )
            if plan.risk_sd:
                st.metric("Standard deviation", fixed(plan.risk_sd, 2), width=WIDTH)
        if not optimal:
            st.markdown(results.escaped(plan.reason))
        st.caption(
            "Changes are against today's amounts, valued by the same curves."
            if plan.now.feasible
            else "Changes are against today's amounts, which are outside these limits; so the plan "
            "may earn less than they do."
        )
        _strip(plan)


def _strip(plan: Plan) -> None:
    """Show each part of the proof with its verdict."""
    proof = plan.certificate
    parts: list[tuple[StatusName, str, str]] = []
    if proof.fw_gap is not None and proof.fw_gap_rel is not None:
        parts.append(
            (
                _sign(plan.status == "optimal"),
                "Bound",
                f"No feasible plan beats this by more than {proof.fw_gap:.2g} "
                f"{plan.money.replace('$', 'USD')} ({proof.fw_gap_rel:.1g} of the objective).",
            )
        )
    if proof.kkt_residual is not None:
        text = f"Residual of the optimality conditions {proof.kkt_residual:.1g}, by {proof.solver}."
        parts.append((_sign(proof.kkt_residual <= 1e-5), "Conditions", text))
    if proof.second_solver is not None and proof.second_solver_rel_diff is not None:
        text = f"{proof.second_solver} finds the same value to {proof.second_solver_rel_diff:.1g}."
        parts.append((_sign(proof.second_solver_rel_diff <= AGREES), "Second solver", text))
    if proof.unit_scale_rel_diff is not None:
        text = (
            f"In other units of money and amount the plan moves by {proof.unit_scale_rel_diff:.1g}."
        )
        parts.append((_sign(proof.unit_scale_rel_diff <= SAME_PLAN), "Units", text))
    for column, (status, title, text) in zip(st.columns(len(parts)), parts, strict=True):
        with column:
            results.evidence(status, title, text)
    st.caption(results.escaped(proof.method))


def _sign(holds: bool) -> StatusName:
    return "ok" if holds else "attention"
