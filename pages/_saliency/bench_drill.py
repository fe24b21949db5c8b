"""One picture of a benchmark: its figures, and the map drawn again."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError
from core.saliency import (
    METHODS,
    Options,
    Subject,
    explain,
    per_image,
    phantom,
    phantom_subject,
    scene_of,
)
from core.viz.text import fixed
from pages._saliency import kept, views
from pages._saliency.bench_ask import Part
from pages._saliency.words import SYSTEM
from pages._shared import results, tables
from pages._shared.address import linked


def show(part: Part) -> None:
    """Ask for a picture and a method, and show what the table says of them."""
    wide = per_image(part.table, part.metric, part.fill, part.network)
    names = {str(name): str(name) for name in wide.index}
    methods = [str(key) for key in wide.columns]
    first, second = st.columns(2)
    with first:
        picture = st.selectbox(
            "Picture", list(names), **linked(SYSTEM, "picture", names, next(iter(names)))
        )
    with second:
        method = st.selectbox(
            "Map of",
            methods,
            format_func=lambda key: METHODS[key].title,
            **linked(SYSTEM, "map", methods, methods[0]),
        )
    row = wide.loc[picture]
    tables.show(
        [
            {"Method": METHODS[key].title, "Value": None if value != value else float(value)}
            for key, value in row.items()
        ],
        alt=f"Figures of picture {picture}.",
        decimals={"Value": 3},
        height=240,
    )
    _map(part, str(picture), str(method))


def _map(part: Part, picture: str, method: str) -> None:
    try:
        subject = kept.once(
            ("drawn", part.network, picture), lambda: _subject(part, picture), public=True
        )
    except InputError:
        st.info(
            "Films of the collections are not shipped, so this map cannot be drawn again here.",
            icon=":material/info:",
        )
        return
    label = part.table.loc[
        (part.table["image"] == picture) & (part.table["network"] == part.network), "target"
    ].iloc[0]
    told = subject.network.labels[int(label)]
    question = ("bench", part.network, picture, method)
    with st.spinner(f"Drawing the phantom and the map of {METHODS[method].title} again"):
        made = kept.once(
            question,
            lambda: explain(subject, method, told, _options(part, picture, method), tested=False),
            public=True,
        )
    views.pair(subject, made.attribution, "saliency.drill")
    st.markdown(f"Explained: {results.escaped(told)}.")
    if made.truth is not None:
        st.markdown(f"The lesion's share of the answer: {fixed(made.truth.shares.lesion, 2)}.")
    st.page_link(
        "../pages/saliency.py", label="Look at phantoms in the explorer",
        icon=":material/center_focus_strong:",
    )  # fmt: skip


def _subject(part: Part, picture: str) -> Subject:
    network = phantom(part.network)
    regime = part.network.split("-")[1]
    return phantom_subject(scene_of(picture, regime, network.size), network)


def _options(part: Part, picture: str, method: str) -> Options:
    samples = dict(part.plan["samples"])
    return Options(samples=samples.get(method))
