from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from apps.api import create_api, health
from apps.process import PROCESS
from core.runtime.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CASE = {"meds": ["warfarin 5 mg daily"]}


def service(**changes: Any) -> TestClient:
    return TestClient(create_api(Settings(allowed_hosts=("testserver",), **changes)))


def figures(client: TestClient) -> dict[tuple[str, tuple[str, ...]], float]:
    text = client.get("/metrics").text
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_method_and_class() -> None:
    client = service()
    client.get("/v1/guardian/rules/nothing-like-this")
    client.get("/v1/guardian/rules/nor-like-this")
    client.post("/v1/guardian/check", json=CASE)
    client.get("/somewhere/else")
    found = figures(client)
    rules = "/v1/guardian/rules/{key}"
    assert found["suite_requests_total", tuple(sorted((rules, "GET", "4xx")))] == 2
    check = "/v1/guardian/check"
    assert found["suite_requests_total", tuple(sorted((check, "POST", "2xx")))] == 1
    assert found["suite_requests_total", tuple(sorted(("unknown", "GET", "4xx")))] == 1
    assert found["suite_request_seconds_count", (check,)] == 1
    assert found["suite_requests_in_flight", ()] == 1, "the one that asks"


def test_refusals_are_counted_by_reason() -> None:
    client = service(
        rate_per_minute=4,
        api_keys=(("read", "r" * 16), ("admin", "a" * 16)),
        body_limit_bytes=1024,
    )
    read, admin = ({"Authorization": f"Bearer {letter * 16}"} for letter in "ra")
    client.get("/v1/guardian/knowledge")
    client.post("/v1/guardian/check", json=CASE, headers=read)
    client.post("/v1/guardian/check", content=b"x" * 2000, headers=admin)
    for _ in range(4):
        client.get("/nothing", headers=read)
    client.get("/health", headers={"Host": "elsewhere"})
    text = client.get("/metrics", headers=read).text
    for reason in ("unauthorised", "forbidden", "too-large", "too-many-requests", "bad-request"):
        assert f'suite_refused_total{{reason="{reason}"}} 1.0' in text


def test_entries_of_the_audit_log_are_counted(tmp_path: Path) -> None:
    client = service(audit_mode="hashes", audit_url=f"sqlite:///{tmp_path}/log.sqlite")
    for _ in range(3):
        assert client.post("/v1/guardian/check", json=CASE).status_code == 200
    assert figures(client)["suite_audit_entries_total", ()] == 3


def test_applications_do_not_share_their_counters() -> None:
    first, second = service(), service()
    first.get("/nothing")
    nothing = ("suite_requests_total", tuple(sorted(("unknown", "GET", "4xx"))))
    assert figures(first)[nothing] == 1
    assert nothing not in figures(second)
    assert not [one for one in REGISTRY.collect() if one.name.startswith("suite_")]


VALUES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=6, max_size=20)


@hypothesis_settings(max_examples=25)
@given(name=VALUES, value=VALUES)
def test_no_value_of_a_caller_becomes_a_label_or_a_line(name: str, value: str) -> None:
    mark = f"Ms{name}{value}"
    answer = CLIENT.request(
        mark[:20],
        f"/v1/{mark}?{mark}={mark}",
        headers={"Authorization": f"Bearer {mark}", "Referer": mark},
    )
    assert answer.status_code in {404, 405}
    CLIENT.get(f"/v1/guardian/rules/{mark}", params={mark: mark})
    CLIENT.post("/v1/guardian/check", json={"meds": [mark], mark: mark})
    text = CLIENT.get("/metrics").text
    assert mark not in text
    assert mark[:20] not in text


CLIENT = service()


def test_the_process_shows_what_it_uses_and_which_models_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PROCESS, "systems", {"guardian": "", "cardiosense": "Altered."})
    monkeypatch.setattr(PROCESS, "warm_seconds", 1.5)
    found = figures(CLIENT)
    assert found["suite_system_up", ("guardian",)] == 1
    assert found["suite_system_up", ("cardiosense",)] == 0
    assert found["suite_warm_seconds", ()] == 1.5
    assert found["process_resident_memory_bytes", ()] > 1e6
    models = {labels for name, labels in found if name == "suite_model_info"}
    assert any("guardian" in labels for labels in models)
    assert not any("cardiosense" in labels for labels in models)


def test_every_figure_is_documented() -> None:
    text = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    shown = text_string_to_metric_families(CLIENT.get("/metrics").text)
    for family in shown:
        if not family.name.startswith("process_") and not family.name.endswith("_created"):
            assert f"`{family.name}" in text, family.name


READY = {"guardian": "", "cardiosense": ""}


@pytest.mark.parametrize(
    ("systems", "warm", "ending", "status", "said"),
    [
        (READY, 1.0, False, "ready", ""),
        (READY | {"cardiosense": "Altered."}, 1.0, False, "degraded", "cardiosense: Altered."),
        (dict.fromkeys(READY, "Altered."), 1.0, False, "not-ready", "guardian: Altered."),
        ({}, None, False, "not-ready", "The models are not loaded yet."),
        (READY, 1.0, True, "not-ready", "The service is stopping."),
    ],
)
def test_ready_says_whether_requests_should_come(
    monkeypatch: pytest.MonkeyPatch,
    systems: dict[str, str],
    warm: float | None,
    ending: bool,
    status: str,
    said: str,
) -> None:
    monkeypatch.setattr(PROCESS, "systems", systems)
    monkeypatch.setattr(PROCESS, "warm_seconds", warm)
    monkeypatch.setattr(PROCESS, "ending", ending)
    answer = CLIENT.get("/ready")
    assert answer.status_code == (503 if status == "not-ready" else 200)
    assert ("Retry-After" in answer.headers) is (status == "not-ready")
    found = health.Readiness.model_validate(answer.json())
    assert found.status == status
    assert found.reasons[0] == said if said else not found.reasons
    assert CLIENT.get("/health").status_code == 200


def test_ready_asks_for_the_audit_log_only_while_it_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(PROCESS, "warm_seconds", 1.0)
    file = tmp_path / "there" / "log.sqlite"
    url = f"sqlite:///{file}"
    assert health.audit_problems(url) == [], "it will be made where there is room"
    assert not file.parent.exists(), "asking makes nothing"
    file.parent.mkdir()
    file.write_bytes(b"this is not a database, whatever its name says" * 100)
    (problem,) = health.audit_problems(url)
    assert str(file) in problem
    assert "DatabaseError" in problem
    assert service(audit_mode="off", audit_url=url).get("/ready").status_code == 200
    assert service(audit_mode="full", audit_url=url).get("/ready").status_code == 503


def test_who_asks_meanwhile_shares_the_look_at_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[str] = []
    go = threading.Event()

    def look(url: str) -> list[str]:
        looks.append(url)
        go.wait(30)
        return ["It cannot be written."]

    monkeypatch.setattr(health, "audit_problems", look)
    api = create_api(Settings(allowed_hosts=("testserver",), audit_mode="full"))

    async def steps() -> list[int]:
        transport = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            asked = [asyncio.ensure_future(client.get("/ready")) for _ in range(100)]
            while not looks:
                await asyncio.sleep(0)
            for _ in range(1000):  # time for all the others to arrive
                await asyncio.sleep(0)
            assert (await client.get("/health")).status_code == 200
            go.set()
            first = [one.status_code for one in await asyncio.gather(*asked)]
            return [*first, (await client.get("/ready")).status_code]

    assert asyncio.run(steps()) == [503] * 101
    assert len(looks) == 2


def test_a_log_that_another_writes_to_is_writable(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    monkey = pytest.MonkeyPatch()
    with closing(sqlite3.connect(tmp_path / "log.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TABLE one (n)")
        other.execute("BEGIN IMMEDIATE")
        with monkey.context() as patch:
            patch.setattr(health, "DATABASE_SECONDS", 0)
            assert health.audit_problems(f"sqlite:///{tmp_path}/log.sqlite") == []


def test_a_database_server_that_is_away_is_told_without_its_password() -> None:
    (problem,) = health.audit_problems("postgresql+psycopg://me:hunter2@127.0.0.1:1/log")
    assert "cannot be written" in problem
    assert "hunter2" not in problem
