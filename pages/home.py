"""The gallery: what each system answers, on which data, and how well."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from pages._shared import header

with header.page(""):
    st.markdown(
        "Every figure carries its sample size and its uncertainty, every explanation is tested "
        "against the model, and *not enough data* is an answer."
    )
    headline = cardiosense.headline()
    with st.container(border=True):
        st.subheader("CardioSense", anchor=False)
        st.markdown(
            "Is a coronary artery narrowed now, and why does the model say so? What is the least "
            "effort that lowers a ten-year risk?"
        )
        figure, data = st.columns(2)
        figure.metric(
            f"{headline.name}, {headline.level:.0%} interval {headline.low:.3f} to "
            f"{headline.high:.3f}",
            f"{headline.estimate:.3f}",
        )
        figure.caption(headline.method)
        data.markdown("**Data**")
        data.markdown(headline.data)
        links = st.columns(3)
        preset = cardiosense.diagnostic_presets()[1]
        links[0].page_link(
            "../pages/cardiosense.py",
            label="Try it on a real patient",
            icon=":material/play_arrow:",
            query_params={"preset": preset.slug},
        )
        links[1].page_link(
            "../pages/cardiosense_prevention.py", label="Plan a lower risk", icon=":material/route:"
        )
        links[2].page_link(
            "../pages/cardiosense_model.py", label="See the evidence", icon=":material/verified:"
        )
