"""The rules of geometry: what they let pass, what they catch, and how they say it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.breast_cancer.data import wdbc
from core.breast_cancer.geometry import MARGIN, ORDERS, RATIOS, sentences, violations
from core.breast_cancer.schema import FEATURES, MEASURES

AT = {name: position for position, name in enumerate(FEATURES.names)}


def case(row: int = 0, **changes: float) -> dict[str, float]:
    return dict(zip(FEATURES.names, wdbc().X[row].tolist(), strict=True)) | changes


def broken(X: np.ndarray) -> dict[str, np.ndarray]:
    return {text: mask for mask, text in violations(X)}


def test_every_one_of_the_569_cases_keeps_every_rule():
    found = broken(wdbc().X)
    assert len(found) == len(RATIOS) + len(MEASURES) == 14
    assert not np.any(list(found.values()))


@pytest.mark.parametrize("ratio", RATIOS, ids=lambda ratio: ratio.column)
def test_the_measured_range_is_the_one_of_the_table(ratio):
    X = wdbc().X
    found = ratio.of(X[:, AT[ratio.column]], X[:, AT[ratio.radius]])
    assert found.min() - 1e-4 < ratio.measured[0] <= found.min()
    assert found.max() <= ratio.measured[1] < found.max() + 1e-4
    low, high = ratio.limits
    assert low == pytest.approx(ratio.measured[0] * (1 - MARGIN))
    assert high == pytest.approx(ratio.measured[1] * (1 + MARGIN))


def test_a_circle_is_an_outline():
    for ratio in RATIOS:
        value = (2 * math.pi * 7) if "perimeter" in ratio.column else math.pi * 49
        assert ratio.of(value, 7.0) == pytest.approx(1.0)


@given(row=st.integers(0, 568), unit=st.floats(0.01, 100))
def test_the_unit_of_length_does_not_matter(row, unit):
    values = case(row)
    for statistic in ("mean", "worst"):
        values[f"{statistic}_radius"] *= unit
        values[f"{statistic}_perimeter"] *= unit
        values[f"{statistic}_area"] *= unit**2
    assert sentences(values) == ()


@pytest.mark.parametrize("factor", [2.54, 1 / 2.54, 10, 0.1, 25.4, 100, 1000])
@pytest.mark.parametrize("name", ["radius", "perimeter", "area"])
def test_a_wrong_unit_of_one_size_is_caught_in_every_case(name, factor):
    X = wdbc().X.copy()
    for statistic in ("mean", "worst"):
        changed = X.copy()
        changed[:, AT[f"{statistic}_{name}"]] *= factor
        assert np.logical_or.reduce(list(broken(changed).values())).all()


def test_mean_and_worst_exchanged_are_caught():
    values = case(0)
    for measure in MEASURES:
        mean, worst = f"mean_{measure.name}", f"worst_{measure.name}"
        found = sentences(case(0, **{mean: values[worst], worst: values[mean]}))
        assert any(text.startswith(FEATURES[worst].label) for text in found)
    assert len(ORDERS) == len(MEASURES)


def test_the_sentences_give_columns_ratio_and_range():
    assert sentences(case(0, mean_perimeter=12.28, worst_texture=10.0)) == (
        "Mean perimeter 12.28 does not fit mean radius 17.99: perimeter / (2 pi radius) is 0.109, "
        "and 0.934 to 1.19 is possible, that is 105.5 to 134.5.",
        "Worst texture 10 is below mean texture 10.38: the mean of the three largest nuclei "
        "cannot be.",
    )


def test_a_missing_value_keeps_no_rule():
    X = wdbc().X[:3].copy()
    X[1, AT["mean_radius"]] = np.nan
    found = broken(X)
    for text in (
        "mean perimeter does not fit mean radius",
        "mean area does not fit mean radius",
        "worst radius is below mean radius",
    ):
        assert found.pop(text).tolist() == [False, True, False]
    assert not np.any(list(found.values()))


def test_no_case_gives_no_finding():
    assert all(len(mask) == 0 for mask, _ in violations(np.empty((0, 30))))
