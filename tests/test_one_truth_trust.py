"""Python, command line, REST, report and build server give one audit of the same rows."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from apps.api import create_api
from apps.api.upload import CSV, PARQUET
from apps.cli import app as cli
from core.runtime.settings import Settings
from core.trust import audit, judge, junit, policies, read_table
from core.trust.export.card import card_lines
from core.trust.export.report import html_report, pdf_report
from pages._shared.models import find

V1 = "/v1/trust"
ISSUED = datetime.date(2026, 1, 2)
STATUS = {"pass": 0, "fail": 2, "not enough evidence": 3}


def plain(found) -> dict:
    return json.loads(json.dumps(found.to_dict(), allow_nan=False))


def frame(n: int, seed: int, slope: float) -> pd.DataFrame:
    """Rows with probabilities of a given calibration slope, and attributes of every kind."""
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1.5, size=n)
    return pd.DataFrame(
        {
            "died": np.where(rng.random(n) < 1 / (1 + np.exp(-slope * score)), "yes", "no"),
            "risk": 1 / (1 + np.exp(-score)),
            "sex": rng.choice(["f", "m"], size=n),
            "age": rng.integers(18, 95, size=n),
            "site": rng.choice(
                ["north", "<b>south</b>", "a,b", ""], size=n, p=[0.4, 0.3, 0.2, 0.1]
            ),
            "seen": np.sort(rng.choice(["2025-01-14", "2025-02-03", "2025-03-20"], size=n)),
        }
    )


CASES = {
    "calibrated": frame(3000, 0, 1.0),
    "overconfident": frame(3000, 1, 0.4),
    "turned round": frame(800, 2, -1.0),
    "few": frame(60, 3, 1.0),
}
GROUPS = ("sex", "age", "site")


@pytest.fixture(scope="module")
def client():
    return TestClient(create_api(Settings(allowed_hosts=("testserver",))))


def by_python(table: pd.DataFrame, policy: str):
    sites = table["site"].where(table["site"] != "", None)
    groups = {"sex": table["sex"], "age": table["age"], "site": sites}
    return audit(
        table["died"].to_numpy(), table["risk"].to_numpy(),
        groups=groups, batch=table["seen"].to_numpy(), policy=policy,
    )  # fmt: skip


def body(table: pd.DataFrame, policy: str) -> dict:
    groups = {name: table[name].tolist() for name in GROUPS}
    groups["site"] = [value or None for value in groups["site"]]
    return {
        "y": table["died"].tolist(),
        "p": table["risk"].tolist(),
        "groups": groups,
        "batch": table["seen"].tolist(),
        "policy": policy,
    }


def by_cli(file: Path, policy: str):
    words = ["--label", "died", "--prob", "risk", "--date", "seen", "--policy", policy, "--json"]
    groups = [word for name in GROUPS for word in ("--group", name)]
    return CliRunner().invoke(cli, ["trust", "audit", str(file), *words, *groups])


@pytest.mark.parametrize("policy", ["clinical-strict", "research"])
@pytest.mark.parametrize("table", CASES.values(), ids=CASES)
def test_every_door_gives_the_same_document(client, tmp_path: Path, table, policy):
    expected = plain(by_python(table, policy))
    file = tmp_path / "pred.csv"
    table.to_csv(file, index=False)
    run = by_cli(file, policy)
    assert json.loads(run.stdout) == expected
    assert run.exit_code == STATUS[expected["verdict"]]
    answers = [client.post(f"{V1}/audit", json=body(table, policy))]
    params = {
        "label": "died", "prob": "risk", "group": GROUPS, "date": "seen", "policy": policy,
    }  # fmt: skip
    packed = file.with_suffix(".parquet")
    table.to_parquet(packed)
    for content, kind in ((file.read_bytes(), CSV), (packed.read_bytes(), PARQUET)):
        headers = {"Content-Type": kind}
        answers.append(client.post(f"{V1}/audit", params=params, content=content, headers=headers))
    for answer in answers:
        found = answer.json()
        assert found.pop("request_id")
        # How a file is packed is a note on the file, not on the rows.
        found["notes"] = [note for note in found["notes"] if note != "Read as Parquet."]
        assert found == expected


def test_the_cases_reach_every_verdict():
    reached = {
        by_python(table, policy).verdict.status
        for table in CASES.values()
        for policy in ("clinical-strict", "research")
    }
    assert reached == set(STATUS)


def test_files_from_every_door_are_the_same(client, tmp_path: Path):
    table = CASES["few"]
    found = by_python(table, "screening")
    file = tmp_path / "pred.csv"
    table.to_csv(file, index=False)
    title = "Trust audit of pred.csv"
    expected = {
        "html": html_report(found, title=title, issued=ISSUED),
        "pdf": pdf_report(found, title=title, issued=ISSUED),
        "junit": junit(found),
    }
    outputs = {"junit": tmp_path / "o.xml", "html": tmp_path / "o.html", "pdf": tmp_path / "o.pdf"}
    words = [word for kind, path in outputs.items() for word in (f"--{kind}", str(path))]
    groups = [word for name in GROUPS for word in ("--group", name)]
    command = ["trust", "audit", str(file), "--label", "died", "--prob", "risk", "--date", "seen"]
    more = ["--policy", "screening", "--issued", ISSUED.isoformat()]
    CliRunner().invoke(cli, [*command, *groups, *more, *words])
    for kind, content in expected.items():
        assert outputs[kind].read_bytes() == content
        params = {"format": kind, "title": title, "issued": ISSUED.isoformat()}
        sent = client.post(f"{V1}/report", params=params, json=body(table, "screening"))
        assert sent.content == content


def test_report_card_and_junit_state_the_document_s_checks():
    found = by_python(CASES["calibrated"], "clinical-strict")
    document = plain(found)
    page = html_report(found, title="x", issued=ISSUED).decode()
    lines = "\n".join(card_lines(document))
    cases = {case.get("name"): case for case in ET.fromstring(junit(found)).iter("testcase")}
    for check in document["checks"]:
        estimate = check["estimate"]
        if estimate is not None and abs(estimate) < 10:
            shown = f"{estimate:.3f}".replace("-", "\u2212")
            assert shown in page
            assert shown in lines
        assert f">{check['id']}<" in page
        skipped = cases[check["id"]].find("skipped") is not None
        assert skipped == (check["status"] == "not enough evidence")


def test_a_model_of_the_suite_is_judged_alike(client):
    expected = plain(judge(find("cardiosense-logistic-13").predictions(), policy="screening"))
    words = ["trust", "model", "cardiosense-logistic-13", "--policy", "screening", "--json"]
    run = CliRunner().invoke(cli, words)
    assert json.loads(run.stdout) == expected
    answer = client.get(f"{V1}/models/cardiosense-logistic-13/audit?policy=screening").json()
    assert answer.pop("request_id")
    assert answer == expected


def test_the_order_of_the_rows_does_not_change_the_verdict(tmp_path: Path):
    table = CASES["calibrated"]
    turned = table.sample(frac=1, random_state=5)
    for one, other in zip(
        by_python(table, "screening").checks, by_python(turned, "screening").checks, strict=True
    ):
        assert (one.id, one.status) == (other.id, other.status)
    file = tmp_path / "pred.csv"
    table.to_csv(file, index=False)
    read, _ = read_table(file, label="died", prob="risk", groups=GROUPS, date="seen")
    assert plain(judge(read)) == plain(by_python(table, "clinical-strict"))


@pytest.mark.parametrize("place", range(3), ids=[one.name for one in policies()])
def test_the_documentation_states_every_limit(place):
    policy = policies()[place]
    text = (Path(__file__).parents[1] / "docs" / "trust.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    cells = {row[1].strip(" `"): row[3 + place] for row in rows if len(row) == 7}
    assert set(policy.rules) <= set(cells)
    for name, rule in policy.rules.items():
        assert rule.demand in cells[name]
        for value in rule.limits.values():
            words = value if isinstance(value, list) else [f"{value:g}"]
            assert all(word in cells[name] for word in words), name
