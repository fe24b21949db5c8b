"""The audit of packages fails when something is known, and never passes over silence."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def audit():
    spec = importlib.util.spec_from_file_location("audit_tool", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def answers(audit, monkeypatch):
    """Let pip-audit answer what a test says of each package."""
    monkeypatch.setattr(audit, "runtime", lambda: {"a": "1", "b": "2"})

    def answer(*dependencies: dict) -> None:
        def run(command, **_):
            out = Path(command[-1])
            if dependencies:
                out.write_text(json.dumps({"dependencies": dependencies}), encoding="utf-8")
            return subprocess.CompletedProcess(command, 1, "", "ConnectionError: no route")

        monkeypatch.setattr(audit.subprocess, "run", run)

    return answer


CLEAN = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "b", "skip_reason": "Dependency not found"}


def test_a_known_vulnerability_fails(audit, answers, capsys):
    answers(CLEAN, BAD)
    assert audit.vulnerabilities(strict=False) == 1
    assert "VULNERABLE b 2: CVE-1, fixed in 3" in capsys.readouterr().out


@pytest.mark.parametrize("given", [(CLEAN, SKIPPED), ()])
def test_what_could_not_be_asked_is_said_and_fails_when_strict(audit, answers, capsys, given):
    answers(*given)
    assert audit.vulnerabilities(strict=False) == 0
    assert "NOT AUDITED" in capsys.readouterr().out
    assert audit.vulnerabilities(strict=True) == 1


def test_a_clean_answer_passes(audit, answers, capsys):
    answers(CLEAN, {**CLEAN, "name": "b", "version": "2"})
    assert audit.vulnerabilities(strict=True) == 0
    assert "NOT AUDITED" not in capsys.readouterr().out


def test_a_package_that_is_missing_from_the_bill_is_named(audit, monkeypatch, tmp_path, capsys):
    one = {"name": "A", "version": "1", "bom-ref": "a", "licenses": [{}]}
    bill = {"components": [one, {**one, "name": "b"}], "dependencies": []}
    done = subprocess.CompletedProcess([], 0, json.dumps(bill), "")
    monkeypatch.setattr(audit, "runtime", lambda: {"a": "1", "b": "2"})
    monkeypatch.setattr(audit.subprocess, "run", lambda *_, **__: done)
    assert audit.sbom(tmp_path / "sbom.json") == 1
    assert "NOT LISTED: b." in capsys.readouterr().out


def test_the_packages_of_a_running_suite_are_those_and_no_tools(audit):
    found = audit.runtime()
    assert {"streamlit", "numpy", "starlette", "uvicorn", "authlib", "psycopg"} <= set(found)
    assert not {"pytest", "ruff", "mypy", "bandit", "playwright"} & set(found)
