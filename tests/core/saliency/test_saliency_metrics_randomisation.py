"""Maps under shuffled weights: a map of the image alone must not pass, one of the weights must."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toys import image, linear

from core.errors import InputError
from core.saliency.metrics import randomisation as rnd
from core.saliency.verdict import Outcome


class Shuffling:
    """A linear network whose weights are drawn anew, beside its own access."""

    def __init__(self, seed=0, size=32):
        self._linear = linear(size=size, seed=seed)

    def __getattr__(self, name):
        return getattr(self._linear, name)

    def randomised(self, depth, seed):
        return Shuffling(seed=1000 + seed) if depth == 1 else self


def test_a_map_of_the_weights_passes():
    found = rnd.cascade(Shuffling(), image(32), "saliency", depths=(0.5,))
    assert found.outcome is Outcome.PASS
    assert found.likeness.value <= found.chance
    assert {step.depth for step in found.steps} == {0.5, 1.0}
    half = [step for step in found.steps if step.depth == 0.5]
    assert all(step.similarity.spearman.value == pytest.approx(1) for step in half)


def test_a_map_of_the_image_fails():
    found = rnd.cascade(Shuffling(), image(32), "sobel", depths=())
    assert found.outcome is Outcome.FAIL
    assert found.likeness.value == pytest.approx(1)
    assert found.to_dict()["outcome"] == "fail"


def test_what_cannot_be_said():
    few = rnd.cascade(Shuffling(), image(32), "saliency", depths=(), seeds=(0, 1))
    assert few.outcome is Outcome.UNKNOWN
    assert few.reason == "2 shuffles were tried; 5 are needed."
    flat = rnd.cascade(Shuffling(), np.full((32, 32), 0.5, np.float32), "sobel", depths=())
    assert flat.outcome is Outcome.UNKNOWN
    assert flat.reason.startswith("The map itself holds nothing")


def test_blank_under_shuffling():
    class Dying(Shuffling):
        def randomised(self, depth, seed):
            return dataclasses.replace(self._linear, weights=np.zeros((3, 32, 32)))

    found = rnd.cascade(Dying(), image(32), "saliency", depths=())
    assert found.outcome is Outcome.UNKNOWN
    assert found.reason == "The map is blank under 5 of 5 shuffles."
    assert not found.likeness.defined


def test_likeness_of_equal_and_of_opposite_maps():
    heat = np.random.default_rng(0).normal(size=(32, 32))
    for other in (heat, -3 * heat):
        found = rnd.similarity(heat, other)
        assert found.spearman.value == pytest.approx(1)
        assert found.ssim.value == pytest.approx(1)
        assert found.hog.value == pytest.approx(1)


def test_directions_follow_those_of_scikit_image():
    feature = pytest.importorskip("skimage.feature")
    rng = np.random.default_rng(3)
    pairs = [(rng.random((32, 32)), rng.random((32, 32))) for _ in range(12)]
    pairs += [(a, a + 0.5 * b) for a, b in pairs]

    def theirs(heat):
        return feature.hog(heat, 9, (8, 8), (1, 1), block_norm="L2")

    own = [rnd.hog_correlation(a, b).value for a, b in pairs]
    other = [np.corrcoef(theirs(a), theirs(b))[0, 1] for a, b in pairs]
    # There the outermost pixels have no direction; here they have that of their neighbours.
    assert np.corrcoef(own, other)[0, 1] > 0.9


def test_directions_need_edges_and_room():
    heat = np.random.default_rng(0).random((32, 32))
    assert not rnd.hog_correlation(heat, np.ones((32, 32))).defined
    with pytest.raises(InputError, match=r"\(32, 32\) and \(16, 16\)"):
        rnd.hog_correlation(heat, heat[:16, :16])


def test_smooth_random_maps_are_more_alike_than_rough_ones():
    rng = np.random.default_rng(0)
    rough = rng.normal(size=(32, 32))
    smooth = np.add.outer(np.arange(32.0), np.sin(np.arange(32) / 5))
    assert rnd.random_likeness(smooth) > 2 * rnd.random_likeness(rough)
    assert rnd.random_likeness(rough) == pytest.approx(1.96 / 32, rel=0.25)


def test_contrastivity():
    heat = np.random.default_rng(0).normal(size=(16, 16))
    assert rnd.contrastivity(heat, heat).value == pytest.approx(1)
    assert rnd.contrastivity(heat, -heat).value == pytest.approx(-1)
    assert not rnd.contrastivity(heat, np.zeros((16, 16))).defined
