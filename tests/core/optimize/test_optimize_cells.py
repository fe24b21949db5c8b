from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.optimize import Axis, CellGrid, Certificate, canonical_hash, distinct_levels


def axis(name: str, costs: list[float]) -> Axis:
    return Axis(name, tuple(float(-i) for i in range(len(costs))), tuple(costs), tuple(costs))


axes_strategy = st.lists(
    st.lists(st.floats(0, 5), max_size=5).map(lambda rest: [0.0, *sorted(rest)]),
    min_size=1,
    max_size=3,
).map(lambda parts: tuple(axis(f"x{i}", costs) for i, costs in enumerate(parts)))


def test_cells_come_in_order_of_effort_from_the_present_state():
    grid = CellGrid.build((axis("a", [0, 1, 2]), axis("b", [0, 0.5])))
    assert grid.effort.tolist() == [0, 0.5, 1, 1.5, 2, 2.5]
    assert grid.levels[0].tolist() == [0, 0]
    assert grid.values(3) == {"a": -1, "b": -1}
    assert grid.matrix()[3].tolist() == [-1, -1]


def test_free_moves_are_not_made_for_nothing():
    free = Axis("a", (3.0, 2.0, 1.0), (0.0, 0.0, 0.0), (0.0, 1.0, 2.0))
    grid = CellGrid.build((free, axis("b", [0, 1])))
    everything = np.ones(len(grid), dtype=bool)
    assert grid.cheapest(everything, lambda _: True) == 0
    reached = grid.matrix()[:, 0] < 3
    best = grid.cheapest(reached, lambda _: True)
    assert best is not None
    assert grid.values(best) == {"a": 2, "b": 0}


@given(axes_strategy, st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_the_answer_is_that_of_plain_enumeration(axes, seed, most):
    grid = CellGrid.build(axes)
    chance = np.random.default_rng(seed).random(len(grid)) < 0.2
    met = {tuple(levels): bool(ok) for levels, ok in zip(grid.levels, chance, strict=True)}
    cell = grid.cheapest(np.ones(len(grid), dtype=bool), lambda c: bool(chance[c]), most)
    efforts = [
        sum(a.costs[i] for a, i in zip(axes, levels, strict=True))
        for levels in itertools.product(*(range(len(a.costs)) for a in axes))
        if met[levels] and sum(i > 0 for i in levels) <= most
    ]
    if cell is None:
        assert not efforts
    else:
        assert grid.effort[cell] == pytest.approx(min(efforts), abs=1e-11)


def test_the_screen_spares_the_model_and_the_model_decides():
    grid = CellGrid.build((axis("a", [0, 1, 2, 3]),))
    asked = []

    def accept(cell: int) -> bool:
        asked.append(cell)
        return cell == 3

    assert grid.cheapest(np.array([False, False, True, True]), accept) == 3
    assert asked == [2, 3]


def test_lowest_risk_prefers_less_effort_among_equals():
    grid = CellGrid.build((axis("a", [0, 1, 2]), axis("b", [0, 5])))
    risk = np.where(grid.levels[:, 0] > 0, 0.2, 0.5)
    assert grid.values(grid.lowest(risk)) == {"a": -1, "b": 0}
    assert grid.lowest(risk, most_changes=0) == 0


def test_no_axes_leave_the_present_state():
    grid = CellGrid.build(())
    assert len(grid) == 1
    assert grid.matrix().shape == (1, 0)


@pytest.mark.parametrize(
    ("values", "costs"), [((), ()), ((1.0,), (1.0,)), ((1.0, 0.0), (0.0, -1.0)), ((1.0,), (0, 1))]
)
def test_a_senseless_axis_is_refused(values, costs):
    with pytest.raises(ValueError, match="axis a"):
        Axis("a", values, costs, costs)


def test_a_grid_too_large_to_enumerate_is_refused():
    wide = axis("a", [0.0] * 1500)
    with pytest.raises(ValueError, match="2250000 cells"):
        CellGrid.build((wide, wide))


def test_levels_a_tree_cannot_tell_apart_are_merged():
    levels = Axis("a", (130.0, 128.0, 126.0, 124.0), (0, 1, 2, 3), (0, 1, 2, 3))
    # 126 is not below the split 126, so it still belongs to the upper side.
    assert distinct_levels(levels, (126.0,)) == (0, 3)
    assert distinct_levels(levels, (126.5, 150.0)) == (0, 2)
    assert distinct_levels(levels, ()) == (0,)


@given(
    st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=8, unique=True),
    st.lists(st.integers(-40, 40).map(lambda k: k / 2), max_size=5, unique=True),
)
def test_merging_keeps_one_cheapest_level_of_every_side(values, splits):
    values = sorted(values, reverse=True)
    costs = tuple(values[0] - v for v in values)
    kept = distinct_levels(Axis("a", tuple(values), costs, costs), sorted(splits))
    side = [tuple(v < s for s in splits) for v in values]
    assert [side[i] for i in kept] == list(dict.fromkeys(side))


def test_the_hash_ignores_the_order_of_keys_and_refuses_nan():
    assert canonical_hash({"a": 1, "b": [2]}) == canonical_hash({"b": [2], "a": 1})
    assert canonical_hash({"a": 1}) != canonical_hash({"a": 2})
    with pytest.raises(ValueError, match="JSON"):
        canonical_hash({"a": float("nan")})


def test_a_certificate_is_plain_data():
    given_ = Certificate("infeasible", None, None, 5, 9, "all", "m", "h")
    assert given_.to_dict()["bound"] is None
    assert given_.to_dict()["nodes"] == 5
