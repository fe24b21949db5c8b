"""Batch scoring: every row in place, the same numbers as for one patient, nothing guessed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cardiosense import data
from core.cardiosense.batch import score_table
from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import OUTPUT_COLUMNS, score_patient
from core.errors import InputError
from core.tables import template_csv, to_csv, to_parquet
from tests.strategies import partial_patients

HEADER = ",".join(DIAGNOSTIC.names)
ROW = "63,1,1,145,233,1,2,150,0,2.3,3,0,6"


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


@pytest.fixture(scope="module")
def uci() -> Path:
    return Path(data.__file__).parents[2] / "data" / "cardiosense" / "uci_heart_disease.csv"


def test_the_four_hospitals_keep_every_row_and_column(uci: Path) -> None:
    batch = score_table(uci)
    source = pd.read_csv(uci, dtype="str", keep_default_na=False)
    pd.testing.assert_frame_equal(
        batch.frame[list(source.columns)], source, check_dtype=False, check_column_type=False
    )
    assert list(batch.frame.columns) == [*source.columns, *OUTPUT_COLUMNS]
    assert (batch.n_scored, batch.n_refused) == (920, 0)
    assert batch.counts["chol", "missing-code", "warning"] == 172


@given(st.lists(partial_patients, min_size=1, max_size=5))
def test_a_row_is_scored_as_one_patient_is(patients: list[dict]) -> None:
    frame = score_table(template_csv(DIAGNOSTIC, patients)).frame
    for patient, row in zip(patients, frame.to_dict("records"), strict=True):
        risk = score_patient(patient)
        assert (row["p_disease"], row["p_low"], row["p_high"]) == (risk.p, risk.low, risk.high)
        assert row["decision"] == risk.decision
        assert row["reasons"] == "; ".join(risk.reasons)
        assert row["model"] == risk.model


def test_refused_rows_carry_their_findings_and_no_number() -> None:
    bad = ROW.replace("63,1,1", "300,1,7")
    frame = score_table(table(ROW, bad, ROW)).frame
    assert frame["decision"].tolist()[1] == "refused"
    assert frame.loc[1, ["p_disease", "p_low", "p_high"]].isna().all()
    assert frame.loc[1, "reasons"] == (
        "age: 300 is outside the possible range. Expected 18 to 110 years."
        " cp: 7 is not a known code. Expected 1 (typical angina), 2 (atypical angina),"
        " 3 (non-anginal pain), 4 (asymptomatic)."
    )
    assert frame.loc[1, ["flags", "model"]].tolist() == ["", ""]
    assert frame.loc[0, "p_disease"] == frame.loc[2, "p_disease"] > 0


def test_a_table_of_refused_rows_only() -> None:
    batch = score_table(table(ROW.replace("63,", "x,")))
    assert (batch.n_scored, batch.n_refused) == (0, 1)
    assert to_csv(batch.frame).decode().splitlines()[1].startswith("x,1,1,145")


def test_a_row_with_too_few_findings_is_refused_with_its_reason() -> None:
    batch = score_table(table("63,1,1,,,,,,,,,,"))
    assert batch.frame.loc[0, "decision"] == "refused"
    assert "core findings missing" in batch.frame.loc[0, "reasons"]
    assert batch.n_refused == 1


def test_warnings_stand_in_the_flags() -> None:
    flags = score_table(table(ROW.replace("233", "0"))).frame.loc[0, "flags"]
    assert "chol: 0 stands for 'not measured'" in flags
    extrapolated = score_table(table(ROW.replace("63", "90"))).frame.loc[0, "flags"]
    assert extrapolated.count("outside") == 1


def test_missing_optional_columns_are_noted() -> None:
    names = [name for name in DIAGNOSTIC.names if name not in ("slope", "ca", "thal")]
    header = ",".join(names)
    batch = score_table(table("63,1,1,145,233,1,2,150,0,2.3", header=header))
    assert batch.columns.missing == ("slope", "ca", "thal")
    assert "Not in the file, so not measured in any row: slope, ca, thal." in batch.notes
    assert batch.frame.loc[0, "model"].endswith("10")


def test_missing_required_column_names_what_was_seen() -> None:
    with pytest.raises(InputError, match=r"cp: .*Add the column cp.*age, sex, pain"):
        score_table(table("63,1,1", header="age,sex,pain"))


def test_a_mapping_settles_what_names_cannot() -> None:
    content = table(ROW, header=HEADER.replace("cp", "pain"))
    batch = score_table(content, columns={"cp": "pain"})
    assert batch.frame.loc[0, "p_disease"] == score_table(table(ROW)).frame.loc[0, "p_disease"]
    assert "Columns recognised: pain as cp." in batch.notes


def test_ambiguous_columns_are_never_guessed() -> None:
    with pytest.raises(InputError, match="More than one column may carry Total cholesterol"):
        score_table(table(f"{ROW},200", header=f"{HEADER},Cholesterol"))


@pytest.mark.parametrize("name", OUTPUT_COLUMNS)
def test_an_output_name_in_the_input_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"^{name}: The file already has columns of this name"):
        score_table(table(f"{ROW},x", header=f"{HEADER},{name}"))


def test_semicolons_and_decimal_commas() -> None:
    plain = score_table(table(ROW)).frame
    comma = score_table(table(ROW).replace(b",", b";").replace(b".", b",")).frame
    assert comma.loc[0, "oldpeak"] == "2,3"
    assert comma.loc[0, "p_disease"] == plain.loc[0, "p_disease"]


def test_columns_of_parquet_score_like_csv(cleveland: data.Cohort) -> None:
    values = cleveland.values.head(20)
    csv = score_table(to_csv(values)).frame[list(OUTPUT_COLUMNS)]
    parquet = score_table(to_parquet(values)).frame[list(OUTPUT_COLUMNS)]
    pd.testing.assert_frame_equal(csv, parquet)


def test_result_files_are_reproducible_and_hold_every_row() -> None:
    frame = score_table(table(ROW, ROW.replace("63", "x"))).frame
    again = score_table(table(ROW, ROW.replace("63", "x"))).frame
    assert to_csv(frame) == to_csv(again)
    assert to_parquet(frame) == to_parquet(again)
    assert len(pd.read_parquet(io.BytesIO(to_parquet(frame)))) == 2


def test_summary_is_plain_data() -> None:
    summary = score_table(table(ROW, ROW.replace("63", "x"), ROW.replace("145", "0"))).to_dict()
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert (summary["rows"], summary["scored"], summary["refused"]) == (3, 2, 1)
    assert summary["findings"] == [
        {"column": "age", "rule": "not-a-number", "severity": "error", "cells": 1},
        {"column": "trestbps", "rule": "missing-code", "severity": "warning", "cells": 1},
    ]


def recoded(values: pd.DataFrame) -> pd.DataFrame:
    codes = {
        "cp": {4: 0, 2: 1, 3: 2, 1: 3},
        "restecg": {2: 0, 0: 1, 1: 2},
        "slope": {3: 0, 2: 1, 1: 2},
        "thal": {6: 1, 3: 2, 7: 3, np.nan: 0},
        "ca": {0: 0, 1: 1, 2: 2, 3: 3, np.nan: 4},
    }
    return values.assign(**{name: values[name].map(code) for name, code in codes.items()})


def test_the_recoded_copy_is_recognised(cleveland: data.Cohort) -> None:
    copy = recoded(cleveland.values)
    for part in (copy, copy.head(8), copy.drop(columns=["slope", "thal"])):
        with pytest.raises(InputError, match="recoded copy") as caught:
            score_table(to_csv(part))
        assert "Recode cp 0, 1, 2, 3 to 4, 2, 3, 1" in caught.value.message


def test_every_hospital_has_uci_codes(all_sites: list[dict]) -> None:
    for start in range(0, len(all_sites), 5):
        content = template_csv(DIAGNOSTIC, all_sites[start : start + 5])
        assert score_table(content).n_refused == 0


def test_one_wrong_code_is_the_matter_of_its_row() -> None:
    batch = score_table(table(ROW, ROW.replace("63,1,1", "63,1,0")))
    assert batch.frame["decision"].tolist()[1] == "refused"
    assert batch.n_scored == 1
