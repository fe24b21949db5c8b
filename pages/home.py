"""The gallery: what each system answers, on which data, and how well."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from core.viz.text import fixed
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
            f"AUC, 95 % interval {fixed(headline.low, 3)} to {fixed(headline.high, 3)}",
            fixed(headline.estimate, 3),
        )
        figure.caption(f"Nested cross-validation, {headline.n} patients.")
        data.markdown("**Data**")
        data.markdown(
            "920 patients referred for angiography in Cleveland, Hungary, Switzerland and Long "
            "Beach; Cleveland trains, the others test."
        )
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
