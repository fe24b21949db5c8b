"""Two models on the same rows: who is shown to be better, figure by figure."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.trust import Comparison, HeldOut
from core.trust.compare import Difference
from core.viz import forest
from core.viz.text import fixed, listed, percent
from pages._shared import charts, models, results, tables
from pages._trust import words

WORDS = {"first": "the first", "second": "the second", "not enough data": "not enough data to tell"}


def partners(one: HeldOut) -> tuple[HeldOut, ...]:
    """Return the other models of the suite that were judged on the same rows."""
    return tuple(
        other
        for other in models.held_out()
        if other.key != one.key
        and other.classes == one.classes
        and np.array_equal(other.y, one.y)
        and other.features.equals(one.features)
    )


def comparable() -> Mapping[str, tuple[str, ...]]:
    """Return the models that have partners, each with the keys of these."""
    found = {one.key: tuple(other.key for other in partners(one)) for one in models.held_out()}
    return {key: others for key, others in found.items() if others}


def show(found: Comparison, first: str, second: str) -> None:
    """Show who is better in words, the differences as intervals, and both figures."""
    with st.container(border=True):
        st.markdown(f"#### {results.escaped(headline(found, first, second))}")
        st.caption(
            f"n = {found.n:,}; both call {percent(found.agree)} of the rows alike. The intervals "
            "hold together at 95 %, over all figures."
        )
    # Scores that rank all cases alike differ by 0 in AUC, and no interval belongs to that.
    gaps = {
        words.name(one.measure): one.gap
        for one in found.differences
        if math.isnan(one.gap.estimate) == math.isnan(one.gap.low)
    }
    if any(math.isfinite(gap.estimate) for gap in gaps.values()):
        st.subheader("Differences", anchor=False)
        charts.show(
            forest(
                gaps,
                axis="First minus second",
                reference=0.0,
                reference_label="no difference",
            ),
            key="trust.compare.gaps",
        )
    st.subheader("Figures", anchor=False)
    _table(found, first, second)


def headline(found: Comparison, first: str, second: str) -> str:
    """Say in a sentence which model is shown to be better in what."""
    better: dict[str, list[str]] = {"first": [], "second": []}
    for one in found.differences:
        if one.better in better:
            better[one.better].append(_mid(words.name(one.measure)))
    parts = [
        f"{name} is shown to be better in {listed(better[side])}"
        for side, name in (("first", first), ("second", second))
        if better[side]
    ]
    if not parts:
        return "Neither model is shown to be better in any figure."
    return f"{'; '.join(parts)}."


def _mid(name: str) -> str:
    """Return the name of a figure as it stands inside a sentence."""
    proper = name[:2].isupper() or name.startswith(("Brier", "Matthews"))
    return name if proper else name[0].lower() + name[1:]


def _table(found: Comparison, first: str, second: str) -> None:
    tables.show(
        [_row(one) for one in found.differences],
        alt="Figures of both models, their difference, and which is shown to be better.",
        decimals={"First": 3, "Second": 3},
    )
    st.caption(f"First: {results.escaped(first)}. Second: {results.escaped(second)}.")


def _row(one: Difference) -> dict[str, object]:
    direction = "larger is better" if one.larger_is_better else "smaller is better"
    undefined = math.isnan(one.gap.low)
    return {
        "Figure": f"{words.name(one.measure)} ({direction})",
        "First": one.first,
        "Second": one.second,
        "Difference": one.gap.method if undefined else _gap(one),
        "Shown to be better": WORDS[one.better],
        "n": one.gap.n,
    }


def _gap(one: Difference) -> str:
    gap = one.gap
    return f"{fixed(gap.estimate)} ({fixed(gap.low)} to {fixed(gap.high)})"
