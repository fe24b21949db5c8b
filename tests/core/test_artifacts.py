from __future__ import annotations

import datetime
import json

import pytest

from core import artifacts
from core.errors import ArtifactError

DAY = datetime.date(2026, 1, 2)


@pytest.fixture
def sealed(tmp_path):
    folder = tmp_path / "demo" / "1"
    folder.mkdir(parents=True)
    (folder / "weights.bin").write_bytes(b"\x00\x01\x02")
    artifacts.write_json(folder / "model.json", {"b": 1, "a": [0.5]})
    artifacts.seal(folder, {"licence": "MIT"}, DAY)
    return folder


def load(folder):
    return artifacts.load("demo", root=folder.parent.parent)


def test_round_trip(sealed):
    artifact = load(sealed)
    assert artifact.manifest["licence"] == "MIT"
    assert artifact.manifest["created"] == "2026-01-02"
    assert set(artifact.manifest["files"]) == {"weights.bin", "model.json"}
    assert artifact.json("model.json") == {"a": [0.5], "b": 1}
    assert artifact.path("weights.bin").read_bytes() == b"\x00\x01\x02"
    assert artifact.tag == f"demo/1 sha256:{artifact.sha256[:12]}"
    assert "numpy" in artifact.manifest["libraries"]


def test_sealing_twice_gives_the_same_bytes(sealed):
    before = (sealed / "manifest.json").read_bytes()
    assert artifacts.seal(sealed, {"licence": "MIT"}, DAY).tag == load(sealed).tag
    assert (sealed / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("bit", [1, 16, 128])
def test_any_flipped_bit_is_refused(sealed, position, bit):
    content = bytearray((sealed / "weights.bin").read_bytes())
    content[position] ^= bit
    (sealed / "weights.bin").write_bytes(bytes(content))
    with pytest.raises(ArtifactError, match=r"weights\.bin of demo/1 was altered"):
        load(sealed)


def test_missing_file_is_refused(sealed):
    (sealed / "model.json").unlink()
    with pytest.raises(ArtifactError, match=r"model\.json of demo/1 is missing"):
        load(sealed)


def test_manifest_missing_unreadable_or_of_another_format(sealed):
    path = sealed / "manifest.json"
    stored = json.loads(path.read_text())
    for content in ("{", "[]", "{}", json.dumps(stored | {"format": 99})):
        path.write_text(content)
        with pytest.raises(ArtifactError, match="is not in format 1"):
            load(sealed)
    path.unlink()
    with pytest.raises(ArtifactError, match=r"has no manifest\.json"):
        load(sealed)


def test_highest_version_is_the_default(sealed):
    later = sealed.parent / "10"
    later.mkdir()
    artifacts.seal(later, {}, DAY)
    (sealed.parent / "notes").mkdir()
    assert load(sealed).version == "10"
    assert artifacts.load("demo", "1", sealed.parent.parent).version == "1"


def test_nothing_trained_yet(tmp_path):
    with pytest.raises(ArtifactError, match="no trained model"):
        artifacts.load("demo", root=tmp_path)


def test_only_listed_files_are_handed_out(sealed):
    (sealed / "extra.txt").write_text("later")
    with pytest.raises(ArtifactError, match=r"has no file extra\.txt"):
        load(sealed).path("extra.txt")


def test_json_is_stable_and_refuses_nan(tmp_path):
    path = tmp_path / "x.json"
    artifacts.write_json(path, {"b": "ä", "a": 1})
    first = path.read_bytes()
    artifacts.write_json(path, {"a": 1, "b": "ä"})
    assert path.read_bytes() == first
    assert "ä".encode() in first
    with pytest.raises(ValueError, match="not JSON compliant"):
        artifacts.write_json(path, {"a": float("nan")})
