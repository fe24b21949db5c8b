"""Take the benchmark along: the table as committed, and as CSV."""

from __future__ import annotations

import json

import streamlit as st

from core.saliency import benchmark_path
from pages._saliency.bench_ask import Part
from pages._shared import calls, tables
from pages._shared.call import Call
from pages._shared.downloads import download


def show(part: Part) -> None:
    """Offer the table, and say how it was made."""
    own = part.table[(part.table["metric"] == part.metric) & (part.table["fill"] == part.fill)]
    with st.container(horizontal=True):
        download(
            "Whole table (Parquet)",
            lambda: benchmark_path(part.profile).read_bytes(),
            f"saliency-{part.profile}.parquet",
            "application/vnd.apache.parquet",
            "primary",
        )
        download(
            "This figure (CSV)",
            lambda: own.to_csv(index=False).encode(),
            f"saliency-{part.profile}-{part.metric}.csv",
            "text/csv",
        )
    _code(part)
    st.markdown("How it was made:")
    plan = {name: value for name, value in part.plan.items() if name not in ("images", "labels")}
    environment = json.loads(part.table.attrs["environment"])
    facts = {**plan, "images": len(part.plan["images"]), **environment}
    tables.show(
        [{"Setting": name, "Value": _text(value)} for name, value in facts.items()],
        alt="Settings of the benchmark.",
    )


def _code(part: Part) -> None:
    asked = {"network": part.network, "metric": part.metric, "fill": part.fill}
    python = (
        "from core.saliency import benchmark_table, leaderboard\n\n"
        f"board = leaderboard(benchmark_table({part.profile!r}), {part.metric!r}, {part.fill!r}, "
        f"{part.network!r})\n"
        "print([(one.method, one.rank) for one in board.entries])"
    )
    command = ("saliency", "leaderboard", f"saliency-{part.profile}.parquet")
    calls.show(
        Call(
            "/v1/saliency/leaderboard",
            {"profile": part.profile, **asked},
            python=python,
            command=(*command, *calls.options(**asked), "--json"),
            note="The command line reads the whole table from above.",
        )
    )


def _text(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
