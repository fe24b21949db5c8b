"""The diagram of average ranks: what it says must be what it was given."""

from __future__ import annotations

import math

import pytest

from core.errors import NotEnoughDataError, SuiteError
from core.viz.critical_difference import critical_difference

RANKS = {"LIME": 2.5, "Grad-CAM": 1.25, "<b>Random</b>": 3.5, "Edges": 2.75}
GROUPS = (("Grad-CAM", "LIME"), ("LIME", "Edges", "<b>Random</b>"))


def test_chart_says_what_it_draws() -> None:
    chart = critical_difference(RANKS, GROUPS, critical=1.3, n=40)
    assert chart.table["Name"].tolist() == ["Grad-CAM", "LIME", "Edges", "<b>Random</b>"]
    assert chart.table["Average rank"].tolist() == [1.25, 2.5, 2.75, 3.5]
    assert chart.table["Groups"].tolist() == ["1", "1, 2", "2", "2"]
    assert chart.alt.startswith("Average ranks over 40 images, 1 is best: Grad-CAM 1.25; LIME 2.50")
    assert "less than 1.30 apart" in chart.alt
    assert "Grad-CAM and LIME; LIME, Edges and <b>Random</b>" in chart.alt


def test_bars_join_groups() -> None:
    chart = critical_difference(RANKS, GROUPS, critical=1.3, n=40)
    bars = [trace for trace in chart.figure.data if trace.mode == "lines"]
    assert [tuple(bar.x) for bar in bars] == [(1.0, 2.3), (1.25, 2.5), (2.5, 3.5)]
    assert len({bar.y[0] for bar in bars}) == 3
    texts = [note.text for note in chart.figure.layout.annotations]
    assert "&lt;b&gt;Random&lt;/b&gt; (3.50)" in texts
    assert texts[-1] == "critical difference 1.30"


def test_same_input_same_figure() -> None:
    first, second = (critical_difference(RANKS, GROUPS, critical=1.3, n=40) for _ in range(2))
    assert first.figure.to_json() == second.figure.to_json()


def test_no_group() -> None:
    chart = critical_difference({"a": 1.0, "b": 2.0}, (), critical=0.2, n=1)
    assert "over 1 image," in chart.alt
    assert chart.alt.endswith("none; all differ.")


def test_refuses() -> None:
    with pytest.raises(NotEnoughDataError, match="fewer than two are ranked"):
        critical_difference({"a": 1.0}, (), critical=1.0, n=40)
    with pytest.raises(SuiteError, match="average ranks number 2 is nan"):
        critical_difference({"a": 1.0, "b": math.nan}, (), critical=1.0, n=40)
    with pytest.raises(SuiteError, match="c is in a group and has no rank"):
        critical_difference({"a": 1.0, "b": 2.0}, (("a", "c"),), critical=1.0, n=40)
