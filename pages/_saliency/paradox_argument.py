"""The five steps from a map that looks right to a network that reads the marker."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from core.saliency import METHODS, Argument, Cell, Step
from core.stats.intervals import Interval
from core.viz.text import fixed
from pages._shared import results


def show(cell: Cell | None, told: Sequence[Argument]) -> None:
    """Show the argument about a cell, or the ones there are."""
    own = [
        one
        for one in told
        if cell is not None
        and one.method == cell.method
        and one.network.startswith(f"{cell.architecture}-{cell.regime}-")
    ]
    if cell is not None and not own:
        st.caption("The argument was not made for this scene; it was made for those below.")
    for one in own or told:
        _argument(one)


def _argument(told: Argument) -> None:
    held = sum(step.holds for step in told.steps)
    st.subheader(f"{METHODS[told.method].title}, {told.network}", anchor=False)
    results.badge(
        "attention" if told.holds else "unknown", f"{held} of {len(told.steps)} steps hold"
    )
    st.markdown(
        f"{told.films} held-out films with lesion and shortcut that the network gives the class, "
        f"of {told.asked} tried."
    )
    for number, step in enumerate(told.steps, 1):
        with st.container(border=True):
            _step(number, step)


def _step(number: int, step: Step) -> None:
    left, right = st.columns((1.6, 1))
    with left:
        st.markdown(f"**{number}. {step.title}**")
        results.badge("ok" if step.holds else "unknown", "holds" if step.holds else "not shown")
        st.caption(step.rule)
    with right:
        for name, value in step.figures.items():
            st.markdown(f"{name[0].upper()}{name[1:]}: {figure(value)}")


def figure(value: Interval) -> str:
    """Return an estimate with its interval and sample size, or why there is none."""
    if math.isnan(value.estimate):
        return f"none ({value.method})"
    return (
        f"**{fixed(value.estimate, 2)}** ({fixed(value.low, 2)} to {fixed(value.high, 2)}, "
        f"n = {value.n})"
    )
