"""CardioSense over HTTP: each route asks one verb of the system and returns what it says."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from apps.api import cardiosense_explore
from apps.api.answers import LONG, answer, compute
from apps.api.cardiosense_schemas import (
    ExplanationAnswer,
    MonitoringAnswer,
    OutcomeAnswer,
    OutcomeRequest,
    PathAnswer,
    PathRequest,
    Patient,
    RiskAnswer,
)
from apps.api.errors import Refusal
from apps.api.strict import StrictRoute
from apps.api.trail import Trail, now
from apps.api.upload import (
    PARQUET,
    TABLE_ANSWER,
    column_choice,
    read_upload,
    table_response,
    upload_of,
)
from core.audit import INFERENCE
from core.cardiosense import batch_template
from core.cardiosense.batch import Batch, score_table
from core.cardiosense.explain import Explanation, explain
from core.cardiosense.model import models
from core.cardiosense.monitor import MIN_ROWS
from core.cardiosense.outcomes import record_outcome
from core.cardiosense.path_result import LeastEffortPath
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import Risk, parse_patient, score_patient
from core.cardiosense.surveillance import surveillance
from core.runtime.logs import check_request_id
from core.runtime.settings import Settings
from core.tables import to_csv, to_parquet

MAX_SEED = 999_999
MAX_WINDOW = 100_000
EstimateId = Annotated[
    str,
    Path(
        description="Id of the request that gave the estimate.",
        examples=["3f1c2b7a9d4e4c0fa2b1d6f05e7c8a91"],
    ),
]


def router(chosen: Settings, trail: Trail) -> APIRouter:
    """Build the routes of CardioSense.

    Parameters
    ----------
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    routes = APIRouter(prefix="/v1/cardiosense", tags=["cardiosense"], route_class=StrictRoute)
    _describe(routes)
    _ask(routes, trail)
    _upload(routes, chosen, trail)
    _feed_back(routes, trail)
    cardiosense_explore.add(routes, trail)
    return routes


def _describe(routes: APIRouter) -> None:
    @routes.get("/fields")
    def fields() -> dict[str, list[dict[str, str]]]:
        """Return the data dictionary of both records: what each field means and may hold."""
        return {"diagnostic": DIAGNOSTIC.dictionary(), "prevention": PREVENTION.dictionary()}

    @routes.get("/card")
    def card() -> dict[str, Any]:
        """Return the model card: how good the models are, on which patients, and how measured."""
        return {"model": models().artifact.tag, "card": dict(models().card)}


def _ask(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/score", responses={200: {"model": RiskAnswer}})
    async def score(request: Request, patient: Patient) -> Response:
        """Estimate the probability that a coronary artery is narrowed by half or more now."""

        def verb() -> Risk:
            risk = score_patient(patient)
            trail.estimate(request, parse_patient(patient), risk)
            return risk

        # A millisecond of work costs less in the event loop than its way to a thread and back.
        risk = await compute(verb) if trail.is_on else verb()
        return answer(request, risk.to_dict())

    @routes.post("/explain", responses={200: {"model": ExplanationAnswer}})
    async def why(
        request: Request,
        patient: Patient,
        lime: Annotated[bool, Query(description="Whether to run the sampled parts too.")] = True,
        seed: Annotated[int, Query(ge=0, le=MAX_SEED, description="First seed.")] = 0,
    ) -> Response:
        """Explain the estimate: exact contributions, LIME, and tests of both against the model."""

        def verb() -> Explanation:
            found = explain(patient, lime=lime, seed=seed)
            payload = {"model": found.champion.model, "input_hash": found.input_hash}
            trail.event("explanation", request, payload | {"p": found.champion.p})
            return found

        found = await compute(verb) if lime or trail.is_on else verb()
        return answer(request, found.to_dict())

    @routes.post("/path", responses={200: {"model": PathAnswer}})
    async def path(request: Request, asked: PathRequest) -> Response:
        """Find the least effort that brings the risk to a target, or the proof that none does."""

        def verb() -> LeastEffortPath:
            found = least_effort_path(**dict(asked))
            proof = found.certificate.to_dict()
            figures = {"target": found.target, "p": found.p_before, "p_after": found.p_after}
            trail.event("path", request, proof | figures)
            return found

        return answer(request, (await compute(verb)).to_dict())


def _upload(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post(
        "/batch",
        openapi_extra=upload_of(batch_template()),
        response_class=Response,
        responses=TABLE_ANSWER,
    )
    async def batch(
        request: Request,
        columns: Annotated[
            str | None,
            Query(description='Which column carries a field, as JSON: {"age": "Age in years"}.'),
        ] = None,
    ) -> Response:
        """Score a table; the header Accept chooses CSV or Parquet.

        Every row and column stays in place. A row that cannot be scored has no probability, and
        its reason.
        """
        content, name = await read_upload(request, chosen.body_limit_bytes)
        parquet = PARQUET in request.headers.get("accept", "")

        def verb() -> tuple[Batch, bytes]:
            scored = score_table(content, name=name, columns=column_choice(columns))
            summary = {
                "file": hashlib.sha256(content).hexdigest(),
                "model": models().artifact.tag,
                "decisions": scored.decisions,
            }
            trail.event("batch", request, summary)
            return scored, to_parquet(scored.frame) if parquet else to_csv(scored.frame)

        scored, table = await compute(verb, LONG)
        return table_response(table, parquet, scored.n_scored, scored.n_refused)


def _feed_back(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/outcome/{request_id}", responses={200: {"model": OutcomeAnswer}})
    async def outcome(request: Request, request_id: EstimateId, found: OutcomeRequest) -> Response:
        """Record what was found in a patient whose estimate is in the audit log."""
        log = trail.log()

        def verb() -> None:
            check_request_id(request_id)
            if not any(log.entries(event=INFERENCE, request_id=request_id)):
                raise Refusal(
                    404,
                    "request_id",
                    "No estimate with this id is in the log.",
                    "Send the id that came with the estimate.",
                    value=request_id,
                )
            record_outcome(log, request_id, found.outcome, now())

        await compute(verb)
        return answer(request, {"estimate": request_id, "outcome": found.outcome})

    @routes.get("/monitoring", responses={200: {"model": MonitoringAnswer}})
    async def monitoring(
        request: Request,
        window: Annotated[
            int, Query(ge=MIN_ROWS, le=MAX_WINDOW, description="How many of the latest patients.")
        ] = 100,
    ) -> Response:
        """Compare the latest patients with the training patients, and outcomes with the card."""
        log = trail.log()
        found = await compute(lambda: surveillance(log, window).to_dict(), LONG)
        return answer(request, {"audit_mode": trail.mode, **found})
