"""The chest X-ray classifier over HTTP, beside readings: the gate alone, and what it is made of."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from apps.api.about import AboutAnswer, EvidenceAnswer
from apps.api.answers import LONG, answer, compute
from apps.api.respiratory_films import IMAGES, MAX_FILMS, ZIP, body_of, receive
from apps.api.respiratory_schemas import (
    ClaimAnswer,
    FormatsAnswer,
    GateAnswer,
    GateLevelsAnswer,
    HeadlineAnswer,
    Model,
)
from apps.api.trail import Trail
from core.plain import plain
from core.respiratory import (
    Gate,
    Network,
    about,
    claim,
    evidence,
    gate_levels,
    headline,
    judge,
    read_image,
)
from core.respiratory.images import MAX_BYTES, MAX_ENTRIES, MAX_PIXELS
from core.runtime.settings import Settings


def add(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    """Add these routes.

    Parameters
    ----------
    routes : APIRouter
        The routes of the chest X-ray classifier.
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    _gate(routes, chosen, trail)
    _figures(routes)
    _describe(routes, chosen)


def _gate(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post(
        "/gate", openapi_extra=body_of(several=False), responses={200: {"model": GateAnswer}}
    )
    async def admitted(request: Request) -> Response:
        """Say whether a picture is a frontal chest film that the networks may judge, and no more.

        A film that is refused is an answer too; a file that cannot be decoded is refused.
        """
        ((name, content),) = await receive(request, chosen.body_limit_bytes, several=False)

        def verb() -> Gate:
            found = judge(read_image(name, content))
            seen = {"file": hashlib.sha256(content).hexdigest(), "refused": found.refused}
            trail.event("film_gate", request, seen)
            return found

        found = await compute(verb, LONG)
        said = {"refused": found.refused, "reason": found.reason}
        return answer(request, {**plain(found), **said, "warnings": list(found.warnings)})

    @routes.get("/gate", responses={200: {"model": GateLevelsAnswer}})
    async def levels(request: Request) -> Response:
        """Return the levels of the gate with what they rest on."""
        return answer(request, plain(await compute(gate_levels)))


def _figures(routes: APIRouter) -> None:
    @routes.get("/evidence", responses={200: {"model": EvidenceAnswer}})
    async def reasons(request: Request, model: Model = Network.ENSEMBLE) -> Response:
        """Return what speaks for and against relying on a reading, each with its figures."""
        return answer(request, {"evidence": await compute(lambda: plain(evidence(model)), LONG)})

    @routes.get("/headline", responses={200: {"model": HeadlineAnswer}})
    async def beside(request: Request, model: Model = Network.ENSEMBLE) -> Response:
        """Return figures on films of the training sources beside those of other sources."""
        return answer(request, await compute(lambda: plain(headline(model)), LONG))

    @routes.get("/claim", responses={200: {"model": ClaimAnswer}})
    async def items(request: Request) -> Response:
        """Return the reporting checklist CLAIM 2024, item by item."""
        return answer(request, {"items": await compute(lambda: plain(claim()))})


def _describe(routes: APIRouter, chosen: Settings) -> None:
    @routes.get("/about", responses={200: {"model": AboutAnswer}})
    async def provenance(request: Request) -> Response:
        """Return models, data and libraries with versions and hashes."""
        return answer(request, plain(await compute(about)))

    @routes.get("/formats", responses={200: {"model": FormatsAnswer}})
    def expected() -> dict[str, Any]:
        """Return which files are read, and how large and how many they may be."""
        return {
            "images": list(IMAGES),
            "archives": [ZIP],
            "films": MAX_FILMS,
            "entries": MAX_ENTRIES,
            "bytes": min(MAX_BYTES, chosen.body_limit_bytes),
            "pixels": MAX_PIXELS,
        }
