"""The medication check over HTTP: each route asks one verb and returns what it says."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from apps.api import guardian_beside
from apps.api.answers import LONG, answer, compute
from apps.api.errors import Refusal
from apps.api.guardian_schemas import (
    Case,
    InventoryAnswer,
    Line,
    OrderAnswer,
    ReviewAnswer,
    RuleAnswer,
    RuleKey,
)
from apps.api.strict import DeepRoute
from apps.api.trail import Trail
from core.guardian import (
    CHECK,
    check_payload,
    inventory,
    knowledge,
    read_line,
    review,
)
from core.plain import plain


def router(trail: Trail) -> APIRouter:
    """Build the routes of the medication check.

    Parameters
    ----------
    trail : Trail
        Where answers are recorded.
    """
    routes = APIRouter(prefix="/v1/guardian", tags=["guardian"], route_class=DeepRoute)

    @routes.post("/check", responses={200: {"model": ReviewAnswer}})
    async def check(request: Request, case: Case) -> Response:
        """Check medicines against each other and against the patient.

        An answer whose status is incomplete names in gaps what could not be checked. No answer
        says that a list is safe.
        """

        def verb() -> dict[str, Any]:
            found = review(case)
            trail.event(CHECK, request, check_payload(case, found))
            return found.to_dict()

        return answer(request, await compute(verb, LONG))

    @routes.post("/normalise", responses={200: {"model": OrderAnswer}})
    async def normalise(request: Request, line: Line) -> Response:
        """Read one line: its ingredients, dose, route and frequency, and what is not known."""
        return answer(request, await compute(lambda: plain(read_line(line.text))))

    @routes.get("/rules/{key}", responses={200: {"model": RuleAnswer}})
    async def rule(request: Request, key: RuleKey) -> Response:
        """Return a rule with its sources, by the id that alerts state."""
        found = knowledge().rules.get(key)
        if found is None:
            fix = "Use the rule_id of an alert."
            raise Refusal(404, "key", "There is no such rule.", fix, value=key)
        return answer(request, plain(found))

    @routes.get("/knowledge", responses={200: {"model": InventoryAnswer}})
    async def about(request: Request) -> Response:
        """Return version and size of the knowledge base."""
        return answer(request, await compute(lambda: inventory().to_dict(), LONG))

    guardian_beside.add(routes, trail)
    return routes
