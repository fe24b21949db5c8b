"""The honesty gate on files: the original stays closed, a known signal opens, and why is said."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.apple_sales import Inspection, inspect, inspect_table, read_sales, sales_example
from core.apple_sales.door.other import from_frame
from core.apple_sales.learning.features import features
from core.apple_sales.learning.inspect import EXCHANGEABLE, IDENTITY
from core.errors import NotEnoughDataError
from core.stats import signal as signal_module
from core.stats import uniformity
from tests.demo_file import DEMO_FILE, needs_demo_file


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(uniformity, "REFERENCES", 9)
    monkeypatch.setattr(signal_module.signal, "__kwdefaults__", {"seed": 0, "draws": 20})


@pytest.fixture
def _enough_draws(monkeypatch):
    """Fewest shufflings that can open the gate; the mean stands in for the slow trees."""

    def means(x, y, splits, seed=0):
        predicted = np.empty_like(y)
        for train, held in splits:
            predicted[held] = y[train].mean()
        return predicted

    monkeypatch.setattr(signal_module.signal, "__kwdefaults__", {"seed": 0, "draws": 100})
    monkeypatch.setattr(signal_module, "held_out_boosted", means)


def linear(n=80, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.random((n, 3))
    return pd.DataFrame(x, columns=["a", "b", "c"]).assign(
        y=3 * x[:, 0] - x[:, 1] + rng.normal(0, 0.2, n)
    )


@pytest.fixture(scope="module")
def original() -> Inspection:
    return inspect(read_sales(DEMO_FILE))


@needs_demo_file
def test_the_original_file_is_closed(original):
    assert original.gate == "closed"
    assert "nothing beats the mean" in original.reason
    assert -0.02 < original.best.r2.estimate < 0
    assert original.permutation.p > 0.2
    by_name = {one.name: one.r2.estimate for one in original.signal.learned}
    # Published for author's pipelines: linear -0.014, poly 2 -0.019, GBM -0.069 (folds' own means).
    assert by_name["linear"] == pytest.approx(-0.014, abs=0.01)
    assert -0.08 < by_name["boosting"] < 0
    assert original.signal.mean_only == pytest.approx(-0.006, abs=0.008)


@needs_demo_file
@pytest.mark.parametrize(
    ("column", "low", "high", "mean", "uniform", "r", "p"),
    [
        ("iPhone", 5.03, 29.94, 17.44, 0.74, -0.022, 0.48),
        ("iPad", 2.02, 14.99, 8.57, 0.89, 0.010, 0.76),
        ("Mac", 1.01, 9.99, 5.56, 0.25, 0.013, 0.67),
        ("Wearables", 2.00, 12.00, 6.94, 0.55, 0.025, 0.43),
    ],
)
def test_its_columns_are_those_of_the_study(original, column, low, high, mean, uniform, r, p):
    facts = next(one for one in original.columns if one.name.startswith(column))
    assert (facts.n, facts.min, facts.max) == (1000, low, high)
    assert facts.mean == pytest.approx(mean, abs=0.005)
    # The study takes the ends as known; given the ends, the p value moves a little.
    assert facts.uniform_p == pytest.approx(uniform, abs=0.04)
    assert facts.correlation == pytest.approx(r, abs=0.001)
    assert facts.correlation_p == pytest.approx(p, abs=0.005)
    assert facts.correlation_p_holm == 1.0


@needs_demo_file
def test_its_groups_and_silhouettes_are_those_of_the_study(original):
    anova = {one.name: one.p for one in original.groups}
    assert anova["Region"] == pytest.approx(0.115, abs=0.001)
    assert anova["State"] == pytest.approx(0.69, abs=0.01)
    silhouettes = original.silhouettes.silhouettes.values()
    assert min(silhouettes) > 0.14
    assert max(silhouettes) < 0.175


def test_the_answer_for_scripts_has_its_keys():
    found = inspect_table(linear(30).assign(y=np.random.default_rng(0).random(30)), "y")
    answer = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert answer["gate"] == "closed"
    assert {"reason", "cv_r2", "cv_r2_ci", "permutation_p", "columns", "n", "target", "models",
            "silhouettes", "notes"} <= set(answer)  # fmt: skip
    assert set(answer["columns"][0]) == {
        "name", "n", "min", "max", "mean", "uniform_p", "correlation", "correlation_p",
        "correlation_p_holm",
    }  # fmt: skip
    assert [one["name"] for one in answer["models"]] == [
        "mean only", "linear", "quadratic", "boosting",
    ]  # fmt: skip
    low, high = answer["cv_r2_ci"]
    assert low < answer["cv_r2"] < high
    target = answer["columns"][-1]
    assert (target["name"], target["correlation"]) == ("y", None)


@pytest.mark.usefixtures("_enough_draws")
def test_a_known_signal_opens():
    found = inspect_table(linear(), "y")
    assert found.gate == "open"
    assert "predicted better than by their mean" in found.reason
    assert found.to_dict()["cv_r2_ci"][0] > 0
    assert found.permutation.p < 0.01


def test_a_weak_figure_says_which_condition_fails():
    # With 20 shufflings the smallest p value is 1/21.
    found = inspect_table(linear(), "y")
    assert found.gate == "closed"
    assert found.reason.endswith("the p value is not below 0.01.")
    assert "the lower limit is not above 0" not in found.reason


def test_a_table_with_periods_warns_of_identity_and_time():
    rows = [
        f"{2000 + i // 4}-Q{i % 4 + 1},USD,P{i % 3},N,{10 + i % 7},{5 + (i * 7) % 11},0.{i % 5 + 1}"
        for i in range(24)
    ]
    content = "\n".join(["period,unit,product,region,units,revenue,margin", *rows]).encode()
    table = read_sales(content)
    found = inspect(table)
    assert found.target == "revenue"
    assert IDENTITY in found.notes
    assert EXCHANGEABLE in found.notes
    assert found.features == (
        "units", "margin", "time", "product = P0", "product = P1", "product = P2",
    )  # fmt: skip
    assert "Not learned from, because they do not vary: unit, region." in found.notes


def test_words_become_codes_up_to_a_limit():
    frame = pd.DataFrame(
        {"k": [f"w{i}" for i in range(20)], "g": ["u", "v"] * 10, "y": np.arange(20.0)}
    )
    chosen = features(from_frame(frame, "y"))
    assert chosen.names == ("g = u", "g = v")
    assert chosen.matrix.tolist() == [[1.0, 0.0], [0.0, 1.0]] * 10
    assert chosen.left_out == (
        "Not learned from, because they hold more than 12 different words: k.",
    )


def test_an_inspection_does_not_depend_on_chance_elsewhere():
    frame = linear(25).assign(y=np.random.default_rng(1).random(25))
    first, again = inspect_table(frame, "y", seed=3), inspect_table(frame, "y", seed=3)
    assert first.to_dict() == again.to_dict()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (linear(8), "There are 8 rows; at least 10 are needed"),
        (linear(20).assign(y=1.0), "The outcome is 1 in every row"),
        (linear(20).assign(a=1.0, b=1.0, c=1.0), "no column that varies"),
    ],
)
def test_too_little_is_said(frame, words):
    with pytest.raises(NotEnoughDataError, match=words):
        inspect_table(frame, "y")


def test_the_examples_say_what_they_are():
    noise, signal = sales_example("noise"), sales_example("signal")
    assert noise.notes[0].startswith("Generated (seed 0): 1,000 rows of five independent uniform")
    assert signal.notes[0].startswith("Generated (seed 0)")
    assert noise.frame[noise.target].between(5, 20).all()
    assert (signal.frame[signal.target] >= 0).all()
    assert sales_example("noise").frame.equals(noise.frame)
    assert not sales_example("noise", seed=1).frame.equals(noise.frame)


def test_the_reported_quarters_are_closed():
    table = sales_example("quarters")
    assert table.n == 16
    found = inspect(table)
    assert found.gate == "closed"
    assert found.best.r2.estimate < 0
