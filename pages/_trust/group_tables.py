"""Groups in tables: every test, calibration by level, crossed attributes."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from pages._shared import results, tables
from pages._trust import words


def tests(panel: Any) -> None:
    """Show the verdict and the largest gap of every attribute and measure."""
    st.markdown("**Every attribute by every measure**")
    rows = [
        {
            "Attribute": test.attribute,
            "Measure": words.name(test.measure),
            "Verdict": test.status,
            "Largest gap": test.largest.estimate,
            "Lower limit": test.largest.low,
            "Upper limit": test.largest.high,
            "Gap it would show": test.gaps[0].detectable if test.gaps else math.nan,
            "p, adjusted": words.chance(test.p_adjusted),
        }
        for one in panel.attributes
        for test in one.tests
    ]
    tables.show(
        rows,
        alt="Verdict, largest gap and detectable gap of every attribute and measure.",
        decimals=dict.fromkeys(
            ("Largest gap", "Lower limit", "Upper limit", "Gap it would show"), 2
        ),
    )
    st.caption(
        f"A difference is shown when the gap is beyond {panel.margin:g}, equivalence when it is "
        "within; both at 5 % over all rows of this table (Holm). 'Gap it would show' is the "
        "smallest one that this many observations tell from 0 in 80 of 100 samples."
    )


def calibration(attribute: Any) -> None:
    """Show calibration and discrimination in every level of one attribute."""
    found = attribute.calibration
    if found is None:
        return
    st.markdown(f"**Calibration by {results.escaped(attribute.attribute)}**")
    tables.show(
        [
            {
                "Level": level.level,
                "n": level.n,
                "Events": level.events,
                "Observed over expected": words.figure(level.observed_expected, 2),
                "Slope": words.figure(level.slope, 2),
                "AUC": words.figure(level.auc, 2),
                "Brier score": words.figure(level.brier),
            }
            for level in found.levels
        ],
        alt="Calibration and discrimination in every level.",
    )
    if not math.isnan(found.p):
        st.caption(
            "Test of one intercept for all levels, given a common slope: p value "
            f"{words.chance(found.p)}, adjusted over the attributes "
            f"{words.chance(found.p_adjusted)}."
        )


def crossed(panel: Any) -> None:
    """Show the combinations of two attributes with the lowest rates."""
    if not panel.worst:
        return
    st.markdown("**Crossed attributes: the lowest cells**")
    tables.show(
        [
            {
                "Cell": cell.cell,
                "Measure": words.name(cell.measure),
                "Rate": words.figure(cell.rate.interval, 2),
                "n": cell.rate.n,
                "p against the others, adjusted": words.chance(cell.p_adjusted),
            }
            for cell in panel.worst
        ],
        alt="Combinations of two attributes with the lowest rates.",
    )
    st.caption(
        "The lowest of many cells look low by chance: read the adjusted p value."
        + (f" Left out: {', '.join(panel.not_crossed)}." if panel.not_crossed else "")
    )
