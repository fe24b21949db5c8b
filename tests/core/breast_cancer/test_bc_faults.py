"""Planted faults: pure, valid, of the size stated, and where they say they are."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.breast_cancer.data import wdbc
from core.breast_cancer.fault_changes import typical
from core.breast_cancer.faults import FAULTS, fault
from core.breast_cancer.schema import FEATURES
from core.errors import InputError

SPOILING = [key for key, found in FAULTS.items() if found.kind == "fault"]
RADII = ("mean_radius", "worst_radius")


@pytest.fixture(scope="module")
def rows():
    cohort = wdbc()
    return cohort.X[cohort.held], cohort.y[cohort.held]


def at(name):
    return FEATURES.names.index(name)


def test_there_are_twelve_faults_and_each_says_what_it_is():
    assert len(SPOILING) >= 12
    for key, found in FAULTS.items():
        plain = found.to_dict()
        assert plain["key"] == key
        json.dumps(plain, allow_nan=False)
        assert found.description.endswith(".")
        assert found.low <= found.default <= found.high
        assert all(found.low <= level <= found.high for level in found.levels)


@pytest.mark.parametrize("key", FAULTS)
def test_planting_is_pure_and_repeatable(key, rows):
    X, y = rows
    before = X.copy()
    once, twice = (FAULTS[key].apply(X, rng=3, y=y) for _ in range(2))
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(once.X, twice.X)
    assert not np.shares_memory(once.X, X)


@pytest.mark.parametrize("key", SPOILING)
@given(seed=st.integers(0, 10_000), level=st.integers(0, 7), share=st.sampled_from([0.1, 0.5, 1]))
def test_what_is_planted_is_marked_and_stays_a_possible_value(key, seed, level, share):
    cohort, found = wdbc(), FAULTS[key]
    X, y = cohort.X[:60], cohort.y[:60]
    severity = found.levels[level % len(found.levels)]
    planted = found.apply(X, severity, seed, share=share, y=y)
    changed = (planted.X != X) & ~(np.isnan(planted.X) & np.isnan(X))
    np.testing.assert_array_equal(planted.cells, changed)
    assert planted.rows.sum() <= round(share * len(X))
    for spec, column, struck in zip(FEATURES, planted.X.T, planted.cells.T, strict=True):
        for value in column[struck & ~np.isnan(column)]:
            assert spec.check(float(value))[1] == ()
    assert 0 <= planted.clipped <= planted.cells.sum()


def test_a_share_of_the_rows_is_struck(rows):
    X, _ = rows
    planted = fault("noise").apply(X, rng=0, share=0.25)
    assert planted.rows.sum() == round(0.25 * len(X))
    assert fault("noise").apply(X, share=0.0).rows.sum() == 0


def test_a_unit_is_a_factor_on_one_column_of_all_rows_or_one_of_each(rows):
    X, _ = rows
    planted = fault("unit").apply(X, 25.4, 1)
    (name,) = planted.columns
    np.testing.assert_allclose(planted.X[:, at(name)], X[:, at(name)] * 25.4)
    own = fault("unit").apply(X, 25.4, 1, per_row=True)
    assert (own.cells.sum(axis=1) <= 1).all()
    assert len(own.columns) > 10
    np.testing.assert_allclose(own.X[own.cells], X[own.cells] * 25.4)
    three = fault("unit").apply(X, 0.1, 1, columns=3)
    assert len(three.columns) == 3


def test_offset_and_gain_have_the_size_stated(rows):
    X, _ = rows
    planted = fault("bias").apply(X, 0.5, 4, columns=["mean_texture", "worst_symmetry"])
    for name in planted.columns:
        moved = np.unique(np.round((planted.X - X)[:, at(name)] / typical().sd[at(name)], 9))
        assert abs(moved) == pytest.approx([0.5])
    gained = fault("gain").apply(X, 0.25, 4)
    ratio = gained.X[gained.cells] / X[gained.cells]
    assert set(np.round(ratio, 9)) <= {1.25, 0.8}
    assert len(gained.columns) == 2


def test_noise_has_the_spread_stated():
    cohort = wdbc()
    noisy = fault("noise").apply(cohort.X, 0.1, 0, columns=["worst_radius"]).X
    left = (noisy - cohort.X)[:, at("worst_radius")] / typical().sd[at("worst_radius")]
    assert left.std() == pytest.approx(0.1, rel=0.1)
    relative = fault("noise_share").apply(cohort.X, 0.1, 0).X[:, 0] / cohort.X[:, 0]
    assert np.log(relative).std() == pytest.approx(np.log(1.1), rel=0.1)


def test_shuffling_keeps_the_marginals_and_moves_every_value(rows):
    X, y = rows
    planted = fault("shuffle").apply(X, 3, 0)
    assert len(planted.columns) == 3
    np.testing.assert_array_equal(np.sort(planted.X, axis=0), np.sort(X, axis=0))
    within = fault("shuffle_class").apply(X, rng=0, y=y)
    for label in (0, 1):
        np.testing.assert_array_equal(
            np.sort(within.X[y == label], axis=0), np.sort(X[y == label], axis=0)
        )
    assert (within.cells.mean(axis=0) > 0.9).all()
    with pytest.raises(InputError, match="diagnoses"):
        fault("shuffle_class").apply(X)


def test_swaps_exchange_columns(rows):
    X, _ = rows
    planted = fault("swap").apply(X, columns=RADII)
    i, j = (at(name) for name in RADII)
    np.testing.assert_array_equal(planted.X[:, [i, j]], X[:, [j, i]])
    np.testing.assert_array_equal(np.delete(planted.X, [i, j], 1), np.delete(X, [i, j], 1))
    chosen = fault("swap").apply(X, 2, 0).columns
    assert {n.replace("worst", "mean") for n in chosen} == {n for n in chosen if n[0] == "m"}
    assert len(fault("swap_any").apply(X, 2, 0).columns) == 4


def test_gaps_stuck_readings_and_rounding(rows):
    X, _ = rows
    gaps = fault("missing").apply(X, 2, 0)
    assert (np.isnan(gaps.X).sum(axis=1) == 2).all()
    filled = fault("impute").apply(X, 3, 0)
    assert (filled.cells.sum(axis=1) == 3).all()
    expected = np.broadcast_to(typical().mean, X.shape)[filled.cells]
    np.testing.assert_array_equal(filled.X[filled.cells], expected)
    stuck = fault("stuck").apply(X, 1, 0)
    (name,) = stuck.columns
    assert len(np.unique(stuck.X[:, at(name)])) == 1
    assert stuck.X[0, at(name)] in X[:, at(name)]
    coarse = fault("rounding").apply(X, 0.5, 0).X[:, at("mean_radius")]
    steps = coarse / (0.5 * typical().sd[at("mean_radius")])
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)


def test_made_up_rows_lie_in_the_usual_range_and_have_no_diagnosis(rows):
    X, _ = rows
    planted = fault("synthetic").apply(X, rng=0)
    assert not fault("synthetic").keeps_truth
    low, high = typical().least - 1e-12, typical().most + 1e-12
    assert ((low <= planted.X) & (high >= planted.X)).all()
    assert planted.clipped > 0


def test_a_change_of_population_draws_rows_and_spoils_none(rows):
    X, y = rows
    planted = fault("prevalence").apply(X, 0.8, 0, y=y, size=25)
    assert y[planted.origin].mean() == pytest.approx(0.8)
    np.testing.assert_array_equal(planted.X, X[planted.origin])
    assert not planted.cells.any()
    assert len(np.unique(planted.origin)) == 25
    larger = fault("size").apply(X, 1.0, 0, size=500)
    assert np.log(larger.X[:, 3]).mean() > np.log(X[:, 3]).mean() + 0.2
    with pytest.raises(InputError, match="diagnoses"):
        fault("prevalence").apply(X)
    with pytest.raises(InputError, match="no malignant row"):
        fault("prevalence").apply(X[y == 0], y=y[y == 0])


@pytest.mark.parametrize(
    ("key", "given", "text"),
    [
        ("unit", {"severity": 0}, "severity 0"),
        ("unit", {"severity": float("nan")}, "severity nan"),
        ("shuffle", {"severity": 1.5}, "whole number"),
        ("bias", {"columns": ["radius"]}, "no column radius"),
        ("bias", {"columns": 31}, "31 different columns"),
        ("bias", {"share": 1.5}, "share of spoilt rows"),
    ],
)
def test_what_cannot_be_planted_is_refused(key, given, text, rows):
    with pytest.raises(InputError, match=text):
        fault(key).apply(rows[0], **given)


def test_an_unknown_fault_is_named():
    with pytest.raises(InputError, match="Choose one of: unit"):
        fault("gremlin")


def test_no_rows_is_no_problem(rows):
    X, y = rows
    for key in SPOILING:
        assert FAULTS[key].apply(X[:0], y=y[:0]).X.shape == (0, 30)
