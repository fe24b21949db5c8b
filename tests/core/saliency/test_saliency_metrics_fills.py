"""What takes the place of removed pixels; the imputation against a dense solve; the scores."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from core.errors import InputError
from core.saliency.metrics import (
    FILLS,
    counterfactual,
    log_odds,
    logit,
    named,
    prior,
    prior_dominated,
    probability,
)
from core.saliency.metrics.road import impute

IMAGE = np.random.default_rng(0).normal(size=(12, 15)).astype(np.float32)
SOME = np.random.default_rng(1).random((3, 12, 15)) < 0.4
GREY = (-2.0, 3.0)


@dataclasses.dataclass
class Corner:
    """Logits from the top left pixel: x, 2x, 0."""

    labels: tuple[str, ...] = ("one", "two", "three")
    title: str = "Corner"

    def logits(self, images):
        x = images[:, 0, 0].astype(np.float64)
        return np.stack([x, 2 * x, 0 * x], axis=1)[:, : len(self.labels)]


@pytest.mark.parametrize("key", FILLS)
def test_only_removed_pixels_change_and_the_image_stays(key) -> None:
    before = IMAGE.copy()
    filled = named(key, GREY)(IMAGE, SOME)
    assert filled.shape == SOME.shape
    assert filled.dtype == np.float32
    assert np.isfinite(filled).all()
    for one, gone in zip(filled, SOME, strict=True):
        assert np.array_equal(one[~gone], IMAGE[~gone])
    assert np.array_equal(IMAGE, before)
    assert np.array_equal(filled, named(key, GREY)(IMAGE, SOME))


def test_values_that_take_their_place() -> None:
    gone = SOME[:1]
    for key, expected in (("mean", 0.5), ("black", -2.0), ("image-mean", float(IMAGE.mean()))):
        assert np.allclose(named(key, GREY)(IMAGE, gone)[gone], expected)
    whole = np.ones((1, 12, 15), dtype=bool)
    blurred = named("blur", GREY)(IMAGE, whole)[0]
    assert np.allclose(blurred, gaussian_filter(IMAGE.astype(float), 15 * 8 / 96), atol=1e-6)
    noise = named("noise", GREY, seed=4)(IMAGE, whole)[0]
    assert noise.min() >= -2
    assert noise.max() <= 3
    assert not np.array_equal(noise, named("noise", GREY, seed=5)(IMAGE, whole)[0])


def test_a_removed_pixel_gets_the_same_noise_whatever_else_is_gone() -> None:
    for key in ("noise",):
        filled = named(key, GREY)(IMAGE, SOME)
        shared = SOME[0] & SOME[1]
        assert np.array_equal(filled[0][shared], filled[1][shared])


def dense(image, removed):
    """Solve the system of Rong et al. pixel by pixel, without sparse matrices."""
    height, width = image.shape
    cells = [tuple(cell) for cell in np.argwhere(removed)]
    matrix, right = np.zeros((len(cells), len(cells))), np.zeros(len(cells))
    for i, (y, x) in enumerate(cells):
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                if (dy, dx) == (0, 0) or not (0 <= y + dy < height and 0 <= x + dx < width):
                    continue
                weight = 1 / 12 if dy and dx else 1 / 6
                matrix[i, i] += weight
                if removed[y + dy, x + dx]:
                    matrix[i, cells.index((y + dy, x + dx))] -= weight
                else:
                    right[i] += weight * image[y + dy, x + dx]
    found = image.astype(np.float64)
    found[removed] = np.linalg.solve(matrix, right)
    return found


@given(arrays(np.bool_, (6, 7)).filter(lambda gone: gone.any() and not gone.all()))
def test_imputation_equals_a_dense_solve(gone) -> None:
    image = IMAGE[:6, :7]
    assert np.allclose(impute(image, gone), dense(image, gone), atol=1e-9)


@given(arrays(np.bool_, (6, 7)), st.floats(-3, 3))
def test_imputation_keeps_a_constant_and_stays_between_known_values(gone, level) -> None:
    assert np.allclose(impute(np.full((6, 7), level), gone), level, atol=1e-9)
    known = IMAGE[:6, :7][~gone] if not gone.all() else IMAGE[:6, :7]
    filled = impute(IMAGE[:6, :7], gone)
    assert filled.min() >= known.min() - 1e-6
    assert filled.max() <= known.max() + 1e-6


def test_nothing_left_becomes_the_mean_of_the_image() -> None:
    assert np.allclose(impute(IMAGE, np.ones_like(IMAGE, dtype=bool)), IMAGE.mean(dtype=float))
    assert np.array_equal(impute(IMAGE, np.zeros_like(IMAGE, dtype=bool)), IMAGE)


def test_noise_of_the_imputation_is_a_hundredth_of_the_range() -> None:
    image = np.zeros((40, 40), dtype=np.float32)
    gone = np.ones((1, 40, 40), dtype=bool)
    assert named("inpaint", (0.0, 10.0))(image, gone).std() == pytest.approx(0.1, rel=0.1)


def test_a_counterfactual_puts_the_other_image() -> None:
    other = IMAGE + 1
    filled = counterfactual(other)(IMAGE, SOME)
    assert np.array_equal(filled[SOME], np.broadcast_to(other, SOME.shape)[SOME])
    with pytest.raises(InputError, match="fill: the image has"):
        counterfactual(other[:5])(IMAGE, SOME)


def test_an_unknown_fill_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"fill: there is no 'white'\. Use one of: mean, black"):
        named("white")


def test_the_prior_of_a_fill_is_the_answer_to_the_fill_alone() -> None:
    score = probability(Corner(), 1)
    assert prior(score, IMAGE, named("mean", (0.0, 2.0))).value == pytest.approx(
        np.exp(2) / (np.exp(1) + np.exp(2) + 1)
    )
    assert prior_dominated(score, IMAGE, named("mean", (0.0, 2.0)))
    assert not prior_dominated(score, IMAGE, named("mean", (-1.0, 1.0)))


def test_probability_and_log_odds_agree_where_both_are_exact() -> None:
    images = np.array([-3.0, 0.0, 0.7, 5.0], dtype=np.float32)[:, None, None]
    for target in range(3):
        p = probability(Corner(), target)(images)
        assert np.allclose(log_odds(Corner(), target)(images), np.log(p / (1 - p)))
        assert np.allclose(logit(Corner(), target)(images), Corner().logits(images)[:, target])


def test_log_odds_stay_finite_where_the_probability_rounds_to_one() -> None:
    image = np.full((1, 1, 1), 800, dtype=np.float32)
    assert probability(Corner(), 1)(image)[0] == 1
    assert log_odds(Corner(), 1)(image)[0] == pytest.approx(800)
    assert log_odds(Corner(), 2)(image)[0] == pytest.approx(-1600)


@pytest.mark.parametrize("make", [probability, log_odds, logit])
def test_a_class_that_is_not_there_is_refused(make) -> None:
    with pytest.raises(InputError, match=r"target: Corner has no class 3\. Use a"):
        make(Corner(), 3)
    with pytest.raises(InputError, match="Corner has one class"):
        make(Corner(labels=("one",)), 0)
