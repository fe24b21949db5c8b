"""Records whose outcome the model contradicts: theirs may be the mistake."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from pages._shared import tables


def show(labels: Any) -> None:
    """Show the suspect records, and what the figures would be if they were flipped."""
    if labels is None:
        return
    st.markdown("**Records that may be mistaken**")
    st.markdown(labels.reading)
    found = labels.found
    with st.expander("Suspect records, and how much depends on them"):
        classes = labels.classes
        listed = zip(found.rows, found.given, found.suggested, found.self_confidence, strict=True)
        tables.show(
            [
                {
                    "Row": int(row) + 1,
                    "Recorded": classes[given],
                    "The model says": classes[suggested],
                    "Probability of the record (%)": 100 * float(p),
                }
                for row, given, suggested, p in list(listed)[:50]
            ],
            alt="Records that the model contradicts.",
        )
        tables.show(
            [
                {
                    "Records flipped": one.k,
                    "Accuracy": one.accuracy,
                    "AUC": None if math.isnan(one.auc) else one.auc,
                    "Calibration slope": None if math.isnan(one.slope) else one.slope,
                }
                for one in labels.sensitivity
            ],
            alt="Figures if suspects were flipped.",
        )
        st.caption(
            "The model may be the one that errs: look at each row, and change no record because of "
            "this list."
        )
