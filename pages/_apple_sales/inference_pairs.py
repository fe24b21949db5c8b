"""Every pair of groups: how far apart, how sure, and how far apart it would have to be."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Comparison
from core.stats.contrasts import Contrasts
from core.viz import forest
from core.viz.text import counted, number, p_value
from pages._shared import charts, results, tables

KEY = "apple.contrasts"


def show(found: Comparison) -> None:
    """Show how many pairs differ, each pair, and what could not be seen."""
    contrasts = found.contrasts
    with st.container(border=True):
        seen, pairs = contrasts.seen, len(contrasts.pairs)
        results.badge(
            "ok" if seen else "unknown",
            f"{seen} of {pairs} pairs differ"
            if seen
            else f"None of {pairs} pairs can be told apart",
        )
        st.markdown(f"**{results.escaped(found.title)}.** {_counts(contrasts)}")
        st.markdown(_power(contrasts, found.unit))
    shown = {
        f"{p.first} minus {p.second} (adjusted {p_value(p.p_adjusted)})": p.difference
        for p in contrasts.pairs
    }
    chart = forest(shown, axis=f"Difference of means ({found.unit}), 95 % for all pairs together",
                   reference=0.0, reference_label="no difference", digits=1)  # fmt: skip
    charts.show(chart, key=f"{KEY}.forest")
    _table(contrasts, found.unit)
    results.notes(found.notes, "attention" if contrasts.design == "paired" else "unknown")


def _counts(contrasts: Contrasts) -> str:
    omnibus = contrasts.omnibus
    return (
        f"{counted(contrasts.unadjusted, 'pair')} at or below p = {contrasts.alpha:g} one by one, "
        f"{contrasts.seen} after {contrasts.correction}. All groups at once "
        f"({omnibus.test}): {p_value(omnibus.p)}."
    )


def _power(contrasts: Contrasts, unit: str) -> str:
    sizes = sorted(set(contrasts.sizes.values()))
    n = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    reach = [pair.detectable for pair in contrasts.pairs]
    return (
        f"With n = {n} a group, a true difference below {number(min(reach), 1)} to "
        f"{number(max(reach), 1)} ({results.escaped(unit)}, by pair) would be missed more often "
        "than one time in five."
    )


def _table(contrasts: Contrasts, unit: str) -> None:
    rows = [
        {
            "First": pair.first,
            "Second": pair.second,
            f"Difference ({unit})": pair.difference.estimate,
            "p": pair.p,
            "Adjusted p": pair.p_adjusted,
            f"Detectable ({unit})": pair.detectable,
            "Hedges' g": pair.effect.estimate,
            "g, lower": pair.effect.low,
            "g, upper": pair.effect.high,
            "n": pair.difference.n,
        }
        for pair in contrasts.pairs
    ]
    places = {f"Difference ({unit})": 1, f"Detectable ({unit})": 1}
    small = st.column_config.NumberColumn(format="%.2g")
    places |= dict.fromkeys(("Hedges' g", "g, lower", "g, upper"), 2)
    tables.show(rows, alt="Every pair with effect size and p values.", decimals=places,
                column_config={"p": small, "Adjusted p": small})  # fmt: skip
    st.caption(
        "Hedges' g is the difference in standard deviations"
        + (" of the paired differences" if contrasts.design == "paired" else "")
        + ", with a 95 % interval of its own. Detectable: found with 80 % probability. "
        "The chart's intervals allow for all pairs at once (Bonferroni, or Games-Howell); Holm "
        "decides a little more sharply than Bonferroni."
    )
