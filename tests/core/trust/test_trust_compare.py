"""Two models on the same rows: figures by hand and by scikit-learn, and unequal rows refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sklearn import metrics

from core.errors import InputError
from core.stats.paired import mean_difference
from core.trust import compare
from core.trust.compare import LEVEL
from core.trust.door.inputs import read_predictions

RNG = np.random.default_rng(7)
N = 600
SCORE = RNG.normal(size=N)
P = 1 / (1 + np.exp(-SCORE))
Y = (RNG.random(N) < P).astype(int)
WORSE = 1 / (1 + np.exp(-(0.3 * SCORE + 1.5 * RNG.normal(size=N))))


def differences(first, second):
    return {one.measure: one for one in compare(first, second).differences}


def test_figures_agree_with_an_independent_library():
    found = differences(read_predictions(Y, P), read_predictions(Y, WORSE))
    expected = {
        "accuracy": lambda p: metrics.accuracy_score(Y, p >= 0.5),
        "sensitivity": lambda p: metrics.recall_score(Y, p >= 0.5),
        "specificity": lambda p: metrics.recall_score(Y, p >= 0.5, pos_label=0),
        "auc": lambda p: metrics.roc_auc_score(Y, p),
        "brier": lambda p: metrics.brier_score_loss(Y, p),
        "log_loss": lambda p: metrics.log_loss(Y, p),
        "net_benefit": lambda p: np.mean((p >= 0.5) & (Y == 1)) - np.mean((p >= 0.5) & (Y == 0)),
    }
    assert set(found) == set(expected)
    for name, figure in expected.items():
        one = found[name]
        assert one.first == pytest.approx(figure(P), abs=1e-12)
        assert one.second == pytest.approx(figure(WORSE), abs=1e-12)
        assert one.gap.estimate == pytest.approx(one.first - one.second, abs=1e-12)
        assert one.gap.low <= one.gap.estimate <= one.gap.high
        assert one.gap.level == LEVEL


def test_ten_rows_by_hand():
    y = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    first = read_predictions(y, pred=[1, 1, 1, 1, 0, 0, 0, 0, 0, 1])
    second = read_predictions(y, pred=[1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    found = compare(first, second)
    by_name = {one.measure: one for one in found.differences}
    assert (found.n, found.agree) == (10, 0.7)
    assert (by_name["accuracy"].first, by_name["accuracy"].second) == (0.8, 0.7)
    assert by_name["sensitivity"].gap.estimate == pytest.approx(0.8 - 0.4)
    assert by_name["specificity"].gap.estimate == pytest.approx(0.8 - 1.0)
    for name in ("auc", "brier", "log_loss", "net_benefit"):
        assert math.isnan(by_name[name].gap.estimate)
        assert by_name[name].better == "not enough data"


def test_the_brier_interval_is_that_of_the_paired_losses():
    one = differences(read_predictions(Y, P), read_predictions(Y, WORSE))["brier"]
    losses = (P - Y) ** 2, (WORSE - Y) ** 2
    assert one.gap.low == pytest.approx(mean_difference(*losses, LEVEL).low, abs=1e-12)


def test_a_clearly_better_model_is_named_and_a_model_never_beats_itself():
    found = differences(read_predictions(Y, P), read_predictions(Y, WORSE))
    assert found["auc"].better == found["brier"].better == found["log_loss"].better == "first"
    turned = differences(read_predictions(Y, WORSE), read_predictions(Y, P))
    for name, one in turned.items():
        assert one.gap.estimate == pytest.approx(-found[name].gap.estimate, abs=1e-12)
        assert (
            one.better
            == {"first": "second", "not enough data": "not enough data"}[found[name].better]
        )
    same = compare(read_predictions(Y, P), read_predictions(Y, P))
    assert same.agree == 1
    assert {one.better for one in same.differences} == {"not enough data"}


def test_two_equally_good_models_are_told_apart_at_most_in_one_of_twenty_comparisons():
    wrong = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        truth = rng.normal(size=150)
        y = (rng.random(150) < 1 / (1 + np.exp(-truth))).astype(int)
        p, q = (1 / (1 + np.exp(-(truth + rng.normal(size=150)) / 1.5)) for _ in range(2))
        found = compare(read_predictions(y, p), read_predictions(y, q))
        wrong += any(one.better != "not enough data" for one in found.differences)
    assert wrong <= 20  # 10 expected at most; the 99.9 % quantile of a binomial


def test_more_classes_than_two():
    y = RNG.integers(3, size=N)
    good = np.full((N, 3), 0.2)
    good[np.arange(N), y] = 0.6
    flat = np.full((N, 3), 1 / 3)
    found = differences(read_predictions(y, good), read_predictions(y, flat))
    assert set(found) == {"accuracy", "brier", "log_loss"}
    assert found["log_loss"].first == pytest.approx(metrics.log_loss(y, good), abs=1e-12)
    assert {found[name].better for name in found} == {"first"}


def test_net_benefit_needs_one_threshold():
    first, second = read_predictions(Y, P), read_predictions(Y, P, threshold=0.2)
    one = differences(first, second)["net_benefit"]
    assert math.isnan(one.gap.estimate)
    assert "different thresholds" in one.gap.method


@pytest.mark.parametrize(
    ("y", "proba", "words"),
    [
        (Y[:-1], P[:-1], "599 rows, the first model 600"),
        (1 - Y, P, "600 of 600 rows have another outcome, the first at position 0"),
        (np.where(Y == 1, "yes", "no"), P, "classes no, yes, the first model 0, 1"),
        (np.where(np.arange(N) == 5, 1 - Y, Y), P, "1 of 600 rows have another outcome"),
    ],
    ids=["rows", "outcomes", "classes", "one-row"],
)
def test_unequal_rows_are_refused(y, proba, words):
    with pytest.raises(InputError, match=words):
        compare(read_predictions(Y, P), read_predictions(y, proba))


def test_the_document_is_strict_json():
    y = [1, 1, 1]
    found = compare(read_predictions(y, [0.2, 0.4, 0.9]), read_predictions(y, [0.3, 0.4, 0.9]))
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    specificity = next(one for one in plain["differences"] if one["measure"] == "specificity")
    assert specificity["first"] is None
    assert specificity["difference"]["estimate"] is None
