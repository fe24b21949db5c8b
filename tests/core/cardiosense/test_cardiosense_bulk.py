"""Answers in parts are those of the small tables, bit for bit, whatever is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.cardiosense import (
    DIAGNOSTIC,
    OUTPUT_COLUMNS,
    bulk,
    data,
    prevention_risk,
    score_parts,
    score_patient,
    score_table,
)
from core.cardiosense.boosted import margins
from core.cardiosense.model import models
from core.errors import InputError
from core.scale import pieces

NAMES = list(DIAGNOSTIC.names)
PERSON = {
    "age": 60, "sex": 1, "trestbps": 160, "chol": 250, "hdl": 40, "bmi": 31, "egfr": 85,
    "diabetes": 0, "smoker": 1, "bp_treated": 0, "statin": 0,
}  # fmt: skip


def cells(rows: int = 240) -> pd.DataFrame:
    """Patients, complete and not, with refused, questionable and missing cells."""
    rng = np.random.default_rng(0)
    values = data.site("cleveland").matrix(DIAGNOSTIC.names)
    frame = pd.DataFrame(values[rng.integers(0, len(values), rows)], columns=NAMES)
    frame.loc[::3, ["slope", "ca", "thal"]] = np.nan
    frame.loc[::7, "chol"] = 5.2
    frame.loc[1::11, "trestbps"] = np.nan
    frame.loc[2::11, "age"] = np.nan
    frame.loc[5::13, ["trestbps", "chol", "fbs", "restecg", "thalach", "exang"]] = np.nan
    frame.loc[4::17, "trestbps"] = 240
    frame.loc[6::19, "chol"] = 0
    frame.loc[8::23, "thal"] = 9
    return frame


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bulk") / "patients.csv"
    frame = cells()
    frame.insert(0, "note", [f"=n{i}" for i in range(len(frame))])
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bulk") / "patients.parquet"
    table = pa.Table.from_pandas(cells(), preserve_index=False)
    for name in ("age", "oldpeak", "chol"):
        at = table.column_names.index(name)
        table = table.set_column(at, name, table.column(name).cast(pa.float32()))
    pq.write_table(table, path, row_group_size=50)
    return path


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_ROWS", 100)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 3000)
    monkeypatch.setattr(pieces, "BATCH_CELLS", 64 * len(NAMES))


def answers(out: Path) -> pd.DataFrame:
    paths = sorted((out / "parts").glob("*.parquet"))
    assert len(paths) > 1
    return pd.concat([pq.read_table(path).to_pandas() for path in paths], ignore_index=True)


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    for name in found.columns:
        ours, theirs = found[name].tolist(), wanted[name].tolist()
        assert repr(ours) == repr(theirs), name


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_all_answers_equal_those_of_the_small_table(kind, request, tmp_path):
    source = request.getfixturevalue(kind)
    report = score_parts(source, tmp_path / "out")
    wanted = score_table(source)
    found = answers(tmp_path / "out")
    same(found[list(OUTPUT_COLUMNS)], wanted.frame)
    assert found["row"].tolist() == list(range(1, len(found) + 1))
    assert (report["scored"], report["refused"]) == (wanted.n_scored, wanted.n_refused)
    assert report["decisions"] == dict(sorted(wanted.decisions.items()))
    said = {(f["column"], f["rule"], f["severity"]): f["cells"] for f in report["findings"]}
    beyond = said.keys() - wanted.counts.keys()
    assert {rule for _, rule, _ in beyond} == {"too-few-findings"}
    assert {key: said[key] for key in wanted.counts} == wanted.counts
    if kind == "csv":
        same(found[["note", *NAMES]], wanted.frame)
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == report


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    "only",
    [("p_disease",), ("decision",), ("p_disease", "decision", "model"), ("flags", "p_low")],
)
def test_some_answers_are_those_of_all(kind, only, request, tmp_path):
    source = request.getfixturevalue(kind)
    score_parts(source, tmp_path / "out", only=only, carry=False)
    found = answers(tmp_path / "out")
    assert set(found.columns) == {"row", *only}
    same(found[list(only)], score_table(source).frame)


def test_cheap_answers_need_neither_refits_nor_reasons(parquet, tmp_path, monkeypatch):
    complete = tmp_path / "complete.parquet"
    cells().dropna().query("thal != 9 and chol > 100").to_parquet(complete)

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(bulk, "score_frame", never)
    monkeypatch.setattr(bulk, "answered", never)
    score_parts(complete, tmp_path / "out", only=("p_disease", "decision", "challenger_p"))


def test_the_other_family_answers_as_for_one_patient(parquet, tmp_path):
    score_parts(parquet, tmp_path / "out", only=("challenger_p", "decision"), carry=False)
    found = answers(tmp_path / "out")
    records = cells().to_dict("records")
    for at in range(0, 240, 5):
        record = {k: v for k, v in records[at].items() if not np.isnan(v)}
        if found["decision"][at] == "refused":
            assert np.isnan(found["challenger_p"][at])
            with pytest.raises(InputError):
                score_patient(record)
        else:
            assert found["challenger_p"][at] == score_patient(record).challenger_p


def test_every_refused_row_is_among_the_rejects_with_its_reasons(csv, tmp_path):
    report = score_parts(csv, tmp_path / "out", only=("decision",))
    rejects = pd.read_csv(tmp_path / "out" / "rejects.csv")
    stored = pq.read_table(tmp_path / "out" / "rejects.parquet").to_pandas()
    assert rejects["row"].tolist() == stored["row"].tolist() == sorted(stored["row"])
    assert report["rejects"] == len(rejects)
    found = answers(tmp_path / "out")
    assert set(rejects["row"]) == set(found["row"][found["decision"] == "refused"])
    wanted = score_table(csv).problems
    errors = [(p.row, p.column, p.value, p.rule, p.message, p.fix) for p in wanted
              if p.severity == "error"]  # fmt: skip
    own = stored[stored["rule"] != "too-few-findings"]
    assert list(own.itertuples(index=False, name=None)) == errors


def recoded(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.dropna().query("thal != 9")
    return frame.assign(
        cp=frame.cp.map({4: 0, 2: 1, 3: 2, 1: 3}),
        slope=3 - frame.slope,
        thal=frame.thal.map({6: 1, 3: 2, 7: 3}),
    )


def test_a_recoded_copy_is_refused_before_any_part_is_made(tmp_path):
    recoded(cells()).to_parquet(tmp_path / "copy.parquet")
    with pytest.raises(InputError, match="recoded copy"):
        score_parts(tmp_path / "copy.parquet", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_recoded_copy_that_only_the_whole_file_shows_leaves_no_answers(tmp_path):
    # Codes that both numberings know come first; the others follow in later parts.
    frame = recoded(cells(600))
    both = frame[(frame.cp > 0) & (frame.slope > 0) & (frame.thal == 3)]
    late = pd.concat([both, both, both, both, frame[frame.cp == 0]])
    late.to_parquet(tmp_path / "copy.parquet", row_group_size=30)
    with pytest.raises(InputError, match="recoded copy"):
        score_table(tmp_path / "copy.parquet")
    with pytest.raises(InputError, match="recoded copy"):
        score_parts(tmp_path / "copy.parquet", tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.parquet"))


@pytest.mark.parametrize("model", ["prevent", "framingham"])
def test_ten_year_risk_equals_that_of_each_person(model, tmp_path):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame([PERSON] * 40)
    frame["age"] = rng.integers(28, 80, len(frame))
    frame["trestbps"] = rng.integers(90, 201, len(frame))
    frame.loc[::6, "hdl"] = np.nan
    frame.loc[::9, ["egfr", "statin"]] = np.nan
    frame.to_parquet(tmp_path / "people.parquet", row_group_size=10)
    score_parts(tmp_path / "people.parquet", tmp_path / "out", layer="prevention", model=model)
    parts = sorted((tmp_path / "out" / "parts").glob("*.parquet"))
    found = pd.concat([pq.read_table(path).to_pandas() for path in parts], ignore_index=True)
    pairs = {"p": "p_event", "low": "p_low", "high": "p_high", "ascvd": "p_ascvd",
             "heart_failure": "p_heart_failure"}  # fmt: skip
    estimated = 0
    for at, record in enumerate(frame.to_dict("records")):
        person = {name: value for name, value in record.items() if not np.isnan(value)}
        try:
            risk = prevention_risk(person, model)
        except InputError:
            assert found["status"][at] == "refused"
            assert np.isnan(found["p_event"][at])
            continue
        estimated += 1
        for own, column in pairs.items():
            if column in found:
                assert found[column][at] == getattr(risk, own)
        assert found["model"][at] == risk.model
    assert 0 < estimated < 40
    refused = set(found["row"][found["status"] == "refused"])
    assert set(pd.read_csv(tmp_path / "out" / "rejects.csv")["row"]) == refused


def test_unknown_choices_are_refused(csv, tmp_path):
    for choice, said in [
        ({"layer": "other"}, "layer"), ({"model": "prevent"}, "model"), ({"only": ("x",)}, "only"),
        ({"only": ()}, "only"), ({"layer": "prevention", "model": "x"}, "model"),
    ]:  # fmt: skip
        with pytest.raises(InputError, match=said):
            score_parts(csv, tmp_path / "out", **choice)


def test_trees_give_the_same_bits_for_single_and_double_precision():
    rng = np.random.default_rng(0)
    model = models().challenger_13
    values = cells()[list(model.features)].to_numpy(float)
    near = np.concatenate([values, values + rng.normal(size=values.shape)])
    splits = np.array([rng.choice(model.thresholds(name), 500) for name in model.features]).T
    for some in (near, splits, np.nextafter(splits, 0), np.nextafter(splits, np.inf)):
        singles = model.booster.inplace_predict(some.astype(np.float32), predict_type="margin")
        assert np.array_equal(margins(model.booster, some), singles.astype(np.float64))
