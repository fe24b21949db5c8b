"""Whether the process lives, and whether requests should be sent to it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from apps.process import PROCESS
from core.breast_cancer.model import models as breast_cancer_models
from core.cardiosense.model import models as cardiosense_models
from core.errors import SuiteError
from core.guardian import knowledge
from core.respiratory.runtime import artifact as respiratory_artifact
from core.runtime.settings import Settings
from core.saliency.networks.stored import artifact as saliency_artifact

if TYPE_CHECKING:
    import sqlalchemy as sa

DATABASE_SECONDS = 2
RETRY_SECONDS = 5

_TAGS: Mapping[str, Callable[[], str]] = {
    "breast_cancer": lambda: breast_cancer_models().tag,
    "cardiosense": lambda: cardiosense_models().artifact.tag,
    "guardian": lambda: knowledge().version,
    "respiratory": lambda: respiratory_artifact().tag,
    "saliency": lambda: saliency_artifact().tag,
}


class Health(BaseModel):
    """State of the process."""

    status: Literal["ok"] = Field(description="The process answers.")
    version: str = Field(description="Version of the API.")
    models: dict[str, str] = Field(
        description="By system, name and hash of the model folder; without those refused."
    )
    uptime_s: float = Field(description="Seconds since the process started to serve.")


class System(BaseModel):
    """State of one system."""

    status: Literal["ok", "failed"] = Field(description="Whether it can answer.")
    message: str = Field(description="Why it cannot; empty if it can.")


class Readiness(BaseModel):
    """Whether requests should be sent to this process."""

    status: Literal["ready", "degraded", "not-ready"] = Field(
        description="Degraded: some systems cannot answer, the others do."
    )
    reasons: list[str] = Field(description="Why it is not ready, or only partly.")
    systems: dict[str, System] = Field(description="State of every system.")


def model_tags() -> dict[str, str]:
    """Return name and hash of every model that can be used, by system."""
    tags = {}
    for system, tag in _TAGS.items():
        if PROCESS.systems.get(system):
            continue  # its files would be read and hashed again for every probe
        try:
            tags[system] = tag()
        except SuiteError:
            continue
    return tags


def router(version: str, chosen: Settings) -> APIRouter:
    """Build the routes of the probes.

    Parameters
    ----------
    version : str
        Version of the API.
    chosen : Settings
        Where the audit log is and whether it is written.
    """
    routes = APIRouter(tags=["service"])
    began = time.monotonic()

    @routes.get("/health")
    def health() -> Health:
        """Report that the process lives, and with which models; needs no key."""
        uptime = round(time.monotonic() - began, 3)
        return Health(status="ok", version=version, models=model_tags(), uptime_s=uptime)

    answers: dict[int | str, dict[str, Any]] = {
        200: {"model": Readiness, "description": "Ready, with all systems or with some."},
        503: {"model": Readiness, "description": "Not ready, with the reasons."},
    }

    look: asyncio.Future[Readiness] | None = None

    @routes.get("/ready", responses=answers)
    async def ready() -> JSONResponse:
        """Report whether requests should be sent to this process; needs no key.

        A process with an altered model file stays ready for every other system.
        """
        nonlocal look
        if look is None or look.done():
            # One look for all who ask meanwhile: anyone may ask, and it takes a connection.
            look = asyncio.ensure_future(run_sync(readiness, chosen))
        found = await asyncio.shield(look)
        refused = found.status == "not-ready"
        headers = {"Retry-After": str(RETRY_SECONDS)} if refused else {}
        return JSONResponse(found.model_dump(), 503 if refused else 200, headers)

    return routes


def readiness(chosen: Settings) -> Readiness:
    """Return whether requests should be sent to this process, and why not."""
    systems = {
        name: System(status="failed" if problem else "ok", message=problem)
        for name, problem in PROCESS.systems.items()
    }
    failed = [f"{name}: {one.message}" for name, one in systems.items() if one.message]
    reasons = [
        *(["The service is stopping."] if PROCESS.ending else []),
        *(["The models are not loaded yet."] if PROCESS.warm_seconds is None else []),
        *([] if chosen.audit_mode == "off" else audit_problems(chosen.audit_url)),
    ]
    if reasons or (systems and len(failed) == len(systems)):
        return Readiness(status="not-ready", reasons=[*reasons, *failed], systems=systems)
    return Readiness(status="degraded" if failed else "ready", reasons=failed, systems=systems)


def audit_problems(url: str) -> list[str]:
    """Return why the audit log cannot be written; nothing if it can, or is merely in use.

    Parameters
    ----------
    url : str
        Where it is.
    """
    import sqlalchemy as sa

    place = sa.make_url(url)
    # Drivers take a password from the query as well.
    shown = place.set(query={}).render_as_string(hide_password=True)
    try:
        if place.get_backend_name() == "sqlite":
            writable = _sqlite_writable(Path(str(place.database)))
        else:
            writable = _server_writable(place)
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError, ImportError) as error:
        return [_unwritable(shown, type(error).__name__)]
    if writable:
        return []
    return [_unwritable(shown, "read-only")]


def _unwritable(place: str, why: str) -> str:
    return (
        f"The audit log at {place} cannot be written ({why}), and no answer is given without an "
        "entry. Check that the database is there, is writable and has room."
    )


def _sqlite_writable(file: Path) -> bool:
    if not file.exists():
        folder = next(one for one in file.absolute().parents if one.exists())
        return folder.is_dir() and os.access(folder, os.W_OK)
    if not os.access(file, os.W_OK):
        return False
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", DATABASE_SECONDS, uri=True)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    finally:
        connection.close()
    return True


def _server_writable(place: sa.URL) -> bool:
    import sqlalchemy as sa

    # The second limit, in ms, is for a host that is lost after the connection was made.
    limits = {"connect_timeout": DATABASE_SECONDS, "tcp_user_timeout": 1000 * DATABASE_SECONDS}
    engine = sa.create_engine(place, poolclass=sa.NullPool, connect_args=limits)
    with engine.connect() as connection:
        return connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "off"
