from __future__ import annotations

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from apps.api import create_api
from apps.api.openapi import show_answers
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.runtime.settings import Settings

API = create_api(Settings(allowed_hosts=("testserver",)))
CLIENT = TestClient(API)


class Reader(HTMLParser):
    """Collects what a page would fetch, and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [f"{tag} {value}" for name, value in attrs if name in {"src", "action"}]
        if tag in {"script", "img", "iframe", "link"}:
            self.fetched.append(tag)
        if tag in {"table", "pre", "h1", "h2", "h3", "tr", "td", "code"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag


def test_the_reference_fetches_nothing() -> None:
    page = CLIENT.get("/docs")
    reader = Reader()
    reader.feed(page.text)
    assert reader.fetched == []
    assert reader.open == []
    assert not re.search(r"https?://|@import|url\(", page.text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_nobody_reads_a_document_that_is_half_made(monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go = threading.Event(), threading.Event()

    def slow(document: dict[str, Any]) -> None:
        entered.set()
        go.wait(30)
        show_answers(document)

    monkeypatch.setattr(API, "openapi_schema", None)
    monkeypatch.setattr("apps.api.show_answers", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(API.openapi)
        entered.wait(30)
        second = pool.submit(lambda: json.dumps(API.openapi()))
        wait([second], timeout=0.5)  # what is half made would be there at once
        go.set()
        assert second.result() == json.dumps(first.result())


def test_the_reference_names_every_route_and_field() -> None:
    page = CLIENT.get("/docs").text
    for path, item in API.openapi()["paths"].items():
        for method in item:
            assert f"<code>{method.upper()} {path}</code>" in page
    for name in (*DIAGNOSTIC.names, *PREVENTION.names):
        assert f"<td>{name}" in page


def test_the_reference_knows_where_the_api_is_mounted() -> None:
    client = TestClient(Starlette(routes=[Mount("/api", API)]))
    page = client.get("/api/docs").text
    assert "<code>POST /api/v1/cardiosense/score</code>" in page
    assert "href='/api/openapi.json'" in page
    assert client.get("/api/openapi.json").json()["servers"] == [{"url": "/api"}]


def test_a_key_is_documented_where_it_is_asked_for() -> None:
    key = "a-key-of-sufficient-length"
    api = create_api(Settings(allowed_hosts=("testserver",), api_key=key))
    paths = api.openapi()["paths"]
    assert "security" in paths["/v1/cardiosense/score"]["post"]
    assert "security" not in paths["/health"]["get"]
    client = TestClient(api)
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 401
    assert client.get("/docs", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert "security" not in API.openapi()["paths"]["/v1/cardiosense/score"]["post"]


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect"])
def test_pages_that_need_the_network_are_absent(path: str) -> None:
    assert CLIENT.get(path).status_code == 404


def test_every_response_and_field_is_described() -> None:
    document = API.openapi()
    for path, item in document["paths"].items():
        for operation in item.values():
            assert operation["description"], path
            assert {"200", "4XX", "5XX"} <= operation["responses"].keys(), path
            assert "422" not in operation["responses"], path
    for name in ("RiskAnswer", "LeastEffortPathAnswer", "ExplanationAnswer"):
        for field, schema in document["components"]["schemas"][name]["properties"].items():
            assert schema.get("description"), f"{name}.{field}"
