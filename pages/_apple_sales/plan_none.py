"""There is no plan: which limits exclude each other, and what would mend it."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Plan
from pages._shared import results, tables


def show(plan: Plan) -> None:
    """Show the conflict, what is short, and the smallest changes that make a plan possible."""
    why = plan.infeasibility
    if why is None:
        return
    with st.container(border=True):
        results.badge("critical", "No plan meets these limits")
        st.markdown(results.escaped(why.reason))
        st.markdown(
            "**These exclude each other; without any one of them the others are possible:**"
        )
        for name in why.conflict:
            st.markdown(f"- {results.escaped(name.sentence)}")
    if why.repairs:
        st.subheader("One change that is enough", anchor=False)
        tables.show(
            [
                {"Limit": one.name, "Now": one.limit, "To": one.to, "In words": one.sentence}
                for one in why.repairs
            ],
            "Single limits that, changed alone, make a plan possible.",
            column_config=_NUMBERS,
        )
    elif not why.untried:
        st.info(
            "No single change is enough: there is more than one conflict.", icon=":material/info:"
        )
    if why.untried:
        st.caption(f"For {why.untried:,} more limits of the conflict no repair was looked for.")
    st.subheader("The least that has to give", anchor=False)
    tables.show(
        [
            {"Limit": one.name, "Now": one.limit, "Short by": one.short, "In words": one.sentence}
            for one in why.shortfalls
        ],
        "What the plan with the smallest relative violations misses.",
        column_config=_NUMBERS,
    )


_NUMBERS = {
    name: st.column_config.NumberColumn(format="%.4g") for name in ("Now", "To", "Short by")
}
