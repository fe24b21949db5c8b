"""The examples: whole, honest about licence and truth, and unknown to the networks."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from benchmarks import respiratory_phantoms as bench
from core.errors import InputError
from core.respiratory import examples
from core.respiratory.schema import Label
from core.respiratory.training.collection import SHARED

KEYS = [one.key for one in examples.EXAMPLES]


@pytest.mark.parametrize("key", KEYS)
def test_every_example_is_an_image_and_the_same_every_time(key):
    name, content = examples.example(key)
    assert examples.example(key) == (name, content)
    image = Image.open(io.BytesIO(content))
    image.load()
    assert image.format == {"png": "PNG", "jpg": "JPEG"}[name.rsplit(".", 1)[1]]
    assert max(image.size) <= 640
    assert len(content) < 200_000
    assert image.mode == ("RGB" if key == "photograph" else "L")


def test_keys_and_files_are_unique():
    assert len(set(KEYS)) == len(KEYS)
    assert len({one.file for one in examples.EXAMPLES}) == len(KEYS)


def test_an_unknown_example_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match=r"there is no 'cat'. Choose one of child-normal-1, "):
        examples.example("cat")


def test_every_stored_film_is_listed_and_every_listed_one_is_stored():
    listed = {one.file: one.sha256 for one in examples.EXAMPLES if one.sha256}
    stored = {path.name: path.read_bytes() for path in examples.FOLDER.glob("*.jpg")}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in stored.items()} == listed
    text = (examples.FOLDER / "README.md").read_text(encoding="utf-8")
    for name, digest in listed.items():
        assert f"{name} |" in text
        assert f"`{digest}`" in text


def test_every_example_names_its_terms():
    for one in examples.EXAMPLES:
        assert one.licence
        assert one.credit
        assert one.note.endswith(".")
        assert one.expected.endswith(".")
        if one.kind == "real film":
            assert one.licence == "CC BY 4.0"
            assert "doi:10.17632/rscbjbr9sj.2" in one.credit


def test_only_the_source_gives_a_label():
    assert {one.label for one in examples.EXAMPLES} == {Label.NORMAL, None}
    assert {one.kind for one in examples.EXAMPLES if one.label} == {"real film"}
    assert all(one.refuse for one in examples.EXAMPLES if one.kind == "not a film to read")


def test_the_stored_films_carry_no_metadata():
    for one in examples.EXAMPLES:
        if one.sha256:
            image = Image.open(io.BytesIO(examples.example(one.key)[1]))
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_letter_is_all_that_differs_between_the_twins():
    first, second = (
        np.asarray(Image.open(io.BytesIO(examples.example(key)[1])))
        for key in ("drawn-ground-glass", "drawn-marker")
    )
    rows, columns = np.nonzero(first != second)
    assert 0 < len(rows) < 0.02 * first.size
    assert rows.max() < 0.25 * len(first)
    assert columns.max() < 0.25 * len(first) or columns.min() > 0.75 * len(first)


def test_turned_and_inverted_are_what_they_say():
    normal, turned, negative = (
        np.asarray(Image.open(io.BytesIO(examples.example(key)[1]))).astype(int)
        for key in ("drawn-normal", "upside-down", "inverted")
    )
    assert np.array_equal(turned, normal[::-1])
    assert np.abs(negative - (255 - normal)).max() <= 1


def test_the_measure_of_likeness_finds_a_copy_and_its_mirror_image():
    content = examples.example("child-normal-1")[1]
    image = Image.open(io.BytesIO(content))
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((224, 224))
    for copy in (image.resize((224, 224)), mirrored):
        found = bench.matches(["copy"], np.array([bench.thumb(copy)]), content)
        assert found["near-duplicate"]
        assert found["correlation"] > 0.99


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared films are not here")
def test_no_real_example_is_in_the_collection():
    names, thumbs = bench.read_thumbs(SHARED)
    for one in examples.EXAMPLES:
        if one.kind == "real film":
            found = bench.matches(names, thumbs, examples.example(one.key)[1])
            assert not found["near-duplicate"], found
