"""What the public demo's optimiser answers on this table, and why its flag is no proof."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import RANDOM_PLANS, OriginalOptimum, original_optima
from core.viz.text import fixed
from pages._apple_sales.data_upload import Chosen
from pages._shared import kept, tables

KEY = "apple.data.original"
BEST = f"Best of {RANDOM_PLANS:,} random plans"


def show(chosen: Chosen) -> None:
    """Show the demo's answers beside random plans, for a table of the demo's kind."""
    if chosen.table.kind != "demo":
        return
    found = _answers(chosen)
    still = [one.engine for one in found if one.success and one.moved == 0]
    st.subheader("What the public demo's optimiser says", anchor=False)
    st.markdown(
        "It maximises a fitted model with SLSQP from the column means and takes the solver's "
        "success for proof. "
        + (
            f"With the engines **{' and '.join(still)}** it never leaves its start: the model is "
            "flat almost everywhere, so the slope that the solver sees is 0, and it reports "
            "success. Random plans within the same limits do better."
            if still
            else "Here are its answers beside random plans within the same limits."
        )
    )
    tables.show(
        [
            {
                "Engine": one.engine.capitalize(),
                "Says success": "yes" if one.success else "no",
                "Iterations": one.iterations,
                "Moved from the start": one.moved,
                "Predicted": one.predicted,
                BEST: one.best_random,
                "Mean of the file": one.mean,
                "Outside every row in": f"{len(one.outside)} of 4 columns",
            }
            for one in found
        ],
        "Answer of the public demo's optimiser with three engines, beside random plans.",
        decimals={
            "Moved from the start": 2,
            "Predicted": 2,
            BEST: 2,
            "Mean of the file": 2,
        },
    )
    linear = found[-1]
    st.caption(
        f"The linear engine goes to a corner of its limits ({fixed(linear.predicted, 2)}), "
        f"{'outside' if linear.outside else 'inside'} the rows: by the gate above, its slopes are "
        "the sign of noise unless the gate is open."
    )


def _answers(chosen: Chosen) -> tuple[OriginalOptimum, ...]:
    """Return the answers, computed once for a table."""
    return kept.once(
        KEY, chosen.key, lambda: original_optima(chosen.table), public=chosen.example != ""
    )
