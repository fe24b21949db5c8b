"""Whether the model's inner view of the rows tells the classes apart."""

from __future__ import annotations

import streamlit as st

from core.trust import Audit
from core.viz import scatter
from core.viz.text import fixed
from pages._shared import charts, tables
from pages._trust import words


def show(audit: Audit) -> None:
    """Show the probe, the plane of the two widest axes, and the alignments."""
    panel = audit.panel("representation")
    st.caption(
        f"{panel.n_used:,} of n = {panel.n:,} rows, {panel.dimensions} dimensions; effective rank "
        f"{fixed(panel.effective_rank, 1)}."
    )
    if panel.reason:
        st.info(panel.reason, icon=":material/info:")
        return
    columns = st.columns(3)
    words.metric(columns[0], "Balanced accuracy of a linear probe", panel.probe)
    words.metric(columns[1], "Gain over shuffled labels", panel.probe_gain)
    words.metric(columns[2], "Neighbours of the class, above chance", panel.purity_gain)
    groups = {
        name: (panel.plane[own, 0], panel.plane[own, 1])
        for place, name in enumerate(panel.classes)
        if (own := panel.plane_class == place).any()
    }
    charts.show(
        scatter(groups, x_label="Widest axis", y_label="Second axis"), key="trust.representation"
    )
    tables.show(
        [
            {"Compared with": one.name, "n": one.n, "CKA": one.plain, "Debiased": one.debiased}
            for one in panel.alignments
        ],
        alt="Alignment with other views of the rows.",
    )
