"""Controls: what they show, and what they do not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import sobel

from core.errors import InputError
from core.saliency.methods import MASK_OF, attribute
from core.saliency.schema import Options
from tests.core.saliency import toys

CONTROLS = ("random", "sobel", "lung-prior", "centre", "plausible-oracle", "causal-oracle")


@pytest.mark.parametrize("key", CONTROLS)
def test_controls_do_not_ask_the_network(key):
    network = toys.conv()
    found = attribute(network, toys.image(), key, 0, masks=toys.masks())
    assert found.forwards == 0
    assert network.shown == []
    assert found.native.shape == found.pixels.shape == (16, 16)
    assert not found.blank


@pytest.mark.parametrize("key", CONTROLS)
def test_controls_are_the_same_for_every_network_and_class(key):
    maps = [
        attribute(network, toys.image(), key, target, masks=toys.masks()).native
        for network, target in ((toys.conv(), 0), (toys.linear(), 2))
    ]
    np.testing.assert_array_equal(*maps)


@pytest.mark.parametrize(("key", "name"), MASK_OF.items())
def test_masked_controls_show_their_mask(key, name):
    masks = toys.masks()
    found = attribute(toys.conv(), toys.image(), key, 0, masks=masks)
    np.testing.assert_array_equal(found.native, masks[name])


def test_a_cause_may_be_weighted():
    cause = np.random.default_rng(0).random((16, 16))
    found = attribute(toys.conv(), toys.image(), "causal-oracle", 0, masks={"cause": cause})
    np.testing.assert_array_equal(found.native, cause)


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        (None, "lung-prior shows the mask 'lungs', and the masks given are: none"),
        ({"lesion": np.ones((16, 16), bool)}, "the masks given are: lesion"),
        ({"lungs": np.ones((8, 8), bool)}, r"'lungs' has the shape \(8, 8\), the image \(16, 16\)"),
        ({"lungs": np.full((16, 16), np.nan)}, "'lungs' holds a value that is not a finite number"),
    ],
)
def test_a_mask_that_is_missing_or_wrong_is_named(masks, sentence):
    with pytest.raises(InputError, match=sentence):
        attribute(toys.conv(), toys.image(), "lung-prior", 0, masks=masks)


def test_an_empty_mask_gives_a_blank_map():
    masks = {"lesion": np.zeros((16, 16), bool)}
    found = attribute(toys.conv(), toys.image(), "plausible-oracle", 0, masks=masks)
    assert found.blank == "Lesion mask is zero everywhere. The mask 'lesion' is empty or full."


def test_the_random_map_depends_on_the_seed_alone_and_is_smooth():
    first, again, other = (
        attribute(toys.conv(size=32), toys.image(32, image), "random", 0, Options(seed=seed)).native
        for image, seed in ((1, 5), (2, 5), (1, 6))
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 0.9
    assert first.min() == 0
    assert first.max() == 1
    assert np.corrcoef(first[:, 1:].ravel(), first[:, :-1].ravel())[0, 1] > 0.9


def test_edges_are_those_of_sobel():
    image = toys.image()
    found = attribute(toys.conv(), image, "sobel", 0).native
    exact = image.astype(np.float64)
    np.testing.assert_allclose(found**2, sobel(exact, 0) ** 2 + sobel(exact, 1) ** 2, atol=1e-12)
    flat = attribute(toys.conv(), np.full((16, 16), 0.3, np.float32), "sobel", 0)
    assert flat.blank == "Edges (Sobel) is zero everywhere. The image is all one grey."


def test_the_centre_is_highest_in_the_middle_and_symmetric():
    found = attribute(toys.conv(), toys.image(), "centre", 0).native
    np.testing.assert_allclose(found, found[::-1, ::-1])
    np.testing.assert_allclose(found, found.T)
    assert found[7, 7] == found.max() == pytest.approx(found[8, 8])
