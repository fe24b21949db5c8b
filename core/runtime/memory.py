"""Memory that a long-running server gives back."""

from __future__ import annotations

import ctypes
import os
import sys

ARENAS = 2
ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
VARIABLE = "MALLOC_ARENA_MAX"


def limit_arenas() -> None:
    """Let threads share a few pools of the C library, unless the environment says otherwise.

    Streamlit runs every page in a thread of its own. The GNU C library gives threads up to eight
    pools a core, and what is freed in one pool is of no use to another: the memory of a busy server
    grows for as long as it runs. Other C libraries have no such setting and are left alone.
    """
    if sys.platform != "linux" or VARIABLE in os.environ:
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, ARENAS)
