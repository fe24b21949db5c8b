from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from core.errors import InputError, NotEnoughDataError
from core.stats import group_permutation
from core.stats.group_permutation import permutation_max_z

group = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
groups = st.lists(group, min_size=2, max_size=6)


def test_two_groups_of_a_size_agree_with_fisher():
    for k1, k2 in ((20, 28), (15, 18), (25, 25), (2, 9)):
        exact = fisher_exact([[k1, 30 - k1], [k2, 30 - k2]]).pvalue
        p = permutation_max_z([k1, k2], [30, 30]).p
        assert p == pytest.approx(exact, rel=0.25, abs=2e-3)


def test_agrees_with_shuffled_rows():
    k, n = np.array([17, 25, 28, 20]), np.array([25, 30, 30, 30])
    label = np.repeat(np.arange(4), n)
    outcome = np.concatenate([np.arange(size) < hits for size, hits in zip(n, k, strict=True)])
    share, part = k.sum() / n.sum(), n / n.sum()
    spread = np.sqrt(n * (1 - part) * share * (1 - share) * n.sum() / (n.sum() - 1))
    rng, reached = np.random.default_rng(1), 0
    observed = np.abs((k - n * share) / spread).max()
    for _ in range(4000):
        drawn = np.bincount(label, rng.permutation(outcome), 4)
        reached += np.abs((drawn - n * share) / spread).max() >= observed - 1e-9
    found = permutation_max_z(k, n)
    assert found.p == pytest.approx(reached / 4000, abs=0.02)
    assert np.abs(found.z).max() == pytest.approx(observed)


@settings(max_examples=30, deadline=None)
@given(groups, st.randoms())
def test_the_order_of_groups_does_not_matter(counts, random):
    k, n = np.array(counts).T
    order = list(range(len(k)))
    random.shuffle(order)
    one, other = permutation_max_z(k, n), permutation_max_z(k[order], n[order])
    assert one.p == other.p
    assert one.draws == other.draws
    assert sorted(one.p_each) == sorted(other.p_each)
    np.testing.assert_allclose(one.z[order], other.z, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(groups)
def test_p_values_are_possible_and_the_farthest_group_has_the_least(counts):
    k, n = np.array(counts).T
    found = permutation_max_z(k, n)
    assert 0 < found.p <= 1
    assert found.p == found.p_each.min() == found.p_each[np.argmax(np.abs(found.z))]
    assert ((found.p_each > 0) & (found.p_each <= 1)).all()


def test_no_error_anywhere_is_no_difference():
    found = permutation_max_z([50, 30, 10], [50, 30, 10])
    assert (found.p, found.draws) == (1.0, 0)
    assert (found.z == 0).all()


def test_strata_are_kept_apart():
    # Both groups do equally well in each stratum; only their mix differs.
    k, n = [[90, 9], [2, 20]], [[100, 10], [20, 200]]
    assert permutation_max_z(k, n).p > 0.5
    assert permutation_max_z([92, 29], [120, 210]).p < 0.001


def test_type_one_error_and_uniformity_of_stopped_p_values():
    rng, p = np.random.default_rng(0), []
    for i in range(600):
        n = np.full(5, 40)
        p.append(permutation_max_z(rng.binomial(n, 0.8), n, draws=1_999, seed=i).p)
    assert np.mean(np.array(p) <= 0.05) <= 0.07
    assert np.mean(np.array(p) <= 0.3) <= 0.35


def test_drawing_ends_early_without_changing_the_answer(monkeypatch):
    k, n = [30, 28, 33, 31], [40] * 4
    stopped = permutation_max_z(k, n)
    monkeypatch.setattr(group_permutation, "ENOUGH", 10**9)
    full = permutation_max_z(k, n)
    assert stopped.draws < full.draws == group_permutation.DRAWS
    assert stopped.p == pytest.approx(full.p, abs=0.08)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(NotEnoughDataError, match="two of them"):
        permutation_max_z([3], [5])
    with pytest.raises(NotEnoughDataError, match="no trial"):
        permutation_max_z([3, 0], [5, 0])
    with pytest.raises(InputError, match="more successes"):
        permutation_max_z([6, 1], [5, 5])
    with pytest.raises(InputError, match="shape"):
        permutation_max_z([1, 2], [5, 5, 5])
