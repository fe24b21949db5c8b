"""One process, one port: the Streamlit suite at ``/`` and the REST API at ``/api``.

Start it with ``streamlit run apps/server.py`` from the project's root.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount
from streamlit.file_util import get_static_dir

ROOT = Path(__file__).resolve().parents[1]
# Streamlit puts only this folder on the path; the packages lie one level up.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from apps import login  # noqa: E402
from core.errors import SuiteError  # noqa: E402
from core.runtime.settings import settings  # noqa: E402

# Before anything else is loaded: a login that would not hold is no reason to open a port.
try:
    login.check_start(settings())
except SuiteError as error:
    raise SystemExit(error.message) from None

from apps import failures  # noqa: E402
from apps.api import api  # noqa: E402
from apps.edge import Edge, content_policy, keep_uploads_in_memory  # noqa: E402
from apps.running import running  # noqa: E402


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Load every model before the first visitor comes, and end without loss."""
    # Otherwise a failed page's exception is printed with its text, which may quote an input.
    st.set_option("logger.enableRich", False)
    async with running():
        yield


keep_uploads_in_memory(st.get_option("server.maxUploadSize") * 1024 * 1024)
app = st.App(
    ROOT / "apps" / "suite.py",
    routes=[Mount("/api", api)],
    middleware=[
        Middleware(
            Edge,
            hosts=settings().allowed_hosts,
            policy=content_policy(Path(get_static_dir()) / "index.html"),
            enters=None if settings().login == "off" else login.enters,
        )
    ],
    lifespan=lifespan,
    on_script_error=failures.show,
)
