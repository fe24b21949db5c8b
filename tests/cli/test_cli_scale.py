"""Tables of any size on the command line: a folder as the result."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner, Result

from apps import cli
from apps.cli import parts
from core.breast_cancer.data import wdbc
from core.breast_cancer.schema import FEATURES
from core.cardiosense import data, score_table
from core.cardiosense.schema import DIAGNOSTIC
from core.scale import pieces
from core.tables import limits


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def refused(result: Result) -> str:
    assert result.exit_code == cli.EXIT_REFUSED, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    values = data.site("hungary").matrix(DIAGNOSTIC.names)[:60]
    frame = pd.DataFrame(values, columns=list(DIAGNOSTIC.names))
    frame.loc[::20, "age"] = 7
    path = tmp_path / "patients.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.parquet"
    pd.DataFrame(wdbc().X[:60], columns=list(FEATURES.names)).to_parquet(path)
    return path


def test_a_folder_takes_the_answers_of_the_small_verb(patients, tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_BYTES", 1000)
    out = tmp_path / "scored"
    result = run("cardiosense", "score", patients, out)
    assert result.exit_code == 0, result.output
    assert "57 rows scored, 3 refused" in result.stdout
    assert "rejects.csv" in result.stdout
    paths = sorted((out / "parts").glob("*.parquet"))
    assert len(paths) > 1
    found = pd.concat([pq.read_table(path).to_pandas() for path in paths])
    wanted = score_table(patients).frame
    for name in ("p_disease", "decision", "reasons", "age"):
        assert repr(found[name].tolist()) == repr(wanted[name].tolist())


def test_one_json_document_and_nothing_else(cases, tmp_path):
    out = tmp_path / "scored"
    words = ("breast-cancer", "score", cases, out, "--only", "p_malignant, decision", "--no-carry")
    result = run(*words, "--threshold", 0.2, "--workers", 0, "--json")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    report = json.loads(result.stdout)
    assert report["answers"] == ["p_malignant", "decision"]
    assert report["options"] == {"threshold": 0.2}
    (part,) = (out / "parts").glob("*.parquet")
    assert pq.read_table(part).column_names == ["row", "p_malignant", "decision"]


def test_ten_year_risk_for_a_table(tmp_path):
    person = {
        "age": 60, "sex": 1, "trestbps": 160, "chol": 250, "hdl": 40, "bmi": 31, "egfr": 85,
        "diabetes": 0, "smoker": 1, "bp_treated": 0, "statin": 0,
    }  # fmt: skip
    pd.DataFrame([person, person]).to_csv(tmp_path / "people.csv", index=False)
    words = ("cardiosense", "score", tmp_path / "people.csv")
    chosen = ("--layer", "prevention", "--model", "framingham")
    result = run(*words, tmp_path / "scored", *chosen, "--json")
    assert json.loads(result.stdout)["answers"][:3] == ["p_event", "p_low", "p_high"]
    assert "--layer: needs a folder" in refused(run(*words, tmp_path / "out.csv", *chosen))


@pytest.mark.parametrize(
    "chosen",
    [
        ("--workers", "1"),
        ("--workers", "0"),
        ("--scheduler", "tcp://h:1"),
        ("--only", "decision"),
        ("--no-carry",),
    ],
)
@pytest.mark.parametrize("system", ["cardiosense", "breast-cancer"])
def test_what_only_folders_have_is_refused_for_a_file(system, chosen, patients, tmp_path):
    said = refused(run(system, "score", patients, tmp_path / "out.csv", *chosen))
    assert said.startswith(f"{chosen[0]}: needs a folder")
    assert "such as out." in said
    assert not (tmp_path / "out.csv").exists()


def test_a_table_too_large_for_a_file_is_pointed_to_a_folder(patients, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 50)
    said = refused(run("cardiosense", "score", patients, tmp_path / "out.csv"))
    assert "the limit is 50" in said
    assert "name a folder as the result, such as out." in said
    assert run("cardiosense", "score", patients, tmp_path / "out").exit_code == 0


def test_ctrl_c_leaves_a_folder_that_goes_on(patients, tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_BYTES", 1000)
    out = tmp_path / "scored"

    class Interrupted(parts.Progress):
        def __call__(self, done: int, total: int | None) -> None:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(parts, "Progress", Interrupted)
        result = run("cardiosense", "score", patients, out, "--only", "decision")
    assert result.exit_code == parts.EXIT_STOPPED
    assert "run the same command again to go on" in result.stderr
    kept = list((out / "parts").glob("*.parquet"))
    assert kept
    times = [path.stat().st_mtime_ns for path in kept]
    assert run("cardiosense", "score", patients, out, "--only", "decision").exit_code == 0
    assert [path.stat().st_mtime_ns for path in kept] == times
    assert len(list((out / "parts").glob("*.parquet"))) > len(kept)


def test_progress_is_told_at_most_once_a_second(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    progress = parts.Progress()
    for at, done in ((0.5, 1), (1.5, 2), (1.6, 3), (9.0, 4)):
        now[0] = at
        progress(done, 4 if done < 4 else None)
    assert capsys.readouterr().err.splitlines() == ["2 of 4 parts", "4 parts"]


def test_at_a_terminal_the_progress_makes_way_for_what_comes_next(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    def verb(*_given, on_progress, **_chosen):
        now[0] = 2.0
        on_progress(1, 3)
        raise KeyboardInterrupt

    with pytest.raises(typer.Exit):
        parts.score_folder(verb, Path("in.csv"), Path("out"), as_json=False)
    assert "1 of 3 parts\r\x1b[KStopped. " in capsys.readouterr().err
