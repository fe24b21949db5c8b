"""Which table is asked about: an example or a file."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import SALES_EXAMPLES, Inspection, SalesTable, inspect, sales_example
from pages._apple_sales import data_upload
from pages._apple_sales.data_upload import Chosen
from pages._shared import results

OWN = "Your file"


def ask() -> Chosen | None:
    """Ask for an example or a file; show what is wrong with a file that cannot be used."""
    options = [*SALES_EXAMPLES.values(), OWN]
    picked = st.segmented_control(
        "Table", options, default=options[0], key="apple.data.source", required=True
    )
    if picked == OWN:
        return data_upload.ask()
    key = next(key for key, title in SALES_EXAMPLES.items() if title == picked)
    table = example(key)
    results.notes(table.notes, "unknown")
    return Chosen((key,), table, key)


@st.cache_resource(show_spinner=False)
def example(key: str) -> SalesTable:
    """Return an example table; examples hold no user's data."""
    return sales_example(key)


def example_inspection(chosen: Chosen) -> Inspection:
    """Return the inspection of an example."""
    return _example_inspection(chosen.example)


@st.cache_resource(
    show_spinner="Fitting models to rows they have not seen, and to shuffled targets"
)
def _example_inspection(key: str) -> Inspection:
    return inspect(example(key))
