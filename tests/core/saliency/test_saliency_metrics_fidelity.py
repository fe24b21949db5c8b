"""Infidelity: zero where the map is the network, its scaled form, and the changes it takes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.saliency.metrics import METRICS, gaussian_changes, infidelity, square_changes
from core.saliency.metrics.fidelity import CARDS

RNG = np.random.default_rng(0)
IMAGE = RNG.normal(size=(8, 9)).astype(np.float32)
WEIGHTS = RNG.normal(size=(8, 9))
CHANGES = gaussian_changes((8, 9), 50)


def linear(images):
    return (images.astype(np.float64) * WEIGHTS).sum(axis=(1, 2))


def squared(images):
    return (images.astype(np.float64) ** 2).sum(axis=(1, 2))


def test_every_card_is_registered() -> None:
    assert [card.key for card in CARDS] == ["infidelity", "infidelity-normalised"]
    assert all(METRICS[card.key] is card for card in CARDS)


def test_the_weights_of_a_linear_network_are_perfectly_faithful() -> None:
    assert infidelity(linear, IMAGE, WEIGHTS, CHANGES).value < 1e-10
    assert infidelity(linear, IMAGE, -3 * WEIGHTS, CHANGES, normalise=True).value < 1e-10


def test_one_change_by_hand() -> None:
    change = np.zeros((1, 8, 9), dtype=np.float32)
    change[0, 2, 3] = 0.5
    heat = np.zeros((8, 9))
    heat[2, 3] = 4
    x = float(IMAGE[2, 3])
    expected = (0.5 * 4 - (x**2 - (x - 0.5) ** 2)) ** 2
    assert infidelity(squared, IMAGE, heat, change).value == pytest.approx(expected, rel=1e-5)


def test_the_scaled_form_equals_the_expanded_square() -> None:
    heat = RNG.normal(size=(8, 9))
    said = (CHANGES * heat).sum(axis=(1, 2))
    done = squared(IMAGE[None]) - squared(IMAGE - CHANGES)
    beta = (said * done).sum() / (said**2).sum()
    expected = (beta**2 * said**2 - 2 * beta * said * done + done**2).mean()
    found = infidelity(squared, IMAGE, heat, CHANGES, normalise=True).value
    assert found == pytest.approx(expected, rel=1e-6)
    assert found <= infidelity(squared, IMAGE, heat, CHANGES).value


@given(st.floats(-1e3, 1e3).filter(lambda f: abs(f) > 1e-3))
def test_the_scaled_form_does_not_know_the_unit(factor) -> None:
    heat = WEIGHTS**2
    found = infidelity(linear, IMAGE, factor * heat, CHANGES, normalise=True).value
    assert found == pytest.approx(
        infidelity(linear, IMAGE, heat, CHANGES, normalise=True).value, rel=1e-9
    )


def test_a_map_of_zeros_cannot_be_scaled_but_has_an_infidelity() -> None:
    zeros = np.zeros((8, 9))
    found = infidelity(linear, IMAGE, zeros, CHANGES, normalise=True)
    assert not found.defined
    assert "cannot be scaled" in found.reason
    done = linear(IMAGE[None]) - linear(IMAGE - CHANGES)
    assert infidelity(linear, IMAGE, zeros, CHANGES).value == pytest.approx((done**2).mean())


def test_squares_hold_the_difference_to_the_baseline_and_nothing_else() -> None:
    changes = square_changes(IMAGE, 0.25, 60, seed=1)
    for one in changes:
        rows, columns = np.nonzero(one)
        side = np.ptp(rows) + 1
        assert 1 <= side <= 2
        assert np.ptp(columns) + 1 == side
        assert len(rows) == side**2
        assert np.array_equal(one[rows, columns], (IMAGE - np.float32(0.25))[rows, columns])
    assert np.array_equal(changes, square_changes(IMAGE, 0.25, 60, seed=1))
    assert len({tuple(np.argwhere(one)[0]) for one in changes}) > 20


def test_noise_has_the_spread_asked_for() -> None:
    drawn = gaussian_changes((30, 30), 20, sigma=0.2)
    assert drawn.dtype == np.float32
    assert drawn.std() == pytest.approx(0.2, rel=0.02)


def test_bad_input_is_a_sentence() -> None:
    with pytest.raises(InputError, match=r"changes: the shape is \(0, 8, 9\)"):
        infidelity(linear, IMAGE, WEIGHTS, CHANGES[:0])
    with pytest.raises(InputError, match="all of one size"):
        infidelity(linear, IMAGE, WEIGHTS[:4], CHANGES)
    broken = WEIGHTS.copy()
    broken[0, 0] = np.nan
    with pytest.raises(InputError, match="map: holds NaN"):
        infidelity(linear, IMAGE, broken, CHANGES)
