"""Breast cancer on the command line: files under any header in, sentences and statuses out."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from apps import cli
from core import artifacts
from core.breast_cancer import (
    at_threshold,
    case_report,
    counterfactual,
    drift_file,
    explain,
    score_case,
    score_file,
    stress,
    train,
    wrong_cases,
)
from core.breast_cancer.data import wdbc
from core.breast_cancer.drift_result import VERDICTS
from core.breast_cancer.model import models
from core.breast_cancer.presets import case_presets
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import OUTPUT_COLUMNS
from core.errors import NotEnoughDataError
from core.plain import plain
from core.runtime.settings import settings
from tests.breast_tables import (
    BAD_TABLES,
    CASE,
    KNOWN_HEADERS,
    TABLES_WITH_A_BAD_CELL,
    N,
    csv,
    frame,
)

ROOT = Path(__file__).resolve().parents[2]
HELD = pd.DataFrame(wdbc().X[wdbc().held], columns=list(FEATURES.names))


def run(*words: object, stdin: bytes | None = None) -> Result:
    command = ["breast-cancer", *(str(word) for word in words)]
    return CliRunner().invoke(cli.app, command, input=stdin)


def run_json(*words: object, status: int = 0, **options: Any) -> Any:
    result = run(*words, "--json", **options)
    assert result.exit_code == status, result.output
    assert isinstance(result.exception, SystemExit | None)
    assert bool(result.stderr) == bool(status)
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    """The sentence of a run that must have been refused."""
    assert result.exit_code == cli.EXIT_REFUSED, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()
    return result.stderr


@pytest.fixture
def case(tmp_path: Path) -> Path:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE))
    return file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "cases.csv"
    file.write_bytes(csv(frame().assign(id=range(N), note="x, y")))
    return file


@pytest.fixture(autouse=True)
def drift_url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("SUITE_DRIFT_URL", f"sqlite:///{tmp_path / 'streams' / 'drift.sqlite'}")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".CSV"])
def test_score_keeps_rows_and_columns_and_adds_seven(source: Path, suffix: str) -> None:
    out = source.with_name(f"scored{suffix}")
    summary = run_json("score", source, out)
    assert (summary["rows"], summary["scored"], summary["refused"]) == (N, N, 0)
    scored = pd.read_parquet(out) if suffix == ".parquet" else pd.read_csv(out)
    assert list(scored.columns) == [*FEATURES.names, "id", "note", *OUTPUT_COLUMNS]
    assert [str(value) for value in scored["id"]] == [str(i) for i in range(N)]
    assert set(scored["note"]) == {"x, y"}
    expected = score_file(source).results
    for column in ("p_malignant", "ood_p", "blame_ratio"):
        assert scored[column].tolist() == expected[column].tolist()
    assert scored["decision"].tolist() == expected["decision"].tolist()
    assert not list(source.parent.glob("*.part"))


@pytest.mark.parametrize("content", KNOWN_HEADERS.values(), ids=KNOWN_HEADERS)
def test_files_under_any_known_header_are_scored(tmp_path: Path, content: bytes) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    assert run_json("score", source, out)["scored"] == N
    expected = score_file(csv(frame())).results
    assert pd.read_csv(out)["p_malignant"].tolist() == expected["p_malignant"].tolist()
    assert run("drift", source, "--json").exit_code in (0, 2)


def test_score_of_one_row_and_of_the_template(tmp_path: Path) -> None:
    template, out = tmp_path / "template.csv", tmp_path / "out.csv"
    assert run_json("template", template)["columns"] == list(FEATURES.names)
    summary = run_json("score", template, out)
    assert summary["refused"] == 0 < summary["scored"]
    one = tmp_path / "one.csv"
    one.write_bytes(csv(pd.DataFrame([CASE])))
    run_json("score", one, out)
    assert pd.read_csv(out)["p_malignant"].tolist() == [score_case(CASE).p]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("content", TABLES_WITH_A_BAD_CELL.values(), ids=TABLES_WITH_A_BAD_CELL)
def test_a_row_with_a_bad_cell_is_kept_and_refused(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    source, out = tmp_path / "in.csv", tmp_path / f"out{suffix}"
    source.write_bytes(content)
    summary = run_json("score", source, out)
    assert (summary["scored"], summary["refused"]) == (1, 1)
    assert summary["decisions"]["refused"] == 1
    assert [found["column"] for found in summary["findings"]] == ["mean_area"]
    scored = pd.read_csv(out) if suffix == ".csv" else pd.read_parquet(out)
    bad, good = scored.to_dict("records")
    assert bad["decision"] == "refused"
    assert np.isnan([bad["p_malignant"], bad["ood_p"]]).all()
    assert "mean_area" in bad["flags"]
    assert good["p_malignant"] == score_case(CASE).p


@pytest.mark.parametrize("content", BAD_TABLES.values(), ids=BAD_TABLES)
@pytest.mark.parametrize("verb", ["score", "drift", "watch"])
def test_bad_table_ends_in_a_sentence(tmp_path: Path, verb: str, content: bytes) -> None:
    source, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    more = {"score": (out,), "watch": ("--stream", "bad")}.get(verb, ())
    refused(run(verb, source, *more, "--json"))
    assert not out.exists()


def test_score_takes_threshold_and_columns(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run_json("score", source, out, "--threshold", 0.9)
    expected = score_file(source, threshold=0.9).results
    assert pd.read_csv(out)["decision"].tolist() == expected["decision"].tolist()
    source.write_bytes(source.read_bytes().replace(b"mean_radius", b"Size"))
    assert "mean_radius" in refused(run("score", source, out))
    columns = json.dumps({"mean_radius": "Size"})
    assert run_json("score", source, out, "--columns", columns)["scored"] == N


@pytest.mark.parametrize(
    "words",
    [
        ("--threshold", "nan"),
        ("--threshold", "0"),
        ("--threshold", "1"),
        ("--threshold", "-0.1"),
        ("--threshold", "20%"),
        ("--columns", "{"),
        ("--columns", "[]"),
        ("--columns", '{"weight": "id"}'),
        ("--columns", '{"mean_radius": "no"}'),
        ("--columns", "\udcff"),
    ],
)
def test_bad_question_ends_in_a_sentence(source: Path, words: tuple[str, ...]) -> None:
    out = source.with_name("out.csv")
    assert refused(run("score", source, out, *words, "--json"))
    assert not out.exists()


def test_score_never_replaces_its_input_and_knows_its_formats(source: Path) -> None:
    before = source.read_bytes()
    assert "input itself" in refused(run("score", source, source))
    assert source.read_bytes() == before
    assert ".parquet" in refused(run("score", source, source.with_name("out.xlsx")))
    missing = source.parent / "no" / "folder" / "out.csv"
    assert "No such file" in refused(run("score", source, missing))
    assert "none.csv" in refused(run("score", source.with_name("none.csv"), missing.name))


def test_an_earlier_result_survives_a_refused_file(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run_json("score", source, out)
    before = out.read_bytes()
    source.write_bytes(BAD_TABLES["ragged"])
    refused(run("score", source, out))
    assert out.read_bytes() == before


def written(tmp_path: Path, table: pd.DataFrame) -> Path:
    file = tmp_path / "batch.csv"
    file.write_bytes(csv(table))
    return file


DRIFTS = {
    "clean": (HELD, 0),
    "unit": (HELD.assign(worst_area=HELD["worst_area"] * 10), 2),
    "population": (HELD[wdbc().y[wdbc().held] == 0], 2),
    "missing": (HELD.assign(worst_area=""), 2),
    "one-row": (pd.DataFrame([CASE]), 3),
    "four-rows": (pd.DataFrame([p.values for p in case_presets()[:4]]), 3),
}


@pytest.mark.parametrize(("table", "status"), DRIFTS.values(), ids=DRIFTS)
def test_drift_tells_its_verdict_by_status_too(
    tmp_path: Path, table: pd.DataFrame, status: int
) -> None:
    source = written(tmp_path, table)
    found = run_json("drift", source, status=status)
    assert found == json.loads(json.dumps(drift_file(source).to_dict()))
    lamps = (found["integrity"]["alarm"], found["case_mix"]["alarm"])
    assert status == (2 if True in lamps else 3 if None in lamps else 0)
    spoken = run("drift", source)
    assert spoken.exit_code == status
    said, silent = (spoken.stdout, spoken.stderr) if status == 0 else (
        spoken.stderr, spoken.stdout
    )  # fmt: skip
    assert said.startswith(found["verdict"])
    assert found["verdict"] in VERDICTS.values()
    assert silent == ""


def test_drift_names_the_column(tmp_path: Path) -> None:
    said = run("drift", written(tmp_path, DRIFTS["unit"][0])).stderr
    assert "Worst area" in said


WITH_OUTCOME = HELD.assign(found=np.where(wdbc().y[wdbc().held] == 1, "M", "B"))
WRONG_WAY = HELD.assign(found=np.where(wdbc().y[wdbc().held] == 1, "B", "M"))


@pytest.mark.parametrize(
    ("table", "status"), [(WITH_OUTCOME, 0), (WRONG_WAY, 2), (WITH_OUTCOME.assign(found=""), 3)]
)
def test_outcomes_add_a_part_to_the_verdict(
    tmp_path: Path, table: pd.DataFrame, status: int
) -> None:
    source = written(tmp_path, table)
    found = run_json("drift", source, "--outcome", "found", status=status)
    assert found["calibration"]["alarm"] is {0: False, 2: True, 3: None}[status]
    spoken = run("drift", source, "--outcome", "found")
    assert "Calibration: " in spoken.output
    assert "no column nothing" in refused(run("drift", source, "--outcome", "nothing"))


def test_explain_prints_the_core_s_answer(case: Path) -> None:
    assert run_json("explain", case, "--no-lime") == json.loads(
        json.dumps(explain(CASE, lime=False).to_dict())
    )
    assert run_json("explain", case, "--seed", 3)["lime"]["seeds"] == 5
    said = run("explain", case).stdout
    assert "LIME" in said
    assert all(part.label in said for part in explain(CASE, lime=False).measures)


def test_counterfactual_prints_the_core_s_answer(case: Path) -> None:
    for words, options in (((), {}), (("--threshold", 0.5), {"threshold": 0.5})):
        found = run_json("counterfactual", case, *words)
        assert found == json.loads(json.dumps(counterfactual(CASE, **options).to_dict()))
    said = run("counterfactual", case).stdout
    assert all(moved.label in said for moved in counterfactual(CASE).moved)
    assert counterfactual(CASE).note in said


def test_no_counterfactual_is_an_answer(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.breast_cancer.boundary.MAX_PROGRAMS", 0)
    result = run("counterfactual", case)
    assert result.exit_code == 0
    assert "No plausible case" in result.stdout


def test_the_documented_example_is_a_held_out_case() -> None:
    example = ROOT / "data" / "breast_cancer" / "example.json"
    values = {preset.slug: preset.values for preset in case_presets()}["case-46"]
    assert json.loads(example.read_text()) == values
    assert run_json("explain", example, "--no-lime")["p"] == score_case(values).p


BAD_RECORDS = {
    "empty": b"",
    "not-json": b"{mean_radius: 63}",
    "list": b"[]",
    "null": b"null",
    "no-values": b"{}",
    "nan": json.dumps(CASE | {"mean_area": float("nan")}).encode(),
    "infinity": json.dumps(CASE | {"mean_area": float("inf")}).encode(),
    "negative": json.dumps(CASE | {"mean_area": -1}).encode(),
    "boolean": json.dumps(CASE | {"mean_area": True}).encode(),
    "text-number": json.dumps(CASE | {"mean_area": "1001"}).encode(),
    "missing": json.dumps(CASE | {"mean_area": None}).encode(),
    "unknown-key": json.dumps(CASE | {"age": 60}).encode(),
    "repeated-key": b'{"mean_radius": 1, "mean_radius": 2}',
    "utf-16": json.dumps(CASE).encode("utf-16"),
    "binary": bytes(range(256)),
    "deep": b"[" * 20_000,
    "megabyte": b'{"mean_radius": "' + b"x" * 2**20 + b'"}',
}


@pytest.mark.parametrize("verb", ["explain", "counterfactual"])
@pytest.mark.parametrize("content", BAD_RECORDS.values(), ids=BAD_RECORDS)
def test_bad_record_ends_in_a_sentence(tmp_path: Path, verb: str, content: bytes) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    sentence = refused(run(verb, file, "--json"))
    assert any(name in sentence for name in ("bad.json", *FEATURES.names, "age"))


def test_record_from_standard_input_and_a_missing_file(tmp_path: Path) -> None:
    found = run_json("explain", "-", "--no-lime", stdin=json.dumps(CASE).encode())
    assert found["p"] == score_case(CASE).p
    assert "none.json" in refused(run("explain", tmp_path / "none.json"))
    assert refused(run("counterfactual", tmp_path))


def test_watch_adds_rows_and_raises_the_alarm_once(tmp_path: Path) -> None:
    clean, broken = HELD, HELD.assign(worst_area=HELD["worst_area"] * 10)
    first = run_json("watch", written(tmp_path, clean), "--stream", "clinic_a")
    assert (first["n"], first["added"], first["alarm"]) == (len(clean), len(clean), None)
    second = run_json("watch", written(tmp_path, broken), "--stream", "clinic_a", status=2)
    assert (second["n"], second["added"]) == (2 * len(clean), len(clean))
    alarm = second["alarm"]
    assert alarm["column"] == "worst_area"
    assert abs(alarm["change_point"] - len(clean)) <= 5
    assert len(clean) < alarm["row"] < len(clean) + 20
    spoken = run("watch", written(tmp_path, clean.head(1)), "--stream", "clinic_a")
    assert spoken.exit_code == cli.EXIT_REFUSED
    assert f"Alarm at row {alarm['row'] + 1}" in spoken.stderr
    assert "worst area" in spoken.stderr
    quiet = run("watch", written(tmp_path, clean.head(3)), "--stream", "clinic_b")
    assert quiet.exit_code == 0
    assert quiet.stdout.startswith("Stream clinic_b: 3 rows, 3 of them new. No alarm")


def test_watch_counts_incomplete_rows_as_evidence(tmp_path: Path) -> None:
    source = written(tmp_path, HELD.assign(mean_radius=""))
    found = run_json("watch", source, "--stream", "gaps", status=2)
    assert found["incomplete"] == len(HELD)
    assert (found["alarm"]["column"], found["alarm"]["incomplete"] > 0) == ("mean_radius", True)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--stream", "Clinic A"),
        ("--stream", ""),
        ("--stream", "x" * 25),
        ("--stream", "a", "--arl", "nan"),
        ("--stream", "a", "--arl", "0"),
        ("--stream", "a", "--arl", "many"),
    ],
)
def test_bad_stream_ends_in_a_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert refused(run("watch", written(tmp_path, HELD), *words, "--json"))


def test_watch_keeps_the_target_a_stream_was_begun_with(tmp_path: Path) -> None:
    source = written(tmp_path, HELD.head(3))
    assert run_json("watch", source, "--stream", "a", "--arl", 500)["target_arl"] == 500
    assert "500" in refused(run("watch", source, "--stream", "a"))


def test_watch_refuses_more_rows_than_it_keeps_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.breast_cancer.cases.SAMPLE_ROWS", 20)
    sentence = refused(run("watch", written(tmp_path, HELD), "--stream", "a"))
    assert "Split it" in sentence
    assert not (tmp_path / "streams").exists()


def test_drift_says_when_it_looked_at_some_rows_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.breast_cancer.cases.SAMPLE_ROWS", 30)
    found = drift_file(written(tmp_path, HELD))
    assert found.n == 29
    assert "Judged on one in 2 of the 57 rows of the file." in found.notes


def test_evaluate_prints_the_card() -> None:
    assert run_json("evaluate") == json.loads(json.dumps(dict(models().card)))
    assert run("evaluate").stdout.startswith("# Breast cancer model card")


def test_train_uses_its_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    def fake(out: Path, *, created: datetime.date) -> artifacts.Artifact:
        asked.update(out=out, created=created)
        return models().artifact

    monkeypatch.setattr(train, "train", fake)
    result = run_json("train", "--out", tmp_path)
    assert result == {
        "out": str(tmp_path), "model": models().artifact.tag, "same_as_the_suite": True,
    }  # fmt: skip
    assert asked["created"].isoformat() == models().artifact.manifest["created"]
    run_json("train", "--created", "2031-02-03")
    assert asked == {"out": cli.breast_cancer.TRAINED, "created": datetime.date(2031, 2, 3)}


def test_not_enough_evidence_has_its_own_status(
    monkeypatch: pytest.MonkeyPatch, source: Path
) -> None:
    def verb(*_: object, **__: object) -> None:
        raise NotEnoughDataError("Five rows are needed.")

    monkeypatch.setattr("core.breast_cancer.drift_file", verb)
    result = run("drift", source)
    assert (result.exit_code, result.stderr) == (3, "Five rows are needed.\n")


def test_in_a_process_of_its_own(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    command = [sys.executable, "-m", "apps.cli", "breast-cancer"]
    done = subprocess.run(
        [*command, "score", str(source), str(out), "--json"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["scored"] == N
    assert out.read_bytes().splitlines()[0].endswith(b"model")


def test_the_report_is_the_cores(tmp_path: Path) -> None:
    case, out, day = tmp_path / "case.json", tmp_path / "out.pdf", datetime.date(2026, 1, 31)
    case.write_text(json.dumps(CASE))
    run_json("report", case, out, "--threshold", 0.3, "--notes", "N", "--issued", day)
    expected = case_report(CASE, threshold=0.3, notes="N", issued=day)
    assert out.read_bytes() == expected
    assert ".pdf" in refused(run("report", case, tmp_path / "out"))


def test_a_stress_test_is_the_cores() -> None:
    words = ("stress", "unit", "--severity", 2, "--rows", 40, "--column", "mean_radius")
    found = run_json(*words, "--no-lamps", "--seed", 4)
    expected = stress("unit", 2, n=40, seed=4, columns=["mean_radius"], lamps=False)
    assert found == plain(expected.to_dict())
    assert expected.summary() in run(*words, "--no-lamps", "--seed", 4).stdout
    assert "Choose one of: unit" in refused(run("stress", "nonsense"))


def test_held_out_figures_are_the_cores() -> None:
    words = ("at-threshold", "--threshold", 0.3, "--prevalence", 0.01, "--model", "svm")
    expected = at_threshold(0.3, 0.01, "svm")
    assert run_json(*words) == plain(expected.to_dict())
    assert f"sensitivity: {expected.sensitivity.text()}" in run(*words).stdout
    assert "threshold" in refused(run("at-threshold", "--threshold", 2))
    found = run_json("wrong-cases", "--model", "svm", "--at-least", 0.9)
    assert found == {"cases": [plain(one) for one in wrong_cases(model="svm", at_least=0.9)]}
    told = run("wrong-cases", "--model", "svm", "--at-least", 0.9).stdout.splitlines()
    assert len(told) == len(found["cases"])
    assert told[0].startswith(f"case {found['cases'][0]['number']}: missed cancer")
