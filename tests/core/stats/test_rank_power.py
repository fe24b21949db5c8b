"""Simulated power against the tests it simulates."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.stats.rank_power import smallest_n, wilcoxon_power
from core.stats.rank_tests import wilcoxon


@pytest.mark.parametrize(("n", "alpha"), [(12, 0.05), (20, 0.05 / 6), (60, 0.05 / 6)])
def test_power_counts_what_the_test_rejects(n: int, alpha: float) -> None:
    drawn = np.random.default_rng(5).standard_normal((300, n)) + 0.5
    share = np.mean([wilcoxon(row, np.zeros(n)).p <= alpha for row in drawn])
    found = wilcoxon_power(n, 0.5, alpha, simulations=300, seed=5)
    assert found.estimate == share


def test_level_is_kept_without_an_effect() -> None:
    found = wilcoxon_power(100, 0.0, 0.05)
    assert found.low < 0.05 < found.high


def test_power_grows_with_n() -> None:
    powers = [wilcoxon_power(n, 0.3, 0.05 / 6).estimate for n in (32, 128, 200)]
    assert powers == pytest.approx([0.13, 0.73, 0.93], abs=0.02)


def test_smallest_n() -> None:
    n = smallest_n(0.5, 0.05)
    assert wilcoxon_power(n, 0.5, 0.05).estimate >= 0.9
    assert wilcoxon_power(n - 1, 0.5, 0.05).estimate < 0.9
    with pytest.raises(InputError, match=r"more than 20,000 pairs\. Look for a larger effect"):
        smallest_n(0.001, 0.01)


def test_too_few_to_reject_ever() -> None:
    assert wilcoxon_power(4, 5.0, 0.05).estimate == 0.0
