"""The router: Streamlit runs this script for every page of the suite."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
# Streamlit puts only this folder on the path; the packages lie one level up.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from pages._shared import present  # noqa: E402
from pages._shared.page_def import SUITE_NAME  # noqa: E402
from pages._shared.registry import by_system  # noqa: E402

st.set_page_config(
    page_title=SUITE_NAME,
    page_icon=str(ROOT / "apps" / "static" / "favicon.png"),
    layout="wide",
)
presenting = present.is_on()
if presenting:
    present.enlarge()
navigation = st.navigation(
    {
        str(system): [
            st.Page(
                definition.path,
                title=definition.title,
                icon=definition.icon,
                url_path=definition.slug or None,
                default=not definition.slug,
            )
            for definition in definitions
        ]
        for system, definitions in by_system().items()
    },
    position="hidden" if presenting else "sidebar",
)
navigation.run()
