"""The medication check over HTTP, and its CDS Hooks services."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from apps.api import create_api
from apps.api.errors import ErrorBody
from apps.api.guardian import InventoryAnswer, OrderAnswer, ReviewAnswer, RuleAnswer
from core.audit.log import AuditLog
from core.guardian import burden, inventory, knowledge, review
from core.plain import plain
from core.runtime.settings import Settings
from tests.guardian_cases import CASES, WARFARIN

V1 = "/v1/guardian"
HOST = {"allowed_hosts": ("testserver",)}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_api(Settings(**HOST)))


@pytest.fixture
def audited(tmp_path: Path) -> tuple[TestClient, AuditLog]:
    url = f"sqlite:///{(tmp_path / 'audit.sqlite').as_posix()}"
    return TestClient(create_api(Settings(audit_url=url, audit_mode="hashes", **HOST))), AuditLog(
        url
    )


def document(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert found.pop("request_id") == response.headers["X-Request-ID"]
    return found


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_check_is_what_python_says(client, name):
    response = client.post(f"{V1}/check", json=CASES[name])
    ReviewAnswer.model_validate(response.json())
    assert document(response) == json.loads(json.dumps(review(CASES[name]).to_dict()))


@pytest.mark.parametrize(
    "case",
    [{}, {"meds": 4}, {"meds": [None]}, {"patient": []}, {"fhir_bundle": 1}, {"other": 1}],
)
def test_what_cannot_be_used_is_an_incomplete_answer(client, case):
    found = document(client.post(f"{V1}/check", json=case))
    assert found["status"] == "incomplete"
    assert found["gaps"]


@pytest.mark.parametrize("body", [b"[]", b"4", b"{", b'"x"', b"\xff", b'{"a": 1, "a": 2}'])
def test_what_is_no_object_is_refused_by_name(client, body):
    response = client.post(
        f"{V1}/check", content=body, headers={"Content-Type": "application/json"}
    )
    assert 400 <= response.status_code < 500
    ErrorBody.model_validate(response.json())


def test_lone_surrogates_and_odd_numbers_are_answered(client):
    body = b'{"meds": ["\\ud800 warfarin 5 mg"], "patient": {"age": NaN, "weight_kg": 1e999}}'
    response = client.post(
        f"{V1}/check", content=body, headers={"Content-Type": "application/json"}
    )
    assert document(response)["ingredients"] == ["warfarin"]


def test_a_deeply_nested_bundle_is_read(client):
    nested: Any = {"value": 1}
    for _ in range(15):
        nested = {"extension": [nested]}
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": {"text": "warfarin"},
        **nested,
    }
    bundle = {"resourceType": "Bundle", "entry": [{"resource": order}]}
    assert document(client.post(f"{V1}/check", json={"fhir_bundle": bundle}))["ingredients"]


def test_a_line_is_read(client):
    response = client.post(f"{V1}/normalise", json={"text": "Augmentin 875 mg bid"})
    OrderAnswer.model_validate(response.json())
    assert document(response)["ingredients"] == ["amoxicillin", "clavulanate"]
    assert client.post(f"{V1}/normalise", json={"text": "x" * 10_001}).status_code == 422


def test_rules_and_the_size_of_the_knowledge_base_can_be_read(client):
    key = "ddi-nitrate-pde5"
    response = client.get(f"{V1}/rules/{key}")
    RuleAnswer.model_validate(response.json())
    assert document(response) == json.loads(json.dumps(plain(knowledge().rules[key])))
    assert client.get(f"{V1}/rules/none").status_code == 404
    response = client.get(f"{V1}/knowledge")
    InventoryAnswer.model_validate(response.json())
    assert document(response)["version"] == inventory().version


def test_the_log_keeps_hashes_and_rules_and_nothing_of_the_patient(audited):
    client, log = audited
    case = {
        **WARFARIN,
        "patient": {**WARFARIN["patient"], "name": "Canary Person", "notes": "canary"},
    }
    assert client.post(f"{V1}/check", json=case).status_code == 200
    (entry,) = log.entries()
    assert entry.event == "guardian_check"
    assert "ddi-warfarin-sulfonamide" in entry.payload
    assert not {
        part
        for part in ("anary", "Coumadin", "72", "64")
        if part in json.dumps(entry.data()["alerts"])
    }
    assert "anary" not in entry.payload
    for path, event in (
        ("leaflet", "leaflet"),
        ("narrative", "narrative"),
        ("export", "review_bundle"),
    ):
        assert client.post(f"{V1}/{path}", json=case).status_code == 200
        (found,) = log.entries(event=event)
        assert found.data() == entry.data()
    assert client.get(f"{V1}/burden").json()["checks"] == 1, "the case was checked once"


def call(instance: str = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea") -> dict[str, Any]:
    def bundle(name: str, status: str) -> dict[str, Any]:
        order = {
            "resourceType": "MedicationRequest",
            "status": status,
            "medicationCodeableConcept": {"text": name},
        }
        return {"resourceType": "Bundle", "entry": [{"resource": order}]}

    return {
        "hook": "order-sign",
        "hookInstance": instance,
        "context": {"patientId": "1", "draftOrders": bundle("Bactrim DS 1 tab bid", "draft")},
        "prefetch": {"medications": bundle("warfarin 5 mg daily", "active")},
    }


def test_cds_hooks_discovery_cards_and_feedback(audited):
    client, log = audited
    services = client.get("/cds-services").json()["services"]
    assert {one["id"] for one in services} == {"guardian-order-select", "guardian-order-sign"}
    response = client.post("/cds-services/guardian-order-sign", json=call())
    assert response.status_code == 200, response.text
    assert response.json().keys() == {"cards"}
    card = response.json()["cards"][0]
    assert card["indicator"] == "critical"
    feedback = {
        "feedback": [
            {
                "card": card["uuid"],
                "outcome": "overridden",
                "overrideReason": {"reason": {"code": "will-monitor"}, "userComment": "INR"},
            }
        ]
    }
    response = client.post("/cds-services/guardian-order-sign/feedback", json=feedback)
    assert response.json() == {"received": 1, "recorded": True}
    found = burden(log.entries())
    assert (found.checks, found.overrides) == (1, 1)
    assert found.rules[0].rule_id == "ddi-warfarin-sulfonamide"
    assert found.rules[0].overridden == 1
    assert found.reasons == {"will-monitor": 1}
    assert log.verify().ok


def test_feedback_is_read_but_not_kept_while_auditing_is_off(client):
    body = {"feedback": [{"card": "x", "outcome": "accepted"}]}
    response = client.post("/cds-services/guardian-order-select/feedback", json=body)
    assert response.json() == {"received": 1, "recorded": False}


@pytest.mark.parametrize("body", [{}, {"hook": "patient-view"}, {"hook": "order-sign"}])
def test_a_call_of_another_form_is_refused(client, body):
    response = client.post("/cds-services/guardian-order-sign", json=body)
    assert response.status_code == 422
    ErrorBody.model_validate(response.json())
