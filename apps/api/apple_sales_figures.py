"""Apple sales over HTTP, reading: the reported figures, and what an uploaded file can teach."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request
from starlette.responses import Response

from apps.api import apple_sales_studies, apple_sales_tables
from apps.api.answers import LONG, answer, compute
from apps.api.apple_sales_questions import TABLE
from apps.api.apple_sales_schemas import (
    AnomaliesAnswer,
    DropBad,
    ElasticitiesAnswer,
    FactsAnswer,
    FiguresAnswer,
    ForecastAnswer,
    Horizon,
    InspectionAnswer,
    Level,
    Model,
    QuestionAnswer,
    QuestionBody,
    Rate,
    Seed,
    Series,
    Target,
    Year,
)
from apps.api.trail import Trail
from apps.api.upload import read_upload
from core.apple_sales import (
    MARKS,
    SHA256,
    Inspection,
    anomalies,
    ask,
    elasticities,
    facts,
    figures,
    forecast,
    inspect,
    read_sales,
    years,
)
from core.runtime.settings import Settings

LATEST = years()[-1]


def add(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    """Add these routes.

    Parameters
    ----------
    routes : APIRouter
        The routes of Apple sales.
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    _reported(routes)
    _series(routes)
    _question(routes)
    _upload(routes, chosen, trail)
    apple_sales_studies.add(routes)
    apple_sales_tables.add(routes, chosen, trail)


def _reported(routes: APIRouter) -> None:
    @routes.get("/facts", responses={200: {"model": FactsAnswer}})
    async def of_year(request: Request, year: Year = LATEST) -> Response:
        """Return what the reported figures say of a fiscal year."""
        return answer(request, await compute(lambda: facts(year).to_dict()))

    @routes.get("/figures", responses={200: {"model": FiguresAnswer}})
    async def all_figures(request: Request) -> Response:
        """Return every reported figure with its source."""
        rows = await compute(lambda: figures().to_dict("records"))
        return answer(request, {"figures": rows, "marks": MARKS, "sha256": SHA256})

    @routes.get("/elasticities", responses={200: {"model": ElasticitiesAnswer}})
    async def regressions(request: Request) -> Response:
        """Return the regressions of units on price, and why none of them is used."""
        found = await compute(lambda: [one.to_dict() for one in elasticities()])
        return answer(request, {"elasticities": found})


def _series(routes: APIRouter) -> None:
    @routes.get("/forecast", responses={200: {"model": ForecastAnswer}})
    async def ahead(
        request: Request,
        series: Series = "Total",
        horizon: Horizon = 4,
        level: Level = 0.9,
        model: Model = "best",
    ) -> Response:
        """Forecast the quarters after FY2018 from the 16 that have units, with bands."""
        found = await compute(lambda: forecast(series, horizon, level, model).to_dict(), LONG)
        return answer(request, found)

    @routes.get("/anomalies", responses={200: {"model": AnomaliesAnswer}})
    async def surprises(request: Request, series: Series = "Total", rate: Rate = 0.1) -> Response:
        """Return the quarters that surprised a forecaster, with the rate of false alarms."""
        return answer(request, await compute(lambda: anomalies(series, rate).to_dict(), LONG))


def _question(routes: APIRouter) -> None:
    @routes.post("/ask", responses={200: {"model": QuestionAnswer}})
    async def reply(request: Request, asked: QuestionBody) -> Response:
        """Answer a question in words: the figure, its formula and the cells behind it.

        Fixed rules read the question; no language model is behind it. A question that is not
        understood is answered too, with others that are.
        """
        return answer(request, await compute(lambda: ask(asked.question).to_dict(), LONG))


def _upload(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post("/inspect", openapi_extra=TABLE, responses={200: {"model": InspectionAnswer}})
    async def teach(
        request: Request, target: Target = None, drop_bad: DropBad = False, seed: Seed = 0
    ) -> Response:
        """Ask whether a file holds anything that a model could learn.

        A closed gate is an answer: no learned objective is optimised then.
        """
        content, name = await read_upload(request, chosen.body_limit_bytes)

        def verb() -> Inspection:
            table = read_sales(content, name, target=target, drop_bad=drop_bad)
            found = inspect(table, seed=seed)
            payload = {"file": hashlib.sha256(content).hexdigest(), "gate": found.gate}
            trail.event("apple_inspection", request, payload | {"n": found.n})
            return found

        return answer(request, (await compute(verb, LONG)).to_dict())
