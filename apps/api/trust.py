"""TrustLens over HTTP: each route asks one verb and returns what it says."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from apps.api import trust_beside
from apps.api.answers import LONG, answer, compute
from apps.api.reports import Issued, day, documented, sent
from apps.api.strict import StrictRoute
from apps.api.trail import Trail
from apps.api.trust_input import Question, audited, compared, receive
from apps.api.trust_schemas import (
    AUDIT_EXAMPLE,
    COMPARE_EXAMPLE,
    AuditAnswer,
    AuditBody,
    CompareBody,
    ComparisonAnswer,
    ModelKey,
    ModelsAnswer,
    Options,
    PairOptions,
    PoliciesAnswer,
    PolicyName,
    Seed,
    json_or_table,
)
from core.runtime.settings import Settings
from core.trust import DEFAULT_POLICY, Audit, judge, junit, policies, template
from core.trust.export.report import MAX_TITLE, html_report, pdf_report
from core.trust.held_out import HeldOut
from pages._shared.models import held_out

Format = Literal["html", "pdf", "junit", "json"]
FORMATS: dict[Format, tuple[str, str]] = {
    "html": ("text/html; charset=utf-8", "html"),
    "pdf": ("application/pdf", "pdf"),
    "junit": ("application/xml", "xml"),
    "json": ("application/json", "json"),
}
REPORT = documented(media for media, _ in FORMATS.values())


def router(chosen: Settings, trail: Trail) -> APIRouter:
    """Build the routes of TrustLens.

    Parameters
    ----------
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    routes = APIRouter(prefix="/v1/trust", tags=["trust"], route_class=StrictRoute)
    _describe(routes)
    _audit(routes, chosen, trail)
    _compare(routes, chosen, trail)
    trust_beside.add(routes, chosen, trail)
    return routes


def _describe(routes: APIRouter) -> None:
    @routes.get("/policies", responses={200: {"model": PoliciesAnswer}})
    def known() -> dict[str, Any]:
        """Return the policies: their claims with demands and limits."""
        return {"default": DEFAULT_POLICY, "policies": [one.to_dict() for one in policies()]}

    @routes.get("/models", responses={200: {"model": ModelsAnswer}})
    async def models() -> dict[str, Any]:
        """Return the models of the suite that can be audited on held-out rows."""
        return {"models": [_model(one) for one in await compute(held_out, LONG)]}

    @routes.get("/models/{key}/audit", responses={200: {"model": AuditAnswer}})
    async def of_model(
        request: Request, key: ModelKey, policy: PolicyName = None, seed: Seed = None
    ) -> Response:
        """Audit a model of the suite on rows held out of its training."""

        def verb() -> Audit:
            read = trust_beside.find(key).predictions()
            return judge(read, policy=policy or DEFAULT_POLICY, seed=seed or 0)

        return answer(request, (await compute(verb, LONG)).to_dict())


def _audit(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    body = json_or_table(AuditBody, AUDIT_EXAMPLE, template())

    @routes.post("/audit", openapi_extra=body, responses={200: {"model": AuditAnswer}})
    async def audit(request: Request, options: Options) -> Response:
        """Audit predictions against outcomes, for rows that the model was not trained on.

        Send JSON with the values of each row, or a table; the query parameters say which column of
        a table holds what. JSON takes 200,000 rows, a table 1,000,000.
        """
        question = await receive(request, chosen.body_limit_bytes, options)
        found = await compute(_recorded(request, trail, question), LONG)
        return answer(request, found.to_dict())

    @routes.post("/report", openapi_extra=body, response_class=Response, responses=REPORT)
    async def report(
        request: Request,
        options: Options,
        format: Annotated[Format, Query(description="Kind of file.")] = "html",
        title: Annotated[
            str, Query(min_length=1, max_length=MAX_TITLE, description="Heading of the report.")
        ] = "Trust audit",
        issued: Issued = None,
    ) -> Response:
        """Audit predictions as /audit does, and send the result as a file.

        HTML and PDF are reports for people, JUnit is for a build server, and JSON is the document.
        """
        issue = day(issued)
        question = await receive(request, chosen.body_limit_bytes, options)
        judged = _recorded(request, trail, question)
        content = await compute(lambda: _file(judged(), format, title, issue), LONG)
        media, suffix = FORMATS[format]
        return sent(content, media, f"trust-audit.{suffix}")


def _compare(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    body = json_or_table(CompareBody, COMPARE_EXAMPLE)

    @routes.post("/compare", openapi_extra=body, responses={200: {"model": ComparisonAnswer}})
    async def compare(request: Request, options: PairOptions) -> Response:
        """Compare two models on the same rows: every figure's difference, with its interval.

        Send JSON with the values of each row, or a table with both models' columns.
        """
        question = await receive(request, chosen.body_limit_bytes, options)

        def verb() -> dict[str, Any]:
            found = compared(question)
            payload = {"input": question.sha256, "n": found.n}
            trail.event("trust_comparison", request, payload)
            return found.to_dict()

        return answer(request, await compute(verb, LONG))


def _recorded(request: Request, trail: Trail, question: Question) -> Callable[[], Audit]:
    """Return what judges a request and leaves hashes and the verdict in the audit log."""

    def verb() -> Audit:
        found = audited(question)
        payload = {
            "input": question.sha256,
            "policy": f"{found.policy.name} {found.policy.version}",
            "n": found.n,
            "verdict": found.verdict.status,
        }
        trail.event("trust_audit", request, payload)
        return found

    return verb


def _file(audit: Audit, kind: Format, title: str, issued: datetime.date) -> bytes:
    if kind == "html":
        return html_report(audit, title=title, issued=issued)
    if kind == "pdf":
        return pdf_report(audit, title=title, issued=issued)
    if kind == "junit":
        return junit(audit)
    return json.dumps(audit.to_dict(), indent=1, allow_nan=False).encode()


def _model(one: HeldOut) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "how": one.how,
        "data": one.data,
        "n": len(one.y),
        "classes": list(one.classes),
        "threshold": one.threshold,
        "groups": list(one.groups),
    }
