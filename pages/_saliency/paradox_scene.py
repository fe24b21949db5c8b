"""One film to look at: the map, and what made the network answer."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.saliency import (
    METHODS,
    REGIMES,
    Argument,
    Cell,
    Explanation,
    Family,
    Paradox,
    Quadrant,
    explain,
    phantom,
    phantom_subject,
    scene,
)
from core.viz.text import fixed, percent
from core.viz.theme import StatusName
from pages._saliency import kept, paradox_cells, views
from pages._saliency.words import SYSTEM
from pages._shared import results
from pages._shared.address import linked


def show(found: Paradox, told: Sequence[Argument]) -> Cell | None:
    """Ask for a cell, and show its film with the map and the causes; return the cell."""
    cells = {_key(cell): cell for cell in _presets(found)}
    if not cells:
        st.info("No cell has a film to show.", icon=":material/info:")
        return None
    argued = next((k for k, c in cells.items() if any(_about(one, c) for one in told)), None)
    chosen = st.selectbox(
        "Scene",
        list(cells),
        format_func=lambda key: _title(cells[key]),
        **linked(SYSTEM, "scene", cells, argued or next(iter(cells))),
    )
    cell = cells[str(chosen)]
    _film(cell)
    return cell


def _presets(found: Paradox) -> list[Cell]:
    order = {Quadrant.HOLLOW: 0, Quadrant.UGLY: 1, Quadrant.NEITHER: 2}
    shown = [cell for cell in found.cells if cell.example >= 0]

    def place(cell: Cell) -> tuple[int, bool]:
        return order[cell.quadrant], METHODS[cell.method].family is Family.CONTROL

    return sorted(shown, key=place)


def _key(cell: Cell) -> str:
    return f"{cell.method}.{cell.architecture}.{cell.regime}"


def _title(cell: Cell) -> str:
    return (
        f"{paradox_cells.NAMES[cell.quadrant]}: {METHODS[cell.method].title}, "
        f"{cell.architecture}, {REGIMES[cell.regime].title.lower()}"
    )


def _about(one: Argument, cell: Cell) -> bool:
    return one.method == cell.method and one.network.startswith(
        f"{cell.architecture}-{cell.regime}-"
    )


def _film(cell: Cell) -> None:
    key = f"{cell.architecture}-{cell.regime}-{cell.network_seeds[0]}"
    law = REGIMES[cell.regime]

    def make() -> Explanation:
        network = phantom(key)
        drawn = scene(cell.example, cell.regime, network.size, label=law.target, carries=True)
        subject = phantom_subject(drawn, network)
        return explain(subject, cell.method, network.labels[law.target], tested=False)

    with st.spinner("Drawing the film and the map"):
        made = kept.once(("paradox", key, cell.method, cell.example), make, public=True)
    truth = made.truth
    with st.container(border=True):
        if truth is not None:
            right, used = truth.plausibility, truth.shares
            reads = "shortcut" if used.shortcut > used.lesion else "lesion"
            status: StatusName = "attention" if reads == "shortcut" else "ok"
            results.badge(status, f"The network reads the {reads}")
            st.subheader(
                f"The map ranks the lesion at {fixed(right.value, 2)}; of the answer "
                f"{percent(used.shortcut)} is the shortcut.",
                anchor=False,
            )
            st.caption(
                f"{made.subject.network.title}, film {cell.example}: lesion and shortcut are both "
                f"on it. Answer: {made.label} {percent(made.probabilities[made.label])}. "
                "Rank of the lesion: AUROC, 0.5 is chance."
            )
        views.pair(made.subject, made.attribution, "saliency.paradox.pair")
