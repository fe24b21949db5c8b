"""Maps against masks: hand-worked values, independent implementations, chance, and sentences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from core.errors import InputError
from core.saliency.metrics import localisation as loc
from core.saliency.schema import Direction

MASK = np.zeros((8, 8), dtype=bool)
MASK[2:4, 2:6] = True
ALL = {
    "pointing-game": loc.pointing_game,
    "mass-accuracy": loc.mass_accuracy,
    "mass-lift": loc.mass_lift,
    "mass-outside": loc.mass_outside,
    "rank-accuracy": loc.rank_accuracy,
    "topk-intersection": loc.topk_intersection,
    "mask-auroc": loc.area_under_roc,
    "mask-auprc": loc.average_precision,
    "iou-otsu": loc.iou_otsu,
    "iou-matched": loc.iou_matched,
}


def noise(seed=0, shape=(8, 8)):
    return np.random.default_rng(seed).normal(size=shape)


def test_every_card_has_its_function_and_its_chance():
    assert {card.key for card in loc.CARDS} == set(ALL) == set(loc.CHANCE)


def test_the_mask_itself_is_perfect():
    heat = MASK.astype(float)
    found = {key: metric(heat, MASK).value for key, metric in ALL.items()}
    assert found["mass-lift"] == pytest.approx(8)
    assert found["mass-outside"] == 0
    assert all(
        found[card.key] == pytest.approx(1)
        for card in loc.CARDS
        if card.direction is Direction.HIGHER and card.key != "mass-lift"
    )


def test_hand_worked_values():
    heat = np.array([[4.0, 2.0], [1.0, -5.0]])
    mask = np.array([[False, True], [True, False]])
    assert loc.mass_accuracy(heat, mask).value == pytest.approx(3 / 7)
    assert loc.mass_lift(heat, mask).value == pytest.approx(6 / 7)
    assert loc.mass_outside(heat, mask).value == pytest.approx(4 / 7)
    assert loc.rank_accuracy(heat, mask).value == 0.5
    assert loc.area_under_roc(heat, mask).value == 0.5
    assert loc.average_precision(heat, mask).value == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert loc.iou_matched(heat, mask).value == pytest.approx(1 / 3)
    assert loc.pointing_game(heat, mask, tolerance=0).value == 0
    assert loc.pointing_game(heat, mask, tolerance=1).value == 1
    assert loc.topk_intersection(heat, mask, share=0.5).value == 0.5


def test_tied_peaks_count_by_their_share():
    heat = np.zeros((4, 4))
    heat[0, 0] = heat[3, 3] = heat[3, 2] = 1
    mask = np.zeros((4, 4), dtype=bool)
    mask[0, 0] = True
    assert loc.pointing_game(heat, mask, tolerance=0).value == pytest.approx(1 / 3)
    assert loc.rank_accuracy(heat, mask).value == pytest.approx(1 / 3)


def test_tolerance_is_15_of_224_by_default():
    heat, mask = np.zeros((224, 224)), np.zeros((224, 224), dtype=bool)
    mask[100, 100], heat[100, 115] = True, 1
    assert loc.pointing_game(heat, mask).value == 1
    assert loc.pointing_game(np.roll(heat, 1, axis=1), mask).value == 0


@given(st.integers(0, 2**31))
def test_areas_equal_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    heat = rng.integers(0, 6, (8, 8)).astype(float)
    mask = rng.random((8, 8)) < 0.3
    if not mask.any() or mask.all() or np.ptp(heat) == 0:
        return
    flat = mask.ravel(), heat.ravel()
    assert loc.area_under_roc(heat, mask).value == pytest.approx(roc_auc_score(*flat))
    assert loc.average_precision(heat, mask).value == pytest.approx(average_precision_score(*flat))


@given(st.integers(0, 2**31))
def test_otsu_equals_scikit_image(seed):
    filters = pytest.importorskip("skimage.filters")
    values = np.random.default_rng(seed).random((12, 12)) ** 2
    assert loc.otsu(values) == pytest.approx(filters.threshold_otsu(values))


@given(st.integers(0, 2**31), st.floats(0.01, 100))
def test_values_lie_in_range_and_know_no_scale(seed, scale):
    heat = noise(seed)
    for card in loc.CARDS:
        found = ALL[card.key](heat, MASK).value
        assert card.low <= found <= card.high
        assert ALL[card.key](scale * heat, MASK).value == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize("key", [key for key in ALL if not key.startswith("iou")])
def test_random_maps_score_chance(key):
    found = [ALL[key](noise(seed), MASK).value for seed in range(800)]
    level = loc.chance_level(key, noise(), MASK).value
    error = 4 * np.std(found) / np.sqrt(len(found)) + 1e-9
    slack = 0.04 if key == "mask-auprc" else 0  # on few pixels it lies above the mask's share
    assert np.mean(found) == pytest.approx(level, abs=error + slack)


def test_chance_of_overlap():
    assert loc.chance_level("iou-matched", noise(), MASK).value == pytest.approx(1 / 15)
    half = np.arange(64.0).reshape(8, 8) >= 32
    assert loc.chance_level("iou-otsu", half.astype(float), MASK).value == pytest.approx(
        (0.125 * 0.5) / (0.625 - 0.0625)
    )


@pytest.mark.parametrize("key", [key for key in ALL if key != "mass-outside"])
def test_an_empty_mask_leaves_no_value(key):
    empty = np.zeros_like(MASK)
    found = ALL[key](noise(), empty)
    assert not found.defined
    assert found.reason == loc.EMPTY
    assert loc.chance_level(key, noise(), empty).reason == loc.EMPTY


@pytest.mark.parametrize("key", ALL)
def test_a_blank_map_leaves_no_value(key):
    assert ALL[key](-np.ones((8, 8)), MASK).reason == loc.BLANK


def test_a_constant_map_ranks_nothing():
    flat = np.ones((8, 8))
    assert loc.area_under_roc(flat, MASK).reason == loc.FLAT
    assert loc.mass_accuracy(flat, MASK).value == pytest.approx(MASK.mean())
    assert loc.area_under_roc(noise(), np.ones_like(MASK)).reason == loc.FULL


@pytest.mark.parametrize("key", ALL)
def test_shapes_that_differ_are_named(key):
    with pytest.raises(InputError, match=r"\(8, 8\) and the map's is \(4, 4\)\. Scale"):
        ALL[key](noise(shape=(4, 4)), MASK)


def test_other_sentences():
    with pytest.raises(InputError, match="not finite"):
        loc.mass_accuracy(np.full((8, 8), np.nan), MASK)
    with pytest.raises(InputError, match="'entropy' does not hold a map against a mask"):
        loc.chance_level("entropy", noise(), MASK)
