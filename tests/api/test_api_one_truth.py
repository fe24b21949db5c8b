"""Routes beside the estimates say what the verbs say, and refuse by name what these refuse."""

from __future__ import annotations

import datetime
import functools
import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from apps.api import apple_sales_tables, create_api
from apps.api.apple_sales_questions import TABLE
from apps.api.guardian_schemas import EXAMPLE
from core import apple_sales, breast_cancer, cardiosense, guardian, respiratory, trust
from core.audit.log import AuditLog
from core.guardian import agents
from core.plain import plain
from core.runtime.settings import Settings
from core.stats.signal import signal
from core.trust.checklists import fill
from tests.respiratory_films import CAT

API = TestClient(create_api(Settings(allowed_hosts=("testserver",))))
PATIENT = {spec.name: spec.default for spec in cardiosense.DIAGNOSTIC}
PERSON = {spec.name: spec.default for spec in cardiosense.PREVENTION}
CASE = dict(breast_cancer.case_presets()[1].values)
CSV = {"Content-Type": "text/csv"}
ROWS: bytes = TABLE["requestBody"]["content"]["text/csv"]["example"].encode()
FRAME = apple_sales.read_numbers(ROWS, "body").frame
PROBLEM = apple_sales.default_problem()
TRUST = {"y": [1, 0, 0, 1] * 20, "p": [0.83, 0.12, 0.47, 0.64] * 20}
ISSUED = datetime.date(2026, 1, 31)

Says = Callable[[], Any]


def as_json(found: Any) -> Any:
    return json.loads(json.dumps(plain(found), allow_nan=False))


def unpacked(response: Any) -> Any:
    """What an answer says beside its id."""
    assert response.status_code == 200, response.text
    return {key: one for key, one in response.json().items() if key != "request_id"}


GETS: dict[str, Says] = {
    "cardiosense/global": lambda: cardiosense.global_view().to_dict(),
    "cardiosense/about": cardiosense.about,
    "breast-cancer/about": breast_cancer.about,
    "breast-cancer/at-threshold?threshold=0.3&prevalence=0.01&model=svm": lambda: (
        breast_cancer.at_threshold(0.3, 0.01, "svm").to_dict()
    ),
    "breast-cancer/wrong-cases?at_least=0.9": lambda: {
        "cases": [one.to_dict() for one in breast_cancer.wrong_cases(at_least=0.9)]
    },
    "breast-cancer/stress/swap?severity=2&n=100&seed=4&lamps=false": lambda: breast_cancer.stress(
        "swap", 2, n=100, seed=4, lamps=False
    ).to_dict(),
    "breast-cancer/stress/unit?column=mean_radius&n=100&lamps=false": lambda: breast_cancer.stress(
        "unit", n=100, columns=["mean_radius"], lamps=False
    ).to_dict(),
    "respiratory/evidence?model=vit": lambda: {
        "evidence": respiratory.evidence(respiratory.Network.VIT)
    },
    "respiratory/headline": respiratory.headline,
    "respiratory/claim": lambda: {"items": respiratory.claim()},
    "respiratory/gate": respiratory.gate_levels,
    "respiratory/about": respiratory.about,
    "guardian/about": guardian.about,
    "trust/misleading-cases": lambda: {
        "cases": [one.to_dict() for one in trust.misleading_cases()]
    },
    "apple-sales/about": apple_sales.about,
    "apple-sales/cells?year=2024&tilt=1.5": lambda: apple_sales.cell_estimate(2024, 1.5).to_dict(),
    "apple-sales/bridge?product=Mac&start=2016&end=2017": lambda: apple_sales.bridge(
        "Mac", 2016, 2017
    ).to_dict(),
    "apple-sales/margin-change?start=2020&end=2023": lambda: apple_sales.margin_change(
        2020, 2023
    ).to_dict(),
    "apple-sales/services": lambda: {
        "models": [one.to_dict() for one in apple_sales.services_models()]
    },
    "apple-sales/contrasts?source=unit growth&correction=Benjamini-Hochberg": lambda: (
        apple_sales.contrasts_of("unit growth", correction="Benjamini-Hochberg").to_dict()
    ),
}
POSTS: dict[str, tuple[Any, Says]] = {
    "cardiosense/prevention?model=framingham": (
        PERSON,
        lambda: cardiosense.prevention_risk(PERSON, "framingham").to_dict(),
    ),
    "cardiosense/what-if": (
        {"patient": PATIENT, "changes": {"chol": 180, "exang": 1}},
        lambda: cardiosense.what_if(PATIENT, {"chol": 180, "exang": 1}).to_dict(),
    ),
    "cardiosense/sensitivity?feature=oldpeak&points=9": (
        PATIENT,
        lambda: cardiosense.sensitivity_curve(PATIENT, "oldpeak", points=9).to_dict(),
    ),
    "cardiosense/evidence": (
        PATIENT,
        lambda: {"evidence": cardiosense.evidence(cardiosense.score_patient(PATIENT))},
    ),
    "breast-cancer/case-mix?k=3": (CASE, lambda: breast_cancer.case_mix(CASE, 3).to_dict()),
    "breast-cancer/sensitivity?feature=worst_area&others=held": (
        CASE,
        lambda: breast_cancer.sensitivity_curve(CASE, "worst_area", "held").to_dict(),
    ),
    "breast-cancer/evidence?threshold=0.3": (
        CASE,
        lambda: {
            "evidence": breast_cancer.evidence(
                breast_cancer.score_case(CASE, 0.3), breast_cancer.case_mix(CASE)
            )
        },
    ),
    "trust/checklist?kind=claim_2024&study=both": (
        TRUST,
        lambda: fill(
            trust.audit(TRUST["y"], TRUST["p"]).to_dict(), "claim_2024", study="both"
        ).to_dict(),
    ),
    "trust/original": (
        TRUST,
        lambda: trust.original_view(trust.read_predictions(TRUST["y"], TRUST["p"])).to_dict(),
    ),
    "guardian/leaflet": (EXAMPLE, lambda: agents.leaflet(guardian.review(EXAMPLE))),
    "apple-sales/value?constraint=Capacity&points=3": (
        PROBLEM.to_dict(),
        lambda: apple_sales.value_curve(PROBLEM, PROBLEM.constraints[0].name, points=3).to_dict(),
    ),
}
TABLES: dict[str, Says] = {
    "structure?most=3&seed=2": lambda: {
        **apple_sales.structure(FRAME, k_max=3, seed=2).to_dict(),
        "notes": list(apple_sales.read_numbers(ROWS, "body").notes),
    },
    "density?eps=0.8&min_samples=3": lambda: {
        **plain(apple_sales.density_groups(FRAME, eps=0.8, min_samples=3)),
        "unusual": apple_sales.density_groups(FRAME, eps=0.8, min_samples=3).unusual,
    },
    "contrasts?group=region&value=units&alpha=0.1": lambda: apple_sales.contrasts_in(
        FRAME, "region", "units", alpha=0.1
    ).to_dict(),
    "forecast?period=period&value=units&horizon=2": lambda: apple_sales.forecast_frame(
        pd.Series(FRAME["units"].to_numpy(), index=FRAME["period"], name="units"), horizon=2
    ).to_dict(),
}


@pytest.mark.parametrize("path", GETS)
def test_what_is_looked_up_is_the_verbs(path: str) -> None:
    assert unpacked(API.get(f"/v1/{path}")) == as_json(GETS[path]())


@pytest.mark.parametrize("path", POSTS)
def test_what_is_asked_is_the_verbs(path: str) -> None:
    body, says = POSTS[path]
    named = path.replace("Capacity", PROBLEM.constraints[0].name)
    assert unpacked(API.post(f"/v1/{named}", json=body)) == as_json(says())


@pytest.mark.parametrize("path", TABLES)
def test_what_is_read_from_a_table_is_the_verbs(path: str) -> None:
    response = API.post(f"/v1/apple-sales/{path}", content=ROWS, headers=CSV)
    assert unpacked(response) == as_json(TABLES[path]())


def test_the_best_mix_is_the_verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    inspected: list[apple_sales.Inspection] = []

    def once(table: apple_sales.SalesTable, *, seed: int) -> apple_sales.Inspection:
        """Inspecting takes its time: the answer serves here too."""
        inspected.append(apple_sales.inspect(table, seed=seed))
        return inspected[-1]

    monkeypatch.setattr(apple_sales_tables, "inspect", once)
    quick = functools.partial(signal, draws=100)
    monkeypatch.setattr("core.apple_sales.learning.inspect.signal", quick)
    url = '/v1/apple-sales/best-within?seed=1&limits={"units": [null, 90]}'
    response = API.post(url, content=ROWS, headers=CSV)
    read = apple_sales.read_sales(ROWS, "body")
    limits = {"units": (None, 90.0)}
    expected = apple_sales.best_within(read, inspected[0], limits=limits, seed=1)
    assert unpacked(response) == as_json(expected.to_dict())
    assert expected.mix["units"] <= 90


@pytest.mark.parametrize("limits", ["[1]", '{"iPad": 1}', '{"iPad": [1, "2"]}', '{"iPad": [1]}'])
def test_limits_that_cannot_be_read_are_refused(limits: str) -> None:
    url = "/v1/apple-sales/best-within"
    response = API.post(url, params={"limits": limits}, content=ROWS, headers=CSV)
    assert response.status_code == 422
    assert response.json()["error"]["problems"][0]["field"] == "limits"


def test_the_gate_alone_is_the_verbs() -> None:
    for name, content in ((respiratory.example("drawn-normal")), ("cat.png", CAT)):
        expected = respiratory.judge(respiratory.read_image(name, content))
        found = unpacked(API.post("/v1/respiratory/gate", files={"file": (name, content)}))
        assert found["checks"] == as_json(expected)["checks"]
        assert (found["refused"], found["reason"]) == (expected.refused, expected.reason)


@pytest.mark.parametrize("kind", ["txt", "html", "pdf"])
def test_the_leaflet_is_sent_as_a_file(kind: str) -> None:
    url = f"/v1/guardian/leaflet?format={kind}&issued={ISSUED}"
    first, again = (API.post(url, json=EXAMPLE) for _ in range(2))
    assert first.status_code == 200
    assert first.content == again.content
    start = {"txt": b"", "html": b"<!doctype html>", "pdf": b"%PDF"}[kind]
    assert first.content.lower().startswith(start.lower())


def test_words_and_bundle_are_the_verbs() -> None:
    review = guardian.review(EXAMPLE)
    blurred = agents.Circumstances.of(guardian.patient_of(EXAMPLE))
    told = agents.explain(review, clock=float, circumstances=blurred).finish()
    found = unpacked(API.post("/v1/guardian/narrative", json=EXAMPLE))
    assert (found["text"], found["author"]) == (told.text, told.author)
    made = API.post(f"/v1/guardian/export?issued={ISSUED}", json=EXAMPLE)
    assert made.headers["content-type"] == "application/fhir+json"
    assert made.json() == as_json(guardian.export_bundle(EXAMPLE, review, issued=ISSUED))


def test_reports_are_the_verbs() -> None:
    sent = API.post(
        f"/v1/cardiosense/report?issued={ISSUED}", json={"patient": PATIENT, "notes": "N"}
    )
    assert sent.content == cardiosense.patient_report(PATIENT, notes="N", issued=ISSUED)
    sent = API.post(f"/v1/breast-cancer/report?issued={ISSUED}", json={"case": CASE})
    assert sent.content == breast_cancer.case_report(CASE, issued=ISSUED)


@pytest.mark.parametrize("system", ["cardiosense", "breast-cancer", "trust", "apple-sales"])
def test_templates_are_tables(system: str) -> None:
    sent = API.get(f"/v1/{system}/template")
    assert sent.headers["content-type"].startswith("text/csv")
    assert len(pd.read_csv(io.BytesIO(sent.content))) >= 2


def test_an_override_is_on_record_and_counted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    chosen = Settings(allowed_hosts=("testserver",), audit_mode="hashes", audit_url=url)
    client = TestClient(create_api(chosen))
    assert client.post("/v1/guardian/check", json=EXAMPLE).status_code == 200
    asked = {
        "case": EXAMPLE,
        "rule_id": "ddi-warfarin-sulfonamide",
        "reason": "will-monitor",
        "comment": "INR on Friday",
    }
    found = unpacked(client.post("/v1/guardian/override", json=asked))
    assert found["recorded"] is True
    raised = [one for one in guardian.review(EXAMPLE).alerts if one.rule_id == asked["rule_id"]]
    assert found["severity"] == str(raised[0].severity)
    with closing(AuditLog(url)) as log:
        entries = list(log.sound_entries(guardian.CHECK, guardian.OVERRIDE))
    assert "INR on Friday" not in "".join(entry.payload for entry in entries)
    assert unpacked(client.get("/v1/guardian/burden")) == as_json(guardian.burden(entries))
    for wrong, field in (
        ({"rule_id": "none"}, "rule_id"),
        ({"drugs": ["aspirin"]}, "drugs"),
        ({"reason": "none"}, "reason"),
        ({"comment": ""}, "comment"),
    ):
        refused = client.post("/v1/guardian/override", json={**asked, **wrong})
        assert refused.status_code == 422, refused.text
        assert refused.json()["error"]["problems"][0]["field"] == field


def test_streams_are_judged_anew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'drift.sqlite'}"
    client = TestClient(create_api(Settings(allowed_hosts=("testserver",), drift_url=url)))
    assert unpacked(client.get("/v1/breast-cancer/streams")) == {"streams": {}}
    content = breast_cancer.case_template()
    with closing(breast_cancer.DriftTimeline(url)) as timeline:
        state = breast_cancer.watch_file(timeline, "clinic", content, at="2026-01-01T00:00:00Z")
    listed = unpacked(client.get("/v1/breast-cancer/streams"))
    assert listed == {"streams": {"clinic": state.n}}
    expected = as_json(state.to_dict())
    del expected["added"]
    assert unpacked(client.get("/v1/breast-cancer/streams/clinic")) == expected
    assert client.get("/v1/breast-cancer/streams/other").status_code == 404


def test_a_column_that_is_not_there_is_named() -> None:
    url = "/v1/apple-sales/forecast?period=month&value=units"
    response = API.post(url, content=ROWS, headers=CSV)
    assert response.status_code == 422
    assert response.json()["error"]["problems"][0]["field"] == "period"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("apple-sales/forecast", "GET, POST"),
        ("respiratory/gate", "GET, POST"),
        ("trust/audit", "POST"),
    ],
)
def test_an_address_names_every_method_it_answers_to(path: str, methods: str) -> None:
    response = API.request("PATCH", f"/v1/{path}")
    assert response.status_code == 405
    assert response.headers["allow"] == methods
