"""Python, command line, REST and page give one plan of the same problem."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from apps.api import create_api
from apps.cli import app as cli
from core.apple_sales import default_problem, plan, read_problem
from core.runtime.settings import Settings
from core.viz.text import fixed
from pages._shared.page_def import ROOT
from pages._shared.registry import page
from tests.apple_problems import generated

V1 = "/v1/apple-sales"
STATUS = {"optimal": 0, "infeasible": 2, "not certified": 3}
SEEDS = range(30)
SHOWN = (0, 3, 5)
"""Problems opened on the page: one with a plan, one without, one with an S-curve."""


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_api(Settings(allowed_hosts=("testserver",))))


def by_python(written: dict[str, Any]) -> Any:
    return json.loads(json.dumps(plan(read_problem(written)).to_dict(), allow_nan=False))


def by_cli(written: dict[str, Any], folder: Path) -> Any:
    file = folder / "problem.json"
    file.write_text(json.dumps(written))
    run = CliRunner().invoke(cli, ["apple-sales", "plan", str(file), "--json"])
    found = json.loads(run.stdout)
    assert run.exit_code == STATUS[found["status"]]
    assert run.stderr.strip() == (found["reason"] if run.exit_code else "")
    return found


def by_rest(client: TestClient, written: dict[str, Any]) -> Any:
    response = client.post(f"{V1}/plan", json=written)
    assert response.status_code == 200
    found = response.json()
    assert found.pop("request_id")
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_door_gives_the_same_plan(client: TestClient, tmp_path: Path, seed: int):
    written = generated(seed)
    expected = by_python(written)
    assert by_cli(written, tmp_path) == expected
    assert by_rest(client, written) == expected
    proven = expected["infeasibility"] or expected["certificate"]["fw_gap_rel"] <= 1e-3
    assert proven or expected["status"] == "not certified"


def test_the_problems_reach_plans_and_contradictions_and_s_curves():
    problems = [read_problem(generated(seed)) for seed in SEEDS]
    assert {plan(one, checks=False).status for one in problems} >= {"optimal", "infeasible"}
    assert any(not one.concave for one in problems)


def test_the_default_problem_is_one_at_every_door(client: TestClient, tmp_path: Path):
    problem = default_problem()
    expected = json.loads(json.dumps(plan(problem).to_dict()))
    run = CliRunner().invoke(cli, ["apple-sales", "plan", "--json"])
    assert json.loads(run.stdout) == expected
    assert by_cli(problem.to_dict(), tmp_path) == expected
    assert by_rest(client, client.get(f"{V1}/problem").json()) == expected
    app = opened()
    assert not app.exception
    assert_shown(app, expected)


def test_the_page_shows_the_same_plan_of_a_file():
    app = opened(source="file")
    for seed in SHOWN:
        written = generated(seed)
        content = json.dumps(written).encode()
        app.file_uploader[0].set_value((f"p{seed}.json", content, "application/json")).run()
        assert not app.exception
        assert_shown(app, by_python(written))


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(ROOT / "apps" / "suite.py", default_timeout=60).run()
    app.switch_page(str(page("apple-sales").path))
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def assert_shown(app: AppTest, expected: dict[str, Any]) -> None:
    """The page states the objective, the verdict and the hash of the problem."""
    metrics = {one.label.partition(" (")[0]: one.value for one in app.metric}
    texts = "\n".join(str(one.value) for one in (*app.markdown, *app.caption)).replace("\\", "")
    if expected["x"] is None:
        assert "Objective" not in metrics
        for one in expected["infeasibility"]["conflict"]:
            assert one["name"] in "\n".join(t.value.to_csv() for t in app.dataframe) + texts
        return
    assert metrics["Objective"] == fixed(expected["objective"], 2)
    assert expected["certificate"]["input_hash"][:12] in texts
