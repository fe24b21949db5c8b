from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, cast

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
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
        ids.ended(name, answered=True)
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


@pytest.mark.parametrize("hosts", [[], ["testserver", "evil.example"], ["testserver"] * 2])
def test_one_host_is_named_and_no_more(hosts: list[str]) -> None:
    assert run_once(headers=[("host", one) for one in hosts]) == 400


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 200),
        ("https://testserver", 200),
        ("http://evil.example", 403),
        ("http://testserver.evil.example", 403),
        ("http://testserver:1", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_the_page_of_another_site_calls_nothing(
    client: TestClient, origin: str, status: int
) -> None:
    response = client.post("/echo", json=VALID, headers={"Origin": origin})
    assert response.status_code == status
    if status == 403:
        assert error_of(response)["problems"][0]["field"] == "Origin"


def test_a_body_of_two_lengths_is_refused_and_the_connection_closed() -> None:
    headers = [("host", "testserver"), ("content-length", "5"), ("transfer-encoding", "chunked")]
    said: dict[bytes, bytes] = {}
    assert run_once(headers, said=said) == 400
    assert said[b"connection"] == b"close"


def run_once(
    headers: list[tuple[str, str]],
    body: dict[str, Any] | None = None,
    said: dict[bytes, bytes] | None = None,
) -> int:
    """Send one request as no client would, and return the status; 0 for no answer at all."""
    status = 0

    async def receive() -> dict[str, Any]:
        return body or {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        (said if said is not None else {}).update(message.get("headers", ()))

    scope = {
        "type": "http", "method": "POST", "path": "/echo", "root_path": "", "scheme": "http",
        "query_string": b"", "client": ("192.0.2.1", 1), "server": ("testserver", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }  # fmt: skip
    asyncio.run(cast("Any", small_api())(scope, receive, send))
    return status


def test_who_leaves_in_mid_body_is_no_failure_of_the_service(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def leave(scope: Any, receive: Any, send: Any) -> None:
        await Request(scope, receive).body()

    headers = [(b"host", b"testserver"), (b"content-length", b"9")]
    scope = {"type": "http", "method": "POST", "path": "/x", "headers": headers}
    gone: list[Any] = [{"type": "http.disconnect"}, {"type": "http.request", "more_body": True}]
    told: list[Any] = []
    gate = security.Gate(leave, Settings(allowed_hosts=("testserver",)))

    async def receive() -> Any:
        return gone.pop()

    async def send(message: Any) -> None:
        told.append(message)

    asyncio.run(gate(scope, receive, send))
    assert told == []
    assert (gate.places.taken, gate.places.arriving) == (0, 0)
    assert "request failed" not in caplog.text


def test_one_id_is_not_answered_twice_at_once() -> None:
    async def steps() -> None:
        entered, go = asyncio.Event(), asyncio.Event()

        async def wait(scope: Any, receive: Any, send: Any) -> None:
            entered.set()
            await go.wait()
            await Response()(scope, receive, send)

        gate = security.Gate(wait, Settings(allowed_hosts=("testserver",)))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(gate), base_url="http://testserver"
        ) as client:
            one = {"X-Request-ID": "one"}
            first = asyncio.ensure_future(client.post("/x", headers=one))
            await entered.wait()
            assert (await client.post("/x", headers=one)).status_code == 409
            assert (await client.post("/x", headers=one)).status_code == 409, "still held"
            go.set()
            assert (await first).status_code == 200
            assert (await client.post("/x", headers=one)).status_code == 409
            other = {"X-Request-ID": "other"}
            assert (await client.post("/x", headers=other)).status_code == 200

    asyncio.run(steps())


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
        ("artifact", 503, "model-unavailable"),
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
