"""Descriptions of a map: values by hand, limits, and what changes them and what does not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import InputError
from core.saliency.metrics import (
    METRICS,
    effective_complexity,
    entropy,
    entropy_normalised,
    gini,
    hoyer,
    spread,
    top_mass,
    total_variation,
)
from core.saliency.metrics.shape import CARDS
from core.saliency.schema import Direction, Topic

FOUR = np.array([[1.0, 2.0], [3.0, 4.0]])
ONE_HOT = np.zeros((8, 8))
ONE_HOT[2, 5] = 3.0
EVERY = {
    "gini": gini,
    "hoyer": hoyer,
    "entropy": entropy,
    "entropy-normalised": entropy_normalised,
    "effective-complexity": effective_complexity,
    "top-mass-1": lambda heat: top_mass(heat, 1),
    "top-mass-5": lambda heat: top_mass(heat, 5),
    "top-mass-10": lambda heat: top_mass(heat, 10),
    "total-variation": total_variation,
    "spread": spread,
}
maps = arrays(np.float64, (5, 7), elements=st.integers(0, 1000).map(float)).filter(
    lambda heat: np.ptp(heat) > 0
)


def test_every_card_has_its_function() -> None:
    assert [card.key for card in CARDS] == list(EVERY)
    for card in CARDS:
        assert METRICS[card.key] is card
        assert card.topic is Topic.SHAPE
        assert card.direction is Direction.NEITHER


def test_four_pixels_by_hand() -> None:
    assert gini(FOUR).value == pytest.approx((-3 * 1 - 1 * 2 + 1 * 3 + 3 * 4) / (4 * 10))
    assert hoyer(FOUR).value == pytest.approx((2 - 10 / math.sqrt(30)) / (2 - 1))
    p = (0.1, 0.2, 0.3, 0.4)
    assert entropy(FOUR).value == pytest.approx(-sum(x * math.log(x) for x in p))
    assert entropy_normalised(FOUR).value == pytest.approx(entropy(FOUR).value / math.log(4))
    assert effective_complexity(FOUR, 0.3).value == 0.75
    assert top_mass(FOUR, 25).value == pytest.approx(0.4)
    assert top_mass(FOUR, 37.5).value == pytest.approx(0.4 + 0.15)


def test_total_variation_and_spread_of_four_pixels_by_hand() -> None:
    lengths = math.hypot(0.2, 0.1) + 0.2 + 0.1 + 0
    assert total_variation(FOUR).value == pytest.approx(lengths * 2)
    variance = 0.3 * 0.7 + 0.4 * 0.6
    assert spread(FOUR).value == pytest.approx(math.sqrt(variance) / math.sqrt(2))


def test_one_bright_pixel_is_as_sparse_as_a_map_can_be() -> None:
    assert gini(ONE_HOT).value == pytest.approx(1 - 1 / 64)
    assert hoyer(ONE_HOT).value == pytest.approx(1)
    assert entropy(ONE_HOT).value == 0
    assert effective_complexity(ONE_HOT).value == 1 / 64
    assert top_mass(ONE_HOT, 100 / 64).value == pytest.approx(1)
    assert spread(ONE_HOT).value == pytest.approx(0, abs=1e-12)


def test_mass_in_two_opposite_corners_is_spread_most() -> None:
    heat = np.zeros((9, 13))
    heat[0, 0] = heat[-1, -1] = 2
    assert spread(heat).value == pytest.approx(0.5)


def test_total_variation_does_not_depend_on_the_grid() -> None:
    def ramp(side: int) -> np.ndarray:
        return np.tile((np.arange(side) + 0.5) / side, (side, 1))

    assert total_variation(ramp(100)).value == pytest.approx(2, rel=0.02)
    assert total_variation(ramp(400)).value == pytest.approx(2, rel=0.005)


@pytest.mark.parametrize("measure", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize(
    ("heat", "reason"),
    [
        (np.zeros((4, 4)), "same strength everywhere"),
        (np.full((4, 4), 0.1), "same strength everywhere"),
        (np.array([[1.0, -1.0]]), "same strength everywhere"),
        (np.array([[1.0, np.nan]]), "NaN or infinity"),
        (np.array([[1.0, -np.inf]]), "NaN or infinity"),
        (np.array([[1.0]]), "one pixel"),
    ],
)
def test_what_has_no_shape_has_no_figure_but_a_reason(measure, heat, reason) -> None:
    found = measure(heat)
    assert not found.defined
    assert reason in found.reason


@given(maps, st.floats(1e-3, 1e3))
def test_scale_and_sign_do_not_matter_and_limits_hold(heat, factor) -> None:
    for card in CARDS:
        found = EVERY[card.key](heat)
        assert found.defined
        assert card.low - 1e-12 <= found.value <= card.high + 1e-12
        assert EVERY[card.key](-factor * heat).value == pytest.approx(found.value, abs=1e-9)


@given(maps, st.randoms(use_true_random=False))
def test_only_variation_and_spread_know_where_pixels_lie(heat, random) -> None:
    order = list(range(heat.size))
    random.shuffle(order)
    moved = heat.ravel()[order].reshape(heat.shape)
    for key, measure in EVERY.items():
        if key not in ("total-variation", "spread"):
            assert measure(moved).value == pytest.approx(measure(heat).value, abs=1e-12)


@given(maps, st.floats(0.5, 100))
def test_the_top_holds_at_least_its_share(heat, percent) -> None:
    assert top_mass(heat, percent).value >= percent / 100 - 1e-12


def test_single_precision_gives_the_same() -> None:
    heat = np.random.default_rng(0).random((12, 12))
    for measure in EVERY.values():
        assert measure(heat.astype(np.float32)).value == pytest.approx(
            measure(heat).value, abs=1e-5
        )


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_a_share_that_is_none_is_refused(percent) -> None:
    with pytest.raises(InputError, match=r"percent: .* is out of range"):
        top_mass(FOUR, percent)
