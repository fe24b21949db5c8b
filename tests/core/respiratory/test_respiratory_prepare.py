"""From a film to a network's input, and what each recipe takes away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from core.respiratory.prepare import (
    BLURRED_TO,
    CANVAS,
    CROPPED,
    LUNGS,
    Recipe,
    bordered,
    equalised,
    local_contrast,
    prepare,
    resize,
    standardise,
    treat,
)

FILM = np.random.default_rng(0).random((CANVAS, CANVAS)).astype(np.float32)
INSIDE = np.s_[LUNGS.top : LUNGS.bottom, LUNGS.left : LUNGS.right]


@pytest.mark.parametrize("recipe", list(Recipe))
@pytest.mark.parametrize(("shape", "size"), [((224, 224), 140), ((90, 310), 128), ((1, 1), 64)])
def test_every_recipe_gives_a_standardised_square(recipe, shape, size):
    film = np.random.default_rng(1).random(shape).astype(np.float32)
    found = prepare(film, size, recipe)
    assert found.shape == (size, size)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    if shape != (1, 1):
        assert found.mean() == pytest.approx(0, abs=1e-4)
        assert found.std() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("recipe", list(Recipe))
@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
def test_a_film_of_one_grey_becomes_finite(recipe, grey):
    found = prepare(np.full((50, 50), grey, dtype=np.float32), 70, recipe)
    assert np.isfinite(found).all()
    if recipe is not Recipe.BORDER:
        np.testing.assert_allclose(found, 0, atol=1e-3)


@pytest.mark.parametrize("recipe", [*CROPPED, Recipe.BORDER])
def test_what_lies_outside_the_lungs_is_not_seen(recipe):
    other = 1 - FILM
    other[INSIDE] = FILM[INSIDE]
    np.testing.assert_array_equal(prepare(FILM, 140, recipe), prepare(other, 140, recipe))


@given(
    arrays(np.float32, (20, 20), elements=st.integers(0, 255).map(lambda v: np.float32(v / 255)))
)
def test_equalised_films_are_mid_ranks_of_their_grey_values(film):
    ranks = (rankdata(film.ravel(), "average") - 0.5) / film.size
    np.testing.assert_allclose(equalised(film).ravel(), ranks, atol=1e-6)


@given(st.floats(0.3, 3), st.floats(0.1, 1))
def test_histogram_matching_undoes_any_rising_curve(gamma, scale):
    # Eight bits survive the curve only where it does not merge neighbouring levels.
    film = np.linspace(0.2, 1, 400, dtype=np.float32).reshape(20, 20)
    curved = (scale * film**gamma).astype(np.float32)
    if np.diff(np.round(curved.ravel() * 1023)).min() > 0 and np.diff(film.ravel()).min() > 0:
        np.testing.assert_allclose(equalised(film), equalised(curved), atol=1e-6)


@given(st.floats(-0.3, 0.3), st.floats(2, 5))
def test_local_contrast_ignores_brightness_and_hardly_heeds_contrast(shift, gain):
    base = (0.3 * FILM).astype(np.float32)
    shifted = local_contrast((base + shift).astype(np.float32))
    np.testing.assert_allclose(shifted, local_contrast(base), atol=5e-3)
    louder = local_contrast((base * gain).astype(np.float32))
    assert np.corrcoef(louder.ravel(), local_contrast(base).ravel())[0, 1] > 0.999


def test_local_contrast_takes_away_a_slow_gradient():
    across = np.linspace(0, 1, CANVAS, dtype=np.float32)[None, :]
    film = (0.2 * FILM + 0.8 * across).astype(np.float32)
    found = local_contrast(film)
    inner = found[:, 40:-40]
    assert abs(np.corrcoef(inner.mean(0), across[0, 40:-40])[0, 1]) < 0.3
    assert np.corrcoef(film.mean(0), across[0])[0, 1] > 0.99


def test_one_resolution_removes_what_is_finer():
    fine = np.indices((CANVAS, CANVAS)).sum(0) % 2
    film = (0.4 + 0.2 * fine).astype(np.float32)
    assert treat(film, Recipe.RANKS_BLUR).shape == (BLURRED_TO, BLURRED_TO)
    assert resize(film, BLURRED_TO).std() < 0.05 < film.std()


def test_the_border_mask_keeps_the_lungs_and_nothing_else():
    found = bordered(FILM)
    np.testing.assert_array_equal(found[INSIDE], FILM[INSIDE])
    assert found.sum() == pytest.approx(FILM[INSIDE].sum(), rel=1e-5)


def test_a_film_of_the_right_size_is_not_resampled_and_plain_is_plain():
    assert resize(FILM, CANVAS) is FILM
    np.testing.assert_array_equal(treat(FILM, Recipe.PLAIN), FILM)


def test_standardising_by_hand():
    found = standardise(np.array([[0.0, 1.0], [0.0, 1.0]], dtype=np.float32))
    np.testing.assert_allclose(found, [[-1, 1], [-1, 1]])
    assert not standardise(np.ones((3, 3), dtype=np.float32)).any()
