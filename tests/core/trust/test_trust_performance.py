from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision_score,
    recall_score,
    roc_auc_score,
)

from core.stats.intervals import wilson
from core.trust.performance import performance_findings, performance_panel, size_findings
from core.trust.predictions import Predictions


def binary(y, p, threshold=0.5):
    y, p = np.asarray(y, dtype=np.int64), np.asarray(p, dtype=float)
    called = (p >= threshold).astype(np.int64)
    return Predictions(y, np.column_stack([1 - p, p]), called, ("well", "ill"), threshold)


def drawn(n=171, seed=0, threshold=0.3):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 2, n)
    return binary(rng.random(n) < p, p, threshold)


def several(n=300, k=4, seed=0):
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.full(k, 0.4), n)
    y = (rng.random((n, 1)) > proba.cumsum(axis=1)).sum(axis=1).clip(0, k - 1)
    return Predictions(y, proba, proba.argmax(axis=1), tuple("abcdefgh"[:k]), None)


def test_scikit_learn_finds_the_same_for_two_classes():
    given = drawn()
    y, p, called = given.y, given.p, given.called
    panel = performance_panel(given)
    theirs = {
        "auc": roc_auc_score(y, p),
        "accuracy": accuracy_score(y, called),
        "f1": f1_score(y, called),
        "mcc": matthews_corrcoef(y, called),
        "average_precision": average_precision_score(y, p),
        "log_loss": log_loss(y, p),
        "brier": brier_score_loss(y, p),
    }
    for name, value in theirs.items():
        assert panel.figures[name].estimate == pytest.approx(value, abs=1e-12), name
    assert panel.recall[1].estimate == pytest.approx(recall_score(y, called), abs=1e-12)
    assert panel.precision[1].estimate == pytest.approx(precision_score(y, called), abs=1e-12)
    assert panel.accuracy == wilson(int((y == called).sum()), 171)
    assert sum(panel.support) == 171


def test_scikit_learn_finds_the_same_for_several_classes():
    given = several()
    panel = performance_panel(given)
    assert panel.auc.estimate == pytest.approx(
        roc_auc_score(given.y, given.proba, multi_class="ovr"), abs=1e-12
    )
    assert panel.f1.estimate == pytest.approx(
        f1_score(given.y, given.called, average="macro"), abs=1e-12
    )
    recalls = recall_score(given.y, given.called, average=None)
    assert [one.estimate for one in panel.recall] == pytest.approx(recalls.tolist(), abs=1e-12)
    hot = np.eye(4)[given.y]
    assert panel.brier.estimate == pytest.approx(np.mean(np.sum((given.proba - hot) ** 2, axis=1)))
    assert math.isnan(panel.average_precision.estimate)
    assert panel.roc is None
    finding = performance_findings(panel, auc=0.5)[0]
    assert finding.id == "discrimination.auc"
    assert "one class against the rest" in finding.claim
    assert finding.p_met < 1e-6


@pytest.mark.parametrize("given", [drawn(), several(), drawn(5), drawn(n=1, seed=3)])
def test_the_panel_is_strict_json_and_ignores_the_order_of_rows(given):
    panel = performance_panel(given)
    text = json.dumps(panel.to_dict(), allow_nan=False, sort_keys=True)
    order = np.random.default_rng(1).permutation(given.n)
    shuffled = Predictions(
        given.y[order], given.proba[order], given.called[order], given.classes, given.threshold
    )
    again = json.dumps(performance_panel(shuffled).to_dict(), allow_nan=False, sort_keys=True)
    assert again == text


def test_a_perfect_model_fails_nothing():
    for n, positives in ((20, 8), (3, 1), (400, 1), (1, 1), (5, 0)):
        y = np.arange(n) < positives
        panel = performance_panel(binary(y, y.astype(float)))
        for found in performance_findings(panel, auc=0.9) + size_findings(panel, events=100):
            assert found.p_broken is None or found.p_broken > 0.5
    strong = performance_panel(binary(np.arange(200) < 80, np.arange(200) < 80))
    assert performance_findings(strong, auc=0.9)[0].p_met < 0.05
    assert strong.auc.low < 1


def test_a_perfect_model_of_several_classes_fails_nothing():
    y = np.arange(60) % 3
    given = Predictions(y, np.eye(3)[y], y, ("a", "b", "c"), None)
    found = performance_findings(performance_panel(given), auc=0.7)[0]
    assert found.p_met < 0.05
    assert found.p_broken > 0.5


def test_one_class_is_no_number():
    panel = performance_panel(binary([0, 0, 0], [0.2, 0.7, 0.1]))
    for name in ("auc", "balanced_accuracy", "mcc", "average_precision"):
        assert math.isnan(panel.figures[name].estimate), name
    assert math.isnan(panel.recall[1].estimate)
    assert panel.accuracy.estimate == pytest.approx(2 / 3)
    found = performance_findings(panel, auc=0.5)[0]
    assert found.p_met is found.p_broken is None
    assert "all outcomes are of one class" in found.reason
    assert "3 of well, 0 of ill" in found.reason


def test_a_useless_and_a_reversed_model():
    rng = np.random.default_rng(0)
    y = rng.random(400) < 0.4
    useless = performance_findings(performance_panel(binary(y, rng.random(400))), auc=0.5)[0]
    assert useless.p_met > 0.05
    assert useless.p_broken > 0.05
    reversed_ = binary(y, np.clip(0.6 - 0.3 * y + rng.normal(0, 0.1, 400), 0, 1))
    found = performance_findings(performance_panel(reversed_), auc=0.5)[0]
    assert found.p_broken < 1e-6


def test_calls_alone_are_judged_by_balanced_accuracy():
    rng = np.random.default_rng(0)
    y = (rng.random(1_000) < 0.05).astype(np.int64)
    # A screening test with more false alarms than there are cases: accuracy below 95 %.
    called = np.where(y == 1, rng.random(1_000) < 0.9, rng.random(1_000) < 0.2).astype(np.int64)
    panel = performance_panel(Predictions(y, None, called, ("well", "ill"), None))
    assert panel.accuracy.high < panel.no_information_rate.estimate
    found = performance_findings(panel, auc=0.7)[0]
    assert found.id == "discrimination.accuracy"
    assert found.p_met < 1e-6
    assert found.p_broken > 0.99
    nobody = performance_panel(Predictions(y, None, np.zeros(1_000, int), ("well", "ill"), None))
    assert performance_findings(nobody, auc=0.7)[0].p_met is None
    json.dumps(nobody.to_dict(), allow_nan=False)


def test_size_never_fails():
    panel = performance_panel(drawn())
    enough = size_findings(panel, events=50)[0]
    assert enough.p_met == 0.0
    assert enough.p_broken is None
    short = size_findings(panel, events=100)[0]
    assert short.p_met is None
    assert short.p_broken is None
    assert short.measured.estimate == min(panel.support)
    assert f"At least {100 - min(panel.support)} more" in short.reason
