"""Whether probabilities mean what they say, and whether the sets hold the true finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.respiratory import LABELS, Network, interval, reliability_bins
from core.viz import Range, ranges, reliability_pair
from core.viz.text import fixed, number, percent
from pages._respiratory.shortcuts_words import share
from pages._shared import charts, results, tables

Card = Mapping[str, Any]
PLACES = {"in_source": "same collections", "cohen": "Cohen"}


def show(card: Card, chosen: Network) -> None:
    """Show reliability before and after the temperature, then the coverage of the sets."""
    own, point = card["networks"][chosen], card["operating"][chosen]
    after, before = own["in_source"]["four"]["calibration"], own["in_source"]["calibration_raw"]
    charts.show(
        reliability_pair(
            {
                "without temperature": reliability_bins(chosen, tempered=False),
                f"with temperature {number(point['temperature'])}": reliability_bins(chosen),
            },
            event="the called finding is right",
            unit="films",
        ),
        key="cxr.evidence.reliability",
    )
    held = after["ece"] <= after["null_95"]
    results.badge(
        "ok" if held else "attention",
        "As calibrated as can be shown" if held else "Not calibrated",
    )
    st.markdown(
        f"Expected calibration error **{fixed(after['ece'])}** with the temperature, "
        f"{fixed(before['ece'])} without, over ten bins of equal width, n = {after['n']} in-source "
        f"test films. A perfectly calibrated network stays below {fixed(after['null_95'])} in "
        f"95 % of samples of this size. {card['methods']['temperature']}"
    )
    outside = own["cohen"]
    if outside:
        found = outside["four"]["calibration"]
        lost = found["ece"] > found["null_95"]
        st.markdown(
            f"In the Cohen collection the error is **{fixed(found['ece'])}** (n = {found['n']}; "
            f"calibrated: below {fixed(found['null_95'])})"
            f"{': what is calibrated at home is not calibrated elsewhere' if lost else ''}."
        )
    st.subheader("Prediction sets", anchor=False)
    _sets(own)
    st.caption(f"{card['methods']['sets']} {card['methods']['shared']}")


def _sets(own: Mapping[str, Any]) -> None:
    sides = {place: own[key]["sets"] for key, place in PLACES.items() if own[key]}
    level = sides[PLACES["in_source"]]["level"]
    rows = [
        Range(f"{label}, n = {found.n}", place, found.estimate, found.low, found.high)
        for label in LABELS
        for place, one in sides.items()
        for found in (interval(one["by_finding"][label]["coverage"]),)
        if found.n
    ]
    charts.show(
        ranges(
            rows,
            axis="Share of films whose set holds the true finding",
            references=[(level, f"asked for {percent(level)}")],
            digits=3,
        ),
        key="cxr.evidence.sets",
    )
    tables.show(
        [
            {
                "Films": place.capitalize(),
                "Covered": share(interval(one["coverage"]["films"])),
                "One finding left": share(interval(one["single"])),
                "Right among these": share(interval(one["accuracy_of_single"])),
                "None left": share(interval(one["empty"])),
                "Mean size": one["size"],
                "n": one["coverage"]["films"]["n"],
            }
            for place, one in sides.items()
        ],
        alt="Coverage and size of the prediction sets.",
        decimals={"Mean size": 2},
    )
