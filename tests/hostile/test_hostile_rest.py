"""Hostile files over HTTP: an answer in strict JSON, or a refusal in one form; never 5xx."""

from __future__ import annotations

from collections import Counter

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from apps.api import create_api
from core.runtime.settings import Settings
from tests.hostile.corpus import corpus
from tests.hostile.rest import ROUTES, Route, put


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = create_api(Settings(allowed_hosts=("testserver",)))
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.path}-{route.groups[0]}")
def test_answered_soundly_or_refused_in_one_form(client: TestClient, route: Route) -> None:
    files = [file for file in corpus() if route.takes(file)][:: route.every]
    found = [put(client, route, file) for file in files]
    assert [one for one in found if one.outcome == "failed"] == []
    assert Counter(one.outcome for one in found)["refused"] > 0


def test_a_broken_route_is_noticed() -> None:
    app = FastAPI()

    @app.post("/broken")
    def broken() -> None:
        raise ValueError

    @app.post("/nan")
    def number() -> str:
        return "NaN"

    client = TestClient(app, raise_server_exceptions=False)
    for path in ("/broken", "/absent"):
        route = Route(path, ("csv",), ("",))
        assert put(client, route, corpus()[0]).outcome == "failed"
