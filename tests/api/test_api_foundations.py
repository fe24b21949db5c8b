"""Foundations over HTTP says what the verbs say, and an unknown name is the caller's error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from apps.api import create_api
from core.foundations import (
    breaks,
    broken,
    errata,
    refute,
    statement,
    topics,
    verify,
    verify_fresh,
)
from core.plain import plain
from core.runtime.settings import Settings

V1 = "/v1/foundations"
API = TestClient(create_api(Settings(allowed_hosts=("testserver",))))
TIMES = {"seconds"}


def timeless(found: Any) -> Any:
    """The same without how long it took, as JSON has it."""
    if isinstance(found, dict):
        return {key: timeless(one) for key, one in found.items() if key not in TIMES}
    return [timeless(one) for one in found] if isinstance(found, list) else found


def as_json(found: Any) -> Any:
    return timeless(json.loads(json.dumps(found, allow_nan=False)))


def got(path: str) -> dict[str, Any]:
    response = API.get(f"{V1}/{path}")
    assert response.status_code == 200, response.text
    return {key: one for key, one in timeless(response.json()).items() if key != "request_id"}


def test_articles_and_statements_are_those_of_the_pages() -> None:
    assert [one["key"] for one in got("topics")["topics"]] == [one.key for one in topics()]
    for article in topics():
        found = got(f"topics/{article.key}")
        assert [one["id"] for one in found["statements"]] == [one.id for one in article.statements]
        assert found["sections"] == plain(article.sections)
    found = got("statements/KKT-2")
    assert found["topic"] == "lagrange-kkt"
    assert found["statement"]["claim"] == statement("KKT-2").claim
    assert found["statement"]["steps"] == plain(statement("KKT-2").steps)


@pytest.mark.parametrize("body", [{"ids": ["GD-3", "BU-1"]}, {"topic": "pca-svd", "seed": 5}])
def test_checks_are_run_as_the_verb_runs_them(body: dict[str, Any]) -> None:
    response = API.post(f"{V1}/verify", json=body)
    assert response.status_code == 200, response.text
    expected = verify(body.get("topic"), body.get("ids"), seed=body.get("seed", 0))
    assert timeless(response.json()["rows"]) == as_json(expected.to_dict())
    assert response.json()["holds"] is True


def test_fresh_seeds_are_those_of_the_verb() -> None:
    response = API.post(f"{V1}/fresh", json={"topic": "backpropagation", "seeds": 2, "first": 9})
    expected = verify_fresh("backpropagation", seeds=2, first=9)
    found = timeless(response.json()["statements"])
    assert found == as_json([one.to_dict() for one in expected])


def test_what_must_fail_fails() -> None:
    key = "gradient-descent"
    found = got(f"breaks?topic={key}&seed=1")["breaks"]
    assert found == as_json([broken(one, 1).to_dict() for one in breaks(key)])
    found = got(f"errata?topic={key}")["errata"]
    assert found == as_json([refute(one, 0).to_dict() for one in errata(key)])
    assert all(one["refuted"] for one in found)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("GET", "topics/none", None, 404, "key"),
        ("GET", "statements/GD-999", None, 404, "number"),
        ("GET", "breaks?topic=none", None, 422, "topic"),
        ("GET", "errata?topic=none", None, 422, "topic"),
        ("GET", "errata?seed=-1", None, 422, "seed"),
        ("POST", "verify", {"topic": "none"}, 422, "topic"),
        ("POST", "verify", {"ids": ["none"]}, 422, "ids"),
        ("POST", "verify", {"ids": []}, 422, "ids"),
        ("POST", "verify", {"ids": ["GD-1"], "topic": "pca-svd"}, 422, "topic"),
        ("POST", "fresh", {"topic": "none"}, 422, "topic"),
        ("POST", "fresh", {"topic": "pca-svd", "seeds": 999}, 422, "seeds"),
    ],
)
def test_what_is_not_there_is_refused_by_name(
    method: str, path: str, body: dict[str, Any] | None, status: int, field: str
) -> None:
    response = API.request(method, f"{V1}/{path}", json=body)
    assert response.status_code == status, response.text
    assert [one["field"] for one in response.json()["error"]["problems"]] == [field]
