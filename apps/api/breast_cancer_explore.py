"""Breast cancer over HTTP, beyond one answer: reasons, reports, thresholds, faults, streams."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from apps.api.about import AboutAnswer, EvidenceAnswer
from apps.api.answers import LONG, answer, compute
from apps.api.breast_cancer_schemas import (
    AtThresholdAnswer,
    Case,
    CaseMixAnswer,
    CaseReportRequest,
    CurveAnswer,
    FaultKey,
    FaultsAnswer,
    Kind,
    Prevalence,
    StreamAnswer,
    StreamsAnswer,
    StressAnswer,
    StressQuestion,
    Threshold,
    WrongCasesAnswer,
)
from apps.api.errors import Refusal
from apps.api.reports import PDF, Issued, day, documented, sent
from apps.api.trail import Trail
from apps.api.upload import CSV, TEMPLATE
from core.breast_cancer import (
    FAULTS,
    FEATURES,
    CaseMix,
    DriftTimeline,
    Others,
    about,
    at_threshold,
    case_mix,
    case_report,
    case_template,
    evidence,
    score_case,
    sensitivity_curve,
    stress,
    wrong_cases,
)
from core.breast_cancer.curves import SensitivityCurve
from core.plain import plain
from core.runtime.settings import Settings

T = TypeVar("T")
MOST_NEIGHBOURS = 50
StreamName = Annotated[str, Path(description="Name of a stream.", examples=["clinic_a"])]


def add(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    """Add these routes.

    Parameters
    ----------
    routes : APIRouter
        The routes of the breast cancer system.
    chosen : Settings
        Where the streams are.
    trail : Trail
        Where answers are recorded.
    """
    _describe(routes)
    _reasons(routes, trail)
    _report(routes, trail)
    _held_out(routes)
    _faults(routes)
    _streams(routes, chosen)


def _describe(routes: APIRouter) -> None:
    @routes.get("/about", responses={200: {"model": AboutAnswer}})
    async def provenance(request: Request) -> Response:
        """Return models, data and libraries with versions and hashes."""
        return answer(request, plain(await compute(about)))

    @routes.get("/template", response_class=Response, responses=TEMPLATE)
    async def template() -> Response:
        """Return a CSV file that shows how to write a table of cases."""
        return sent(await compute(case_template), CSV, "cases.csv")


def _reasons(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/evidence", responses={200: {"model": EvidenceAnswer}})
    async def reasons(request: Request, case: Case, threshold: Threshold = None) -> Response:
        """Return what speaks for and against relying on the answer about a case."""

        def verb() -> list[dict[str, Any]]:
            found = [plain(one) for one in evidence(score_case(case, threshold), case_mix(case))]
            trail.event("evidence", request, _seen(case, threshold))
            return found

        return answer(request, {"evidence": await compute(verb)})

    @routes.post("/case-mix", responses={200: {"model": CaseMixAnswer}})
    async def represented(
        request: Request,
        case: Case,
        k: Annotated[
            int, Query(ge=1, le=MOST_NEIGHBOURS, description="How many nearest cases count.")
        ] = 5,
    ) -> Response:
        """Find the nearest training cases, and say whether such a case is represented."""

        def verb() -> CaseMix:
            found = case_mix(case, k)
            trail.event("case_mix", request, _seen(case) | {"flagged": found.flagged})
            return found

        return answer(request, (await compute(verb)).to_dict())

    @routes.post("/sensitivity", responses={200: {"model": CurveAnswer}})
    async def along(
        request: Request,
        case: Case,
        feature: Annotated[
            str,
            Query(
                json_schema_extra={"enum": [*FEATURES.names]},
                description="Column moved.",
                examples=["mean_radius"],
            ),
        ],
        others: Annotated[
            Others, Query(description="Whether the other columns follow, or stay.")
        ] = "dragged",
    ) -> Response:
        """Ask the models about a case with one column moved."""

        def verb() -> SensitivityCurve:
            found = sensitivity_curve(case, feature, others)
            trail.event("sensitivity", request, _seen(case) | {"feature": found.feature})
            return found

        return answer(request, (await compute(verb)).to_dict())


def _report(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/report", response_class=Response, responses=documented((PDF,)))
    async def report(
        request: Request,
        asked: CaseReportRequest,
        threshold: Threshold = None,
        issued: Issued = None,
    ) -> Response:
        """Return the report of a case as a PDF: answer, reasons, doubts, provenance."""
        issue = day(issued)

        def verb() -> bytes:
            made = case_report(asked.case, threshold=threshold, notes=asked.notes, issued=issue)
            trail.event("case_report", request, _seen(asked.case, threshold))
            return made

        return sent(await compute(verb, LONG), PDF, "case-report.pdf")


def _held_out(routes: APIRouter) -> None:
    @routes.get("/at-threshold", responses={200: {"model": AtThresholdAnswer}})
    async def figures(
        request: Request,
        threshold: Threshold = None,
        prevalence: Prevalence = None,
        model: Kind = "logistic",
    ) -> Response:
        """Return what a threshold does on cases the models had not seen."""
        found = await compute(lambda: at_threshold(threshold, prevalence, model), LONG)
        return answer(request, found.to_dict())

    @routes.get("/wrong-cases", responses={200: {"model": WrongCasesAnswer}})
    async def wrong(
        request: Request,
        threshold: Threshold = None,
        model: Kind = "logistic",
        at_least: Annotated[
            float,
            Query(ge=0, le=1, allow_inf_nan=False, description="Least share of repeats."),
        ] = 0.5,
    ) -> Response:
        """Return the cases on the wrong side of the threshold, missed cancers first."""
        found = await compute(lambda: wrong_cases(threshold, model, at_least), LONG)
        return answer(request, {"cases": [one.to_dict() for one in found]})


def _faults(routes: APIRouter) -> None:
    @routes.get("/faults", responses={200: {"model": FaultsAnswer}})
    def known(request: Request) -> Response:
        """Return the faults that a stress test can plant."""
        return answer(request, {"faults": [one.to_dict() for one in FAULTS.values()]})

    @routes.get("/stress/{fault}", responses={200: {"model": StressAnswer}})
    async def planted(request: Request, fault: FaultKey, asked: StressQuestion) -> Response:
        """Plant a fault into rows that no model has seen, and measure what it does."""
        if fault not in FAULTS:
            fix = f"Use one of: {', '.join(FAULTS)}."
            raise Refusal(404, "fault", "There is no such fault.", fix, value=fault)
        found = await compute(lambda: stress(fault, **asked), LONG)
        return answer(request, found.to_dict())


def _streams(routes: APIRouter, chosen: Settings) -> None:
    @routes.get("/streams", responses={200: {"model": StreamsAnswer}})
    async def listed(request: Request) -> Response:
        """Return the stored streams of cases with their lengths; files are added by `watch`."""
        found = await compute(lambda: _read(chosen, DriftTimeline.streams), LONG)
        return answer(request, {"streams": found})

    @routes.get("/streams/{name}", responses={200: {"model": StreamAnswer}})
    async def stands(request: Request, name: StreamName) -> Response:
        """Judge a stored stream anew: where its detector stands, and the alarm if there is one."""

        def verb(timeline: DriftTimeline) -> dict[str, Any]:
            if name not in timeline.streams():
                fix = "GET /v1/breast-cancer/streams lists what there is."
                raise Refusal(404, "name", "There is no such stream.", fix, value=name)
            found = timeline.monitor(name)
            return {
                "stream": name,
                "n": found.n,
                "incomplete": found.incomplete,
                "statistic": found.statistic,
                "target_arl": found.target_arl,
                "seed": found.seed,
                "alarm": found.alarm and found.alarm.to_dict(),
                "model": found.model,
            }

        return answer(request, await compute(lambda: _read(chosen, verb), LONG))


def _seen(case: dict[str, Any], threshold: float | None = None) -> dict[str, object]:
    """Return what the audit log keeps of a case that was asked about."""
    found = score_case(case, threshold)
    return {"model": found.model, "input_hash": found.input_hash, "p": found.p}


def _read(chosen: Settings, verb: Callable[[DriftTimeline], T]) -> T:
    with closing(DriftTimeline(chosen.drift_url)) as timeline:
        return verb(timeline)
