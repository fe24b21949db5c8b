from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import Phase
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apps.api import create_api, foundations, saliency_maps
from apps.api.respiratory_films import IMAGES, ZIP
from apps.process import PROCESS
from core.breast_cancer import boundary
from core.foundations import breaks, errata
from core.runtime.settings import Settings
from core.saliency import explain
from core.stats.signal import signal

API = create_api(Settings(allowed_hosts=("*",)))

LONG_WORK = (
    r"/(explain|counterfactual|report|stress|frontier|drift|audit|compare|checklist|original)"
    r"|/v1/saliency/(metrics|networks|methods|leaderboard)"
    r"|/v1/foundations/(verify|fresh|breaks|err)|/v1/trust/mis"
    r"|/v1/apple-sales/(value|structure|density|contrasts|forecast|best-within|inspect|services)"
)
"""A tenth of a second or more for an answer; the same doors as elsewhere before it."""

SECONDS = 300.0
"""For an answer on a busy machine. The service itself says 503 long before."""


@asynccontextmanager
async def _at_once(_app: FastAPI) -> AsyncIterator[None]:
    yield


# Warming up is a server's affair; here it would be done whenever this file is collected.
API.router.lifespan_context = _at_once


@schemathesis.serializer("application/vnd.apache.parquet", *IMAGES, ZIP)
def as_it_is(ctx: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _schema(*, every_edge: bool) -> Any:
    """Return the document as read here, with a request for each edge of each field or without."""
    config = SchemathesisConfig.from_dict(
        {"request-timeout": SECONDS, "phases": {"coverage": {"enabled": every_edge}}}
    )
    return schemathesis.openapi.from_asgi("/openapi.json", API, config=config)


@pytest.fixture(scope="module", autouse=True)
def short_searches() -> Iterator[None]:
    """From cases that no microscope gives, the search for the boundary is long; so are trials."""

    def untested(*asked: Any, **options: Any) -> Any:
        return explain(*asked, **{**options, "tested": False})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PROCESS, "warm_seconds", 0.0)
        patch.setattr(boundary, "MAX_PROGRAMS", 20)
        patch.setattr(saliency_maps, "explain", untested)
        for name, verb in (("breaks", breaks), ("errata", errata)):
            patch.setattr(foundations, name, lambda topic, verb=verb: verb(topic)[:3])
        quick = functools.partial(signal, draws=40)
        patch.setattr("core.apple_sales.learning.inspect.signal", quick)
        yield


@_schema(every_edge=True).exclude(path_regex=LONG_WORK).parametrize()
@hypothesis.settings(max_examples=15, deadline=None, derandomize=True)
def test_every_route_keeps_to_its_document(case: schemathesis.Case) -> None:
    # Rules that join several fields, such as "at most five findings missing", have no JSON schema.
    case.call_and_validate(excluded_checks=[positive_data_acceptance])


@_schema(every_edge=False).include(path_regex=LONG_WORK).parametrize()
@hypothesis.settings(
    max_examples=4, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)
def test_every_route_of_long_work_keeps_to_its_document(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=[positive_data_acceptance])
