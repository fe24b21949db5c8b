"""The predecessor's monitor as it was: published shares, and what it cannot see."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from core.breast_cancer.data import wdbc
from core.breast_cancer.zscore import ZMonitor, blind_spots, zmonitor


@pytest.fixture(scope="module")
def spots():
    return {spot.corruption: spot for spot in blind_spots()}


def test_it_looks_at_six_means_three_errors_and_six_worst_values():
    names = zmonitor().names
    assert len(names) == 15
    kinds = ["error" if name.endswith("error") else name.split("_")[0] for name in names]
    assert [kinds.count(kind) for kind in ("mean", "error", "worst")] == [6, 3, 6]
    assert not any("texture" in name or "symmetry" in name for name in names)


def test_points_are_counted_as_stated():
    monitor = ZMonitor(np.arange(15), np.zeros(15), np.ones(15))
    cases = np.zeros((6, 30))
    cases[1, 0] = 2.0  # warning: half a point
    cases[2, :3] = -3.0  # three critical: exactly 3 points, not above
    cases[3, :4] = 3.0
    cases[4, :7] = 2.5
    cases[5, 20] = 1000  # a column it does not look at
    verdicts = monitor.assess(cases)
    np.testing.assert_allclose(verdicts.health, 100 - 100 / 15 * np.array([0, 0.5, 3, 4, 3.5, 0]))
    assert verdicts.critical.tolist() == [False, False, True, True, False, False]
    assert verdicts.drifting.tolist() == [False, False, False, True, True, False]


def test_a_column_without_spread_never_counts():
    monitor = ZMonitor(np.arange(15), np.zeros(15), np.zeros(15))
    assert monitor.assess(np.full((1, 30), 5.0)).health[0] == 100


def test_a_missing_value_counts_as_healthy():
    assert zmonitor().assess(np.full((1, 30), math.nan)).health[0] == 100


def test_it_takes_sick_patients_for_drift():
    cohort = wdbc()
    verdicts = zmonitor().assess(cohort.X)
    ill = cohort.y == 1
    assert verdicts.drifting[ill].sum() == 25  # 11.8 %
    assert verdicts.drifting[~ill].sum() == 0
    assert verdicts.critical.mean() == pytest.approx(0.062, abs=5e-4)


@pytest.mark.parametrize(
    ("corruption", "critical", "drifting", "health"),
    [
        ("none", 0.06, 0.044, 100),
        ("worst area / 10", 0.06, 0.044, 100),
        ("worst area x 1,000", 1.00, 0.062, 93.3),
        ("mean radius / 10", 1.00, 0.065, 93.3),
        ("all 15 columns / 10", 1.00, 0.71, 76.7),
        ("mean and worst radius exchanged", 0.10, 0.046, 100),
        ("every column shuffled", 0.17, 0.000, 96.7),
        ("five columns missing", 0.05, 0.032, 100),
        ("mean radius negative", 1.00, 0.065, 93.3),
    ],
)
def test_blind_spots(spots, corruption, critical, drifting, health):
    spot = spots[corruption]
    assert spot.critical == pytest.approx(critical, abs=6e-3)
    assert spot.drifting == pytest.approx(drifting, abs=6e-3)
    assert spot.median_health == pytest.approx(health, abs=0.05)
    json.dumps(spot.to_dict(), allow_nan=False)


def test_the_integrity_score_sees_every_one_of_them(spots):
    for corruption, spot in spots.items():
        assert spot.caught == 1.0 if corruption != "none" else spot.caught < 0.15
