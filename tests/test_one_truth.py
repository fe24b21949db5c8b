"""Page, REST, command line and report give one answer, for 1,000 generated patients."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from apps.api import create_api
from apps.cli import app as cli
from core.cardiosense import score_patient
from core.cardiosense.report import patient_document
from core.cardiosense.schema import DIAGNOSTIC, LATE_TESTS
from core.report import IntervalBar
from core.runtime.settings import Settings
from core.tables import to_csv
from core.viz.text import percent, percent_range

N = 1000
SEED = 303
ISSUED = datetime.date(2026, 1, 1)
SHOW_ANSWER = """
import streamlit as st
from core.cardiosense import score_patient
from pages._cardiosense import answer
answer.show(score_patient(st.session_state["patient"]))
"""


def generated() -> list[dict[str, float | None]]:
    """Patients spread over everything the fields permit, some findings missing."""
    rng = np.random.default_rng(SEED)
    patients = []
    for _ in range(N):
        record: dict[str, float | None] = {}
        for spec in DIAGNOSTIC:
            if spec.is_code:
                value = float(rng.choice([code for code, _ in spec.choices]))
            else:
                steps = int(rng.integers((spec.high - spec.low) / spec.step))
                value = round(spec.low + spec.step * steps, 3)
            missing = 0.2 if spec.name in LATE_TESTS else 0.05
            record[spec.name] = value if spec.required or rng.random() > missing else None
        patients.append(record)
    return patients


@pytest.fixture(scope="module")
def patients():
    return generated()


@pytest.fixture(scope="module")
def risks(patients):
    return [score_patient(patient) for patient in patients]


def test_the_patients_reach_every_decision_and_route(risks):
    assert {risk.decision for risk in risks} == {"disease", "no disease", "abstain"}
    assert {len(risk.features) for risk in risks} == {10, 13}


def test_rest_gives_the_same_answer(patients, risks):
    client = TestClient(create_api(Settings(allowed_hosts=("testserver",))))
    for patient, risk in zip(patients, risks, strict=True):
        answer = client.post("/v1/cardiosense/score", json=patient).json()
        del answer["request_id"]
        assert answer == risk.to_dict()


def test_the_command_line_gives_the_same_answer(patients, risks, tmp_path: Path):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(to_csv(pd.DataFrame(patients)))
    result = CliRunner().invoke(cli, ["cardiosense", "score", str(source), str(out)])
    assert result.exit_code == 0, result.output
    scored = pd.read_csv(out)
    for row, risk in zip(scored.itertuples(), risks, strict=True):
        assert (row.p_disease, row.p_low, row.p_high) == (risk.p, risk.low, risk.high)
        assert (row.decision, row.model) == (risk.decision, risk.model)
        assert row.reasons == "; ".join(risk.reasons)


def test_the_report_gives_the_same_answer(patients, risks):
    for patient, risk in zip(patients, risks, strict=True):
        blocks = patient_document(patient, issued=ISSUED).blocks
        bar = next(block for block in blocks if isinstance(block, IntervalBar))
        assert (bar.p, bar.low, bar.high) == (risk.p, risk.low, risk.high)


def test_the_page_gives_the_same_answer(patients, risks):
    page = AppTest.from_string(SHOW_ANSWER, default_timeout=60)
    for patient, risk in zip(patients, risks, strict=True):
        page.session_state["patient"] = patient
        page.run()
        assert not page.exception
        assert page.metric[0].value == percent(risk.p)
        shown = [text.value for text in page.markdown]
        assert f"90 % interval {percent_range(risk.low, risk.high)}" in shown
        critical = sum(alert.level == "critical" for alert in risk.alerts)
        assert len(page.error) == bool(critical)
