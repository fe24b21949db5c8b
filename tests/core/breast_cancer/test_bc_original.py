from __future__ import annotations

import numpy as np
import pytest

from core.breast_cancer import data, original
from core.breast_cancer.model import models


@pytest.fixture(scope="module")
def study():
    return original.case_study()


def cells(figures):
    return (
        figures.true_negatives,
        figures.false_positives,
        figures.false_negatives,
        figures.true_positives,
    )


def test_published_figure_is_reproduced_on_mostly_trained_cases(study):
    assert (study.shown.n, study.shown.seen) == (114, 91)
    assert cells(study.shown) == (71, 0, 2, 41)
    assert round(study.shown.accuracy.estimate, 3) == 0.982
    assert round(study.shown.auc, 4) == original.PUBLISHED_AUC
    assert study.shown.true_negatives + study.shown.true_positives == original.PUBLISHED_CORRECT


def test_same_fit_on_its_own_hold_out_misses_four_cancers(study):
    assert (study.held_out.n, study.held_out.seen) == (114, 0)
    assert cells(study.held_out) == (72, 0, 4, 38)
    assert round(study.held_out.accuracy.estimate, 3) == 0.965
    assert round(study.held_out.sensitivity.estimate, 3) == 0.905


def test_shown_cases_split_into_seen_and_unseen(study):
    assert (study.unseen.n, study.unseen.seen) == (23, 0)
    assert study.unseen.n + study.shown.seen == study.shown.n
    assert round(study.unseen.accuracy.estimate, 3) == 0.913
    assert (study.training.n, study.training.seen) == (455, 455)


def test_selected_features_have_the_largest_f_statistics(study):
    cohort = data.wdbc()
    ill, well = cohort.X[cohort.y == 1], cohort.X[cohort.y == 0]
    gap = (ill.mean(axis=0) - well.mean(axis=0)) ** 2 / (1 / len(ill) + 1 / len(well))
    spread = ((ill - ill.mean(0)) ** 2).sum(0) + ((well - well.mean(0)) ** 2).sum(0)
    order = np.argsort(-gap / spread)[:15]
    assert len(study.features) == 15
    assert set(original.select(cohort.X, cohort.y)) == set(order)


def test_splits_are_disjoint_and_whole():
    for stratified in (True, False):
        fitted_on, held_out = original.split(3, stratified=stratified)
        assert np.array_equal(np.sort(np.r_[fitted_on, held_out]), np.arange(569))


def test_luck_counts_ties_half():
    found = original.Luck(114, (100, 110, 112, 113), (0.9, 0.95, 0.99, 1.0))
    assert found.percentile(112) == 62.5
    assert found.share_as_good(112) == 0.5
    plain = found.to_dict(110)
    assert plain["held_out_percentile"] == 37.5
    assert plain["accuracy_mean"] == pytest.approx(435 / 4 / 114)


def test_card_places_both_figures_among_honest_splits(study):
    stored = models().card["original"]
    assert stored["luck"]["splits"] == len(stored["luck"]["correct"]) == original.LUCK_SPLITS >= 300
    for part in ("shown", "unseen", "held_out", "training"):
        assert stored[part] == getattr(study, part).to_dict()
    assert stored["luck"]["published_share_as_good"] < 0.1
    assert stored["luck"]["accuracy_mean"] < 0.96


def test_first_honest_splits_are_those_of_the_card():
    found = original.luck(3)
    stored = models().card["original"]["luck"]["correct"][:3]
    assert np.abs(np.array(found.correct) - stored).max() <= 1
