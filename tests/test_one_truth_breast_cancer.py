"""Core, page, REST, command line and report give one answer, for all 569 cases and broken ones."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from apps.api import create_api
from apps.api.upload import CSV
from apps.cli import app as cli
from core.breast_cancer import case_mix, drift, score_case, score_file
from core.breast_cancer import report as case_report
from core.breast_cancer.counterfactual import counterfactual
from core.breast_cancer.data import wdbc
from core.breast_cancer.report import case_document
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import DECISIONS, OUTPUT_COLUMNS
from core.report import Callout, IntervalBar, Provenance
from core.runtime.settings import Settings
from core.tables import to_csv
from core.viz.text import percent, percent_range

SEED = 569
BROKEN = 100
ISSUED = datetime.date(2026, 1, 1)
NAMES = list(FEATURES.names)
V1 = "/v1/breast-cancer"
SHOW_ANSWER = """
import streamlit as st
from core.breast_cancer import case_mix, score_case
from pages._breast_cancer import answer
case = st.session_state["case"]
answer.show(score_case(case), case_mix(case))
"""


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """All cases, and a hundred of them with one value in a wrong unit."""
    rng = np.random.default_rng(SEED)
    X = wdbc().X
    broken = X[rng.choice(len(X), BROKEN, replace=False)]
    columns = rng.integers(len(NAMES), size=BROKEN)
    broken[np.arange(BROKEN), columns] *= rng.choice([0.1, 10, 1 / 25.4, 25.4], BROKEN)
    return pd.DataFrame(np.vstack([X, broken]), columns=NAMES)


@pytest.fixture(scope="module")
def cases(table):
    return table.to_dict("records")


@pytest.fixture(scope="module")
def scores(cases):
    return [score_case(case) for case in cases]


@pytest.fixture(scope="module")
def client():
    return TestClient(create_api(Settings(allowed_hosts=("testserver",))))


def agrees(row, score) -> bool:
    """Whether a row of a scored table says what the answer for the case says."""
    return (
        (row.p_malignant, row.decision, row.ood_p) == (score.p, score.decision, score.ood_p)
        and (row.blame, row.model) == (score.blame.column, score.model)
        and (abs(row.blame_ratio - score.blame.ratio) < 1e-6 or row.blame_ratio == np.inf)
        and bool(str(row.flags)) == bool(score.flags)
    )


def test_the_cases_reach_every_decision(scores):
    assert len(scores) == 669
    assert {score.decision for score in scores} == {"malignant", "benign", "withheld"}


def test_rest_gives_the_same_answer(client, cases, scores):
    for case, score in zip(cases, scores, strict=True):
        answer = client.post(f"{V1}/score", json=case).json()
        del answer["request_id"]
        assert answer == json.loads(json.dumps(score.to_dict()))


def test_the_file_gives_the_same_answer(table, scores):
    found = score_file(to_csv(table)).results
    assert list(found.columns) == list(OUTPUT_COLUMNS)
    for row, score in zip(found.itertuples(), scores, strict=True):
        assert agrees(row, score), row


def test_the_command_line_gives_the_same_answer(table, scores, tmp_path: Path):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(to_csv(table))
    result = CliRunner().invoke(cli, ["breast-cancer", "score", str(source), str(out)])
    assert result.exit_code == 0, result.output
    scored = pd.read_csv(out, keep_default_na=False, na_values={"p_malignant": [""]})
    for row, score in zip(scored.itertuples(), scores, strict=True):
        assert agrees(row, score), row


def test_rest_and_command_line_write_the_same_file(client, table, tmp_path: Path):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(to_csv(table))
    CliRunner().invoke(cli, ["breast-cancer", "score", str(source), str(out)])
    headers = {"Content-Type": CSV}
    sent = client.post(f"{V1}/batch", content=source.read_bytes(), headers=headers)
    assert sent.content == out.read_bytes()


def test_the_report_gives_the_same_answer(cases, scores, monkeypatch):
    # The distance to the boundary has tests of its own and takes most of the time.
    nearest = counterfactual(cases[0])
    monkeypatch.setattr(case_report, "counterfactual", lambda *_, **__: nearest)
    for case, score in zip(cases, scores, strict=True):
        blocks = case_document(case, issued=ISSUED).blocks
        bar = next(block for block in blocks if isinstance(block, IntervalBar))
        assert (bar.p, bar.low, bar.high, bar.threshold) == (
            score.p, score.low, score.high, score.threshold
        )  # fmt: skip
        answer, integrity, *_ = (block for block in blocks if isinstance(block, Callout))
        assert answer.word == DECISIONS[score.decision][1]
        assert (integrity.status == "critical") is score.flagged
        rows = dict(next(block for block in blocks if isinstance(block, Provenance)).rows)
        assert rows["Input (SHA-256)"] == score.input_hash
        assert rows["Model"] == score.model
        assert rows["Integrity p, case-mix p"] == f"{score.ood_p:.6f}, {case_mix(case).p:.6f}"


def test_the_page_gives_the_same_answer(cases, scores):
    page = AppTest.from_string(SHOW_ANSWER, default_timeout=60)
    for case, score in list(zip(cases, scores, strict=True))[::2]:
        page.session_state["case"] = case
        page.run()
        assert not page.exception
        assert page.metric[0].value == percent(score.p)
        shown = [text.value for text in page.markdown]
        assert f"{percent(score.level)} interval {percent_range(score.low, score.high)}" in shown
        assert any(DECISIONS[score.decision][1] in text for text in shown)


def test_one_verdict_on_a_batch_from_every_door(client, tmp_path: Path):
    cohort = wdbc()
    held = pd.DataFrame(cohort.X[cohort.held], columns=NAMES)
    for table in (held, held.assign(worst_area=held["worst_area"] * 10)):
        expected = json.loads(json.dumps(drift(table).to_dict()))
        source = tmp_path / "batch.csv"
        source.write_bytes(to_csv(table))
        run = CliRunner().invoke(cli, ["breast-cancer", "drift", str(source), "--json"])
        by_file = client.post(
            f"{V1}/drift", content=source.read_bytes(), headers={"Content-Type": CSV}
        ).json()
        by_case = client.post(f"{V1}/drift", json={"cases": table.to_dict("records")}).json()
        for answer in (by_file, by_case):
            del answer["request_id"]
        assert json.loads(run.stdout) == by_file == by_case == expected
