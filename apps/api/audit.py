"""The audit log over HTTP: whether its chain still stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from apps.api.answers import LONG, answer, compute
from apps.api.results import answer_model
from apps.api.strict import StrictRoute
from apps.api.trail import Trail
from core.audit import Verification

VerificationAnswer = answer_model(Verification)


def router(trail: Trail) -> APIRouter:
    """Build the route of the audit log.

    Parameters
    ----------
    trail : Trail
        Where the log is.
    """
    routes = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=StrictRoute)

    @routes.get("/verify", responses={200: {"model": VerificationAnswer}})
    async def verify(
        request: Request,
        head: Annotated[
            str | None,
            Query(
                pattern="^[0-9a-f]{64}$",
                description="A hash noted earlier that must still be there.",
            ),
        ] = None,
    ) -> Response:
        """Check every entry of the audit log against the chain of hashes."""
        found = await compute(lambda: trail.stored.verify(head), LONG)
        return answer(request, found.to_dict())

    return routes
