"""Plausibility against causal localisation: every method on every kind of network."""

from __future__ import annotations

import math

import streamlit as st

from core.saliency import METHODS, NEGLIGIBLE, REGIMES, Cell, Paradox, Quadrant
from core.viz import scatter
from pages._saliency.words import known
from pages._shared import charts, tables

ACROSS, UP = "plausibility", "causal-localisation"
NAMES = {
    Quadrant.HOLLOW: "Plausible but hollow",
    Quadrant.UGLY: "Implausible but faithful",
    Quadrant.NEITHER: "Not shown to be off the diagonal",
}


def show(found: Paradox) -> None:
    """Show the cells as points and as a table."""
    drawn = {NAMES[q]: _points(found, q) for q in Quadrant}
    given = {name: points for name, points in drawn.items() if points[0]}
    st.markdown(
        "A reader judges a map by the horizontal axis: does it rank the lesion first? The network "
        "is described by the vertical axis: does it rank the causes first, weighted by their "
        "measured shares? Points below the diagonal look better than they are."
    )
    chart = scatter(
        given,
        x_label="Plausibility: AUROC of the map for the lesion",
        y_label="Causal localisation: AUROC for the causes",
        shares=True,
    )
    charts.show(chart, "saliency.paradox.cells")
    table(found)


def _points(found: Paradox, quadrant: Quadrant) -> tuple[list[float], list[float]]:
    cells = [
        cell
        for cell in found.cells
        if cell.quadrant is quadrant
        and not any(math.isnan(cell.figures[axis].estimate) for axis in (ACROSS, UP))
    ]
    return [c.figures[ACROSS].estimate for c in cells], [c.figures[UP].estimate for c in cells]


def table(found: Paradox) -> None:
    """List the cells with their figures and intervals."""
    rows = [_row(cell) for cell in found.cells]
    places = {"Paradox index": 2, "from": 2, "to": 2, "False reassurance": 2, "False alarm": 2,
              "Missed": 2}  # fmt: skip
    tables.show(rows, alt="Paradox figures, one row a cell.", decimals=places)
    st.caption(
        "A cell is called off the diagonal only if the whole interval of the paradox index lies "
        f"more than {NEGLIGIBLE} from 0 in every network of the cell, three at the least. "
        "Intervals: 95 %, networks and films within them drawn again."
    )


def _row(cell: Cell) -> dict[str, object]:
    index = cell.figures["paradox-index"]
    rates = {"False reassurance": "false-reassurance", "False alarm": "false-alarm",
             "Missed": "miss"}  # fmt: skip
    return {
        "Method": METHODS[cell.method].title,
        "Network": cell.architecture,
        "Trained on": REGIMES[cell.regime].title,
        "Networks": len(cell.network_seeds),
        "Films each": cell.films,
        "Paradox index": known(index.estimate),
        "from": known(index.low),
        "to": known(index.high),
        **{name: known(cell.figures[key].estimate) for name, key in rates.items()},
        "Verdict": NAMES[cell.quadrant],
    }
