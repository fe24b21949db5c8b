from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, softmax

from core.trust.calibration.findings import ALL_RIGHT, calibration_findings
from core.trust.calibration.panel import NO_PROBABILITIES, calibration_panel
from core.trust.predictions import Predictions

LIMITS = {"mean_ratio": 1.25, "slope_low": 0.8, "slope_high": 1.25, "error": 0.05}


def binary(y, p, threshold=0.5):
    y, p = np.asarray(y, dtype=np.int64), np.asarray(p, dtype=np.float64)
    proba = np.column_stack([1 - p, p])
    return Predictions(y, proba, (p >= threshold).astype(np.int64), ("no", "yes"), threshold)


def several(y, proba):
    names = tuple("abcdefghij"[: proba.shape[1]])
    return Predictions(np.asarray(y), proba, proba.argmax(axis=1), names, None)


def sample(n, seed, stretch=1.0, shift=0.0):
    rng = np.random.default_rng(seed)
    score = rng.normal(-0.5, 1.5, n)
    return binary(rng.random(n) < expit(score), expit(stretch * score + shift))


def class_sample(n, k, seed, stretch=1.0):
    rng = np.random.default_rng(seed)
    score = 1.5 * rng.normal(size=(n, k))
    y = (softmax(score, axis=1).cumsum(axis=1) > rng.random(n)[:, None]).argmax(axis=1)
    return several(y, softmax(stretch * score, axis=1))


def judged(predictions, seed=0):
    panel = calibration_panel(predictions, seed=seed)
    return {one.id: one for one in calibration_findings(panel, **LIMITS)}


def same_json(one, other):
    texts = [json.dumps(panel.to_dict(), allow_nan=False) for panel in (one, other)]
    return texts[0] == texts[1]


def test_a_calibrated_model_of_many_rows_shows_every_claim():
    found = judged(sample(5000, 0))
    assert all(one.p_met < 0.05 and one.p_broken > 0.5 for one in found.values())
    assert set(found) == {"calibration.mean", "calibration.slope", "calibration.error"}
    assert found["calibration.mean"].area == "calibration"
    assert "n = 5000" in found["calibration.slope"].reason


def test_an_overconfident_model_is_charged():
    found = judged(sample(2000, 1, stretch=2.2))
    for name in ("calibration.slope", "calibration.error"):
        assert found[name].p_broken < 1e-3
        assert found[name].p_met > 0.9
    assert judged(sample(2000, 1, shift=1.2))["calibration.mean"].p_broken < 1e-6


def test_a_small_sample_is_not_enough_for_either():
    found = judged(sample(40, 2))
    assert all(one.p_met > 0.05 and one.p_broken > 0.05 for one in found.values())


def test_the_parts_of_a_binary_panel():
    predictions = sample(800, 3)
    panel = calibration_panel(predictions)
    two = panel.binary
    assert panel.multiclass is None
    assert panel.wrong == np.sum(~predictions.correct)
    assert two.agreement.events == predictions.y.sum()
    assert two.agreement.expected == pytest.approx(predictions.p.sum())
    assert two.agreement.ratio.estimate == pytest.approx(predictions.y.sum() / predictions.p.sum())
    assert two.agreement.excess.estimate == pytest.approx(
        predictions.p.mean() - predictions.y.mean()
    )
    assert sum(two.agreement.histogram) == sum(b.n for b in two.agreement.bins) == 800
    marks = [b.n * b.observed.estimate < 9.5 for b in two.agreement.bins]
    assert list(two.agreement.few) == marks
    assert two.corp.miscalibration - two.corp.discrimination + two.corp.uncertainty == (
        pytest.approx(two.brier, abs=1e-12)
    )
    assert two.test.df == 2
    assert len(panel.recalibrations) == 3
    assert all(len(one) <= 400 for one in (two.curve.p, two.curve.high_all))
    assert two.agreement.debiased**2 == pytest.approx(max(two.agreement.debiased_square, 0))


def test_several_classes_are_told_apart_from_two():
    predictions = class_sample(900, 4, 0)
    panel = calibration_panel(predictions)
    many = panel.multiclass
    assert panel.binary is None
    assert "top label" in many.top_label.about
    assert len(many.by_class) == 4
    assert "one class against the rest" in many.by_class[2].about
    assert many.top_label.events == predictions.correct.sum()
    gap = predictions.confidence.mean() - predictions.correct.mean()
    assert many.top_label.excess.estimate == pytest.approx(gap)
    assert many.slope.low < 1 < many.slope.high
    assert [one.method for one in panel.recalibrations] == ["temperature"]
    found = judged(class_sample(6000, 4, 1))
    assert all(one.p_met < 0.05 for one in found.values())
    assert "Top-label" in found["calibration.mean"].claim
    found = judged(class_sample(2000, 4, 1, stretch=2.5))
    assert all(one.p_broken < 0.01 for one in found.values())


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.booleans())
def test_the_order_of_the_rows_leaves_no_trace(seed, two):
    predictions = sample(90, seed) if two else class_sample(90, 3, seed)
    order = np.random.default_rng(seed).permutation(90)
    moved = Predictions(
        predictions.y[order],
        predictions.proba[order],
        predictions.called[order],
        predictions.classes,
        predictions.threshold,
    )
    assert same_json(calibration_panel(predictions), calibration_panel(moved))


def test_equal_input_and_seed_give_equal_bytes():
    predictions = sample(120, 5)
    assert same_json(calibration_panel(predictions, seed=4), calibration_panel(predictions, seed=4))


DEGENERATE = {
    "one row": ([1], [0.7]),
    "one row, certain": ([1], [1.0]),
    "one row, certain and wrong": ([0], [1.0]),
    "two rows": ([0, 1], [0.3, 0.6]),
    "one class": ([1] * 30, np.linspace(0.2, 0.9, 30)),
    "no event": ([0] * 30, np.linspace(0.2, 0.9, 30)),
    "equal probabilities": ([0, 1] * 30, [0.4] * 60),
    "all one half": ([0, 1] * 30, [0.5] * 60),
    "certain and right": ([0, 1] * 30, [0.0, 1.0] * 30),
    "certain and wrong": ([1, 0] * 30, [0.0, 1.0] * 30),
    "certain, wrong once": ([1, *[0, 1] * 30], [0.0, *[0.0, 1.0] * 30]),
    "all zero": ([0, 1] * 30, [0.0] * 60),
    "all zero, none happened": ([0] * 60, [0.0] * 60),
    "all one": ([0, 1] * 30, [1.0] * 60),
    "separated": ([0] * 30 + [1] * 30, np.linspace(0.01, 0.99, 60)),
    "separated the wrong way": ([1] * 30 + [0] * 30, np.linspace(0.01, 0.99, 60)),
    "tiny": ([0] * 59 + [1], [1e-300] * 59 + [1e-9]),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_input_is_measured_where_it_can_be(name):
    y, p = DEGENERATE[name]
    predictions = binary(y, p)
    panel = calibration_panel(predictions)
    json.dumps(panel.to_dict(), allow_nan=False)
    for one in calibration_findings(panel, **LIMITS):
        assert one.reason
        assert one.p_met is None or 0 <= one.p_met <= 1
        assert one.p_broken is None or 0 <= one.p_broken <= 1
        if math.isnan(one.measured.estimate):
            assert one.p_met is None
        if predictions.correct.all():
            assert one.p_broken == 1.0
            assert ALL_RIGHT in one.reason


def test_what_is_undefined_says_why():
    separated = judged(binary(*DEGENERATE["separated"]))["calibration.slope"]
    assert "separate" in separated.reason
    assert separated.p_met is None
    one_class = judged(binary(*DEGENERATE["one class"], threshold=0.95))["calibration.slope"]
    assert "all outcomes are equal" in one_class.reason
    assert one_class.p_broken is None
    absurd = judged(binary(*DEGENERATE["all zero"]))["calibration.mean"]
    assert absurd.p_broken == 0
    assert math.isnan(absurd.measured.estimate)


def test_few_events_are_not_recalibrated():
    panel = calibration_panel(binary([1] * 10 + [0] * 90, np.linspace(0.5, 0.05, 100)))
    assert panel.recalibrations == ()
    assert "the fewer are 10" in panel.note
    separated = calibration_panel(binary(*DEGENERATE["separated"]))
    assert [one.method for one in separated.recalibrations] == ["isotonic"]
    assert "logistic" in separated.note


def test_several_classes_without_an_error_or_a_choice():
    y = np.array([0, 1, 2] * 10)
    perfect = judged(several(y, np.eye(3)[y]))
    assert all(one.p_broken == 1.0 for one in perfect.values())
    flat = judged(several(y, np.full((30, 3), 1 / 3)))
    assert flat["calibration.slope"].p_met is None
    absent = calibration_panel(several(np.zeros(30, dtype=np.int64), np.full((30, 3), 1 / 3)))
    assert absent.multiclass.by_class[1].events == 0


def test_calls_alone_give_nothing_and_say_so():
    calls = Predictions(np.array([0, 1]), None, np.array([0, 1]), ("no", "yes"), None)
    panel = calibration_panel(calls)
    assert panel.why == NO_PROBABILITIES
    assert panel.to_dict()["binary"] is None
    for one in calibration_findings(panel, **LIMITS):
        assert (one.p_met, one.p_broken, one.reason) == (None, None, NO_PROBABILITIES)
    nobody = np.empty(0, dtype=np.int64)
    empty = Predictions(nobody, np.empty((0, 2)), nobody, ("no", "yes"), 0.5)
    assert calibration_panel(empty).why


def test_a_panel_can_be_kept_without_the_rows():
    kept = calibration_panel(sample(60, 6)).without_rows()
    assert kept.evidence is None
    assert kept.to_dict() == calibration_panel(sample(60, 6)).to_dict()
    assert all(one.p_met is None for one in calibration_findings(kept, **LIMITS))


def test_certain_outcomes_do_not_break_log_loss():
    panel = calibration_panel(binary(*DEGENERATE["certain and wrong"]))
    assert math.isfinite(panel.binary.log_loss)


@pytest.mark.parametrize(("n", "mean", "spread"), [(30, -0.5, 1.5), (50, 0.0, 3.0), (100, -2.5, 1)])
def test_a_calibrated_oracle_is_hardly_ever_charged(n, mean, spread):
    """The short version of benchmarks/trust_calibration.py."""
    rng, runs, charged = np.random.default_rng(n), 60, 0
    for seed in range(runs):
        p = expit(rng.normal(mean, spread, n))
        found = judged(binary(rng.random(n) < p, p), seed)
        charged += any(one.p_broken is not None and one.p_broken <= 0.05 for one in found.values())
    assert charged / runs <= 0.07 + 2 * math.sqrt(0.07 * 0.93 / runs)
