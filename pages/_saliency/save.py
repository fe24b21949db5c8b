"""Take an explanation along: map, figure, numbers, and the same call on the command line."""

from __future__ import annotations

import json

import streamlit as st

from core.saliency import Explanation, array_file, table_file
from core.viz.picture import png
from pages._saliency import views
from pages._saliency.words import file_part
from pages._shared.downloads import download

NPY = "application/octet-stream"


def show(found: Explanation, call: str) -> None:
    """Offer everything about one map.

    Parameters
    ----------
    found : Explanation
        What was worked out.
    call : str
        The same on the command line; empty if there is none.
    """
    made, how = found.attribution, views.chosen()
    stem = file_part(f"{found.subject.name}-{made.network}-{made.method}")
    with st.container(horizontal=True):
        download(
            "Figure (PNG)",
            lambda: views.figure(found.subject, made, how),
            f"{stem}.png",
            "image/png",
            "primary",
        )
        download("Map, native (.npy)", lambda: array_file(made.native), f"{stem}-native.npy", NPY)
        download("Map, upsampled (.npy)", lambda: array_file(made.pixels), f"{stem}.npy", NPY)
        download(
            "Numbers (JSON)",
            lambda: json.dumps(found.to_dict(), indent=1).encode(),
            f"{stem}.json",
            "application/json",
        )
        download("Numbers (CSV)", lambda: table_file(found), f"{stem}.csv", "text/csv")
        if found.subject.kind == "phantom":
            download("Phantom (PNG)", lambda: png(found.subject.canvas), "phantom.png", "image/png")
    if call:
        st.markdown("The same from the command line:")
        st.code(call, language="bash", wrap_lines=True)
