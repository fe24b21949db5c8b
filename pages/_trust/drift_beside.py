"""What else changed beside calibration: cases, outcome rates, groups; what recalibrating gave."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.viz.text import fixed
from pages._shared import tables
from pages._trust import words


def show(panel: Any) -> None:
    """Show case mix, change by group and the trial of recalibration, where they were measured."""
    if panel.case_mix:
        with st.expander("Other cases, or other outcome rates?"):
            tables.show(
                [
                    {
                        "Batch": one.batch,
                        "Scores differ, p adjusted": words.chance(one.scores.p_adjusted),
                        "Stability index": fixed(one.psi),
                        "Index by chance, up to": fixed(one.psi_chance),
                        "Outcome rate differs, p adjusted": words.chance(one.rate.p_adjusted),
                    }
                    for one in panel.case_mix
                ],
                alt="Scores and outcome rates against the reference.",
            )
    if panel.groups:
        with st.expander("Change by group"):
            tables.show(
                [
                    {
                        "Attribute": one.attribute,
                        "Level": one.level,
                        "n, reference": one.shift.n_reference,
                        "n, later": one.shift.n,
                        "Change of the log-odds": words.figure(one.shift.intercept_change, 2),
                        "Slope, times the reference's": words.figure(one.shift.slope_ratio, 2),
                        "p, adjusted": words.chance(one.p_adjusted),
                    }
                    for one in panel.groups
                ],
                alt="Change of calibration by group.",
            )
    trial = panel.recalibration
    if trial is not None:
        st.caption(
            f"Recalibrating each later batch on the {trial.window} before it would have changed "
            f"its Brier score, before minus after, by {words.figure(trial.gain, 4)}, "
            f"{words.size(trial.gain.n)}; above 0 it helps."
        )
