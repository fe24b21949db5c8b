"""The shipped gate on real films, photographs, scans and drawings."""

import numpy as np
import pytest

from benchmarks import respiratory_gate_pictures as pictures
from core import phantoms
from core.artifacts import MODELS_ROOT
from core.errors import InputError
from core.respiratory.examples import EXAMPLES, FOLDER
from core.respiratory.gate import judge, judge_all
from core.respiratory.gate.parameters import ARRAYS_FILE, LEVELS_FILE
from core.respiratory.schema import Radiograph
from core.respiratory.training import gate_spoiled as spoiled
from core.respiratory.training.gate_others import grey

MODEL = MODELS_ROOT / "respiratory" / "1"


def radiograph(pixels, **stated):
    height, width = pixels.shape
    given = {"kind": "PNG", "width": width, "height": height, **stated}
    return Radiograph("x.png", "", pixels.astype(np.float32), **given)


@pytest.fixture(scope="module")
def films():
    """The children's films that the repository shows; in no split of the collection."""
    from PIL import Image

    files = [FOLDER / one.file for one in EXAMPLES if one.kind == "real film"]
    return [grey(np.asarray(Image.open(file).convert("L"))) for file in files]


def codes(gate):
    return [check.code for check in gate.checks if check.status == "refuse"]


def test_real_films_pass_and_are_told_to_be_of_children(films):
    for gate in judge_all([radiograph(film) for film in films]):
        assert codes(gate) == []
        assert any("children's collection" in warning for warning in gate.warnings)
        assert 0 < gate.ood_p <= 1


@pytest.mark.parametrize(
    ("quarters", "fix"),
    [(1, "clockwise by 90"), (2, "by 180 degrees"), (3, "anticlockwise by 90")],
)
def test_a_turned_film_is_refused_with_the_turn_that_mends_it(films, quarters, fix):
    for film in films:
        gate = judge(radiograph(np.ascontiguousarray(np.rot90(film, quarters))))
        assert "orientation" in codes(gate)
        assert fix in gate.reason


def test_a_negative_is_refused_with_its_fix(films):
    for film in films:
        gate = judge(radiograph(1 - film))
        assert "inverted" in codes(gate)
        assert "Invert the grey values." in gate.reason


@pytest.mark.parametrize("name", [*pictures.PHOTOGRAPHS, "charts", "gratings", "mosaics"])
def test_what_is_no_film_is_refused(name):
    for picture in pictures.pictures(name, 6, 1):
        gate = judge(radiograph(picture))
        assert gate.refused
        assert gate.ood_p < 0.05


@pytest.mark.parametrize("draw", [phantoms.hand, phantoms.lateral])
def test_drawn_films_of_something_else_are_refused(draw):
    assert all(judge(radiograph(draw(seed))).refused for seed in range(3))


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (224, 224)])
def test_an_empty_picture_is_refused_and_still_has_a_p_value(shape):
    gate = judge(radiograph(np.zeros(shape)))
    assert "blank" in codes(gate)
    assert gate.ood_p > 0


def test_what_the_file_says_is_enough_to_refuse(films):
    gate = judge(radiograph(films[0], modality="CT", body_part="HAND", view="LL", colour=0.9))
    assert codes(gate)[:4] == ["modality", "body part", "view", "colour"]


def test_a_film_is_judged_alone_as_in_company(films):
    together = judge_all([radiograph(film) for film in films])
    assert together[-1] == judge(radiograph(films[-1]))


def test_a_pixel_that_is_not_a_number_is_an_error():
    with pytest.raises(InputError, match="not a finite number"):
        judge(radiograph(np.full((100, 100), np.nan)))


def test_half_a_chest_is_never_simply_ok(films):
    rng = np.random.default_rng(5)
    for film in films:
        gate = judge(radiograph(spoiled.one_lung(spoiled.resize(film, 224), rng)))
        assert gate.refused or any("cut off" in text for text in gate.warnings)


def test_the_stored_parameters_are_small():
    files = (MODEL / ARRAYS_FILE, MODEL / LEVELS_FILE)
    assert sum(file.stat().st_size for file in files) < 1_500_000
