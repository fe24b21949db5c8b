"""A map over its picture, with opacity, grid and outlines as chosen."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import streamlit as st

from core.saliency import METHODS, Attribution, Subject
from core.viz import Chart, overlay, overlay_png
from core.viz.text import counted
from pages._shared import charts, results

NATIVE, SMOOTH = "native", "upsampled"


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """How maps are drawn."""

    opacity: float
    native: bool
    outlined: bool

    def heat(self, made: Attribution) -> dict[str, Any]:
        """Return what :func:`core.viz.overlay` needs of a map."""
        heat = made.native if self.native else made.pixels
        return {"heat": heat, "opacity": self.opacity, "smooth": not self.native}


def look() -> Look:
    """Ask how maps are drawn."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.slider(
            "Opacity of the map", 0, 100, 70, 5, format="%d %%", key="opacity",
            bind="query-params", width=260,
        )  # fmt: skip
        st.segmented_control(
            "Grid",
            [SMOOTH, NATIVE],
            default=SMOOTH,
            required=True,
            key="grid",
            bind="query-params",
            help="The native grid is where the method computes; the rest is interpolation.",
        )
        st.toggle("Outlines", value=True, key="outlines", bind="query-params")
    return chosen()


def chosen() -> Look:
    """Return how maps are drawn, as asked elsewhere on the page."""
    state = st.session_state
    return Look(state["opacity"] / 100, state["grid"] == NATIVE, state["outlines"])


def outlines(subject: Subject, made: Attribution | None = None) -> dict[str, Any]:
    """Return the areas worth outlining on a picture, by name.

    An absent one is an empty area, so that each keeps its colour.
    """
    scene, nothing = subject.scene, np.zeros((1, 1), dtype=bool)
    # What changes the whole film has no outline.
    placed = scene is not None and not scene.shortcut.all()
    return {
        "lesion": nothing if scene is None else scene.lesion,
        "shortcut": scene.shortcut if scene is not None and placed else nothing,
        "lungs": nothing if subject.lungs is None else subject.lungs,
        "superpixels": nothing if made is None or made.segments is None else made.segments,
    }


def drawn(subject: Subject, made: Attribution, how: Look, *, height: int = 400) -> Chart:
    """Return the chart of a map over its picture."""
    method = METHODS[made.method]
    title = f"{method.title}, {subject.network.labels[made.target]}, on {subject.name}"
    return overlay(
        subject.canvas,
        title=title,
        quantity="Evidence" if made.signed else "Weight",
        outlines=outlines(subject, made) if how.outlined else None,
        height=height,
        **how.heat(made),
    )


def figure(subject: Subject, made: Attribution, how: Look) -> bytes:
    """Return the same as a PNG."""
    areas = outlines(subject, made) if how.outlined else None
    return overlay_png(subject.canvas, outlines=areas, **how.heat(made))


def pair(subject: Subject, made: Attribution, key: str) -> None:
    """Show the picture and, beside it, the map on it."""
    pictures = st.container()
    how = look()
    with pictures:
        left, right = st.columns(2)
    with left:
        bare = outlines(subject) if how.outlined else None
        title = f"The picture: {subject.name}"
        charts.show(overlay(subject.canvas, title=title, outlines=bare, height=400), f"{key}.film")
    with right:
        charts.show(drawn(subject, made, how), f"{key}.map")
    legend(made)


def legend(made: Attribution) -> None:
    """Say how to read the colours, and what was decided while making the map."""
    rows, columns = made.native.shape
    colours = (
        "Orange speaks for the class, blue against it."
        if made.signed
        else "The stronger the orange, the more weight."
    )
    asked = counted(made.forwards, "evaluation")
    facts = (f"{colours} Native grid {rows} x {columns}; {asked} of the network.", *made.notes)
    st.caption(" ".join(results.escaped(fact) for fact in facts))
    if made.blank:
        results.notes((made.blank,), "attention")
