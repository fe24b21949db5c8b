"""The columns one by one: whether they look like random numbers, and go with the target."""

from __future__ import annotations

import math

import streamlit as st

from core.apple_sales import Inspection
from core.viz.text import p_value
from pages._shared import tables


def show(found: Inspection) -> None:
    """Show the columns of numbers, and those of words."""
    rows = [
        {
            "Column": one.name + (" (target)" if one.name == found.target else ""),
            "n": one.n,
            "Min": one.min,
            "Max": one.max,
            "Mean": one.mean,
            "Uniform, p": _p(one.uniform_p),
            "r with target": one.correlation,
            "p": _p(one.correlation_p),
            "p, Holm": _p(one.correlation_p_holm),
        }
        for one in found.columns
    ]
    decimals = dict.fromkeys(("Min", "Max", "Mean"), 2)
    decimals["r with target"] = 3
    tables.show(rows, alt=_alt(found), decimals=decimals)
    st.caption(
        "Uniform, p: Kolmogorov-Smirnov test against a uniform law between the smallest and the "
        "largest value, given these two. A large p says that the column cannot be told from "
        "random numbers of a generator; sales figures seldom look so."
    )
    if found.groups:
        tables.show(
            [
                {"Column of words": one.name, "Different words": one.levels, "ANOVA, p": _p(one.p)}
                for one in found.groups
            ],
            alt="Whether the mean of the target differs between the words of a column.",
        )


def _p(p: float) -> str:
    """Return a p value for a cell: never a 0 that was rounded to."""
    return "" if math.isnan(p) else p_value(p).removeprefix("p ").removeprefix("= ")


def _alt(found: Inspection) -> str:
    known = [one for one in found.columns if not math.isnan(one.uniform_p)]
    flat = [one.name for one in known if one.uniform_p >= 0.05]
    return (
        f"{len(found.columns)} columns of numbers; {len(flat)} of {len(known)} cannot be told from "
        "uniform random numbers."
    )
