"""Which part of which benchmark: table, network, figure and fill."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pandas as pd
import streamlit as st

from core.saliency import (
    BENCHMARKS,
    METHODS,
    METRICS,
    Family,
    Leaderboard,
    benchmark_table,
    choices,
    leaderboard,
)
from core.viz.text import counted, fixed, listed, p_value
from pages._saliency import choose
from pages._saliency.curves import FILLS
from pages._saliency.words import SYSTEM
from pages._shared import results
from pages._shared.address import linked

FIRST = ("abpc", "naopc", "deletion-auc")
FILL, WITHOUT = "inpaint", "no fill"
CONTROLS = {key for key, one in METHODS.items() if one.family is Family.CONTROL}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What of a benchmark is looked at."""

    profile: str
    table: pd.DataFrame
    network: str
    metric: str
    fill: str

    @property
    def plan(self) -> dict[str, Any]:
        """The plan of the benchmark as plain data."""
        found: dict[str, Any] = json.loads(self.table.attrs["plan"])
        return found

    def provenance(self) -> dict[str, str]:
        """Return where the figures come from."""
        images = self.table["image"].nunique()
        return {
            "Table": f"{self.profile}, {counted(images, 'image')}, {len(self.table):,} rows",
            "plan": str(self.table.attrs["digest"]),
            "recompute": f"python -m apps.cli saliency benchmark --profile {self.profile}",
        }


@st.cache_data(show_spinner=False, max_entries=4)
def _choices(profile: str) -> dict[str, tuple[str, ...]]:
    """Return the figures of a committed table; the cache holds public data only."""
    return choices(benchmark_table(profile))


@st.cache_resource(show_spinner=False, max_entries=64)
def board(profile: str, metric: str, fill: str, network: str) -> Leaderboard:
    """Return the ranks of a part of a committed table; the cache holds public data only."""
    return leaderboard(benchmark_table(profile), metric, fill, network)


def ask() -> Part:
    """Ask for table, network, figure and fill."""
    first, second = st.columns(2)
    with first:
        profile = _linked("Benchmark", "profile", dict(BENCHMARKS))
    with st.spinner("Reading the table of the benchmark"):
        table, fills = benchmark_table(profile), _choices(profile)
    networks = {str(one): choose.title_of(str(one)) for one in table["network"].unique()}
    with second:
        network = _linked("Network", "network", networks)
    titles = {key: f"{METRICS[key].title} ({METRICS[key].topic})" for key in fills}
    third, fourth = st.columns(2)
    with third:
        start = next((key for key in FIRST if key in fills), next(iter(fills)))
        metric = _linked("Figure", "metric", titles, start)
    with fourth:
        ways = {one: _way(one) for one in fills[metric]}
        fill = _linked("Taken with", "fill", ways, FILL if FILL in ways else None)
    return Part(profile, table, network, metric, fill)


def _way(context: str) -> str:
    """Return a fill, a map to compare with or a mask in words."""
    if context in METHODS:
        return METHODS[context].title
    return FILLS.get(context, context) or WITHOUT


def _linked(label: str, name: str, titles: dict[str, str], first: str | None = None) -> str:
    start = next(iter(titles)) if first is None else first
    chosen = st.selectbox(
        label, list(titles), format_func=titles.__getitem__, **linked(SYSTEM, name, titles, start)
    )
    return str(chosen)


def answer(part: Part, board: Leaderboard) -> None:
    """Say what the figure is, and whether the methods differ at all."""
    card = board.metric
    with st.container(border=True):
        if board.omnibus is None:
            results.badge("unknown", "Nothing is ranked")
            st.markdown(results.escaped(board.reason))
        else:
            test = board.omnibus
            ranked = [one.method for one in board.entries if not math.isnan(one.rank)]
            best = next((key for key in ranked if key not in CONTROLS), ranked[0])
            above = [METHODS[key].title for key in ranked[: ranked.index(best)]]
            results.badge("ok", f"{METHODS[best].title} ranks first of the methods")
            if above:
                st.markdown(f"Controls above it: {listed(above)}.")
            st.markdown(
                f"{counted(board.images, 'image')} ranked, "
                f"{len(ranked)} of {counted(len(board.entries), 'method')}. "
                f"Friedman {p_value(test.p)}, Kendall's W {fixed(test.agreement, 2)}: "
                "0 is no agreement of the images on an order, 1 the same order on every image."
            )
        st.caption(f"{card.title}: {card.formula}. {str(card.direction).capitalize()}.")
