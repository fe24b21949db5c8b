"""What runs here: models, versions, hashes, data, licences and intended use."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core import apple_sales, breast_cancer, cardiosense, guardian, respiratory, saliency
from core.errors import SuiteError
from core.evidence import About
from pages._shared import header, results, tables
from pages._shared.page_def import System

TOLD = {
    System.CARDIOSENSE: cardiosense.about,
    System.BREAST_CANCER: breast_cancer.about,
    System.RESPIRATORY: respiratory.about,
    System.SALIENCY: saliency.about,
    System.GUARDIAN: guardian.about,
    System.APPLE: apple_sales.about,
}

with header.page("about"):
    systems: dict[System, About] = {}
    for system, tell in TOLD.items():
        try:
            systems[system] = tell()
        except SuiteError as error:
            results.refusal(error, f"{system} cannot answer")

    def rows(part: str) -> pd.DataFrame:
        """Return one part of every system as a table, the system's name first."""
        listed: list[Mapping[str, object]] = [
            {"System": str(system), **row}
            for system, about in systems.items()
            for row in getattr(about, part)
        ]
        return pd.DataFrame(listed)

    st.subheader("Intended use", anchor=False)
    for sentence in dict.fromkeys(about.intended_use for about in systems.values()):
        st.markdown(sentence)
    st.subheader("Models", anchor=False)
    tables.show(rows("models"), alt="Trained models with version and hash.")
    trained = ", ".join(f"{system} {about.trained}" for system, about in systems.items())
    st.caption(f"Trained: {trained}. Every file is checked against its hash when it is read.")
    st.subheader("Data", anchor=False)
    tables.show(rows("data"), alt="Data sets with source, licence and hash.")
    st.subheader("What leaves this machine", anchor=False)
    st.markdown(
        "Nothing. The suite opens no connection to another machine, keeps no patient data on "
        "disk, and forgets a session when it ends. Logging of inputs can only be switched on by "
        "the owner of the server. A drift timeline, kept when you ask for it, holds scores and "
        "column names only. What the owner can switch on: a database, a cluster or a login of "
        "another machine (then records, parts of tables, or the login go there), and a model of "
        "another machine that puts a medication review into words (`SUITE_GUARDIAN_MODEL`). It is "
        "asked only when somebody wants it, and is sent names of ingredients, rules and counts; "
        "no line of the list, and of the patient at most bands of age and kidney function."
    )
    st.subheader("Software", anchor=False)
    tables.show(rows("libraries"), alt="Libraries and their versions.")
