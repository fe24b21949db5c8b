"""Benchmark: methods ranked by each figure, with the tests that say what of it is chance."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import SuiteError
from pages._saliency import (
    bench_ask,
    bench_board,
    bench_drill,
    bench_metrics,
    bench_pairs,
    bench_save,
)
from pages._shared import header, results

VIEWS = ("Leaderboard", "Pairs", "One picture", "What the figures mean", "Download")


def body() -> None:
    try:
        part = bench_ask.ask()
        board = bench_ask.board(part.profile, part.metric, part.fill, part.network)
        bench_ask.answer(part, board)
        shown: dict[str, Callable[[], None]] = {
            "Leaderboard": lambda: bench_board.show(board),
            "Pairs": lambda: bench_pairs.show(board),
            "One picture": lambda: bench_drill.show(part),
            "What the figures mean": bench_metrics.show,
            "Download": lambda: bench_save.show(part),
        }
        tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
        # Only the open tab is computed; the address names it.
        for name, tab in zip(VIEWS, tabs, strict=True):
            if tab.open:
                with tab:
                    shown[name]()
        results.provenance(part.provenance())
    except SuiteError as error:
        results.refusal(error, "No benchmark")


with header.page("saliency-benchmark"):
    body()
