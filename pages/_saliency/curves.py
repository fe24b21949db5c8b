"""Deletion and insertion curves of a map, over the band of random maps."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.saliency import Band, Curve, Explanation
from core.viz import Chart, Line, lines
from core.viz.text import percent
from pages._shared import charts, results

FILLS = {
    "mean": "mid grey",
    "black": "black",
    "blur": "the blurred picture",
    "noise": "noise",
    "inpaint": "filled in from their neighbours (ROAD)",
    "counterfactual": "the film drawn anew without its causes",
}


def show(found: Explanation, key: str) -> None:
    """Show both curves side by side, or why there are none."""
    curves = found.curves
    if curves is None:
        st.info("No curves: the map was not tested, or holds nothing.", icon=":material/info:")
        return
    if curves.prior_dominated:
        results.notes(
            (f"The network answers {found.label} to the fill alone, so no curve can be read.",),
            "attention",
        )
    deletion, insertion = st.columns(2)
    with deletion:
        st.markdown("**Deletion.** A faithful map makes the probability fall early.")
        named = {"Most important first": curves.deletion, "Least important first": curves.keeping}
        charts.show(_chart(named, curves.band, found.label, "replaced"), f"{key}.deletion")
        _ties(curves.deletion)
    with insertion:
        st.markdown("**Insertion.** A faithful map makes the probability rise early.")
        named = {"Most important first": curves.insertion}
        charts.show(_chart(named, None, found.label, "restored"), f"{key}.insertion")
    st.caption(
        f"Removed pixels: {FILLS.get(curves.fill, curves.fill)}. Insertion starts from the blurred "
        "picture. The band holds 90 % of random maps with the spectrum of this one; its line is "
        "their median."
    )


def _chart(curves: Mapping[str, Curve], band: Band | None, label: str, what: str) -> Chart:
    drawn = {name: Line(100 * one.fractions, 100 * one.values) for name, one in curves.items()}
    if band is not None:
        drawn[f"{len(band.curves)} random maps, 5 to 95 %"] = Line(
            100 * band.fractions, 100 * band.median, 100 * band.low, 100 * band.high
        )
    return lines(
        drawn,
        x_label=f"Share of the picture {what} (%)",
        y_label=f"Probability of {label} (%)",
        y_range=(-3, 103),
        height=300,
    )


def _ties(curve: Curve) -> None:
    if curve.tied:
        results.notes(
            (
                f"{percent(curve.ties)} of the blocks are tied in the map, so the curve says more "
                "of how ties are broken than of the map.",
            ),
            "attention",
        )
