"""Trust over HTTP: JSON, tables and forms in; documents, files and refusals by name out."""

from __future__ import annotations

import io
import json
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from apps.api import create_api, trust_input
from apps.api.errors import ErrorBody
from apps.api.trust_schemas import AuditAnswer, ComparisonAnswer, ModelsAnswer, PoliciesAnswer
from apps.api.upload import CSV, PARQUET
from core.audit.log import AuditLog
from core.runtime.settings import Settings
from core.trust import audit, policies

V1 = "/v1/trust"
JSON = "application/json"
RNG = np.random.default_rng(11)
N = 120
P = RNG.random(N)
Y = (RNG.random(N) < P).astype(int)
SEX = np.resize(["f", "m"], N).tolist()
MONTH = np.repeat(["2025-01", "2025-02"], N // 2).tolist()
BODY: dict[str, Any] = {"y": Y.tolist(), "p": P.tolist(), "groups": {"sex": SEX}, "batch": MONTH}
TABLE = pd.DataFrame({"y": Y, "p": P, "q": RNG.random(N), "sex": SEX, "month": MONTH})
COLUMNS = {"label": "y", "prob": "p", "group": "sex", "date": "month"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_api(Settings(allowed_hosts=("testserver",))))


def csv(frame: pd.DataFrame = TABLE) -> bytes:
    return frame.to_csv(index=False).encode()


def parquet(frame: pd.DataFrame = TABLE) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def send(client: TestClient, path: str, content: bytes, kind: str = CSV, **params: Any) -> Any:
    return client.post(
        f"{V1}/{path}", params=params, content=content, headers={"Content-Type": kind}
    )


def document(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert found.pop("request_id") == response.headers["X-Request-ID"]
    return found


def refusal(response: Any, status: int = 422) -> dict[str, str]:
    """The field and message of each finding, once the refusal has the suite's one form."""
    assert response.status_code == status, response.text
    error = ErrorBody.model_validate(response.json()).error
    assert error.request_id == response.headers["X-Request-ID"]
    assert "verdict" not in response.json()
    return {problem.field: problem.message for problem in error.problems}


def test_json_csv_parquet_and_form_give_the_same_document(client: TestClient) -> None:
    response = client.post(f"{V1}/audit", json=BODY)
    AuditAnswer.model_validate(response.json())
    found = document(response)
    assert found == json.loads(
        json.dumps(audit(Y, P, groups={"sex": SEX}, batch=MONTH).to_dict(), allow_nan=False)
    )
    assert document(send(client, "audit", csv(), **COLUMNS)) == found
    packed = document(send(client, "audit", parquet(), PARQUET, **COLUMNS))
    assert packed.pop("notes") == ["Read as Parquet.", *found["notes"]]
    assert packed == {name: value for name, value in found.items() if name != "notes"}
    form = client.post(f"{V1}/audit", params=COLUMNS, files={"file": ("pred.csv", csv())})
    assert document(form) == found


def test_options_reach_the_verb(client: TestClient) -> None:
    body = {**BODY, "policy": "research", "areas": ["utility"], "seed": 4, "threshold": 0.3}
    found = document(client.post(f"{V1}/audit", json=body))
    assert (found["policy"], set(found["panels"])) == ("research", {"performance", "utility"})
    assert found["panels"]["utility"]["threshold"] == 0.3
    params = {"policy": "research", "area": "utility", "seed": 4, "threshold": 0.3}
    assert document(send(client, "audit", csv(), **COLUMNS, **params)) == found


def test_several_classes_and_repeated_parameters(client: TestClient) -> None:
    proba = RNG.dirichlet([1, 1, 1], size=90)
    y = RNG.integers(3, size=90)
    frame = pd.DataFrame(proba, columns=["p_0", "p_1", "p_2"]).assign(y=y, sex="f", site="n")
    found = document(client.post(f"{V1}/audit", json={"y": y.tolist(), "proba": proba.tolist()}))
    params = {"label": "y", "prob": ["p_0", "p_1", "p_2"]}
    by_table = document(send(client, "audit", csv(frame), **params))
    assert by_table == found
    assert found["task"] == "multiclass"
    params["group"] = ["sex", "site"]
    assert set(document(send(client, "audit", csv(frame), **params))["groups"]) == {"sex", "site"}


def test_calls_quantities_and_positive(client: TestClient) -> None:
    words = ["blue" if one else "red" for one in Y]
    body = {"y": words, "p": P.tolist(), "positive": "blue", "areas": []}
    assert document(client.post(f"{V1}/audit", json=body))["classes"] == ["red", "blue"]
    calls = {"y": Y.tolist(), "pred": (P > 0.5).astype(int).tolist(), "areas": []}
    assert document(client.post(f"{V1}/audit", json=calls))["task"] == "binary"
    quantities = {"y": (P * 7).tolist(), "pred": (P * 7.1).tolist()}
    assert document(client.post(f"{V1}/audit", json=quantities))["task"] == "regression"


def test_missing_values_of_a_group_are_a_level(client: TestClient) -> None:
    body = {**BODY, "groups": {"sex": [None, *SEX[1:]]}, "areas": ["fairness"]}
    found = document(client.post(f"{V1}/audit", json=body))
    assert "(missing)" in found["groups"]["sex"]
    frame = TABLE.assign(sex=["", *SEX[1:]])
    params = {**COLUMNS, "area": "fairness"}
    assert document(send(client, "audit", csv(frame), **params))["groups"] == found["groups"]


def test_bad_rows_are_named_or_left_out(client: TestClient) -> None:
    frame = TABLE.astype({"p": object})
    frame.loc[3, "p"] = "much"
    assert "p" in refusal(send(client, "audit", csv(frame), **COLUMNS))
    found = document(send(client, "audit", csv(frame), **COLUMNS, drop_bad=True, area="utility"))
    assert found["n"] == N - 1


@pytest.mark.parametrize(
    ("kind", "media", "start"),
    [
        ("html", "text/html; charset=utf-8", b"<!DOCTYPE html>"),
        ("pdf", "application/pdf", b"%PDF"),
        ("junit", "application/xml", b"<?xml"),
        ("json", "application/json", b"{"),
    ],
)
def test_a_report_is_a_file(client: TestClient, kind: str, media: str, start: bytes) -> None:
    params = {**COLUMNS, "format": kind, "title": "Model one", "issued": "2026-01-02"}
    response = send(client, "report", csv(), **params)
    assert response.status_code == 200
    assert response.headers["content-type"] == media
    assert "attachment" in response.headers["content-disposition"]
    assert response.content.startswith(start)
    by_json = client.post(
        f"{V1}/report",
        params={name: params[name] for name in ("format", "title", "issued")},
        json=BODY,
    )
    assert by_json.content == response.content


def test_the_files_hold_the_document(client: TestClient) -> None:
    found = document(client.post(f"{V1}/audit", json=BODY))
    sent = client.post(f"{V1}/report?format=json", json=BODY)
    assert sent.json() == found
    xml = ET.fromstring(client.post(f"{V1}/report?format=junit", json=BODY).content)
    names = [case.get("name") for case in xml.findall("testcase")]
    assert names == [check["id"] for check in found["checks"]]
    page = client.post(f"{V1}/report", json=BODY)
    assert found["summary"] in page.text
    assert "script" not in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "docx"), ("title", ""), ("title", "x" * 201), ("issued", "today"),
        ("issued", "2026-02-30"), ("issued", "1767312000"),
    ],
)  # fmt: skip
def test_a_report_that_cannot_be_made_is_refused(client: TestClient, name: str, value: str) -> None:
    assert name in refusal(client.post(f"{V1}/report", params={name: value}, json=BODY))


def test_compare_in_json_and_in_a_table(client: TestClient) -> None:
    body = {"y": Y.tolist(), "p": P.tolist(), "p_other": TABLE["q"].tolist()}
    response = client.post(f"{V1}/compare", json=body)
    ComparisonAnswer.model_validate(response.json())
    found = document(response)
    params = {"label": "y", "prob": "p", "prob_other": "q"}
    assert document(send(client, "compare", csv(), **params)) == found
    assert {one["measure"] for one in found["differences"]} >= {"auc", "brier", "accuracy"}


def test_a_comparison_names_the_other_model_s_field(client: TestClient) -> None:
    body = {"y": Y.tolist(), "p": P.tolist()}
    for wrong, field in (
        ({"p_other": [2.0] * N}, "p_other"),
        ({"p_other": [0.5]}, "p_other"),
        ({"proba_other": [[0.5, 0.5]]}, "proba_other"),
        ({"pred_other": ["x"] * N}, "pred_other"),
        ({"p_other": P.tolist(), "proba_other": [[0.5, 0.5]] * N}, "proba_other"),
    ):
        named = refusal(client.post(f"{V1}/compare", json=body | wrong))
        assert any(name.startswith(field) for name in named), named
    assert refusal(client.post(f"{V1}/compare", json=body))
    assert "prob_other" in refusal(send(client, "compare", csv(), label="y", prob="p"))


def test_policies_and_models_are_listed(client: TestClient) -> None:
    found = client.get(f"{V1}/policies").json()
    PoliciesAnswer.model_validate(found)
    assert found["policies"] == [one.to_dict() for one in policies()]
    models = client.get(f"{V1}/models").json()
    ModelsAnswer.model_validate(models)
    keys = [one["key"] for one in models["models"]]
    assert {"cardiosense-logistic-13", "breast-cancer-svm"} <= set(keys)


def test_a_model_of_the_suite_is_audited(client: TestClient) -> None:
    found = document(client.get(f"{V1}/models/breast-cancer-svm/audit?policy=research"))
    assert (found["n"], found["policy"]) == (569, "research")
    assert "key" in refusal(client.get(f"{V1}/models/none/audit"), 404)
    named = refusal(client.get(f"{V1}/models/breast-cancer-svm/audit?policy=none"))
    assert "policy" in named


WRONG: dict[str, tuple[Any, ...]] = {
    "y": (None, "1", 1, {}, [], [None] * N, [[1]] * N, [{}] * N, Y.tolist()[:-1], [1.5, "a"],
          ["\ud800"] * N, [float("nan")] * N, [float("inf")] * N),
    "p": (None, "0.5", 0.5, {}, [None] * N, ["0.5"] * N, [True] * N, [[0.5]] * N, [2.0] * N,
          [-0.1] * N, [50] * N, [float("nan")] * N, [float("inf")] * N, P.tolist()[:-1]),
    "proba": (None, 1, {}, [[0.5]], [[0.5, 0.6]] * N, [0.5] * N, [[0.5, "0.5"]] * N, [{}] * N,
              [[0.1, 0.9], [1.0]], [[float("nan"), 1.0]] * N),
    "pred": (None, 3, {}, [1], [None] * N, [7] * N, [[1]] * N),
    "groups": (None, [], 3, {"sex": None}, {"sex": "f"}, {"sex": ["f"]}, {"sex": [["f"]] * N},
               {"sex": [float("nan")] * N}, {"\ud800": SEX}, {str(i): SEX for i in range(51)}),
    "batch": (None, 3, {}, ["2025-01"], [None] * N, [[1]] * N),
    "classes": (None, 3, {}, [0], [0, 0], [None, 1], [5, 6]),
    "positive": (None, [], {}, 7, "maybe", float("nan")),
    "threshold": (None, "0.5", True, [], -0.1, 1.1, float("nan"), float("inf"), 10**400),
    "policy": (None, 3, [], {}, "", "strict", "\ud800"),
    "areas": (None, "fairness", 3, {}, ["all"], [3]),
    "seed": (None, "0", True, -1, 1.5, 10**7, []),
    "extra": (1,),
    "__proto__": ({},),
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in WRONG.items() for value in values],
    ids=[f"{field}-{i}" for field, values in WRONG.items() for i, _ in enumerate(values)],
)
def test_a_wrong_field_is_refused_by_name(client: TestClient, field: str, value: Any) -> None:
    base = {"y": Y.tolist(), "areas": []}
    if field not in ("proba", "pred"):
        base["p"] = P.tolist()
    content = json.dumps({**base, field: value}).encode()
    response = client.post(f"{V1}/audit", content=content, headers={"Content-Type": JSON})
    named = refusal(response)
    # Rows of other lengths are laid to the predictions, which are as many as the outcomes.
    also = {"y": ("p",), "p": ("y",), "classes": ("y",)}.get(field, ())
    assert any(name.startswith((field, *also)) for name in named), named


DOCUMENTS = {
    "empty": b"", "null": b"null", "list": b"[]", "text": b'"y"', "open": b'{"y": [1, 0]',
    "repeated": b'{"y": [1, 0], "y": [1, 0], "p": [0.5, 0.4]}',
    "utf-16": '{"y": 1}'.encode("utf-16"),
    "deep": b'{"y": ' + b"[" * 50 + b"]" * 50 + b"}", "two": b"{}{}",
    "binary": bytes(range(256)),
    "nothing": b"{}", "no-outcome": b'{"p": [0.5]}', "no-prediction": b'{"y": [1, 0]}',
}  # fmt: skip


@pytest.mark.parametrize("path", ["audit", "report", "compare"])
@pytest.mark.parametrize("content", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_broken_document_is_refused(client: TestClient, path: str, content: bytes) -> None:
    response = client.post(f"{V1}/{path}", content=content, headers={"Content-Type": JSON})
    assert response.status_code in (400, 422)
    assert ErrorBody.model_validate(response.json()).error.problems


@pytest.mark.parametrize("path", ["audit", "report", "compare"])
@pytest.mark.parametrize("kind", [None, "text/plain", "application/xml", "application/json-seq"])
def test_other_content_types_are_refused(client: TestClient, path: str, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    response = client.post(f"{V1}/{path}", content=csv(), headers=headers)
    assert "Content-Type" in refusal(response, 415)


def test_parameters_are_strict(client: TestClient) -> None:
    assert "label" in refusal(client.post(f"{V1}/audit?label=y", json=BODY))
    assert "lable" in refusal(send(client, "audit", csv(), lable="y"))
    assert "label" in refusal(send(client, "audit", csv(), label=["y", "p"]))
    assert "seed" in refusal(send(client, "audit", csv(), **COLUMNS, seed="x"))
    assert "threshold" in refusal(send(client, "audit", csv(), **COLUMNS, threshold="nan"))
    assert "area.0" in refusal(send(client, "audit", csv(), **COLUMNS, area="all"))
    assert "no" in refusal(send(client, "audit", csv(), label="no", prob="p"))
    assert "policy" in refusal(send(client, "audit", csv(), **COLUMNS, policy="none"))


def test_too_many_rows_are_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_input, "MAX_JSON_ROWS", N - 1)
    monkeypatch.setattr(trust_input, "MAX_TABLE_ROWS", N - 1)
    assert "JSON takes at most 119" in refusal(client.post(f"{V1}/audit", json=BODY))["y"]
    assert "the limit is 119" in refusal(send(client, "audit", csv(), **COLUMNS))["body"]


def test_a_body_above_the_limit_is_refused() -> None:
    small = Settings(allowed_hosts=("testserver",), body_limit_bytes=2000)
    response = TestClient(create_api(small)).post(f"{V1}/audit", json=BODY)
    assert "body" in refusal(response, 413)


def test_more_than_a_record_s_worth_of_json_is_read(client: TestClient) -> None:
    body = {"y": Y.tolist() * 60, "p": P.tolist() * 60, "areas": []}
    assert len(json.dumps(body)) > 64 * 1024
    assert document(client.post(f"{V1}/audit", json=body))["n"] == 60 * N


def test_the_log_keeps_hashes_and_the_verdict(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    chosen = Settings(allowed_hosts=("testserver",), audit_mode="hashes", audit_url=url)
    api = TestClient(create_api(chosen))
    response = api.post(f"{V1}/audit", json=BODY)
    api.post(f"{V1}/compare", json={"y": Y.tolist(), "p": P.tolist(), "p_other": P.tolist()})
    entries = list(AuditLog(url).entries())
    assert [entry.event for entry in entries] == ["trust_audit", "trust_comparison"]
    kept = entries[0].data()
    assert set(kept) == {"input", "policy", "n", "verdict"}
    assert kept["verdict"] == response.json()["verdict"]
    assert entries[0].request_id == response.headers["X-Request-ID"]
