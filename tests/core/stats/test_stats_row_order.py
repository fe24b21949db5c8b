from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.stats.row_order import content_order


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 60))
def test_the_order_does_not_depend_on_the_order_given(seed, n):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 3, (n, 2)).astype(float), rng.integers(0, 2, n)
    given_order = rng.permutation(n)
    first, second = content_order([x, y]), content_order([x[given_order], y[given_order]])
    assert sorted(first) == list(range(n))
    np.testing.assert_array_equal(x[first], x[given_order][second])
    np.testing.assert_array_equal(y[first], y[given_order][second])


def test_every_column_and_its_place_count():
    x = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0], [2.0, 2.0]])
    order = content_order([x])
    again = content_order([x[::-1]])
    np.testing.assert_array_equal(x[order], x[::-1][again])
    minus = content_order([np.array([0.0, -0.0, 1.0])])
    assert set(minus[:2]) == {0, 1} or set(minus[1:]) == {0, 1}


def test_it_looks_random():
    order = content_order([np.arange(4_001.0)])
    assert abs(np.corrcoef(order, np.arange(4_001))[0, 1]) < 0.05
