"""Contact sheets: the methods of one network, and the networks under one method."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.errors import SuiteError
from core.saliency import METHODS, NETWORKS, Attribution, Subject
from pages._saliency import asked, choose, comparing, views
from pages._saliency.words import SYSTEM
from pages._shared import results

MOST, FIRST = 8, 4


def methods(question: asked.Question, how: views.Look) -> None:
    """Show the maps of several methods for one network."""
    maps, refused = comparing.made(question, comparing.methods(question))
    named = {METHODS[key].title: (question.subject, one) for key, one in maps.items()}
    comparing.grid(named, how, f"{SYSTEM}.methods")
    comparing.refusals(refused)


def networks(question: asked.Question, how: views.Look) -> None:
    """Show the maps of one method for several networks."""
    found: dict[str, tuple[Subject, Attribution]] = {}
    refused: list[str] = []
    place = st.empty()
    chosen = _networks(question)
    for done, key in enumerate(chosen):
        place.progress(done / len(chosen), text=f"{key} ...")
        try:
            subject = asked.put(question.picture, question.drawing, key)
            one = dataclasses.replace(question, subject=subject)
            found[subject.network.title] = (
                subject, asked.explained(one, tested=False).attribution
            )  # fmt: skip
        except SuiteError as error:
            refused.append(f"{key}: {error.message}")
    place.empty()
    comparing.grid(found, how, f"{SYSTEM}.networks")
    results.notes(refused, "unknown")


def _networks(question: asked.Question) -> list[str]:
    if question.picture.kind == "film":
        return list(NETWORKS)
    titles = choose.drawn_for()
    own = question.subject.network.key
    others = [key for key in titles if key != own]
    return st.multiselect(
        "Networks",
        list(titles),
        default=[own, *others[: FIRST - 1]],
        max_selections=MOST,
        format_func=titles.__getitem__,
        key=f"{SYSTEM}.networks.{own}",
    )
