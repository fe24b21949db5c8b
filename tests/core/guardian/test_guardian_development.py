"""The development set: what must be found, what must not, and how names and bad input are read."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.guardian_accuracy import (
    critical,
    input_problem,
    judge,
    named,
    read_as,
    read_lines,
    results,
)
from core.guardian.schema import Severity

Record = dict[str, Any]

CASES = read_lines("development.jsonl")
NAMES = read_lines("names.jsonl")
WANTED = [
    case["id"]
    for case in CASES
    if any(Severity(one["severity"]).critical for one in case["expect"])
]
MILDER = [
    case["id"]
    for case in CASES
    if any(not Severity(one["severity"]).critical for one in case["expect"])
]
QUIET = [case["id"] for case in CASES if case.get("forbid") == "critical"]
BAD = [case["id"] for case in CASES if case["group"] == "input"]

LEAST_MODERATE = 0.85
LEAST_NAMES = 0.97
MOST_MODERATE = 0.3


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[Record, Record]]:
    return {case["id"]: (case, answer) for case, answer in results()}


@pytest.mark.parametrize("case_id", WANTED)
def test_critical_finding_is_not_missed(
    case_id: str, answers: dict[str, tuple[Record, Record]]
) -> None:
    missed = [
        (one.expected, one.got)
        for one in judge(*answers[case_id])
        if Severity(one.expected["severity"]).critical and not one.found
    ]
    assert not missed


@pytest.mark.parametrize("case_id", QUIET)
def test_ordinary_list_raises_no_critical_alert(
    case_id: str, answers: dict[str, tuple[Record, Record]]
) -> None:
    _, answer = answers[case_id]
    assert [named(one) for one in answer["alerts"] if critical(one)] == []


@pytest.mark.parametrize("case_id", BAD)
def test_bad_input_is_incomplete_and_the_gap_is_named(
    case_id: str, answers: dict[str, tuple[Record, Record]]
) -> None:
    assert input_problem(*answers[case_id]) == ""


@pytest.mark.parametrize("case_id", BAD)
def test_bad_input_is_never_called_safe(
    case_id: str, answers: dict[str, tuple[Record, Record]]
) -> None:
    _, answer = answers[case_id]
    assert "safe" not in answer["headline"].casefold()


def test_most_milder_expectations_are_met(answers: dict[str, tuple[Record, Record]]) -> None:
    found = [
        one.found
        for case_id in MILDER
        for one in judge(*answers[case_id])
        if not Severity(one.expected["severity"]).critical
    ]
    assert sum(found) / len(found) >= LEAST_MODERATE


def test_ordinary_lists_raise_few_moderate_alerts(
    answers: dict[str, tuple[Record, Record]],
) -> None:
    clean = [answer for case, answer in answers.values() if case["group"] == "clean"]
    moderate = sum(
        one["severity"] == Severity.MODERATE for answer in clean for one in answer["alerts"]
    )
    assert moderate / len(clean) <= MOST_MODERATE


def test_names_are_read_exactly() -> None:
    right = [read_as(name)[1] for name in NAMES]
    assert sum(right) / len(right) >= LEAST_NAMES


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name["text"]))
def test_no_name_is_read_as_another_medicine(name: Record) -> None:
    _, _, strange = read_as(name)
    assert strange == []


def test_development_set_is_as_large_as_it_says() -> None:
    groups = {case["group"] for case in CASES}
    counted = {group: sum(case["group"] == group for case in CASES) for group in groups}
    pairs = sum(count for group, count in counted.items() if group.startswith("ddi-"))
    assert len({case["id"] for case in CASES}) == len(CASES) >= 750
    assert (pairs >= 260, counted["clean"] >= 160, counted["input"] >= 40) == (True, True, True)
    assert len({name["text"] for name in NAMES}) == len(NAMES) >= 300
