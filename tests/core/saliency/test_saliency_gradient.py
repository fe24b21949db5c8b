"""Gradient methods on networks whose gradients are known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.errors import SuiteError
from core.saliency.methods import attribute
from core.saliency.methods.gradient import integrated_gradients, smoothgrad
from core.saliency.methods.question import Question
from core.saliency.schema import Options
from tests.core.saliency import toys


def ask(network, image, target=0, options=Options()):  # noqa: B008 - frozen
    return Question(network, image, target, options, {})


def test_the_gradients_of_the_convolution_toy_are_right():
    network, image = toys.conv(size=8), toys.image(8).astype(np.float64)
    found = network.gradient(image[None], 2)[0]
    step = 1e-6
    for row, column in ((0, 0), (3, 4), (7, 7), (2, 6)):
        raised, lowered = image.copy(), image.copy()
        raised[row, column] += step
        lowered[row, column] -= step
        slope = np.diff(network.answer(np.stack([lowered, raised]))[:, 2])[0] / (2 * step)
        assert found[row, column] == pytest.approx(slope, abs=1e-7)


def test_of_a_linear_network_all_maps_are_its_weights():
    network, image = toys.linear(), toys.image()
    weights = network.weights[1]
    found = {
        key: attribute(network, image, key, 1).native
        for key in ("saliency", "smoothgrad", "inputxgradient", "integrated-gradients")
    }
    np.testing.assert_allclose(found["saliency"], np.abs(weights), atol=1e-12)
    np.testing.assert_allclose(found["smoothgrad"], np.abs(weights), atol=1e-12)
    np.testing.assert_allclose(found["inputxgradient"], weights * image, atol=1e-12)
    np.testing.assert_allclose(
        found["integrated-gradients"], weights * (image - np.float32(0.5)), atol=1e-12
    )


def test_integrated_gradients_of_a_square_are_exact_at_midpoints():
    network, image = toys.curved(), toys.image()
    made, residual = integrated_gradients(ask(network, image), 0.25)
    expected = network.weights[0] * (image.astype(np.float64) ** 2 - 0.25**2)
    np.testing.assert_allclose(made.native, expected, atol=1e-6)
    assert abs(residual) < 1e-5


def test_the_residual_of_completeness_shrinks_with_the_steps_and_is_told():
    network, image = toys.conv(), toys.image()
    residuals = [
        abs(integrated_gradients(ask(network, image, 1, Options(samples=steps)), 0.0)[1])
        for steps in (2, 512)
    ]
    assert residuals[1] < residuals[0]
    found = attribute(network, image, "integrated-gradients", 1)
    logits = network.logits(np.stack([np.full_like(image, 0.5), image]))[:, 1]
    assert f"the logit rises by {logits[1] - logits[0]:.3f}" in found.notes[0]
    assert f"the map adds up to {found.native.sum():.3f}" in found.notes[0]
    assert "with 64 steps" in found.notes[0]


def test_a_baseline_equal_to_the_image_leaves_nothing():
    image = np.full((16, 16), 0.5, np.float32)
    found = attribute(toys.conv(), image, "integrated-gradients", 0)
    assert found.blank.startswith("Integrated gradients is zero everywhere.")


def test_smoothgrad_without_noise_is_the_gradient():
    network, image = toys.conv(), toys.image()
    made = smoothgrad(ask(network, image, 1), noise=0.0)
    np.testing.assert_allclose(
        made.native, attribute(network, image, "saliency", 1).native, atol=1e-12
    )


def test_the_noise_of_smoothgrad_is_a_tenth_of_the_range_of_greys():
    network = toys.curved()
    wide = dataclasses.replace(network, grey=(-2.0, 2.0))
    image = toys.image()
    found = attribute(wide, image, "smoothgrad", 0, Options(samples=7, seed=4))
    noise = np.random.default_rng(4).standard_normal((7, 16, 16)) * 0.4
    mean = (2 * network.weights[0] * (image + noise)).mean(axis=0)
    np.testing.assert_allclose(found.native, np.abs(mean), atol=1e-5)


def test_guided_backpropagation_cuts_what_flows_back_negative():
    network, image = toys.conv(), toys.image()
    found = attribute(network, image, "guided-backprop", 0)
    np.testing.assert_array_equal(found.native, np.abs(network.guided(image[None], 0)[0]))
    against = dataclasses.replace(network, head=-np.abs(network.head))
    blank = attribute(against, image, "guided-backprop", 0).blank
    assert blank.endswith("No positive gradient of 'first' reaches the input.")


def test_a_dead_network_gives_a_blank_map_with_the_reason():
    network = toys.linear()
    dead = dataclasses.replace(network, weights=np.zeros_like(network.weights))
    found = attribute(dead, toys.image(), "saliency", 0)
    expected = "Saliency is zero everywhere. The gradient of 'first' is zero at every pixel."
    assert found.blank == expected


def test_a_network_that_answers_with_nan_is_stopped():
    network = toys.linear()
    broken = dataclasses.replace(network, weights=np.full_like(network.weights, np.nan))
    with pytest.raises(SuiteError, match="Toy answered with a number that is not finite"):
        attribute(broken, toys.image(), "saliency", 0)
