"""Breast cancer over HTTP: each route asks one verb of the system and returns what it says."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from apps.api import breast_cancer_explore
from apps.api.answers import LONG, answer, compute
from apps.api.breast_cancer_schemas import (
    CASES,
    Case,
    CaseAnswer,
    CaseExplanationAnswer,
    CounterfactualAnswer,
    DriftAnswer,
    Threshold,
)
from apps.api.errors import Refusal
from apps.api.strict import StrictRoute, parse_json, require_json
from apps.api.trail import Trail
from apps.api.upload import (
    PARQUET,
    TABLE_ANSWER,
    UPLOAD,
    column_choice,
    read_upload,
    table_response,
    upload_of,
)
from core.breast_cancer import case_template
from core.breast_cancer.batch import write_scored
from core.breast_cancer.batch_parquet import write_scored_parquet
from core.breast_cancer.counterfactual import Counterfactual, counterfactual
from core.breast_cancer.drift_input import drift_cases, drift_file
from core.breast_cancer.drift_result import DriftReport
from core.breast_cancer.explain import Explanation, explain
from core.breast_cancer.model import models
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import CaseScore, parse_case, score_case
from core.runtime.settings import Settings

MAX_SEED = 999_999
JSON = "application/json"
CASES_OR_TABLE = {
    "requestBody": {
        "required": True,
        "content": {**CASES, **UPLOAD["requestBody"]["content"]},
    }
}
Columns = Annotated[
    str | None,
    Query(description='Which column carries a field, as JSON: {"mean_radius": "Radius"}.'),
]


def router(chosen: Settings, trail: Trail) -> APIRouter:
    """Build the routes of the breast cancer system.

    Parameters
    ----------
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    routes = APIRouter(prefix="/v1/breast-cancer", tags=["breast cancer"], route_class=StrictRoute)
    _describe(routes)
    _ask(routes, trail)
    _upload(routes, chosen, trail)
    _watch(routes, chosen, trail)
    breast_cancer_explore.add(routes, chosen, trail)
    return routes


def _describe(routes: APIRouter) -> None:
    @routes.get("/fields")
    def fields() -> dict[str, list[dict[str, str]]]:
        """Return the data dictionary of a case: what each field means and may hold."""
        return {"case": FEATURES.dictionary()}

    @routes.get("/card")
    def card() -> dict[str, Any]:
        """Return the model card: how good the models are, on which cases, and how measured."""
        return {"model": models().tag, "card": dict(models().card)}


def _ask(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/score", responses={200: {"model": CaseAnswer}})
    async def score(request: Request, case: Case, threshold: Threshold = None) -> Response:
        """Estimate the probability of malignancy, and whether the values fit together."""

        def verb() -> CaseScore:
            found = score_case(case, threshold)
            trail.estimate(request, parse_case(case), found)
            return found

        # A millisecond of work costs less in the event loop than its way to a thread and back.
        found = await compute(verb) if trail.is_on else verb()
        return answer(request, found.to_dict())

    @routes.post("/explain", responses={200: {"model": CaseExplanationAnswer}})
    async def why(
        request: Request,
        case: Case,
        lime: Annotated[bool, Query(description="Whether to run the sampled parts too.")] = True,
        seed: Annotated[int, Query(ge=0, le=MAX_SEED, description="First seed.")] = 0,
    ) -> Response:
        """Explain the estimate: exact contributions, LIME, and tests of both against the models."""

        def verb() -> Explanation:
            found = explain(case, lime=lime, seed=seed)
            payload = {"model": found.model, "input_hash": found.input_hash}
            trail.event("explanation", request, payload | {"p": found.p})
            return found

        found = await compute(verb) if lime or trail.is_on else verb()
        return answer(request, found.to_dict())

    @routes.post("/counterfactual", responses={200: {"model": CounterfactualAnswer}})
    async def change(request: Request, case: Case, threshold: Threshold = None) -> Response:
        """Find the least plausible change that takes a case across the model's threshold."""

        def verb() -> Counterfactual:
            found = counterfactual(case, threshold=threshold)
            payload = {
                "model": found.model,
                "input_hash": found.input_hash,
                "threshold": found.threshold,
                "p": found.p_before,
                "p_after": found.p_after,
            }
            trail.event("counterfactual", request, payload)
            return found

        # Seconds of work: another lane than that of single estimates.
        return answer(request, (await compute(verb, LONG)).to_dict())


def _upload(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    body = upload_of(case_template())

    @routes.post("/batch", openapi_extra=body, response_class=Response, responses=TABLE_ANSWER)
    async def batch(
        request: Request, columns: Columns = None, threshold: Threshold = None
    ) -> Response:
        """Score a table; the header Accept chooses CSV or Parquet.

        Every row and column stays in place. A row that cannot be scored has no probability, and
        its findings as flags.
        """
        content, name = await read_upload(request, chosen.body_limit_bytes)
        parquet = PARQUET in request.headers.get("accept", "")
        write = write_scored_parquet if parquet else write_scored

        def verb() -> tuple[dict[str, Any], bytes]:
            out = io.BytesIO()
            picked = column_choice(columns)
            found = write(content, out, name=name, columns=picked, threshold=threshold)
            summary = {
                "file": hashlib.sha256(content).hexdigest(),
                "model": models().tag,
                "decisions": found["decisions"],
            }
            trail.event("batch", request, summary)
            return found, out.getvalue()

        found, table = await compute(verb, LONG)
        return table_response(table, parquet, found["scored"], found["refused"])


def _watch(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post("/drift", openapi_extra=CASES_OR_TABLE, responses={200: {"model": DriftAnswer}})
    async def drift(
        request: Request,
        columns: Columns = None,
        outcome: Annotated[
            str | None,
            Query(description="Column of what histology found: M or B, 1 or 0, or empty."),
        ] = None,
    ) -> Response:
        """Find out whether a batch of cases has drifted, by the instrument or by the patients.

        Send a table, or JSON with complete cases. In a table a missing or refused cell counts as
        evidence against integrity; in JSON it is refused.
        """
        content, read = await _batch(request, chosen, columns, outcome)

        def verb() -> DriftReport:
            found = read()
            payload = {
                "file": hashlib.sha256(content).hexdigest(),
                "model": found.model,
                "n": found.n,
                "integrity": found.integrity.alarm,
                "case_mix": found.case_mix.alarm,
            }
            trail.event("drift", request, payload)
            return found

        return answer(request, (await compute(verb, LONG)).to_dict())


async def _batch(
    request: Request, chosen: Settings, columns: str | None, outcome: str | None
) -> tuple[bytes, Callable[[], DriftReport]]:
    """Return the body of a drift request, and what judges it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        require_json(request)
        for name, value in (("columns", columns), ("outcome", outcome)):
            if value is not None:
                fix = "Leave it out, or send a table."
                raise Refusal(422, name, "Cases in JSON have no columns.", fix, value=value)
        content = await request.body()
        return content, lambda: drift_cases(_cases(parse_json(content)))
    content, name = await read_upload(request, chosen.body_limit_bytes)
    return content, lambda: drift_file(
        content, name=name, columns=column_choice(columns), outcome=outcome
    )


def _cases(body: Any) -> list[dict[str, object]]:
    fix = 'Send {"cases": [{...}, ...]}, each case an object of field names and values.'
    if not isinstance(body, dict):
        raise Refusal(422, "body", "The body is not an object.", fix)
    cases = body.pop("cases", None)
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise Refusal(422, "cases", "is not a list of objects.", fix)
    for key in body:
        raise Refusal(422, key, "is not part of this request.", fix, rule="unknown-field")
    return cases
