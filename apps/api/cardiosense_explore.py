"""CardioSense over HTTP, beyond one estimate: other findings, other layers, reports, provenance."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from apps.api.about import AboutAnswer, EvidenceAnswer
from apps.api.answers import LONG, answer, compute
from apps.api.cardiosense_schemas import (
    GlobalAnswer,
    Patient,
    Person,
    PreventionAnswer,
    PreventionModel,
    ReportRequest,
    SensitivityAnswer,
    WhatIfAnswer,
    WhatIfRequest,
)
from apps.api.reports import PDF, Issued, day, documented, sent
from apps.api.trail import Trail
from apps.api.upload import CSV, TEMPLATE
from core.cardiosense import (
    DIAGNOSTIC,
    PreventionRisk,
    Risk,
    about,
    batch_template,
    evidence,
    global_view,
    patient_report,
    prevention_risk,
    score_patient,
    sensitivity_curve,
    what_if,
)
from core.cardiosense.whatif import GRID_POINTS, SensitivityCurve, WhatIf
from core.plain import plain

MAX_POINTS = 201


def add(routes: APIRouter, trail: Trail) -> None:
    """Add these routes.

    Parameters
    ----------
    routes : APIRouter
        The routes of CardioSense.
    trail : Trail
        Where answers are recorded.
    """
    _describe(routes)
    _prevent(routes, trail)
    _change(routes, trail)
    _report(routes, trail)


def _describe(routes: APIRouter) -> None:
    @routes.get("/about", responses={200: {"model": AboutAnswer}})
    async def provenance(request: Request) -> Response:
        """Return models, data and libraries with versions and hashes."""
        return answer(request, plain(await compute(about)))

    @routes.get("/global", responses={200: {"model": GlobalAnswer}})
    async def overall(request: Request) -> Response:
        """Return the mean contribution of each finding over the training patients."""
        return answer(request, (await compute(global_view, LONG)).to_dict())

    @routes.get("/template", response_class=Response, responses=TEMPLATE)
    async def template() -> Response:
        """Return a CSV file that shows how to write a table of patients."""
        return sent(await compute(batch_template), CSV, "patients.csv")


def _prevent(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/prevention", responses={200: {"model": PreventionAnswer}})
    async def ahead(request: Request, person: Person, model: PreventionModel = None) -> Response:
        """Estimate the ten-year risk of a person without known disease."""

        def verb() -> PreventionRisk:
            found = prevention_risk(person, model)
            payload = {"model": found.model, "input_hash": found.input_hash, "p": found.p}
            trail.event("prevention", request, payload)
            return found

        return answer(request, (await compute(verb)).to_dict())


def _change(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/evidence", responses={200: {"model": EvidenceAnswer}})
    async def reasons(request: Request, patient: Patient) -> Response:
        """Return what speaks for and against relying on the estimate of a patient."""

        def verb() -> list[dict[str, Any]]:
            risk = score_patient(patient)
            found = [plain(one) for one in evidence(risk)]
            trail.event("evidence", request, _seen(risk))
            return found

        return answer(request, {"evidence": await compute(verb)})

    @routes.post("/what-if", responses={200: {"model": WhatIfAnswer}})
    async def changed(request: Request, asked: WhatIfRequest) -> Response:
        """Estimate a patient as given and with some findings changed.

        It says what the model would answer, not what a treatment would do.
        """

        def verb() -> WhatIf:
            found = what_if(asked.patient, asked.changes)
            changed = {"changed": [one.feature for one in found.changes], "p_after": found.p_after}
            trail.event("what_if", request, _seen(score_patient(asked.patient)) | changed)
            return found

        return answer(request, (await compute(verb, LONG)).to_dict())

    @routes.post("/sensitivity", responses={200: {"model": SensitivityAnswer}})
    async def along(
        request: Request,
        patient: Patient,
        feature: Annotated[
            str,
            Query(
                json_schema_extra={"enum": [*DIAGNOSTIC.names]},
                description="Finding moved.",
                examples=["chol"],
            ),
        ],
        points: Annotated[
            int, Query(ge=2, le=MAX_POINTS, description="Values of a measurement.")
        ] = GRID_POINTS,
    ) -> Response:
        """Estimate a patient along the values of one finding, everything else held."""

        def verb() -> SensitivityCurve:
            found = sensitivity_curve(patient, feature, points=points)
            seen = _seen(score_patient(patient)) | {"feature": found.feature}
            trail.event("sensitivity", request, seen)
            return found

        return answer(request, (await compute(verb)).to_dict())


def _report(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/report", response_class=Response, responses=documented((PDF,)))
    async def report(request: Request, asked: ReportRequest, issued: Issued = None) -> Response:
        """Return the report of a patient as a PDF: estimate, reasons, doubts, provenance."""
        issue = day(issued)

        def verb() -> bytes:
            made = patient_report(asked.patient, notes=asked.notes, issued=issue)
            trail.event("patient_report", request, _seen(score_patient(asked.patient)))
            return made

        return sent(await compute(verb, LONG), PDF, "patient-report.pdf")


def _seen(risk: Risk) -> dict[str, object]:
    """Return what the audit log keeps of a patient who was asked about."""
    return {"model": risk.model, "input_hash": risk.input_hash, "p": risk.p}
