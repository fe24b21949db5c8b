"""Every pair of methods: how large the difference is, and whether it is chance."""

from __future__ import annotations

import streamlit as st

from core.saliency import METHODS, Leaderboard, Pair
from core.viz.text import counted, p_value
from pages._saliency.words import SYSTEM
from pages._shared import tables

ALL = "all"


def show(board: Leaderboard) -> None:
    """List the pairs, all of them or those of one method."""
    if not board.pairs:
        st.info(board.reason or "There are no pairs.", icon=":material/info:")
        return
    names = {one.method: one.title for one in board.entries}
    chosen = st.selectbox(
        "Pairs of",
        [ALL, *names],
        format_func=lambda key: names.get(key, "all methods"),
        key=f"{SYSTEM}.pairs.of",
    )
    pairs = [one for one in board.pairs if chosen in (ALL, one.first, one.second)]
    differ = sum(one.differ for one in pairs)
    st.markdown(
        f"{differ} of {counted(len(pairs), 'pair')} differ after Holm's adjustment over all "
        f"{len(board.pairs)} pairs."
    )
    places = {"Shift": 3, "from": 3, "to": 3, "Effect": 2}
    tables.show([_row(one) for one in pairs], alt="Pairs of methods.", decimals=places)
    st.caption(
        "Wilcoxon's signed-rank test on the same images. Shift: Hodges-Lehmann, first minus "
        "second. Effect: matched-pairs rank-biserial, -1 to 1. p (equal): two one-sided tests that "
        "the difference is less than 0.05 either way; small means shown to be equal."
    )


def _row(one: Pair) -> dict[str, object]:
    return {
        "First": METHODS[one.first].title,
        "Second": METHODS[one.second].title,
        "Verdict": "differ" if one.differ else "not told apart",
        "Shift": one.shift.estimate,
        "from": one.shift.low,
        "to": one.shift.high,
        "Effect": one.effect,
        "p (Holm)": _p(one.p_holm),
        "p (Bonferroni)": _p(one.p_bonferroni),
        "p (equal)": _p(one.p_equal),
    }


def _p(value: float) -> str:
    return p_value(value).removeprefix("p ").removeprefix("= ")
