"""One process, one port: the Streamlit suite at ``/`` and the REST API at ``/api``.

Start it with ``streamlit run apps/server.py`` from the project's root.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.routing import Mount

ROOT = Path(__file__).resolve().parents[1]
# Streamlit puts only this folder on the path; the packages lie one level up.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from apps import failures, warm  # noqa: E402
from apps.api import api  # noqa: E402


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Load every model before the first visitor comes."""
    warm.warm()
    yield


app = st.App(
    ROOT / "apps" / "suite.py",
    routes=[Mount("/api", api)],
    lifespan=lifespan,
    on_script_error=failures.show,
)
