from __future__ import annotations

import hmac
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from starlette.responses import Response
from starlette.routing import Match

from apps.api import create_api, roles
from apps.api.roles import Addresses, Keys
from apps.api.security import OPEN_PATHS, Gate
from core.runtime.settings import ROLES, Role, Settings

ROOT = Path(__file__).resolve().parents[2]
KEYS: dict[Role, str] = {role: f"{role}-key-{'x' * 16}" for role in ROLES}
SETTINGS = Settings(
    allowed_hosts=("testserver",), api_keys=tuple((role, key) for role, key in KEYS.items())
)
API = cast("Any", create_api(SETTINGS))
DOCUMENT = API.openapi()
OPERATIONS = [(m.upper(), p) for p, item in DOCUMENT["paths"].items() for m in item]

STORED = {
    "/v1/cardiosense/outcome/{request_id}",
    "/v1/cardiosense/monitoring",
    "/v1/audit/verify",
    "/v1/breast-cancer/streams",
    "/v1/breast-cancer/streams/{name}",
    "/v1/guardian/override",
    "/v1/guardian/burden",
    "/cds-services/guardian-order-select/feedback",
    "/cds-services/guardian-order-sign/feedback",
}
"""Written down a second time on purpose: taking one away must be a decision."""


def needed(method: str, path: str) -> Role:
    if path in STORED:
        return "admin"
    return "read" if method == "GET" else "score"


async def behind(scope: Any, receive: Any, send: Any) -> None:
    await Response(status_code=204)(scope, receive, send)


# Who comes through does not depend on what is behind, which would take minutes to compute.
DOOR = TestClient(Gate(behind, SETTINGS, API.addresses))
REAL = TestClient(API)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_route_opens_to_its_roles_only(method: str, path: str) -> None:
    for role in ROLES:
        may = path in OPEN_PATHS or ROLES.index(role) >= ROLES.index(needed(method, path))
        assert DOOR.request(method, path, headers=bearer(KEYS[role])).status_code == (
            204 if may else 403
        )
        if not may:
            refused = REAL.request(method, path, headers=bearer(KEYS[role]))
            assert refused.status_code == 403
            (problem,) = refused.json()["error"]["problems"]
            assert f"needs the role {needed(method, path)};" in problem["message"]
            assert f"has the role {role}." in problem["message"]
            assert KEYS[role] not in refused.text
    for headers in ({}, bearer("not-a-key-of-anyone"), {"Authorization": f"Basic {KEYS['admin']}"}):
        expected = 204 if path in OPEN_PATHS else 401
        assert DOOR.request(method, path, headers=headers).status_code == expected


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_document_states_role_and_scheme(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method.lower()]
    if path in OPEN_PATHS:
        assert "security" not in operation
        assert "x-role" not in operation
        return
    assert operation["x-role"] == needed(method, path)
    assert operation["security"] == [{"key": [needed(method, path)]}]
    assert DOCUMENT["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert f"<p>Role: {needed(method, path)}</p>" in PAGE.split(f"{method} {path}</code>")[1][:3000]


PAGE = REAL.get("/docs", headers=bearer(KEYS["read"])).text


def test_every_address_is_known_by_its_template_and_no_other() -> None:
    for _, path in OPERATIONS:
        found = API.addresses.find(
            path.replace("{key}", "a").replace("{request_id}", "b").replace("{name}", "c")
        )
        assert found is not None
        assert found.template == path
    assert API.addresses.find("/v1/cardiosense/outcome/a/b") is None
    assert API.addresses.find("/v1/nothing") is None


def leads_to(path: str, method: str) -> str | None:
    """Return the template of the route that the router itself takes; none if it takes none."""
    scope = {"type": "http", "path": path, "root_path": "", "method": method, "headers": []}
    found = [one for one in ROUTES if one.matches(scope)[0] is Match.FULL]
    return found[0].path if found else None


ROUTES = [
    route
    for one in API.routes
    for route in (one.original_router.routes if hasattr(one, "original_router") else [one])
]


def test_no_spelling_of_an_address_needs_less_than_the_address() -> None:
    for method, path in OPERATIONS:
        plain = path.replace("{key}", "a").replace("{request_id}", "b").replace("{name}", "c")
        assert leads_to(plain, method) == path
        for end in ("\n", "\r", "\n\n", "/", " ", "\0", "\x85", "\u2028", ";"):
            found = leads_to(plain + end, method)
            if found is not None:
                assert API.addresses.role(plain + end, method) == needed(method, found), (path, end)


def test_a_line_break_behind_an_address_opens_nothing() -> None:
    read = bearer(KEYS["read"])
    assert REAL.get("/v1/audit/verify%0A", headers=read).status_code == 403
    assert REAL.post("/v1/guardian/check%0A", json={}, headers=read).status_code == 403


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/v1/openapi.json", "/nothing"])
def test_what_stands_in_no_document_needs_a_key_too(path: str) -> None:
    assert REAL.get(path).status_code == 401
    assert REAL.get(path, headers=bearer(KEYS["read"])).status_code == (
        404 if path == "/nothing" else 200
    )


@pytest.mark.parametrize("offered", [*KEYS.values(), "unknown-key-unknown", ""])
def test_every_key_is_compared_whatever_matches(
    monkeypatch: pytest.MonkeyPatch, offered: str
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    really = hmac.compare_digest

    def watched(first: bytes, second: bytes) -> bool:
        compared.append((first, second))
        return really(first, second)

    keys = Keys(SETTINGS)
    monkeypatch.setattr(roles.hmac, "compare_digest", watched)
    caller = keys.caller(f"Bearer {offered}")
    assert [second for _, second in compared] == [roles.digest(key) for key in KEYS.values()]
    assert {len(part) for pair in compared for part in pair} == {32}
    assert (caller.role if caller else None) == {key: role for role, key in KEYS.items()}.get(
        offered
    )


def test_the_single_key_has_every_role() -> None:
    keys = Keys(Settings(api_key="one-key-for-everything", api_keys=SETTINGS.api_keys))
    caller = keys.caller("bearer one-key-for-everything")
    assert caller is not None
    assert all(caller.may(role) for role in ROLES)


def test_without_keys_the_document_names_roles_and_no_scheme() -> None:
    document = create_api(Settings()).openapi()
    assert "securitySchemes" not in document["components"]
    assert document["paths"]["/v1/cardiosense/score"]["post"]["x-role"] == "score"


def test_a_declaration_that_outlived_its_route_stops_the_start() -> None:
    with pytest.raises(ValueError, match="/outcome: no such route"):
        Addresses().add(APIRouter().routes, admin={"/outcome"})


def test_an_address_with_two_methods_has_two_roles() -> None:
    routes = APIRouter()
    for method, path in product(("GET", "DELETE"), ("/thing", "/thing/{key}")):
        routes.add_api_route(path, lambda: None, methods=[method])
    addresses = Addresses()
    addresses.add(routes.routes)
    for path in ("/thing", "/thing/1"):
        assert addresses.role(path, "GET") == "read"
        assert addresses.role(path, "DELETE") == "score"


def test_the_roles_are_documented() -> None:
    text = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    for path in STORED:
        assert f"`{path}`" in text
    for role in ROLES:
        assert f"| `{role}` |" in text
