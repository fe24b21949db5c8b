"""Trust on the command line: one document, one sentence, one status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from apps import cli
from core.trust import judge, policies, read_table
from core.trust import policy as named_policy
from core.trust.checklists import fill

ROOT = Path(__file__).resolve().parents[2]
AREAS = ("--area", "calibration", "--area", "utility")
DECLARED = ("--label", "y", "--prob", "p")


def run(*words: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["trust", *(str(word) for word in words)], env=env)


def run_json(*words: object, status: int = 0) -> Any:
    """The document of a run, on standard output in all three cases and alone there."""
    result = run(*words, "--json")
    assert result.exit_code == status, result.output
    assert isinstance(result.exception, SystemExit | None)
    found = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(name))
    said = result.stderr.strip()
    assert said == (found["summary"] if status else "")
    return found


def refused(result: Result) -> str:
    """The sentence of a run that must have been refused."""
    assert result.exit_code == cli.EXIT_REFUSED, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()
    return result.stderr


def table(n: int = 2000, seed: int = 0, *, turned: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 2, size=n)
    p = 1 / (1 + np.exp(-score))
    y = (rng.random(n) < (1 - p if turned else p)).astype(int)
    return pd.DataFrame(
        {"y": y, "p": p, "sex": np.resize(["f", "m"], n), "month": np.repeat(["a", "b"], n // 2)}
    )


def written(folder: Path, frame: pd.DataFrame, name: str = "pred.csv") -> Path:
    file = folder / name
    if file.suffix == ".parquet":
        frame.to_parquet(file)
    else:
        frame.to_csv(file, index=False)
    return file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return written(tmp_path, table())


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return written(tmp_path, table(turned=True), "broken.csv")


@pytest.fixture
def few(tmp_path: Path) -> Path:
    return written(tmp_path, table(40), "few.csv")


@pytest.fixture
def lenient(tmp_path: Path) -> Path:
    """A policy of one's own without groups and drift."""
    content = named_policy("clinical-strict").to_dict()
    keep = ("data.size", "discrimination", "calibration.mean", "utility.net_benefit")
    content["checks"] = {name: content["checks"][name] for name in keep}
    file = tmp_path / "ours.json"
    file.write_text(json.dumps(content | {"name": "ours", "version": "2.3"}))
    return file


def test_pass_fail_and_not_enough_evidence_have_their_statuses(source, broken, few, lenient):
    words = (*DECLARED, *AREAS, "--policy", lenient)
    for file, status, verdict in (
        (source, 0, "pass"),
        (broken, 2, "fail"),
        (few, 3, "not enough evidence"),
    ):
        found = run_json("audit", file, *words, status=status)
        assert (found["verdict"], found["policy"], found["policy_version"]) == (
            verdict, "ours", "2.3"
        )  # fmt: skip
        spoken = run("audit", file, *words)
        assert spoken.exit_code == status
        assert spoken.stdout.startswith(found["summary"])
        assert spoken.stderr.strip() == (found["summary"] if status else "")
        for check in found["checks"]:
            assert check["claim"] in spoken.stdout
            assert check["reason"] in spoken.stdout


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_document_is_the_core_s(tmp_path: Path, suffix: str):
    file = written(tmp_path, table(600), f"pred{suffix}")
    words = ("--group", "sex", "--date", "month", "--policy", "screening", "--seed", 3)
    result = run("audit", file, *DECLARED, *words, "--threshold", 0.4, "--json")
    read, info = read_table(
        file, label="y", prob=["p"], groups=["sex"], date="month", threshold=0.4
    )
    expected = judge(read, policy="screening", seed=3, notes=info.notes).to_dict()
    found = json.loads(result.stdout)
    assert found == json.loads(json.dumps(expected, allow_nan=False))
    assert set(found["panels"]) >= {"performance", "calibration", "utility", "fairness", "drift"}
    keys = {"id", "area", "status", "estimate", "ci_low", "ci_high", "n", "reason"}
    assert all(keys <= set(check) for check in found["checks"])


def test_obvious_columns_need_no_options_and_the_notes_say_so(few: Path):
    found = run_json("audit", few, *AREAS, status=3)
    assert "the outcome from y and the probability from p" in " ".join(found["notes"])


def test_classes_in_words_and_several_probabilities(tmp_path: Path):
    rng = np.random.default_rng(5)
    proba = rng.dirichlet([1, 1, 1], size=120)
    names = np.array(["benign", "unsure", "malignant"])
    frame = pd.DataFrame(proba, columns=[f"p_{name}" for name in names])
    frame["what"] = names[rng.integers(3, size=120)]
    file = written(tmp_path, frame)
    columns = [word for name in frame.columns[:3] for word in ("--prob", name)]
    result = run("audit", file, "--label", "what", *columns, *AREAS, "--json")
    found = json.loads(result.stdout)
    assert (found["task"], set(found["classes"])) == ("multiclass", set(names))


def test_quantities(tmp_path: Path):
    rng = np.random.default_rng(6)
    y = rng.normal(size=200).round(6)
    frame = pd.DataFrame({"y": y, "guess": (y + rng.normal(0, 0.1, size=200)).round(6)})
    result = run("audit", written(tmp_path, frame), "--label", "y", "--pred", "guess", "--json")
    found = json.loads(result.stdout)
    assert found["task"] == "regression"
    assert result.exit_code in (0, 3)


def test_the_positive_class_is_asked_for_and_taken(tmp_path: Path):
    frame = table(200)
    frame["y"] = np.where(frame["y"] == 1, "blue", "red")
    file = written(tmp_path, frame)
    assert "positive" in refused(run("audit", file, *DECLARED, "--json"))
    result = run("audit", file, *DECLARED, *AREAS, "--positive", "blue", "--json")
    assert json.loads(result.stdout)["classes"] == ["red", "blue"]


def test_bad_cells_are_named_or_left_out(tmp_path: Path):
    frame = table(300).astype({"p": object})
    frame.loc[4, "p"] = "1.7"
    file = written(tmp_path, frame)
    sentence = refused(run("audit", file, *DECLARED, "--json"))
    assert "Row 5" in sentence
    assert "1.7" in sentence
    result = run("audit", file, *DECLARED, *AREAS, "--drop-bad", "--json")
    found = json.loads(result.stdout)
    assert found["n"] == 299
    assert "1 of 300 rows were left out" in " ".join(found["notes"])


def test_reports_are_written_beside_the_document(few: Path, tmp_path: Path):
    outputs = {suffix: tmp_path / f"out.{suffix}" for suffix in ("xml", "html", "pdf")}
    words = ("--junit", outputs["xml"], "--html", outputs["html"], "--pdf", outputs["pdf"])
    found = run_json("audit", few, *DECLARED, *AREAS, *words, "--issued", "2026-01-02", status=3)
    cases = ET.parse(outputs["xml"]).getroot().findall("testcase")
    assert [case.get("name") for case in cases] == [check["id"] for check in found["checks"]]
    page = outputs["html"].read_text(encoding="utf-8")
    assert "2026-01-02" in page
    assert "Trust audit of few.csv" in page
    assert outputs["pdf"].read_bytes().startswith(b"%PDF")
    before = outputs["pdf"].read_bytes()
    run("audit", few, *DECLARED, *AREAS, *words, "--issued", "2026-01-02")
    assert outputs["pdf"].read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("option", "name"), [("--junit", "out.json"), ("--html", "out.pdf"), ("--pdf", "out")]
)
def test_a_report_has_the_suffix_of_its_kind(few: Path, tmp_path: Path, option: str, name: str):
    assert "no known suffix" in refused(run("audit", few, *DECLARED, option, tmp_path / name))
    assert not (tmp_path / name).exists()


BAD_TABLES = {
    "empty": b"",
    "header-only": b"y,p\n",
    "binary": bytes(range(256)) * 4,
    "nothing-named-so": b"a,b\n1,2\n",
    "text-probability": b"y,p\n1,high\n0,low\n",
    "percent": b"y,p\n1,83\n0,12\n",
    "ragged": b"y,p\n1,0.5\n0,0.4,9,9\n",
    "missing-outcome": b"y,p\n,0.5\n0,0.4\n",
    "nan": b"y,p\n1,NaN\n0,0.4\n",
    "infinity": b"y,p\n1,inf\n0,0.4\n",
}


@pytest.mark.parametrize("content", BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_bad_table_ends_in_a_sentence(tmp_path: Path, content: bytes):
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    refused(run("audit", file, *DECLARED, "--json"))
    refused(run("compare", file, *DECLARED, "--prob-other", "p", "--json"))


@pytest.mark.parametrize(
    "words",
    [
        ("--label", "no"),
        ("--group", "no"),
        ("--date", "no"),
        ("--group", "y"),
        ("--prob", "y"),
        ("--policy", "none-such"),
        ("--policy", "none-such.json"),
        ("--area", "everything"),
        ("--threshold", "1.5"),
        ("--threshold", "nan"),
        ("--threshold", "half"),
        ("--seed", "-1"),
        ("--positive", "maybe"),
        ("--label", "\udcff"),
        ("--issued", "2026-13-01"),
    ],
)
def test_a_bad_question_ends_in_a_sentence(few: Path, words: tuple[str, ...]):
    assert refused(run("audit", few, "--prob", "p", *words, "--json"))


def test_a_missing_file_ends_in_a_sentence(tmp_path: Path):
    assert "none.csv" in refused(run("audit", tmp_path / "none.csv"))
    assert refused(run("audit", tmp_path))


POLICIES = {
    "empty": b"",
    "not-json": b"{name: ours}",
    "list": b"[]",
    "no-parts": b"{}",
    "repeated": b'{"name": "a", "name": "b"}',
    "unknown-claim": b'{"name": "a", "version": "1", "purpose": "", "level": 0.05,'
    b' "checks": {"beauty": {"demand": "always"}}}',
    "bad-demand": b'{"name": "a", "version": "1", "purpose": "", "level": 0.05,'
    b' "checks": {"data.size": {"demand": "maybe", "events": 3}}}',
    "bad-limit": b'{"name": "a", "version": "1", "purpose": "", "level": 0.05,'
    b' "checks": {"data.size": {"demand": "always", "events": "many"}}}',
    "nan-limit": b'{"name": "a", "version": "1", "purpose": "", "level": 0.05,'
    b' "checks": {"calibration.error": {"demand": "always", "error": NaN}}}',
    "level": b'{"name": "a", "version": "1", "purpose": "", "level": 7, "checks": {}}',
    "nan-level": b'{"name": "a", "version": "1", "purpose": "", "level": NaN, "checks": {}}',
    "large": b'{"purpose": "' + b"x" * 70_000 + b'"}',
}


@pytest.mark.parametrize("content", POLICIES.values(), ids=POLICIES)
def test_a_bad_policy_ends_in_a_sentence(few: Path, tmp_path: Path, content: bytes):
    file = tmp_path / "policy.json"
    file.write_bytes(content)
    sentence = refused(run("audit", few, *DECLARED, "--policy", file, "--json"))
    assert "polic" in sentence or "name" in sentence


def test_compare_one_table_and_two_give_the_same(tmp_path: Path):
    frame = table(500)
    frame["q"] = np.random.default_rng(9).random(500)
    one = written(tmp_path, frame, "both.csv")
    first = written(tmp_path, frame[["y", "p"]], "first.csv")
    second = written(tmp_path, frame[["y", "q"]].rename(columns={"q": "p"}), "second.csv")
    found = json.loads(run("compare", one, *DECLARED, "--prob-other", "q", "--json").stdout)
    again = json.loads(run("compare", first, second, *DECLARED, "--json").stdout)
    assert found == again
    by_name = {part["measure"]: part for part in found["differences"]}
    assert by_name["auc"]["better"] == "first"
    spoken = run("compare", one, *DECLARED, "--prob-other", "q")
    assert spoken.exit_code == 0
    assert "auc: first" in spoken.stdout
    assert "the first is better" in spoken.stdout


def test_compare_says_what_is_missing_or_unequal(tmp_path: Path, source: Path, few: Path):
    assert "--prob-other" in refused(run("compare", source, *DECLARED))
    assert "40 rows" in refused(run("compare", source, few, *DECLARED))
    frame = pd.DataFrame({"y": np.arange(60) / 7, "a": np.arange(60) / 7.1})
    quantities = written(tmp_path, frame, "quantities.csv")
    words = ("--label", "y", "--pred", "a", "--pred-other", "a")
    assert "quantities" in refused(run("compare", quantities, *words))


def test_models_are_listed_and_audited():
    keys = [one["key"] for one in json.loads(run("models", "--json").stdout)["models"]]
    assert "breast-cancer-logistic" in keys
    assert all(key in run("models").stdout for key in keys)
    result = run("model", "breast-cancer-logistic", "--policy", "research", *AREAS, "--json")
    found = json.loads(result.stdout)
    assert (found["n"], found["policy"]) == (569, "research")
    status = {"pass": 0, "fail": 2, "not enough evidence": 3}[found["verdict"]]
    assert result.exit_code == status
    assert "breast-cancer-logistic" in refused(run("model", "none-such", "--json"))


def test_policies_are_printed_in_the_form_of_their_files(tmp_path: Path, few: Path):
    found = json.loads(run("policies", "--json").stdout)
    assert found["default"] == "clinical-strict"
    assert found["policies"] == [one.to_dict() for one in policies()]
    spoken = run("policies").stdout
    assert all(f"{one.name} {one.version}" in spoken for one in policies())
    file = tmp_path / "copy.json"
    file.write_text(json.dumps(found["policies"][0]))
    words = ("audit", few, *DECLARED, *AREAS)
    assert run_json(*words, "--policy", file, status=3) == run_json(*words, status=3)


@pytest.mark.parametrize("kind", ["tripod_ai", "probast_ai", "claim_2024"])
def test_a_checklist_is_filled_from_the_audit(few: Path, kind: str):
    read, info = read_table(few, name=few.name, label="y", prob=("p",))
    expected = fill(judge(read, notes=info.notes).to_dict(), kind).to_dict()
    found = run_json("checklist", few, *DECLARED, "--kind", kind)
    assert found == json.loads(json.dumps(expected))
    said = run("checklist", few, *DECLARED, "--kind", kind, "--study", "both")
    assert said.exit_code == 0
    assert said.stdout.count("\n") == 1 + len(found["items"])


def test_a_checklist_that_is_not_there_is_refused(few: Path):
    for option, name in (("--kind", "strobe"), ("--study", "none")):
        result = run("checklist", few, *DECLARED, option, name)
        assert result.exit_code == 2
        assert name in result.stderr


def test_the_template_can_be_audited(tmp_path: Path):
    out = tmp_path / "template.csv"
    found = json.loads(run("template", out, "--json").stdout)
    assert found["columns"] == ["outcome", "probability", "sex", "site", "date"]
    words = ("--group", "sex", "--group", "site", "--date", "date")
    assert run_json("audit", out, *words, status=3)["n"] == 4


def test_in_a_process_of_its_own(few: Path):
    done = subprocess.run(
        [sys.executable, "-m", "apps.cli", "trust", "audit", str(few), *AREAS, "--json"],
        cwd=ROOT, capture_output=True, check=False, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == cli.EXIT_NOT_ENOUGH
    found = json.loads(done.stdout)
    assert done.stderr.decode().strip() == found["summary"]


def test_scores_that_rank_alike_are_said_to_be_no_comparison(tmp_path: Path, few: Path):
    out = tmp_path / "two.csv"
    pd.read_csv(few).assign(squared=lambda t: t["p"] ** 2).to_csv(out, index=False)
    said = run("compare", out, "--label", "y", "--prob", "p", "--prob-other", "squared").stdout
    assert "not compared: no case tells the two scores apart." in said
    assert "nan" not in said
