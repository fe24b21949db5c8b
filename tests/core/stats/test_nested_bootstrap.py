"""Bootstrap of nested units."""

from __future__ import annotations

import numpy as np
import pytest

from core.stats.nested_bootstrap import nested_mean


def test_one_group_is_the_plain_bootstrap():
    values = np.random.default_rng(0).normal(3, 2, 200)
    found = nested_mean(values, np.zeros(200, dtype=np.int64), n_boot=4000)
    half = 1.96 * values.std() / np.sqrt(200)
    assert found.estimate == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.04)
    assert found.high == pytest.approx(values.mean() + half, abs=0.04)
    assert found.n == 200


def test_groups_that_differ_widen_it():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(6), 40)
    level = rng.normal(0, 2, 6)[groups]
    values = level + rng.normal(0, 0.1, 240)
    nested = nested_mean(values, groups)
    flat = nested_mean(values, np.zeros(240, dtype=np.int64))
    assert nested.high - nested.low > 3 * (flat.high - flat.low)
    assert nested.method == "percentile bootstrap of 6 groups and units within, 1000 resamples"


def test_missing_values_are_left_out():
    found = nested_mean(np.array([1.0, np.nan, 3.0, 2.0]), np.array([0, 0, 1, 1]))
    assert found.estimate == 2
    assert found.n == 3


def test_seeds_repeat():
    values, groups = np.arange(12.0), np.repeat([0, 1, 2], 4)
    assert nested_mean(values, groups) == nested_mean(values, groups)
    assert nested_mean(values, groups) != nested_mean(values, groups, seed=1)


def test_a_single_value_has_no_interval():
    found = nested_mean(np.array([1.0, np.nan]), np.array([0, 1]))
    assert np.isnan(found.estimate)
    assert found.method == "fewer than two units have a value"


def test_covers_the_mean():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(12), 4)
    inside = 0
    for seed in range(100):
        values = rng.normal(0, 1, 12)[groups] + rng.normal(0, 1, 48)
        found = nested_mean(values, groups, n_boot=300, seed=seed)
        inside += found.low <= 0 <= found.high
    assert 0.85 <= inside / 100 <= 0.99
