"""Occlusion against brute force, RISE against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.saliency.methods import attribute
from core.saliency.methods.perturbation import occlusion
from core.saliency.methods.question import Question
from core.saliency.schema import Options
from tests.core.saliency import toys


def ask(network, image, target=0):
    return Question(network, image, target, Options(), {})


@given(st.integers(1, 9), st.integers(1, 5), st.integers(6, 12))
def test_occlusion_against_one_loop_over_pixels(window, stride, size):
    stride = min(stride, window)
    network, image = toys.conv(size=size - size % 2), toys.image(size - size % 2)
    size = len(image)
    found = occlusion(ask(network, image), window, stride, 0.5).native
    drops, start = [], 0
    starts = [0]
    while starts[-1] + window < size:
        starts.append(starts[-1] + stride)
    before = network.logits(image[None])[0, 0]
    for start in starts:
        for across in starts:
            hidden = image.copy()
            hidden[start : start + window, across : across + window] = 0.5
            drops.append((start, across, before - network.logits(hidden[None])[0, 0]))
    expected = [
        np.mean([d for r, c, d in drops if r <= i < r + window and c <= j < c + window])
        for i in range(size)
        for j in range(size)
    ]
    np.testing.assert_allclose(found.ravel(), expected, atol=1e-6)


def test_occlusion_of_single_pixels_of_a_linear_network_is_exact():
    network, image = toys.linear(size=8), toys.image(8)
    found = occlusion(ask(network, image, 2), 1, 1, 0.0).native
    np.testing.assert_allclose(found, network.weights[2] * image, atol=1e-6)


def test_occlusion_of_a_region_is_zero_wherever_no_square_touches_it():
    mask = np.zeros((32, 32))
    mask[8:12, 20:24] = 1
    found = attribute(toys.region(mask), toys.image(32), "occlusion", 0)
    assert np.abs(found.native[:4]).max() < 1e-12
    peak = np.unravel_index(np.abs(found.native).argmax(), (32, 32))
    assert 6 <= peak[0] < 14
    assert 18 <= peak[1] < 26
    assert found.forwards == 1 + 15**2


def test_occlusion_moves_with_the_image():
    mask = np.zeros((32, 32))
    mask[8:12, 12:16] = 1
    image = toys.image(32)
    there = attribute(toys.region(mask), image, "occlusion", 0).native
    moved = attribute(
        toys.region(np.roll(mask, (8, 4), (0, 1))), np.roll(image, (8, 4), (0, 1)), "occlusion", 0
    ).native
    np.testing.assert_allclose(np.roll(there, (8, 4), (0, 1)), moved, atol=1e-6)


def test_rise_is_the_mean_probability_of_masks_that_show_a_pixel():
    from core.saliency.methods.perturbation import _draw_masks, _smooth_masks

    network, image = toys.linear(), toys.image()
    found = attribute(network, image, "rise", 1, Options(samples=40, seed=3))
    grids, shifts = _draw_masks(np.random.default_rng(3), 40, 16)
    masks = _smooth_masks(grids, shifts, 16)
    assert masks.shape == (40, 16, 16)
    assert masks.min() >= 0
    assert masks.max() <= 1
    logits = network.logits((0.5 + (image - 0.5) * masks).astype(np.float32))
    share = np.exp(logits[:, 1]) / np.exp(logits).sum(axis=1)
    expected = (share[:, None, None] * masks).sum(axis=0) / masks.sum(axis=0)
    np.testing.assert_allclose(found.native, expected, rtol=1e-6)
    assert found.forwards == 40


def test_rise_finds_the_region_that_the_network_reads():
    mask = np.zeros((32, 32))
    mask[20:26, 4:10] = 1
    image = np.where(mask == 1, 1, 0.2).astype(np.float32)
    found = attribute(toys.region(mask, strength=6), image, "rise", 0, Options(samples=600))
    inside, outside = found.native[mask == 1].mean(), found.native[mask == 0]
    assert (inside - outside.mean()) / outside.std() > 2


def test_rise_of_a_constant_network_is_blank_not_noise():
    network = toys.region(np.eye(16), strength=0.0)
    found = attribute(network, toys.image(), "rise", 0)
    assert found.blank.endswith("The probability of 'first' was the same under every mask.")


def test_rise_with_one_mask_that_shows_nothing_still_answers():
    for seed in range(5):
        found = attribute(toys.linear(), toys.image(), "rise", 0, Options(samples=1, seed=seed))
        assert np.isfinite(found.native).all()


@pytest.mark.parametrize("size", [7, 10, 33])
def test_sides_that_no_grid_divides_are_covered(size):
    network, image = toys.linear(size=size), toys.image(size)
    for method in ("occlusion", "rise"):
        found = attribute(network, image, method, 0, Options(samples=20))
        assert found.pixels.shape == (size, size)
        assert np.isfinite(found.pixels).all()
