"""CDS Hooks: discovery, the two services, and feedback."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from apps.api.answers import LONG, compute
from apps.api.strict import DeepRoute
from apps.api.trail import Trail
from core.guardian import (
    CHECK,
    OVERRIDE,
    HookAnswer,
    answer_hook,
    check_payload,
    hook_services,
    read_feedback,
)


def _orders(line: str, status: str) -> dict[str, Any]:
    order = {
        "resourceType": "MedicationRequest",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": line},
    }
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}


EXAMPLE: dict[str, Any] = {
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"patientId": "1", "draftOrders": _orders("Bactrim DS 1 tab bid", "draft")},
    "prefetch": {"medications": _orders("warfarin 5 mg daily", "active")},
}
FEEDBACK = {
    "feedback": [
        {
            "card": "5f6f2c1e-6c0b-5b53-9d6a-4d6f0f0f7a11",
            "outcome": "overridden",
            "overrideReason": {"reason": {"code": "will-monitor"}, "userComment": "INR on Friday"},
        }
    ]
}
Call = Annotated[
    dict[str, Any],
    Body(description="A CDS Hooks request with hook, hookInstance, context and prefetch."),
]
Outcomes = Annotated[
    dict[str, Any],
    Body(description="feedback: one object for each card.", examples=[FEEDBACK]),
]


class Services(BaseModel):
    """Discovery document of CDS Hooks."""

    model_config = ConfigDict(extra="forbid")

    services: list[dict[str, Any]] = Field(description="Services with hook, id and prefetch.")


class Cards(BaseModel):
    """Response of CDS Hooks."""

    model_config = ConfigDict(extra="forbid")

    cards: list[dict[str, Any]] = Field(description="Cards, worst first; empty when none applies.")


class Recorded(BaseModel):
    """What became of feedback."""

    model_config = ConfigDict(extra="forbid")

    received: int = Field(description="Outcomes read.")
    recorded: bool = Field(
        description="Whether overridden ones are kept; false while auditing is off."
    )


def router(trail: Trail) -> APIRouter:
    """Build the routes of CDS Hooks.

    Parameters
    ----------
    trail : Trail
        Where reviews and overrides are recorded.
    """
    routes = APIRouter(prefix="/cds-services", tags=["guardian"], route_class=DeepRoute)

    @routes.get("", responses={200: {"model": Services}})
    def discovery() -> dict[str, Any]:
        """List the services of CDS Hooks with what they ask to be prefetched."""
        return hook_services()

    for service in ("guardian-order-select", "guardian-order-sign"):
        _service(routes, trail, service)
    return routes


def _service(routes: APIRouter, trail: Trail, service: str) -> None:
    name = service.replace("-", "_")
    shown = {"example": {**EXAMPLE, "hook": service.removeprefix("guardian-")}}
    body = {"requestBody": {"content": {"application/json": shown}}}

    @routes.post(f"/{service}", name=name, openapi_extra=body, responses={200: {"model": Cards}})
    async def call(request: Request, body: Call) -> Response:
        """Return a card for each alert about the orders being made.

        The service calls no FHIR server: what it should know comes as prefetch.
        """

        def verb() -> HookAnswer:
            found = answer_hook(service, body)
            payload = check_payload(body, found.review) | {"cards": dict(found.rules)}
            trail.event(CHECK, request, payload)
            return found

        return _sent((await compute(verb, LONG)).to_dict())

    @routes.post(
        f"/{service}/feedback", name=f"{name}_feedback", responses={200: {"model": Recorded}}
    )
    async def feedback(request: Request, body: Outcomes) -> Response:
        """Record which cards were overridden, and why; an accepted one leaves no record."""

        def verb() -> dict[str, Any]:
            found = read_feedback(body)
            over = [one for one in found if one.outcome == "overridden"]
            if over and trail.is_on:
                rules = _rules(trail, {one.card for one in over})
                outcomes = [
                    {"rule_id": rules.get(one.card, ""), "reason": one.reason, "card": one.card}
                    for one in over
                ]
                trail.event(OVERRIDE, request, {"outcomes": outcomes})
            return {"received": len(found), "recorded": trail.is_on}

        return _sent(await compute(verb, LONG))


def _rules(trail: Trail, cards: set[str]) -> dict[str, str]:
    """Return the rules of cards that were sent, from the log."""
    found: dict[str, str] = {}
    for entry in trail.log().entries(event=CHECK):
        sent = entry.data().get("cards", {})
        found |= {card: sent[card] for card in cards.intersection(sent)}
    return found


def _sent(content: dict[str, Any]) -> Response:
    return Response(json.dumps(content, allow_nan=False), media_type="application/json")
