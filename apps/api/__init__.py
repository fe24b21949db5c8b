"""The REST API: mounted under ``/api`` beside the pages, or alone by ``uvicorn apps.api:api``."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from apps.api import (
    apple_sales,
    audit,
    breast_cancer,
    cardiosense,
    docs,
    errors,
    foundations,
    guardian,
    guardian_hooks,
    health,
    metrics,
    respiratory,
    saliency,
    trust,
)
from apps.api.counted import CountedTrail
from apps.api.openapi import operation_id, show_answers
from apps.api.roles import NEEDS, Addresses
from apps.api.security import OPEN_PATHS, Gate
from apps.running import running
from core.runtime.settings import ROLES, Settings, settings

__all__ = ["api", "create_api"]

VERSION = "1.1.0"
SCHEME = "key"
DESCRIPTION = (
    "The same functions as the pages and the command line, over HTTP. Every answer carries the "
    "model's name and hash and the request's id; every refusal has one form and names the "
    "field.\n\n"
    "For research and teaching. Not a medical device: it does not replace a clinician's judgement."
)


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    # Only when the API runs alone: a mounted application's lifespan is its host's affair.
    async with running():
        yield


class _Api(FastAPI):
    """The application, whose OpenAPI document also says who may call what."""

    def __init__(self, chosen: Settings, **about: Any) -> None:
        self.addresses = Addresses()
        self.asks_for_keys = bool(chosen.api_key or chosen.api_keys)
        self.limits = docs.limits(chosen)
        self._making = threading.Lock()
        super().__init__(**about)

    def add(self, router: APIRouter, admin: Collection[str] = ()) -> None:
        """Add a router; those of its routes whose paths end like these need the role admin."""
        self.include_router(router)
        self.addresses.add(router.routes, admin)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document with roles, keys and limits."""
        with self._making:  # asked for in the loop and in threads, which must see no half of it
            if not self.openapi_schema:
                self.openapi_schema = self._document()
            return self.openapi_schema

    def _document(self) -> dict[str, Any]:
        document = super().openapi()
        show_answers(document)
        document["info"]["description"] += f"\n\n{self.limits}"
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if path not in OPEN_PATHS:
                    operation["x-role"] = self.addresses.role(path, method.upper())
                    if self.asks_for_keys:
                        operation["security"] = [{SCHEME: [operation["x-role"]]}]
        if self.asks_for_keys:
            told = "; ".join(f"{role}: {NEEDS[role]}" for role in ROLES)
            document["components"]["securitySchemes"] = {
                SCHEME: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A key with a role; each includes those before it. {told}.",
                }
            }
        return document


def create_api(chosen: Settings) -> FastAPI:
    """Build the REST application.

    Parameters
    ----------
    chosen : Settings
        Hosts, keys, limits and audit mode.
    """
    app = _Api(
        chosen,
        title="Clinical model suite",
        version=VERSION,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        lifespan=_lifespan,
        responses={
            "4XX": {"model": errors.ErrorBody, "description": "Refused, with the reason."},
            "5XX": {"model": errors.ErrorBody, "description": "Failed; no result was produced."},
        },
    )
    counted = metrics.Metrics()
    counted.watch(health.model_tags)
    errors.install(app)
    app.add_middleware(Gate, settings=chosen, addresses=app.addresses, metrics=counted)
    app.add(health.router(VERSION, chosen))
    app.add(metrics.router(counted))
    _add_systems(app, chosen, CountedTrail(chosen, counted.written))

    @app.get("/docs", include_in_schema=False)
    def reference(request: Request) -> HTMLResponse:
        return docs.page(app.openapi(), str(request.scope.get("root_path", "")))

    @app.get("/v1/openapi.json", include_in_schema=False)
    def versioned(request: Request) -> dict[str, Any]:
        prefix = str(request.scope.get("root_path", ""))
        return {**app.openapi(), "servers": [{"url": prefix or "/"}]}

    app.addresses.add(app.routes)
    return app


def _add_systems(app: _Api, chosen: Settings, trail: CountedTrail) -> None:
    app.add(cardiosense.router(chosen, trail), admin={"/outcome/{request_id}", "/monitoring"})
    app.add(breast_cancer.router(chosen, trail), admin={"/streams", "/streams/{name}"})
    app.add(trust.router(chosen, trail))
    app.add(apple_sales.router(chosen, trail))
    app.add(respiratory.router(chosen, trail))
    app.add(saliency.router(chosen, trail))
    app.add(foundations.router())
    app.add(guardian.router(trail), admin={"/override", "/burden"})
    app.add(guardian_hooks.router(trail), admin={"/feedback"})
    app.add(audit.router(trail), admin={"/verify"})


api = create_api(settings())
