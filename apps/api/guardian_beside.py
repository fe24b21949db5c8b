"""The medication check over HTTP, after a review: words, files, overrides, and what alerts cost."""

from __future__ import annotations

import datetime
import json
import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from apps.api.about import AboutAnswer
from apps.api.answers import LONG, answer, compute
from apps.api.errors import Refusal
from apps.api.guardian_schemas import (
    BurdenAnswer,
    Case,
    LeafletAnswer,
    NarrativeAnswer,
    OverrideAnswer,
    OverrideRequest,
    ReasonsAnswer,
)
from apps.api.reports import PDF, Issued, day, documented, sent
from apps.api.trail import Trail
from core.guardian import (
    CHECK,
    COMMENTED,
    OVERRIDE,
    REASONS,
    Alert,
    Review,
    about,
    agents,
    burden,
    check_payload,
    export_bundle,
    override,
    patient_of,
    review,
)
from core.guardian.agents import Leaflet
from core.plain import plain
from core.report import html_page, render

Format = Literal["txt", "html", "pdf", "json"]
MEDIA: dict[Format, str] = {
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": PDF,
}
FHIR = "application/fhir+json"
LEAFLET: dict[int | str, dict[str, Any]] = documented(MEDIA.values())
LEAFLET[200]["model"] = LeafletAnswer
BUNDLE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A Bundle.", "content": {FHIR: {"schema": {"type": "object"}}}}
}


def add(routes: APIRouter, trail: Trail) -> None:
    """Add these routes.

    Parameters
    ----------
    routes : APIRouter
        The routes of the medication check.
    trail : Trail
        Where answers are recorded.
    """
    _words(routes, trail)
    _export(routes, trail)
    _overrides(routes, trail)
    _describe(routes)


def _words(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/leaflet", responses=LEAFLET)
    async def leaflet(
        request: Request,
        case: Case,
        format: Annotated[Format, Query(description="Kind of answer.")] = "json",
        issued: Issued = None,
    ) -> Response:
        """Return a review in plain words, for the person who takes the medicines."""
        issue = day(issued)

        def verb() -> Leaflet:
            return agents.leaflet(_reviewed(request, trail, "leaflet", case))

        found = await compute(verb, LONG)
        if format == "json":
            return answer(request, plain(found))
        content = await compute(lambda: _file(found, format, issue), LONG)
        return sent(content, MEDIA[format], f"leaflet.{format}")

    @routes.post("/narrative", responses={200: {"model": NarrativeAnswer}})
    async def told(request: Request, case: Case) -> Response:
        """Return a review in words for those who prescribe, by rule and without a language model.

        The words never add, remove or change an alert.
        """

        def verb() -> dict[str, Any]:
            blurred = agents.Circumstances.of(patient_of(case))
            found = _reviewed(request, trail, "narrative", case)
            run = agents.explain(found, clock=time.monotonic, circumstances=blurred)
            events = plain(list(run))
            return {**plain(run.finish()), "events": events}

        return answer(request, await compute(verb, LONG))


def _export(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/export", response_class=Response, responses=BUNDLE)
    async def bundle(request: Request, case: Case, issued: Issued = None) -> Response:
        """Return a case and its alerts as a FHIR R4 Bundle of type collection."""
        issue = day(issued)

        def verb() -> bytes:
            found = _reviewed(request, trail, "review_bundle", case)
            return json.dumps(export_bundle(case, found, issued=issue), allow_nan=False).encode()

        return sent(await compute(verb, LONG), FHIR, "review.json")


def _overrides(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/override", responses={200: {"model": OverrideAnswer}})
    async def go_on(request: Request, asked: OverrideRequest) -> Response:
        """Put on record that somebody goes on in spite of an alert, and why.

        The case is checked again, so that only an alert it raises can be passed over.
        """

        def verb() -> dict[str, Any]:
            one = _alert(review(asked.case), asked.rule_id, set(asked.drugs))
            found = override(one, asked.reason, asked.comment, asked.role)
            trail.event(OVERRIDE, request, found.payload(trail.mode == "full"))
            return {**plain(found), "recorded": trail.is_on}

        return answer(request, await compute(verb, LONG))

    @routes.get("/burden", responses={200: {"model": BurdenAnswer}})
    async def cost(request: Request) -> Response:
        """Return how often alerts interrupt, how often they are passed over, and why."""
        log = trail.log()
        found = await compute(lambda: burden(log.sound_entries(CHECK, OVERRIDE)), LONG)
        return answer(request, plain(found))

    @routes.get("/reasons", responses={200: {"model": ReasonsAnswer}})
    def reasons(request: Request) -> Response:
        """Return the reasons for which an alert may be passed over."""
        return answer(request, {"reasons": dict(REASONS), "commented": sorted(COMMENTED)})


def _describe(routes: APIRouter) -> None:
    @routes.get("/about", responses={200: {"model": AboutAnswer}})
    async def provenance(request: Request) -> Response:
        """Return version, size and sources of the knowledge base."""
        return answer(request, plain(await compute(about, LONG)))


def _alert(found: Review, rule: str, drugs: set[str]) -> Alert:
    """Return the one alert that is meant."""
    own = [one for one in found.alerts if one.rule_id == rule]
    if not own:
        known = ", ".join(one.rule_id for one in found.alerts) or "none"
        message = "The case raises no alert of this rule."
        raise Refusal(422, "rule_id", message, f"It raises: {known}.", value=rule)
    meant = [one for one in own if not drugs or set(one.drugs) == drugs]
    if len(meant) != 1:
        fix = "Give one of: " + "; ".join(", ".join(one.drugs) for one in own) + "."
        raise Refusal(422, "drugs", "name no single alert of this rule.", fix)
    return meant[0]


def _reviewed(request: Request, trail: Trail, event: str, case: dict[str, Any]) -> Review:
    """Review a case and record what was found; an event of its own counts as no second check."""
    found = review(case)
    trail.event(event, request, check_payload(case, found))
    return found


def _file(found: Leaflet, kind: Format, issued: datetime.date) -> bytes:
    if kind == "txt":
        return found.text().encode()
    document = found.document(issued)
    return render(document) if kind == "pdf" else html_page(document)
