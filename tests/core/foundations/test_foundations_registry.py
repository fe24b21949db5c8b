"""Every article is whole: numbers in order, references that lead somewhere, formulas that close."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core import foundations
from core.errors import SuiteError
from core.foundations import Topic
from core.foundations.registry import ARTICLES

ROOT = Path(__file__).resolve().parents[3]
FIRST_FOUR = {"gradient-descent": 18, "lagrange-kkt": 18, "bias-variance": 12,
              "logistic-regression": 14}  # fmt: skip

each_topic = pytest.mark.parametrize("topic", foundations.topics(), ids=lambda t: t.key)


def test_the_suite_holds_what_it_promises():
    assert len(foundations.topics()) == len(ARTICLES) == 8
    assert sum(len(foundations.statements(key)) for key in FIRST_FOUR) >= 60
    assert all(len(foundations.statements(key)) >= n for key, n in FIRST_FOUR.items())
    assert sum(len(foundations.breaks(key)) for key in FIRST_FOUR) >= 20
    assert len(foundations.errata()) >= 30


@each_topic
def test_the_published_counts_are_those_of_the_registry(topic: Topic):
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    cells = next(line for line in text.splitlines() if line.startswith(f"| {topic.title} |"))
    counts = [cell.strip() for cell in cells.split("|")[1:-1]]
    assert counts[1] == str(len(topic.statements))
    assert counts[-2:] == [str(len(topic.breaks)), str(len(topic.errata))]


def test_the_published_sum_is_that_of_the_registry():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    count = len(foundations.statements())
    assert f"{count} of {count}; 0 of {20 * count:,} checks red" in text


@each_topic
def test_numbers_run_without_gaps(topic: Topic):
    count = len(topic.statements)
    assert [one.id for one in topic.statements] == [f"{topic.prefix}-{i + 1}" for i in range(count)]
    for part in (topic.breaks, topic.errata, topic.questions):
        numbers = [one.id for one in part]
        assert len(set(numbers)) == len(numbers) > 0
        assert all(number.startswith(f"{topic.prefix}-") for number in numbers)


@each_topic
def test_references_lead_to_statements_of_the_same_article(topic: Topic):
    known = {one.id for one in topic.statements}
    for part in (topic.breaks, topic.errata, topic.questions):
        assert {one.statement for one in part} <= known
    assert {one.section for one in topic.statements} == {one.key for one in topic.sections}
    order = [one.key for one in topic.sections]
    places = [order.index(one.section) for one in topic.statements]
    assert places == sorted(places)


@each_topic
def test_a_number_named_in_a_derivation_exists_and_comes_before(topic: Topic):
    known = [one.id for one in topic.statements]
    for i, one in enumerate(topic.statements):
        for step in one.steps:
            named = re.findall(rf"\b{topic.prefix}-\d+\b", f"{step.why} {step.gives}")
            assert set(named) <= set(known[:i]), (one.id, named)


@each_topic
def test_every_statement_is_derived_and_sourced(topic: Topic):
    for one in topic.statements:
        assert len(one.steps) >= 2, one.id
        assert all(step.why.strip() and step.gives.strip() for step in one.steps), one.id
        assert all((one.title, one.claim, one.how, one.source)), one.id
        assert one.title.rstrip()[-1] == ".", one.id


def formulas_of(topic: Topic) -> list[tuple[str, str]]:
    found = [(one.id, one.claim) for one in topic.statements]
    return found + [(one.id, step.gives) for one in topic.statements for step in one.steps]


@each_topic
def test_braces_and_environments_close(topic: Topic):
    for number, text in formulas_of(topic):
        bare = re.sub(r"\\[{}]", "", text)
        assert bare.count("{") == bare.count("}"), (number, text)
        sided = [len(re.findall(rf"\\{side}(?![a-zA-Z])", text)) for side in ("left", "right")]
        assert sided[0] == sided[1], (number, text)
        opened, closed = (re.findall(rf"\\{w}\{{(\w+\*?)\}}", text) for w in ("begin", "end"))
        assert sorted(opened) == sorted(closed), (number, text)
        assert "$" not in text, (number, text)
        assert not re.search(r"\\q?quad[a-zA-Z]", text), (number, text)


@each_topic
def test_words_hold_whole_formulas(topic: Topic):
    words = [w for one in topic.statements for w in (one.title, one.how, *one.hypotheses)]
    words += [step.why for one in topic.statements for step in one.steps]
    words += [w for one in topic.breaks for w in (one.violates, one.reason, one.outcome)]
    words += [w for one in topic.errata for w in (one.claim, one.counterexample, one.corrected)]
    words += [w for one in topic.questions for w in (one.prompt, one.why, *one.options)]
    words += [one.intuition for one in topic.sections]
    for text in words:
        assert text.count("$") % 2 == 0, text


@each_topic
def test_right_answers_are_among_the_options(topic: Topic):
    for one in topic.questions:
        assert len(set(one.options)) == len(one.options) >= 3, one.id
        assert 0 <= one.answer() < len(one.options), one.id


@each_topic
def test_right_answers_do_not_all_stand_in_the_same_place(topic: Topic):
    assert len({one.answer() for one in topic.questions}) > 1


def test_what_does_not_exist_is_named():
    with pytest.raises(SuiteError, match=r"no article 'x'.*gradient-descent"):
        foundations.topic("x")
    with pytest.raises(SuiteError, match=r"no statement 'GD-999'.*GD-1 to"):
        foundations.verify(ids=["GD-999"])
