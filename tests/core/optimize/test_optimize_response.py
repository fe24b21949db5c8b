"""Response curves: values by hand, derivatives by differences, shape, units; the programme."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.optimize import FAMILIES, Responses, in_units
from core.optimize.scaling import responses_in_units
from tests.core.optimize.programmes import programme

amounts = st.floats(0.01, 50.0)
scales = st.floats(0.1, 20.0)
shifts = st.floats(0.05, 20.0)


def curve(family: str, scale: float, shift: float, exponent: float) -> Responses:
    place = np.array([FAMILIES.index(family)])
    return Responses(place, np.array([scale]), np.array([shift]), np.array([exponent]))


def exponent_of(family: str, share: float) -> float:
    return 1.1 + 4 * share if family == "s-curve" else 0.05 + 0.9 * share


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("linear", 2 * 3.0),
        ("power", 2 * (np.sqrt(7.0) - np.sqrt(4.0))),
        ("log", 2 * np.log(1.75)),
        ("saturating", 2 * 3 / 7),
        ("s-curve", 2 * 9 / (9 + 16)),
    ],
)
def test_values_by_hand(family: str, expected: float) -> None:
    exponent = 2.0 if family == "s-curve" else 0.5
    assert curve(family, 2.0, 4.0, exponent).value(np.array([3.0]))[0] == pytest.approx(expected)


@pytest.mark.parametrize("family", FAMILIES)
@given(x=amounts, scale=scales, shift=shifts, share=st.floats(0.0, 1.0))
def test_derivatives_match_central_differences(
    family: str, x: float, scale: float, shift: float, share: float
) -> None:
    own = curve(family, scale, shift, exponent_of(family, share))
    step = 1e-5 * x
    up, down, at = (np.array([x + step]), np.array([x - step]), np.array([x]))
    slope = (own.value(up) - own.value(down))[0] / (2 * step)
    bend = (own.slope(up) - own.slope(down))[0] / (2 * step)
    size = scale / x
    assert own.slope(at)[0] == pytest.approx(slope, rel=1e-6, abs=1e-7 * size)
    assert own.bend(at)[0] == pytest.approx(bend, rel=1e-6, abs=1e-7 * size / x)


@pytest.mark.parametrize("family", FAMILIES[:4])
@given(x=amounts, scale=scales, shift=shifts, share=st.floats(0.0, 1.0))
def test_concave_families_never_bend_up(
    family: str, x: float, scale: float, shift: float, share: float
) -> None:
    own = curve(family, scale, shift, exponent_of(family, share))
    assert own.concave
    assert own.bend(np.array([x]))[0] <= 0
    assert own.slope(np.array([x]))[0] > 0


@pytest.mark.parametrize("family", FAMILIES)
def test_every_curve_starts_at_nothing(family: str) -> None:
    assert curve(family, 3.0, 2.0, 2.0).value(np.zeros(1))[0] == pytest.approx(0.0, abs=1e-12)


def test_s_curve_turns_once_and_does_not_overflow() -> None:
    own = curve("s-curve", 1.0, 2.0, 3.0)
    assert not own.concave
    turn = 2.0 * (2 / 4) ** (1 / 3)  # d ((t - 1) / (t + 1))^(1 / t)
    assert own.bend(np.array([0.9 * turn]))[0] > 0 > own.bend(np.array([1.1 * turn]))[0]
    assert own.bend(np.array([turn]))[0] == pytest.approx(0.0, abs=1e-12)
    steep = curve("s-curve", 1.0, 1e6, 40.0)
    ends = [steep.value(np.array([x]))[0] for x in (0.0, 1e-20, 1e30)]
    assert ends == pytest.approx([0.0, 0.0, 1.0])
    assert np.isfinite([steep.slope(np.zeros(1))[0], steep.bend(np.zeros(1))[0]]).all()


def test_power_without_shift_has_a_finite_slope_at_nothing_and_none_without_scale() -> None:
    assert np.isfinite(curve("power", 1.0, 0.0, 0.5).slope(np.zeros(1))).all()
    assert curve("power", 0.0, 0.0, 0.5).slope(np.zeros(1))[0] == 0


@pytest.mark.parametrize("family", FAMILIES)
@given(x=amounts, scale=scales, shift=shifts, unit=st.floats(1e-3, 1e6))
def test_other_units_change_the_amount_not_the_worth(
    family: str, x: float, scale: float, shift: float, unit: float
) -> None:
    own = curve(family, scale, shift, 0.5)
    other = responses_in_units(own, np.array([unit]))
    assert other.value(np.array([x / unit]))[0] == pytest.approx(own.value(np.array([x]))[0])


def test_gradient_of_the_programme_matches_differences() -> None:
    own = programme(
        FAMILIES, scale=[1, 2, 3, 4, 5], shift=[0, 1, 2, 3, 4], exponent=[1, 0.3, 1, 1, 2.5],
        weight=[1, 2, 0.5, 1, 3], cost=0.2, loadings=[[1, 0], [0.5, 1], [0, -1], [2, 1], [1, 1]],
        own_risk=[0.1, 0.2, 0, 0.4, 1], aversion=0.7,
    )  # fmt: skip
    x, step = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 1e-5
    for place, slope in enumerate(own.gradient(x)):
        move = step * np.eye(5)[place]
        difference = (own.value(x + move) - own.value(x - move)) / (2 * step)
        assert slope == pytest.approx(difference, rel=1e-7)


def test_variance_by_hand() -> None:
    own = programme(
        ["linear"] * 2, scale=[1, 1], loadings=[[1], [2]], own_risk=[3, 0], aversion=2.0
    )
    x = np.array([2.0, 1.0])
    assert own.variance(x) == pytest.approx((2 + 2) ** 2 + 36)
    assert own.value(x) == pytest.approx(own.expected(x) - 52)


def test_concavity_needs_curves_of_positive_worth() -> None:
    assert programme(["linear", "log"], scale=[1, 1], weight=[-1, 1]).concave
    assert not programme(["log"], scale=[1], weight=-1.0).concave
    assert not programme(["s-curve"], scale=[1], exponent=2.0).concave


def test_in_units_measures_the_same_objective() -> None:
    own = programme(
        FAMILIES[:4], scale=[1, 2, 3, 4], cost=0.1, high=9.0, rows=[([1, 1, 1, 1], 1.0, 12.0)],
        loadings=[[1], [0.5], [0], [2]], own_risk=0.3, aversion=0.7,
    )  # fmt: skip
    units, x = np.array([1e-3, 1.0, 7.0, 1e6]), np.array([1.0, 2.0, 3.0, 4.0])
    other = in_units(own, units, 1e6)
    assert 1e6 * other.value(x / units) == pytest.approx(own.value(x))
    assert other.gradient(x / units) == pytest.approx(own.gradient(x) * units / 1e6)
    assert other.polytope.matrix @ (x / units) == pytest.approx(own.polytope.matrix @ x)
