"""Where the input gate refuses and warns, and what those levels rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import ArtifactError
from core.respiratory import Network, gate_levels
from core.viz.text import fixed, percent
from pages._respiratory.shortcuts_words import source
from pages._shared import results, tables

COMMAND = "python -m benchmarks.respiratory_gate"


def show(_card: Mapping[str, Any], _chosen: Network) -> None:
    """Say what is refused, from which level on, and how each source fares when left out."""
    try:
        found = gate_levels()
    except ArtifactError as error:
        results.refusal(error, "No figures of the gate")
        return
    at = found.levels
    st.markdown(
        "The gate decides before any network is asked, and the same for every network.\n\n"
        "- **Refused** is a picture whose probability of being a frontal chest film, upright and "
        f"whole, lies below **{percent(at.frontal_refuse)}**, or whose distance from the films "
        f"trained on exceeds **{fixed(at.ood_refuse, 2)}** (0 is the median of the calibration "
        "films, 1 their 99th percentile).\n"
        f"- **A warning** goes with a reading below {percent(at.frontal_attention)}, or with a "
        f"likeness p of {fixed(at.ood_attention, 2)} or less."
    )
    if found.left_out:
        st.markdown("**Each source, judged by a gate that has not seen it**")
        tables.show(
            [
                {
                    "Source left out": source(one.source),
                    "Films": one.films,
                    "Frontal probability kept by 99 %": one.frontal,
                    "Distance kept by 99 %": one.excess,
                }
                for one in found.left_out
            ],
            alt="Levels at which each source, left out of the fit, would lose 1 % of its films.",
            decimals={"Frontal probability kept by 99 %": 3, "Distance kept by 99 %": 2},
        )
        st.caption(
            "The levels in use are the most lenient of these: a new hospital should lose about as "
            "few films as the worst of the known ones, and no test film took part."
        )
    st.caption(
        "How many films, lateral films, CT slices, hands, photographs and spoiled films the gate "
        f"turns away is counted by `{COMMAND}`."
    )
