"""Charts of an audit: claims as cells, the reliability curve in its band, mirrored counts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core import viz
from core.errors import NotEnoughDataError, SuiteError
from core.stats.calibration_null import draw, merged, tally
from core.stats.reliability import reliability_curve as curve_of
from core.viz import theme

CLAIMS = (
    ("ok", "shown", "The AUC is above 0.5."),
    ("ok", "shown", "Every class has 100 rows."),
    ("unknown", "not enough evidence", "<b>Slope</b> is right."),
    ("critical", "broken", "Groups are alike."),
)


def curve(n=400, *, shift=0.0, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.05, 0.95, n)
    y = (rng.random(n) < np.clip(p + shift, 0, 1)).astype(np.int64)
    table = tally(y, p)
    null = merged(table)
    return curve_of(null, draw(null, 200, seed))


def build_all():
    return {
        "claims": viz.claim_strip(CLAIMS),
        "curve": viz.reliability_curve(curve(), [20] * 20, event="disease"),
        "mirrored": viz.mirrored_histogram(
            {"Right": [3, 0, 5], "Wrong": [1, 1, 0]}, [0, 0.5, 0.75, 1], x_label="Confidence"
        ),
    }


CHARTS = build_all()


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_a_figure_a_sentence_and_a_table(name):
    chart = CHARTS[name]
    assert chart.alt[0].isupper()
    assert chart.alt.endswith(".")
    assert "nan" not in chart.alt.lower()
    assert len(chart.table) > 0
    assert chart.figure.layout.height > 0
    assert chart.figure.layout.font.color == theme.INK
    assert not {"xaxis2", "yaxis2"} & set(chart.figure.to_plotly_json()["layout"])


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_input_gives_the_same_figure(name):
    again = build_all()[name]
    assert again.figure.to_json() == CHARTS[name].figure.to_json()
    assert again.alt == CHARTS[name].alt


# --- claims


def test_every_claim_is_one_cell_with_a_sign_beside_its_colour():
    (cells,) = CHARTS["claims"].figure.data
    assert list(cells.text) == ["✓", "✓", "?", "✕"]
    assert list(cells.marker.color) == [theme.STATUSES[status].colour for status, _, _ in CLAIMS]
    assert CHARTS["claims"].alt == "Of 4 claims 2 shown, 1 not enough evidence and 1 broken."


def test_a_claim_with_mark_up_is_shown_as_text():
    (cells,) = CHARTS["claims"].figure.data
    assert "&lt;b&gt;Slope" in cells.customdata[2]


def test_no_claim_is_no_chart():
    with pytest.raises(NotEnoughDataError, match="no claims"):
        viz.claim_strip([])


# --- reliability curve


def test_the_curve_says_whether_it_leaves_the_band():
    assert "stays inside the 95 % band" in CHARTS["curve"].alt
    wrong = viz.reliability_curve(curve(2_000, shift=-0.25), [100] * 20, event="disease")
    assert "leaves the 95 % band" in wrong.alt
    assert "n = 2000" in wrong.alt


def test_the_table_holds_the_curve_and_both_bands():
    given = curve()
    table = viz.reliability_curve(given, [20] * 20, event="disease").table
    assert np.allclose(table["Observed (%)"], 100 * given.observed)
    assert (table["Simultaneous band, lower (%)"] <= table["Band, lower (%)"] + 1e-9).all()
    assert table["Rows"].sum() == 400


def test_the_bars_under_the_curve_are_as_high_as_their_counts():
    counts = [0] * 19 + [40]
    bars = viz.reliability_curve(curve(), counts, event="disease").figure.data[-1]
    assert bars.y[-1] > 0
    assert not any(bars.y[:-1])


def test_a_curve_with_a_hole_is_refused():
    given = dataclasses.replace(curve(), observed=np.full(len(curve().p), np.nan))
    with pytest.raises(SuiteError, match="observed"):
        viz.reliability_curve(given, [1] * 20, event="disease")


# --- mirrored histogram


def test_the_second_counts_hang_down():
    up, down = CHARTS["mirrored"].figure.data
    assert list(up.y) == [3, 0, 5]
    assert list(down.y) == [-1, -1, 0]
    assert list(CHARTS["mirrored"].figure.layout.yaxis.ticktext) == ["1", "0", "5"]
    assert CHARTS["mirrored"].alt == (
        "Confidence: Right 8, most between 0.75 and 1; Wrong 2, most between 0 and 0.5."
    )


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"Right": [1, 2]}, "two counts"),
        ({"Right": [1, 2], "Wrong": [1]}, "two counts"),
    ],
)
def test_counts_that_do_not_fit_are_refused(counts, words):
    with pytest.raises(SuiteError, match=words):
        viz.mirrored_histogram(counts, [0, 0.5, 1], x_label="Confidence")


def test_nothing_counted_is_no_chart():
    with pytest.raises(NotEnoughDataError, match="nothing was counted"):
        viz.mirrored_histogram({"a": [0], "b": [0]}, [0, 1], x_label="Confidence")
