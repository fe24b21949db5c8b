"""How far maps of one picture rank its pixels alike, beside a random map and the edges."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.saliency import METHODS, Attribution, spearman
from core.viz import correlation_matrix
from core.viz.text import counted, fixed
from pages._saliency import asked, comparing
from pages._shared import charts, results

FEWEST = 2


def show(question: asked.Question) -> None:
    """Show the rank correlation of every pair of maps."""
    maps, refused = comparing.made(question, comparing.methods(question))
    blank = {key: one.blank for key, one in maps.items() if one.blank}
    usable = {key: one for key, one in maps.items() if not one.blank}
    if len(usable) < FEWEST:
        st.info("Two maps at the least are needed to compare.", icon=":material/info:")
        return
    values = matrix(usable)
    chart = correlation_matrix(
        [METHODS[key].title for key in usable],
        values,
        quantity=f"Spearman correlation of {counted(len(usable), 'map')} of one picture",
    )
    charts.show(chart, "saliency.agreement")
    _words(list(usable), values)
    comparing.refusals(refused | blank)


def matrix(maps: Mapping[str, Attribution]) -> np.ndarray:
    """Return Spearman correlations (d, d) of maps, each taken at the network's size."""
    values = np.eye(len(maps))
    heats = [one.pixels for one in maps.values()]
    for i, j in itertools.combinations(range(len(heats)), 2):
        values[i, j] = values[j, i] = spearman(heats[i], heats[j]).value
    return values


def _words(keys: list[str], values: np.ndarray) -> None:
    own = [i for i, key in enumerate(keys) if key not in comparing.CONTROLS]
    pairs = [values[i, j] for i, j in itertools.combinations(own, 2)]
    if not pairs:
        return
    lines = [f"Median over pairs of methods: {fixed(float(np.median(pairs)), 2)}."]
    for control, what in zip(
        comparing.CONTROLS, ("a random map", "the picture's edges"), strict=True
    ):
        if control in keys:
            with_it = [values[i, keys.index(control)] for i in own]
            lines.append(f"With {what}: {fixed(float(np.median(with_it)), 2)}.")
    st.markdown(" ".join(lines))
    results.notes(
        (
            "Agreement is no proof: methods of one kind agree on a wrong network too.",
            "Maps without class or sign are compared as they are; a flipped sign turns agreement "
            "into its opposite.",
        ),
        "unknown",
    )
