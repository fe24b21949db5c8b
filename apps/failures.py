"""What a user sees when a page fails unexpectedly: a sentence and an id, never a traceback."""

from __future__ import annotations

import logging
import uuid

import streamlit as st

from core.errors import SuiteError

logger = logging.getLogger(__name__)


def show(error: Exception) -> bool:
    """Show a failed page's error card and log the details under an id.

    Parameters
    ----------
    error : Exception
        What the page raised.

    Returns
    -------
    bool
        True: Streamlit's own display is not wanted.
    """
    reference = uuid.uuid4().hex[:12]
    logger.error("page failed [%s]", reference, exc_info=error)
    if isinstance(error, SuiteError):
        st.error(error.message, icon=":material/error:")
        st.caption(f"In the log under the id {reference}.")
    else:
        st.error(
            "This page could not be shown. Nothing was saved, and no result on it is valid. "
            f"Reload the page; if it fails again, report the id {reference}.",
            icon=":material/error:",
        )
    return True
