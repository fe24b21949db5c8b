"""The REST API: mounted under ``/api`` beside the pages, or alone by ``uvicorn apps.api:api``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Security
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import HTMLResponse

from apps import warm
from apps.api import (
    apple_sales,
    audit,
    breast_cancer,
    cardiosense,
    docs,
    errors,
    guardian,
    guardian_hooks,
    health,
    respiratory,
    trust,
)
from apps.api.security import Gate
from apps.api.trail import Trail
from core.runtime.settings import Settings, settings

__all__ = ["api", "create_api"]

VERSION = "1.0.0"
DESCRIPTION = (
    "The same functions as the pages and the command line, over HTTP. Every answer carries the "
    "model's name and hash and the request's id; every refusal has one form and names the "
    "field.\n\n"
    "For research and teaching. Not a medical device: it does not replace a clinician's judgement."
)


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    # Only when the API runs alone: a mounted application's lifespan is its host's affair.
    warm.warm()
    yield


def create_api(chosen: Settings) -> FastAPI:
    """Build the REST application.

    Parameters
    ----------
    chosen : Settings
        Hosts, key, body limit and audit mode.
    """
    app = FastAPI(
        title="Clinical model suite",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        responses={
            "4XX": {"model": errors.ErrorBody, "description": "Refused, with the reason."},
            "5XX": {"model": errors.ErrorBody, "description": "Failed; no result was produced."},
        },
    )
    errors.install(app)
    app.add_middleware(Gate, settings=chosen)
    app.include_router(health.router(VERSION))
    trail = Trail(chosen)
    # The gate asks for the key; this says so in the OpenAPI document.
    key = [] if chosen.api_key is None else [Security(HTTPBearer(auto_error=False))]
    app.include_router(cardiosense.router(chosen, trail), dependencies=key)
    app.include_router(breast_cancer.router(chosen, trail), dependencies=key)
    app.include_router(trust.router(chosen, trail), dependencies=key)
    app.include_router(apple_sales.router(chosen, trail), dependencies=key)
    app.include_router(respiratory.router(chosen, trail), dependencies=key)
    app.include_router(guardian.router(trail), dependencies=key)
    app.include_router(guardian_hooks.router(trail), dependencies=key)
    app.include_router(audit.router(trail), dependencies=key)

    @app.get("/docs", include_in_schema=False)
    def reference(request: Request) -> HTMLResponse:
        return docs.page(app.openapi(), str(request.scope.get("root_path", "")))

    return app


api = create_api(settings())
