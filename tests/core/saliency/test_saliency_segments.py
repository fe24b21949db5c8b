"""LIME against the lime package, KernelSHAP against Shapley's formula."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from core.errors import InputError
from core.explain.kernel_shap import kernel_shap
from core.saliency.methods import attribute, superpixels
from core.saliency.methods.question import Question
from core.saliency.methods.segments import grid_shap, lime
from core.saliency.schema import Options
from tests.core.saliency import toys


def ask(network, image, target=0, **options):
    return Question(network, image, target, Options(**options), {})


def shapley(worth, players):
    values = np.zeros(players)
    for i in range(players):
        others = [p for p in range(players) if p != i]
        for size in range(players):
            for chosen in itertools.combinations(others, size):
                without = np.zeros(players, dtype=bool)
                without[list(chosen)] = True
                with_i = without.copy()
                with_i[i] = True
                gain = worth(with_i[None])[0] - worth(without[None])[0]
                values[i] += gain / (players * math.comb(players - 1, size))
    return values


@given(st.integers(1, 6), st.integers(0, 1000))
def test_all_coalitions_of_any_game_give_the_shapley_values(players, seed):
    table = np.random.default_rng(seed).normal(size=2**players)

    def worth(coalitions):
        return table[coalitions @ (1 << np.arange(players))]

    found = kernel_shap(worth, players, 2**players)
    assert found.exact
    assert found.evaluations == 2**players
    np.testing.assert_allclose(found.values, shapley(worth, players), atol=1e-9)


@given(st.integers(17, 40), st.integers(0, 1000))
def test_drawn_coalitions_are_exact_for_additive_games(players, seed):
    effects = np.random.default_rng(seed).normal(size=players)
    found = kernel_shap(lambda z: 2 + z @ effects, players, 6 * players, seed)
    assert not found.exact
    np.testing.assert_allclose(found.values, effects, atol=1e-8)


def test_drawn_coalitions_of_pairs_are_close_and_sum_exactly():
    def worth(z):
        return (z[:, 0] & z[:, 1]) * 2.0 + z[:, 2]

    found = kernel_shap(worth, 20, 4000, seed=1)
    expected = np.zeros(20)
    expected[:3] = 1
    np.testing.assert_allclose(found.values, expected, atol=0.06)
    assert found.values.sum() == pytest.approx(3, abs=1e-12)


def test_kernelshap_of_a_linear_network_is_the_sum_of_each_cell():
    network, image = toys.linear(), toys.image()
    found = attribute(network, image, "kernelshap", 2)
    gain = network.weights[2] * (image - np.float32(0.5))
    expected = gain.reshape(8, 2, 8, 2).sum(axis=(1, 3))
    np.testing.assert_allclose(found.native, expected, atol=1e-6)
    np.testing.assert_array_equal(found.pixels, np.kron(found.native, np.ones((2, 2))))
    assert "1002 coalitions" in found.notes[0]


def test_kernelshap_of_four_cells_is_exact_on_a_curved_network():
    network, image = toys.conv(), toys.image()
    made = grid_shap(ask(network, image, 1), 2)

    def worth(z):
        shown = np.kron(z[0].reshape(2, 2), np.ones((8, 8))) == 1
        return network.logits(np.where(shown, image, np.float32(0.5))[None])[:, 1]

    np.testing.assert_allclose(made.native.ravel(), shapley(worth, 4), atol=1e-6)
    assert "every coalition" in made.notes[0]


def test_too_few_samples_for_kernelshap_are_refused():
    with pytest.raises(InputError, match="samples: 100 are too few for the 64 cells"):
        attribute(toys.linear(), toys.image(), "kernelshap", 0, Options(samples=100))


def test_too_few_samples_for_lime_are_refused():
    with pytest.raises(InputError, match=r"samples: 5 are too few for the \d+ superpixels of LIME"):
        attribute(toys.linear(), toys.image(), "lime", 0, Options(samples=5))


def test_lime_of_a_constant_network_is_blank_and_has_no_r2():
    network = toys.region(np.eye(16), strength=0.0)
    found = attribute(network, toys.image(), "lime", 0, Options(samples=100))
    assert found.blank.startswith("LIME is zero everywhere. Hiding superpixels did not move")
    assert "R2" not in found.notes[0]


@pytest.mark.parametrize("seed", [0, 7])
def test_lime_answers_as_the_lime_package_does(seed, capsys):
    from lime.lime_image import LimeImageExplainer

    network, image = toys.linear(), toys.image()
    segments, _ = superpixels(image, network.grey)
    ours, r2 = lime(ask(network, image, 1, seed=seed, samples=200), segments)
    theirs = LimeImageExplainer(random_state=seed).explain_instance(
        image,
        lambda seen: softmax(network.logits(seen[..., 0]), axis=1),
        labels=(1,),
        top_labels=None,
        num_samples=200,
        segmentation_fn=lambda _: segments,
        random_seed=0,
    )
    weights = dict(theirs.local_exp[1])
    expected = np.vectorize(weights.get)(segments)
    np.testing.assert_allclose(ours, expected, atol=1e-6)
    assert r2 == pytest.approx(theirs.score, abs=1e-6)
    capsys.readouterr()  # its progress bar


def test_lime_returns_the_same_map_twice_and_another_for_another_seed():
    network, image = toys.conv(), toys.image()
    runs = [
        attribute(network, image, "lime", 0, Options(seed=seed, samples=100)).native
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_lime_gives_the_superpixels_and_r2():
    found = attribute(toys.conv(), toys.image(), "lime", 0, Options(samples=100))
    assert found.segments.shape == (16, 16)
    numbers = np.unique(found.segments)
    np.testing.assert_array_equal(numbers, np.arange(len(numbers)))
    for number in numbers:
        assert np.ptp(found.native[found.segments == number]) == 0
    assert "fitted to 100 neighbours. It explains" in found.notes[0]
    assert "segments" not in found.to_dict()


def test_an_image_without_structure_is_cut_into_squares(monkeypatch):
    import skimage.segmentation

    monkeypatch.setattr(
        skimage.segmentation, "slic", lambda image, **_: np.zeros(image.shape, dtype=int)
    )
    found = attribute(toys.conv(), toys.image(), "lime", 0, Options(samples=100))
    assert found.segments.max() + 1 == 49
    assert "grid of squares" in found.notes[1]


@pytest.mark.parametrize("grey", [(0.0, 1.0), (-2.27, 2.27)])
def test_superpixels_do_not_depend_on_the_scale_of_the_greys(grey):
    rows, columns = np.mgrid[:64, :64] / 64
    picture = ((rows - 0.5) ** 2 + (columns - 0.4) ** 2 < 0.08) * 0.5 + 0.2 + 0.1 * rows
    image = (grey[0] + (grey[1] - grey[0]) * picture).astype(np.float32)
    found, plain = superpixels(image, grey)
    assert not plain
    assert 20 <= found.max() + 1 <= 80
    level = [np.ptp(picture[found == number]) for number in range(found.max() + 1)]
    assert np.median(level) < 0.1
