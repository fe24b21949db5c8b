"""The frame of every page: heading, purpose and the notice at its foot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages._shared import registry
from pages._shared.page_def import PageDef

NOTICE = "For research and education; not a medical device."


@contextmanager
def page(slug: str) -> Iterator[PageDef]:
    """Frame a page: its heading above what is shown inside, the notice below."""
    definition = registry.page(slug)
    st.title(definition.heading, anchor=False)
    st.markdown(definition.purpose)
    try:
        yield definition
    finally:
        if definition.clinical:
            st.caption(NOTICE)
