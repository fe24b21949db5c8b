from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cardiosense.levers import LEVERS, grid_below, levers_for, reaches
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.errors import InputError

DIAGNOSTIC_LEVERS = levers_for("diagnostic", "logistic-13")
NEVER = {"age", "sex", "cp", "thalach", "exang", "oldpeak", "slope", "ca", "thal", "fbs"} | {
    "restecg",
    "hdl",
    "egfr",
    "diabetes",
    "bp_treated",
    "statin",
}


def reach_of(values, name="trestbps", **kwargs):
    record = {"trestbps": 150.0, "chol": 250.0} | values
    found = reaches(DIAGNOSTIC_LEVERS, DIAGNOSTIC, record, **kwargs)
    return next(r for r in found if r.lever.name == name)


def test_only_actionable_measurements_are_levers_and_every_limit_has_a_source():
    for layer, levers in LEVERS.items():
        fields = DIAGNOSTIC if layer == "diagnostic" else PREVENTION
        for lever in levers:
            assert lever.name not in NEVER
            assert lever.direction == "down"
            assert lever.floor_source
            assert lever.change_source
            assert fields[lever.name].unit == lever.unit
            if not fields[lever.name].is_code:
                assert lever.floor >= fields[lever.name].low


def test_bmi_is_no_lever_of_prevent_because_its_total_risk_ignores_it():
    assert [x.name for x in levers_for("prevention", "prevent")] == ["trestbps", "chol", "smoker"]
    assert "bmi" in [x.name for x in levers_for("prevention", "framingham")]


def test_values_are_clinically_rounded_within_the_limits():
    reach = reach_of({"trestbps": 151.0})
    assert reach.values[:2] == (151.0, 150.0)
    assert reach.values[-1] == 122.0  # 151 - 30 = 121, rounded upwards to the step of 2
    assert reach.stop == "12-month limit"
    assert reach.effort(121.0) == 1.0
    assert reach_of({"trestbps": 140.0}).values[-1] == 120.0
    assert reach_of({"trestbps": 140.0}).stop == "floor"
    assert reach_of({"chol": 300.0}, "chol").max_change == pytest.approx(105.0)


def test_a_value_at_or_below_its_floor_stays():
    for value in (100.0, 120.0):
        assert reach_of({"trestbps": value}).values == (value,)
        assert reach_of({"trestbps": value}).stop == "already at floor"


def test_what_was_not_measured_cannot_move():
    reach = reach_of({"chol": math.nan}, "chol")
    assert reach.values == ()
    assert reach.to_dict()["current"] is None
    assert reach.to_dict()["max_change"] is None


def test_limits_and_weights_are_the_users_to_edit():
    reach = reach_of(
        {}, weights={"trestbps": 2}, limits={"trestbps": {"floor": 110, "max_change": 50}}
    )
    assert reach.values[-1] == 110.0
    assert reach.effort(125.0) == pytest.approx(2 * 25 / 50)
    assert reach_of({}, limits={"trestbps": {"max_change": 0}}).values == (150.0,)


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"weights": {"trestbps": -1}}, "weights.trestbps"),
        ({"weights": {"trestbps": math.inf}}, "weights.trestbps"),
        ({"weights": {"trestbps": math.nan}}, "weights.trestbps"),
        ({"weights": {"trestbps": True}}, "weights.trestbps"),
        ({"weights": {"trestbps": "1"}}, "weights.trestbps"),
        ({"weights": {"trestbps": 10**400}}, "weights.trestbps"),
        ({"weights": {"thalach": 1}}, "weights.thalach"),
        ({"weights": [1]}, "weights: The weights are not an object"),
        ({"limits": {"age": {"floor": 40}}}, "limits.age"),
        ({"limits": {"trestbps": 5}}, "limits.trestbps"),
        ({"limits": {"trestbps": {"floor": 10}}}, "limits.trestbps.floor"),
        ({"limits": {"trestbps": {"max_change": -5}}}, "limits.trestbps.max_change"),
        ({"limits": {"trestbps": {"ceiling": 5}}}, "limits.trestbps.ceiling"),
        ({"limits": "no"}, "limits: The limits are not an object"),
    ],
)
def test_senseless_weights_and_limits_are_refused_by_name(kwargs, said):
    with pytest.raises(InputError, match=said):
        reach_of({}, **kwargs)


@given(st.floats(60, 260), st.floats(60, 260), st.floats(0, 200))
def test_values_respect_direction_floor_and_limit(current, floor, most):
    reach = reach_of(
        {"trestbps": current}, limits={"trestbps": {"floor": floor, "max_change": most}}
    )
    for value in reach.values[1:]:
        assert value < current
        assert value >= floor - 1e-6
        assert current - value <= most + 1e-6
        assert value % 2 == 0


@given(st.floats(0, 400), st.floats(0, 400), st.sampled_from([0.1, 0.5, 1, 2, 5]))
def test_the_grid_below_a_value_is_complete(value, lowest, step):
    grid = grid_below(value, lowest, step)
    inside = [k * step for k in range(int(400 / step) + 1) if lowest <= k * step < value - 1e-6]
    assert len(grid) >= len(inside)
    assert all(lowest - 1e-6 <= v < value for v in grid)
    assert list(grid) == sorted(grid, reverse=True)
