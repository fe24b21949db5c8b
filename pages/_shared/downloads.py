"""Download buttons, made only when they are clicked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

Kind = Literal["primary", "secondary"]
ICONS = {"application/pdf": "picture_as_pdf", "application/json": "data_object"}


def download(
    label: str,
    data: Callable[[], bytes] | bytes | str,
    file: str,
    mime: str,
    kind: Kind = "secondary",
    key: str = "",
) -> None:
    """Offer a file; a function is called only when somebody asks for it.

    Files of one name on one page need a ``key`` each.
    """
    icon = f":material/{ICONS.get(mime, 'download')}:"
    st.download_button(
        label, data, file, mime, icon=icon, type=kind, on_click="ignore",
        key=key or f"download.{file}",
    )  # fmt: skip
