"""Tables scored in parts: nothing lost, nothing mixed, each refused row with its reasons."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scale_scorers import scorer

from core.errors import InputError, SuiteError
from core.scale import answer_parts, making, pieces, scoring

ROWS = 300


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_ROWS", 100)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 1200)
    monkeypatch.setattr(pieces, "BATCH_CELLS", 120)
    monkeypatch.setattr(making, "GROUP_ROWS", 64)


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    a = rng.integers(0, 20, ROWS).astype(float)
    a[::50] = 1000
    b = rng.integers(-8, 9, ROWS).astype(float)
    b[::7] = np.nan
    return pd.DataFrame({"note": [f"=n{i}" for i in range(ROWS)], "a": a, "b": b})


@pytest.fixture(params=["csv", "quoted", "semicolon", "trimmed", "parquet"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    kind = request.param
    path = tmp_path / f"t.{'parquet' if kind == 'parquet' else 'csv'}"
    table = frame()
    if kind == "parquet":
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), path, row_group_size=40)
    elif kind == "quoted":
        table.assign(note=[f"two\nlines, {i}" for i in range(ROWS)]).to_csv(path, index=False)
    elif kind == "semicolon":
        table.assign(b=table.b + 0.5).to_csv(path, index=False, sep=";", decimal=",")
    else:
        text = table.to_csv(index=False)
        path.write_text(text.replace("a,b\n", "a,b,\n", 1) if kind == "trimmed" else text)
    return path


def parts(out: Path) -> pd.DataFrame:
    paths = sorted((out / "parts").glob("*.parquet"))
    assert len(paths) > 1
    return pd.concat([pq.read_table(path).to_pandas() for path in paths], ignore_index=True)


def contents(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in (".lock", "report.json")
    }


def test_every_row_is_answered_or_refused_with_its_reasons(source, tmp_path):
    told: list[tuple[int, int | None]] = []
    out = tmp_path / "out"
    report = answer_parts(
        source, out, scorer(), on_progress=lambda done, total: told.append((done, total))
    )
    found, own = parts(out), frame()
    refused = (own.a == 13) | (own.a > 100)
    assert found["row"].tolist() == list(range(1, ROWS + 1))
    assert found["twice"].isna().tolist() == refused.tolist()
    assert found["twice"][~refused].tolist() == (2 * own.a[~refused]).tolist()
    assert list(found.columns) == ["row", "note", "a", "b", "twice", "decision"]
    rejects = pd.read_csv(out / "rejects.csv")
    assert rejects["row"].tolist() == (np.nonzero(refused)[0] + 1).tolist()
    assert set(rejects["rule"]) == {"range", "unlucky"}
    assert rejects["fix"].notna().all()
    assert report["rows"] == ROWS
    assert report["refused"] == report["rejects"] == refused.sum()
    assert report["decisions"] == found["decision"].value_counts().sort_index().to_dict()
    seen = {f["rule"]: f["cells"] for f in report["findings"]}
    assert seen["unlucky"] == (own.a == 13).sum()
    assert "outside-training" in seen
    assert json.loads((out / "report.json").read_text()) == report
    assert [done for done, _ in told] == list(range(1, report["parts"] + 1))


def test_a_run_goes_on_where_it_stopped_and_ends_in_the_same_bytes(source, tmp_path):
    whole, out = tmp_path / "whole", tmp_path / "out"
    answer_parts(source, whole, scorer())
    done: list[int] = []
    with pytest.raises(SuiteError, match="stopped after"):
        answer_parts(
            source,
            out,
            scorer(),
            on_progress=lambda n, _: done.append(n),
            should_stop=lambda: len(done) >= 1,
        )
    assert not (out / "report.json").exists()
    kept = {p: p.stat().st_mtime_ns for p in (out / "parts").glob("*.parquet")}
    assert kept
    (out / "rejects" / ".part-000009.0123456789abcdef.tmp.parquet").parent.mkdir(exist_ok=True)
    (out / "rejects" / ".part-000009.0123456789abcdef.tmp.parquet").write_bytes(b"half")
    answer_parts(source, out, scorer())
    assert {p: p.stat().st_mtime_ns for p in kept} == kept
    assert contents(out) == contents(whole)


def test_threads_do_not_change_a_byte(source, tmp_path, monkeypatch):
    for threads in (1, 4):
        monkeypatch.setattr("os.cpu_count", lambda n=threads: n)
        answer_parts(source, tmp_path / f"out{threads}", scorer())
    assert contents(tmp_path / "out1") == contents(tmp_path / "out4")


def simple(tmp_path: Path, text: str = "a,b\n1,2\n3,4\n") -> Path:
    path = tmp_path / "s.csv"
    path.write_text(text)
    return path


def test_another_input_or_choice_needs_another_folder(tmp_path):
    path, out = simple(tmp_path), tmp_path / "out"
    answer_parts(path, out, scorer())
    for change in ({"only": ("twice",)}, {"carry": False}):
        with pytest.raises(InputError, match="other work"):
            answer_parts(path, out, scorer(), **change)
    with pytest.raises(InputError, match="other work"):
        answer_parts(path, out, scorer(times=3))
    simple(tmp_path, "a,b\n1,2\n3,5\n")
    with pytest.raises(InputError, match="other work"):
        answer_parts(path, out, scorer())


def test_folders_of_something_else_are_left_alone(tmp_path):
    path, out = simple(tmp_path), tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files \(thesis.txt\)"):
        answer_parts(path, out, scorer())
    with pytest.raises(InputError, match="is a file"):
        answer_parts(path, out / "thesis.txt", scorer())
    assert [p.name for p in out.iterdir()] == ["thesis.txt"]


def test_a_column_that_the_result_adds_is_refused_only_where_it_would_collide(tmp_path):
    path = simple(tmp_path, "a,b,row\n1,2,9\n3,4,8\n")
    with pytest.raises(InputError, match="already has columns"):
        answer_parts(path, tmp_path / "out", scorer())
    answer_parts(path, tmp_path / "out", scorer(), carry=False)
    found = pq.read_table(tmp_path / "out" / "parts" / "part-000000.parquet")
    assert found.column("row").to_pylist() == [1, 2]


def test_missing_columns_and_unknown_answers_are_refused(tmp_path):
    path = simple(tmp_path, "b\n1\n")
    with pytest.raises(InputError, match="no column for A"):
        answer_parts(path, tmp_path / "out", scorer())
    with pytest.raises(InputError, match="Choose among twice, decision"):
        answer_parts(simple(tmp_path), tmp_path / "out", scorer(), only=("thrice",))
    with pytest.raises(InputError, match="names no answer"):
        answer_parts(simple(tmp_path), tmp_path / "out", scorer(), only=())
    assert not (tmp_path / "out").exists()


def test_no_part_is_made_of_a_file_that_has_changed(tmp_path):
    path, out = tmp_path / "t.csv", tmp_path / "out"
    frame().to_csv(path, index=False)

    def change(done: int, total: int | None) -> None:
        path.write_text(path.read_text().replace(",3.0,", ",4.0,"))

    with pytest.raises(InputError, match="changed while it was scored"):
        answer_parts(path, out, scorer(), on_progress=change)
    assert len(list((out / "parts").glob("*.parquet"))) == 1
    assert not (out / "report.json").exists()


def test_lost_and_altered_rejects_are_made_again(tmp_path):
    path, out = simple(tmp_path, "a,b\n13,2\n3,4\n"), tmp_path / "out"
    answer_parts(path, out, scorer())
    before = contents(out)
    rejects = out / "rejects" / "part-000000.parquet"
    rejects.unlink()
    answer_parts(path, out, scorer())
    assert contents(out) == before
    altered = rejects.read_bytes().replace(b"unlucky", b"unlooky")
    assert altered != rejects.read_bytes()
    rejects.write_bytes(altered)
    answer_parts(path, out, scorer())
    assert contents(out) == before


def test_an_altered_receipt_is_not_believed(tmp_path):
    path, out = simple(tmp_path, "a,b\n13,2\n3,4\n"), tmp_path / "out"
    report = answer_parts(path, out, scorer())
    receipt = out / "parts" / "part-000000.receipt.json"
    receipt.write_text(receipt.read_text().replace('"refused": 1', '"refused": 0'))
    assert answer_parts(path, out, scorer())["refused"] == report["refused"] == 1


def test_a_report_is_there_only_while_it_is_true(tmp_path):
    path, out = simple(tmp_path, "a,b\n13,2\n3,4\n"), tmp_path / "out"
    answer_parts(path, out, scorer())
    next((out / "parts").glob("*.parquet")).unlink()
    with pytest.raises(SuiteError, match="stopped"):
        answer_parts(path, out, scorer(), should_stop=lambda: True)
    assert not (out / "report.json").exists()
    answer_parts(path, out, scorer())
    with pytest.raises(InputError, match="holds parts of other work"):
        answer_parts(path, out, scorer(3.0))
    assert (out / "report.json").exists(), "it is that of the other work"


def test_a_report_of_something_else_is_not_overwritten(tmp_path):
    path, out = simple(tmp_path, "a,b\n1,2\n"), tmp_path / "out"
    out.mkdir()
    (out / "report.json").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files \(report\.json\)"):
        answer_parts(path, out, scorer())
    assert (out / "report.json").read_text() == "mine"


def test_a_disk_that_fills_while_the_rejects_are_joined_is_a_sentence(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(scoring, "join_rejects", full)
    with pytest.raises(SuiteError, match=r"The disk is full\. Free some space"):
        answer_parts(simple(tmp_path, "a,b\n1,2\n"), tmp_path / "out", scorer())
    assert not (tmp_path / "out" / "report.json").exists()


def test_rejects_are_harmless_in_a_spreadsheet(tmp_path):
    path = simple(tmp_path, "a,b\n=1+1,2\n@x,4\n-3,1\n")
    answer_parts(path, tmp_path / "out", scorer())
    lines = (tmp_path / "out" / "rejects.csv").read_text().splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["'=1+1", "'@x", "-3"]


def test_types_of_carried_columns_stay(tmp_path):
    table = pa.table(
        {
            "a": pa.array([1, 2], pa.int8()),
            "when": pa.array([0, 1], pa.timestamp("ms")),
            "nested": pa.array([[1], []]),
            "b": pa.array([1.5, None], pa.float32()),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    answer_parts(tmp_path / "t.parquet", tmp_path / "out", scorer())
    found = pq.read_table(tmp_path / "out" / "parts" / "part-000000.parquet")
    assert found.select(["a", "when", "b"]).equals(table.select(["a", "when", "b"]))
    assert found.column("nested").to_pylist() == [[1], []]


def test_row_groups_without_rows_make_no_parts(tmp_path):
    table = pa.table({"a": pa.array(range(100), pa.int8()), "b": pa.array([1.0] * 100)})
    with pq.ParquetWriter(tmp_path / "t.parquet", table.schema) as writer:
        for part in (table.slice(0, 0), table, table.slice(0, 0)):
            writer.write_table(part)
    report = answer_parts(tmp_path / "t.parquet", tmp_path / "out", scorer())
    assert (report["rows"], report["parts"]) == (100, 1)


def test_a_damaged_parquet_file_ends_in_a_sentence(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.Table.from_pandas(frame(), preserve_index=False), path, compression="none")
    content = bytearray(path.read_bytes())
    content[100:3000] = bytes(2900)
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged or unsupported"):
        answer_parts(path, tmp_path / "out", scorer())
