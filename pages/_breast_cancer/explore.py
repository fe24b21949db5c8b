"""The views on a selection of cases: two columns, one column, correlations, summary, the rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.breast_cancer import FEATURES, correlations, describe
from core.errors import NotEnoughDataError
from core.fields import FieldSpec
from core.tables import to_csv
from core.viz import correlation_matrix, histograms, scatter
from core.viz.text import counted
from pages._shared import charts, results, tables
from pages._shared.downloads import download

DIAGNOSES = ("benign", "malignant")
BLOCKS = ("All thirty", *FEATURES.groups())
MOMENTS = ("mean", "standard deviation", "min", "25%", "50%", "75%", "max")


def title(name: str) -> str:
    """Return the name of a column with its unit."""
    return FEATURES[name].title


def two_columns(chosen: pd.DataFrame) -> None:
    """Show two columns against each other, by diagnosis."""
    across, up = st.columns(2)
    with across:
        x = _column("Across", "mean_radius", "bc.data.x")
    with up:
        y = _column("Up", "mean_concave_points", "bc.data.y")
    groups = {name: (rows[x], rows[y]) for name, rows in _by_diagnosis(chosen).items()}
    charts.show(scatter(groups, x_label=title(x), y_label=title(y)), key="bc.data.scatter")


def one_column(chosen: pd.DataFrame) -> None:
    """Show how one column is distributed, by diagnosis."""
    name = _column("Column", "mean_radius", "bc.data.one")
    groups = {group: rows[name] for group, rows in _by_diagnosis(chosen).items()}
    charts.show(histograms(groups, x_label=title(name)), key="bc.data.histogram")


def together(chosen: pd.DataFrame) -> None:
    """Show how the columns go together."""
    block = st.segmented_control(
        "Columns", BLOCKS, default=BLOCKS[0], required=True, key="bc.data.block"
    )
    try:
        labels, values = correlations(chosen)
    except NotEnoughDataError as error:
        results.refusal(error, "Not enough data")
        return
    kept = [i for i, spec in enumerate(FEATURES) if block in (BLOCKS[0], spec.group)]
    quantity = f"Pearson correlation of the logarithms, n = {len(chosen)} cases"
    square = values[kept][:, kept]
    st.caption(
        f"{quantity}. Logarithms, because the columns are related by powers: an area goes with the "
        "square of a radius."
    )
    whole = block == BLOCKS[0]
    charts.show(
        correlation_matrix(
            [_measure(FEATURES.fields[i]) if whole else labels[i] for i in kept],
            square,
            quantity=quantity,
            groups=[FEATURES.fields[i].group for i in kept] if whole else None,
        ),
        key="bc.data.correlations",
    )


def _measure(spec: FieldSpec) -> str:
    return spec.label.removeprefix(spec.group).strip()


def summary(chosen: pd.DataFrame) -> None:
    """Show n, mean, spread and quartiles of every column."""
    tables.show(
        describe(chosen)
        .assign(Field=[spec.title for spec in FEATURES])
        .rename(columns={"count": "n", "std": "standard deviation"}),
        alt=f"Summary of the thirty columns over {counted(len(chosen), 'case')}.",
        column_config={
            "Field": st.column_config.TextColumn(pinned=True),
            "n": st.column_config.NumberColumn(format="%d"),
        }
        | {name: st.column_config.NumberColumn(format="%.4g") for name in MOMENTS},
    )


def rows(chosen: pd.DataFrame) -> None:
    """Show the cases of the selection."""
    tables.show(
        chosen,
        alt=f"The {counted(len(chosen), 'case')} of the selection with their thirty values.",
        column_config={
            "case": st.column_config.NumberColumn("Case", pinned=True, format="%d"),
            "diagnosis": st.column_config.TextColumn("Diagnosis"),
            "role": st.column_config.TextColumn("Role"),
        }
        | {
            spec.name: st.column_config.NumberColumn(spec.title, format="%g", help=spec.help)
            for spec in FEATURES
        },
    )
    download("Download CSV", lambda: to_csv(chosen), "wisconsin_selection.csv", "text/csv")


def _column(label: str, default: str, key: str) -> str:
    names = list(FEATURES.names)
    return st.selectbox(
        label,
        names,
        index=names.index(default),
        format_func=title,
        key=key,
        persist_state="session",
    )


def _by_diagnosis(chosen: pd.DataFrame) -> dict[str, pd.DataFrame]:
    parts = {name: chosen[chosen["diagnosis"] == name] for name in DIAGNOSES}
    return {name: part for name, part in parts.items() if len(part)}
