from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp
from scipy import stats

from core.explain.agreement import agreement, seed_stability, strongest

A = np.array([5.0, -4.0, 3.0, 2.0, -1.0, 0.5])


def test_an_attribution_agrees_with_itself():
    same = agreement(A, A)
    assert (same.overlap, same.signs, same.n, same.verdict) == (1.0, 1.0, 6, "agree")
    assert same.rho == pytest.approx(1.0)


def test_opposite_signs_disagree_however_alike_the_sizes():
    opposite = agreement(A, -A)
    assert (opposite.overlap, opposite.signs, opposite.verdict) == (1.0, 0.0, "disagree")


def test_figures_by_hand():
    other = np.array([5.0, -4.0, 0.1, 2.0, 1.0, 0.5])
    found = agreement(A, other)
    assert found.overlap == pytest.approx(2 / 3)
    assert found.signs == pytest.approx(4 / 5)
    assert found.rho == pytest.approx(stats.spearmanr(np.abs(A), np.abs(other)).statistic)
    assert found.verdict == "agree in part"


def test_features_left_out_by_one_method_are_not_compared():
    other = A.copy()
    other[[0, 3]] = np.nan
    assert agreement(A, other).n == 4
    with pytest.raises(ValueError, match="share no feature"):
        agreement(A, np.full(6, np.nan))


def test_constant_sizes_have_no_rank_correlation():
    flat = agreement(A, np.ones(6))
    assert flat.rho is None
    assert flat.verdict != "agree"


def test_stability_is_the_mean_jaccard_index_over_pairs():
    runs = np.array([[3, 2, 1, 0], [3, 2, 0, 1], [3, 2, 1, 0]], dtype=float)
    assert seed_stability(runs, 2) == 1
    assert seed_stability(runs, 3) == pytest.approx((1 / 2 + 1 + 1 / 2) / 3)
    with pytest.raises(ValueError, match="two runs"):
        seed_stability(runs[:1], 2)


@given(hnp.arrays(float, (4, 6), elements={"min_value": -9, "max_value": 9}))
def test_stability_lies_between_zero_and_one_and_ignores_absent_columns(runs):
    plain = seed_stability(runs, 3)
    assert 0 <= plain <= 1
    assert seed_stability(np.column_stack([runs, np.full(4, np.nan)]), 3) == plain


def test_ties_go_to_the_first():
    assert strongest(np.array([1.0, -1.0, 2.0]), 2) == [2, 0]
