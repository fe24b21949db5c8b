"""All figures with their sources, and the sums they were held to."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.apple_sales import MARKS, SHA256, Facts, checked_identities, figures
from core.tables import to_csv
from core.viz.text import counted
from pages._shared import results, tables
from pages._shared.downloads import download

EVERY = "all"


def show(facts: Facts) -> None:
    """Show every figure, to filter and take away."""
    table = figures()
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        measure = st.selectbox(
            "Measure", [EVERY, *table["measure"].unique()], key="apple.facts.measure"
        )
    with right:
        only = st.toggle(f"Only FY{facts.year}", key="apple.facts.only_year")
    chosen = table if measure == EVERY else table[table["measure"] == measure]
    chosen = chosen[chosen["fiscal_year"] == facts.year] if only else chosen
    if chosen.empty:
        results.badge("unknown", "No such figure")
        st.markdown(f"None was found for FY{facts.year}. Choose another measure or year.")
        return
    tables.show(
        _shown(chosen.sort_values("fiscal_year", ascending=False, kind="stable")),
        alt=f"{counted(len(chosen), 'figure')} with unit, mark and source.",
        decimals={"Value": 0},
        column_config={"Filing": st.column_config.LinkColumn(display_text="open")},
    )
    st.caption(f"{counted(len(chosen), 'figure')} of {len(table)}.")
    download("Download all figures (CSV)", lambda: to_csv(table), "apple_figures.csv", "text/csv")
    _marks({mark: int((table["mark"] == mark).sum()) for mark in MARKS})
    _identities()
    st.caption(
        "Not found in full, and left out: Q2 FY2019 to Q2 FY2021, Q3 FY2023 to Q3 FY2024, and Q1 "
        "to Q3 FY2025."
    )


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return figures under the titles of the table, with a link where the source has one."""
    return pd.DataFrame(
        {
            "Fiscal year": table["fiscal_year"].astype(str),
            "Quarter": table["quarter"].map(lambda q: f"Q{q}" if q else "year"),
            "Name": table["name"],
            "Value": table["value"],
            "Unit": table["unit"],
            "Measure": table["measure"],
            "Mark": table["mark"],
            "Filing": table["source"].str.extract(r"(https?://\S+)", expand=False),
            "Basis": table["basis"],
            "Source": table["source"],
        }
    )


def _marks(counts: dict[str, int]) -> None:
    st.markdown("**What the marks mean**")
    tables.show(
        [{"Mark": m, "Figures": counts[m], "Meaning": text} for m, text in MARKS.items()],
        alt="Marks of sources, and how many figures carry each.",
    )


def _identities() -> None:
    st.markdown("**What must add up**")
    checked = checked_identities()
    tables.show(
        [
            {"Sum": i.what, "Checked": i.count, "Broken": len(i.broken)}
            for i in checked
        ],
        alt=f"{sum(i.count for i in checked)} sums were checked when the figures were loaded.",
    )  # fmt: skip


def provenance() -> None:
    """Name the files behind the page."""
    hashes = ", ".join(f"{name} {digest[:12]}" for name, digest in SHA256.items())
    results.provenance({"Data": hashes, "n": f"{len(figures())} figures", "recompute":
                        "core.apple_sales.facts(year)"})  # fmt: skip
