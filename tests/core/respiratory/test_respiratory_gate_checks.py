"""The gate's checks, one by one: what a file says, what the heads say, what is burned in."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from core import phantoms
from core.phantoms import Finding, Shortcut
from core.respiratory.gate.content import content
from core.respiratory.gate.declared import (
    blank,
    body_part,
    colour,
    declared,
    modality,
    size,
    view,
)
from core.respiratory.gate.features import Scores
from core.respiratory.gate.markers import Glyph, glyphs
from core.respiratory.gate.parameters import KINDS, Levels
from core.respiratory.schema import Radiograph

LEVELS = Levels(
    frontal_refuse=0.2,
    frontal_attention=0.5,
    ood_refuse=2.0,
    ood_attention=0.01,
    cropped_attention=0.25,
    mirrored_attention=0.9,
    child_attention=0.5,
)


def scores(kind="upright", probability=1.0, excess=0.0, p=0.5, mirrored=0.0, child=0.0):
    """Scores of one picture; what is left of the probability goes to upright, or to other."""
    kinds = np.zeros((1, len(KINDS)))
    kinds[0, KINDS.index("other" if kind == "upright" else "upright")] = 1 - probability
    kinds[0, KINDS.index(kind)] += probability
    return Scores(
        kinds=kinds,
        distance=np.array([0.0]),
        excess=np.array([excess]),
        ood_p=np.array([p]),
        mirrored=np.array([mirrored]),
        child=np.array([child]),
    )


def checked(said, marks=()):
    found = content(said, 0, LEVELS, lambda: marks)
    return {check.code: check for check in found}


@pytest.mark.parametrize("code", ["CR", "DX", "rg", " DX "])
def test_plain_radiography_passes(code):
    assert modality(code).status == "ok"


@pytest.mark.parametrize("code", ["CT", "MR", "US", "PT", "MG", "XA", "RF", "RTDOSE", "SEG"])
def test_any_other_modality_is_refused_by_name(code):
    check = modality(code)
    assert check.status == "refuse"
    assert code in check.text
    assert "Give a plain chest film." in check.text


@pytest.mark.parametrize("code", ["", "OT", "SC"])
def test_an_unsaid_modality_is_no_reason_to_refuse(code):
    assert modality(code).status == "ok"


@pytest.mark.parametrize("stated", ["CHEST", "PORT CHEST", "Thorax", "CHESTABDPELVIS", "TORAX", ""])
def test_the_chest_passes(stated):
    assert body_part(stated).status == "ok"


@pytest.mark.parametrize("stated", ["HAND", "hand", "SKULL", "KNEE", "C-SPINE", "ABDOMEN"])
def test_another_part_of_the_body_is_refused(stated):
    check = body_part(stated)
    assert check.status == "refuse"
    assert stated.upper() in check.text


def test_an_unknown_body_part_is_mentioned_and_cut_short():
    check = body_part("X" * 500)
    assert check.status == "attention"
    assert len(check.text) < 130


@pytest.mark.parametrize("stated", ["LL", "RL", "LATERAL", "LAT", "Left Lateral", "RAO", "LPO"])
def test_a_view_from_the_side_is_refused(stated):
    check = view(stated)
    assert check.status == "refuse"
    assert "Give the PA or AP film." in check.text


@pytest.mark.parametrize("stated", ["AP", "PA", "pa", "AP SUPINE", ""])
def test_a_frontal_view_passes(stated):
    assert view(stated).status == "ok"


def test_an_unknown_view_is_mentioned():
    assert view("SWIMMERS").status == "attention"


@pytest.mark.parametrize(
    ("width", "height", "status"),
    [
        (1, 1, "refuse"),
        (63, 500, "refuse"),
        (64, 64, "ok"),
        (224, 224, "ok"),
        (64, 100_000, "refuse"),
        (200, 636, "attention"),  # the longest film of the collections
        (1000, 3501, "refuse"),
        (3000, 2500, "ok"),
    ],
)
def test_the_size_decides(width, height, status):
    check = size(width, height)
    assert check.status == status
    assert f"{width} x {height}" in check.text


@pytest.mark.parametrize(
    ("share", "status"),
    [(0.0, "ok"), (0.004, "ok"), (0.01, "attention"), (0.2, "refuse"), (1.0, "refuse")],
)
def test_a_colour_picture_is_refused_and_a_coloured_mark_mentioned(share, status):
    assert colour(share).status == status


@given(st.floats(0, 1))
def test_a_constant_image_is_blank_whatever_its_grey(grey):
    assert blank(np.full((70, 80), grey, dtype=np.float32)).status == "refuse"


def test_a_few_bright_pixels_do_not_make_a_picture():
    pixels = np.zeros((100, 100), dtype=np.float32)
    pixels[:5, :10] = 1
    assert blank(pixels).status == "refuse"


def test_an_image_that_is_not_a_number_is_blank():
    assert blank(np.full((70, 70), np.nan, dtype=np.float32)).status == "refuse"


def test_every_declared_check_has_its_code_once():
    film = np.linspace(0, 1, 4900, dtype=np.float32).reshape(70, 70)
    codes = [check.code for check in declared(Radiograph("a", "", film, "PNG", 70, 70))]
    assert codes == ["modality", "body part", "view", "size", "colour", "blank"]


def test_a_film_passes_with_every_check_named():
    found = checked(scores())
    assert {check.status for check in found.values()} == {"ok"}
    assert list(found) == [
        "frontal",
        "orientation",
        "inverted",
        "cropped",
        "ood",
        "mirrored",
        "child",
        "letters",
    ]


@pytest.mark.parametrize(
    ("kind", "code", "fix"),
    [
        ("turned 90", "orientation", "Turn it clockwise by 90 degrees."),
        ("turned 180", "orientation", "Turn it by 180 degrees."),
        ("turned 270", "orientation", "Turn it anticlockwise by 90 degrees."),
        ("inverted", "inverted", "Invert the grey values."),
        ("cropped", "cropped", "Give the whole film with both lungs."),
        ("other", "frontal", "Give one PA or AP chest film."),
    ],
)
def test_what_is_wrong_is_refused_with_its_fix_and_nothing_more_is_asked(kind, code, fix):
    found = checked(scores(kind, 0.9))
    assert [one for one, check in found.items() if check.status == "refuse"] == [code]
    assert fix in found[code].text
    assert "90 %" in found[code].text or code == "frontal"
    assert "child" not in found


@given(st.sampled_from(KINDS[1:]), st.floats(0, 1))
def test_a_picture_is_refused_just_when_upright_is_too_improbable(kind, probability):
    found = checked(scores(kind, probability))
    refused = any(check.status == "refuse" for check in found.values())
    assert refused == (1 - probability < LEVELS.frontal_refuse)


def test_between_the_levels_the_gate_is_uncertain():
    assert checked(scores("other", 0.6))["frontal"].status == "attention"


def test_a_part_that_may_be_cut_off_is_mentioned():
    assert checked(scores("cropped", 0.3))["cropped"].status == "attention"


def test_distance_warns_by_its_p_value_and_refuses_by_its_size():
    assert checked(scores(excess=1.5, p=0.002))["ood"].status == "attention"
    assert checked(scores(excess=1.5, p=0.02))["ood"].status == "ok"
    far = checked(scores(excess=2.5, p=0.002))["ood"]
    assert far.status == "refuse"
    assert "2.5" in far.text
    assert far.value == 2.5


def test_a_distance_explained_by_a_turn_is_mentioned_only():
    found = checked(scores("turned 180", 0.99, excess=5.0, p=0.002))
    assert [code for code, check in found.items() if check.status == "refuse"] == ["orientation"]
    assert found["ood"].status == found["frontal"].status == "attention"
    assert checked(scores("other", 0.99, excess=5.0, p=0.002))["ood"].status == "refuse"


def test_a_mirrored_film_is_mentioned_and_never_refused():
    check = checked(scores(mirrored=1.0))["mirrored"]
    assert check.status == "attention"
    assert "right side" in check.text


def test_a_childs_film_says_what_is_confounded():
    check = checked(scores(child=0.97))["child"]
    assert check.status == "attention"
    assert "97 %" in check.text
    assert "Viral Pneumonia was only seen in children." in check.text
    assert "cannot be told apart" in check.text


def test_letters_are_counted():
    one = Glyph(1, 1, 8, 6, 0.5)
    assert checked(scores(), (one,))["letters"].text.startswith("1 letter or other bright mark ")
    assert checked(scores(), (one, one))["letters"].value == 2.0


def _smooth(size=224):
    rows, columns = np.mgrid[0 : 1 : size * 1j, 0 : 1 : size * 1j]
    return (0.35 + 0.2 * np.sin(3 * rows) * np.cos(4 * columns)).astype(np.float32)


@pytest.mark.parametrize("size", [10, 14, 20])
def test_a_drawn_word_is_found_where_it_stands(size):
    image = Image.fromarray((_smooth() * 255).astype(np.uint8))
    ImageDraw.Draw(image).text((20, 30), "SUPINE", fill=255, font=ImageFont.load_default(size=size))
    found = glyphs(np.asarray(image, dtype=np.float32) / 255)
    assert found
    assert all(25 <= one.top < 30 + 1.5 * size and one.left >= 15 for one in found)


def test_a_smooth_picture_and_a_bone_carry_no_letters():
    assert glyphs(_smooth()) == ()
    bone = _smooth()
    bone[60:68, :] += 0.5
    assert glyphs(np.clip(bone, 0, 1)) == ()


def test_the_lead_letter_of_a_phantom_is_found():
    marked = phantoms.render(phantoms.draw(4, Finding.NORMAL, Shortcut.MARKER))
    bare = phantoms.render(phantoms.draw(4, Finding.NORMAL, Shortcut.NONE))
    assert len(glyphs(marked)) > len(glyphs(bare))


def test_the_measures_are_numbers():
    for check in checked(scores()).values():
        assert math.isfinite(check.value)
