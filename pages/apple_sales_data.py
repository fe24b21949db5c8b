"""Your data: is there anything to learn in a file, and only then the best mix in it."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Inspection, inspect
from core.errors import SuiteError
from pages._apple_sales import (
    data_columns,
    data_gate,
    data_noise,
    data_original,
    data_plan,
    data_source,
    frame,
)
from pages._apple_sales.data_upload import Chosen
from pages._shared import header, results

KEY = "apple.data.inspection"


def inspected(chosen: Chosen) -> Inspection | SuiteError:
    """Return the inspection of the chosen table, made once, or why there is none."""
    stored = st.session_state.get(KEY)
    if stored is None or stored[0] != chosen.key:
        with st.spinner("Fitting models to rows they have not seen, and to shuffled targets"):
            try:
                found: Inspection | SuiteError = inspect(chosen.table)
            except SuiteError as error:
                found = error
        st.session_state[KEY] = stored = (chosen.key, found)
    kept: Inspection | SuiteError = stored[1]
    return kept


def body() -> None:
    chosen = data_source.ask()
    if chosen is None:
        st.session_state.pop(KEY, None)
        return
    found = data_source.example_inspection(chosen) if chosen.example else inspected(chosen)
    if isinstance(found, SuiteError):
        results.refusal(found, "Not enough data to ask")
        return
    data_gate.show(chosen.table, found)
    data_plan.show(chosen, found)
    st.subheader("Is this file noise?", anchor=False)
    data_noise.show(found)
    st.subheader("Columns", anchor=False)
    data_columns.show(found)
    data_original.show(chosen)
    data_gate.take(chosen, found)


with header.page("apple-sales-data"):
    body()
    frame.foot()
