"""Anomalies: p values by hand, the stated rate on nulls, and rates that are out of reach."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotEnoughDataError
from core.stats.anomaly import (
    against_earlier,
    against_reference,
    attainable_rate,
    benjamini_hochberg,
    largest_z,
    references_needed,
)


def test_p_values_by_hand():
    found = against_earlier(np.array([3.0, 1, 5, 2]), 0.4)
    assert found.p == pytest.approx([2 / 2, 1 / 3, 3 / 4])
    assert found.flagged.tolist() == [False, True, False]
    assert found.n.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("n", "rate", "stated"), [(9, 0.1, 0.1), (8, 0.1, 0), (15, 0.1, 1 / 16), (199, 0.05, 0.05)]
)
def test_the_stated_rate_is_that_of_the_ranks(n, rate, stated):
    assert attainable_rate(n, rate) == pytest.approx(stated)


@given(st.floats(0.01, 0.5))
def test_references_needed_is_the_first_size_with_a_rate(rate):
    need = references_needed(rate)
    assert attainable_rate(need, rate) > 0
    if need > 1:
        assert attainable_rate(need - 1, rate) == 0


def test_an_unreachable_rate_is_said():
    found = against_earlier(np.arange(12.0), 0.05)
    assert found.reachable == 0
    assert not found.flagged.any()
    said = found.limits()[0]
    assert said == (
        "Nothing can be flagged at a false-alarm rate of 5 %: the smallest p value that 11 "
        "reference values allow is 1/12 = 0.083. This rate needs 19."
    )


def test_a_family_needs_more_than_a_point():
    found = against_earlier(np.arange(12.0), 0.1)
    assert found.reachable == 3
    assert found.limits()[0].startswith("3 of 11 values could be flagged")
    assert "judged as one family" in found.limits()[1]


def test_benjamini_hochberg_by_hand():
    """The fifteen p values of Benjamini and Hochberg (1995), section 3.2: four are rejected."""
    p = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528,
         .7590, 1.0]  # fmt: skip
    assert benjamini_hochberg(p, 0.05).sum() == 4
    assert benjamini_hochberg([0.9, 0.8], 0.05).sum() == 0


def test_benjamini_hochberg_is_that_of_scipy():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(2).uniform(size=40) ** 2
    for rate in (0.05, 0.1, 0.3):
        assert (benjamini_hochberg(p, rate) == (false_discovery_control(p) <= rate)).all()


@pytest.mark.parametrize("law", ["normal", "cauchy", "uniform"])
@pytest.mark.parametrize("rate", [0.05, 0.1])
def test_false_alarms_come_at_the_stated_rate_whatever_the_law(law, rate):
    rng = np.random.default_rng(11)
    draw = {
        "normal": rng.standard_normal,
        "cauchy": rng.standard_cauchy,
        "uniform": rng.uniform,
    }[law]
    runs = [against_earlier(np.abs(draw(size=60)), rate) for _ in range(400)]
    alarms = sum(int(one.flagged.sum()) for one in runs)
    stated = sum(one.expected for one in runs)
    assert 0.8 <= alarms / stated <= 1.2


def test_the_family_rule_keeps_its_rate_against_a_reference():
    rng = np.random.default_rng(5)
    runs = 600
    fired = sum(
        against_reference(rng.standard_normal(20), rng.standard_normal(399), 0.1).together.any()
        for _ in range(runs)
    )
    # Without anything to find, a false discovery is any discovery.
    assert fired / runs <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / runs)


def test_a_real_outlier_is_found():
    scores = np.append(np.random.default_rng(0).uniform(size=99), 9.0)
    found = against_earlier(scores, 0.05)
    assert found.flagged[-1]
    assert found.p[-1] == pytest.approx(0.01)


def test_two_sigma_can_never_fire_on_a_uniform_column():
    for seed in range(20):
        seen, bound = largest_z(np.random.default_rng(seed).uniform(5, 30, 1_000))
        assert bound == pytest.approx(1.7320508)
        assert seen < 2


def test_one_value_has_nothing_to_stand_beside():
    with pytest.raises(NotEnoughDataError, match="Give at least two values"):
        against_earlier(np.array([1.0]), 0.1)
    with pytest.raises(NotEnoughDataError, match="Give at least two values"):
        against_reference(np.array([1.0]), np.array([]), 0.1)


def test_flags_are_plain_data():
    told = json.loads(json.dumps(against_earlier(np.arange(5.0), 0.2).to_dict(), allow_nan=False))
    assert told["smallest_possible_p"] == pytest.approx(0.2)
    assert told["expected_false_alarms"] == pytest.approx(0.2)
