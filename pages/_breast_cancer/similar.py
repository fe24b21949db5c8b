"""The nearest training cases, and where the case lies among all of them."""

from __future__ import annotations

import streamlit as st

from core import breast_cancer
from core.breast_cancer import FEATURES, CaseScore
from core.viz import scatter
from core.viz.text import counted, number, p_value, signed
from pages._shared import calls, charts, results, tables
from pages._shared.call import Call
from pages._shared.inputs import Record


def show(entered: Record, _score: CaseScore) -> None:
    """Show the neighbours as a table and the case on the map."""
    mix = breast_cancer.case_mix(entered)
    results.badge(
        "attention" if mix.flagged else "ok",
        "Such cases are rare in training" if mix.flagged else "Such cases are represented",
    )
    st.markdown(
        f"Of the {mix.k} nearest training cases, {mix.malignant} are malignant by histology. Mean "
        f"distance {number(mix.distance)}; {p_value(mix.p)} among {mix.n} training cases."
    )
    tables.show(
        [
            {
                "Case": near.case,
                "Histology": near.diagnosis,
                "Distance, sd": near.distance,
                "Differs most in": "; ".join(
                    f"{FEATURES[name].label} {signed(gap, 1)} sd" for name, gap in near.differences
                ),
            }
            for near in mix.neighbours
        ],
        alt=f"The {counted(mix.k, 'nearest training case')} with diagnosis and distance.",
        column_config={"Differs most in": st.column_config.TextColumn(width="large")},
    )
    atlas = breast_cancer.case_map(entered)
    charts.show(
        scatter(
            atlas.groups,
            x_label=atlas.axes[0],
            y_label=atlas.axes[1],
            highlight=("this case", *atlas.point),
        ),
        key="bc.similar.map",
    )
    st.caption(
        "Principal components of the standardised logarithms of the training cases. Two of thirty "
        "dimensions: a case in the middle of the cloud may still hold values that do not fit."
    )
    given = calls.record(entered)
    python = (
        "from core.breast_cancer import case_mix\n\n"
        f"mix = case_mix({given!r})\n"
        "print(mix.malignant, mix.k, mix.p)"
    )
    calls.show(Call("/v1/breast-cancer/case-mix", body=given, python=python))
