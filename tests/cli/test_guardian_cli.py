"""The medication check on the command line: one document, one sentence, one status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from apps import cli
from core.guardian import inventory, review
from tests.guardian_cases import CASES

STATUS = {"critical": cli.EXIT_REFUSED, "quiet": 0, "open": cli.EXIT_NOT_ENOUGH}


def run(*words: object, text: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["guardian", *(str(word) for word in words)], input=text)


def written(tmp_path: Path, case: Any) -> Path:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_document_is_what_python_says_and_the_status_tells_it_apart(name, tmp_path):
    result = run("check", written(tmp_path, CASES[name]), "--json")
    assert result.exit_code == STATUS[name], result.output
    found = review(CASES[name])
    assert json.loads(result.stdout) == json.loads(json.dumps(found.to_dict()))
    assert result.stderr.strip() == (found.headline if STATUS[name] else "")


def test_lines_for_people_name_alert_source_gap_and_reading(tmp_path):
    critical = run("check", written(tmp_path, CASES["critical"])).stdout
    assert "MAJOR (ddi): sulfamethoxazole + warfarin" in critical
    assert "Source:" in critical
    assert "read: 'Coumadin 5 mg po daily' as warfarin" in critical
    unclear = run("check", written(tmp_path, CASES["open"])).stdout
    assert "not checked: meds[1]" in unclear
    assert "safe" not in (critical + unclear).casefold()


def test_standard_input_is_read():
    assert run("check", "-", "--json", text=json.dumps(CASES["quiet"])).exit_code == 0


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("[1]", "not a JSON object"),
        ("{", "not JSON"),
        ('{"meds": [], "meds": []}', "more than once"),
    ],
)
def test_a_file_of_another_form_is_refused_in_a_sentence(content, part, tmp_path):
    path = tmp_path / "case.json"
    path.write_text(content, encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == cli.EXIT_REFUSED
    assert part in result.stderr
    assert result.stdout == ""


def test_a_missing_file_is_refused_in_a_sentence(tmp_path):
    result = run("check", tmp_path / "none.json")
    assert result.exit_code == cli.EXIT_REFUSED
    assert "none.json" in result.stderr


def test_a_line_is_read():
    result = run("normalise", "Augmentin 875 mg bid")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "amoxicillin, clavulanate")


def test_an_unknown_line_says_so():
    result = run("normalise", "zzyzxol 5 mg")
    assert result.exit_code == cli.EXIT_NOT_ENOUGH
    assert "zzyzxol" in result.stderr


def test_a_rule_is_printed_with_its_source():
    result = run("rule", "ddi-nitrate-pde5")
    assert result.exit_code == 0
    assert "Source:" in result.stdout
    assert json.loads(run("rule", "ddi-nitrate-pde5", "--json").stdout)["id"] == "ddi-nitrate-pde5"


def test_an_unknown_rule_is_refused():
    result = run("rule", "none")
    assert result.exit_code == cli.EXIT_REFUSED
    assert "'none'" in result.stderr


def test_the_knowledge_base_stands_and_is_counted():
    result = run("knowledge", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found.pop("problems") == []
    assert found == json.loads(json.dumps(inventory().to_dict()))
