"""The record of measures, computed from small tables whose record is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from core.saliency.ground_truth.validity import Badge, badge, kendall, league
from core.saliency.schema import Direction, Metric, Topic
from core.stats.intervals import wilson

METHODS = ("causal-oracle", "plausible-oracle", "random", "a", "b", "c")


def card(key, direction):
    return Metric(key, key, Topic.FAITHFULNESS, "", 0, 1, direction, "", "")


CARDS = (
    card("abpc", Direction.HIGHER),
    card("deletion-auc", Direction.LOWER),
    card("entropy", Direction.NEITHER),
)


def table(values, network="cnn-confounded-0", regime="confounded", n=100):
    rows = []
    for i in range(n):
        name = f"{4000000 + i}-{2 if i % 2 else 0}-1"
        for metric, fill, of in values:
            for place, method in enumerate(METHODS):
                found = (network, regime, name, method, metric, fill, of(place, i))
                rows.append(found)
    columns = ["network", "regime", "image", "method", "metric", "fill", "value"]
    return pd.DataFrame(rows, columns=columns)


def test_a_measure_that_always_ranks_the_causes_first_is_valid():
    rows = table(
        [
            ("abpc", "counterfactual", lambda place, i: -place),
            ("abpc", "mean", lambda place, i: place),
            ("deletion-auc", "mean", lambda place, i: place),
            ("entropy", "", lambda place, i: place),
        ]
    )
    found = {(one.metric, one.fill): one for one in league(rows, CARDS)}
    assert set(found) == {("abpc", "counterfactual"), ("abpc", "mean"), ("deletion-auc", "mean")}
    good, bad = found["deletion-auc", "mean"], found["abpc", "mean"]
    assert good.badge is Badge.VALID
    assert good.above_random.estimate == 1
    assert good.above_random.n == 100
    assert good.above_reader.n == 50  # films without a lesion do not tell
    assert good.tau.estimate == pytest.approx(1)
    assert bad.badge is Badge.INVALID
    assert bad.above_random.estimate == 0
    assert bad.tau.estimate == pytest.approx(-1)
    assert good.to_dict()["badge"] == "valid"


def test_ties_count_half_and_missing_figures_not_at_all():
    rows = table(
        [("abpc", "mean", lambda place, i: float("nan") if i < 20 and place == 0 else 1.0)]
    )
    (one,) = league(rows, CARDS)
    assert one.above_random.estimate == 0.5
    assert one.above_random.n == 80
    assert one.tau.method == "the table has no counterfactual ABPC"


def test_few_images_leave_it_open():
    rows = table([("abpc", "counterfactual", lambda place, i: -place)], n=40)
    (one,) = league(rows, CARDS)
    assert one.badge is Badge.UNKNOWN
    assert badge(wilson(72, 72)) is Badge.UNKNOWN
    assert badge(wilson(73, 73)) is Badge.VALID


def test_a_regime_of_one_cause_and_a_table_without_oracles():
    rows = table([("abpc", "mean", lambda place, i: -place)], "cnn-decoy-0", "decoy")
    (one,) = league(rows, CARDS)
    assert one.above_reader.method == "the lesion is the only cause"
    (bare,) = league(rows[rows["method"] != "random"], CARDS)
    assert bare.above_random.method == "the table has no random for this measure"
    assert bare.badge is Badge.UNKNOWN


def test_categorical_columns_give_the_same():
    rows = table([("abpc", "counterfactual", lambda place, i: (place * i) % 5)])
    texts = ["network", "regime", "image", "method", "metric", "fill"]
    assert league(rows.astype(dict.fromkeys(texts, "category")), CARDS) == league(rows, CARDS)


@given(st.integers(0, 2**31))
def test_tau_equals_scipy(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 5, (4, 9)) * 1.0, rng.integers(0, 5, (4, 9)) * 1.0
    first[rng.random(first.shape) < 0.2] = np.nan
    for one, other, found in zip(first, second, kendall(first, second), strict=True):
        held = np.isfinite(one)
        if held.sum() > 1 and np.ptp(one[held]) > 0 and np.ptp(other[held]) > 0:
            assert found == pytest.approx(kendalltau(one[held], other[held]).statistic)
        else:
            assert np.isnan(found)
