"""The collections behind the figures, and how each network calls their films."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.respiratory import Network, interval
from pages._respiratory.shortcuts_words import by_source, network, share, source
from pages._shared import tables

Card = Mapping[str, Any]
PARTS = {"train": "Training", "val": "Validation", "test": "Test", "cohen": "Cohen, outside"}


def show(card: Card, chosen: Network) -> None:
    """Show calls by source and finding, the parts of the data, and where the films come from."""
    st.markdown(f"**{network(chosen)}, films by source**")
    tables.show(
        [
            {
                "Source": source(row["source"]),
                "Finding": row["finding"],
                "Films": row["n"],
                "Patients": row["patients"],
                "Called right": share(interval(row["recall"])),
                "Called COVID-19": share(interval(row["called_covid"])),
                "COVID-19 alert": share(interval(row["alerted"])),
            }
            for row in by_source(card, chosen)
        ],
        alt="How films of each source and finding are called, with Wilson intervals.",
    )
    st.caption(
        "Films that were not trained on. Where the finding is not COVID-19, the last two columns "
        "are false alarms. BIMCV gives no patients: blocks of consecutive films stand in for them."
    )
    st.page_link(
        "../pages/respiratory_shortcuts.py",
        label="The same as charts, and what it means",
        icon=":material/troubleshoot:",
        query_params={"view": "At home and elsewhere", "model": str(chosen)},
    )
    st.markdown("**Parts**")
    tables.show(
        [
            {"Part": PARTS.get(name, name), "Films": one["films"], "Patients": one.get("patients")}
            for name, one in _parts(card).items()
        ],
        alt="Films and patients of training, validation and test.",
    )
    st.markdown("**Collections**")
    tables.show(
        [
            {
                "Collection": one["Data"],
                "Findings": one["Findings"],
                "People": one["People"],
                "Licence": one["Licence"],
                "Reference": one["Source"],
            }
            for one in card["sources"]
        ],
        alt="The collections with their licences and references.",
    )


def _parts(card: Card) -> dict[str, dict[str, Any]]:
    counted = (card["training"] or {}).get("films", {})
    found = {name: {"films": n} for name, n in counted.items()}
    found |= card["data"]["splits"]
    return {name: found[name] for name in (*PARTS, *found) if name in found}
