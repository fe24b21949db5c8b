from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from apps.api import errors, security
from apps.api.records import record
from apps.api.strict import StrictRoute
from core.cardiosense.schema import DIAGNOSTIC
from core.errors import ArtifactError, NotEnoughDataError
from core.runtime.settings import Settings

KEY = "a-key-of-sufficient-length"
Patient = Annotated[dict[str, Any], record(DIAGNOSTIC.pydantic_model("GatePatient"))]


def small_api(**changes: Any) -> FastAPI:
    """The gate and the error forms around three routes that need no model."""
    app = FastAPI()
    errors.install(app)
    app.add_middleware(security.Gate, settings=Settings(allowed_hosts=("testserver",), **changes))
    routes = APIRouter(route_class=StrictRoute)

    @routes.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @routes.post("/echo")
    def echo(patient: Patient) -> dict[str, int]:
        return {"n": len(DIAGNOSTIC.parse(patient)[0])}

    @routes.get("/fail/{how}")
    def fail(how: str) -> None:
        raise {
            "bug": ZeroDivisionError("patient 4711 aged 63"),
            "artifact": ArtifactError("The model file is missing."),
            "data": NotEnoughDataError("Ten outcomes are needed."),
        }[how]

    app.include_router(routes)
    return app


@pytest.fixture
def client() -> TestClient:
    return TestClient(small_api())


VALID = {"age": 50, "sex": 1, "cp": 4}


def error_of(response: Any) -> dict[str, Any]:
    error = response.json()["error"]
    assert error["request_id"] == response.headers["X-Request-ID"]
    errors.ErrorBody.model_validate(response.json())
    return error


def test_every_response_has_the_security_headers_and_an_id(client: TestClient) -> None:
    for response in (client.get("/health"), client.get("/nothing"), client.post("/echo")):
        for name, value in security.HEADERS.items():
            assert response.headers[name] == value
        assert len(response.headers["X-Request-ID"]) == 32


def test_callers_id_is_kept_once(client: TestClient) -> None:
    headers = {"X-Request-ID": "visit-2026.11_23"}
    first = client.post("/echo", json=VALID, headers=headers)
    assert (first.status_code, first.headers["X-Request-ID"]) == (200, "visit-2026.11_23")
    second = client.post("/echo", json=VALID, headers=headers)
    assert second.status_code == 409
    assert error_of(second)["request_id"] != "visit-2026.11_23"
    assert error_of(second)["problems"][0]["field"] == "X-Request-ID"


def test_look_ups_may_share_an_id(client: TestClient) -> None:
    for _ in range(3):
        response = client.get("/health", headers={"X-Request-ID": "probe"})
        assert (response.status_code, response.headers["X-Request-ID"]) == (200, "probe")
    assert client.post("/echo", json=VALID, headers={"X-Request-ID": "probe"}).status_code == 200


def test_an_id_whose_request_was_refused_may_be_sent_again(client: TestClient) -> None:
    headers = {"X-Request-ID": "again"}
    assert client.post("/echo", json={}, headers=headers).status_code == 422
    assert client.post("/echo", json=VALID, headers=headers).status_code == 200


@pytest.mark.parametrize("offered", ["a b", "", "x" * 65, "-leading", "sémantique", "a/b"])
def test_malformed_id_is_refused(client: TestClient, offered: str) -> None:
    response = client.get("/health", headers=[(b"X-Request-ID", offered.encode())])
    assert response.status_code == 400
    assert error_of(response)["problems"][0]["field"] == "X-Request-ID"


def test_remembered_ids_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "REMEMBERED_IDS", 3)
    ids = security.RequestIds()
    for name in "abcd":
        ids.answered(name)
    assert ids.take("a", "POST") == "a"
    with pytest.raises(errors.Refusal):
        ids.take("d", "POST")


@pytest.mark.parametrize(
    "authorization", [None, "", KEY, f"Basic {KEY}", f"Bearer {KEY}x", "Bearer", "Bearer \udcff"]
)
def test_wrong_key_is_refused_before_the_body_is_read(authorization: str | None) -> None:
    client = TestClient(small_api(api_key=KEY))
    headers = (
        []
        if authorization is None
        else [(b"Authorization", authorization.encode("utf-8", "surrogateescape"))]
    )
    response = client.post("/echo", content=b"{", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert KEY not in response.text
    assert error_of(response)["problems"][0]["field"] == "Authorization"


def test_right_key_opens_and_health_needs_none() -> None:
    client = TestClient(small_api(api_key=KEY))
    headers = {"Authorization": f"bearer {KEY}"}
    assert client.post("/echo", json=VALID, headers=headers).status_code == 200
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("testserver", True),
        ("TESTSERVER:8501", True),
        ("evil.example", False),
        ("testserver.evil.example", False),
        ("[::1]:80", False),
        ("", False),
    ],
)
def test_only_known_hosts_are_served(client: TestClient, host: str, served: bool) -> None:
    response = client.get("/health", headers={"Host": host})
    assert (response.status_code == 200) is served
    if not served:
        assert error_of(response)["problems"][0]["field"] == "Host"


def test_wildcard_hosts() -> None:
    patterns = ("*.example.org", "[::1]")
    assert security._is_served("suite.example.org:80", patterns)
    assert security._is_served("[::1]:8501", patterns)
    assert not security._is_served("example.org", patterns)
    assert not security._is_served("badexample.org", patterns)
    assert security._is_served("anything", ("*",))


def test_declared_length_above_the_limit_is_refused(client: TestClient) -> None:
    body = b'{"age": 50' + b" " * security.JSON_LIMIT_BYTES + b"}"
    response = client.post("/echo", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert error_of(response)["problems"][0]["field"] == "body"


def test_streamed_body_above_the_limit_is_refused_while_it_arrives() -> None:
    sent = 0

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": b"x" * 8192, "more_body": True}

    status, body = asyncio.run(_call(small_api(), receive))
    assert status == 413
    assert json.loads(body)["error"]["type"] == "too-large"
    assert sent == security.JSON_LIMIT_BYTES // 8192 + 1


def test_body_that_never_comes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "BODY_SECONDS", 0.0)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    status, body = asyncio.run(_call(small_api(), receive))
    assert status == 408
    assert json.loads(body)["error"]["problems"][0]["field"] == "body"


async def _call(app: FastAPI, receive: Any) -> tuple[int, bytes]:
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/echo", "root_path": "", "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"content-type", b"application/json")],
    }  # fmt: skip
    await app(scope, receive, send)
    return messages[0]["status"], messages[1]["body"]


def test_a_bug_shows_only_an_id(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    response = client.get("/fail/bug")
    assert response.status_code == 500
    error = error_of(response)
    assert error["type"] == "internal"
    assert error["request_id"] in error["message"]
    assert "4711" not in response.text
    assert "ZeroDivision" not in response.text


@pytest.mark.parametrize(
    ("how", "status", "kind"),
    [
        ("artifact", 503, "unavailable"),
        ("data", 422, "not-enough-data"),
    ],
)
def test_suite_errors_are_told(client: TestClient, how: str, status: int, kind: str) -> None:
    response = client.get(f"/fail/{how}")
    assert response.status_code == status
    assert error_of(response)["type"] == kind


def test_unknown_addresses_and_methods_have_the_same_form(client: TestClient) -> None:
    assert error_of(client.get("/nothing"))["problems"][0]["field"] == "path"
    wrong = client.get("/echo")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
    assert error_of(wrong)["problems"][0]["field"] == "method"


def test_mounted_under_a_prefix_the_gate_knows_its_paths() -> None:
    mounted = Starlette(routes=[Mount("/api", small_api(api_key=KEY))])
    client = TestClient(mounted)
    assert client.get("/api/health").status_code == 200
    assert client.post("/api/echo").status_code == 401
    assert error_of(client.get("/api/nothing", headers={"Authorization": f"Bearer {KEY}"}))
