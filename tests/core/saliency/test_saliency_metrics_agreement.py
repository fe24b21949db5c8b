"""Agreement of two maps, against scipy and scikit-image, by hand, and against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from skimage.metrics import structural_similarity

from core.errors import InputError
from core.saliency.metrics import (
    METRICS,
    iou,
    iou_chance,
    pearson,
    rank_biased_chance,
    rank_biased_overlap,
    sign_agreement,
    spearman,
    ssim,
)
from core.saliency.metrics.agreement import CARDS

EVERY = {
    "spearman": spearman,
    "pearson": pearson,
    "ssim": ssim,
    "iou": iou,
    "rank-biased-overlap": rank_biased_overlap,
    "sign-agreement": sign_agreement,
}
maps = arrays(np.float64, (8, 9), elements=st.integers(-20, 20).map(float)).filter(
    lambda heat: np.ptp(heat) > 0
)


def noise(seed: int, side: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(side, side))


def test_every_card_has_its_function() -> None:
    assert [card.key for card in CARDS] == list(EVERY)
    assert all(METRICS[card.key] is card for card in CARDS)


@given(maps, maps)
def test_correlations_equal_scipy(first, second) -> None:
    expected = stats.pearsonr(first.ravel(), second.ravel()).statistic
    assert pearson(first, second).value == pytest.approx(expected, abs=1e-12)
    expected = stats.spearmanr(first.ravel(), second.ravel()).statistic
    assert spearman(first, second).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("side", [22, 40, 96])
def test_structural_similarity_equals_scikit_image(side) -> None:
    first = noise(0, side)
    second = first + noise(1, side)
    scaled = [(one - one.min()) / np.ptp(one) for one in (first, second)]
    expected = structural_similarity(
        *scaled, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0
    )
    assert ssim(first, second).value == pytest.approx(expected, abs=1e-12)


def test_structural_similarity_of_a_native_grid_uses_the_smaller_window() -> None:
    first, second = noise(2, 12), noise(3, 12)
    x, y = ((one - one.min()) / np.ptp(one) for one in (first, second))
    reach = np.arange(-3, 4)
    window = np.exp(-(reach[:, None] ** 2 + reach[None, :] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    found = []
    for top in range(6):
        for left in range(6):
            a, b = (one[top : top + 7, left : left + 7] for one in (x, y))
            mean_a, mean_b = (window * a).sum(), (window * b).sum()
            var_a = (window * (a - mean_a) ** 2).sum()
            var_b = (window * (b - mean_b) ** 2).sum()
            cov = (window * (a - mean_a) * (b - mean_b)).sum()
            light = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
            found.append(light * (2 * cov + 9e-4) / (var_a + var_b + 9e-4))
    assert ssim(first, second).value == pytest.approx(np.mean(found), abs=1e-12)


def test_too_small_for_a_window_has_no_similarity() -> None:
    found = ssim(noise(0, 6), noise(1, 6))
    assert not found.defined
    assert "smaller than the window" in found.reason


def test_overlap_of_the_top_by_hand() -> None:
    first = np.arange(100.0).reshape(10, 10)
    second = np.roll(first.ravel(), 5).reshape(10, 10)
    # Tops: 90..99, and of the second the places 95..99 (values 90..94) and 0..4 (95..99).
    assert iou(first, second).value == pytest.approx(5 / 15)
    assert iou(first, first).value == 1
    assert iou(first, -first).value == 0


def test_overlap_of_unrelated_maps_is_the_chance_stated() -> None:
    found = [iou(noise(i, 60), noise(i + 100, 60)).value for i in range(40)]
    assert np.mean(found) == pytest.approx(iou_chance(), abs=0.003)
    assert iou_chance(0.1) == pytest.approx(0.1 / 1.9)


def test_tied_maps_overlap_by_chance_and_not_by_the_order_of_pixels() -> None:
    bright = np.zeros((40, 40))
    bright[0, 0] = 1
    other = np.zeros((40, 40))
    other[-1, -1] = 1
    assert iou(bright, other).value == pytest.approx(iou_chance(), abs=0.03)
    assert rank_biased_overlap(bright, other).value == pytest.approx(
        rank_biased_chance(1600), abs=0.03
    )


def test_rank_biased_overlap_equals_its_definition() -> None:
    first, second = noise(4, 6), noise(5, 6)
    orders = [np.argsort(-one, axis=None) for one in (first, second)]
    n, r = 36, 0.9
    agreed = [len(set(orders[0][:d]) & set(orders[1][:d])) / d for d in range(1, n + 1)]
    expected = (1 - r) * sum(r ** (d - 1) * agreed[d - 1] for d in range(1, n + 1))
    expected += r**n * agreed[-1]
    assert rank_biased_overlap(first, second, r).value == pytest.approx(expected, abs=1e-12)
    assert rank_biased_overlap(first, first).value == pytest.approx(1, abs=1e-12)


def test_rank_biased_overlap_of_unrelated_maps_is_the_chance_stated() -> None:
    found = [rank_biased_overlap(noise(i, 12), noise(i + 500, 12)).value for i in range(200)]
    assert np.mean(found) == pytest.approx(rank_biased_chance(144), abs=0.01)


def test_signs_by_hand() -> None:
    first = np.array([[5.0, -4.0, 0.1, 0.1, 0.1, -0.1, 0.1, 0.1, 0.1, 0.1]])
    second = np.array([[6.0, 3.0, 0.1, 0.1, 0.1, -0.1, 0.1, 0.1, 0.1, -5.0]])
    # Strongest two of either: pixels 0, 1 and 9; only pixel 0 has one sign.
    assert sign_agreement(first, second, 0.2).value == pytest.approx(1 / 3)
    nothing = sign_agreement(np.abs(first), np.abs(second))
    assert not nothing.defined
    assert "cannot differ" in nothing.reason


@given(maps, maps)
def test_agreement_is_symmetric_within_limits(first, second) -> None:
    for card in CARDS:
        found, back = EVERY[card.key](first, second), EVERY[card.key](second, first)
        assert found.defined == back.defined
        if not found.defined:
            continue
        assert card.low - 1e-12 <= found.value <= 1 + 1e-12
        if card.key not in ("iou", "rank-biased-overlap"):  # their ties are drawn
            assert found.value == pytest.approx(back.value, abs=1e-12)


@given(maps, maps)
def test_ranks_do_not_change_under_a_rising_function(first, second) -> None:
    bent = np.exp(first / 10)
    assert spearman(bent, second).value == pytest.approx(spearman(first, second).value, abs=1e-12)
    assert iou(bent, second).value == iou(first, second).value


@pytest.mark.parametrize("measure", EVERY.values(), ids=EVERY)
def test_a_constant_or_broken_map_agrees_with_nothing(measure) -> None:
    fine, broken = noise(0), noise(1)
    broken[3, 3] = np.nan
    for other, reason in ((np.full((40, 40), 0.3), "constant"), (broken, "NaN or infinity")):
        for found in (measure(fine, other), measure(other, fine)):
            assert not found.defined
            assert reason in found.reason
    single = measure(np.ones((1, 1)), np.ones((1, 1)))
    assert "one pixel" in single.reason


def test_bad_arguments_are_named() -> None:
    with pytest.raises(InputError, match=r"maps: the shapes are \(40, 40\) and \(41, 41\)"):
        spearman(noise(0), noise(0, 41))
    for measure in (iou, sign_agreement):
        with pytest.raises(InputError, match="share: 1 is out of range"):
            measure(noise(0), noise(1), 1)
    with pytest.raises(InputError, match="persistence: 0 is out of range"):
        rank_biased_overlap(noise(0), noise(1), 0)
