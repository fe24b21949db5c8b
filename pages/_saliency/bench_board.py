"""The leaderboard: means with intervals, average ranks, and what is too close to tell apart."""

from __future__ import annotations

import math

import streamlit as st

from core.saliency import Leaderboard
from core.viz import forest
from core.viz.critical_difference import critical_difference
from core.viz.text import fixed, percent
from pages._saliency.words import known
from pages._shared import charts, tables


def show(board: Leaderboard) -> None:
    """Show the methods in the order of the figure."""
    known = {one.title: one.mean for one in board.entries if not math.isnan(one.mean.estimate)}
    if known:
        charts.show(forest(known, axis=f"Mean of {board.metric.title}"), "saliency.board")
    ranks = {one.title: one.rank for one in board.entries if not math.isnan(one.rank)}
    if board.omnibus is not None and len(ranks) > 1:
        st.subheader("Average ranks", anchor=False)
        titles = {one.method: one.title for one in board.entries}
        groups = [[titles[key] for key in group] for group in board.groups]
        chart = critical_difference(ranks, groups, critical=board.critical, n=board.images)
        charts.show(chart, "saliency.ranks")
        st.caption(
            f"Methods joined by a bar differ by less than {fixed(board.critical, 2)} ranks "
            "(Nemenyi, 5 %) and are not told apart."
        )
    _power(board)
    _table(board)


def _power(board: Leaderboard) -> None:
    if board.power is None:
        return
    st.markdown(
        f"**Power.** A difference of 0.3 standard deviations between two methods is found in "
        f"{percent(board.power.estimate)} of such benchmarks ({board.images} images, "
        f"{len(board.pairs)} pairs, least level of Holm's rule)."
    )


def _table(board: Leaderboard) -> None:
    rows = [
        {
            "Method": one.title,
            "Mean": known(one.mean.estimate),
            "from": known(one.mean.low),
            "to": known(one.mean.high),
            "n": one.mean.n,
            "Average rank": known(one.rank),
            "Without a value (%)": 100 * one.undefined,
            "Why": one.reason,
        }
        for one in board.entries
    ]
    places = {"Mean": 3, "from": 3, "to": 3, "Average rank": 2, "Without a value (%)": 0}
    tables.show(rows, alt=f"Methods by {board.metric.title}.", decimals=places)
