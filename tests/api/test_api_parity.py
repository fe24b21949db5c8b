from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

from apps.api import cardiosense_schemas as schemas
from apps.api import create_api
from apps.cli import app
from core.cardiosense.explain import explain
from core.cardiosense.prevention import ONLY_PREVENT
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import score_patient
from core.runtime.settings import Settings
from tests.strategies import partial_patients, records

API = TestClient(create_api(Settings(allowed_hosts=("testserver",))))


TARGETS = st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.5])


def plain(result: Any) -> Any:
    """What JSON makes of a result; refuses NaN."""
    return json.loads(json.dumps(result.to_dict(), allow_nan=False))


def answer(path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = API.post(f"/v1/cardiosense/{path}", json=body)
    assert response.status_code == 200, response.text
    content = response.json()
    assert content.pop("request_id") == response.headers["X-Request-ID"]
    return content


@settings(max_examples=60)
@given(partial_patients)
def test_api_and_core_score_alike(patient: dict[str, Any]) -> None:
    expected = plain(score_patient(patient))
    assert answer("score", patient) == expected
    schemas.RiskAnswer.model_validate({"request_id": "x", **expected})


@settings(max_examples=15)
@given(partial_patients)
def test_api_and_core_explain_alike(patient: dict[str, Any]) -> None:
    expected = plain(explain(patient, lime=False))
    assert answer("explain?lime=false", patient) == expected
    schemas.ExplanationAnswer.model_validate({"request_id": "x", **expected})


@settings(max_examples=30)
@given(partial_patients, TARGETS, st.sampled_from([None, "logistic", "xgboost"]), st.booleans())
def test_api_and_core_find_the_same_diagnostic_path(
    patient: dict[str, Any], target: float, model: str | None, robust: bool
) -> None:
    expected = plain(least_effort_path(patient, target, model=model, robust=robust))
    body = {"patient": patient, "target": target, "model": model, "robust": robust}
    assert answer("path", body) == expected
    schemas.PathAnswer.model_validate({"request_id": "x", **expected})


@settings(max_examples=30)
@given(records(PREVENTION, optional=True), TARGETS, st.sampled_from(["prevent", "framingham"]))
def test_api_and_core_agree_on_prevention(
    person: dict[str, Any], target: float, model: str
) -> None:
    body = {"patient": person, "target": target, "layer": "prevention", "model": model}
    needed = [name for name in ONLY_PREVENT if model == "prevent" and person[name] is None]
    if needed:
        response = API.post("/v1/cardiosense/path", json=body)
        assert response.status_code == 422
        assert [p["field"] for p in response.json()["error"]["problems"]] == needed
        return
    expected = plain(least_effort_path(person, target, layer="prevention", model=model))
    assert answer("path", body) == expected
    schemas.PathAnswer.model_validate({"request_id": "x", **expected})


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(partial_patients, TARGETS)
def test_command_line_and_api_agree(tmp_path: Path, patient: dict[str, Any], target: float) -> None:
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(patient))
    run = CliRunner().invoke(
        app, ["cardiosense", "path", str(file), "--target", str(target), "--json"]
    )
    assert run.exit_code == 0, run.stderr
    assert json.loads(run.stdout) == answer("path", {"patient": patient, "target": target})
    run = CliRunner().invoke(app, ["cardiosense", "explain", str(file), "--no-lime", "--json"])
    assert json.loads(run.stdout) == answer("explain?lime=false", patient)


def test_sampled_explanation_is_the_same_for_the_same_seed() -> None:
    patient = {spec.name: spec.default for spec in DIAGNOSTIC}
    expected = plain(explain(patient, seed=3))
    assert answer("explain?seed=3", patient) == expected
    schemas.ExplanationAnswer.model_validate({"request_id": "x", **expected})


def test_missing_is_null_or_absent() -> None:
    patient = {spec.name: spec.default for spec in DIAGNOSTIC}
    absent = {name: value for name, value in patient.items() if name != "thal"}
    assert answer("score", absent) == answer("score", {**patient, "thal": None})


@pytest.mark.parametrize("number", [math.pi * 40, 130, 130.0])
def test_numbers_keep_every_digit(number: float) -> None:
    patient = {spec.name: spec.default for spec in DIAGNOSTIC} | {"trestbps": number}
    assert answer("score", patient) == plain(score_patient(patient))
