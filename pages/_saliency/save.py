"""Take an explanation along: map, figure, numbers, and the same call in code."""

from __future__ import annotations

import json

import streamlit as st

from core.saliency import Explanation, array_file, table_file
from core.viz.picture import png
from pages._saliency import views
from pages._saliency.words import file_part
from pages._shared import calls
from pages._shared.call import Call
from pages._shared.downloads import download

NPY = "application/octet-stream"


def show(found: Explanation, call: Call | None = None) -> None:
    """Offer everything about one map.

    Parameters
    ----------
    found : Explanation
        What was worked out.
    call : Call, optional
        The same in code, where there is such a call.
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
    if call is not None:
        calls.show(call)
