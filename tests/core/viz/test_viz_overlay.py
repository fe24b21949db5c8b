"""A map burned into a picture: where the colour lies, what is outlined, what the twins say."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.errors import SuiteError
from core.viz.overlay import CELLS, SIDE, composed, overlay, overlay_png

GREY = np.full((32, 32), 0.5)


def corner(sign: float) -> np.ndarray:
    heat = np.zeros((8, 8))
    heat[:2, 6:] = sign
    return heat


def test_without_a_map_the_picture_stays_grey():
    drawn = composed(GREY)
    assert drawn.shape == (SIDE, SIDE, 3)
    assert np.ptp(drawn) == pytest.approx(0)


@pytest.mark.parametrize(("sign", "warm"), [(1.0, True), (-1.0, False)])
def test_what_speaks_for_is_warm_and_what_speaks_against_is_cold(sign, warm):
    drawn = composed(GREY, corner(sign), smooth=False)
    red, _, blue = drawn[SIDE // 16, -SIDE // 16]
    assert (red > blue) == warm
    assert drawn[-1, 0] == pytest.approx(0.5)


def test_no_opacity_shows_the_picture_alone():
    assert composed(GREY, corner(1.0), opacity=0.0) == pytest.approx(composed(GREY))


def test_one_bright_pixel_does_not_dim_the_rest():
    heat = np.full((64, 64), 0.5)
    heat[0, 0] = 1e6
    plain = composed(GREY, np.full((64, 64), 0.5))
    assert composed(GREY, heat)[200, 200] == pytest.approx(plain[200, 200])


def test_an_area_is_outlined_at_its_border_only():
    area = np.zeros((32, 32), dtype=bool)
    area[8:24, 8:24] = True
    changed = (np.abs(composed(GREY, outlines={"Lesion": area}) - 0.5) > 0.01).any(axis=2)
    assert not changed[SIDE // 2, SIDE // 2]
    assert not changed[0].any()
    assert changed[SIDE // 4, SIDE // 2]
    assert changed.mean() < 0.05


def test_superpixels_are_drawn_by_the_borders_between_them():
    labels = np.repeat(np.arange(4), 8)[:, None] * np.ones((1, 32), dtype=int)
    changed = (np.abs(composed(GREY, outlines={"Superpixels": labels}) - 0.5) > 0.01).any(axis=2)
    assert [bool(changed[round(SIDE * share), 5]) for share in (0.25, 0.4, 0.5)] == [1, 0, 1]


def test_the_twins_say_where_the_weight_lies():
    areas = {"Lesion": np.eye(32, dtype=bool), "Nothing": np.zeros((32, 32))}
    chart = overlay(GREY, corner(2.0), title="Film", quantity="Evidence", outlines=areas)
    assert "upper right 100 %" in chart.alt
    assert "Outlined: Lesion." in chart.alt
    assert list(chart.table) == ["Row", "Column", "Evidence"]
    assert chart.table["Evidence"].sum() == pytest.approx(8.0)


def test_a_fine_map_has_a_coarse_table_with_the_same_mean():
    heat = np.random.default_rng(0).normal(size=(96, 96))
    table = overlay(GREY, heat, title="Film").table
    assert len(table) == CELLS**2
    assert table["Weight"].mean() == pytest.approx(heat.mean())


def test_a_map_of_zeros_is_named():
    assert "zero everywhere" in overlay(GREY, np.zeros((4, 4)), title="Film").alt


def test_the_picture_is_taken_along_as_it_is_drawn():
    read = np.asarray(Image.open(io.BytesIO(overlay_png(GREY, corner(1.0)))))
    shown = overlay(GREY, corner(1.0), title="Film").figure.data[0].source.split(",")[1]
    assert (read == np.asarray(Image.open(io.BytesIO(base64.b64decode(shown))))).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pixels": np.zeros((3, 4))}, "not square"),
        ({"pixels": GREY, "heat": np.zeros(4)}, "1 dimensions"),
        ({"pixels": GREY, "heat": np.full((2, 2), np.nan)}, "number 1 is nan"),
        ({"pixels": GREY, "opacity": 2.0}, "opacity 2"),
        ({"pixels": GREY, "outlines": {"Lesion": np.zeros(3)}}, "Lesion has 1 dimensions"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(given, words):
    with pytest.raises(SuiteError, match=words):
        overlay(title="Film", **given)
