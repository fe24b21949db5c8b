from __future__ import annotations

import numpy as np
import pytest

from core.errors import NotEnoughDataError
from core.stats.binary import auc
from core.stats.resample import bootstrap


def test_interval_of_a_mean_matches_the_normal_theory():
    values = np.random.default_rng(1).normal(size=400)
    found = bootstrap(lambda v: float(v.mean()), [values], n_boot=4000, seed=2)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert found.estimate == values.mean()
    assert found.low == pytest.approx(found.estimate - half, abs=0.01)
    assert found.high == pytest.approx(found.estimate + half, abs=0.01)
    assert found.n == 400


def test_rows_of_all_arrays_stay_together():
    x = np.arange(50.0)
    found = bootstrap(lambda a, b: float(np.abs(a - b).max()), [x, x.copy()], n_boot=50)
    assert (found.low, found.high) == (0.0, 0.0)


def test_same_seed_same_interval():
    rng = np.random.default_rng(3)
    y, p = rng.integers(0, 2, 80), rng.random(80)
    runs = [bootstrap(auc, [y, p], n_boot=200, seed=seed) for seed in (5, 5, 6)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_undefined_resamples_are_counted_or_refused():
    y, p = np.array([1, 0, 1, 0, 1, 0]), np.linspace(0, 1, 6)
    found = bootstrap(auc, [y, p], n_boot=2000, seed=0)
    assert "undefined" in found.method
    with pytest.raises(NotEnoughDataError, match="too few cases of one class"):
        bootstrap(auc, [np.array([0, 0, 0, 0, 1]), np.arange(5.0)], n_boot=200)


def test_arrays_must_match():
    with pytest.raises(ValueError, match="one, positive length"):
        bootstrap(auc, [np.zeros(3), np.zeros(4)])
    with pytest.raises(ValueError, match="one, positive length"):
        bootstrap(auc, [np.zeros(0)])
