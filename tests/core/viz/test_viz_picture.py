from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import SuiteError
from core.viz.picture import picture, png


def ramp(n: int = 16) -> np.ndarray:
    return np.linspace(0, 1, n * n).reshape(n, n)


@given(st.integers(1, 40), st.integers(1, 40))
def test_a_png_gives_the_grey_values_back(height, width):
    grey = np.linspace(0, 1, height * width).reshape(height, width)
    read = np.asarray(Image.open(io.BytesIO(png(grey)))) / 255
    assert np.abs(read - grey).max() <= 0.5 / 255 + 1e-9


def test_the_map_is_said_in_words_and_in_a_table():
    heat = np.zeros((3, 3))
    heat[0, 2], heat[2, 0] = 2.0, -1.0
    chart = picture(ramp(), title="A film", heat=heat, quantity="Evidence")
    assert chart.alt.startswith("A film. Evidence, strongest: +2.00 at upper right of the picture")
    assert len(chart.table) == 9
    assert chart.table["Evidence"].sum() == 1.0


def test_the_map_fills_its_frame_exactly():
    chart = picture(
        ramp(), title="F", heat=np.ones((2, 4)), quantity="E", frame=(0.25, 0.5, 0.75, 1.0)
    )
    heat = chart.figure.data[1]
    assert heat.x0 - heat.dx / 2 == pytest.approx(0.25 * 16 - 0.5)
    assert heat.x0 + 3.5 * heat.dx == pytest.approx(0.75 * 16 - 0.5)
    assert heat.y0 + 1.5 * heat.dy == pytest.approx(16 - 0.5)


def test_a_map_of_zeros_is_clear_and_not_an_error():
    chart = picture(ramp(), title="F", heat=np.zeros((2, 2)), quantity="E")
    assert chart.figure.data[1].zmax == 1.0


@pytest.mark.parametrize(
    ("pixels", "heat", "message"),
    [
        (np.zeros((2, 3)), None, "not square"),
        (np.full((2, 2), np.nan), None, "grey values number 1 is nan"),
        (ramp(), np.zeros(4), "map has 1 dimensions"),
        (ramp(), [[0.0, np.inf]], "cells of the map number 2 is inf"),
    ],
)
def test_what_is_no_picture_is_refused(pixels, heat, message):
    with pytest.raises(SuiteError, match=message):
        picture(pixels, title="F", heat=heat, quantity="E")
