from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from core.errors import InputError
from core.stats.score_table import score_table
from core.stats.selective import POINTS, abstention, risk_coverage, rows_needed

rows = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=6)


def table(confidence, wrong):
    return score_table(~np.asarray(wrong, dtype=bool), np.asarray(confidence, dtype=float))


def plain_area(wrong):
    """AURC of rows already in order, as the mean of the running error rates."""
    wrong = np.asarray(wrong, dtype=float)
    return float(np.mean(np.cumsum(wrong) / np.arange(1, len(wrong) + 1)))


def test_hand_computed_curve():
    found = risk_coverage(table([0.9, 0.8, 0.7, 0.6], [0, 1, 0, 1]))
    assert found.coverage == pytest.approx([0.25, 0.5, 0.75, 1])
    assert found.risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert found.cut == pytest.approx([0.9, 0.8, 0.7, 0.6])
    assert found.area.estimate == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert found.best == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert found.excess.estimate == pytest.approx(1 / 8)
    assert found.none == 0.5


@given(rows)
def test_area_is_the_mean_over_every_order_of_ties(drawn):
    confidence, wrong = np.array([c for c, _ in drawn]), np.array([w for _, w in drawn])
    found = risk_coverage(table(confidence, wrong))
    if wrong.all() or not wrong.any():
        assert math.isnan(found.area.estimate)
        assert math.isnan(found.excess.estimate)
        return
    areas = [
        plain_area(wrong[list(order)])
        for order in itertools.permutations(range(len(drawn)))
        if (np.diff(confidence[list(order)]) <= 0).all()
    ]
    assert found.area.estimate == pytest.approx(np.mean(areas), abs=1e-12)


@given(rows, st.randoms(use_true_random=False))
def test_row_order_never_matters(drawn, random):
    # hallmark issue 63: there, shuffling rows of equal confidence changed the area.
    first = risk_coverage(table(*zip(*drawn, strict=True)))
    shuffled = random.sample(drawn, len(drawn))
    second = risk_coverage(table(*zip(*shuffled, strict=True)))
    assert json.dumps(first.to_dict()) == json.dumps(second.to_dict())


def test_one_confidence_for_all_is_no_ranking():
    found = risk_coverage(table([0.7] * 10, [1, 0, 0, 0, 1, 0, 0, 0, 0, 1]))
    assert found.area.estimate == pytest.approx(found.none) == 0.3
    assert len(found.coverage) == 1


@pytest.mark.parametrize(("wrong", "why"), [([0, 0], "no error"), ([1, 1], "no right call")])
def test_without_both_kinds_the_areas_are_undefined(wrong, why):
    found = risk_coverage(table([0.9, 0.6], wrong))
    for one in (found.area, found.excess):
        assert math.isnan(one.estimate)
        assert why in one.method
        assert one.to_dict()["estimate"] is None


def test_perfect_order_has_no_excess():
    found = risk_coverage(table([0.9, 0.8, 0.7, 0.6], [0, 0, 1, 1]))
    assert found.excess.estimate == pytest.approx(0)
    assert found.area.low < found.area.estimate < found.area.high


def test_long_curves_are_thinned_and_keep_their_end():
    rng = np.random.default_rng(0)
    confidence = rng.random(5000)
    found = risk_coverage(table(confidence, rng.random(5000) > confidence))
    assert len(found.coverage) <= POINTS
    assert found.coverage[-1] == 1
    assert found.risk[-1] == found.none
    assert ((found.low <= found.risk) & (found.risk <= found.high)).all()


def test_limits_of_the_area_hold_what_they_claim():
    rng = np.random.default_rng(1)

    def draw(n):
        p = rng.beta(0.5, 0.5, n)
        confidence = np.maximum(p, 1 - p)
        return risk_coverage(table(confidence, rng.random(n) > confidence))

    truth = draw(400_000)
    found = [draw(300) for _ in range(300)]
    for name in ("area", "excess"):
        true = getattr(truth, name).estimate
        held = [getattr(f, name).low <= true <= getattr(f, name).high for f in found]
        assert np.mean(held) >= 0.90


@pytest.mark.parametrize(("target", "rows"), [(0.01, 299), (0.02, 149), (0.05, 59), (0.1, 29)])
def test_rows_needed_without_an_error(target, rows):
    # The rule of three, exactly: 0.95 = 1 - (1 - target) ** n.
    assert rows_needed(target) == rows == math.ceil(math.log(0.05) / math.log(1 - target))


@given(st.floats(0.01, 0.5), st.integers(0, 5))
def test_rows_needed_is_the_smallest_number(target, spare):
    n = rows_needed(target, spare)
    assert binom.cdf(spare, n, target) <= 0.05 + 1e-12
    assert binom.cdf(spare, n - 1, target) > 0.05 - 1e-12


def test_too_few_rows_say_how_many_are_needed():
    (found,) = abstention(table(np.linspace(0.5, 1, 40), np.zeros(40)), (0.05,))
    assert found.cut is None
    assert found.coverage == 0
    assert found.needed == 59
    assert "59 rows" in found.reason
    assert "there are 40" in found.reason


def test_no_errors_at_all_keeps_every_row():
    for found in abstention(table(np.linspace(0.5, 1, 400), np.zeros(400))):
        assert found.coverage == 1
        assert found.errors == 0
        assert found.upper is not None
        assert found.upper <= found.target


def test_the_cut_keeps_the_limit_and_ties_enter_together():
    rng = np.random.default_rng(2)
    confidence = np.round(rng.uniform(0.5, 1, 3000), 2)
    wrong = rng.random(3000) > confidence
    for found in abstention(table(confidence, wrong), (0.05, 0.1, 0.2)):
        if found.cut is None:
            continue
        taken = confidence >= found.cut
        assert (found.kept, found.errors) == (taken.sum(), wrong[taken].sum())
        assert found.upper == pytest.approx(binom_upper(found.errors, found.kept), abs=1e-9)
        assert found.upper <= found.target


def binom_upper(k, n):
    from scipy.stats import binomtest

    return binomtest(k, n).proportion_ci(0.9, "exact").high


def test_the_guarantee_holds():
    rng = np.random.default_rng(3)
    broken = np.zeros(2)
    for _ in range(400):
        p = rng.beta(0.15, 0.3, 800)
        confidence = np.maximum(p, 1 - p)
        found = abstention(table(confidence, rng.random(800) > confidence), (0.02, 0.05))
        for place, one in enumerate(found):
            if one.cut is not None:
                broken[place] += (1 - confidence[confidence >= one.cut]).mean() > one.target
    assert (broken / 400 <= 0.075).all()


@pytest.mark.parametrize("target", [0.0, 1.0, -0.1])
def test_a_target_outside_its_range_is_refused(target):
    with pytest.raises(InputError, match="strictly between 0 and 1"):
        abstention(table([0.5], [0]), (target,))
