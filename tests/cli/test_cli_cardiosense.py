from __future__ import annotations

import datetime
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from apps import cli
from core import artifacts, cardiosense
from core.audit.log import AuditLog
from core.cardiosense import train
from core.cardiosense.model import models
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import OUTPUT_COLUMNS
from core.errors import NotEnoughDataError
from core.plain import plain
from core.runtime.settings import settings

ROOT = Path(__file__).resolve().parents[2]
PATIENT = {
    "age": 55, "sex": 1, "cp": 2, "trestbps": 150, "chol": 280, "fbs": 0, "restecg": 2,
    "thalach": 150, "exang": 0, "oldpeak": 0.5, "slope": 1, "ca": 0, "thal": 3,
}  # fmt: skip
PERSON = {
    "age": 60, "sex": 1, "trestbps": 160, "chol": 250, "hdl": 40, "bmi": 31, "egfr": 85,
    "diabetes": 0, "smoker": 1, "bp_treated": 0, "statin": 0,
}  # fmt: skip
HEADER = ",".join(DIAGNOSTIC.names)


def run(*words: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words], input=stdin)


def run_json(*words: object, **options: Any) -> Any:
    result = run(*words, "--json", **options)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    """The sentence of a run that must have been refused."""
    assert result.exit_code == cli.EXIT_REFUSED, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(PATIENT))
    return file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = ["id,note," + HEADER, "a,fine," + ",".join(map(str, PATIENT.values()))]
    rows += ['b,"x, y",63,1,99,145,233,1,2,150,0,2.3,3,0,6', "c,,67,1,4,,,0,2,108,1,1.5,,,"]
    file = tmp_path / "patients.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".CSV"])
def test_score_keeps_rows_and_columns_and_adds_seven(table: Path, suffix: str) -> None:
    out = table.with_name(f"scored{suffix}")
    summary = run_json("cardiosense", "score", table, out)
    assert (summary["rows"], summary["scored"], summary["refused"]) == (3, 2, 1)
    scored = pd.read_parquet(out) if suffix == ".parquet" else pd.read_csv(out)
    assert list(scored.columns) == ["id", "note", *DIAGNOSTIC.names, *OUTPUT_COLUMNS]
    assert scored["id"].tolist() == ["a", "b", "c"]
    assert scored["note"].tolist()[1] == "x, y"
    assert scored["decision"].tolist()[1] == "refused"
    assert scored["p_disease"].isna().tolist() == [False, True, False]
    assert "cp" in scored["reasons"].tolist()[1]
    assert scored["p_disease"].tolist()[0] == cardiosense.score_patient(PATIENT).p
    assert not list(table.parent.glob("*.part"))


def test_score_takes_columns_by_another_name(table: Path, tmp_path: Path) -> None:
    table.write_text(table.read_text().replace("thalach", "Puls"))
    out = tmp_path / "out.csv"
    summary = run_json(
        "cardiosense", "score", table, out, "--columns", json.dumps({"thalach": "Puls"})
    )
    assert summary["columns"]["matched"]["thalach"] == "Puls"


def test_score_says_how_many(table: Path, tmp_path: Path) -> None:
    result = run("cardiosense", "score", table, tmp_path / "out.csv")
    assert result.exit_code == 0
    assert result.stdout.startswith("2 rows scored, 1 refused")


def test_score_never_replaces_its_input(table: Path) -> None:
    before = table.read_bytes()
    assert "input itself" in refused(run("cardiosense", "score", table, table))
    assert table.read_bytes() == before


def test_score_refuses_an_unknown_suffix(table: Path, tmp_path: Path) -> None:
    assert ".parquet" in refused(run("cardiosense", "score", table, tmp_path / "out.xlsx"))
    assert "No such file" in refused(
        run("cardiosense", "score", table, tmp_path / "no" / "folder" / "out.csv")
    )


BAD_TABLES = {
    "empty": b"",
    "blank": b"\n \n",
    "header-only": HEADER.encode() + b"\n",
    "binary": bytes(range(256)),
    "zeros": b"\0" * 99,
    "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "xlsx": b"PK\x03\x04" + b"\0" * 40,
    "gzip": b"\x1f\x8b\x08" + b"\0" * 40,
    "cut-parquet": b"PAR1" + b"\0" * 40 + b"PAR1",
    "json": json.dumps(PATIENT).encode(),
    "html": b"<!doctype html><table></table>",
    "no-required-column": b"age,sex\n63,1\n",
    "column-twice": b"age,age,sex,cp\n63,64,1,4\n",
    "ambiguous": b"age,age_years,sex,cp\n63,64,1,4\n",
    "ragged": HEADER.encode() + b"\n63,1,4\n63,1,4,1,1,1,1,1,1,1,1,1,1,1,1\n",
    "open-quote": HEADER.encode() + b'\n"63,1,4\n',
    "already-scored": HEADER.encode() + b",p_disease\n" + b"1," * 13 + b"0.5\n",
    "utf16-without-mark": (HEADER + "\n63,1,4\n").encode("utf-16-le"),
}


@pytest.mark.parametrize("content", BAD_TABLES.values(), ids=BAD_TABLES)
def test_bad_table_ends_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    source, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    assert refused(run("cardiosense", "score", source, out)).strip()
    assert not out.exists()


def test_missing_table_is_named(tmp_path: Path) -> None:
    sentence = refused(run("cardiosense", "score", tmp_path / "none.csv", tmp_path / "out.csv"))
    assert "none.csv" in sentence
    assert refused(run("cardiosense", "score", tmp_path, tmp_path / "out.csv"))


def test_path_prints_the_contract(patient: Path) -> None:
    found = run_json("cardiosense", "path", patient, "--target", 0.1)
    assert found == json.loads(json.dumps(cardiosense.least_effort_path(PATIENT, 0.1).to_dict()))
    contract = {"status", "effort", "changes", "p_before", "p_after", "front", "certificate"}
    assert contract <= found.keys()
    assert found["status"] in {"optimal", "infeasible", "already below"}


def test_path_reads_every_choice(tmp_path: Path) -> None:
    person = tmp_path / "person.json"
    person.write_text(json.dumps(PERSON))
    weights, limits = {"smoker": 3}, {"trestbps": {"floor": 130}}
    found = run_json(
        "cardiosense", "path", person, "--target", 0.1, "--layer", "prevention",
        "--model", "prevent", "--robust", "--weights", json.dumps(weights),
        "--limits", json.dumps(limits),
    )  # fmt: skip
    expected = cardiosense.least_effort_path(
        PERSON, 0.1, layer="prevention", model="prevent", weights=weights, limits=limits,
        robust=True,
    )  # fmt: skip
    assert found == json.loads(json.dumps(expected.to_dict()))
    assert set(PERSON) == set(PREVENTION.names)


def test_an_infeasible_target_is_an_answer(tmp_path: Path) -> None:
    sick = tmp_path / "sick.json"
    sick.write_text(json.dumps(PATIENT | {"cp": 4, "ca": 3, "thal": 7, "oldpeak": 3}))
    assert run_json("cardiosense", "path", sick, "--target", 0.05)["status"] == "infeasible"
    result = run("cardiosense", "path", sick, "--target", 0.05)
    assert result.exit_code == 0
    assert "infeasible" in result.stdout


def test_patient_from_standard_input() -> None:
    found = run_json("cardiosense", "explain", "-", "--no-lime", stdin=json.dumps(PATIENT).encode())
    assert found["champion"]["p"] == cardiosense.score_patient(PATIENT).p


def test_explain_in_words(patient: Path) -> None:
    result = run("cardiosense", "explain", patient)
    assert result.exit_code == 0
    assert "LIME" in result.stdout
    assert all(DIAGNOSTIC[name].label in result.stdout for name in PATIENT)


BAD_PATIENTS = {
    "empty": b"",
    "not-json": b"{age: 63}",
    "truncated": b'{"age": 63',
    "list": b"[]",
    "text": b'"age"',
    "null": b"null",
    "nan": json.dumps(PATIENT | {"chol": float("nan")}).encode(),
    "infinity": json.dumps(PATIENT | {"chol": float("inf")}).encode(),
    "huge-integer": b'{"age": ' + b"9" * 5000 + b"}",
    "boolean": json.dumps(PATIENT | {"sex": True}).encode(),
    "text-number": json.dumps(PATIENT | {"age": "63"}).encode(),
    "unknown-code": json.dumps(PATIENT | {"cp": 99}).encode(),
    "unknown-key": json.dumps(PATIENT | {"weight": 80}).encode(),
    "mmol": json.dumps(PATIENT | {"chol": 5.2}).encode(),
    "repeated-key": b'{"age": 63, "age": 36, "sex": 1, "cp": 1}',
    "utf-16": json.dumps(PATIENT).encode("utf-16"),
    "binary": bytes(range(256)),
    "deep": b"[" * 20_000,
    "nested": b'{"age": ' + b'{"a": ' * 40 + b"1" + b"}" * 41,
    "megabyte": b'{"age": "' + b"x" * 2**20 + b'"}',
    "too-few": b'{"age": 63, "sex": 1, "cp": 1}',
    "required": b'{"age": 63, "sex": 1, "chol": 200}',
}


@pytest.mark.parametrize("verb", [("explain",), ("path", "--target", "0.2")], ids=lambda v: v[0])
@pytest.mark.parametrize("content", BAD_PATIENTS.values(), ids=BAD_PATIENTS)
def test_bad_patient_ends_in_a_sentence(
    tmp_path: Path, verb: tuple[str, ...], content: bytes
) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    sentence = refused(run("cardiosense", verb[0], file, *verb[1:], "--json"))
    assert any(name in sentence for name in ("bad.json", *DIAGNOSTIC.names, "weight"))


def test_missing_patient_is_named(tmp_path: Path) -> None:
    assert "none.json" in refused(run("cardiosense", "explain", tmp_path / "none.json"))
    assert refused(run("cardiosense", "explain", tmp_path))


@pytest.mark.parametrize(
    "words",
    [
        ("--target", "nan"),
        ("--target", "2"),
        ("--target", "0"),
        ("--target", "20%"),
        (),
        ("--target", "0.2", "--layer", "both"),
        ("--target", "0.2", "--model", "gpt"),
        ("--target", "0.2", "--weights", "{"),
        ("--target", "0.2", "--weights", "[]"),
        ("--target", "0.2", "--weights", '{"age": 1}'),
        ("--target", "0.2", "--weights", '{"chol": NaN}'),
        ("--target", "0.2", "--limits", '{"chol": {"floor": "low"}}'),
        ("--target", "0.2", "--limits", "\udcff"),
    ],
)
def test_bad_question_ends_in_a_sentence(patient: Path, words: tuple[str, ...]) -> None:
    assert refused(run("cardiosense", "path", patient, *words, "--json"))


def test_evaluate_prints_the_card() -> None:
    assert run_json("cardiosense", "evaluate") == json.loads(json.dumps(dict(models().card)))
    assert run("cardiosense", "evaluate").exit_code == 0


def test_template_can_be_scored(tmp_path: Path) -> None:
    template = tmp_path / "template.csv"
    assert run_json("cardiosense", "template", template)["columns"] == list(DIAGNOSTIC.names)
    summary = run_json("cardiosense", "score", template, tmp_path / "out.csv")
    assert summary["refused"] == 0 < summary["scored"]


def test_train_uses_its_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    def fake(out: Path, *, created: datetime.date) -> artifacts.Artifact:
        asked.update(out=out, created=created)
        return models().artifact

    monkeypatch.setattr(train, "train", fake)
    result = run_json("cardiosense", "train", "--out", tmp_path)
    assert result == {
        "out": str(tmp_path), "model": models().artifact.tag, "same_as_the_suite": True,
    }  # fmt: skip
    assert asked["out"] == tmp_path
    assert asked["created"].isoformat() == models().artifact.manifest["created"]
    run_json("cardiosense", "train", "--created", "2031-02-03")
    assert asked == {"out": cli.cardiosense.TRAINED, "created": datetime.date(2031, 2, 3)}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AuditLog:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    monkeypatch.setenv("SUITE_AUDIT_URL", url)
    settings.cache_clear()
    log = AuditLog(url)
    yield log
    log.close()
    settings.cache_clear()


def test_audit_verify(log: AuditLog) -> None:
    assert "no audit log" in refused(run("audit", "verify"))
    at = "2026-01-31T12:00:00+00:00"
    entry = log.append("inference", {"p": 0.5}, request_id="one", at=at)
    assert run_json("audit", "verify") == log.verify().to_dict()
    assert entry.hash in run("audit", "verify", "--head", entry.hash).stdout
    failed = run("audit", "verify", "--head", "0" * 63 + "1", "--json")
    assert failed.exit_code == cli.EXIT_REFUSED
    assert json.loads(failed.stdout)["ok"] is False
    assert failed.stderr.strip() == json.loads(failed.stdout)["reason"]


def test_not_enough_evidence_has_its_own_status(
    monkeypatch: pytest.MonkeyPatch, patient: Path
) -> None:
    def verb(*_: object, **__: object) -> None:
        raise NotEnoughDataError("Ten outcomes are needed.")

    monkeypatch.setattr(cardiosense, "explain", verb)
    result = run("cardiosense", "explain", patient)
    assert (result.exit_code, result.stderr) == (3, "Ten outcomes are needed.\n")


def test_our_own_failure_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("patient 4711")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "ZeroDivisionError at test_cli_cardiosense.py" in said.err
    assert "4711" not in said.err


def python(*words: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, input=stdin, capture_output=True, check=False
    )


def test_in_a_process_of_its_own(patient: Path) -> None:
    words = ("-m", "apps.cli", "cardiosense", "path", "-", "--target", "0.1", "--json")
    done = python(*words, stdin=patient.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["certificate"]["status"] in {"optimal", "infeasible"}
    bad = python(*words, stdin=b'{"age": NaN}')
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert b"age" in bad.stderr
    assert b"Traceback" not in bad.stderr


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, apps.cli; "
        "print({'numpy', 'pandas', 'sklearn', 'fastapi', 'streamlit'} & sys.modules.keys())"
    )
    assert python("-c", code).stdout == b"set()\n"


def test_scored_table_equals_the_core(table: Path, tmp_path: Path) -> None:
    run("cardiosense", "score", table, tmp_path / "out.csv")
    expected = cardiosense.score_table(table).frame
    read = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert read["p_disease"].tolist() == [
        "" if pd.isna(p) else repr(float(p)) for p in expected["p_disease"]
    ]
    again = cardiosense.score_table(table.read_bytes(), name=table.name).frame
    pd.testing.assert_frame_equal(again, expected)
    assert io.BytesIO((tmp_path / "out.csv").read_bytes()).readline().endswith(b"model\n")


def test_prevention_prints_the_cores_answer(tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(json.dumps(PERSON))
    found = run_json("cardiosense", "prevention", file, "--model", "framingham")
    assert found == plain(cardiosense.prevention_risk(PERSON, "framingham").to_dict())
    told = run("cardiosense", "prevention", file).stdout
    assert f"{100 * cardiosense.prevention_risk(PERSON).p:.1f} %" in told
    assert "model" in refused(run("cardiosense", "prevention", file, "--model", "gpt"))


def test_what_if_prints_the_cores_answer(patient: Path) -> None:
    changes = {"chol": 180, "thal": None}
    words = ("cardiosense", "what-if", patient, "--changes")
    found = run_json(*words, json.dumps(changes))
    assert found == plain(cardiosense.what_if(PATIENT, changes).to_dict())
    told = run(*words, '{"chol": 180}').stdout
    assert "Total cholesterol: 280 mg/dL to 180 mg/dL" in told
    for wrong, name in (("[]", "changes"), ('{"weight": 1}', "weight"), ('{"chol": "x"}', "chol")):
        assert name in refused(run(*words, wrong))


def test_the_report_is_the_cores(patient: Path, tmp_path: Path) -> None:
    out, day = tmp_path / "out.pdf", datetime.date(2026, 1, 31)
    words = ("cardiosense", "report", patient)
    found = run_json(*words, out, "--notes", "N", "--issued", str(day))
    assert out.read_bytes() == cardiosense.patient_report(PATIENT, notes="N", issued=day)
    assert found == {"out": str(out), "bytes": out.stat().st_size}
    assert ".pdf" in refused(run(*words, tmp_path / "out.txt"))
