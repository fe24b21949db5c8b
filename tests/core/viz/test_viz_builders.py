"""Each builder: what it draws, what it says, its table, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import viz
from core.errors import NotEnoughDataError, SuiteError
from core.stats.calibration import reliability as reliability_bins
from core.stats.intervals import Interval, wilson
from core.viz import theme

NAN = math.nan
LABELS = ("Chest pain: asymptomatic", "Age: 67 years", "Thallium scan: normal")
SHARES = (0.3, 1.2, -0.6)


def _interval(estimate, low, high, n=100):
    return Interval(estimate, low, high, n, 0.95, "bootstrap")


def _bins():
    p = np.repeat([0.05, 0.45, 0.95], 40)
    y = np.concatenate(
        [np.repeat([0, 1], (38, 2)), np.repeat([0, 1], 20), np.repeat([0, 1], (20, 20))]
    )
    return reliability_bins(y, p)


def build_all():
    """Return one chart of every builder."""
    x = np.linspace(90, 200, 12)
    return {
        "interval_bar": viz.interval_bar(0.38, 0.24, 0.53, threshold=0.5, second=("other", 0.3)),
        "zone": viz.interval_bar(0.38, 0.24, 0.53, zone=(0.3, 0.6)),
        "curve": viz.curve(x, x / 250, x_label="Pressure (mmHg)", low=x / 300, high=x / 210,
                           marker=(160, 0.64), threshold=0.5),
        "diverging_bars": viz.diverging_bars(LABELS, SHARES),
        "waterfall": viz.waterfall(-0.2, LABELS, SHARES, 0.7),
        "paired_bars": viz.paired_bars(LABELS, SHARES, (0.2, 1.0, 0.1), names=("TreeSHAP", "LIME")),
        "forest": viz.forest({"A": _interval(0.9, 0.88, 0.94), "B": _interval(NAN, NAN, NAN, 7)},
                             axis="AUC", reference=0.95, reference_label="single split"),
        "reliability": viz.reliability(_bins()),
        "histogram": viz.histogram([1.0, 2.0, 2.5, NAN], x_label="Age (years)", marker=2.0),
        "histograms": viz.histograms({"Healthy": [1.0, 2.0], "Ill": [2.5, 3.0, 3.5]},
                                     x_label="Radius", bins=5),
        "lines": viz.lines({"Model": viz.Line(x, x / 250, x / 300, x / 210),
                            "Shown weakly": viz.Line(x, x / 400, dashed=x > 150)},
                           x_label="Pressure (mmHg)", y_label="Risk", level=(0.5, "target"),
                           marks=[viz.Mark(160, 0.64, "now")], moments={"alarm": 120.0}),
        "scatter": viz.scatter({"Healthy": ([1.0, 2.0], [3.0, 4.0]), "Ill": ([2.0], [5.0])},
                               x_label="Radius", y_label="Area", highlight=("this case", 3.0, 4.0)),
        "correlation_matrix": viz.correlation_matrix(
            ["a", "b", "c"], [[1, 0.9, 0.1], [0.9, 1, -0.5], [0.1, -0.5, 1]],
            quantity="Correlation, n = 10"),
        "front": viz.front([0.4, 0.9], [0.29, 0.18], ["one", "two"], start=0.41, target=0.2),
    }  # fmt: skip


CHARTS = build_all()


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_a_figure_a_sentence_and_a_table(name):
    chart = CHARTS[name]
    assert chart.alt[0].isupper()
    assert chart.alt.endswith(".")
    assert any(character.isdigit() for character in chart.alt)
    assert "nan" not in chart.alt.lower()
    assert len(chart.table) > 0
    assert chart.figure.layout.height > 0
    assert chart.figure.layout.paper_bgcolor is None


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_input_gives_the_same_figure(name):
    again = build_all()[name]
    assert again.figure.to_json() == CHARTS[name].figure.to_json()
    assert again.alt == CHARTS[name].alt
    assert again.table.equals(CHARTS[name].table)


@pytest.mark.parametrize("name", CHARTS)
def test_no_pies_no_depth_no_second_axis(name):
    drawn = CHARTS[name].figure.to_plotly_json()
    assert {trace["type"] for trace in drawn["data"]} <= {"bar", "scatter", "heatmap"}
    assert not {"xaxis2", "yaxis2", "scene"} & set(drawn["layout"])


@pytest.mark.parametrize("name", CHARTS)
def test_text_has_the_colour_that_the_page_theme_replaces(name):
    layout = CHARTS[name].figure.layout
    texts = (layout, layout.xaxis.title, layout.yaxis.title)
    assert {part.font.color for part in texts} == {theme.INK}
    assert {layout.xaxis.tickfont.color, layout.yaxis.tickfont.color} == {theme.INK}
    assert all(a.font.color is None for a in layout.annotations)


# --- interval_bar


def test_interval_bar_draws_the_interval_where_it_is():
    track, band, point, other = CHARTS["interval_bar"].figure.data
    assert track.x == (1,)
    assert band.base[0] == 0.24
    assert band.x[0] == pytest.approx(0.53 - 0.24)
    assert point.x == (0.38,)
    assert other.x == (0.3,)
    (threshold,) = CHARTS["interval_bar"].figure.layout.shapes
    assert (threshold.x0, threshold.x1) == (0.5, 0.5)


def test_interval_bar_speaks():
    assert CHARTS["interval_bar"].alt == (
        "Estimated probability: 38 %, 90 % interval 24 to 53 %; below the threshold of 50 %;"
        " other 30 %."
    )
    assert "no decision is made from 30 to 60 %" in CHARTS["zone"].alt


def test_interval_bar_table_holds_every_number():
    table = CHARTS["interval_bar"].table
    assert list(table["Quantity"]) == [
        "estimate", "lower limit", "upper limit", "threshold", "other",
    ]  # fmt: skip
    assert list(table["Probability (%)"]) == pytest.approx([38, 24, 53, 50, 30])


@pytest.mark.parametrize("values", [(NAN, 0, 1), (0.5, -0.1, 1), (0.5, 0, 1.1), (0.5, 0.6, 0.4)])
def test_interval_bar_refuses_what_is_no_interval(values):
    with pytest.raises(SuiteError, match="cannot be drawn"):
        viz.interval_bar(*values)


@given(st.tuples(*[st.floats(0, 1)] * 3), st.floats(0, 1), st.floats(0.5, 0.999))
@settings(max_examples=25, deadline=None)
def test_interval_bar_draws_any_interval(values, threshold, level):
    low, p, high = sorted(values)
    chart = viz.interval_bar(p, low, high, level=level, threshold=threshold)
    assert chart.figure.data[1].base[0] == low
    side = "at or above" if p >= threshold else "below"
    assert f"{side} the threshold" in chart.alt


# --- curve


def test_curve_draws_band_line_and_marker():
    low, high, central, marker = CHARTS["curve"].figure.data
    assert high.fill == "tonexty"
    assert (np.array(low.y) <= np.array(central.y)).all()
    assert (np.array(central.y) <= np.array(high.y)).all()
    assert (marker.x[0], marker.y[0]) == (160, 0.64)
    assert CHARTS["curve"].alt == (
        "Estimated probability along Pressure (mmHg): 36 % at 90, 80 % at 200; lowest 36 % at 90,"
        " highest 80 % at 200; the marked point is 64 % at 160."
    )


def test_curve_without_extras_is_one_line():
    chart = viz.curve([0, 1], [0.2, 0.1], x_label="x")
    assert len(chart.figure.data) == 1
    assert list(chart.table.columns) == ["x", "Estimated probability (%)"]


@pytest.mark.parametrize(
    ("x", "p", "error"),
    [
        ([], [], NotEnoughDataError),
        ([1, 2], [0.1], SuiteError),
        ([2, 1], [0.1, 0.2], SuiteError),
        ([1, 2], [0.1, NAN], SuiteError),
        ([1, 2], [0.1, 1.2], SuiteError),
    ],
)
def test_curve_refuses(x, p, error):
    with pytest.raises(error, match="cannot be drawn"):
        viz.curve(x, p, x_label="x")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.data())
@settings(max_examples=25, deadline=None)
def test_curve_marker_label_stays_beside_the_curve(ps, data):
    at = data.draw(st.integers(0, len(ps) - 1))
    chart = viz.curve(range(len(ps)), ps, x_label="x", marker=(at, ps[at]))
    (label,) = chart.figure.layout.annotations
    assert label.xanchor in ("left", "right")
    assert list(chart.figure.data[0].y) == ps


# --- diverging_bars


def test_diverging_bars_are_sorted_signed_and_start_at_zero():
    (bars,) = CHARTS["diverging_bars"].figure.data
    assert list(bars.x) == [1.2, -0.6, 0.3]
    assert bars.base is None
    assert list(bars.text) == ["+1.20", "−0.60", "+0.30"]
    assert list(bars.marker.color) == [theme.RAISES, theme.LOWERS, theme.RAISES]
    low, high = CHARTS["diverging_bars"].figure.layout.xaxis.range
    assert low == -high
    assert CHARTS["diverging_bars"].alt == (
        "Contributions in log-odds; raises the estimate (2): Age: 67 years (+1.20) and"
        " Chest pain: asymptomatic (+0.30); lowers the estimate (1): Thallium scan: normal (−0.60)."
    )


def test_diverging_bars_sum_what_does_not_fit_and_drop_nothing():
    values = np.arange(1, 14) / 10
    chart = viz.diverging_bars([f"r{i}" for i in range(13)], values, limit=5)
    (bars,) = chart.figure.data
    assert len(bars.x) == 5
    assert bars.customdata[-1] == "9 others together"
    assert sum(bars.x) == pytest.approx(values.sum())
    assert len(chart.table) == 13


def test_diverging_bars_of_nothing():
    assert viz.diverging_bars(["a", "b"], [0, 0]).alt == "None of 2 reasons contributes anything."
    with pytest.raises(NotEnoughDataError):
        viz.diverging_bars([], [])


@given(st.lists(st.tuples(st.text(), st.floats(-1e6, 1e6)), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_diverging_bars_keep_the_sum(pairs):
    labels, values = zip(*pairs, strict=True)
    chart = viz.diverging_bars(labels, values)
    assert sum(chart.figure.data[0].x) == pytest.approx(sum(values), abs=1e-6)
    assert len(chart.figure.data[0].x) == len(chart.figure.layout.annotations) - 2


# --- waterfall


def test_waterfall_starts_each_bar_where_the_last_one_ended():
    bars, ends = CHARTS["waterfall"].figure.data
    assert np.array(bars.base) == pytest.approx([-0.2, 0.1, 1.3])
    assert np.array(bars.base) + np.array(bars.x) == pytest.approx([0.1, 1.3, 0.7])
    assert list(ends.x) == [-0.2, 0.7]
    assert list(bars.y) == [1, 2, 3]
    assert list(ends.y) == [0, 4]
    assert CHARTS["waterfall"].alt.startswith(
        "From average patient at 45 % to this patient at 67 %"
    )


def test_waterfall_refuses_contributions_that_do_not_add_up():
    with pytest.raises(SuiteError, match="lead to"):
        viz.waterfall(0.0, ["a"], [1.0], 0.5)


@given(st.floats(-8, 8), st.lists(st.floats(-3, 3), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_waterfall_ends_at_the_estimate(base, steps):
    final = base + sum(steps)
    chart = viz.waterfall(base, ["same"] * len(steps), steps, final)
    low, high = chart.figure.layout.xaxis.range
    assert low < min(base, final) <= max(base, final) < high
    ticks = chart.figure.layout.xaxis.tickvals
    assert 1 <= len(ticks) <= 7
    assert all(low <= tick <= high for tick in ticks)


# --- paired_bars


def test_paired_bars_share_rows_and_count_agreement():
    first, second = CHARTS["paired_bars"].figure.data
    assert list(first.y) == list(second.y) == [0, 1, 2]
    assert list(first.x) == [1.2, -0.6, 0.3]
    assert list(second.x) == [1.0, 0.1, 0.2]
    assert "agree in direction on 2 of 3." in CHARTS["paired_bars"].alt
    assert list(CHARTS["paired_bars"].table.columns) == [
        "Reason", "TreeSHAP (log-odds)", "LIME (log-odds)",
    ]  # fmt: skip


def test_paired_bars_refuse_unequal_columns():
    with pytest.raises(SuiteError, match="differ in length"):
        viz.paired_bars(["a"], [1.0], [1.0, 2.0], names=("x", "y"))


# --- forest


def test_forest_keeps_the_row_without_enough_data():
    chart = CHARTS["forest"]
    (points,) = chart.figure.data
    assert list(points.x) == [0.9]
    assert points.error_x.array[0] == pytest.approx(0.04)
    assert points.error_x.arrayminus[0] == pytest.approx(0.02)
    texts = [note.text for note in chart.figure.layout.annotations]
    assert "A, n = 100: 0.900 (0.880 to 0.940)" in texts
    assert "B, n = 7: not enough data" in texts
    assert "single split 0.950" in texts
    assert list(chart.table["n"]) == [100, 7]


@pytest.mark.parametrize("rows", [{}, {"a": _interval(NAN, NAN, NAN)}])
def test_forest_without_any_estimate(rows):
    with pytest.raises(NotEnoughDataError, match="no row has an estimate"):
        viz.forest(rows, axis="AUC")


@pytest.mark.parametrize("row", [(0.5, 0.6, 0.4), (0.5, NAN, 0.6), (0.5, 0.4, math.inf)])
def test_forest_refuses_a_broken_interval(row):
    with pytest.raises(SuiteError, match="interval of a"):
        viz.forest({"a": _interval(*row)}, axis="AUC")


@given(st.dictionaries(st.text(), st.tuples(*[st.floats(-1e9, 1e9)] * 3), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_forest_axis_holds_every_interval(raw):
    rows = {name: _interval(*(sorted(v)[i] for i in (1, 0, 2))) for name, v in raw.items()}
    chart = viz.forest(rows, axis="difference", reference=0.0)
    low, high = chart.figure.layout.xaxis.range
    assert low < min(r.low for r in rows.values())
    assert high > max(r.high for r in rows.values())


# --- reliability


def test_reliability_shows_shares_whiskers_and_sizes():
    chart = CHARTS["reliability"]
    diagonal, points = chart.figure.data
    assert (diagonal.x, diagonal.y) == ((0, 1), (0, 1))
    assert list(points.y) == pytest.approx([0.05, 0.5, 0.5])
    first = wilson(2, 40)
    assert points.error_y.array[0] == pytest.approx(first.high - first.estimate)
    assert [note.text for note in chart.figure.layout.annotations] == ["40"] * 3
    assert chart.alt.startswith("In 2 of 3 bins the 95 % interval holds the predicted share, 120")


def test_reliability_adds_the_note_and_needs_bins():
    assert viz.reliability(_bins(), note_text="The test agrees.").alt.endswith("The test agrees.")
    with pytest.raises(NotEnoughDataError):
        viz.reliability([])


# --- histogram


def test_histogram_sends_counts_not_values():
    chart = CHARTS["histogram"]
    (bars,) = chart.figure.data
    assert sum(bars.y) == 3
    assert len(bars.x) == 20
    assert "n = 3, 1 missing" in chart.figure.layout.xaxis.title.text
    assert chart.alt == (
        "Distribution of Age (years) (n = 3, 1 missing): from 1 to 2.5, median 2; this patient at"
        " 2, above 33 % of the values."
    )


@pytest.mark.parametrize("values", [[], [NAN, NAN]])
def test_histogram_without_values(values):
    with pytest.raises(NotEnoughDataError, match="there are no values of x"):
        viz.histogram(values, x_label="x")


@given(st.lists(st.floats(-1e9, 1e9), min_size=1), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_histogram_counts_every_value_once(values, bins):
    assert viz.histogram(values, x_label="x", bins=bins).table["Count"].sum() == len(values)


# --- front


def test_front_marks_plans_that_reach_the_target():
    chart = CHARTS["front"]
    origin, plans = chart.figure.data
    assert (origin.x, origin.y) == ((0,), (0.41,))
    assert list(plans.marker.color) == [theme.NEUTRAL, theme.ESTIMATE]
    assert chart.figure.layout.xaxis.range[0] < 0
    assert chart.alt == (
        "Risk before 41 %, target 20 %; 1 of 2 plans reach it. one: effort 0.4, risk 29 %,"
        " target missed; two: effort 0.9, risk 18 %."
    )
    assert list(chart.table["Reaches target"]) == ["no", "yes"]


@pytest.mark.parametrize(
    ("efforts", "risks"), [([], []), ([NAN], [0.1]), ([1.0], [1.4]), ([1.0, 2.0], [0.1])]
)
def test_front_refuses(efforts, risks):
    with pytest.raises(SuiteError, match=r"cannot be drawn"):
        viz.front(efforts, risks, ["plan"] * len(efforts), start=0.4, target=0.2)


# --- lines, scatter, matrix


def test_a_dashed_stretch_meets_the_solid_one():
    dashed = np.array([False, False, True, True, False])
    y = np.arange(5.0)
    drawn = viz.lines({"A": viz.Line(np.arange(5), y, dashed=dashed)}, x_label="x", y_label="y")
    solid, dotted = drawn.figure.data
    np.testing.assert_array_equal(solid.y, [0, 1, NAN, NAN, 4])
    np.testing.assert_array_equal(dotted.y, [NAN, 1, 2, 3, 4])
    assert dotted.line.dash == "dot"


def test_a_long_line_keeps_its_extremes_and_its_table():
    y = np.zeros(50_000)
    y[31_415] = 9.0
    drawn = viz.lines({"A": viz.Line(np.arange(50_000), y)}, x_label="Row", y_label="Score")
    assert len(drawn.figure.data[0].x) <= 2_100
    assert max(drawn.figure.data[0].y) == 9.0
    assert len(drawn.table) == 50_000
    assert "highest 9 at 31415" in drawn.alt


def test_a_line_that_runs_backwards_is_refused():
    with pytest.raises(SuiteError, match="do not ascend"):
        viz.lines({"A": viz.Line([2, 1], [0, 1])}, x_label="x", y_label="y")


def test_scatter_names_groups_and_the_case():
    drawn = CHARTS["scatter"]
    assert "Healthy (n = 2) around 1.5, 3.5" in drawn.alt
    assert "this case at 3, 4" in drawn.alt
    healthy, ill, case = drawn.figure.data
    assert {healthy.marker.symbol, ill.marker.symbol, case.marker.symbol} == {
        "circle", "diamond", "star",
    }  # fmt: skip


def test_scatter_refuses_an_empty_group():
    with pytest.raises(NotEnoughDataError):
        viz.scatter({"A": ([], [])}, x_label="x", y_label="y")


def test_the_matrix_names_its_strongest_pairs():
    assert "a with b +0.90, b with c −0.50 and a with c +0.10" in CHARTS["correlation_matrix"].alt


@pytest.mark.parametrize("values", [[[1.0]], [[1, 2], [2, 1]], [[1, NAN], [NAN, 1]]])
def test_the_matrix_refuses_what_is_no_correlation(values):
    with pytest.raises(SuiteError):
        viz.correlation_matrix(["a", "b"], values, quantity="Correlation")


def test_histograms_share_their_bins_and_show_shares_of_each_group():
    chart = viz.histograms({"few": [0.0, 1.0], "many": [1.0] * 30}, x_label="Radius", bins=2)
    few, many = chart.figure.data
    assert (few.x == many.x).all()
    assert list(few.y) == [50, 50]
    assert list(many.y) == [0, 100]
    assert chart.table.groupby("Group")["Count"].sum().to_dict() == {"few": 2, "many": 30}
    assert "many (n = 30)" in chart.alt


def test_histograms_refuse_an_empty_group():
    with pytest.raises(NotEnoughDataError):
        viz.histograms({"none": []}, x_label="Radius")


def test_lines_in_equal_ratios_place_their_labels_by_the_logarithm():
    chart = viz.lines(
        {"AUROC": viz.Line([1.0, 10.0, 100.0], [0.5, 0.9, 1.0])},
        x_label="Factor", y_label="AUROC", marks=[viz.Mark(10.0, 0.9, "here")],
        x_steps=[1.0, 10.0, 100.0],
    )  # fmt: skip
    axis = chart.figure.layout.xaxis
    assert axis.type == "log"
    assert list(axis.tickvals) == [1, 10, 100]
    assert axis.range[0] < 0 < 2 < axis.range[1]
    assert [n.x for n in chart.figure.layout.annotations if "here" in n.text] == [1.0]


def test_ratios_from_a_thousand_are_written_out():
    chart = viz.lines(
        {"error": viz.Line([10.0, 10_000.0], [0.5, 0.9])},
        x_label="Rows", y_label="Error", x_steps=[10.0, 1_000.0, 10_000.0],
    )  # fmt: skip
    assert list(chart.figure.layout.xaxis.ticktext) == ["10", "1,000", "10,000"]


def test_the_key_of_many_lines_is_one_line_each():
    names = ("no guard", "guard by the integrity score", "guard by the largest z")
    chart = viz.lines(
        {name: viz.Line([0, 1], [0, i]) for i, name in enumerate(names)}, x_label="x", y_label="y"
    )
    key = [n.text for n in chart.figure.layout.annotations if "guard" in n.text]
    assert len(key) == 1
    assert key[0].count("<br>") == 2


def test_a_matrix_with_groups_names_each_group_once_and_keeps_whole_names_elsewhere():
    chart = viz.correlation_matrix(
        ["radius", "area", "radius"], [[1, 0.9, 0.1], [0.9, 1, -0.5], [0.1, -0.5, 1]],
        quantity="Correlation, n = 10", groups=["Mean", "Mean", "Worst"],
    )  # fmt: skip
    assert list(chart.figure.data[0].x[0]) == ["Mean", "Mean", "Worst"]
    assert "Mean radius with Mean area +0.90" in chart.alt
    assert list(chart.table["Row"]) == ["Mean radius", "Mean area", "Worst radius"]


def test_a_histogram_takes_edges():
    chart = viz.histogram([1, 2, 2], x_label="Count", bins=[0.5, 1.5, 2.5])
    assert list(chart.table["Count"]) == [1, 2]
