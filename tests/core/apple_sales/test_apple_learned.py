"""The best mix of a learned model: only behind an open gate, only inside the rows, with a bound."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from core.apple_sales import best_within, sales_example
from core.apple_sales.door.other import from_frame
from core.apple_sales.learning import learned
from core.apple_sales.learning.inspect import Inspection
from core.apple_sales.learning.learned import ASSOCIATION
from core.errors import InputError, NotEnoughDataError
from core.stats.intervals import Interval
from core.stats.learners import NAMES, fit_predict
from core.stats.signal import Learned, Permutation, Signal


@pytest.fixture(autouse=True)
def _few_refits(monkeypatch):
    monkeypatch.setattr(learned, "REFITS", 20)


def opened(best="linear", gate="open"):
    """Return an inspection whose gate was opened by one learner."""
    r2 = {name: 0.5 if name == best else 0.3 for name in NAMES}
    models = tuple(
        Learned(name, Interval(r2[name], r2[name] - 0.1, r2[name] + 0.1, 60, 0.95, ""))
        for name in NAMES
    )
    found = Signal(60, 60, 2, 5, 4, -0.01, models, Permutation(0.005, 0.5, (0.0,), False))
    return Inspection(gate, "The figures.", "y", 60, found, ("a", "b"), (), (), None, ())


def table(n=60, seed=0, bend=0.0):
    rng = np.random.default_rng(seed)
    x = rng.random((n, 2))
    y = 2 * x[:, 0] - x[:, 1] + bend * np.sin(9 * x[:, 0]) + rng.normal(0, 0.1, n)
    return from_frame(pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y}), "y")


def test_a_closed_gate_refuses_with_the_figures():
    with pytest.raises(NotEnoughDataError, match="No learned objective is optimised") as caught:
        best_within(table(), opened(gate="closed"))
    assert "The figures." in caught.value.message


def test_without_limits_the_best_mix_is_the_best_row():
    data = table()
    x, y = data.frame[["a", "b"]].to_numpy(), data.frame["y"].to_numpy()
    plan = best_within(data, opened())
    value = fit_predict("linear", x, y, x)
    assert plan.method == "linear programme"
    assert plan.rows == ((int(np.argmax(value)) + 1, pytest.approx(1.0)),)
    assert plan.predicted.estimate == pytest.approx(value.max())
    assert plan.gap <= 1e-9
    assert ASSOCIATION in plan.notes


def test_with_limits_the_mix_equals_an_independent_programme():
    data = table()
    x, y = data.frame[["a", "b"]].to_numpy(), data.frame["y"].to_numpy()
    plan = best_within(data, opened(), limits={"a": (None, 0.4), "b": (0.3, None)}, total=0.8)
    value = fit_predict("linear", x, y, x)
    rows = np.array([x[:, 0], -x[:, 1], x.sum(axis=1)])
    other = linprog(-value, rows, [0.4, -0.3, 0.8], np.ones((1, 60)), [1.0], method="highs-ipm")
    assert plan.predicted.estimate == pytest.approx(-other.fun, abs=1e-7)
    assert plan.bound == pytest.approx(plan.predicted.estimate, abs=1e-9)
    assert plan.mix["a"] <= 0.4 + 1e-9
    assert plan.mix["b"] >= 0.3 - 1e-9
    assert sum(plan.mix.values()) <= 0.8 + 1e-9


@given(
    st.integers(0, 50),
    st.floats(0.2, 0.9),
    st.floats(0.1, 0.6),
    st.floats(0.6, 1.6),
)
@settings(max_examples=25)
def test_the_mix_is_a_mean_of_rows_and_no_other_mean_beats_the_bound(seed, high, low, total):
    data = table(30, seed)
    x, y = data.frame[["a", "b"]].to_numpy(), data.frame["y"].to_numpy()
    try:
        plan = best_within(
            data, opened(), limits={"a": (None, high), "b": (low, None)}, total=total
        )
    except InputError:
        return
    weights = np.zeros(30)
    for row, weight in plan.rows:
        weights[row - 1] = weight
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert list(plan.mix.values()) == pytest.approx(list(weights @ x), abs=1e-7)
    value = fit_predict("linear", x, y, x)
    draws = np.random.default_rng(seed).dirichlet(np.full(30, 0.05), 400)
    mixes = draws @ x
    allowed = (mixes[:, 0] <= high) & (mixes[:, 1] >= low) & (mixes.sum(axis=1) <= total)
    assert (draws[allowed] @ value <= plan.bound + 1e-7).all()
    assert plan.gap <= 1e-7


def test_a_model_that_is_not_linear_chooses_among_rows():
    data = table(bend=3.0)
    plan = best_within(data, opened("quadratic"), limits={"a": (None, 0.5)})
    assert plan.method == "observed rows"
    (row, weight), *rest = plan.rows
    assert (weight, rest) == (1.0, [])
    assert plan.mix["a"] == pytest.approx(data.frame["a"][row - 1])
    assert plan.mix["a"] <= 0.5
    assert any("only rows of the file are compared" in one for one in plan.notes)


def test_trees_are_taken_where_they_opened_the_gate(monkeypatch):
    monkeypatch.setattr(learned, "REFITS", 3)
    plan = best_within(table(40), opened("boosting"))
    assert plan.model == "boosted trees"
    assert len(plan.rows) == 1


def test_the_interval_covers_the_true_mean_at_the_chosen_mix():
    hits = 0
    for seed in range(40):
        plan = best_within(table(80, seed), opened(), seed=seed)
        truth = 2 * plan.mix["a"] - plan.mix["b"]
        hits += plan.predicted.low <= truth <= plan.predicted.high
    # 95 % for all mixes at once; 33 of 40 or fewer would have probability below 0.001.
    assert hits >= 34


def test_many_rows_span_the_hull_by_a_sample(monkeypatch):
    monkeypatch.setattr(learned, "MOST_ROWS", 30)
    plan = best_within(table(), opened())
    assert plan.n == 30
    assert any("random sample of 30 rows" in one for one in plan.notes)
    assert 1 <= plan.rows[0][0] <= 60


def test_words_become_shares():
    data = sales_example("signal")
    names = (*data.numeric, *(f"Region = Region {i}" for i in range(1, 6)))
    found = dataclasses.replace(opened(), target=data.target, features=names)
    plan = best_within(data, found, total=30.0)
    shares = [value for name, value in plan.mix.items() if name.startswith("Region")]
    assert sum(shares) == pytest.approx(1)
    assert sum(plan.mix[name] for name in data.numeric) <= 30 + 1e-7
    assert plan.predicted.estimate < data.frame[data.target].max()
    assert json.loads(json.dumps(plan.to_dict(), allow_nan=False))["gap"] < 1e-7


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"limits": {"z": (0, 1)}}, "z: There is no feature z. Features: a, b."),
        ({"limits": {"a": (float("nan"), 1)}}, "a: A limit is not a finite number."),
        ({"limits": {"a": (0.8, 0.2)}}, "The lower limit 0.8 is above the upper limit 0.2."),
        ({"limits": {"a": (5, None)}}, "no mix meets this limit. Choose a limit within"),
        ({"limits": {"a": (None, -1)}}, "a: The rows reach from"),
        ({"limits": {"a": (0.5, None)}, "total": 0.1}, "together: a, total. Widen one of them."),
        ({"total": float("inf")}, "total: inf is not a finite number."),
    ],
)
@pytest.mark.parametrize("model", ["linear", "quadratic"])
def test_limits_that_cannot_be_met_are_named(options, words, model):
    with pytest.raises(InputError) as caught:
        best_within(table(), opened(model), **options)
    assert words in caught.value.message


def test_a_table_with_periods_has_no_total():
    with pytest.raises(InputError, match="do not share a unit"):
        best_within(dataclasses.replace(table(), kind="sales"), opened(), total=1.0)
