"""What the OpenAPI document shows really works, and no address changes by accident."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from apps.api import create_api
from apps.api.openapi import EXAMPLES
from core.runtime.settings import Settings
from core.stats.signal import signal
from tests.api_examples import (
    CSV,
    JSON,
    ROUTES,
    SYSTEM,
    Request,
    operations,
    requests,
    routes,
    service,
    stated,
)

DOCUMENT = create_api(Settings(allowed_hosts=("testserver",))).openapi()
ASKED = [
    one
    for one in requests(DOCUMENT)
    if SYSTEM.match(one.path) and one.headers.get("Content-Type", JSON) in (JSON, CSV)
]
FIRST = {one.name: one for one in reversed(ASKED)}
OPERATIONS = list(operations(DOCUMENT))
NAMES = [f"{method} {path}" for method, path, _ in OPERATIONS]
UNRECORDED = {
    "/v1/apple-sales/ask",
    "/v1/foundations/fresh",
    "/v1/foundations/verify",
    "/v1/guardian/normalise",
}
"""What is sent there belongs to no patient and is no data of anybody."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        # Fewer permutations; fewer still could not show that there is anything to learn.
        quick = functools.partial(signal, draws=100)
        patch.setattr("core.apple_sales.learning.inspect.signal", quick)
        yield service(tmp_path_factory.mktemp("examples"))


def recorded(client: TestClient) -> int:
    """How many entries the audit log has been given."""
    (line,) = re.findall(r"^suite_audit_entries_total (.*)$", client.get("/metrics").text, re.M)
    return int(float(line))


@pytest.mark.parametrize("one", ASKED, ids=lambda one: f"{one.name}-{len(one.body)}")
def test_every_example_works(client: TestClient, one: Request) -> None:
    before = recorded(client)
    response = client.request(one.method, one.url, content=one.body, headers=one.headers)
    assert response.status_code == 200, response.text
    leaves_a_record = one.method == "POST" and one.path not in UNRECORDED
    assert recorded(client) - before == leaves_a_record, "one entry an answer, while auditing is on"
    if response.headers["content-type"] == JSON:
        content = response.json()
        answered = DOCUMENT["paths"][one.path][one.method.lower()]["responses"]["200"]["content"]
        form = {**answered[JSON]["schema"], "components": DOCUMENT["components"]}
        assert not [*Draft202012Validator(form).iter_errors(content)]
        if one is FIRST[one.name]:
            _like(_shown(one.name), content)


def _shown(name: str) -> Any:
    return json.loads(EXAMPLES.read_text(encoding="utf-8")).get(name)


def _like(shown: Any, found: Any) -> None:
    """Hold a stored answer to the form of a real one; figures may differ between machines."""
    if isinstance(shown, dict):
        assert shown.keys() <= found.keys()
        for key, value in shown.items():
            _like(value, found[key])
    elif isinstance(shown, list) and shown:
        assert found
        _like(shown[0], found[0])
    elif isinstance(shown, str | bool):
        assert type(found) is type(shown)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_is_described(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert {"4XX", "5XX"} <= operation["responses"].keys()
    for parameter in operation.get("parameters", ()):
        if SYSTEM.match(path):
            assert parameter.get("description"), parameter["name"]
    body = operation.get("requestBody", {"content": {}})["content"]
    for kind in {JSON, CSV} & body.keys():
        if not (kind == CSV and JSON in body):
            assert stated(DOCUMENT, body[kind]) is not None, kind
    answered = operation["responses"]["200"]["content"]
    if method == "POST" and SYSTEM.match(path) and answered.keys() == {JSON}:
        assert stated(DOCUMENT, answered[JSON])


def test_the_public_interface_changes_on_purpose() -> None:
    found = routes(DOCUMENT)
    names = [line.rpartition(" ")[2] for line in found]
    assert len(set(names)) == len(names)
    assert found == ROUTES.read_text(encoding="utf-8").splitlines(), (
        "The addresses of the API have changed. If that is meant, raise VERSION in apps/api, run "
        "python -m tests.api_examples, and write the change into docs/api.md."
    )


def test_what_is_stored_is_small_and_of_this_interface() -> None:
    stored = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert stored.keys() <= {operation["operationId"] for _, _, operation in OPERATIONS}
    assert EXAMPLES.stat().st_size < 128 * 1024
