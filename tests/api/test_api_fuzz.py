from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from fuzz_bodies import BC_SCORE, CASE, PATIENT, SCORE, Case, corpus

from apps.api import create_api
from apps.api.errors import ErrorBody
from core.runtime.settings import Settings

CASES = corpus()


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_api(Settings(allowed_hosts=("testserver",))))


def test_the_corpus_is_large() -> None:
    for system, least in (("cardiosense", 500), ("breast-cancer", 500)):
        own = [case for case in CASES if case.path.startswith(f"/v1/{system}/")]
        assert len({(case.path, case.content_type, case.body) for case in own}) >= least


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.path[4:]}-{case.name}")
def test_bad_body_is_refused_by_name(client: TestClient, case: Case) -> None:
    headers = {} if case.content_type is None else {"Content-Type": case.content_type}
    response = client.post(case.path, content=case.body, headers=headers)
    assert 400 <= response.status_code < 500, response.text
    error = ErrorBody.model_validate(response.json()).error
    assert error.request_id == response.headers["X-Request-ID"]
    named = {name for problem in error.problems for name in problem.field.split(", ")}
    assert any(name == case.field or name.startswith(f"{case.field}.") for name in named), named
    assert len(response.content) < 65_536
    assert not {"p", "p_before", "decision", "threshold"} & response.json().keys()


@pytest.mark.parametrize(("path", "record"), [(SCORE, PATIENT), (BC_SCORE, CASE)])
def test_the_untouched_record_is_scored(client: TestClient, path: str, record: dict) -> None:
    response = client.post(path, json=record)
    assert response.status_code == 200
    assert 0 < response.json()["p"] < 1
