"""Training a network of one's own: weights that fit or do not, and a run that is written down."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.respiratory.prepare import Recipe
from core.respiratory.schema import LABELS

torch = pytest.importorskip("torch", reason="training needs requirements-train.txt")
safetensors = pytest.importorskip(
    "safetensors.torch", reason="training needs requirements-train.txt"
)

from core.respiratory.training import own  # noqa: E402
from core.respiratory.training.topologies import TOPOLOGIES  # noqa: E402


@pytest.fixture
def films(tmp_path):
    rng = np.random.default_rng(0)
    rows = []
    for split in ("train", "val", "test"):
        for number, label in enumerate(LABELS):
            name = f"{split}_{number}.png"
            Image.fromarray(rng.integers(0, 256, (64, 64), dtype=np.uint8)).save(tmp_path / name)
            rows.append([name, str(label), split, "here", "none", f"p{number}"])
    with (tmp_path / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["file", "label", "split", "source", "licence", "patient"], *rows]
        )
    return tmp_path


def run(films, out, **changed):
    order = own.Order(**{"network": "cnn", "recipe": Recipe.PLAIN, "epochs": 1} | changed)
    return own.train_own(order, out, data=films, tell=lambda text: None)


def test_a_run_writes_its_best_weights_and_what_it_says_of_held_out_films(films, tmp_path):
    found = run(films, tmp_path / "out")
    assert found == json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert found["test_accuracy"]["n"] == len(LABELS)
    rows = list(csv.DictReader((tmp_path / "out" / "held-out.csv").read_text().splitlines()))
    assert [row["split"] for row in rows] == ["val"] * 4 + ["test"] * 4
    model = TOPOLOGIES["cnn"].build(len(LABELS))
    loaded = own.load_weights(model, tmp_path / "out" / "weights.safetensors")
    assert loaded.fresh == ()
    again = run(films, tmp_path / "again", weights=tmp_path / "out" / "weights.safetensors")
    assert again["weights"]["filled"] == loaded.filled


def test_a_last_layer_for_other_classes_starts_fresh(tmp_path):
    wide = TOPOLOGIES["cnn"].build(7)
    safetensors.save_file(
        {k: v.contiguous() for k, v in wide.state_dict().items()}, tmp_path / "w.safetensors"
    )
    loaded = own.load_weights(TOPOLOGIES["cnn"].build(4), tmp_path / "w.safetensors")
    assert {name.rpartition(".")[2] for name in loaded.fresh} == {"weight", "bias"}


def test_a_tensor_that_does_not_fit_is_named_with_both_shapes(tmp_path):
    state = dict(TOPOLOGIES["cnn"].build(4).state_dict())
    first = next(iter(state))
    state[first] = torch.zeros(2, 3)
    state["stray"] = torch.zeros(5)
    safetensors.save_file({k: v.contiguous() for k, v in state.items()}, tmp_path / "w.safetensors")
    with pytest.raises(InputError, match="2 tensors do not fit") as caught:
        own.load_weights(TOPOLOGIES["cnn"].build(4), tmp_path / "w.safetensors")
    assert "2x3 in the file" in str(caught.value)
    assert "absent in the network" in str(caught.value)


def test_what_is_no_safetensors_file_is_refused(tmp_path):
    (tmp_path / "w.pt").write_bytes(b"PK pickled")
    with pytest.raises(InputError, match="is not a safetensors file"):
        own.load_weights(TOPOLOGIES["cnn"].build(4), tmp_path / "w.pt")


def test_an_unknown_network_and_a_missing_split_are_named(films, tmp_path):
    with pytest.raises(InputError, match="'resnet' cannot be built"):
        run(films, tmp_path / "o", network="resnet")
    table = films / "metadata.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",val,", ",train,"))
    with pytest.raises(InputError, match="no film has the split val"):
        run(films, tmp_path / "o")
