"""The REST API: mounted under ``/api`` beside the pages, or alone by ``uvicorn apps.api:api``."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from apps.api import audit, cardiosense, docs, errors, health
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
        responses={
            "4XX": {"model": errors.ErrorBody, "description": "Refused; says what and why."}
        },
    )
    errors.install(app)
    app.add_middleware(Gate, settings=chosen)
    app.include_router(health.router(VERSION))
    trail = Trail(chosen)
    app.include_router(cardiosense.router(chosen, trail))
    app.include_router(audit.router(trail))

    @app.get("/docs", include_in_schema=False)
    def reference(request: Request) -> HTMLResponse:
        return docs.page(app.openapi(), str(request.scope.get("root_path", "")))

    return app


api = create_api(settings())
