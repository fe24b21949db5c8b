"""The registry, the verb, its refusals, and what must hold for every method."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from core.errors import InputError
from core.saliency.classifier import Layer
from core.saliency.methods import METHODS, attribute, available, question, why_not
from core.saliency.schema import Access, Family, Options
from tests.core.saliency import toys

KEYS = [
    *("gradcam", "gradcam++", "hirescam", "layercam", "eigencam", "eigencam-raw", "scorecam"),
    *("saliency", "inputxgradient", "smoothgrad", "integrated-gradients", "guided-backprop"),
    *("occlusion", "rise", "lime", "kernelshap", "rollout", "gradient-attention", "legrad"),
    *("random", "sobel", "lung-prior", "centre", "plausible-oracle", "causal-oracle"),
]
CASES = [(toys.conv, key) for key in KEYS if METHODS[key].family is not Family.ATTENTION] + [
    (toys.attention, key) for key in KEYS if METHODS[key].family is Family.ATTENTION
]
FEW = {"kernelshap": 160, "lime": 70, "rise": 70, "smoothgrad": 40, "integrated-gradients": 40}


def made(network, key, image=None, **changes):
    options = Options(samples=FEW.get(key), **changes)
    image = toys.image() if image is None else image
    return attribute(network, image, key, 0, options, toys.masks())


def test_the_order_of_the_methods():
    assert list(METHODS) == KEYS
    assert all(key == method.key for key, method in METHODS.items())


@pytest.mark.parametrize("method", METHODS.values(), ids=KEYS)
def test_every_method_is_described_in_sentences(method):
    assert method.title
    for text in (method.summary, method.source, method.caveat):
        assert text[0].isupper()
        assert text.endswith(".")
    assert method.stochastic == (
        method.key in {"smoothgrad", "rise", "lime", "kernelshap", "random"}
    )


@pytest.mark.parametrize(("toy", "key"), CASES)
def test_a_map_is_finite_repeats_exactly_and_counts_what_it_asked(toy, key):
    network = toy()
    first, second = made(network, key), made(toy(), key)
    np.testing.assert_array_equal(first.native, second.native)
    np.testing.assert_array_equal(first.pixels, second.pixels)
    assert np.isfinite(first.native).all()
    assert first.pixels.shape == (16, 16)
    assert first.method == key
    assert first.signed == METHODS[key].signed
    assert first.signed or first.native.min() >= 0 or key.startswith("eigencam")
    assert first.forwards >= sum(network.shown)
    json.dumps(first.to_dict(), allow_nan=False)


@pytest.mark.parametrize(("toy", "key"), CASES)
def test_no_map_depends_on_how_many_images_are_shown_at_once(toy, key, monkeypatch):
    together = made(toy(), key)
    monkeypatch.setattr(question, "BATCH", 7)
    np.testing.assert_allclose(made(toy(), key).native, together.native, atol=1e-12)


@pytest.mark.parametrize("key", [key for key in KEYS if METHODS[key].stochastic])
def test_random_methods_differ_between_seeds(key):
    assert not np.array_equal(made(toys.conv(), key).native, made(toys.conv(), key, seed=1).native)


@pytest.mark.parametrize(
    "key", [key for key in KEYS if not METHODS[key].stochastic and "lime" not in key]
)
def test_other_methods_do_not(key):
    toy = next(toy for toy, covered in CASES if covered == key)
    np.testing.assert_array_equal(made(toy(), key).native, made(toy(), key, seed=1).native)


@pytest.mark.parametrize(("toy", "key"), [case for case in CASES if case[1] != "lime"])
def test_swapping_two_classes_swaps_their_maps(toy, key):
    network = toy()
    swapped = dataclasses.replace(network, head=network.head[[1, 0, 2]])
    if hasattr(network, "bias"):
        swapped = dataclasses.replace(swapped, bias=network.bias[[1, 0, 2]])
    options = Options(samples=FEW.get(key))
    image, masks = toys.image(), toys.masks()
    here = attribute(network, image, key, 1, options, masks).native
    there = attribute(swapped, image, key, 0, options, masks).native
    np.testing.assert_allclose(there, here, atol=1e-9)
    if not METHODS[key].class_specific:
        other = attribute(network, image, key, 0, options, masks).native
        np.testing.assert_array_equal(other, here)


def test_the_image_is_left_as_it_was():
    image = toys.image()
    kept = image.copy()
    for key in available(toys.conv()):
        made(toys.conv(), key, image)
    np.testing.assert_array_equal(image, kept)


def test_the_default_class_is_the_most_likely_one():
    network, image = toys.conv(), toys.image()
    found = attribute(network, image, "saliency")
    assert found.target == network.logits(image[None])[0].argmax()
    assert found.forwards == 2


def test_an_unknown_method_gets_the_closest_name():
    with pytest.raises(
        InputError, match=r"method: 'grad-cam' is not known. Did you mean 'gradcam'"
    ):
        attribute(toys.conv(), toys.image(), "grad-cam")
    with pytest.raises(InputError, match=r"'xyz' is not known. Use one of: gradcam, gradcam\+\+"):
        why_not(toys.conv(), "xyz")


def test_a_method_that_the_network_does_not_support_names_both_and_the_rest():
    network = toys.conv()
    assert why_not(network, "rollout") == (
        "Attention rollout needs attention and its gradient, which Toy does not let a method see."
    )
    with pytest.raises(InputError, match=r"Use one of: gradcam, .*kernelshap, random"):
        attribute(network, toys.image(), "rollout")
    assert "rollout" not in available(network)
    assert "gradcam" not in available(toys.attention())
    assert {"rollout", "gradient-attention", "legrad"} <= set(available(toys.attention()))


def test_a_network_that_gives_answers_only_supports_what_hides_parts():
    network = toys.linear(access=frozenset({Access.LOGITS}))
    without_controls = [key for key in available(network) if METHODS[key].needs]
    assert without_controls == ["occlusion", "rise", "lime", "kernelshap"]


def test_a_network_whose_layers_are_all_refused_says_why():
    refused = Layer("norm", "Last norm", "Only the class token is read after it.")
    network = toys.conv(layers=(refused,))
    assert why_not(network, "gradcam").endswith("Only the class token is read after it.")
    assert "names none" in why_not(toys.conv(layers=()), "eigencam")


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (np.zeros((8, 8)), r"image: the shape is \(8, 8\), and Toy takes \(16, 16\)"),
        (np.zeros((1, 16, 16)), "image: the shape is"),
        (np.full((16, 16), np.nan), "image: a pixel is not a finite number"),
        (np.full((16, 16), np.inf), "image: a pixel is not a finite number"),
        (np.full((16, 16), "a"), "image: a pixel is not a finite number"),
    ],
)
def test_an_image_that_cannot_be_used_is_refused(image, sentence):
    with pytest.raises(InputError, match=sentence):
        attribute(toys.conv(), image, "saliency")


@pytest.mark.parametrize(
    ("target", "options", "sentence"),
    [
        (3, Options(), r"target: Toy has no class 3. Use one of: 0 \(first\), 1 \(second\)"),
        (-1, Options(), "no class -1"),
        (0, Options(samples=0), "samples: 0 is outside 1 to 100,000"),
        (0, Options(samples=10**9), "samples: 1000000000 is outside"),
        (0, Options(seed=-1), "seed: -1 is outside"),
    ],
)
def test_options_that_cannot_be_used_are_refused(target, options, sentence):
    with pytest.raises(InputError, match=sentence):
        attribute(toys.conv(), toys.image(), "smoothgrad", target, options)


def test_a_network_of_one_class_is_refused():
    with pytest.raises(InputError, match="network: Toy has 1 class"):
        attribute(toys.conv(labels=("only",)), toys.image(), "saliency")
