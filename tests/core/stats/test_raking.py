"""Proportional fitting: sums met, odds ratios kept, bad input refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import SuiteError
from core.stats.raking import rake

POSITIVE = st.floats(0.1, 10)


@given(arrays(float, (3, 4), elements=POSITIVE), arrays(float, (3, 4), elements=POSITIVE))
def test_sums_are_met_and_odds_ratios_kept(seed, wanted):
    fitted = rake(seed, wanted.sum(axis=1), wanted.sum(axis=0))
    np.testing.assert_allclose(fitted.sum(axis=1), wanted.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(fitted.sum(axis=0), wanted.sum(axis=0), rtol=1e-9)

    def ratio(t):
        return t[0, 0] * t[1, 1] / (t[0, 1] * t[1, 0])

    assert ratio(fitted) == pytest.approx(ratio(seed), rel=1e-6)


def test_two_by_two_by_hand():
    """Odds ratio 4 with sums of 1 each: the root of x^2 = 4 (1 - x)^2 is 2/3."""
    fitted = rake([[4, 1], [1, 1]], [1, 1], [1, 1])
    np.testing.assert_allclose(fitted, [[2 / 3, 1 / 3], [1 / 3, 2 / 3]], rtol=1e-10)


def test_different_totals_are_refused():
    with pytest.raises(SuiteError, match="total 2, the column sums 3"):
        rake([[1, 1], [1, 1]], [1, 1], [1, 2])


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
def test_numbers_that_are_not_positive_are_refused(bad):
    with pytest.raises(SuiteError, match="needs positive numbers"):
        rake([[bad, 1], [1, 1]], [1, 1], [1, 1])


def test_slow_settling_is_said():
    with pytest.raises(SuiteError, match="did not settle in 1000 rounds"):
        rake([[1e-9, 1], [1, 1e-9]], [1.0, 1.9999999], [2.0, 0.9999999])
