"""Structure: whether a table has groups and components at all, before anyone names them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import SuiteError
from pages._apple_sales import (
    frame,
    structure_components,
    structure_density,
    structure_groups,
    structure_segments,
    structure_source,
)
from pages._shared import header, results

Section = Callable[[structure_source.Given], None]
VIEWS: dict[str, Section | None] = {
    "Groups": structure_groups.show,
    "Components": structure_components.show,
    "By density": structure_density.show,
    "Segments": None,
}


def body() -> None:
    views = st.tabs(list(VIEWS), key="view", bind="query-params")
    # Only the open tab is computed; the address names it.
    for view, section in zip(views, VIEWS.values(), strict=True):
        if view.open:
            with view:
                show(section)


def show(section: Section | None) -> None:
    if section is None:
        structure_segments.show()
        return
    given = structure_source.ask(groups=section is not structure_density.show)
    if given is None:
        return
    try:
        section(given)
    except SuiteError as error:
        results.refusal(error, "No answer")


with header.page("apple-sales-structure"):
    body()
    frame.foot()
