"""Whether calibration changed over time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st

from core.trust import Audit
from core.viz import Line, forest, lines
from core.viz.text import listed
from pages._shared import charts, results, tables
from pages._trust import drift_beside, words

FIGURES = {
    "ratio": ("Observed over expected", 1.0),
    "intercept": ("Calibration in the large", 0.0),
    "slope": ("Calibration slope", 1.0),
}
MOST_ROWS = 12


def show(audit: Audit) -> None:
    """Show what changed, batch by batch, and what would have been done about it."""
    panel = audit.panel("drift")
    st.markdown(results.escaped(panel.reading))
    st.caption(
        results.escaped(
            f"{panel.subject[:1].upper()}{panel.subject[1:]}; n = {panel.n:,}. Reference: "
            f"{listed(panel.reference_labels)}, {panel.n_reference:,} rows with "
            f"{panel.events_reference:,} events."
        )
    )
    _batches(panel)
    _monitor(panel)
    _table(panel)
    drift_beside.show(panel)
    for note in panel.notes:
        st.caption(results.escaped(note))


def _batches(panel: Any) -> None:
    figure = st.segmented_control(
        "Figure",
        list(FIGURES),
        default="ratio",
        required=True,
        format_func=lambda name: FIGURES[name][0],
        key="trust.drift.figure",
    )
    title, right = FIGURES[figure]
    rows = {batch.name: getattr(batch.calibration, figure) for batch in panel.batches}
    known = {
        name: one
        for name, one in rows.items()
        if math.isfinite(one.low) and math.isfinite(one.high)
    }
    if not known:
        st.caption("No batch has enough outcomes for this figure.")
    elif len(rows) <= MOST_ROWS:
        charts.show(
            forest(
                {name: rows[name] for name in rows if name in known},
                axis=f"{title}, 95 % interval",
                reference=right,
                reference_label="right",
                digits=2,
            ),
            key="trust.drift.batches",
        )
    else:
        x = np.array([i + 1 for i, name in enumerate(rows) if name in known])
        parts = [[getattr(one, part) for one in known.values()] for part in _PARTS]
        charts.show(
            lines(
                {title: Line(x, *parts)},
                x_label="Batch, in the order of time",
                y_label=title,
                level=(right, "right"),
            ),
            key="trust.drift.batches",
        )


_PARTS = ("estimate", "low", "high")


def _monitor(panel: Any) -> None:
    places = enumerate(panel.batches, start=1)
    seen = [(i, one.log_evidence) for i, one in places if one.log_evidence is not None]
    if len(seen) < 2:
        return
    st.markdown("**Live monitor**")
    x, evidence = (np.array(part) for part in zip(*seen, strict=True))
    charts.show(
        lines(
            {"Evidence of a change": Line(x, evidence / math.log(10))},
            x_label="Batch, in the order of time",
            y_label="Evidence, powers of ten",
            level=(math.log10(20), "alarm"),
            height=280,
        ),
        key="trust.drift.monitor",
    )
    alarm = "No alarm."
    if panel.alarm is not None:
        at, bet = results.escaped(panel.alarm), panel.monitor.suspicion
        alarm = f"Alarm at {at}. Of its bets on a change, the one worth most is: {bet}."
    st.caption(
        f"{alarm} It may be looked at after every batch: an alarm without a change has a "
        "probability of at most 5 %, for ever."
    )


def _table(panel: Any) -> None:
    st.markdown("**Batches**")
    tables.show(
        [
            {
                "Batch": batch.name,
                "Role": batch.role,
                "n": batch.calibration.n,
                "Events": batch.calibration.events,
                "Observed over expected": words.figure(batch.calibration.ratio, 2),
                "Slope": words.figure(batch.calibration.slope, 2),
                "Right now? p, adjusted": words.chance(batch.p_now),
                "Changed? p, adjusted": words.chance(batch.p_change),
            }
            for batch in panel.batches
        ],
        alt="Calibration of every batch.",
    )
