from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apps.api import create_api
from apps.api.respiratory_films import IMAGES, ZIP
from core.breast_cancer import boundary
from core.runtime.settings import Settings

API = create_api(Settings(allowed_hosts=("*",)))


@schemathesis.serializer("application/vnd.apache.parquet", *IMAGES, ZIP)
def as_it_is(ctx: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", API)


@pytest.fixture(scope="module", autouse=True)
def short_searches() -> Iterator[None]:
    """From cases that no microscope gives, the search for the boundary is long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boundary, "MAX_PROGRAMS", 20)
        yield


@SCHEMA.parametrize()
@hypothesis.settings(max_examples=15, deadline=None, derandomize=True)
def test_every_route_keeps_to_its_document(case: schemathesis.Case) -> None:
    # Rules that join several fields, such as "at most five findings missing", have no JSON schema.
    case.call_and_validate(excluded_checks=[positive_data_acceptance])
