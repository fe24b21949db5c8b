"""Apple sales over HTTP, uploads: groups, contrasts, forecasts and mixes of an own table."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request
from starlette.responses import Response

from apps.api.answers import LONG, answer, compute
from apps.api.apple_sales_questions import (
    TABLE,
    Alpha,
    Correction,
    Eps,
    Group,
    Horizons,
    Limits,
    MinSamples,
    Model,
    MostGroups,
    Period,
    Season,
    StructureMethod,
    Total,
    Value,
    limits_of,
)
from apps.api.apple_sales_schemas import DropBad, ForecastAnswer, Level, Seed, Target
from apps.api.apple_sales_studies import (
    ComparisonAnswer,
    DensityAnswer,
    HullAnswer,
    StructureAnswer,
)
from apps.api.errors import Refusal
from apps.api.trail import Trail
from apps.api.upload import read_upload
from core.apple_sales import (
    SalesTable,
    best_within,
    contrasts_in,
    density_groups,
    forecast_frame,
    inspect,
    read_numbers,
    read_sales,
    structure,
)
from core.plain import plain
from core.runtime.settings import Settings


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
    _groups(routes, chosen, trail)
    _compare(routes, chosen, trail)
    _ahead(routes, chosen, trail)
    _mix(routes, chosen, trail)


def _groups(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post("/structure", openapi_extra=TABLE, responses={200: {"model": StructureAnswer}})
    async def grouped(
        request: Request,
        method: StructureMethod = "k-means",
        most: MostGroups = 8,
        seed: Seed = 0,
    ) -> Response:
        """Ask whether the rows of a table form groups, and its columns components.

        "No groups" is an answer.
        """
        content, name = await read_upload(request, chosen.body_limit_bytes)

        def verb() -> dict[str, Any]:
            table = read_numbers(content, name)
            found = structure(table.frame, method=method, k_max=most, seed=seed)
            _keep(trail, request, "apple_structure", content)
            return {**found.to_dict(), "notes": list(table.notes)}

        return answer(request, await compute(verb, LONG))

    @routes.post("/density", openapi_extra=TABLE, responses={200: {"model": DensityAnswer}})
    async def dense(
        request: Request, eps: Eps = 0.5, min_samples: MinSamples = 5, seed: Seed = 0
    ) -> Response:
        """Look for dense groups in the standardised numbers of a table."""
        content, name = await read_upload(request, chosen.body_limit_bytes)

        def verb() -> dict[str, Any]:
            frame = read_numbers(content, name).frame
            found = density_groups(frame, eps=eps, min_samples=min_samples, seed=seed)
            _keep(trail, request, "apple_density", content)
            return {**plain(found), "unusual": found.unusual}

        return answer(request, await compute(verb, LONG))


def _compare(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post("/contrasts", openapi_extra=TABLE, responses={200: {"model": ComparisonAnswer}})
    async def pairs(
        request: Request,
        group: Group,
        value: Value,
        correction: Correction = "Holm",
        alpha: Alpha = 0.05,
    ) -> Response:
        """Compare all pairs of groups of a table, with p values adjusted for their number."""
        content, name = await read_upload(request, chosen.body_limit_bytes)

        def verb() -> dict[str, Any]:
            frame = read_numbers(content, name).frame
            found = contrasts_in(frame, group, value, correction=correction, alpha=alpha)
            _keep(trail, request, "apple_contrasts", content)
            return found.to_dict()

        return answer(request, await compute(verb, LONG))


def _ahead(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post("/forecast", openapi_extra=TABLE, responses={200: {"model": ForecastAnswer}})
    async def own(
        request: Request,
        period: Period,
        value: Value,
        season: Season = 4,
        horizon: Horizons = 4,
        level: Level = 0.9,
        model: Model = "best",
    ) -> Response:
        """Forecast a column of a table with one row a period, in order and without gaps."""
        content, name = await read_upload(request, chosen.body_limit_bytes)

        def verb() -> dict[str, Any]:
            series = _series(read_numbers(content, name), period, value)
            found = forecast_frame(series, season=season, horizon=horizon, level=level, model=model)
            _keep(trail, request, "apple_forecast", content)
            return found.to_dict()

        return answer(request, await compute(verb, LONG))


def _mix(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post("/best-within", openapi_extra=TABLE, responses={200: {"model": HullAnswer}})
    async def inside(
        request: Request,
        target: Target = None,
        drop_bad: DropBad = False,
        limits: Limits = None,
        total: Total = None,
        seed: Seed = 0,
    ) -> Response:
        """Return the mix with the largest predicted target inside the rows of a table.

        Behind a closed gate (/inspect) nothing is optimised: the request is refused, with the
        figures that closed it.
        """
        content, name = await read_upload(request, chosen.body_limit_bytes)
        wanted = limits_of(limits)

        def verb() -> dict[str, Any]:
            table = read_sales(content, name, target=target, drop_bad=drop_bad)
            found = inspect(table, seed=seed)
            made = best_within(table, found, limits=wanted, total=total, seed=seed)
            _keep(trail, request, "apple_best_within", content)
            return made.to_dict()

        return answer(request, await compute(verb, LONG))


def _series(table: SalesTable, period: str, value: str) -> pd.Series:
    for field, name in (("period", period), ("value", value)):
        if name not in table.frame:
            fix = f"Use one of: {', '.join(map(str, table.frame.columns))}."
            raise Refusal(422, field, "The table has no such column.", fix, value=name)
    return pd.Series(table.frame[value].to_numpy(), index=table.frame[period], name=value)


def _keep(trail: Trail, request: Request, event: str, content: bytes) -> None:
    trail.event(event, request, {"file": hashlib.sha256(content).hexdigest()})
