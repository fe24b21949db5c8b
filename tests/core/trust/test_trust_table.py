"""A file of predictions ends in predictions, or in sentences that name cells and their fix."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError, SuiteError
from core.trust.door.inputs import read_predictions
from core.trust.door.table import MAX_PROBLEMS, guess_columns, read_table, template
from core.trust.predictions import MISSING, Estimates, Predictions
from tests.core.trust.test_trust_inputs import check_invariants, ended
from tests.data.hostile import hostile_files

FILES = hostile_files()


def read(text: str, **arguments: Any) -> tuple[Predictions, Any]:
    found, info = read_table(text.encode(), **arguments)
    assert isinstance(found, Predictions)
    check_invariants(found)
    return found, info


def refusal(text: str | bytes, **arguments: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        read_table(text if isinstance(text, bytes) else text.encode(), **arguments)
    assert all(problem.message and problem.fix for problem in caught.value.problems)
    return caught.value


def test_the_template_can_be_read() -> None:
    found, info = read(template().decode(), groups=["sex", "site"], date="date")
    assert found.classes == ("0", "1")
    assert found.y.tolist() == [1, 0, 0, 1]
    assert found.p is not None
    assert found.p.tolist() == [0.83, 0.12, 0.47, 0.64]
    assert [g.levels for g in found.context.groups] == [("female", "male"),
                                                        ("north", "south", MISSING)]  # fmt: skip
    assert found.context.batches is not None
    assert found.context.batches.labels[0] == "2025-01-14"
    assert (info.rows, info.dropped, info.roles.guessed) == (4, 0, ("label", "prob"))
    json.dumps(info.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("text", "arguments", "classes", "p"),
    [
        ("y,p\n0,.2\n1,.7\n", {}, ("0", "1"), [0.2, 0.7]),
        ("y;p\n0;0,2\n1;0,7\n", {}, ("0", "1"), [0.2, 0.7]),
        ("y\tp\n0\t0.2\n1\t7e-1\n", {}, ("0", "1"), [0.2, 0.7]),
        ("\ufeffy,p\n0,0.2\n1,0.7\n", {}, ("0", "1"), [0.2, 0.7]),
        ('"y","p"\r\n"0","0.2"\r\n"1","0.7"\r\n', {}, ("0", "1"), [0.2, 0.7]),
        ("Y-True,Y_Prob\n0, 0.2\n1,0.7 \n", {}, ("0", "1"), [0.2, 0.7]),
        ("y,p\n0.0,0.2\n1.0,0.7\n", {}, ("0", "1"), [0.2, 0.7]),
        ("y,p\nFalse,0.2\nTrue,0.7\n", {}, ("False", "True"), [0.2, 0.7]),
        ("y,p\nbenign,0.2\nmalignant,0.7\n", {}, ("benign", "malignant"), [0.2, 0.7]),
        ("y,p_malignant\nbenign,0.2\nmalignant,0.7\n", {}, ("benign", "malignant"), [0.2, 0.7]),
        ("y,p_yes,p_no\nno,.2,.8\nyes,.7,.3\n", {}, ("no", "yes"), [0.2, 0.7]),
        ("y,p\nA,0.2\nB,0.7\n", {"positive": "B"}, ("A", "B"), [0.2, 0.7]),
        ("a,b,p\n0,.2,.9\n1,.7,.9\n", {"label": "a", "prob": "b"}, ("0", "1"), [0.2, 0.7]),
        ("a,b\n0,.2\n1,.7\n", {"label": "A", "prob": ["B"]}, ("0", "1"), [0.2, 0.7]),
        ("y,p,pred\n0,.2,1\n1,.7,0\n", {}, ("0", "1"), [0.2, 0.7]),
        ("y,l,r\n0,.8,.2\n1,.3,.7\n", {"prob": ["l", "r"]}, ("0", "1"), [0.2, 0.7]),
    ],
)
def test_files_of_many_forms(text: str, arguments: Any, classes: Any, p: list[float]) -> None:
    found, _ = read(text, **arguments)
    assert found.classes == classes
    assert found.p is not None
    assert found.p.tolist() == pytest.approx(p, abs=1e-15)


def test_three_classes_by_column_names() -> None:
    text = "y,prob_b,prob_a,prob_c\na,.1,.8,.1\nb,.7,.2,.1\na,.2,.5,.3\n"
    found, _ = read(text)
    assert found.classes == ("b", "a", "c")
    assert found.called.tolist() == [1, 0, 1]
    assert any("'c'" in note for note in found.context.notes)


def test_calls_alone_and_quantities() -> None:
    found, info = read("y,pred\n0,1\n1,1\n")
    assert found.proba is None
    assert info.roles.guessed == ("label", "pred")
    rows = "".join(f"{i * 1.5},{i}\n" for i in range(40))
    estimates, _ = read_table(f"y,pred\n{rows}".encode())
    assert isinstance(estimates, Estimates)
    assert estimates.y[3] == 4.5
    error = refusal(f"y,pred\n{rows}x,3\n4,\n")
    assert [(p.row, p.column) for p in error.problems] == [(41, "y"), (42, "pred")]


def test_utf_16_and_parquet() -> None:
    frame = pd.DataFrame({"y": [0, 1], "p": [0.2, 0.7], "site": ["Süd", None]})
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    for content in (frame.to_csv(index=False).encode("utf-16"), parquet.getvalue()):
        found, _ = read_table(content, groups=["site"])
        assert found.context.groups[0].levels == ("Süd", MISSING)


def test_a_path(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    path.write_bytes(template())
    assert read_table(path)[0].n == 4
    with pytest.raises(InputError, match=r"absent\.csv"):
        read_table(tmp_path / "absent.csv")


CELLS = [
    ("y,p\n0,.2\n1,x\n", 2, "p", "x is not a number", "Enter a number"),
    ("y,p\n0,.2\n1,\n", 2, "p", "missing", "leave unusable rows out"),
    ("y,p\n0,.2\n1,NaN\n", 2, "p", "missing", "leave unusable rows out"),
    ("y,p\n0,.2\n1,38 %\n", 2, "p", "38 %", "Remove the percent sign and divide by 100"),
    ('y,p\n0,.2\n1,"0,7"\n', 2, "p", "0,7", "decimal point"),
    ("y,p\n0,.2\n1,38\n", 2, "p", "outside", "Divide percentages by 100"),
    ("y,p\n0,.2\n1,-1.5\n", 2, "p", "outside", "logistic"),
    ("y,p\n0,.2\n1,inf\n", 2, "p", "not a number", "Enter a number"),
    ("y,p\n0,.2\n,.3\n1,.4\n", 2, "y", "outcome is missing", "Correct it"),
    ("y,p\n0,.2\n?,.3\n1,.4\n", 2, "y", "outcome is missing", "Correct it"),
    ("y,pred\n0,0\n1,\n1,1\n", 2, "pred", "prediction is missing", "Correct it"),
    ("y,p_0,p_1\n0,.8,.2\n1,.3,.6\n", 2, "p_0, p_1", "add to 0.9", "divide each row"),
]


@pytest.mark.parametrize(("text", "row", "column", "message", "fix"), CELLS)
def test_a_bad_cell_is_named(text: str, row: int, column: str, message: str, fix: str) -> None:
    (problem,) = refusal(text).problems
    assert (problem.row, problem.column) == (row, column)
    assert message in problem.message
    assert fix in problem.fix


@pytest.mark.parametrize(
    ("date", "message"),
    [("", "missing"), ("03/04/2025", "Day and month"), ("2025-02-30", "no such day")],
)
def test_a_bad_date_is_named(date: str, message: str) -> None:
    (problem,) = refusal(f"y,p,d\n0,.2,2025-01-01\n1,.7,{date}\n", date="d").problems
    assert (problem.row, problem.column) == (2, "d")
    assert message in problem.message


@pytest.mark.parametrize(
    ("text", "arguments", "parts"),
    [
        ("a,b\n0,1\n", {}, ("label", "a, b")),
        ("y,b\n0,1\n", {}, ("prob", "y, b")),
        ("y,label,p\n0,0,.1\n", {}, ("More than one column may be the outcome: y, label",)),
        ("y,p,prob\n0,.1,.1\n", {}, ("More than one column may be the probability: p, prob",)),
        ("y,p\n0,.1\n", {"label": "z"}, ("no column z", "y, p")),
        ("y,p\n0,.1\n", {"groups": ["sex"]}, ("no column sex", "y, p")),
        ("y,p\n0,.1\n", {"date": "when"}, ("no column when",)),
        ("y,p\n0,.1\n", {"prob": "y"}, ("more than one of",)),
        ("y,p\n0,.1\n", {"groups": ["y"]}, ("more than one of",)),
        ("y,p_low,p_high\n0,.4,.6\n1,.1,.9\n", {}, ("p_low, p_high are not named like", "prob=")),
        ("y,p\nA,.2\nB,.7\n", {}, ("positive", "positive='A'")),
        ("y,p\n0,.2\n1,.7\n2,.7\n", {}, ("3 classes",)),
        ("y,p\n0,.2\n1,.7\n", {"threshold": 40}, ("threshold", "0.4")),
        ("y,p\n", {}, ("no data rows",)),
        ("", {}, ("empty",)),
        ("y,p,p\n0,.1,.1\n", {}, ("twice",)),
        ("y,p\n0,.1,3\n", {}, ("Cells found: 3, expected: 2",)),
    ],
)
def test_a_file_that_is_refused(text: str, arguments: Any, parts: tuple[str, ...]) -> None:
    error = refusal(text, **arguments)
    for part in parts:
        assert part in error.message


def test_all_problems_are_counted_and_the_first_listed_by_row() -> None:
    rows = "".join(f"{'' if i % 3 == 0 else i % 2},{'x' if i % 2 else 0.5}\n" for i in range(300))
    error = refusal(f"y,p\n{rows}")
    assert len(error.problems) == MAX_PROBLEMS
    assert error.message.startswith("250 cells cannot be used, in 200 rows.")
    assert error.message.endswith("200 more cells not listed here.")
    listed = [problem.row for problem in error.problems]
    assert listed == sorted(listed, key=lambda row: row or 0)
    assert listed[:4] == [1, 2, 4, 4]


def test_bad_rows_are_left_out_only_when_asked_for() -> None:
    text = "y,p,g,d\n0,.2,a,2025-01-01\n1,x,b,2025-01-02\n,.4,c,2025-01-03\n1,.7,a,2025-01-04\n"
    refusal(text)
    found, info = read(text, groups=["g"], date="d", drop_bad=True)
    assert found.y.tolist() == [0, 1]
    assert found.context.groups[0].levels == ("a",)
    assert found.context.batches is not None
    assert found.context.batches.labels == ("2025-01-01", "2025-01-04")
    assert (info.rows, info.dropped) == (4, 2)
    note = found.context.notes[0]
    assert "2 of 4 rows were left out" in note
    assert "rows 2, 3, counted from 1" in note
    assert "every row" in refusal("y,p\n0,x\n1,x\n", drop_bad=True).message


def test_numbers_in_a_group_are_cut_and_missing_ones_kept() -> None:
    rows = "".join(f"{i % 2},0.5,{'NA' if i == 5 else 20 + i}\n" for i in range(60))
    found, _ = read(f"y,p,age\n{rows}", groups=["age"])
    (age,) = found.context.groups
    assert age.binned
    assert age.levels[-1] == MISSING
    assert age.index[5] == len(age.levels) - 1


@pytest.mark.parametrize(
    ("columns", "label", "prob", "pred", "date"),
    [
        (["outcome", "probability", "sex"], "outcome", ("probability",), None, None),
        (["Y True", "y-prob", "y_pred", "Date"], "Y True", ("y-prob",), "y_pred", "Date"),
        (["target", "p_a", "p_b", "p_value"], "target", ("p_a", "p_b"), None, None),
        (["truth", "prob_a", "prob_b"], "truth", ("prob_a", "prob_b"), None, None),
        (["age", "sex"], None, (), None, None),
        (["y", "label", "p"], None, ("p",), None, None),
    ],
)
def test_guesses(columns: Any, label: Any, prob: Any, pred: Any, date: Any) -> None:
    guess = guess_columns(columns)
    assert (guess.label, guess.prob, guess.pred, guess.date) == (label, prob, pred, date)


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.floats(0, 1), st.sampled_from(["f", "m", ""])),
        min_size=1,
        max_size=30,
    )
)
def test_a_file_says_the_same_as_the_arrays(rows: list[tuple[int, float, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["y", "p", "sex"])
    found, _ = read(frame.to_csv(index=False), groups=["sex"])
    direct = read_predictions(frame["y"], frame["p"].to_numpy(), groups=frame[["sex"]])
    assert found.classes == direct.classes
    assert (found.y == direct.y).all()
    assert np.array_equal(found.proba, direct.proba)  # type: ignore[arg-type]
    assert found.context.groups[0].levels == direct.context.groups[0].levels
    assert (found.context.groups[0].index == direct.context.groups[0].index).all()


ROLES: list[dict[str, Any]] = [
    {},
    {"label": "sex", "prob": "oldpeak"},
    {"label": "sex", "pred": "fbs", "groups": ["age", "thal"], "date": "chol"},
    {"label": "age", "pred": "chol", "drop_bad": True},
]


@pytest.mark.parametrize("name", FILES)
def test_hostile_files(name: str) -> None:
    for arguments in ROLES:
        judged(FILES[name], arguments)


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='yp01.,;\t\n"% -exN', max_size=80).map(lambda s: f"y,p\n{s}".encode()),
        st.lists(st.sampled_from(["0", "1", ".5", "x", "", " ", "%", "1e9", "0,5", '"', "é"]))
        .map(lambda cells: "y,p\n" + "\n".join(map(",".join, itertools.pairwise(cells))))
        .map(str.encode),
    )
)
def test_any_bytes(content: bytes) -> None:
    for arguments in ({}, {"drop_bad": True, "groups": ["p"], "date": "y"}):
        judged(content, arguments)


def judged(content: bytes, arguments: dict[str, Any]) -> None:
    outcome = ended(read_table, content, **arguments)
    if isinstance(outcome, SuiteError):
        assert outcome.message
        assert all(problem.message and problem.fix for problem in outcome.problems)
        assert len(outcome.message) < 30_000
        return
    found, info = outcome
    if isinstance(found, Predictions):
        check_invariants(found)
    assert found.n + info.dropped == info.rows
    json.dumps(info.to_dict(), allow_nan=False)
