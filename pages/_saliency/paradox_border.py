"""The same question of the real networks: how much of the answer is the border of the film."""

from __future__ import annotations

import math

import streamlit as st

from core.saliency import METHODS, NETWORKS, BorderStudy, stored_border
from core.viz import forest
from core.viz.text import fixed, percent
from pages._saliency.words import known
from pages._shared import charts, results, tables


def show() -> None:
    """Show each network's border share, and what its maps say of it."""
    studies = stored_border()
    st.markdown(
        "On real films the causes are not known, but what lies outside the lungs can be taken "
        "away. Shapley values share the answer between the lungs and the rest."
    )
    shares = {NETWORKS[one.network]: one.share for one in studies}
    charts.show(
        forest(shares, axis="Share of the answer that is outside the lungs"), "saliency.border"
    )
    for one in studies:
        with st.container(border=True):
            _study(one)
    results.notes(tuple(dict.fromkeys(one.caveat for one in studies)), "unknown")


def _study(one: BorderStudy) -> None:
    st.markdown(
        f"**{NETWORKS[one.network]}**: {one.films} held-out films; {percent(one.area)} of the "
        f"input lies outside the lung box. On {one.undefined} films nothing speaks for the class."
    )
    tables.show(
        [
            {
                "Method": METHODS[found.method].title,
                "Map outside the lungs (%)": _percent(found.mass.estimate),
                "beyond its area (%)": _percent(found.excess.estimate),
                "Rank correlation with the truth": known(found.correlation.estimate),
                "95 %": _range(found.correlation.low, found.correlation.high),
                "Blank": found.blank,
            }
            for found in one.maps
        ],
        alt=f"What the maps of {NETWORKS[one.network]} say of the border.",
        decimals={
            "Map outside the lungs (%)": 1,
            "beyond its area (%)": 1,
            "Rank correlation with the truth": 2,
        },
    )


def _percent(value: float) -> float | None:
    return None if math.isnan(value) else 100 * value


def _range(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"{fixed(low, 2)} to {fixed(high, 2)}"
