"""Apple sales over HTTP, studies: what follows from the reported figures, and the demo's optima."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from apps.api.about import AboutAnswer
from apps.api.answers import LONG, answer, compute
from apps.api.apple_sales_questions import (
    Alpha,
    Correction,
    End,
    Product,
    Source,
    Start,
)
from apps.api.apple_sales_schemas import Seed, Tilt, Year
from apps.api.reports import sent
from apps.api.results import answer_model, answer_with, plain_model
from apps.api.upload import CSV, TEMPLATE
from core.apple_sales import (
    Bridge,
    Comparison,
    DensityGroups,
    HullPlan,
    MarginChange,
    OriginalOptimum,
    ServicesModel,
    about,
    bridge,
    cell_estimate,
    contrasts_of,
    margin_change,
    original_optima,
    sales_example,
    sales_template,
    services_models,
    years,
)
from core.apple_sales.analysis.structure import Verdict
from core.plain import plain
from core.stats.partition import Labels

LATEST = years()[-1]
_LABELS: Any = {Labels: list[int]}

ComparisonAnswer = answer_model(Comparison, name="ContrastsAnswer")
BridgeAnswer = answer_model(Bridge)
MarginChangeAnswer = answer_model(MarginChange)
HullAnswer = answer_model(HullPlan)
DensityAnswer: Any = answer_model(DensityGroups, _LABELS, unusual=bool)
ServicesModelAnswer: Any = plain_model(ServicesModel)
OptimumModel: Any = plain_model(OriginalOptimum)
StructureAnswer = answer_with(
    "StructureAnswer",
    "Whether rows form groups, and columns components.",
    verdict=(Verdict, "What was found."),
    sentence=(str, "The same in words."),
    k=(int, "Number of groups; 1 is none."),
    shown=(int, "Number of groups that stability is stated for."),
    n=(int, "Rows."),
    columns=(list[str], "Columns of numbers."),
    left_out=(list[str], "Columns of numbers that do not vary."),
    gap=(dict[str, Any], "Gap statistic beside tables without groups."),
    stability=(list[dict[str, Any]], "How often each group comes back."),
    components=(dict[str, Any] | None, "Principal components beside those of noise."),
    notes=(list[str], "What was decided while reading."),
)
ServicesAnswer = answer_with(
    "ServicesAnswer",
    "What services revenue follows.",
    models=(list[ServicesModelAnswer], "On units, on time, and on both."),
)
OptimaAnswer = answer_with(
    "OptimaAnswer",
    "What the public demo's optimiser answers on a table of its own kind.",
    optima=(list[OptimumModel], "One each."),
)
CellsAnswer = answer_with(
    "CellsAnswer",
    "Revenue by category and segment, estimated.",
    year=(int, "Fiscal year."),
    tilt=(float, "Tilt of iPhone towards Greater China."),
    mark=(str, "How good the figures are."),
    unit=(str, "Their unit."),
    cells=(dict[str, dict[str, float | None]], "By category, then by segment."),
)


def add(routes: APIRouter) -> None:
    """Add these routes.

    Parameters
    ----------
    routes : APIRouter
        The routes of Apple sales.
    """
    _describe(routes)
    _derived(routes)
    _studied(routes)


def _describe(routes: APIRouter) -> None:
    @routes.get("/about", responses={200: {"model": AboutAnswer}})
    async def provenance(request: Request) -> Response:
        """Return the data with their hashes; no model is trained in advance."""
        return answer(request, plain(await compute(about)))

    @routes.get("/template", response_class=Response, responses=TEMPLATE)
    async def rows(
        kind: Annotated[
            Literal["demo", "sales"], Query(description="Sales by period, or the demo's file.")
        ] = "sales",
    ) -> Response:
        """Return a CSV file to start from: the header and rows of made-up figures."""
        return sent(await compute(lambda: sales_template(kind)), CSV, f"{kind}.csv")


def _derived(routes: APIRouter) -> None:
    @routes.get("/cells", responses={200: {"model": CellsAnswer}})
    async def cells(request: Request, year: Year = LATEST, tilt: Tilt = 1.0) -> Response:
        """Estimate revenue by category and segment from the two sets of reported sums."""
        found = await compute(lambda: cell_estimate(year, tilt).to_dict())
        return answer(request, found)

    @routes.get("/bridge", responses={200: {"model": BridgeAnswer}})
    async def split(
        request: Request, product: Product = "iPhone", start: Start = 2015, end: End = 2018
    ) -> Response:
        """Split the change of a product's revenue into volume and price."""
        found = await compute(lambda: bridge(product, start, end).to_dict())
        return answer(request, found)

    @routes.get("/margin-change", responses={200: {"model": MarginChangeAnswer}})
    async def margins(request: Request, start: Start = LATEST - 1, end: End = LATEST) -> Response:
        """Split the change of the total gross margin into mix and rates, exactly."""
        return answer(request, await compute(lambda: margin_change(start, end).to_dict()))


def _studied(routes: APIRouter) -> None:
    @routes.get("/contrasts", responses={200: {"model": ComparisonAnswer}})
    async def pairs(
        request: Request,
        source: Source = "segment growth",
        correction: Correction = "Holm",
        alpha: Alpha = 0.05,
        seed: Seed = 0,
    ) -> Response:
        """Compare all pairs of groups of reported figures, with adjusted p values."""

        def verb() -> dict[str, Any]:
            # The verb refuses a source that it does not know.
            name = cast(Any, source)
            return contrasts_of(name, correction=correction, alpha=alpha, seed=seed).to_dict()

        return answer(request, await compute(verb, LONG))

    @routes.get("/services", responses={200: {"model": ServicesAnswer}})
    async def followed(request: Request) -> Response:
        """Return how well services revenue follows units, time, and both."""
        found = await compute(services_models, LONG)
        return answer(request, {"models": [one.to_dict() for one in found]})

    @routes.get("/original-optima", responses={200: {"model": OptimaAnswer}})
    async def original(request: Request, seed: Seed = 0) -> Response:
        """Return what the public demo's optimiser answers on a table of noise of its own kind."""

        def verb() -> list[dict[str, Any]]:
            found = original_optima(sales_example("noise", seed=seed), seed=seed)
            return [one.to_dict() for one in found]

        return answer(request, {"optima": await compute(verb, LONG)})
