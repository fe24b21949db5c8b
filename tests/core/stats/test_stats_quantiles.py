"""Quantiles of many short samples equal those of NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from core.stats.quantiles import column_quantiles

LEVELS = (0.0, 0.025, 0.05, 0.3, 0.5, 0.77, 0.95, 1.0)


@pytest.mark.parametrize("shape", [(1, 3), (2, 5), (7, 1), (200, 400), (201, 33), (5, 0)])
def test_quantiles_are_those_of_numpy_to_the_last_bit(shape):
    rng = np.random.default_rng(sum(shape))
    for samples in (rng.normal(size=shape), rng.integers(0, 3, shape).astype(float)):
        before = samples.copy()
        wanted = np.quantile(samples, LEVELS, axis=0)
        assert np.array_equal(column_quantiles(samples, LEVELS), wanted)
        assert np.array_equal(samples, before)


def test_a_column_with_nan_has_no_quantile():
    samples = np.arange(12.0).reshape(4, 3)
    samples[2, 1] = np.nan
    found = column_quantiles(samples, (0.05, 0.95))
    assert np.isnan(found).tolist() == [[False, True, False]] * 2
