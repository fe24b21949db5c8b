"""Which finding comes from which source: the confounding at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.respiratory import LABELS, SOURCES, Network, card
from core.viz import count_grid
from core.viz.text import counted, listed, percent
from pages._respiratory.shortcuts_words import by_source, source
from pages._shared import charts

Rows = Sequence[Mapping[str, Any]]


def show() -> None:
    """Draw the test films by source and finding, and say what that confounds."""
    rows: Rows = by_source(card(), Network.ENSEMBLE)
    st.subheader("Who comes from where", anchor=False)
    drawn, said = st.columns((3, 2))
    with drawn:
        charts.show(
            count_grid(
                _counts(rows),
                quantity="Test films by source and finding",
                row="Source",
                marked=[(source(key), str(LABELS[0])) for key in _only(rows)],
            ),
            key="cxr.audit.sources",
        )
    with said:
        st.markdown("\n".join(f"- {sentence}" for sentence in _sentences(rows)))
        st.caption("Films that no network was trained on; the darker, the more of the source.")


def _counts(rows: Rows) -> pd.DataFrame:
    keys = list(dict.fromkeys([*(one["key"] for one in SOURCES), *(row["source"] for row in rows)]))
    found = pd.DataFrame(0, index=keys, columns=[str(label) for label in LABELS])
    for row in rows:
        found.loc[row["source"], row["finding"]] = row["n"]
    found = found[found.sum(axis=1) > 0]
    found.index = pd.Index([source(key) for key in found.index])
    return found


def _only(rows: Rows) -> list[str]:
    """Return the sources whose every film is COVID-19."""
    others = {row["source"] for row in rows if row["finding"] != LABELS[0]}
    return [row["source"] for row in rows if row["source"] not in others]


def _sentences(rows: Rows) -> list[str]:
    ill = {row["source"]: row["n"] for row in rows if row["finding"] == LABELS[0]}
    total = sum(ill.values())
    found = [
        f"**{LABELS[0]}** comes from {listed([source(key) for key in ill])} only "
        f"(n = {total:,} films)."
    ]
    for key in _only(rows):
        found.append(
            f"{percent(ill[key] / total)} of these films come from {source(key)}, which has no "
            "film of any other finding: whoever knows the source knows the finding."
        )
    young = [one["key"] for one in SOURCES if one["People"].startswith("children")]
    for label in LABELS[1:]:
        of = {row["source"]: row["n"] for row in rows if row["finding"] == label}
        children = sum(n for key, n in of.items() if key in young)
        if of and children > sum(of.values()) / 2:
            found.append(
                f"**{label}** is a finding of children here: {children:,} of "
                f"{counted(sum(of.values()), 'film')}."
            )
    return found
