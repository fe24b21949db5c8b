"""Which network, method and class a map is made for; refused methods say why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.saliency import METHODS, NETWORKS, Classifier, Method, Subject, phantoms, why_not
from core.viz.text import percent
from pages._saliency.words import SYSTEM
from pages._shared import results
from pages._shared.address import linked

FIRST_METHOD = "gradcam++"
LEADING = "leading"


def network(kind: str) -> str:
    """Ask for a network that can look at films or phantoms, and return its key."""
    titles = dict(NETWORKS) if kind == "film" else drawn_for()
    first = "cnn" if "cnn" in titles else "cnn-confounded-0"
    chosen = st.selectbox(
        "Network" if kind == "film" else "Network, and what it was trained on",
        list(titles),
        format_func=titles.__getitem__,
        **linked(SYSTEM, "model", titles, first if first in titles else next(iter(titles))),
    )
    if kind == "phantom":
        _held_out(phantoms()[str(chosen)])
    return str(chosen)


def _held_out(record: Mapping[str, Any]) -> None:
    """Say how good a network is, and what decides, as measured on phantoms it never saw."""
    told = record["held_out"]
    defined = told["pairs"] - told["undefined"]
    if not defined:
        st.caption(f"Right on {told['right']} of {told['films']} held-out phantoms.")
        return
    st.caption(
        f"Right on {told['right']} of {told['films']} held-out phantoms. By intervention on "
        f"{defined} films, {percent(told['shortcut'])} of its answer is the shortcut and "
        f"{percent(told['lesion'])} the lesion."
    )


def drawn_for() -> dict[str, str]:
    """Return the networks trained on phantoms by key, those of a series of doses last."""
    known = phantoms()
    ordered = sorted(known, key=lambda key: str(known[key]["regime"])[-1].isdigit())
    return {key: str(known[key]["title"]) for key in ordered}


def title_of(key: str) -> str:
    """Return the title of any network of the suite."""
    return NETWORKS.get(key) or drawn_for().get(key, key)


def method(asked: Classifier) -> str:
    """Ask for a method that the network allows; one it refuses is named with the reason."""
    _plus_signs()
    usable = {key: one for key, one in METHODS.items() if not why_not(asked, key)}
    first = FIRST_METHOD if FIRST_METHOD in usable else next(iter(usable))
    chosen = st.selectbox(
        "Method",
        list(usable),
        format_func=lambda key: f"{usable[key].title} ({usable[key].family})",
        **linked(SYSTEM, "method", usable, first),
    )
    wanted = st.query_params.get("method", "")
    if wanted in METHODS and wanted not in usable:
        reason = why_not(asked, wanted)
        results.notes((f"{METHODS[wanted].title}: {reason}",), "attention")
    return str(chosen)


def _plus_signs() -> None:
    # A plus sign typed into an address reaches the server as a space.
    wanted = st.query_params.get("method", "")
    if wanted not in METHODS and wanted.replace(" ", "+") in METHODS:
        st.query_params["method"] = wanted.replace(" ", "+")


def label(subject: Subject, method: Method, key: str) -> str:
    """Ask for the class explained, by default the network's answer."""
    labels = subject.network.labels
    leading = labels[int(subject.network.logits(subject.image[None])[0].argmax())]
    titles = {LEADING: f"the network's answer: {leading}"} | {name: name for name in labels}
    chosen = st.selectbox(
        "Class explained",
        list(titles),
        format_func=titles.__getitem__,
        help=None if method.class_specific else "This method draws one map for all classes.",
        **linked(f"{SYSTEM}.{key}", "class", titles, LEADING),
    )
    return leading if chosen == LEADING else str(chosen)


def about(asked: Classifier, method: Method) -> None:
    """Say what a method does, and which ones the network refuses."""
    st.caption(f"{method.summary} {method.caveat} Source: {method.source}")
    refused = {METHODS[key].title: reason for key in METHODS if (reason := why_not(asked, key))}
    if refused:
        with st.popover(
            f"Methods refused: {len(refused)}", icon=":material/block:", type="tertiary"
        ):
            for title, reason in refused.items():
                st.markdown(f"**{title}**: {results.escaped(reason)}")
