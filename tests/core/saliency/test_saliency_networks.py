"""The shipped networks with gradients: what they let a method see, and whether it is right."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from core import respiratory
from core.errors import ArtifactError, InputError, SuiteError
from core.phantoms import draw, render
from core.saliency.classifier import find_layer
from core.saliency.networks import NETWORKS, film, phantom, phantoms, shipped, stored
from core.saliency.networks.network import Network
from core.saliency.schema import Access, Pixels

LAST = {"vgg16": "conv5_3", "vit": "norm", "cnn": "stage4"}
KEYS = tuple(NETWORKS)


def films(key: str, n: int = 2) -> Pixels:
    return np.stack([film(key, render(draw(seed), 140)) for seed in range(n)])


@pytest.mark.parametrize("key", KEYS)
def test_shipped_answers_as_the_respiratory_system(key: str) -> None:
    given = films(key)
    network = shipped(key)
    answers = network.logits(given)
    expected = respiratory.forward(respiratory.Network(key), given).logits
    np.testing.assert_array_equal(answers, expected)
    assert answers.dtype == np.float64
    assert network.labels == tuple(respiratory.LABELS)


@pytest.mark.parametrize("key", KEYS)
def test_shipped_graphs_hold_the_same_weights(key: str) -> None:
    network, given = shipped(key), films(key, 1)
    assert network.graph is not None
    target = np.eye(4, dtype=np.float32)[:1]
    feed = {"pixels": given[:, None], "target": target, "floor": np.zeros((), np.float32)}
    (logits,) = network.graph().run(["logits"], feed)
    np.testing.assert_allclose(logits, network.logits(given), atol=1e-5, rtol=0)


@pytest.mark.parametrize("key", KEYS)
def test_shipped_gradient_predicts_a_small_change(key: str) -> None:
    network, given = shipped(key), films(key, 1)
    slope = network.gradient(given, 2)
    step = slope / np.linalg.norm(slope) * 0.05
    up, down = (network.logits((given + s * step).astype(np.float32))[0, 2] for s in (1, -1))
    assert (up - down) / 2 == pytest.approx(float((slope * step).sum()), rel=0.1)


@pytest.mark.parametrize("key", KEYS)
def test_shipped_last_layer_is_linear_in_the_answer(key: str) -> None:
    """The heads average a linear map, so the gradient there is weight / cells everywhere."""
    network, given = shipped(key), films(key)
    assert find_layer(network, None).key == LAST[key]
    inside = network.inside(given, 1, LAST[key])
    assert inside.activations.shape == inside.gradients.shape
    spread = inside.gradients.std(axis=(0, 2, 3))
    assert spread.max() <= 1e-6 * np.abs(inside.gradients).max()
    np.testing.assert_allclose(
        inside.activations, respiratory.forward(respiratory.Network(key), given).features, atol=1e-4
    )
    other = network.inside(given, 3, LAST[key])
    difference = inside.gradients - other.gradients
    logits = network.logits(given)
    change = (difference * (inside.activations - inside.activations[::-1])).sum(axis=(1, 2, 3))
    expected = (logits[:, 1] - logits[:, 3]) - (logits[::-1, 1] - logits[::-1, 3])
    np.testing.assert_allclose(change, expected, atol=1e-3)


@pytest.mark.parametrize("key", ["cnn", "vgg16"])
def test_shipped_guided_gradient_differs(key: str) -> None:
    network, given = shipped(key), films(key, 1)
    guided = network.guided(given, 0)
    assert guided.shape == given.shape
    assert not np.allclose(guided, network.gradient(given, 0))


def test_shipped_layers_of_vgg16_before_and_after_relu() -> None:
    network, given = shipped("vgg16"), films("vgg16", 1)
    before = network.inside(given, 0, "conv5_3-linear")
    after = network.inside(given, 0, "conv5_3")
    np.testing.assert_allclose(np.maximum(before.activations, 0), after.activations)
    np.testing.assert_allclose(before.gradients, after.gradients * (before.activations > 0))


def test_shipped_attention_is_a_distribution_and_its_gradient_sums_right() -> None:
    network, given = shipped("vit"), films("vit")
    seen = network.attention(given, 0)
    assert seen.attention.shape == seen.gradients.shape == (2, 8, 6, 101, 101)
    assert (seen.prefix, seen.side) == (1, 10)
    np.testing.assert_allclose(seen.attention.sum(axis=-1), 1, atol=1e-5)
    assert (seen.attention >= 0).all()


def test_shipped_class_token_of_the_last_block_is_not_read() -> None:
    """The head averages the patches, so where the class token looks in the end is no evidence."""
    seen = shipped("vit").attention(films("vit", 1), 0)
    assert not seen.gradients[:, -1, :, 0].any()
    assert seen.gradients[:, -1, :, 1:].any()


def test_shipped_batches_do_not_matter() -> None:
    network, given = shipped("cnn"), films("cnn", 5)
    alone = np.concatenate([network.gradient(one[None], 0) for one in given])
    np.testing.assert_allclose(network.gradient(given, 0), alone, atol=1e-6)


@pytest.mark.parametrize("key", KEYS)
def test_randomised_changes_both_graphs_alike(key: str) -> None:
    network, given = shipped(key), films(key, 1)
    other = network.randomised(0.3, 0)
    logits = other.logits(given)
    assert not np.allclose(logits, network.logits(given))
    assert other.graph is not None
    target = np.eye(4, dtype=np.float32)[:1]
    feed = {"pixels": given[:, None], "target": target, "floor": np.zeros((), np.float32)}
    (again,) = other.graph().run(["logits"], feed)
    np.testing.assert_allclose(again, logits, rtol=1e-5, atol=1e-5)
    assert other.access == network.access
    assert other.key != network.key


def test_randomised_none_is_the_network_and_seeds_differ() -> None:
    network, given = shipped("cnn"), films("cnn", 1)
    np.testing.assert_array_equal(network.randomised(0, 0).logits(given), network.logits(given))
    first, same, second = (network.randomised(1, seed).logits(given) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, same)
    assert not np.allclose(first, second)


def test_randomised_from_the_output_leaves_the_early_layers() -> None:
    network, given = shipped("cnn"), films("cnn", 1)
    before = network.inside(given, 0, "stage2").activations
    shallow = network.randomised(0.1, 0).inside(given, 0, "stage2").activations
    deep = network.randomised(1, 0).inside(given, 0, "stage2").activations
    np.testing.assert_array_equal(shallow, before)
    assert not np.allclose(deep, before)


def test_shuffled_keeps_the_numbers_and_continues_shallower_ones() -> None:
    weights = {name: np.arange(24).reshape(2, 12) for name in "abcd"}
    shallow = stored.shuffled(weights, "abcd", 0.3, 7)
    deep = stored.shuffled(weights, "abcd", 1, 7)
    changed = [name for name in "abcd" if not np.array_equal(shallow[name], weights[name])]
    assert changed == ["c", "d"]
    for name in "abcd":
        assert sorted(deep[name].ravel().tolist()) == list(range(24))
    np.testing.assert_array_equal(deep["d"], shallow["d"])
    assert not np.array_equal(deep["a"], deep["b"])


def test_networks_refuse_wrong_questions() -> None:
    network, given = shipped("cnn"), films("cnn", 1)
    with pytest.raises(InputError, match=r"there is no 'alexnet'\. Use one of: vgg16, vit, cnn"):
        shipped("alexnet")
    with pytest.raises(InputError, match="there is no 'alexnet'"):
        film("alexnet", given[0])
    with pytest.raises(InputError, match=r"has no class 4\. Give a number from 0 to 3"):
        network.gradient(given, 4)
    with pytest.raises(InputError, match="has no layer 'stage9'"):
        network.inside(given, 0, "stage9")
    with pytest.raises(InputError, match="does not let a method see its attention"):
        network.attention(given, 0)
    with pytest.raises(InputError, match="does not let a method see its guided gradient"):
        shipped("vit").guided(films("vit", 1), 0)
    with pytest.raises(InputError, match="takes at least one image"):
        network.logits(given[0])
    with pytest.raises(InputError, match="not a finite number"):
        network.gradient(given * np.float32(np.nan), 0)
    with pytest.raises(InputError, match="depth: 2 is no share"):
        network.randomised(2, 0)
    with pytest.raises(InputError, match="depth: nan is no share"):
        network.randomised(math.nan, 0)


def test_networks_refuse_answers_that_are_not_finite() -> None:
    def broken(images: Pixels) -> np.ndarray:
        return np.full((len(images), 2), np.nan)

    network = Network("k", "Broken", ("a", "b"), 4, frozenset({Access.LOGITS}), (), (0, 1), broken)
    with pytest.raises(SuiteError, match="Broken answered with a number that is not finite"):
        network.logits(np.zeros((1, 4, 4), np.float32))


def test_stored_refuses_another_forward_file() -> None:
    folder = respiratory.artifact()
    with pytest.raises(ArtifactError, match=r"made for another cnn\.onnx"):
        stored.contents(folder, {"cnn.onnx": "0" * 64})


def test_stored_refuses_a_graph_that_does_not_open() -> None:
    with pytest.raises(ArtifactError, match=r"broken\.onnx cannot be opened"):
        stored.opened(b"\x08\x08", None, "broken.onnx")


def test_stored_weights_come_from_their_places() -> None:
    first, second = np.arange(6, dtype=np.float32), np.arange(4, dtype=np.int8)
    content = {"f": b"xx" + first.tobytes() + b"y" + second.tobytes()}
    places: list[Mapping[str, Any]] = [
        {"name": "a", "file": "f", "offset": 2, "dtype": "<f4", "shape": [2, 3]},
        {"name": "b", "file": "f", "offset": 27, "dtype": "|i1", "shape": [4]},
    ]
    weights = stored.weights_at(content, places)
    np.testing.assert_array_equal(weights["a"], first.reshape(2, 3))
    np.testing.assert_array_equal(weights["b"], second)
    changed = stored.patched(content, places, {**weights, "b": second[::-1]})
    assert changed["f"] == content["f"][:27] + second[::-1].tobytes()


def test_gradient_graphs_hold_no_weights() -> None:
    for key in KEYS:
        path = stored.artifact().path(f"{key}-gradient.onnx")
        assert path.stat().st_size < 100_000


PHANTOMS = ("cnn-decoy-0", "vgg-decoy-0", "vit-decoy-0")


@pytest.mark.parametrize("key", PHANTOMS)
def test_phantom_networks_agree_in_both_graphs_and_all_batches(key: str) -> None:
    network = phantom(key)
    given = np.stack([render(draw(seed), network.size) for seed in range(33)])
    logits = network.logits(given)
    alone = np.concatenate([network.logits(one[None]) for one in given[-2:]])
    np.testing.assert_allclose(logits[-2:], alone, atol=1e-4)
    assert network.graph is not None
    target = np.eye(4, dtype=np.float32)[:1]
    feed = {"pixels": given[:1, None], "target": target, "floor": np.zeros((), np.float32)}
    (again,) = network.graph().run(["logits"], feed)
    np.testing.assert_allclose(again, logits[:1], atol=1e-4)
    assert network.grey == (0.0, 1.0)
    assert phantoms()[key]["title"] == network.title


@pytest.mark.parametrize("key", PHANTOMS)
def test_phantom_networks_gradient_and_layers(key: str) -> None:
    network = phantom(key)
    given = np.stack([render(draw(seed), network.size) for seed in range(2)])
    slope = network.gradient(given, 1)
    assert slope.shape == given.shape
    for layer in network.layers:
        if not layer.refused:
            inside = network.inside(given, 1, layer.key)
            assert inside.activations.shape == inside.gradients.shape
            assert inside.gradients.any()
    assert (Access.GUIDED in network.access) != (Access.ATTENTION in network.access)


def test_phantom_transformer_reads_its_class_token() -> None:
    network = phantom("vit-decoy-0")
    given = render(draw(1), network.size)[None]
    seen = network.attention(given, 2)
    assert (seen.prefix, seen.side) == (1, 12)
    assert seen.gradients[:, -1, :, 0].any()
    assert not seen.gradients[:, -1, :, 1:].any()
    refused = next(layer for layer in network.layers if layer.refused)
    with pytest.raises(InputError, match="gradient there is zero for every patch"):
        network.inside(given, 2, refused.key)


def test_phantom_networks_can_be_shuffled() -> None:
    network = phantom("cnn-decoy-0")
    given = render(draw(1), network.size)[None]
    other = network.randomised(0.5, 3)
    assert not np.allclose(other.logits(given), network.logits(given))
    assert not np.allclose(other.gradient(given, 0), network.gradient(given, 0))
    np.testing.assert_array_equal(network.randomised(0, 3).logits(given), network.logits(given))


def test_phantom_names_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InputError, match=r"Did you mean 'cnn-decoy-0'\?"):
        phantom("cnn-decoi-0")


def test_once_makes_one_thing_for_many_threads() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    get = stored.once(make)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: get(), range(32)))) == 1
    assert len(made) == 1
