"""The suite's own plan: its prices, its gap, and the gap on the way to it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.apple_sales import Plan
from core.foundations import lagrange_kkt
from core.viz import Line, lines
from core.viz.text import fixed
from core.viz.theme import StatusName
from pages._shared import charts, results, tables

KEY = "foundations.lagrange-kkt.plan"


@st.fragment
def prices() -> None:
    """Show the plan's proof and the price of each of its limits."""
    st.subheader("The actual plan and its prices")
    _proof(lagrange_kkt.apple_plan())
    _limits(lagrange_kkt.plan_limits())
    st.page_link("../pages/apple_sales.py", label="Open the plan", icon=":material/route:")


def _proof(plan: Plan) -> None:
    proof = plan.certificate
    money = results.escaped(plan.money)
    verdict: StatusName = "ok" if plan.status == "optimal" else "attention"
    results.badge(verdict, f"Status: {plan.status}")
    results.badge(verdict, f"Frank-Wolfe gap: {proof.fw_gap:.2g} {money}")
    st.markdown(
        f"The plan sets the volumes of {len(plan.x or {})} cells. The objective is "
        f"**{plan.objective:.3f}** {money} in the plan and {fixed(plan.now.objective)} "
        "at today's volumes. No plan within the limits adds more than the gap (KKT-47), which is "
        f"{proof.fw_gap_rel:.1g} of the objective."
    )
    st.markdown(
        f"The four conditions (KKT-11) are met up to a relative error of {proof.kkt_residual:.1g}. "
        f"{proof.solver} found the plan; {proof.second_solver}, another solver, found an objective "
        f"that differs by {proof.second_solver_rel_diff:.1g} of it."
    )


def _limits(limits: Sequence[lagrange_kkt.PricedLimit]) -> None:
    binding = sum(one.price != 0 for one in limits)
    money = results.escaped(lagrange_kkt.apple_plan().money)
    tables.show(
        [
            {
                "Limit": one.name,
                "Kind": one.side,
                "Value": one.limit,
                "Used": one.used,
                "Price": one.price,
                "Up": one.up,
                "Down": one.down,
                "Unit": one.unit,
            }
            for one in limits
        ],
        f"{len(limits)} limits of the plan, of which {binding} bind and have a price.",
        column_config={
            name: st.column_config.NumberColumn(format="%.4g")
            for name in ("Value", "Used", "Price", "Up", "Down")
        },
    )
    st.caption(
        f"{binding} of {len(limits)} limits bind: the plan stands exactly on them. A price is the "
        f"change of the best objective, in {money}, for each unit by which the limit is raised "
        "(KKT-51); up and down are the same from solving again with the limit a little higher or "
        "lower. "
        "A limit with slack has the price 0 (KKT-50). Raising a limit of the kind “at least” "
        "costs, so its price is negative."
    )


@st.fragment
def approach() -> None:
    """Ask how far to go from today to the plan; show the gap and what it bounds."""
    st.subheader("The gap on the way to the plan")
    st.markdown(
        "**Predict first:** halfway from today's amounts to the plan, is the bound twice what is "
        "really missing, or closer?"
    )
    step = st.slider(
        "Steps from today to the plan", 0, lagrange_kkt.STEPS, lagrange_kkt.STEPS // 2,
        key=f"{KEY}.step",
    )  # fmt: skip
    found = lagrange_kkt.approach(step)
    share = 100 * found.shares
    money = results.escaped(lagrange_kkt.apple_plan().money)
    charts.show(
        lines({"Frank-Wolfe gap": Line(share, found.gaps),
               "really missing": Line(share, found.shortfalls)},
              x_label="Way to the plan, %", y_label=lagrange_kkt.apple_plan().money,
              moments={"here": float(share[step])}),
        f"{KEY}.gap",
    )  # fmt: skip
    st.markdown(
        f"After {fixed(share[step], 0)} % of the way the gap proves that no plan adds more than "
        f"**{fixed(found.gap)}** {money}; the best plan adds **{fixed(found.shortfall)}** "
        "(KKT-47). The first figure needs one linear programme and no knowledge of the best plan. "
        "At the plan both are 0 (KKT-48)."
    )
