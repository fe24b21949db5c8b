from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.saliency.schema import Value
from core.saliency.verdict import (
    FEWEST,
    QUESTIONS,
    Finding,
    Outcome,
    Verdict,
    against_chance,
    unknown,
)

CHANCE = np.linspace(0.1, 0.5, 19)


def finding(outcome: Outcome, key: str = "faithfulness") -> Finding:
    return Finding(key, QUESTIONS[key], outcome, "said")


@pytest.mark.parametrize(
    ("value", "outcome", "p"),
    [
        (0.51, Outcome.PASS, 1 / 20),
        (0.5, Outcome.UNKNOWN, 2 / 20),  # one random map reaches as much
        (0.31, Outcome.UNKNOWN, 10 / 20),
        (0.3, Outcome.FAIL, 11 / 20),  # the median itself
        (0.0, Outcome.FAIL, 1.0),
    ],
)
def test_a_map_is_ranked_among_random_maps(value, outcome, p):
    found = against_chance("visual", "Share", Value(value), CHANCE)
    assert found.outcome is outcome
    assert found.p == pytest.approx(p)
    assert found.n == 19
    assert found.chance == pytest.approx(0.3)
    assert found.sentence.startswith("Share: ")


def test_nineteen_random_maps_are_the_fewest_that_can_decide():
    assert pytest.approx(0.05) == 1 / (1 + FEWEST)
    found = against_chance("visual", "Share", Value(9.0), CHANCE[:-1])
    assert found.outcome is Outcome.UNKNOWN
    assert found.sentence == "Only 18 random maps to compare with; 19 are needed at the least."


def test_random_maps_without_a_figure_do_not_count():
    chance = np.append(CHANCE, math.nan)
    assert against_chance("visual", "Share", Value(0.6), chance).n == 19


def test_a_figure_that_does_not_exist_is_no_answer():
    found = against_chance("agreement", "Share", Value.undefined("The map is constant."), CHANCE)
    assert found.outcome is Outcome.UNKNOWN
    assert found.sentence == "The map is constant."
    assert math.isnan(found.value)


@given(st.lists(st.floats(-1, 1), min_size=20, max_size=60, unique=True))
def test_one_map_in_twenty_of_those_drawn_alike_passes_at_most(drawn):
    values = np.array(drawn)
    passed = sum(
        against_chance("visual", "x", Value(value), np.delete(values, i)).outcome is Outcome.PASS
        for i, value in enumerate(values)
    )
    assert passed <= len(values) / 20


@given(st.floats(-1, 1), st.floats(0, 1))
def test_a_better_figure_never_gets_a_worse_answer(value, more):
    rank = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]
    low, high = (
        against_chance("visual", "x", Value(one), CHANCE).outcome for one in (value, value + more)
    )
    assert rank.index(low) <= rank.index(high)


@pytest.mark.parametrize(
    ("visual", "faithfulness", "sentence"),
    [
        ("PASS", "PASS", "The network needs what this map shows."),
        ("UNKNOWN", "PASS", "The network needs what this map shows."),
        (
            "FAIL",
            "PASS",
            "The network needs what this map shows, though a reader would not look there.",
        ),
        (
            "PASS",
            "FAIL",
            "The map looks right, but the network does not need what it shows more than chance "
            "would.",
        ),
        (
            "UNKNOWN",
            "FAIL",
            "The map is no reason: the network does not need what it shows more than chance would.",
        ),
        (
            "PASS",
            "UNKNOWN",
            "It is not known whether the network needs what this map shows.",
        ),
    ],
)
def test_only_what_the_network_needs_decides(visual, faithfulness, sentence):
    verdict = Verdict(
        finding(Outcome[visual], "visual"),
        finding(Outcome.PASS, "agreement"),
        finding(Outcome[faithfulness]),
    )
    assert verdict.outcome is Outcome[faithfulness]
    assert verdict.sentence == sentence
    assert verdict.to_dict()["outcome"] == str(Outcome[faithfulness])


def test_a_question_without_an_answer_is_never_a_pass():
    verdict = Verdict(*(unknown(key, "no data") for key in QUESTIONS))
    assert {one.outcome for one in verdict.findings} == {Outcome.UNKNOWN}
    assert verdict.to_dict()["visual"]["value"] is None
