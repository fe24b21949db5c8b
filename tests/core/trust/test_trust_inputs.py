"""What users hand over ends in the right predictions, or in a sentence with place and fix."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError, NotEnoughDataError, SuiteError
from core.trust.door.inputs import read_estimates, read_predictions
from core.trust.door.task import detect_task
from core.trust.predictions import MISSING, Estimates, Predictions
from tests.core.trust.input_cases import CASES, Y01, Accepted, Case, P

NAN = float("nan")


def check_invariants(found: Predictions) -> None:
    n, k = found.n, len(found.classes)
    assert n > 0
    assert k >= 2
    assert len(set(found.classes)) == k
    for index in (found.y, found.called):
        assert index.shape == (n,)
        assert index.dtype == np.int64
        assert index.min() >= 0
        assert index.max() < k
    if found.proba is not None:
        assert found.proba.shape == (n, k)
        assert found.proba.dtype == np.float64
        assert ((found.proba >= 0) & (found.proba <= 1)).all()
        np.testing.assert_allclose(found.proba.sum(axis=1), 1, atol=1.01e-6)
    for group in found.context.groups:
        assert group.index.shape == (n,)
        assert len(set(group.levels)) == len(group.levels)
        assert set(np.unique(group.index)) == set(range(len(group.levels)))
    batches = found.context.batches
    if batches is not None:
        assert batches.index.shape == (n,)
        assert set(np.unique(batches.index)) == set(range(len(batches.labels)))


def ended(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return the result, or the one kind of error that is allowed."""
    try:
        return function(*arguments, **named)
    except SuiteError as error:
        return error


def judged(outcome: Any) -> None:
    if isinstance(outcome, SuiteError):
        assert outcome.message
    elif isinstance(outcome, Predictions):
        check_invariants(outcome)
    elif isinstance(outcome, Estimates):
        assert np.isfinite(outcome.y).all()
        assert np.isfinite(outcome.predicted).all()


def test_the_table_is_large() -> None:
    assert len(CASES) >= 250
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_case(case: Case) -> None:
    arguments = dict(case.arguments)
    if isinstance(case.expected, tuple):
        with pytest.raises(SuiteError) as caught:
            read_predictions(**arguments)
        for part in case.expected:
            assert part in caught.value.message
        assert caught.value.message.endswith(".")
        if not isinstance(caught.value, NotEnoughDataError):
            assert all(p.column and p.message and p.fix for p in caught.value.problems)
        return
    check_expected(read_predictions(**arguments), case.expected)


def check_expected(found: Predictions, expected: Accepted) -> None:
    check_invariants(found)
    assert found.classes == expected.classes
    assert found.threshold == expected.threshold
    if expected.y is not None:
        assert found.y.tolist() == list(expected.y)
    if expected.called is not None:
        assert found.called.tolist() == list(expected.called)
    if expected.p is not None:
        assert found.p is not None
        assert found.p.tolist() == pytest.approx(list(expected.p), abs=1e-15)
    notes = " ".join(found.context.notes)
    assert expected.note in notes
    assert not (expected.quiet and notes)
    if expected.levels is not None:
        assert tuple(group.levels for group in found.context.groups) == expected.levels
    if expected.batches is not None:
        assert found.context.batches is not None
        assert found.context.batches.labels == expected.batches


def test_levels_belong_to_their_rows() -> None:
    found = read_predictions(Y01, P, groups={"sex": ["m", None, "f", "m"]}, batch=[3, 1, 2, 1])
    (sex,) = found.context.groups
    assert [sex.levels[i] for i in sex.index] == ["m", MISSING, "f", "m"]
    batches = found.context.batches
    assert batches is not None
    assert [batches.labels[i] for i in batches.index] == ["3", "1", "2", "1"]


def test_a_number_is_cut_at_its_quartiles() -> None:
    age = np.arange(100.0)
    age[7] = NAN
    found = read_predictions(Y01 * 25, P * 25, groups={"age": age})
    (group,) = found.context.groups
    assert group.binned
    assert group.levels[-1] == MISSING
    assert np.bincount(group.index).tolist() == [25, 25, 25, 24, 1]
    cuts = [float(text) for text in re.findall(r"up to ([\d.]+)", " ".join(group.levels))]
    assert group.levels[3] == f"over {cuts[2]:g}"
    for value, index in zip(age, group.index, strict=True):
        expected = 4 if np.isnan(value) else int(np.searchsorted(cuts, value))
        assert index == expected
    assert "99 different numbers" in found.context.notes[0]


@pytest.mark.parametrize("ties", [0, 19])
def test_a_number_with_many_ties_has_two_bins(ties: int) -> None:
    values = [*range(20), *[ties] * 180]
    (group,) = read_predictions(Y01 * 50, P * 50, groups={"g": values}).context.groups
    assert len(group.levels) == 2
    assert np.bincount(group.index).min() >= 19


def test_many_days_become_months() -> None:
    days = pd.date_range("2025-01-30", periods=100).astype(str).tolist()
    found = read_predictions(Y01 * 25, P * 25, batch=days[::-1])
    assert found.context.batches is not None
    assert found.context.batches.labels == ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05")
    assert found.context.batches.index[-1] == 0
    assert "100 different days" in found.context.notes[0]


def test_features_keep_what_they_are() -> None:
    frame = pd.DataFrame({"a": [1, 2, None, 4], "b": ["x", None, "y", "z"], "c": [True, False] * 2})
    found = read_predictions(Y01, P, features=frame).context.features
    assert found is not None
    assert [str(dtype) for dtype in found.dtypes] == ["float64", "str", "bool"]
    assert found["b"].isna().tolist() == [False, True, False, False]
    named = read_predictions(Y01, P, features=np.zeros((4, 3))).context.features
    assert named is not None
    assert list(named) == ["x1", "x2", "x3"]


def test_later_changes_of_the_arguments_change_nothing() -> None:
    proba, y = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]]), np.arange(3)
    embedding = np.zeros((3, 2))
    found = read_predictions(y, proba, embedding=embedding)
    proba[:], y[:], embedding[:] = 0.5, 0, 1
    assert found.proba is not None
    assert found.proba[0].tolist() == [0.8, 0.1, 0.1]
    assert found.y.tolist() == [0, 1, 2]
    assert found.context.embedding is not None
    assert not found.context.embedding.any()


@given(st.permutations(range(8)))
def test_row_order_changes_nothing_else(order: list[int]) -> None:
    y, p = np.array(Y01 * 2), np.array(P * 2)
    sex = np.array(["m", "f", "", "m", "f", "m", "", "f"], dtype=object)
    plain = read_predictions(y, p, groups={"sex": sex}, batch=np.arange(8))
    turned = read_predictions(y[order], p[order], groups={"sex": sex[order]}, batch=order)
    assert turned.context.groups[0].levels == plain.context.groups[0].levels
    assert (turned.context.groups[0].index == plain.context.groups[0].index[order]).all()
    assert (turned.called == plain.called[order]).all()
    assert turned.context.batches is not None
    assert turned.context.batches.index.tolist() == order


# Quantities.

ESTIMATES: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"y": []}, ("y: there is no row",)),
    ({"y": [1, NAN, 3]}, ("y: 1 of 3 values is missing", "row 1")),
    ({"y": [1, np.inf, 3]}, ("y: 1 of 3 values is infinite", "row 1 (inf)")),
    ({"y": ["1", "2", "3"]}, ("y: holds text", "Convert")),
    ({"y": [True, False, True]}, ("y: holds True and False",)),
    ({"y": np.arange(3).astype("M8[D]")}, ("y: holds dates",)),
    ({"y": np.arange(3).astype("m8[D]")}, ("y: holds values of the type", "not numbers")),
    ({"y": [1j, 2j, 3j]}, ("y: holds values of the type complex",)),
    ({"predicted": [1, 2]}, ("predicted: has 2 rows, but y has 3",)),
    ({"predicted": [1, None, 2]}, ("predicted: 1 of 3 values is missing", "row 1")),
    ({"predicted": [[1, 2], [3, 4], [5, 6]]}, ("predicted: holds values of the type list",)),
    ({"predicted": np.zeros((3, 2))}, ("predicted: has the shape (3, 2)",)),
    ({"predicted": None}, ("predicted: is missing",)),
    ({"low": [0, 0, 0]}, ("high: is missing",)),
    ({"high": [0, 0, 0]}, ("low: is missing",)),
    ({"low": [0, 5, 0], "high": [9, 4, 9]}, ("low: 1 of 3 values is greater than high", "row 1")),
    ({"low": [0, NAN, 0], "high": [9, 4, 9]}, ("low: 1 of 3 values is missing",)),
    ({"low": [0, 0], "high": [9, 4, 9]}, ("low: has 2 rows",)),
    ({"variance": [1, -1, 1]}, ("variance: 1 of 3 values is negative", "row 1 (-1)")),
    ({"level": 95}, ("level: is 95", "95 % is 0.95")),
    ({"level": "0.9"}, ("level: is '0.9'",)),
    ({"groups": {"a": [1]}}, ("groups['a']: has 1 row, but y has 3",)),
    ({"y": pd.Series([1.0, 2, 3]), "predicted": pd.Series([1.0, 2, 3], index=[2, 1, 0])},
     ("predicted: has the row labels of y in another order", "2 of 3 rows")),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "parts"), ESTIMATES)
def test_quantities_that_are_refused(changed: dict[str, Any], parts: tuple[str, ...]) -> None:
    arguments: dict[str, Any] = {"y": [1.5, 2.5, 4], "predicted": [1, 2, 3], **changed}
    with pytest.raises(SuiteError) as caught:
        read_estimates(**arguments)
    for part in parts:
        assert part in caught.value.message


@pytest.mark.parametrize(
    "y",
    [
        [1.5, 2.5, 4],
        np.array([[1.5], [2.5], [4]]),
        pd.Series([1.5, 2.5, 4], dtype="Float64"),
        pd.Series([1.5, 2.5, 4], dtype="float[pyarrow]"),
        [Decimal("1.5"), 2.5, 4],
        pd.DataFrame({"y": [1.5, 2.5, 4]}),
    ],
)
def test_quantities_of_every_form(y: Any) -> None:
    found = read_estimates(y, [1, 2, 3], low=[0, 1, 2], high=[2, 3, 4], level=0.9, variance=[1] * 3)
    assert found.y.tolist() == [1.5, 2.5, 4]
    assert found.predicted.dtype == np.float64
    assert found.low is not None
    assert found.level == 0.9
    assert found.context.notes == ()


def test_quantities_with_notes() -> None:
    found = read_estimates([0, 1, 0], [0.1, 0.9, 3], low=[0, 0, 0], high=[1, 1, 1])
    assert "does not hold the predicted value in 1 row" in found.context.notes[0]
    assert "at most two different values" in found.context.notes[1]


# Classes or quantities.

PRESSURE = np.arange(100.0, 180.0)


@pytest.mark.parametrize(
    ("y", "proba", "pred", "task", "expected"),
    [
        (Y01, P, None, "auto", "classification"),
        (Y01, None, Y01, "auto", "classification"),
        (["a", "b"], None, ["a", "b"], "auto", "classification"),
        ([True, False], None, [1, 0], "auto", "classification"),
        (PRESSURE, None, PRESSURE, "auto", "regression"),
        (PRESSURE, None, PRESSURE, "classification", "classification"),
        (PRESSURE.astype(int), None, PRESSURE, "auto", "regression"),
        (np.arange(40), None, np.arange(40), "auto", "classification"),
        (np.arange(10), np.eye(10), None, "auto", "classification"),
        ([1, 2, 3], None, [1.2, 2.1, 3.3], "auto", "regression"),
        ([0, 1, 0], None, [0.2, 0.7, 0.1], "auto", "classification"),
        (Y01, None, Y01, "regression", "regression"),
        (Y01, P, None, "binary", "classification"),
        ([0, 1, 2], None, [0, 1, 2], "multiclass", "classification"),
    ],
)
def test_task(y: Any, proba: Any, pred: Any, task: str, expected: str) -> None:
    assert detect_task(y, proba, pred, task)[0] == expected


def test_task_of_many_whole_numbers_is_noted() -> None:
    assert "80 different numbers" in detect_task(PRESSURE, None, PRESSURE)[1][0]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((Y01, P, None, "clasification"), "auto, classification, binary, multiclass, regression"),
        ((Y01, P, None, "regression"), "probabilities are given"),
        (([0, 1, 2], None, None, "binary"), "y holds 3 classes"),
        ((Y01, None, None, "multiclass"), "y holds 2 classes"),
        (([], None, None, "auto"), "there is no row"),
    ],
)
def test_task_refused(arguments: tuple[Any, ...], part: str) -> None:
    with pytest.raises(SuiteError, match=re.escape(part)):
        detect_task(*arguments)


# Anything at all.

scalars = st.one_of(
    st.sampled_from([0, 1, 0.0, 1.0, "yes", "no", "0", "1", True, False, None, NAN, 0.5]),
    st.integers(),
    st.integers(10**300, 10**320),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=2),
    st.complex_numbers(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.datetimes(timezones=st.none() | st.just(datetime.UTC)),
    st.timedeltas(),
    st.sampled_from([pd.NA, pd.NaT, object(), int, ..., range(2), {}, {1}, np.float32(0.3)]),
    st.lists(st.floats(0, 1), max_size=3),
)
numbers = st.one_of(st.floats(0, 1), st.integers(0, 2), st.just(NAN))


def _wrapped(values: list[Any]) -> st.SearchStrategy[Any]:
    def array(values: list[Any]) -> Any:
        out = np.empty(len(values), dtype=object)
        for row, value in enumerate(values):
            out[row] = value
        return out

    def guessed(values: list[Any]) -> Any:
        try:
            return np.array(values)
        except (ValueError, OverflowError, TypeError):
            return array(values)

    def series(values: list[Any]) -> Any:
        return pd.Series(array(values), dtype=object)

    ways = [list, tuple, array, guessed, series, lambda v: series(v).to_frame()]
    return st.sampled_from([way(values) for way in ways])


anything = st.one_of(
    st.none(),
    scalars,
    st.lists(scalars, max_size=6).flatmap(_wrapped),
    st.lists(numbers, min_size=4, max_size=4).flatmap(_wrapped),
    st.lists(st.lists(scalars, max_size=3), max_size=4),
    st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=4, max_size=4),
)


@settings(max_examples=400)
@given(anything, anything, anything)
def test_anything_ends_in_predictions_or_a_sentence(y: Any, proba: Any, pred: Any) -> None:
    arguments = ((y, proba, pred), (Y01, proba, None), (y, list(P), None), (Y01, None, pred))
    for outcome, probability, call in arguments:
        judged(ended(read_predictions, outcome, probability, pred=call))


@settings(max_examples=300)
@given(anything)
def test_anything_beside_predictions(value: Any) -> None:
    for name in ("groups", "batch", "features", "embedding", "classes", "positive", "threshold"):
        judged(ended(read_predictions, Y01, P, **{name: value}))


@settings(max_examples=200)
@given(anything, anything)
def test_any_quantity_ends_in_estimates_or_a_sentence(y: Any, predicted: Any) -> None:
    for arguments in ((y, predicted), ([1.0, 2, 3, 4], predicted)):
        judged(ended(detect_task, arguments[0], None, arguments[1]))
        judged(ended(read_estimates, *arguments))


def test_input_errors_name_the_argument() -> None:
    with pytest.raises(InputError) as caught:
        read_predictions(Y01, [0.1, 2, 0.3, 0.4])
    (problem,) = caught.value.problems
    assert problem.column == "proba"
    assert "row 1 (2), counted from 0" in problem.message


@pytest.mark.parametrize(
    "given_",
    [
        {"y": ["\ud800", "b"] * 5, "positive": "b"},
        {"y": [0, 1] * 5, "groups": {"site": ["\ud800", "b"] * 5}},
        {"y": [0, 1] * 5, "groups": {"\ud800": ["a", "b"] * 5}},
    ],
)
def test_half_a_character_is_refused_by_its_argument(given_):
    with pytest.raises(InputError, match="no valid Unicode"):
        read_predictions(proba=[0.1, 0.9] * 5, **given_)
