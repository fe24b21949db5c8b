"""What every Apple sales page says at its foot."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import NOTICE


def foot() -> None:
    """Say whose figures these are, and whose page this is not."""
    st.caption(NOTICE)
