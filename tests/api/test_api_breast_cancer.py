"""Breast cancer over HTTP: the verbs' own answers, and a sentence for everything else."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from apps.api import breast_cancer_schemas as schemas
from apps.api import create_api
from apps.api.upload import CSV, PARQUET
from core.audit import INFERENCE
from core.audit.log import AuditLog
from core.breast_cancer import (
    counterfactual,
    drift_cases,
    drift_file,
    explain,
    score_case,
    score_file,
    write_scored,
)
from core.breast_cancer.data import wdbc
from core.breast_cancer.model import models
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import OUTPUT_COLUMNS
from core.runtime.settings import Settings
from tests.breast_tables import (
    BAD_TABLES,
    CASE,
    CASES,
    KNOWN_HEADERS,
    TABLES_WITH_A_BAD_CELL,
    csv,
    frame,
    parquet,
)

V1 = "/v1/breast-cancer"
HOST = {"allowed_hosts": ("testserver",)}
GOOD = csv(frame())
HELD = csv(pd.DataFrame(wdbc().X[wdbc().held], columns=list(FEATURES.names)))


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_api(Settings(**HOST)))


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[tuple[TestClient, AuditLog]]:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    log = AuditLog(url)
    yield TestClient(create_api(Settings(audit_url=url, audit_mode="hashes", **HOST))), log
    log.close()


def problem_of(response: Any) -> dict[str, str]:
    return response.json()["error"]["problems"][0]


def plain(result: Any) -> Any:
    """What JSON makes of a result; refuses NaN."""
    return json.loads(json.dumps(result.to_dict(), allow_nan=False))


def answer_of(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    content = response.json()
    assert content.pop("request_id") == response.headers["X-Request-ID"]
    return content


def upload(client: TestClient, verb: str, content: bytes, kind: str = CSV, **more: Any) -> Any:
    headers = {"Content-Type": kind, **more.pop("headers", {})}
    return client.post(f"{V1}/{verb}", content=content, headers=headers, **more)


def test_fields_and_card(client: TestClient) -> None:
    assert client.get(f"{V1}/fields").json() == {"case": FEATURES.dictionary()}
    card = client.get(f"{V1}/card").json()
    assert card == {"model": models().tag, "card": json.loads(json.dumps(models().card))}


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_each_verb_s_answer_is_sent_as_it_is(client: TestClient, case: dict[str, float]) -> None:
    asked = {
        "score": (score_case(case), schemas.CaseAnswer),
        "explain?lime=false": (explain(case, lime=False), schemas.CaseExplanationAnswer),
        "counterfactual": (counterfactual(case), schemas.CounterfactualAnswer),
    }
    for verb, (expected, schema) in asked.items():
        found = answer_of(client.post(f"{V1}/{verb}", json=case))
        assert found == plain(expected)
        schema.model_validate({"request_id": "x", **found})


def test_sampled_explanation_is_the_same_for_the_same_seed(client: TestClient) -> None:
    found = answer_of(client.post(f"{V1}/explain?seed=3", json=CASE))
    assert found == plain(explain(CASE, seed=3))
    schemas.CaseExplanationAnswer.model_validate({"request_id": "x", **found})


@pytest.mark.parametrize("threshold", [0.01, 0.5, 0.99])
def test_the_threshold_asked_for_is_used(client: TestClient, threshold: float) -> None:
    query = {"threshold": threshold}
    for case in CASES:
        found = answer_of(client.post(f"{V1}/score", json=case, params=query))
        assert found == plain(score_case(case, threshold))
    found = answer_of(client.post(f"{V1}/counterfactual", json=CASE, params=query))
    assert found == plain(counterfactual(CASE, threshold=threshold))
    response = upload(client, "batch", GOOD, params=query)
    expected = score_file(GOOD, threshold=threshold).results
    assert pd.read_csv(io.BytesIO(response.content))["decision"].tolist() == (
        expected["decision"].tolist()
    )


@pytest.mark.parametrize("verb", ["score", "counterfactual", "batch"])
@pytest.mark.parametrize("threshold", ["nan", "inf", "0", "1", "-0.1", "20", "20%", "", "true"])
def test_a_bad_threshold_is_refused_by_name(client: TestClient, verb: str, threshold: str) -> None:
    query = {"threshold": threshold}
    sent = {"content": GOOD, "headers": {"Content-Type": CSV}} if verb == "batch" else {}
    response = client.post(f"{V1}/{verb}", params=query, **(sent or {"json": CASE}))
    assert response.status_code == 422
    assert problem_of(response)["field"] == "threshold"


@pytest.mark.parametrize(
    ("verb", "query"),
    [
        ("explain", "lime=maybe"),
        ("explain", "seed=-1"),
        ("explain", "seed=1&seed=2"),
        ("explain", "threshold=0.5"),
        ("score", "lime=true"),
        ("score", "tresholds=1"),
        ("score", "threshold=0.1&threshold=0.2"),
    ],
)
def test_query_parameters_are_read_strictly(client: TestClient, verb: str, query: str) -> None:
    response = client.post(f"{V1}/{verb}?{query}", json=CASE)
    assert response.status_code == 422
    assert problem_of(response)["field"] == query.partition("=")[0]


@pytest.mark.parametrize("verb", ["score", "explain", "counterfactual"])
@pytest.mark.parametrize(
    "body", [{}, dict.fromkeys(FEATURES.names), {**CASE, "worst_area": None}], ids=str
)
def test_a_case_with_missing_values_is_never_answered(
    client: TestClient, verb: str, body: dict[str, Any]
) -> None:
    response = client.post(f"{V1}/{verb}", json=body)
    assert response.status_code == 422
    named = [problem["field"] for problem in response.json()["error"]["problems"]]
    assert named == [name for name in FEATURES.names if body.get(name) is None]


def test_a_low_estimate_on_broken_data_is_no_benign_call(client: TestClient) -> None:
    broken = {**CASES[0], "worst_texture": CASES[0]["worst_texture"] / 25.4}
    found = answer_of(client.post(f"{V1}/score", json=broken))
    assert (found["decision"], found["flagged"]) == ("withheld", True)
    assert found["blame"]["column"] == "worst_texture"
    assert "/ 25.4" in found["flags"][0]


@pytest.mark.parametrize("content", KNOWN_HEADERS.values(), ids=KNOWN_HEADERS)
def test_files_under_any_known_header_are_answered(client: TestClient, content: bytes) -> None:
    expected = score_file(GOOD).results
    response = upload(client, "batch", content)
    assert response.status_code == 200, response.text
    assert response.headers["X-Rows-Scored"] == str(len(expected))
    scored = pd.read_csv(io.BytesIO(response.content))
    assert scored["p_malignant"].tolist() == expected["p_malignant"].tolist()
    assert list(scored.columns[-len(OUTPUT_COLUMNS) :]) == list(OUTPUT_COLUMNS)
    assert answer_of(upload(client, "drift", content))["n"] == len(expected)


@pytest.mark.parametrize("accepted", [CSV, PARQUET])
@pytest.mark.parametrize("kind", [CSV, PARQUET])
def test_batch_keeps_rows_and_columns_in_both_formats(
    client: TestClient, kind: str, accepted: str
) -> None:
    table = frame().assign(id="=1+1")
    content = csv(table) if kind == CSV else parquet(table)
    response = upload(client, "batch", content, kind, headers={"Accept": accepted})
    assert response.headers["Content-Type"].startswith(accepted)
    read = pd.read_csv if accepted == CSV else pd.read_parquet
    scored = read(io.BytesIO(response.content))
    assert list(scored.columns) == [*FEATURES.names, "id", *OUTPUT_COLUMNS]
    expected = score_file(content).results
    for column in ("p_malignant", "ood_p", "blame_ratio"):
        assert scored[column].tolist() == expected[column].tolist()
    for column in ("decision", "blame", "model"):
        assert scored[column].tolist() == expected[column].tolist()


def test_batch_sends_the_core_s_bytes_for_a_body_and_for_a_form(client: TestClient) -> None:
    out = io.BytesIO()
    write_scored(GOOD, out)
    assert upload(client, "batch", GOOD).content == out.getvalue()
    form = client.post(f"{V1}/batch", files={"file": ("cases.csv", GOOD, CSV)})
    assert form.content == out.getvalue()


@pytest.mark.parametrize("content", TABLES_WITH_A_BAD_CELL.values(), ids=TABLES_WITH_A_BAD_CELL)
@pytest.mark.parametrize("accepted", [CSV, PARQUET])
def test_a_row_with_a_bad_cell_is_kept_and_refused(
    client: TestClient, content: bytes, accepted: str
) -> None:
    response = upload(client, "batch", content, headers={"Accept": accepted})
    assert (response.headers["X-Rows-Scored"], response.headers["X-Rows-Refused"]) == ("1", "1")
    read = pd.read_csv if accepted == CSV else pd.read_parquet
    scored = read(io.BytesIO(response.content))
    bad, good = scored.to_dict("records")
    assert bad["decision"] == "refused"
    assert "mean_area" in bad["flags"]
    assert math.isnan(bad["p_malignant"])
    assert math.isnan(bad["ood_p"])
    assert good["p_malignant"] == score_case(CASE).p


@pytest.mark.parametrize("content", TABLES_WITH_A_BAD_CELL.values(), ids=TABLES_WITH_A_BAD_CELL)
def test_a_bad_cell_is_evidence_against_a_batch(client: TestClient, content: bytes) -> None:
    found = answer_of(upload(client, "drift", content))
    assert (found["n"], found["n_complete"]) == (2, 1)
    assert any("mean_area" in note for note in found["notes"])
    assert any("1 of 2 rows" in note for note in found["notes"])


@pytest.mark.parametrize("verb", ["batch", "drift"])
def test_columns_of_another_name(client: TestClient, verb: str) -> None:
    content = GOOD.replace(b"mean_radius", b"Size")
    query = {"columns": json.dumps({"mean_radius": "Size"})}
    assert upload(client, verb, content).status_code == 422
    assert upload(client, verb, content, params=query).status_code == 200


@pytest.mark.parametrize("verb", ["batch", "drift"])
@pytest.mark.parametrize(
    "columns", ["{", "[]", '{"mean_radius": 3}', '{"weight": "id"}', '{"mean_radius": "no"}']
)
def test_a_bad_choice_of_columns_is_refused(client: TestClient, verb: str, columns: str) -> None:
    response = upload(client, verb, GOOD, params={"columns": columns})
    assert response.status_code == 422
    assert problem_of(response)["field"]


BAD_UPLOADS = {name: (content, CSV) for name, content in BAD_TABLES.items()} | {
    "cut-parquet": (BAD_TABLES["cut-parquet"], PARQUET),
    "wrong-type": (GOOD, "text/plain"),
    "no-type": (GOOD, ""),
    "no-boundary": (GOOD, "multipart/form-data"),
    "form-without-a-file": (b"--b--\r\n", "multipart/form-data; boundary=b"),
}


@pytest.mark.parametrize("verb", ["batch", "drift"])
@pytest.mark.parametrize(("content", "kind"), BAD_UPLOADS.values(), ids=BAD_UPLOADS)
def test_bad_upload_is_refused(client: TestClient, verb: str, content: bytes, kind: str) -> None:
    response = upload(client, verb, content, kind)
    assert 400 <= response.status_code < 500, response.text
    assert problem_of(response)["field"]
    assert problem_of(response)["message"]


def test_a_scored_file_is_not_scored_again_but_may_have_drifted(client: TestClient) -> None:
    once = upload(client, "batch", GOOD).content
    again = upload(client, "batch", once)
    assert (again.status_code, problem_of(again)["rule"]) == (422, "output-column")
    assert upload(client, "drift", once).status_code == 200


def test_drift_of_a_file_and_of_records_are_the_core_s(client: TestClient) -> None:
    found = answer_of(upload(client, "drift", HELD))
    assert found == plain(drift_file(HELD))
    assert list(found)[:4] == ["integrity", "case_mix", "n", "tests"]
    schemas.DriftAnswer.model_validate({"request_id": "x", **found})
    records = pd.read_csv(io.BytesIO(HELD)).to_dict("records")
    sent = answer_of(client.post(f"{V1}/drift", json={"cases": records}))
    assert sent == plain(drift_cases(records)) == found


def test_drift_of_one_case_is_not_enough_data_for_the_mix(client: TestClient) -> None:
    found = answer_of(client.post(f"{V1}/drift", json={"cases": [CASE]}))
    assert found["case_mix"]["alarm"] is None
    schemas.DriftAnswer.model_validate({"request_id": "x", **found})


def test_a_wrong_unit_turns_on_the_integrity_lamp(client: TestClient) -> None:
    broken = pd.read_csv(io.BytesIO(HELD)).assign(worst_area=lambda t: t["worst_area"] * 10)
    found = answer_of(upload(client, "drift", csv(broken)))
    assert found["integrity"]["alarm"] is True
    assert found["integrity"]["top_columns"][0]["column"] == "worst_area"


def test_outcomes_add_calibration_to_the_verdict(client: TestClient) -> None:
    known = pd.read_csv(io.BytesIO(HELD)).assign(found=wdbc().y[wdbc().held])
    found = answer_of(upload(client, "drift", csv(known), params={"outcome": "found"}))
    assert found == plain(drift_file(csv(known), outcome="found"))
    assert found["calibration"]["n"] == len(known)
    schemas.DriftAnswer.model_validate({"request_id": "x", **found})
    for query, body in (("nothing", csv(known)), ("found", csv(known.assign(found="maybe")))):
        refused = upload(client, "drift", body, params={"outcome": query})
        assert refused.status_code == 422
        assert problem_of(refused)["field"] == query


WITH_NAN = json.dumps({"cases": [CASE | {"mean_area": float("nan")}]})
BAD_CASES: dict[str, tuple[str, str]] = {
    "empty-body": ("", "body"),
    "list": (json.dumps([CASE]), "body"),
    "one-case": (json.dumps(CASE), "cases"),
    "no-cases": ("{}", "cases"),
    "null": ('{"cases": null}', "cases"),
    "object": (json.dumps({"cases": CASE}), "cases"),
    "text": ('{"cases": "all"}', "cases"),
    "numbers": ('{"cases": [1, 2]}', "cases"),
    "nested": (json.dumps({"cases": [[CASE]]}), "cases"),
    "no-case": ('{"cases": []}', "body"),
    "unknown-key": (json.dumps({"cases": [CASE], "y": [1]}), "y"),
    "repeated-key": ('{"cases": [], "cases": []}', "cases"),
    "empty-case": ('{"cases": [{}]}', "mean_radius"),
    "missing": (json.dumps({"cases": [CASE, CASE | {"mean_area": None}]}), "mean_area"),
    "nan": (WITH_NAN, "mean_area"),
    "infinity": (WITH_NAN.replace("NaN", "Infinity"), "mean_area"),
    "overflow": (WITH_NAN.replace("NaN", "1e999"), "mean_area"),
    "negative": (WITH_NAN.replace("NaN", "-5"), "mean_area"),
    "number-as-text": (WITH_NAN.replace("NaN", '"5"'), "mean_area"),
    "boolean": (WITH_NAN.replace("NaN", "true"), "mean_area"),
    "unknown-field": (json.dumps({"cases": [CASE | {"age": 60}]}), "age"),
    "not-utf-8": ('{"cases": "\udcff"}', "body"),
    "trailing": (json.dumps({"cases": [CASE]}) + "x", "body"),
}


@pytest.mark.parametrize(("body", "field"), BAD_CASES.values(), ids=BAD_CASES)
def test_bad_cases_are_refused_by_name(client: TestClient, body: str, field: str) -> None:
    content = body.encode("utf-8", "surrogateescape")
    response = upload(client, "drift", content, "application/json")
    assert 400 <= response.status_code < 500, response.text
    assert problem_of(response)["field"] == field


def test_the_place_of_a_bad_case_is_told_and_findings_are_bounded(client: TestClient) -> None:
    second = client.post(f"{V1}/drift", json={"cases": [CASE, CASE | {"mean_area": "x"}]})
    assert problem_of(second)["message"].startswith("Case 2:")
    many = client.post(f"{V1}/drift", json={"cases": [{}] * 500})
    assert many.status_code == 422
    assert len(many.json()["error"]["problems"]) == 50


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-16", "application/json-seq", "application/xml"]
)
def test_only_declared_json_is_read_as_cases(client: TestClient, kind: str) -> None:
    response = upload(client, "drift", json.dumps({"cases": [CASE]}).encode(), kind)
    assert response.status_code == 415


@pytest.mark.parametrize("name", ["columns", "outcome"])
def test_columns_are_for_tables_only(client: TestClient, name: str) -> None:
    response = client.post(f"{V1}/drift?{name}={{}}", json={"cases": [CASE]})
    assert (response.status_code, problem_of(response)["field"]) == (422, name)


def test_a_long_list_of_cases_may_be_larger_than_other_json(client: TestClient) -> None:
    cases = CASES * 40
    assert len(json.dumps({"cases": cases})) > 2 * 64 * 1024
    assert answer_of(client.post(f"{V1}/drift", json={"cases": cases}))["n"] == len(cases)


def test_upload_above_the_limit_is_refused() -> None:
    small = TestClient(create_api(Settings(body_limit_bytes=2048, **HOST)))
    for verb in ("batch", "drift"):
        assert upload(small, verb, GOOD).status_code == 413
        assert upload(small, verb, csv(frame(slice(2)))).status_code == 200


def test_the_estimate_is_logged_with_threshold_and_integrity(
    audited: tuple[TestClient, AuditLog],
) -> None:
    client, log = audited
    response = client.post(f"{V1}/score?threshold=0.3", json=CASE)
    (entry,) = log.entries(event=INFERENCE)
    assert entry.request_id == response.json()["request_id"]
    assert entry.data()["model"] == models().tag
    assert entry.data()["input_hash"] == score_case(CASE).input_hash
    kept = ("p", "low", "high", "level", "decision", "threshold", "ood_p", "flagged", "forest_p")
    assert entry.data()["output"] == {key: response.json()[key] for key in kept}


def test_other_answers_are_logged_without_the_input(
    audited: tuple[TestClient, AuditLog],
) -> None:
    client, log = audited
    client.post(f"{V1}/explain?lime=false", json=CASE)
    client.post(f"{V1}/counterfactual", json=CASE)
    upload(client, "batch", GOOD)
    upload(client, "drift", GOOD)
    entries = list(log.entries())
    assert [entry.event for entry in entries] == [
        "explanation", "counterfactual", "batch", "drift"
    ]  # fmt: skip
    assert not any(name in entry.payload for entry in entries for name in FEATURES.names)
    assert all(entry.data()["model"].startswith(models().tag) for entry in entries)
    assert log.verify().ok


def test_refused_input_leaves_no_row(audited: tuple[TestClient, AuditLog]) -> None:
    client, log = audited
    assert client.post(f"{V1}/score", json=CASE | {"mean_area": -1}).status_code == 422
    assert upload(client, "drift", b"a,b\n1,2\n").status_code == 422
    assert list(log.entries()) == []


def test_an_estimate_of_the_other_system_is_no_patient_of_cardiosense(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    client = TestClient(create_api(Settings(audit_url=url, audit_mode="full", **HOST)))
    client.post(f"{V1}/score", json=CASE)
    found = client.get("/v1/cardiosense/monitoring").json()
    assert (found["patients"], found["without_input"]) == (0, 0)
