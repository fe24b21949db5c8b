"""Findings and errors: sentences with a place and a mend."""

from __future__ import annotations

import json
import pickle

import pytest

from core.errors import ArtifactError, InputError, NotEnoughDataError, Problem, SuiteError


@pytest.mark.parametrize(
    ("column", "row", "sentence"),
    [
        ("age", 3, "Row 3, column age: It is odd. Mend it."),
        ("age", None, "age: It is odd. Mend it."),
        ("", 3, "Row 3: It is odd. Mend it."),
        ("", None, "It is odd. Mend it."),
    ],
)
def test_sentence(column: str, row: int | None, sentence: str) -> None:
    problem = Problem(column, "x", "range", "It is odd.", "Mend it.", row=row)
    assert problem.sentence() == sentence


def test_problem_is_plain_data() -> None:
    problem = Problem("age", "300", "range", "It is odd.", "Mend it.", "warning", 2)
    assert json.loads(json.dumps(problem.to_dict())) == {
        "column": "age",
        "value": "300",
        "rule": "range",
        "message": "It is odd.",
        "fix": "Mend it.",
        "severity": "warning",
        "row": 2,
    }


def test_problems_cannot_be_altered() -> None:
    problem = Problem("age", "300", "range", "It is odd.", "Mend it.")
    with pytest.raises(AttributeError):
        problem.row = 3  # type: ignore[misc]


def test_input_error_lists_every_finding() -> None:
    problems = (
        Problem("age", "x", "range", "It is odd.", "Mend it."),
        Problem("sex", "y", "range", "It is odd too.", "Mend it as well."),
    )
    error = InputError.from_problems(problems)
    assert error.problems == problems
    assert error.message == "age: It is odd. Mend it.\nsex: It is odd too. Mend it as well."
    assert str(error) == error.message


@pytest.mark.parametrize("kind", [InputError, ArtifactError, NotEnoughDataError])
def test_every_error_is_one_of_the_suite(kind: type[SuiteError]) -> None:
    error = kind("Twenty rows are needed.")
    assert isinstance(error, SuiteError)
    assert (error.message, error.problems) == ("Twenty rows are needed.", ())


def test_errors_cross_process_borders() -> None:
    error = InputError.from_problems((Problem("age", "x", "range", "It is odd.", "Mend it."),))
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.message, copy.problems) == (error.message, error.problems)
