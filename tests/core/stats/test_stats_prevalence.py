from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from core.errors import NotEnoughDataError
from core.stats.prevalence import estimate_prevalence


def probabilities(share: float, n: int, rng: np.random.Generator, prior: float = 0.3) -> np.ndarray:
    """Calibrated for the prior: scores of unit variance, two apart, shares as asked."""
    x = rng.normal(size=n) + 2 * (rng.random(n) < share)
    return expit(2 * x - 2 + np.log(prior / (1 - prior)))


def test_expectation_maximisation_finds_the_same():
    p = probabilities(0.7, 400, np.random.default_rng(0))
    share = 0.3
    for _ in range(2000):
        odds = p / 0.3 * share, (1 - p) / 0.7 * (1 - share)
        share = float(np.mean(odds[0] / (odds[0] + odds[1])))
    assert estimate_prevalence(p, 0.3).estimate == pytest.approx(share, abs=1e-6)


def test_the_interval_covers():
    rng = np.random.default_rng(1)
    for share in (0.1, 0.8):
        found = [estimate_prevalence(probabilities(share, 80, rng), 0.3) for _ in range(300)]
        assert np.mean([i.low <= share <= i.high for i in found]) == pytest.approx(0.95, abs=0.035)
        assert np.mean([i.estimate for i in found]) == pytest.approx(share, abs=0.02)


def test_the_mean_probability_would_be_wrong():
    p = probabilities(0.9, 4000, np.random.default_rng(2))
    assert estimate_prevalence(p, 0.3).estimate == pytest.approx(0.9, abs=0.03)
    assert p.mean() < 0.85


def test_the_ends():
    sure = estimate_prevalence(np.ones(20), 0.4)
    assert (sure.estimate, sure.high) == (1.0, 1.0)
    # At p = 1 the likelihood is share ** n: the interval ends where n log(share) = -1.92.
    assert sure.low == pytest.approx(np.exp(-3.841459 / 2 / 20), abs=1e-6)
    none = estimate_prevalence(np.zeros(20), 0.4)
    assert (none.estimate, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(1 - sure.low, abs=1e-6)


def test_nothing_is_not_enough():
    with pytest.raises(NotEnoughDataError):
        estimate_prevalence(np.empty(0), 0.4)
