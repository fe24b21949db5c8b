"""Several maps of one picture: made one after the other, with progress, each at most once."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.errors import SuiteError
from core.saliency import METHODS, Attribution, Family, Subject, available
from pages._saliency import asked, views
from pages._saliency.words import SYSTEM
from pages._shared import charts, results

CONTROLS = ("random", "sobel")
QUICK = (Family.CAM, Family.ATTENTION)
ALSO = ("saliency", "inputxgradient")
ABREAST = 4


def methods(question: asked.Question) -> list[str]:
    """Ask which methods are compared; the quick ones to begin with, and always two controls."""
    usable = [key for key in available(question.subject.network) if key not in CONTROLS]
    chosen = st.multiselect(
        "Methods",
        usable,
        default=[key for key in usable if METHODS[key].family in QUICK or key in ALSO],
        format_func=lambda key: METHODS[key].title,
        key=f"{SYSTEM}.compared.{question.subject.network.key}",
        help="A random map and the edges of the picture are always among them.",
    )
    return [*chosen, *CONTROLS]


def made(
    question: asked.Question, wanted: list[str]
) -> tuple[dict[str, Attribution], dict[str, str]]:
    """Return maps by method, and why the others have none."""
    maps: dict[str, Attribution] = {}
    refused: dict[str, str] = {}
    place = st.empty()
    for done, method in enumerate(wanted):
        place.progress(done / len(wanted), text=f"{METHODS[method].title} ...")
        try:
            maps[method] = asked.explained(question, method, tested=False).attribution
        except SuiteError as error:
            refused[method] = error.message
    place.empty()
    return maps, refused


def grid(shown: Mapping[str, tuple[Subject, Attribution]], how: views.Look, key: str) -> None:
    """Show maps as a contact sheet, with their names."""
    names = list(shown)
    for start in range(0, len(names), ABREAST):
        row = names[start : start + ABREAST]
        for column, name in zip(st.columns(ABREAST), row, strict=False):
            subject, one = shown[name]
            with column:
                st.markdown(f"**{results.escaped(name)}**")
                charts.show(views.drawn(subject, one, how, height=200), f"{key}.{name}")
                if one.blank:
                    results.badge("unknown", "Nothing to see")
                    st.caption(results.escaped(one.blank))


def refusals(refused: Mapping[str, str]) -> None:
    """List the methods that gave no map, each with its reason."""
    results.notes([f"{METHODS[k].title}: {reason}" for k, reason in refused.items()], "unknown")
