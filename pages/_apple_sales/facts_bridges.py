"""Changes taken apart: revenue into volume and price, margin into mix and rates."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import (
    COUNTED,
    Facts,
    annual,
    average_prices,
    bridge,
    gross_margins,
    margin_change,
)
from core.viz import Line, amount_bridge, lines
from core.viz.text import fixed, within
from pages._shared import charts, tables


def volume_and_price(facts: Facts) -> None:
    """Show how much of a product's growth came from units, and how much from price."""
    known = [int(year) for year in annual("units").index]
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        product = st.segmented_control(
            "Product", COUNTED, default=COUNTED[0], required=True, key="apple.facts.product"
        )
    with right:
        start, end = _span(known, "apple.facts.units")
    found = bridge(product, start, end)
    charts.show(
        amount_bridge(
            (f"FY{start} revenue", found.revenue[0] / 1000),
            {
                "More or fewer units": found.volume_effect / 1000,
                "Higher or lower price": found.price_effect / 1000,
            },
            (f"FY{end} revenue", found.revenue[1] / 1000),
            unit="USD billion",
        ),
        key="apple.facts.bridge",
    )
    st.caption(
        "Change of units at the mean price, and change of price at the mean units; the two add up "
        f"to the change of revenue ({within(abs(found.residual))} USD million). Price is revenue "
        "per unit, so it also moves with the mix of models. Units ended with FY2018, so the "
        f"years are FY{known[0]} to FY{known[-1]} whatever year is chosen above."
    )
    units, prices = annual("units"), average_prices()
    tables.show(
        [
            {
                "Fiscal year": str(year),
                "Units (thousand)": float(units[product].loc[year]),
                "Revenue per unit (USD)": float(prices[product].loc[year]),
            }
            for year in known
        ],
        alt=f"Units and revenue per unit of {product}.",
        decimals={"Units (thousand)": 0, "Revenue per unit (USD)": 0},
    )


def margins(facts: Facts) -> None:
    """Show gross margins over the years, and why the total moved."""
    table = gross_margins()
    known = [int(year) for year in table.index]
    charts.show(
        lines(
            {
                str(kind): Line(known, 100 * table[("margin", kind)].to_numpy())
                for kind in ("Products", "Services", "Total")
            },
            x_label="Fiscal year",
            y_label="gross margin (%)",
            y_range=(0.0, 100.0),
        ),
        key="apple.facts.margins",
    )
    start, end = _span(known, "apple.facts.margin_years")
    change = margin_change(start, end)
    charts.show(
        amount_bridge(
            (f"FY{start} gross margin", 100 * change.margin[0]),
            {
                "Mix of products and services": 100 * change.mix,
                "Margin of products": 100 * change.product_rate,
                "Margin of services": 100 * change.service_rate,
            },
            (f"FY{end} gross margin", 100 * change.margin[1]),
            unit="% of revenue",
        ),
        key="apple.facts.mix",
    )
    moved = 100 * (change.margin[1] - change.margin[0])
    st.caption(
        f"The margin moved by {fixed(moved, 2)} points from FY{start} to FY{end}, of which the mix "
        f"explains {fixed(100 * change.mix, 2)}. Change of shares at mean margins, and of margins "
        f"at mean shares; they add up {within(abs(change.residual))}. n = {len(known)} years; "
        "FY2018 as restated, FY2018 to FY2020 from secondary sources."
    )


def _span(known: list[int], key: str) -> tuple[int, int]:
    """Ask for two different years."""
    start, end = st.select_slider(
        "From and to", known, (known[0], known[-1]), format_func=lambda y: f"FY{y}", key=key
    )
    if start == end:
        end = known[min(known.index(start) + 1, len(known) - 1)]
        start = known[known.index(end) - 1]
        st.caption(f"Two different years are needed; shown are FY{start} and FY{end}.")
    return start, end
