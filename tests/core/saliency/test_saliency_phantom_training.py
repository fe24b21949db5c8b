"""Networks for phantoms and their files; needs torch, which the suite itself does not."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is needed for training only")
onnx = pytest.importorskip("onnx", reason="onnx is needed for training only")

from core.errors import InputError  # noqa: E402
from core.runtime.onnx import open_session  # noqa: E402
from core.saliency.ground_truth import REGIMES  # noqa: E402
from core.saliency.training import data, fit, grid, networks, phantom_graphs  # noqa: E402

FILMS = np.random.default_rng(0).random((16, 96, 96)).astype(np.float16)
LABELS = np.arange(16) % 4


def test_every_key_is_taken_apart_and_named_once():
    keys = grid.keys()
    assert len(set(keys)) == len(keys)
    for key in keys:
        arch, regime, seed = grid.parts(key)
        assert f"{arch}-{regime}-{seed}" == key
        assert regime in REGIMES
    for arch in networks.ARCHITECTURES:
        assert {f"{arch}-decoy-{s}" for s in range(3)} <= set(keys)
        assert {f"{arch}-confounded-{s}" for s in range(3)} <= set(keys)


@pytest.mark.parametrize("key", ["cnn", "resnet-decoy-0", "cnn-decoys-0", "cnn-decoy-x", ""])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(InputError, match="Write architecture-regime-seed"):
        grid.parts(key)


@pytest.mark.parametrize("arch", list(networks.ARCHITECTURES))
def test_folding_changes_no_answer(arch):
    network = networks.build(arch, 1)
    network.train()
    network(torch.rand(8, 1, 96, 96))
    network.eval()
    films = torch.rand(3, 1, 96, 96)
    with torch.no_grad():
        before, _ = network(films)
        after, features = networks.folded(network)(films)
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-5)
    assert features.shape[2:] == (12, 12)
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in network.modules())


def test_the_same_seed_trains_the_same_network():
    recipe = fit.Recipe(1, 1e-3, batch=8)
    first, second = (fit.fit("cnn", FILMS, LABELS, 5, recipe)[0] for _ in range(2))
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_films_of_a_regime_carry_the_shortcut_as_decided(tmp_path):
    law = REGIMES["marker50"]
    films, labels = data.examples(law, tmp_path, films=12)
    with_it = data.kept(law, carries=True, folder=tmp_path, films=12)
    without = data.kept(law, carries=False, folder=tmp_path, films=12)
    for i, seed in enumerate(data.SEEDS["training"][:12]):
        label, carries = data.decided(seed, law)
        assert labels[i] == label
        assert np.array_equal(films[i], (with_it if carries else without)[i])


@pytest.mark.filterwarnings("ignore")  # torch warns of itself
def test_one_graph_answers_for_every_network_of_its_architecture(tmp_path):
    """Weights, however small, come from the archive: none of the first network's stays behind."""
    expected = {}
    for seed in (0, 1):
        network = networks.folded(networks.build("vgg", seed))
        with torch.no_grad():
            for weight in network.parameters():
                weight.add_(torch.randn_like(weight) * 0.05)
        values = {name: value.numpy() for name, value in network.state_dict().items()}
        np.savez(tmp_path / f"vgg-decoy-{seed}.npz", **values)
        (tmp_path / f"vgg-decoy-{seed}.json").write_text(json.dumps({"films": 1, "seconds": 1.0}))
        expected[seed] = fit.logits_of(network, FILMS[:4])
    held = {seed: grid.weights(tmp_path, f"vgg-decoy-{seed}") for seed in (0, 1)}
    made, origins = phantom_graphs.export_graphs("vgg", held[0], tmp_path)
    assert max(made["parity"].values()) < 1e-5
    for seed in (0, 1):
        session = open_session(
            tmp_path / made["forward"], phantom_graphs.placed(held[seed], origins)
        )
        (answer,) = session.run(["logits"], {"pixels": FILMS[:4, None].astype(np.float32)})
        np.testing.assert_allclose(answer, expected[seed], atol=1e-4)
