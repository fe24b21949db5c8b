"""TrustLens over HTTP, beside the audit: checklists, and what the public trustlens says."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from apps.api.answers import LONG, answer, compute
from apps.api.errors import Refusal
from apps.api.reports import sent
from apps.api.trail import Trail
from apps.api.trust_beside_schemas import (
    ChecklistAnswer,
    ChecklistKind,
    MisleadingAnswer,
    OriginalAnswer,
    StudyKind,
)
from apps.api.trust_input import audited, predicted, receive
from apps.api.trust_schemas import (
    AUDIT_EXAMPLE,
    AuditBody,
    ModelKey,
    Options,
    PolicyName,
    Seed,
    json_or_table,
)
from apps.api.upload import CSV, TEMPLATE
from core.runtime.settings import Settings
from core.trust import (
    DEFAULT_POLICY,
    HeldOut,
    OriginalView,
    judge,
    misleading_cases,
    original_view,
    template,
)
from core.trust.checklists import Checklist, fill
from pages._shared.models import held_out


def add(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    """Add these routes.

    Parameters
    ----------
    routes : APIRouter
        The routes of TrustLens.
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    _describe(routes)
    _checklists(routes, chosen, trail)
    _original(routes, chosen, trail)


def find(key: str) -> HeldOut:
    """Return a model of the suite with its held-out rows.

    Raises
    ------
    Refusal
        404 if there is none of this key.
    """
    known = {one.key: one for one in held_out()}
    if key not in known:
        fix = f"Choose {', '.join(known)}."
        raise Refusal(404, "key", "There is no such model.", fix, value=key)
    return known[key]


def _describe(routes: APIRouter) -> None:
    @routes.get("/template", response_class=Response, responses=TEMPLATE)
    async def rows() -> Response:
        """Return a CSV file to start from, with example rows."""
        return sent(await compute(template), CSV, "predictions.csv")

    @routes.get("/misleading-cases", responses={200: {"model": MisleadingAnswer}})
    async def catalogue(request: Request) -> Response:
        """Return data whose truth is known, and what trustlens 0.5.0 concludes from them."""

        def verb() -> list[dict[str, Any]]:
            return [one.to_dict() for one in misleading_cases()]

        return answer(request, {"cases": await compute(verb, LONG)})


def _checklists(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    body = json_or_table(AuditBody, AUDIT_EXAMPLE, template())

    @routes.post("/checklist", openapi_extra=body, responses={200: {"model": ChecklistAnswer}})
    async def filled(
        request: Request,
        options: Options,
        kind: ChecklistKind = "tripod_ai",
        study: StudyKind = "evaluation",
    ) -> Response:
        """Audit predictions as /audit does, and fill a reporting checklist as far as that knows.

        The rest is left to the author; a count of items judges neither the study nor its report.
        """
        question = await receive(request, chosen.body_limit_bytes, options)

        def verb() -> Checklist:
            found = fill(audited(question).to_dict(), kind, study=study)
            trail.event("trust_checklist", request, {"input": question.sha256, "kind": kind})
            return found

        return answer(request, (await compute(verb, LONG)).to_dict())

    @routes.get("/models/{key}/checklist", responses={200: {"model": ChecklistAnswer}})
    async def of_model(
        request: Request,
        key: ModelKey,
        kind: ChecklistKind = "tripod_ai",
        study: StudyKind = "evaluation",
        policy: PolicyName = None,
        seed: Seed = None,
    ) -> Response:
        """Fill a reporting checklist from the audit of a model of the suite."""

        def verb() -> Checklist:
            audit = judge(find(key).predictions(), policy=policy or DEFAULT_POLICY, seed=seed or 0)
            return fill(audit.to_dict(), kind, study=study)

        return answer(request, (await compute(verb, LONG)).to_dict())


def _original(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    body = json_or_table(AuditBody, AUDIT_EXAMPLE, template())

    @routes.post("/original", openapi_extra=body, responses={200: {"model": OriginalAnswer}})
    async def said(request: Request, options: Options) -> Response:
        """Return what trustlens 0.5.0 says of predictions of classes, and where that misleads.

        The body is that of /audit; policy and parts of the audit play no role.
        """
        question = await receive(request, chosen.body_limit_bytes, options)

        def verb() -> OriginalView:
            read, seed = predicted(question)
            found = original_view(read, seed=seed)
            trail.event("trust_original", request, {"input": question.sha256, "n": found.n})
            return found

        return answer(request, (await compute(verb, LONG)).to_dict())
