"""What readers can try: the numbers behind the charts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.foundations import information_theory as it
from core.foundations.information_theory import formulas


@pytest.mark.parametrize(("first", "split"), [(1 / 3, 1 / 2), (0.02, 0.98), (0.96, 0.02)])
def test_three_outcomes(first, split):
    found = it.three_outcomes(first, split)
    assert found.p.sum() == pytest.approx(1)
    assert found.bits == pytest.approx(float(found.p @ found.surprise))
    assert 0 < found.share <= 1 + 1e-12
    assert np.nanmax(found.field) <= math.log2(3) + 1e-12
    inside = np.add.outer(found.axis, found.axis) <= 1 + 1e-9
    assert (np.isfinite(found.field) == inside).all()


def test_the_uniform_distribution_has_all_of_the_entropy():
    assert it.three_outcomes(1 / 3, 1 / 2).share == pytest.approx(1)
    assert it.three_outcomes(1 / 3, 1 / 2).bits == pytest.approx(math.log2(3))


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (1.0, 2.0), (-3.0, 0.4), (3.0, 3.0)])
def test_the_areas_are_the_divergences(mean, sd):
    found = it.two_normals(mean, sd)
    assert np.trapezoid(found.there, found.x) == pytest.approx(found.forward, rel=0.02, abs=1e-3)
    assert np.trapezoid(found.back, found.x) == pytest.approx(found.backward, rel=0.02, abs=1e-3)


def test_a_positive_answer_may_leave_more_open():
    found = it.diagnostic_test(0.1, 0.9, 0.8)
    assert found.after["after a positive"] == pytest.approx(1 / 3)
    assert found.still_open["after a positive"] > found.before
    positive = 0.1 * 0.9 + 0.9 * 0.2
    left = positive * found.still_open["after a positive"]
    left += (1 - positive) * found.still_open["after a negative"]
    assert found.before - left == pytest.approx(found.gained)
    assert (found.bits <= found.open).all()


def test_the_exact_mean_is_that_of_the_simulation():
    found = it.plugin(5, 0.3, 100)
    at = list(found.n).index(100)
    error = found.draws.std() / math.sqrt(found.draws.size)
    assert abs(found.draws.mean() - found.mean[at]) < 4 * error
    assert found.draws.min() >= 0
    assert found.mean[-1] == pytest.approx(found.first_order[-1], rel=0.01)


def test_the_exact_mean_is_the_formulas():
    found = it.plugin(2, 0.4, 20)
    table = np.full((2, 2), 0.15) + np.eye(2) * 0.2
    assert found.mean[0] == pytest.approx(formulas.expected_plugin_information(table, 20))


def test_unrelated_variables_share_nothing_but_seem_to():
    found = it.plugin(6, 0.0, 100)
    assert found.truth == pytest.approx(0, abs=1e-12)
    assert (found.mean > 0).all()
    assert (np.diff(found.mean) < 0).all()


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_parts_add_up_and_only_one_moves(temperature):
    found, calm = it.tempered(1.5, temperature), it.tempered(1.5, 1.0)
    assert sum(found.parts.values()) == pytest.approx(found.total)
    assert found.parts["told by the score"] == pytest.approx(calm.parts["told by the score"])
    assert found.parts["miscalibration"] >= -1e-12
    assert calm.parts["miscalibration"] == pytest.approx(0, abs=1e-12)


def test_groups_further_apart_are_told_better():
    told = [-it.tempered(d, 1.0).parts["told by the score"] for d in (0.5, 1.0, 2.0, 3.0)]
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] < 1


def test_equal_inputs_give_equal_numbers():
    assert (it.plugin(4, 0.1, 50).draws == it.plugin(4, 0.1, 50).draws).all()
