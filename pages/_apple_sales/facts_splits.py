"""How revenue splits: by category, by segment, and by both as an estimate."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.apple_sales import TILT_RANGE, Facts, Line, annual, category_eras, cell_estimate
from core.viz import bar_panels, stacked_bars
from pages._shared import charts, results, tables

UNIT = "USD billion"
SHAPES = {"Stacked": stacked_bars, "One by one": bar_panels}


def categories(facts: Facts) -> None:
    """Show revenue by category over the years, the two bases apart."""
    old, new = category_eras()
    both = pd.concat([old, new]) / 1000
    restated = len(old)
    periods = [*(str(y) for y in old.index), "2018 again", *(str(y) for y in new.index[1:])]
    _chart("categories", periods, both, {restated: "restated"})
    moved = float(new["Services"].loc[2018]) - float(old["Services"].loc[2018])
    st.caption(
        f"n = {len(old)} years as first reported and {len(new)} on the basis in use since FY2019, "
        f"never joined: the restatement moved USD {moved / 1000:.1f} billion of FY2018 from "
        "devices to services. Wearables are called Other Products until FY2018."
    )
    _table(facts, facts.categories, "Category")


def segments(facts: Facts) -> None:
    """Show revenue by segment over the years; this split was never restated."""
    table = annual("revenue by segment") / 1000
    _chart("segments", [str(y) for y in table.index], table, {})
    st.caption(
        f"n = {len(table)} years without a break. Operating income by segment was found for FY2024 "
        "and FY2025; research and corporate expense are not shared out among segments."
    )
    _table(facts, facts.segments, "Segment")


def cells(facts: Facts) -> None:
    """Show categories in segments, which is not published, under an adjustable assumption."""
    results.badge("attention", "Estimate, not reported")
    st.markdown(
        "Apple publishes the two sets of sums, not the cells. The estimate gives every segment the "
        "same mix, then raises the odds of iPhone in Greater China by the tilt and restores both "
        "sets of sums. Apple's notes call the iPhone share there moderately higher."
    )
    low, high = TILT_RANGE
    tilt = st.slider(
        "Tilt of iPhone towards Greater China", low, high, 1.0, 0.05, key="apple.facts.tilt"
    )
    estimate = cell_estimate(facts.year, tilt)
    shown = (estimate.values / 1000).rename_axis("USD billion").reset_index()
    tables.show(
        shown,
        alt=f"Estimated revenue of FY{facts.year} by category and segment.",
        decimals=dict.fromkeys(shown.columns[1:], 1),
    )
    share = estimate.share("iPhone", "Greater China")
    other = estimate.share("iPhone", "Americas")
    st.caption(
        f"FY{facts.year}: iPhone is {100 * share:.1f} % of Greater China and {100 * other:.1f} % "
        "of every other segment. Rows and columns sum to the reported figures."
    )


def _chart(name: str, periods: Sequence[str], table: pd.DataFrame, breaks: dict[int, str]) -> None:
    shape = st.segmented_control(
        "Chart", list(SHAPES), default="Stacked", key=f"apple.facts.{name}.shape", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    parts = {str(column): table[column].to_numpy() for column in table.columns}
    drawn = SHAPES[shape](periods, parts, unit=UNIT, breaks=breaks)
    charts.show(drawn, key=f"apple.facts.{name}")
    if shape != "Stacked":
        st.caption(f"{UNIT}; each panel has its own scale from 0.")


def _table(facts: Facts, lines: Sequence[Line], title: str) -> None:
    st.markdown(f"**FY{facts.year}**")
    rows = [
        {
            title: line.name,
            "USD billion": line.revenue / 1000,
            "Share (%)": 100 * line.share,
            "Growth (%)": None if line.growth is None else 100 * line.growth,
            **_income(line),
            "Mark": line.mark,
        }
        for line in lines
    ]
    tables.show(
        rows,
        alt=f"Revenue of FY{facts.year} by {title.lower()}.",
        decimals={name: 1 for name in rows[0] if name not in (title, "Mark")},
    )


def _income(line: Line) -> dict[str, float]:
    if line.operating_income is None or line.operating_margin is None:
        return {}
    return {
        "Operating income (USD billion)": line.operating_income / 1000,
        "Operating margin (%)": 100 * line.operating_margin,
    }
