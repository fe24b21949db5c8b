"""A file of cases: every row kept, every bad cell named, the same answers at any size."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from core.breast_cancer import batch as batch_module
from core.breast_cancer import cases as cases_module
from core.breast_cancer.batch import score_file, write_scored
from core.breast_cancer.cases import Sample, read_cases
from core.breast_cancer.data import wdbc
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import OUTPUT_COLUMNS, score_array
from core.errors import InputError
from core.scale import open_stream
from tests.data.hostile import hostile_files


def frame(rows: slice = slice(0, 40)) -> pd.DataFrame:
    return pd.DataFrame(wdbc().X[rows], columns=list(FEATURES.names))


def csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def test_every_row_has_the_answer_of_its_case():
    batch = score_file(csv(frame()))
    expected = score_array(wdbc().X[:40])
    assert list(batch.results) == list(OUTPUT_COLUMNS)
    for name in OUTPUT_COLUMNS:
        assert batch.results[name].tolist() == expected[name].tolist()
    assert (batch.n_scored, batch.n_refused) == (40, 0)
    assert sum(batch.decisions.values()) == 40


def test_rows_with_bad_cells_keep_their_place_and_say_why():
    table = frame().astype(object)
    table.loc[3, "mean_radius"] = -1
    table.loc[7, "worst_area"] = "n/a"
    table.loc[9, "area_error"] = "abc"
    batch = score_file(csv(table))
    assert batch.n_refused == 3
    for row, words in ((3, "mean_radius"), (7, "worst_area"), (9, "abc")):
        line = batch.results.iloc[row]
        assert line["decision"] == "refused"
        assert np.isnan(line["p_malignant"])
        assert words in line["flags"]
    rest = batch.results.drop([3, 7, 9])
    assert rest["p_malignant"].notna().all()
    assert {p.row for p in batch.report.problems} == {4, 8, 10}


@pytest.mark.parametrize("name", FEATURES.names[::7])
def test_a_file_without_a_column_is_refused_by_name(name):
    with pytest.raises(InputError, match=name):
        score_file(csv(frame().drop(columns=name)))


def test_headers_of_scikit_learn_uci_and_kaggle_are_read():
    table = frame(slice(0, 5))
    expected = score_file(csv(table)).results
    stems = [name.removeprefix("mean_") for name in FEATURES.names[:10]]
    spellings = [
        [name.replace("_", " ") for name in FEATURES.names],
        [f"{stem.replace('_', ' ')}_{s}" for s in ("mean", "se", "worst") for stem in stems],
        [f"{stem}{i}" for i in (1, 2, 3) for stem in stems],
    ]
    for names in spellings:
        renamed = table.set_axis(names, axis=1)
        shuffled = renamed[renamed.columns[::-1]]
        shuffled.insert(0, "id", range(5))
        shuffled["diagnosis"] = "M"
        shuffled["Unnamed: 32"] = ""
        found = score_file(csv(shuffled))
        pd.testing.assert_frame_equal(found.results, expected)
        assert any("diagnosis" in note for note in found.notes)


def test_a_table_of_another_system_is_named():
    with pytest.raises(InputError, match="CardioSense"):
        score_file(b"age,sex,cp,trestbps,chol,thalach,oldpeak\n60,1,1,120,200,150,1\n")


def test_an_output_column_in_the_file_is_refused():
    with pytest.raises(InputError, match="ood_p"):
        score_file(csv(frame().assign(ood_p=1)))


def test_one_row_is_enough_and_none_is_not():
    assert score_file(csv(frame(slice(0, 1)))).n_scored == 1
    with pytest.raises(InputError, match="no data rows"):
        score_file(csv(frame(slice(0, 0))))


def test_the_written_file_keeps_cells_and_adds_answers():
    table = frame().assign(note="=1+1")
    out = io.BytesIO()
    summary = write_scored(csv(table), out)
    read = pd.read_csv(io.BytesIO(out.getvalue()), keep_default_na=False)
    assert list(read.columns) == [*table.columns, *OUTPUT_COLUMNS]
    np.testing.assert_array_equal(read[list(FEATURES.names)], frame())
    assert set(read["note"]) == {"'=1+1"}
    batch = score_file(csv(table))
    assert summary == batch.to_dict()
    assert read["p_malignant"].tolist() == batch.results["p_malignant"].tolist()
    assert read["flags"].tolist() == batch.results["flags"].tolist()


def test_a_large_file_gives_the_answers_of_a_small_one(monkeypatch):
    table = frame(slice(0, 569)).astype(object)
    table.loc[200, "mean_area"] = "x"
    content = csv(table)
    small = score_file(content)

    def in_blocks(source, fields, **options):
        return open_stream(source, fields, **options, small=0, block=20_000)

    monkeypatch.setattr(batch_module, "open_stream", in_blocks)
    large = score_file(content)
    pd.testing.assert_frame_equal(
        large.results.astype(object), small.results.astype(object), check_dtype=False
    )
    pd.testing.assert_frame_equal(large.preview, small.preview, check_dtype=False)
    assert large.to_dict() == small.to_dict()
    np.testing.assert_array_equal(large.sample.values, small.sample.values)
    out = io.BytesIO()
    write_scored(content, out)
    assert out.getvalue().count(b"\n") == 570


def test_a_threshold_moves_the_calls_and_not_the_probabilities():
    low, high = (score_file(csv(frame()), threshold=t) for t in (0.01, 0.9))
    assert low.results["p_malignant"].equals(high.results["p_malignant"])
    assert low.decisions["malignant"] > high.decisions["malignant"]


@pytest.mark.parametrize("parts", [[10], [1] * 300, [7, 100, 3, 250]])
def test_a_sample_is_evenly_spaced_whatever_the_blocks(monkeypatch, parts):
    monkeypatch.setattr(cases_module, "SAMPLE_ROWS", 64)
    rows = np.arange(sum(parts), dtype=float)[:, None] * np.ones(30)
    sample, start = Sample(), 0
    for n in parts:
        sample.add(start, rows[start : start + n])
        start += n
    np.testing.assert_array_equal(sample.values, rows[:: sample.stride])
    assert len(sample.values) <= 64


def test_values_of_a_file_have_gaps_where_cells_were_refused():
    table = frame().astype(object)
    table.loc[3, "mean_radius"] = -1
    cases = read_cases(csv(table))
    assert (cases.report.rows, cases.report.refused, cases.stride) == (40, 1, 1)
    assert np.argwhere(np.isnan(cases.values)).tolist() == [[3, 0]]
    assert cases.outcomes is None


@pytest.mark.parametrize(
    "written",
    [["M", "B", ""], ["malignant", "Benign", "NA"], ["1", "0", "?"], [" m ", "b", "nan"]],
)
def test_outcomes_are_read_as_they_are_written(written):
    table = frame(slice(0, 3)).assign(diagnosis=written)
    np.testing.assert_array_equal(
        read_cases(csv(table), outcome="diagnosis").outcomes, [1.0, 0.0, np.nan]
    )


@pytest.mark.parametrize(
    ("outcome", "written", "words"),
    [
        ("diagnosis", ["M", "x", "B"], "Row 2, column diagnosis: x"),
        ("histology", ["M", "B", "B"], "no column histology.*diagnosis"),
        ("mean_radius", ["M", "B", "B"], "no column mean_radius"),
    ],
)
def test_outcomes_that_cannot_be_read_are_refused(outcome, written, words):
    table = frame(slice(0, 3)).assign(diagnosis=written)
    with pytest.raises(InputError, match=words):
        read_cases(csv(table), outcome=outcome)


HOSTILE = hostile_files()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_of_another_record_end_in_a_sentence(name):
    with pytest.raises(InputError) as caught:
        score_file(HOSTILE[name])
    assert caught.value.message


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: c.replace(b",", b";").replace(b".", b","),
        lambda c: c.decode().encode("utf-16"),
        lambda c: b"\xef\xbb\xbf" + c,
        lambda c: c.replace(b",", b"\t"),
        lambda c: c.replace(b"\n", b"\r\n"),
    ],
    ids=["decimal comma", "UTF-16", "mark", "tabs", "CRLF"],
)
def test_every_dialect_gives_the_same_answers(damage):
    content = csv(frame(slice(0, 8)))
    pd.testing.assert_frame_equal(score_file(damage(content)).results, score_file(content).results)
