"""The field: colour over a plane, paths, places named in the key, nothing dropped."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import SuiteError
from core.viz import field

X = np.linspace(-2, 2, 9)
Y = np.linspace(-1, 1, 5)
BOWL = X[None, :] ** 2 + 3 * Y[:, None] ** 2


def draw(z=BOWL, **more):
    return field(z, x=X, y=Y, x_label="left", y_label="up", z_label="loss", **more)


def test_the_text_names_both_ends():
    assert draw().alt == "loss over left and up: lowest 0 at 0, 0 and highest 7 at −2, −1."


def test_without_paths_the_table_holds_the_field():
    table = draw().table
    assert list(table.columns) == ["left", "up", "loss"]
    assert len(table) == BOWL.size
    assert table["loss"].max() == 7


def test_paths_and_places_are_drawn_named_and_tabled():
    chart = draw(paths={"descent": ([2, 1, 0], [1, 0.5, 0])}, marks={"optimum": (0, 0)})
    heat, walk, place = chart.figure.data
    assert list(walk.x) == [2, 1, 0]
    assert (place.x[0], place.y[0]) == (0, 0)
    (key,) = chart.figure.layout.annotations
    assert "descent" in key.text
    assert "optimum" in key.text
    assert chart.alt.endswith("descent: 3 points from 2, 1 to 0, 0. optimum at 0, 0.")
    assert list(chart.table["Point"]) == [0, 1, 2]
    assert heat.type == "contour"


def test_what_is_not_defined_stays_open_and_colours_may_be_limited():
    z = BOWL.copy()
    z[0, 0] = np.nan
    heat = draw(z, z_range=(0, 2)).figure.data[0]
    assert np.isnan(heat.z[0][0])
    assert heat.zmax == 2
    assert np.nanmax(heat.customdata) > 2


def test_mark_up_in_names_is_harmless():
    chart = draw(marks={"<b>x</b>": (0, 0)})
    assert "&lt;b&gt;" in chart.figure.layout.annotations[0].text


@pytest.mark.parametrize(
    ("z", "more", "words"),
    [
        (BOWL.T, {}, "5 rows and 9 columns"),
        (np.full(BOWL.shape, np.nan), {}, "defined nowhere"),
        (BOWL, {"marks": {str(i): (0, 0) for i in range(6)}}, "room for 5 named places, not 6"),
        (BOWL, {"paths": {"p": ([0, np.nan], [0, 1])}}, "x of p"),
    ],
)
def test_what_cannot_be_drawn_is_refused(z, more, words):
    with pytest.raises(SuiteError, match=words):
        draw(z, **more)


def test_a_flat_field_is_drawn():
    assert draw(np.ones_like(BOWL)).figure.data[0].zmax == 2
