from __future__ import annotations

import pytest

from core.errors import InputError
from core.respiratory import LABELS
from core.saliency.benchmark.profiles import FILMS, PROFILES, held_out, plan_of

HEAD = "file,label,split\n"


@pytest.fixture
def collection(tmp_path):
    rows = [
        f"{label}/{i}.jpg,{label},{'test' if i % 2 else 'train'}\n"
        for label in LABELS
        for i in range(40)
    ]
    (tmp_path / "metadata.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    return tmp_path


def test_films_are_of_the_test_split_and_of_every_class(collection):
    films = held_out(collection, 12)
    assert len(films) == 12
    assert [list(films.values()).count(i) for i in range(4)] == [3, 3, 3, 3]
    assert all(int(name.split("/")[1].removesuffix(".jpg")) % 2 for name in films)
    assert held_out(collection, 12) == films


def test_no_more_films_are_chosen_than_there_are(collection):
    assert len(held_out(collection, 1000)) == 80


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "holds no metadata.csv"),
        ("file,label\na.jpg,Normal\n", "has no column split"),
        (HEAD + "a.jpg,Normal,train\n", "names no test film"),
        (HEAD + "a.jpg,Flu,test\n", "names no test film"),
    ],
)
def test_a_folder_that_is_no_collection_is_refused(tmp_path, text, sentence):
    if text is not None:
        (tmp_path / "metadata.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        held_out(tmp_path, 4)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_a_plan_of_its_name(profile, collection):
    plan = plan_of(profile, collection)
    assert plan.profile == profile
    assert plan_of(profile, collection).digest == plan.digest


def test_networks_and_images_can_be_chosen(collection):
    plan = plan_of("quick", networks=("cnn-decoy-0", "vgg-decoy-0"), n=3)
    assert plan.networks == ("cnn-decoy-0", "vgg-decoy-0")
    assert len(plan.images) == 3
    assert len(plan_of("films", collection).images) == min(FILMS, 80)
    assert len(plan_of("films", collection, n=8).images) == 8


def test_an_unknown_profile_is_refused():
    with pytest.raises(InputError, match=r"there is no 'all'\. Use one of: quick, phantoms, films"):
        plan_of("all")
    with pytest.raises(InputError, match="Give their folder with --films"):
        plan_of("films")
