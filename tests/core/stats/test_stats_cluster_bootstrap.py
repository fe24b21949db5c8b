"""Bootstrap of clusters: whole clusters, paired statistics, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import NotEnoughDataError
from core.stats.cluster_bootstrap import cluster_bootstrap


def test_clusters_stay_whole():
    clusters = np.array(["a", "b", "a", "c", "b", "a"])
    seen = []

    def statistic(rows):
        seen.append(np.bincount(rows, minlength=6))
        return np.array([float(len(rows))])

    (span,) = cluster_bootstrap(statistic, clusters, n_boot=50)
    for counts in seen:
        assert len({counts[0], counts[2], counts[5]}) == 1
        assert counts[1] == counts[4]
        assert counts[0] + counts[1] + counts[3] == 3
    assert (span.estimate, span.n) == (6.0, 3)


def test_the_mean_of_singletons_has_the_interval_of_the_central_limit_theorem():
    values = np.random.default_rng(0).normal(size=400)
    (span,) = cluster_bootstrap(lambda rows: values[rows].mean(keepdims=True), np.arange(400))
    error = values.std() / 20
    assert span.estimate == pytest.approx(values.mean())
    assert span.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert span.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


def test_repeated_rows_widen_nothing_but_clusters_do():
    values = np.random.default_rng(0).normal(size=50)
    five = np.repeat(values, 5)

    def width(clusters):
        (span,) = cluster_bootstrap(lambda rows: five[rows].mean(keepdims=True), clusters)
        return span.high - span.low

    by_cluster, by_row = width(np.repeat(np.arange(50), 5)), width(np.arange(250))
    assert by_cluster / by_row == pytest.approx(5**0.5, rel=0.12)


def test_a_difference_is_paired():
    rng = np.random.default_rng(0)
    first = rng.normal(size=100)
    second = first + 0.1

    def statistic(rows):
        one, other = first[rows].mean(), second[rows].mean()
        return np.array([one, other, other - one])

    spans = cluster_bootstrap(statistic, np.arange(100), n_boot=200)
    assert spans[2].high - spans[2].low < 1e-9 < spans[0].high - spans[0].low


def test_the_same_seed_gives_the_same_interval():
    values = np.arange(20.0)

    def run(seed):
        return cluster_bootstrap(
            lambda rows: values[rows].mean(keepdims=True), np.arange(20), 100, seed
        )

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_undefined_resamples_are_named_or_refused():
    def sometimes(rows):
        return np.array([np.nan if 0 not in rows else 1.0])

    with pytest.raises(NotEnoughDataError, match=r"undefined in .* of 100 bootstrap resamples"):
        cluster_bootstrap(sometimes, np.arange(2), 100)
    rare = cluster_bootstrap(
        lambda rows: np.array([np.nan if len(set(rows)) < 3 else 1.0]), np.arange(6), 200
    )
    assert "undefined" in rare[0].method
    with pytest.raises(NotEnoughDataError, match="two clusters or more"):
        cluster_bootstrap(lambda rows: np.zeros(1), np.zeros(5))
