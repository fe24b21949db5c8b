"""One request for each operation of the API, as its OpenAPI document states it."""

from __future__ import annotations

import dataclasses
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.testclient import TestClient

from apps.api import create_api
from apps.api.openapi import EXAMPLES
from core.breast_cancer import DriftTimeline, case_presets
from core.cardiosense import DIAGNOSTIC
from core.respiratory import example
from core.runtime.settings import Settings

JSON, CSV, PNG = "application/json", "text/csv", "image/png"
ROUTES = Path(__file__).with_name("api") / "openapi_routes.txt"
SYSTEM = re.compile(r"/(v1|cds-services)\b")
ESTIMATE = "3f1c2b7a9d4e4c0fa2b1d6f05e7c8a91"
MOST_BYTES = 4_000
"""Of a stored answer to GET; one to POST is kept whatever its size."""


@dataclasses.dataclass(frozen=True)
class Request:
    """A request that the document promises to be answered.

    Attributes
    ----------
    name, method, path : str
        Operation id, method, and address as declared.
    url : str
        Address with its parameters.
    body : bytes
        The body; empty for GET.
    headers : mapping
        Content type of the body.
    """

    name: str
    method: str
    path: str
    url: str
    body: bytes
    headers: Mapping[str, str]


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield method, path and description of every operation."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def requests(document: Mapping[str, Any]) -> Iterator[Request]:
    """Yield one request for each operation, with one for each content type that has an example."""
    for method, path, operation in operations(document):
        url = _url(path, operation)
        for kind, body in _bodies(document, operation):
            headers = {"Content-Type": kind} if kind else {}
            yield Request(operation["operationId"], method, path, url, body, headers)


def stated(document: Mapping[str, Any], content: Mapping[str, Any]) -> Any:
    """Return the example of a content type, wherever it stands; None if there is none."""
    schema = content.get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    named = document["components"]["schemas"].get(name, {})
    for place in (content, schema, named):
        if "example" in place:
            return place["example"]
        if place.get("examples"):
            return place["examples"][0]
    return None


def _bodies(
    document: Mapping[str, Any], operation: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    content = operation.get("requestBody", {"content": {"": {}}})["content"]
    for kind, part in content.items():
        found = stated(document, part)
        if kind == PNG:
            # A picture is no part of a document; the suite's own example stands for it.
            yield kind, example("drawn-consolidation")[1]
        elif found is not None:
            yield kind, json.dumps(found).encode() if kind == JSON else str(found).encode()
        elif kind == "":
            yield kind, b""


def _url(path: str, operation: Mapping[str, Any]) -> str:
    query = {}
    for one in operation.get("parameters", ()):
        if not one["required"]:
            continue
        value = one["schema"].get("examples", [None])[0]
        assert value is not None, f"{path}: {one['name']} has no example"
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(str(value)))
        else:
            query[one["name"]] = value
    return f"{path}?{urlencode(query)}" if query else path


def service(folder: Path) -> TestClient:
    """Return a service with an estimate on record and a stream, as the examples name them."""
    chosen = Settings(
        allowed_hosts=("testserver",),
        audit_mode="full",
        audit_url=f"sqlite:///{folder / 'audit.sqlite'}",
        drift_url=f"sqlite:///{folder / 'drift.sqlite'}",
    )
    with closing(DriftTimeline(chosen.drift_url)) as timeline:
        rows = [[*case_presets()[0].values.values()]]
        timeline.append("clinic_a", rows, at="2026-01-01T00:00:00+00:00")
    made = TestClient(create_api(chosen))
    patient = {spec.name: spec.default for spec in DIAGNOSTIC}
    asked = {"X-Request-ID": ESTIMATE}
    assert made.post("/v1/cardiosense/score", json=patient, headers=asked).status_code == 200
    return made


def routes(document: Mapping[str, Any]) -> list[str]:
    """Return ``METHOD path operationId`` of every operation, sorted by path."""
    found = [(path, method, one["operationId"]) for method, path, one in operations(document)]
    return [f"{method} {path} {name}" for path, method, name in sorted(found)]


def cut(value: Any) -> Any:
    """Return an answer with lists, and objects of many alike, cut to their first entry."""
    if isinstance(value, list):
        return [cut(one) for one in value[:1]]
    if not isinstance(value, dict):
        return value
    kinds = {tuple(one) for one in value.values() if isinstance(one, dict)}
    alike = len(value) > 2 and len(kinds) == 1 and all(isinstance(v, dict) for v in value.values())
    return {key: cut(one) for key, one in [*value.items()][: 1 if alike else None]}


def write() -> None:
    """Write the list of operations, and an answer of each, as they are now."""
    with tempfile.TemporaryDirectory() as folder:
        client = service(Path(folder))
        document = create_api(Settings()).openapi()
        ROUTES.write_text("\n".join([*routes(document), ""]), encoding="utf-8")
        answers: dict[str, Any] = {}
        for one in requests(document):
            if one.name in answers or not SYSTEM.match(one.path):
                continue
            found = client.request(one.method, one.url, content=one.body, headers=one.headers)
            assert found.status_code == 200, found.text
            if found.headers["content-type"] != JSON:
                continue
            shown = cut(found.json())
            if one.method == "POST" or len(json.dumps(shown)) <= MOST_BYTES:
                answers[one.name] = shown
    text = json.dumps(answers, indent=1, sort_keys=True, ensure_ascii=False)
    EXAMPLES.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
