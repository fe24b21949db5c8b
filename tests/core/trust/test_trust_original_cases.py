from __future__ import annotations

import json

import numpy as np
import pytest

from core.trust.original.cases import misleading_cases
from core.trust.predictions import Context


@pytest.fixture(scope="module")
def cases():
    return {case.id: case for case in misleading_cases()}


def test_there_are_ten_and_more_and_each_says_why_with_a_number(cases):
    assert len(cases) >= 10
    for case in cases.values():
        assert any(character.isdigit() for character in case.why), case.id
        assert case.truth.endswith(".")
        assert case.title


def test_plain_data_is_strict_json_and_the_same_each_time(cases):
    first = json.dumps([case.to_dict() for case in cases.values()], allow_nan=False)
    assert first == json.dumps([case.to_dict() for case in misleading_cases()], allow_nan=False)


@pytest.mark.parametrize(
    ("case", "grade", "blocker"),
    [
        ("perfect", "D", "failure"),
        ("oracle", "D", "failure"),
        ("small-calibrated", "D", "calibration"),
        ("bias-alone", "A", None),
        ("no-positives", "D", "fairness"),
        ("random-attribute", "D", "fairness"),
        ("one-person-groups", "D", "fairness"),
        ("calls-only", "D", "failure"),
    ],
)
def test_what_the_original_says(cases, case, grade, blocker):
    score = cases[case].view.score
    assert (score.grade, score.blocker) == (grade, blocker)


def test_the_claims_of_single_cases(cases):
    assert cases["always-wrong"].says == "Stops with an error"
    assert cases["withheld"].view.score.no_bias_claimed
    assert "Calibration" in cases["overconfident"].view.score.penalties
    assert cases["overconfident"].view.calibration.ece < 0.10
    assert "Calibration Drift" in cases["drift"].view.score.patterns
    assert cases["prevalence"].view.score.sub_scores["bias"] < 55
    assert cases["rings"].view.representation.neighbour_agreement == 1
    assert cases["noise-clusters"].view.representation.ratio > 1.3


def test_the_package_says_the_same(cases):
    pytest.importorskip("trustlens", reason="the reference requirements are not installed")
    from tests.trustlens_original import Drawn, ask, shown

    for case in cases.values():
        if case.id == "bias-alone":
            continue
        data = case.predictions
        groups = {g.name: np.array(g.levels)[g.index] for g in data.context.groups}
        given = data.threshold != 0.5
        drawn = Drawn(
            data.y, data.proba, data.called if given else None, len(data.classes), groups,
            data.context.embedding,
        )  # fmt: skip
        assert shown(case.view) == ask(drawn), case.id
        assert isinstance(data.context, Context)
