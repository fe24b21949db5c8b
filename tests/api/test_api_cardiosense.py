from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from fuzz_bodies import PATIENT

from apps.api import create_api
from apps.api.cardiosense_schemas import MonitoringAnswer
from apps.api.upload import CSV, PARQUET
from core.audit import INFERENCE
from core.audit.log import AuditLog
from core.breast_cancer.model import models as breast_cancer_models
from core.cardiosense import data, score_patient, score_table
from core.cardiosense.model import models
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.errors import ArtifactError
from core.guardian import knowledge
from core.respiratory.runtime import artifact
from core.runtime.settings import Settings
from core.saliency.networks.stored import artifact as saliency_artifact
from core.tables import to_csv, to_parquet

V1 = "/v1/cardiosense"
HOST = {"allowed_hosts": ("testserver",)}
ROWS = (
    ",".join(("id", *DIAGNOSTIC.names))
    + "\na,"
    + ",".join(map(str, PATIENT.values()))
    + "\nb,63,1,99,145,233,1,2,150,0,2.3,3,0,6\n"
).encode()


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_api(Settings(**HOST)))


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[tuple[TestClient, AuditLog]]:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    log = AuditLog(url)
    yield TestClient(create_api(Settings(audit_url=url, audit_mode="full", **HOST))), log
    log.close()


def problem_of(response: Any) -> dict[str, str]:
    return response.json()["error"]["problems"][0]


def test_health_names_the_models(client: TestClient) -> None:
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert health["models"] == {
        "breast_cancer": breast_cancer_models().tag,
        "cardiosense": models().artifact.tag,
        "guardian": knowledge().version,
        "respiratory": artifact().tag,
        "saliency": saliency_artifact().tag,
    }
    assert client.get("/health").json()["uptime_s"] >= health["uptime_s"] >= 0


@pytest.mark.parametrize("system", ["breast_cancer", "cardiosense"])
def test_health_leaves_out_a_model_that_cannot_be_used(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    def altered() -> None:
        raise ArtifactError("The model file logistic-13.json was altered.")

    monkeypatch.setattr(f"apps.api.health.{system}_models", altered)
    response = client.get("/health")
    assert response.status_code == 200, "the process lives and serves the others"
    assert system not in response.json()["models"]


def test_running_alone_it_is_warm_before_the_first_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warmed = []
    monkeypatch.setattr("apps.warm.warm", lambda: warmed.append(True))
    with TestClient(create_api(Settings(**HOST))) as alone:
        assert warmed == [True]
        assert alone.get("/health").status_code == 200


def test_fields_and_card(client: TestClient) -> None:
    assert client.get(f"{V1}/fields").json() == {
        "diagnostic": DIAGNOSTIC.dictionary(),
        "prevention": PREVENTION.dictionary(),
    }
    card = client.get(f"{V1}/card").json()
    assert card == {"model": models().artifact.tag, "card": json.loads(json.dumps(models().card))}


def test_alerts_stand_beside_the_probability(client: TestClient) -> None:
    calm = client.post(f"{V1}/score", json=PATIENT | {"trestbps": 179}).json()
    crisis = client.post(f"{V1}/score", json=PATIENT | {"trestbps": 180}).json()
    assert "bp-severe" in {alert["rule"] for alert in crisis["alerts"]}
    assert "bp-severe" not in {alert["rule"] for alert in calm["alerts"]}
    assert crisis["p"] == score_patient(PATIENT | {"trestbps": 180}).p


def test_unit_suspicion_is_told(client: TestClient) -> None:
    problem = problem_of(client.post(f"{V1}/score", json=PATIENT | {"chol": 5.2}))
    assert (problem["field"], problem["rule"]) == ("chol", "unit")
    assert "mmol/L" in problem["message"]


def test_every_finding_is_told_at_once(client: TestClient) -> None:
    body = json.dumps(PATIENT | {"cp": 99, "chol": float("nan"), "weight": 80})
    response = client.post(
        f"{V1}/score", content=body, headers={"Content-Type": "application/json"}
    )
    error = response.json()["error"]
    assert [problem["field"] for problem in error["problems"]] == ["weight", "cp", "chol"]
    assert error["message"].count("\n") == 2


@pytest.mark.parametrize("query", ["lime=maybe", "seed=-1", "seed=x", "seed=1&seed=2", "sed=1"])
def test_query_parameters_are_read_strictly(client: TestClient, query: str) -> None:
    response = client.post(f"{V1}/explain?{query}", json=PATIENT)
    assert response.status_code == 422
    assert problem_of(response)["field"] == query.partition("=")[0]


@pytest.mark.parametrize("content", [ROWS, to_parquet(pd.read_csv(io.BytesIO(ROWS), dtype=str))])
def test_batch_returns_the_core_s_table(client: TestClient, content: bytes) -> None:
    kind = PARQUET if content.startswith(b"PAR1") else CSV
    expected = to_csv(score_table(content, name="body").frame)
    response = client.post(f"{V1}/batch", content=content, headers={"Content-Type": kind})
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith(CSV)
    assert response.content == expected
    assert (response.headers["X-Rows-Scored"], response.headers["X-Rows-Refused"]) == ("1", "1")


def test_batch_as_parquet(client: TestClient) -> None:
    headers = {"Content-Type": CSV, "Accept": PARQUET}
    response = client.post(f"{V1}/batch", content=ROWS, headers=headers)
    scored = pd.read_parquet(io.BytesIO(response.content))
    assert scored["decision"].tolist() == ["disease", "refused"]
    assert scored["p_disease"][0] == score_patient(PATIENT).p
    assert pd.isna(scored["p_disease"][1])


def test_batch_as_a_form(client: TestClient) -> None:
    response = client.post(f"{V1}/batch", files={"file": ("patients.csv", ROWS, CSV)})
    assert response.content == to_csv(score_table(ROWS).frame)


def test_batch_with_columns_of_another_name(client: TestClient) -> None:
    content = ROWS.replace(b"thalach", b"Puls")
    headers = {"Content-Type": CSV}
    query = {"columns": json.dumps({"thalach": "Puls"})}
    response = client.post(f"{V1}/batch", content=content, headers=headers, params=query)
    assert response.content == to_csv(score_table(content, columns={"thalach": "Puls"}).frame)


@pytest.mark.parametrize("columns", ["{", "[]", '{"age": 3}', '{"weight": "id"}', '{"age": "no"}'])
def test_batch_refuses_a_bad_choice_of_columns(client: TestClient, columns: str) -> None:
    response = client.post(
        f"{V1}/batch", content=ROWS, headers={"Content-Type": CSV}, params={"columns": columns}
    )
    assert response.status_code == 422
    assert problem_of(response)["field"]


def forms() -> dict[str, tuple[bytes, str]]:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    field = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
    kind = "multipart/form-data; boundary=b"
    return {
        "no-boundary": (part + ROWS + b"\r\n--b--\r\n", "multipart/form-data"),
        "cut": (part[:30], kind),
        "no-file": (field + b"63\r\n--b--\r\n", kind),
        "two-files": ((part + ROWS + b"\r\n") * 2 + b"--b--\r\n", kind),
        "no-name": (part.replace(b'name="file"; ', b"") + b"\r\n--b--\r\n", kind),
        "empty-form": (b"--b--\r\n", kind),
        "empty-file": (part + b"\r\n--b--\r\n", kind),
        "other-boundary": (b"--c\r\n", kind),
    }


BAD_UPLOADS = forms() | {
    "empty": (b"", CSV),
    "blank": (b"\n\n", CSV),
    "binary": (bytes(range(256)), CSV),
    "cut-parquet": (b"PAR1" + b"\0" * 50 + b"PAR1", PARQUET),
    "json": (json.dumps(PATIENT).encode(), CSV),
    "no-rows": (ROWS.partition(b"\n")[0], CSV),
    "ragged": (ROWS + b"63,1\n", CSV),
    "no-column": (b"age,sex\n63,1\n", CSV),
    "scored-before": (ROWS.replace(b"id,", b"p_disease,"), CSV),
    "utf-16-without-mark": (ROWS.decode().encode("utf-16-le"), CSV),
    "wrong-type": (ROWS, "application/json"),
    "text": (ROWS, "text/plain"),
    "no-type": (ROWS, ""),
}


@pytest.mark.parametrize(("content", "kind"), BAD_UPLOADS.values(), ids=BAD_UPLOADS)
def test_bad_upload_is_refused(client: TestClient, content: bytes, kind: str) -> None:
    response = client.post(f"{V1}/batch", content=content, headers={"Content-Type": kind})
    assert 400 <= response.status_code < 500, response.text
    assert problem_of(response)["field"]
    assert problem_of(response)["message"]


def test_upload_above_the_limit_is_refused() -> None:
    small = TestClient(create_api(Settings(body_limit_bytes=1024, **HOST)))
    headers = {"Content-Type": CSV}
    assert small.post(f"{V1}/batch", content=ROWS, headers=headers).status_code == 200
    assert small.post(f"{V1}/batch", content=ROWS * 9, headers=headers).status_code == 413
    response = small.post(f"{V1}/batch", files={"file": ("x.csv", ROWS * 9, CSV)})
    assert response.status_code == 413
    assert small.post(f"{V1}/batch", content=iter([ROWS] * 9), headers=headers).status_code == 413


def test_no_row_with_an_unknown_code_has_a_probability(client: TestClient) -> None:
    header, good, _ = ROWS.decode().splitlines()
    rows = [header]
    for index, spec in enumerate(DIAGNOSTIC, start=1):
        cells = good.split(",")
        cells[index] = "9" if spec.is_code else "1e9"
        rows.append(",".join(cells))
    response = client.post(f"{V1}/batch", content="\n".join(rows), headers={"Content-Type": CSV})
    scored = pd.read_csv(io.BytesIO(response.content))
    assert scored["decision"].eq("refused").all()
    assert scored[["p_disease", "p_low", "p_high"]].isna().all(axis=None)
    for name, reason in zip(DIAGNOSTIC.names, scored["reasons"], strict=True):
        assert name in reason


def test_the_audit_row_has_the_id_of_header_and_body(
    audited: tuple[TestClient, AuditLog],
) -> None:
    client, log = audited
    response = client.post(f"{V1}/score", json=PATIENT, headers={"X-Request-ID": "visit-1"})
    assert response.headers["X-Request-ID"] == response.json()["request_id"] == "visit-1"
    (entry,) = log.entries(event=INFERENCE)
    assert entry.request_id == "visit-1"
    assert entry.data()["output"]["p"] == response.json()["p"]
    assert entry.data()["input"]["chol"] == PATIENT["chol"]
    fresh = client.post(f"{V1}/score", json=PATIENT)
    assert next(log.entries(request_id=fresh.json()["request_id"]))


def test_an_id_in_the_log_is_used_even_after_a_restart(
    audited: tuple[TestClient, AuditLog],
) -> None:
    client, log = audited
    log.append(INFERENCE, {}, request_id="old", at="2026-01-31T12:00:00+00:00")
    response = client.post(f"{V1}/score", json=PATIENT, headers={"X-Request-ID": "old"})
    assert response.status_code == 409
    assert "p" not in response.json()
    assert len(list(log.entries())) == 1


def test_refused_input_leaves_no_row(audited: tuple[TestClient, AuditLog]) -> None:
    client, log = audited
    assert client.post(f"{V1}/score", json=PATIENT | {"cp": 99}).status_code == 422
    assert list(log.entries()) == []


def test_other_answers_are_logged_without_the_input(
    audited: tuple[TestClient, AuditLog],
) -> None:
    client, log = audited
    client.post(f"{V1}/explain?lime=false", json=PATIENT)
    client.post(f"{V1}/path", json={"patient": PATIENT, "target": 0.2})
    client.post(f"{V1}/batch", content=ROWS, headers={"Content-Type": CSV})
    client.post(f"{V1}/evidence", json=PATIENT)
    client.post(f"{V1}/what-if", json={"patient": PATIENT, "changes": {"chol": 199}})
    client.post(f"{V1}/sensitivity?feature=chol&points=2", json=PATIENT)
    entries = list(log.entries())
    assert [entry.event for entry in entries] == [
        "explanation", "path", "batch", "evidence", "what_if", "sensitivity"
    ]  # fmt: skip
    assert {entry.data()["p"] for entry in entries[3:]} == {entries[0].data()["p"]}
    assert entries[4].data()["changed"] == ["chol"]
    assert "199" not in entries[4].payload
    assert all("patient" not in entry.payload and "input" not in entry.data() for entry in entries)
    assert entries[2].data()["decisions"] == {"disease": 1, "refused": 1}
    assert log.verify().ok


def test_no_answer_without_its_audit_row(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    url = f"sqlite:///{blocked / 'audit.sqlite'}"
    client = TestClient(create_api(Settings(audit_url=url, audit_mode="hashes", **HOST)))
    response = client.post(f"{V1}/score", json=PATIENT)
    assert response.status_code == 503
    assert "p" not in response.json()


def test_outcome_of_an_estimate(audited: tuple[TestClient, AuditLog]) -> None:
    client, log = audited
    estimate = client.post(f"{V1}/score", json=PATIENT).json()["request_id"]
    for _ in range(2):  # sending it again changes nothing
        response = client.post(f"{V1}/outcome/{estimate}", json={"outcome": 1})
        assert response.status_code == 200, response.text
        assert response.json()["estimate"] == estimate
    assert [entry.data() for entry in log.entries(event="outcome")] == [{"outcome": 1}]
    assert client.post(f"{V1}/outcome/{estimate}", json={"outcome": 0}).status_code == 422


@pytest.mark.parametrize("outcome", [2, -1, True, "1", 0.5, None, [], {}])
def test_outcome_must_be_zero_or_one(audited: tuple[TestClient, AuditLog], outcome: Any) -> None:
    client, log = audited
    estimate = client.post(f"{V1}/score", json=PATIENT).json()["request_id"]
    response = client.post(f"{V1}/outcome/{estimate}", json={"outcome": outcome})
    assert response.status_code == 422
    assert not list(log.entries(event="outcome"))


def test_outcome_of_nothing(audited: tuple[TestClient, AuditLog], client: TestClient) -> None:
    unknown = audited[0].post(f"{V1}/outcome/unknown", json={"outcome": 1})
    assert unknown.status_code == 404
    assert problem_of(unknown)["field"] == "request_id"
    off = client.post(f"{V1}/outcome/unknown", json={"outcome": 1})
    assert off.status_code == 409
    assert problem_of(off)["rule"] == "audit-off"


@pytest.mark.parametrize("place", ["%00", "%FF", "%F0%9F%98%80", "a%20b", "x" * 100, "..%2F"])
def test_outcome_of_an_impossible_id(audited: tuple[TestClient, AuditLog], place: str) -> None:
    response = audited[0].post(f"{V1}/outcome/{place}", json={"outcome": 1})
    assert response.status_code in {404, 422}
    assert problem_of(response)["field"]


def test_monitoring_says_what_is_missing(
    audited: tuple[TestClient, AuditLog], client: TestClient
) -> None:
    few = audited[0].get(f"{V1}/monitoring")
    MonitoringAnswer.model_validate(few.json())
    assert (few.json()["patients"], few.json()["drift"]) == (0, None)
    assert "50" in few.json()["notes"][0]
    assert client.get(f"{V1}/monitoring").status_code == 409
    assert audited[0].get(f"{V1}/monitoring?window=5").status_code == 422


def test_monitoring_compares_logged_patients_and_outcomes(
    audited: tuple[TestClient, AuditLog],
) -> None:
    client, log = audited
    patients = data.site("va").values.iloc[:60].to_dict("records")
    for number, row in enumerate(patients):
        patient = {str(k): None if pd.isna(v) else v for k, v in row.items()}
        sent = client.post(f"{V1}/score", json=patient, headers={"X-Request-ID": f"va-{number}"})
        assert sent.status_code in {200, 422}
    scored = [entry.request_id for entry in log.entries(event=INFERENCE)]
    client.post(f"{V1}/outcome/{scored[0]}", json={"outcome": 1})
    found = client.get(f"{V1}/monitoring").json()
    MonitoringAnswer.model_validate(found)
    assert found["patients"] + found["repeated"] == len(scored) >= 50
    assert found["drift"]["drifted"] is True
    assert sum(part["n_outcomes"] for part in found["performance"].values()) == 1


def test_audit_verification(audited: tuple[TestClient, AuditLog]) -> None:
    client, log = audited
    assert client.get("/v1/audit/verify").json()["ok"] is False
    client.post(f"{V1}/score", json=PATIENT)
    found = client.get("/v1/audit/verify").json()
    assert (found["ok"], found["n"], found["head"]) == (True, 1, log.verify().head)
    assert client.get("/v1/audit/verify", params={"head": "0" * 64}).json()["ok"] is True
    assert client.get("/v1/audit/verify", params={"head": "1" * 64}).json()["ok"] is False
    assert client.get("/v1/audit/verify", params={"head": "x"}).status_code == 422


def test_auditing_off_touches_no_disk(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    client = TestClient(create_api(Settings(audit_url=url, **HOST)))
    assert client.post(f"{V1}/score", json=PATIENT).status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_a_verb_that_takes_too_long_is_given_up(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.api.answers.COMPUTE_SECONDS", 0.0)
    response = client.post(f"{V1}/path", json={"patient": PATIENT, "target": 0.2})
    assert response.status_code == 503
    assert response.headers["Retry-After"]
