"""Class activation methods against hand-worked maps, and the sign rules of EigenCAM."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.transform import resize

from core.errors import InputError
from core.saliency.classifier import Layer
from core.saliency.methods import attribute, cam, eigen_signs, upscale
from core.saliency.schema import Options
from tests.core.saliency import toys

BY_GRADIENT = ("gradcam", "gradcam++", "hirescam", "layercam")


@pytest.fixture
def layer():
    rng = np.random.default_rng(3)
    return rng.random((4, 3, 3)), rng.normal(size=(4, 3, 3))


def test_gradcam_weights_channels_by_their_mean_gradient(layer):
    activations, gradients = layer
    expected = sum(gradients[c].mean() * activations[c] for c in range(4))
    np.testing.assert_allclose(cam.gradcam(*layer), np.maximum(expected, 0), atol=1e-12)


def test_gradcam_plus_plus_written_out_place_by_place(layer):
    activations, gradients = layer
    expected = np.zeros((3, 3))
    for c in range(4):
        weight = 0.0
        for i in range(3):
            for j in range(3):
                g = gradients[c, i, j]
                weight += max(g, 0) * g**2 / (2 * g**2 + activations[c].sum() * g**3 + 1e-6)
        expected += weight * activations[c]
    np.testing.assert_allclose(cam.gradcam_plus_plus(*layer), np.maximum(expected, 0), rtol=1e-10)


def test_gradcam_plus_plus_of_a_gradient_of_zero_is_zero_not_nan(layer):
    activations, gradients = layer
    gradients[1] = 0
    assert np.isfinite(cam.gradcam_plus_plus(activations, gradients)).all()


def test_hirescam_and_layercam_multiply_place_by_place(layer):
    activations, gradients = layer
    product = (activations * gradients).sum(axis=0)
    np.testing.assert_allclose(cam.hirescam(*layer), np.maximum(product, 0), atol=1e-12)
    raised = (activations * np.maximum(gradients, 0)).sum(axis=0)
    np.testing.assert_allclose(cam.layercam(*layer), raised, atol=1e-12)


def test_of_a_network_that_ends_in_a_mean_they_are_the_class_activation_map():
    network, image = toys.conv(), toys.image()
    features = network._features(image[None].astype(np.float64))[0]
    for target in range(3):
        evidence = np.einsum("c,chw->hw", network.head[target], features)
        cells = evidence.size
        np.testing.assert_allclose(
            network.logits(image[None])[0, target], evidence.mean() + network.bias[target]
        )
        for method in ("gradcam", "hirescam"):
            found = attribute(network, image, method, target)
            np.testing.assert_allclose(found.native, np.maximum(evidence, 0) / cells, atol=1e-12)
        positive = np.einsum("c,chw->hw", np.maximum(network.head[target], 0), features)
        found = attribute(network, image, "layercam", target)
        np.testing.assert_allclose(found.native, positive / cells, atol=1e-12)


def test_by_default_the_last_layer_is_read_and_the_note_says_so():
    found = attribute(toys.conv(), toys.image(), "gradcam", 0)
    assert found.notes[0] == "Read at Convolution: 5 channels on 8 x 8 cells."
    assert found.native.shape == (8, 8)
    assert found.pixels.shape == (16, 16)


@pytest.mark.parametrize("method", BY_GRADIENT)
def test_a_layer_that_does_not_reach_the_class_is_refused_with_the_reason(method):
    with pytest.raises(
        InputError, match=r"layer dead: the gradient of 'first' is exactly zero at every place"
    ):
        attribute(toys.conv(), toys.image(), method, 0, Options(layer="dead"))


def test_methods_without_gradients_read_such_a_layer():
    network, image = toys.conv(), toys.image()
    for method in ("eigencam", "scorecam"):
        dead = attribute(network, image, method, 0, Options(layer="dead"))
        np.testing.assert_array_equal(dead.native, attribute(network, image, method, 0).native)


def test_an_unknown_or_refused_layer_is_named():
    refused = Layer("pooled", "After the class token", "No gradient reaches it.")
    network = toys.conv(layers=(Layer("conv", "Convolution"), refused))
    with pytest.raises(InputError, match="No gradient reaches it"):
        attribute(network, toys.image(), "gradcam", 0, Options(layer="pooled"))
    with pytest.raises(InputError, match=r"no layer 'conv9'\. Use one of: conv, pooled"):
        attribute(network, toys.image(), "gradcam", 0, Options(layer="conv9"))


def test_a_map_that_the_definition_empties_says_why():
    network = toys.conv()
    against = dataclasses.replace(network, head=-np.abs(network.head))
    found = attribute(against, toys.image(), "gradcam", 1)
    assert not found.native.any()
    assert found.blank == (
        "Grad-CAM is zero everywhere. Every cell counts against 'second' and the method cuts "
        "negative values."
    )


def test_the_share_of_cells_that_the_definition_empties_is_noted():
    found = attribute(toys.conv(channels=2, seed=1), toys.image(), "hirescam", 0)
    zeros = (found.native == 0).mean()
    assert 0 < zeros < 1
    assert f"{100 * zeros:.0f} % of its cells are zero" in found.notes[-1]


def test_gradients_below_the_stabiliser_are_noted():
    network = toys.conv()
    tiny = dataclasses.replace(network, head=network.head * 1e-3)
    found = attribute(tiny, toys.image(), "gradcam++", 0)
    assert found.notes[1].startswith("In 100 % of the places with a gradient, the constant 1e-06")


def test_scorecam_by_hand():
    network, image = toys.conv(), toys.image()
    activations = network._features(image[None].astype(np.float64))[0]
    scores = []
    for channel in activations:
        shown = (channel - channel.min()) / max(np.ptp(channel), 1e-12)
        scaled = resize(shown, (16, 16), order=1, mode="edge", anti_aliasing=False)
        seen = (0.5 + (image - 0.5) * scaled).astype(np.float32)
        scores.append(network.logits(seen[None])[0, 1])
    weights = np.exp(scores) / np.exp(scores).sum()
    expected = np.maximum(np.einsum("c,chw->hw", weights, activations), 0)
    found = attribute(network, image, "scorecam", 1)
    np.testing.assert_allclose(found.native, expected, rtol=1e-6)
    assert found.forwards == 1 + len(activations)


def test_scorecam_survives_a_channel_that_is_constant_and_enormous_logits():
    network = toys.conv()
    kernels = network.kernels.copy()
    kernels[0] = 0
    huge = dataclasses.replace(network, kernels=kernels, head=network.head * 1e5)
    assert np.isfinite(attribute(huge, toys.image(), "scorecam", 0).native).all()


def test_eigencam_is_the_first_principal_component():
    activations = np.random.default_rng(5).random((6, 4, 5))
    places = activations.reshape(6, -1).T
    values, vectors = np.linalg.eigh(np.cov(places.T))
    expected = (places - places.mean(axis=0)) @ vectors[:, values.argmax()]
    found = eigen_signs(activations).raw.ravel()
    assert min(np.abs(found - expected).max(), np.abs(found + expected).max()) < 1e-12


@given(st.integers(0, 10_000), st.booleans())
def test_the_oriented_map_does_not_depend_on_the_sign_of_the_decomposition(seed, signed):
    rng = np.random.default_rng(seed)
    activations = rng.normal(size=(5, 4, 4)) if signed else rng.random((5, 4, 4))
    found = eigen_signs(activations)
    turned = eigen_signs(activations[:, ::-1, ::-1])  # other rounding, other sign
    np.testing.assert_allclose(turned.oriented[::-1, ::-1], found.oriented, atol=1e-9)
    strength = np.abs(activations).mean(axis=0).ravel()
    assert np.corrcoef(found.oriented.ravel(), strength)[0, 1] >= 0
    assert found.turn_by_extreme == (-found.raw.min() > found.raw.max())


def test_both_rules_are_told_and_the_raw_map_differs_at_most_in_sign():
    network, image = toys.conv(), toys.image()
    ruled = attribute(network, image, "eigencam", 0)
    raw = attribute(network, image, "eigencam-raw", 0)
    assert np.array_equal(ruled.native, raw.native) or np.array_equal(ruled.native, -raw.native)
    assert "rule of Seg-EigenCAM would" in ruled.notes[1]
    assert "happened to choose" in raw.notes[1]


def test_a_layer_without_variation_gives_a_blank_map_not_a_map_of_rounding_errors():
    activations = np.full((3, 4, 4), 0.1) * np.array([1, 2, 3])[:, None, None]
    found = eigen_signs(activations)
    assert not found.raw.any()
    assert np.isnan(found.correlation)
    network = toys.conv()
    flat = dataclasses.replace(network, kernels=np.zeros_like(network.kernels))
    assert attribute(flat, toys.image(), "eigencam", 0).blank.startswith("EigenCAM is zero")


@pytest.mark.parametrize(("cells", "size"), [((7, 7), 16), ((3, 5), 17), ((1, 1), 4), ((1, 3), 9)])
def test_upscaling_agrees_with_scikit_image(cells, size):
    native = np.random.default_rng(0).normal(size=cells)
    expected = resize(native, (size, size), order=1, mode="edge", anti_aliasing=False)
    np.testing.assert_allclose(upscale(native, size), expected, atol=1e-12)


@given(st.integers(1, 12), st.integers(12, 40), st.floats(-3, 3))
def test_upscaling_keeps_constants_and_stays_in_range(cells, size, level):
    native = np.random.default_rng(cells).normal(size=(cells, cells))
    scaled = upscale(native, size)
    assert native.min() - 1e-12 <= scaled.min() <= scaled.max() <= native.max() + 1e-12
    np.testing.assert_allclose(upscale(np.full((cells, cells), level), size), level, atol=1e-12)
