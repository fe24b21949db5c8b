"""The router: Streamlit runs this script for every page of the suite."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
# Streamlit puts only this folder on the path; the packages lie one level up.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from apps import accessible, login  # noqa: E402
from core.runtime.settings import settings  # noqa: E402
from pages._shared import present  # noqa: E402
from pages._shared.page_def import SUITE_NAME  # noqa: E402
from pages._shared.registry import PAGES, by_system  # noqa: E402

st.set_page_config(
    page_title=SUITE_NAME,
    # By its address: as a file it would be media, which nobody gets before the login.
    page_icon="/app/static/favicon.png",
    layout="wide",
)
presenting = present.is_on()
if presenting:
    present.enlarge()
if not login.ask(settings()):
    # Every address leads to the card, and neither names nor files of the pages are sent.
    doors = [
        st.Page(login.card, title=login.TITLE, url_path=one.slug or None, default=not one.slug)
        for one in PAGES
    ]
    st.navigation(doors, position="hidden").run()
    accessible.mend(in_sidebar=False)
    st.stop()
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
    # Whatever else stands in the sidebar makes Streamlit fold most pages away, the open one too.
    expanded=True,
)
accessible.mend(in_sidebar=not presenting)
navigation.run()
