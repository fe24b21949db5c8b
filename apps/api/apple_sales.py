"""Apple sales over HTTP, planning: each route asks verbs of the core and returns what they say."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from apps.api import apple_sales_figures
from apps.api.answers import LONG, answer, compute
from apps.api.apple_sales_questions import Constraint, CurvePoints, Reach
from apps.api.apple_sales_schemas import (
    Checks,
    Draws,
    FrontierAnswer,
    PlanAnswer,
    Points,
    ProblemBody,
    Seed,
    StressAnswer,
    ValueCurveAnswer,
    default_choice,
    problem_body,
)
from apps.api.reports import Issued, day, documented, sent
from apps.api.strict import StrictRoute, parse_json, require_json
from apps.api.trail import Trail
from core.apple_sales import (
    Plan,
    Problem,
    default_problem,
    frontier,
    plan,
    plan_csv,
    plan_html,
    plan_json,
    plan_pdf,
    read_problem,
    regret,
    robust,
    tornado,
    value_curve,
)
from core.apple_sales.stress.assumptions import DRAWS
from core.apple_sales.stress.frontier import POINTS
from core.optimize.certificate import canonical_hash
from core.runtime.settings import Settings

Format = Literal["html", "pdf", "csv", "json"]
MEDIA: dict[Format, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def router(chosen: Settings, trail: Trail) -> APIRouter:
    """Build the routes of Apple sales.

    Parameters
    ----------
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    routes = APIRouter(prefix="/v1/apple-sales", tags=["apple-sales"], route_class=StrictRoute)
    _plan(routes, trail)
    _explore(routes, trail)
    apple_sales_figures.add(routes, chosen, trail)
    return routes


def _plan(routes: APIRouter, trail: Trail) -> None:
    body = problem_body()

    @routes.get("/problem", responses={200: {"model": ProblemBody}})
    async def problem(
        options: Annotated[dict[str, Any], Depends(default_choice)],
    ) -> dict[str, Any]:
        """Return the problem on the figures of FY2025, to change and send to /plan."""
        return await compute(lambda: default_problem(**options).to_dict())

    @routes.post("/plan", openapi_extra=body, responses={200: {"model": PlanAnswer}})
    async def best(request: Request, checks: Checks = True) -> Response:
        """Find the best amounts within the limits, with a proof that no others are better.

        A problem that allows no plan is an answer too: its status is infeasible, and it names the
        limits that exclude each other.
        """
        read = await _received(request)
        found = await compute(lambda: _recorded(request, trail, read(), checks)[1], LONG)
        return answer(request, found.to_dict())

    @routes.post(
        "/report", openapi_extra=body, response_class=Response, responses=documented(MEDIA.values())
    )
    async def report(
        request: Request,
        checks: Checks = True,
        format: Annotated[Format, Query(description="Kind of file.")] = "html",
        issued: Issued = None,
    ) -> Response:
        """Plan as /plan does, and send the result as a file.

        HTML and PDF are reports for people, CSV has one row a cell, and JSON is the document with
        its problem.
        """
        issue, read = day(issued), await _received(request)

        def verb() -> bytes:
            return _file(*_recorded(request, trail, read(), checks), format, issue)

        return sent(await compute(verb, LONG), MEDIA[format], f"apple-sales-plan.{format}")


def _explore(routes: APIRouter, trail: Trail) -> None:
    body = problem_body()

    @routes.post("/frontier", openapi_extra=body, responses={200: {"model": FrontierAnswer}})
    async def safety(request: Request, points: Points = POINTS) -> Response:
        """Find the plan that earns most at each price of risk, each with its own certificate."""
        read = await _received(request)

        def verb() -> dict[str, Any]:
            asked = read()
            found = frontier(asked, points).to_dict()
            payload = {"input": canonical_hash(asked.to_dict()), "points": points}
            trail.event("apple_frontier", request, payload)
            return found

        return answer(request, await compute(verb, LONG))

    @routes.post("/stress", openapi_extra=body, responses={200: {"model": StressAnswer}})
    async def stress(request: Request, draws: Draws = DRAWS, seed: Seed = 0) -> Response:
        """Ask what the plan is worth when its elasticities are wrong."""
        read = await _received(request)

        def verb() -> dict[str, Any]:
            asked = read()
            found = {
                "robust": robust(asked, draws=draws, seed=seed).to_dict(),
                "regret": regret(asked, draws=draws, seed=seed).to_dict(),
                "tornado": tornado(asked).to_dict(),
            }
            payload = {"input": canonical_hash(asked.to_dict()), "draws": draws, "seed": seed}
            trail.event("apple_stress", request, payload)
            return found

        return answer(request, await compute(verb, LONG))

    @routes.post("/value", openapi_extra=body, responses={200: {"model": ValueCurveAnswer}})
    async def worth(
        request: Request,
        constraint: Constraint,
        reach: Reach = 0.2,
        points: CurvePoints = 21,
    ) -> Response:
        """Return what the best plan earns while one limit moves to either side."""
        read = await _received(request)

        def verb() -> dict[str, Any]:
            asked = read()
            found = value_curve(asked, constraint, reach=reach, points=points).to_dict()
            payload = {"input": canonical_hash(asked.to_dict()), "constraint": constraint}
            trail.event("apple_value", request, payload)
            return found

        return answer(request, await compute(verb, LONG))


async def _received(request: Request) -> Callable[[], Problem]:
    """Receive a body and return what reads it; a large one is read beside the event loop."""
    require_json(request)
    content = await request.body()
    return lambda: read_problem(parse_json(content))


def _recorded(
    request: Request, trail: Trail, problem: Problem, checks: bool
) -> tuple[Problem, Plan]:
    """Plan, and leave the hash of the problem and the verdict in the audit log."""
    found = plan(problem, checks=checks)
    payload = {
        "input": found.certificate.input_hash,
        "cells": len(problem.cells),
        "checks": checks,
        "status": found.status,
    }
    trail.event("apple_plan", request, payload)
    return problem, found


def _file(problem: Problem, found: Plan, kind: Format, issued: datetime.date) -> bytes:
    if kind == "html":
        return plan_html(problem, found, issued=issued)
    if kind == "pdf":
        return plan_pdf(problem, found, issued=issued)
    return plan_csv(problem, found) if kind == "csv" else plan_json(problem, found)
