"""What runs here: models, versions, hashes, data, licences and intended use."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import cardiosense
from pages._shared import header

with header.page("about"):
    about = cardiosense.about()
    st.subheader("Intended use", anchor=False)
    st.markdown(about.intended_use)
    st.subheader("Models", anchor=False)
    st.dataframe(
        pd.DataFrame(about.models), hide_index=True, alt="Trained models with version and hash."
    )
    st.caption(f"Trained {about.trained}. Every file is checked against its hash when it is read.")
    st.subheader("Data", anchor=False)
    st.dataframe(
        pd.DataFrame(about.data), hide_index=True, alt="Data sets with source, licence and hash."
    )
    st.subheader("What leaves this machine", anchor=False)
    st.markdown(
        "Nothing. The suite opens no connection to another machine, keeps no patient data on "
        "disk, and forgets a session when it ends. Logging of inputs can only be switched on by "
        "the owner of the server."
    )
    st.subheader("Software", anchor=False)
    st.dataframe(
        pd.DataFrame(about.libraries), hide_index=True, alt="Libraries and their versions."
    )
