from __future__ import annotations

import pytest
import xgboost

from core.cardiosense import original
from core.cardiosense.model import models

EXACT = xgboost.__version__.startswith("3.2.")


@pytest.fixture(scope="module")
def split():
    return original.single_split()


def test_parts_of_the_split(split):
    assert (split.n_train, split.n_calibration, split.n_test) == (193, 49, 61)
    assert (split.positives, split.pairs) == (28, 924)


def test_published_figures_are_hit(split):
    if EXACT:
        assert (split.correct, split.ranked) == (55, 880)
        assert (split.true_positives, round(split.brier, 4)) == (25, 0.0857)
        assert round(split.auc, 4) == 0.9524
    else:
        # Other releases of XGBoost draw other row and column samples from the same seed, and one
        # patient is 1.6 % of this test set.
        assert abs(split.correct - original.PUBLISHED_CORRECT) <= 3
        assert abs(split.auc - original.PUBLISHED_RANKED / original.PUBLISHED_PAIRS) <= 0.03


def test_exact_interval_of_55_of_61():
    found = original.SingleSplit(42, 193, 49, 61, 55, 25, 28, 880.0, 924, 0.0857).accuracy
    assert (round(found.low, 3), round(found.high, 3)) == (0.798, 0.963)


def test_luck_counts_ties_half():
    found = original.luck(splits=4)
    assert found.splits == 4
    assert 0 <= found.accuracy_percentile <= 100
    assert 0 <= found.auc_percentile <= 100
    assert found.accuracy_mean == pytest.approx(0.84, abs=0.06)
    pair = original.luck(seed=0, splits=2)
    assert pair.auc_percentile in (25, 50, 75)
    assert pair.share_as_good >= 0.5


def test_card_states_the_split_and_its_luck(split):
    stored = models().card["original"]
    assert stored["luck"]["splits"] == original.LUCK_SPLITS
    if EXACT:
        assert stored["single_split"]["ranked"] == split.ranked
        assert stored["single_split"]["correct"] == split.correct
    assert stored["luck"]["auc_percentile"] > 80


@pytest.mark.slow
def test_luck_percentile_is_that_of_the_card():
    stored = models().card["original"]["luck"]
    found = original.luck().to_dict()
    if EXACT:
        assert found == pytest.approx(stored)
    else:
        # As above: another release fits other trees, which moves single splits, not the picture.
        assert found["auc_mean"] == pytest.approx(stored["auc_mean"], abs=0.01)
        assert found["auc_percentile"] == pytest.approx(stored["auc_percentile"], abs=10)
