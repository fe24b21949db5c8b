"""Attention methods on attention that is known, and the grid they are put on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.saliency.classifier import Attended
from core.saliency.methods import attribute
from core.saliency.methods.attention import (
    gradient_attention,
    legrad,
    on_grid,
    read_tokens,
    rollout,
)
from tests.core.saliency import toys


def drawn(layers, heads, tokens, seed):
    attention = np.random.default_rng(seed).random((layers, heads, tokens, tokens)) + 1e-3
    return attention / attention.sum(axis=-1, keepdims=True)


@given(st.integers(1, 5), st.integers(1, 4), st.integers(2, 9), st.integers(0, 1000))
def test_every_row_of_a_rollout_sums_to_one(layers, heads, tokens, seed):
    product = rollout(drawn(layers, heads, tokens, seed))
    np.testing.assert_allclose(product.sum(axis=1), 1, atol=1e-12)
    assert product.min() >= 0


def test_rollout_of_one_layer_is_half_attention_half_identity():
    attention = drawn(1, 3, 4, 0)
    np.testing.assert_allclose(rollout(attention), (attention[0].mean(axis=0) + np.eye(4)) / 2)


def test_rollout_of_two_layers_multiplies_the_later_from_the_left():
    attention = drawn(2, 1, 4, 0)
    first, second = (attention[:, 0] + np.eye(4)) / 2
    np.testing.assert_allclose(rollout(attention), second @ first)


def test_gradient_attention_by_hand():
    attention = drawn(2, 2, 3, 1)
    gradients = np.random.default_rng(2).normal(size=attention.shape)
    relevance = np.eye(3)
    for a, g in zip(attention, gradients, strict=True):
        mean = sum(np.maximum(a[h] * g[h], 0) for h in range(2)) / 2
        relevance = relevance + mean @ relevance
    np.testing.assert_allclose(
        gradient_attention(attention, gradients), relevance - np.eye(3), atol=1e-12
    )


def test_legrad_averages_the_positive_gradients():
    gradients = np.random.default_rng(2).normal(size=(2, 3, 4, 4))
    expected = [np.maximum(gradients, 0)[:, :, :, token].mean() for token in range(4)]
    np.testing.assert_allclose(legrad(gradients), expected)


def test_the_gradients_of_the_attention_toy_are_right():
    for reads_class_token in (True, False):
        network = toys.attention(reads_class_token=reads_class_token)
        image = toys.image()[None].astype(np.float64)
        attended = network.attention(image, 1)
        tokens, attention = network._tokens(image), attended.attention[:, 0, 0]
        for row, column in ((0, 0), (0, 5), (3, 2)):
            moved = attention.copy()
            moved[0, row, column] += 1
            slope = network.read(moved, tokens)[0, 1] - network.read(attention, tokens)[0, 1]
            assert attended.gradients[0, 0, 0, row, column] == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("reads_class_token", [True, False])
def test_maps_start_from_the_tokens_that_the_decision_reads(reads_class_token):
    network = toys.attention(reads_class_token=reads_class_token)
    image = toys.image()
    attended = network.attention(image[None], 1)
    read = read_tokens(attended.gradients[0])
    rows = [0] if reads_class_token else list(range(1, 17))
    np.testing.assert_array_equal(np.nonzero(read)[0], rows)
    attention, gradients = attended.attention[0, 0, 0], attended.gradients[0, 0, 0]
    found = attribute(network, image, "rollout", 1)
    expected = ((attention + np.eye(17)) / 2)[rows].mean(axis=0)[1:].reshape(4, 4)
    np.testing.assert_allclose(found.native, expected, atol=1e-12)
    found = attribute(network, image, "gradient-attention", 1)
    expected = np.maximum(attention * gradients, 0)[rows].mean(axis=0)[1:].reshape(4, 4)
    np.testing.assert_allclose(found.native, expected, atol=1e-12)
    reads = "the class token" if reads_class_token else "16 tokens"
    assert found.notes[0].endswith(f"the decision reads {reads}.")


def test_the_gradient_methods_depend_on_the_class_and_rollout_does_not():
    network, image = toys.attention(), toys.image()
    maps = {
        key: [attribute(network, image, key, target).native for target in (0, 1)]
        for key in ("rollout", "gradient-attention", "legrad")
    }
    np.testing.assert_array_equal(*maps["rollout"])
    assert not np.array_equal(*maps["gradient-attention"])
    assert not np.array_equal(*maps["legrad"])


@pytest.mark.parametrize(("prefix", "side"), [(0, 3), (1, 2), (5, 6)])
def test_the_grid_comes_from_the_network(prefix, side):
    empty = np.zeros((1, 1, prefix + side**2, prefix + side**2))
    tokens = np.arange(prefix + side**2, dtype=float)
    grid = on_grid(tokens, Attended(empty, empty, prefix, side))
    assert grid.shape == (side, side)
    assert grid[0, 0] == prefix
    assert grid[-1, -1] == prefix + side**2 - 1


def test_tokens_that_do_not_fill_the_grid_are_refused():
    empty = np.zeros((1, 1, 10, 10))
    with pytest.raises(InputError, match="10 tokens without 1 leave 9, which is not a grid of 4"):
        on_grid(np.zeros(10), Attended(empty, empty, 1, 4))


def test_attention_that_does_not_reach_the_class_is_refused():
    network = toys.attention()
    deaf = dataclasses.replace(network, head=np.zeros_like(network.head))
    with pytest.raises(InputError, match="its attention does not reach the decision"):
        attribute(deaf, toys.image(), "rollout", 0)
