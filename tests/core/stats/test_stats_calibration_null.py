from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stats.calibration import bin_index, ece
from core.stats.calibration_null import GROUPS, draw, merged, tally


@st.composite
def outcomes(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n = draw(st.integers(1, 900))
    grid = draw(st.sampled_from([0, 10, 500]))
    p = rng.beta(0.5, 0.8, n)
    p = np.round(p * grid) / grid if grid else p
    return (rng.random(n) < p).astype(np.int64), p, rng


@given(outcomes())
def test_a_tally_is_the_rows_in_any_order(case):
    y, p, rng = case
    table = tally(y, p)
    shuffled = rng.permutation(len(y))
    again = tally(y[shuffled], p[shuffled])
    for one, other in zip(
        (table.p, table.trials, table.events), (again.p, again.trials, again.events), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert table.n == len(y)
    rows_y, rows_p = table.rows()
    order = np.lexsort((y, p))
    np.testing.assert_array_equal(rows_p, p[order])
    assert rows_y.sum() == y.sum()
    assert (rows_y @ rows_p) == pytest.approx(y @ p)


@given(outcomes())
def test_merging_keeps_counts_bins_and_nearly_the_variance(case):
    y, p, _ = case
    table = tally(y, p)
    small = merged(table, 60)
    assert len(small.p) <= max(60, len(table.p) if len(table.p) <= 60 else 0)
    assert small.n == table.n
    assert small.events.sum() == table.events.sum()
    assert small.trials @ small.p == pytest.approx(table.trials @ table.p)
    assert (np.diff(small.p) > 0).all()
    assert small.variance == pytest.approx(table.variance, rel=0.05, abs=0.05)
    for bins in (10,):
        np.testing.assert_allclose(
            np.bincount(bin_index(small.p, bins), small.trials, minlength=bins),
            np.bincount(bin_index(table.p, bins), table.trials, minlength=bins),
        )


def test_draws_have_the_moments_of_chance():
    rng = np.random.default_rng(1)
    p = np.concatenate([np.full(400, 0.5), np.full(30, 0.2), rng.random(40)])
    table = tally(np.zeros(len(p), dtype=np.int64), p)
    drawn = draw(table, 20_000, 3)
    mean, variance = table.trials * table.p, table.trials * table.p * (1 - table.p)
    assert np.abs((drawn.mean(axis=0) - mean) / np.sqrt(variance / 20_000)).max() < 4.5
    np.testing.assert_allclose(drawn.var(axis=0), variance, rtol=0.1)
    assert (drawn >= 0).all()
    assert (drawn <= table.trials).all()
    np.testing.assert_array_equal(drawn, draw(table, 20_000, 3))


def test_many_rows_make_few_groups():
    p = np.random.default_rng(0).random(50_000)
    assert len(merged(tally(np.zeros(50_000, dtype=np.int64), p)).p) <= GROUPS


def test_shares_of_ten_lie_in_the_bins_of_published_figures():
    """0.3 times 10 is 3, but the edge in numpy.linspace is 0.30000000000000004."""
    grid = np.arange(11) / 10
    np.testing.assert_array_equal(bin_index(grid, 10), [0, 1, 2, 2, 4, 5, 5, 6, 8, 9, 9])


@given(st.integers(0, 10_000), st.sampled_from([10, 20, 50, 100, 500]))
def test_ece_of_shares_agrees_with_trustlens(seed, votes):
    from trustlens.metrics.calibration import expected_calibration_error

    rng = np.random.default_rng(seed)
    p = rng.integers(0, votes + 1, 200) / votes
    y = (rng.random(200) < 0.4).astype(np.int64)
    assert ece(y, p) == pytest.approx(expected_calibration_error(y, p), abs=1e-12)


@given(st.integers(0, 10_000))
def test_bins_agree_with_scikit_learn_away_from_the_edges(seed):
    from sklearn.calibration import calibration_curve

    rng = np.random.default_rng(seed)
    p = np.concatenate([rng.random(200), [0.3, 0.6, 0.7]])
    y = (rng.random(203) < p).astype(np.int64)
    share, claim = calibration_curve(y, p, n_bins=10)
    index = bin_index(p, 10)
    found = np.unique(index)
    np.testing.assert_allclose(share, [y[index == b].mean() for b in found], atol=1e-12)
    np.testing.assert_allclose(claim, [p[index == b].mean() for b in found], atol=1e-12)
