"""Which bodies may be as large as a file: those that are one, or that describe a whole case."""

from __future__ import annotations

import re

from apps.api import api
from apps.api.security import UPLOAD_PATHS

JSON = "application/json"
PLANS = "#/components/schemas/ProblemBody"
CASES = re.compile(r"/v1/guardian/(check|leaflet|narrative|export|override)|/cds-services/[a-z-]+")
"""Bodies with a whole medication list or FHIR bundle, and what was answered to it."""


def bodies() -> dict[str, dict]:
    """Return the kinds of body that each address takes."""
    return {
        path: operation["requestBody"]["content"]
        for path, operations in api.openapi()["paths"].items()
        for operation in operations.values()
        if "requestBody" in operation
    }


def test_every_file_is_given_the_room_of_a_file():
    files = {path for path, kinds in bodies().items() if set(kinds) != {JSON}}
    assert len(files) > 10
    assert files - UPLOAD_PATHS == set()


def test_of_records_only_whole_plans_and_cases_are_given_that_room():
    records = {
        path: kinds[JSON]["schema"] for path, kinds in bodies().items() if set(kinds) == {JSON}
    }
    large = {
        path
        for path, schema in records.items()
        if schema.get("$ref") == PLANS or CASES.fullmatch(path)
    }
    assert large == UPLOAD_PATHS & set(records)
    assert set(bodies()) >= UPLOAD_PATHS
