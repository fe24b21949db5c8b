"""Where the API of this server is as a visitor sees it, and whether it asks for a key."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import streamlit as st

from core.runtime.settings import settings

LOCAL = "http://127.0.0.1:8501"
_NETLOC = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")


def origin() -> str:
    """Return scheme, host and port as the browser has them; the usual ones if it did not say."""
    try:
        seen = urlsplit(st.context.url or "")
    except ValueError:
        return LOCAL
    usable = seen.scheme in ("http", "https") and _NETLOC.fullmatch(seen.netloc)
    return f"{seen.scheme}://{seen.netloc}" if usable else LOCAL


def locked() -> bool:
    """Return whether the API asks for a key."""
    chosen = settings()
    return bool(chosen.api_key or chosen.api_keys)
