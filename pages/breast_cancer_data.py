"""Data: the table behind the models, to filter, look at and take away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.breast_cancer import FEATURES, case_template, select, table
from core.viz.text import counted, percent
from pages._breast_cancer import explore
from pages._shared import header, results, tables
from pages._shared.downloads import download

VIEWS = {
    "Two columns": explore.two_columns,
    "One column": explore.one_column,
    "Correlations": explore.together,
    "Summary": explore.summary,
    "Cases": explore.rows,
}
SOURCE = (
    "Wisconsin Diagnostic Breast Cancer: fine-needle aspirates of breast masses, ten measurements "
    "of the cell nuclei in each image as mean, standard error and worst. The diagnosis is that of "
    "histology."
)
COUNT_WIDTH = 130
MOST_RANGES = 3


def chosen_rows(everything: pd.DataFrame) -> pd.DataFrame:
    """Ask for diagnoses and ranges; return the cases that fulfil them."""
    with st.container(border=True):
        diagnoses, columns = st.columns([1, 2])
        with diagnoses:
            wanted = st.pills(
                "Diagnosis",
                explore.DIAGNOSES,
                selection_mode="multi",
                default=explore.DIAGNOSES,
                key="bc.data.diagnoses",
                persist_state="session",
            )
        with columns:
            limits = ranges(everything)
    return select(everything, wanted, limits)


def ranges(table: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Ask for up to three columns and the range of each."""
    names = st.multiselect(
        f"Limit up to {MOST_RANGES} columns",
        list(FEATURES.names),
        format_func=explore.title,
        max_selections=MOST_RANGES,
        placeholder="no limit",
        key="bc.data.columns",
        persist_state="session",
    )
    chosen: dict[str, tuple[float, float]] = {}
    for name in names:
        low, high = float(table[name].min()), float(table[name].max())
        chosen[name] = st.slider(
            explore.title(name),
            low,
            high,
            (low, high),
            step=FEATURES[name].step,
            format="%g",
            key=f"bc.data.range.{name}",
            persist_state="session",
        )
    return chosen


def counts(chosen: pd.DataFrame, everything: pd.DataFrame) -> None:
    """Show how many cases there are, of which diagnosis, and how many no training has seen."""
    ill = int((chosen["diagnosis"] == "malignant").sum())
    held = int((chosen["role"] == "held out").sum())
    shown = {"Cases": len(chosen), "Malignant": ill, "Benign": len(chosen) - ill, "Held out": held}
    with st.container(horizontal=True):
        for label, figure in shown.items():
            st.metric(label, f"{figure:,}", width=COUNT_WIDTH)
    st.caption(
        f"{percent(ill / len(chosen))} of the selection are malignant. Held-out cases were seen by "
        f"no training. The whole table has {counted(len(everything), 'case')}."
    )


def fields() -> None:
    """Show what the columns mean, and offer a file to start from."""
    with st.expander("What the columns mean", icon=":material/menu_book:"):
        tables.show(FEATURES.dictionary(), alt="Data dictionary.")
        download("Download the template", case_template, "breast_cancer_template.csv", "text/csv")


def body() -> None:
    everything = table()
    chosen = chosen_rows(everything)
    if chosen.empty:
        results.badge("unknown", "No case fulfils this")
        st.markdown("Choose a diagnosis, or widen a range.")
        fields()
        return
    counts(chosen, everything)
    # Only the open tab is computed; the address names it.
    views = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, show in zip(views, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                show(chosen)
    fields()
    st.caption(SOURCE)
    results.provenance({"n": f"{len(everything)} cases", "source": FEATURES["mean_radius"].source})


with header.page("breast-cancer-data"):
    body()
