"""The regression that should give price elasticities, and why it does not."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Elasticity, elasticities
from core.viz import Range, ranges, scatter
from core.viz.text import listed, number, p_value, signed
from pages._shared import calls, charts, results, tables
from pages._shared.call import Call

KEY = "apple.elasticities"
BEST = -1.0


def show() -> None:
    """Show the failed regression beside the declared elasticities."""
    found = elasticities()
    _verdict(found)
    left, right = st.columns(2)
    with left:
        st.subheader("Estimated and declared", anchor=False)
        charts.show(ranges(_ranges(found), axis="Price elasticity of demand",
                           references=((BEST, "-1"), (0.0, "0"))), key=f"{KEY}.ranges")  # fmt: skip
    with right:
        st.subheader("The growth behind it", anchor=False)
        groups = {one.product: (100 * one.price, 100 * one.units) for one in found}
        chart = scatter(
            groups,
            x_label="Change of the average price over the year before (log points)",
            y_label="Change of units (log points)",
        )
        charts.show(chart, key=f"{KEY}.points")
    _table(found)
    _why(found)
    python = (
        "from core.apple_sales import elasticities\n\n"
        "for one in elasticities():\n"
        "    print(one.product, one.slope.estimate, one.p)"
    )
    command = ("apple-sales", "elasticities", "--json")
    calls.show(Call("/v1/apple-sales/elasticities", python=python, command=command))


def _verdict(found: tuple[Elasticity, ...]) -> None:
    wrong = [one.product for one in found if one.wrong_sign]
    usable = [one.product for one in found if one.usable]
    with st.container(border=True):
        results.badge(
            "attention",
            f"{len(usable)} of {len(found)} elasticities can be learned",
        )
        st.markdown(
            f"For {listed(wrong)} more seems to be sold at a **higher** price. A plan needs an "
            f"elasticity below -1, and the 95 % interval of {len(found) - len(usable)} of "
            f"{len(found)} products reaches above it. So the planner takes **declared** "
            "elasticities, which are assumptions with ranges; the Stress page shows what a plan is "
            "worth when they are wrong."
        )


def _ranges(found: tuple[Elasticity, ...]) -> list[Range]:
    rows = []
    for one in found:
        slope, prior = one.slope, one.prior
        origin = f"regression, n = {slope.n}"
        rows.append(Range(one.product, origin, slope.estimate, slope.low, slope.high))
        rows.append(Range(one.product, "declared", prior.elasticity, prior.low, prior.high))
    return rows


def _table(found: tuple[Elasticity, ...]) -> None:
    rows = [
        {
            "Product": one.product,
            "Slope": one.slope.estimate,
            "SE": one.se,
            "SE, Newey-West": one.se_hac,
            "95 % lower": one.slope.low,
            "95 % upper": one.slope.high,
            "p": one.p,
            "n": one.slope.n,
            "Declared": one.prior.elasticity,
            "Declared range": f"{number(one.prior.low, 1)} to {number(one.prior.high, 1)}",
        }
        for one in found
    ]
    words = ("Product", "n", "p", "Declared range")
    places = {name: 2 for name in rows[0] if name not in words} | {"p": 3}
    tables.show(rows, alt="Regression and declared elasticity of each product.", decimals=places)
    first, last = found[0].quarters[0], found[0].quarters[-1]
    st.caption(
        f"Least squares of year-on-year change of log units on that of log average price, {first} "
        f"to {last}; the limits use ordinary errors. Newey-West errors allow for three lags."
    )


def _why(found: tuple[Elasticity, ...]) -> None:
    other = [
        f"{one.product} {signed(one.other_demand, 1)} % (slope {signed(one.slope.estimate)}, "
        f"{p_value(one.p)}, declared {number(one.prior.elasticity, 1)})"
        for one in found
    ]
    st.markdown(
        "**Why it fails.** The average price is revenue over units. It rises when buyers choose "
        "better models and when a new model is worth more to them, and both raise demand as well. "
        "The slope mixes this with the effect of price (endogeneity), and no amount of such "
        "quarters separates the two; that takes price changes made for reasons unrelated to demand."
    )
    st.markdown(
        "If the declared elasticities hold, each percent of average price came with this much "
        f"demand from other causes: {results.escaped(listed(other))}."
    )
