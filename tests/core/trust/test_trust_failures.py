from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from core.errors import InputError
from core.stats.two_proportions import difference_p
from core.trust.failures.findings import failure_findings
from core.trust.failures.panel import failures_panel
from core.trust.predictions import Context, Grouping, Predictions


def binary(p, y, threshold=0.5, context=None):
    p, y = np.asarray(p, dtype=float), np.asarray(y)
    called = (p >= threshold).astype(int)
    return Predictions(y, np.c_[1 - p, p], called, ("no", "yes"), threshold, context or Context())


def oracle(n, seed, a=0.5, b=0.5, context=None):
    """A calibrated model."""
    rng = np.random.default_rng(seed)
    p = rng.beta(a, b, n)
    return binary(p, (rng.random(n) < p).astype(int), context=context)


def judged(predictions, ranking=0.5, slice_gap=0.1, seed=0):
    panel = failures_panel(predictions, seed=seed)
    return {one.id: one for one in failure_findings(panel, ranking=ranking, slice_gap=slice_gap)}


def test_hand_computed_panel():
    panel = failures_panel(binary([0.1, 0.2, 0.7, 0.9, 0.4, 0.95], [0, 0, 0, 1, 1, 0]))
    assert (panel.n, panel.errors) == (6, 3)
    no, yes = panel.by_class
    assert (no.support, no.errors, yes.support, yes.errors) == (4, 2, 2, 1)
    assert no.confidence.estimate == pytest.approx((0.7 + 0.95) / 2)
    assert yes.confidence.estimate == pytest.approx(0.6)
    assert [(e.row, e.outcome, e.called) for e in panel.confident_errors] == [
        (5, "no", "yes"),
        (2, "no", "yes"),
        (4, "yes", "no"),
    ]
    # Right: .9 .8 .9, wrong: .7 .6 .95.
    assert panel.ranking.estimate == pytest.approx(6 / 9)
    assert panel.right.sum() == panel.wrong.sum() == 3
    assert panel.wrong[[12, 14, 19]].tolist() == [1, 1, 1]


def test_bins_hold_multiples_of_a_twentieth():
    # floor(20 * 0.15) is 2 in doubles.
    p = np.arange(20) / 20
    panel = failures_panel(binary(1 - p, np.ones(20, int), threshold=0.0))
    assert panel.right.max() == 2 or panel.right.sum() == 20
    called_yes = failures_panel(binary(p, np.ones(20, int), threshold=0.0))
    assert called_yes.right.tolist() == [1] * 20


def test_confidence_is_that_of_the_call_and_not_the_largest_probability():
    # TrustLens bug 6: with a threshold of 0.2 it reports the larger probability of each row.
    rng = np.random.default_rng(0)
    p = rng.beta(1, 3, 5000)
    predictions = binary(p, (rng.random(5000) < p).astype(int), threshold=0.2)
    wrong = ~predictions.correct
    no, yes = failures_panel(predictions).by_class
    total = no.confidence.estimate * no.errors + yes.confidence.estimate * yes.errors
    assert total / wrong.sum() == pytest.approx(predictions.confidence[wrong].mean())
    assert total / wrong.sum() < np.maximum(p, 1 - p)[wrong].mean() - 0.1


class TestPerfectAndCalibrated:
    def test_a_perfect_model_is_never_broken_and_nothing_is_zero_by_decree(self):
        # TrustLens bug 1: without errors its confidence gap is 0 and the model is blocked.
        y = np.arange(200) % 2
        frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=200)})
        predictions = binary(np.where(y, 0.99, 0.01), y, context=Context(features=frame))
        panel = failures_panel(predictions)
        assert math.isnan(panel.ranking.estimate)
        assert math.isnan(panel.selective.area.estimate)
        assert all(math.isnan(one.confidence.estimate) for one in panel.by_class)
        found = judged(predictions)
        assert (found["failures.ranking"].p_met, found["failures.ranking"].p_broken) == (None, None)
        assert "no error" in found["failures.ranking"].reason
        assert found["failures.slices"].p_broken == 1

    def test_a_large_perfect_model_shows_that_no_slice_fails(self):
        y = np.arange(4000) % 2
        frame = pd.DataFrame(np.random.default_rng(0).normal(size=(4000, 5))).add_prefix("x")
        found = judged(binary(np.where(y, 0.99, 0.01), y, context=Context(features=frame)))
        assert found["failures.slices"].p_met < 0.05
        assert "Each of the" in found["failures.slices"].reason

    @pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (2, 2), (0.1, 0.1), (0.2, 2)])
    def test_a_calibrated_model_is_hardly_ever_broken(self, a, b):
        # TrustLens bug 2: the confidence gap of a calibrated model is at most 1/2: blocked.
        broken = 0
        for seed in range(60):
            p = judged(oracle(300, seed, a, b))["failures.ranking"].p_broken
            broken += p is not None and p <= 0.05
        assert broken <= 3

    def test_a_model_that_is_surest_when_wrong_is_broken(self):
        rng = np.random.default_rng(0)
        y = rng.integers(0, 2, 400)
        wrong = rng.random(400) < 0.2
        sure = np.where(wrong, rng.uniform(0.8, 1, 400), rng.uniform(0.5, 0.9, 400))
        p = np.where((y == 1) ^ wrong, sure, 1 - sure)
        found = judged(binary(p, y))["failures.ranking"]
        assert found.p_broken < 1e-6
        assert found.p_met > 0.99


class TestSliceFinding:
    def context(self, n, bad=None, seed=0):
        rng = np.random.default_rng(seed)
        group = Grouping("site", ("a", "b"), (rng.random(n) < 0.3).astype(int))
        return Context(groups=(group,))

    def with_rates(self, n, here, elsewhere, seed=0):
        rng = np.random.default_rng(seed)
        context = self.context(n, seed=seed)
        y = rng.integers(0, 2, n)
        bad = context.groups[0].index == 1
        wrong = rng.random(n) < np.where(bad, here, elsewhere)
        return Predictions(y, None, np.where(wrong, 1 - y, y), ("no", "yes"), None, context)

    def test_a_bad_site_is_named(self):
        found = judged(self.with_rates(4000, 0.4, 0.1))["failures.slices"]
        assert found.p_broken < 0.001
        assert found.reason.startswith("site = b:")
        assert found.measured.estimate == pytest.approx(0.3, abs=0.06)

    def test_a_gap_within_the_limit_is_shown_with_enough_rows(self):
        found = judged(self.with_rates(20_000, 0.12, 0.1))["failures.slices"]
        assert found.p_met < 0.01
        assert found.p_broken > 0.5

    def test_a_gap_at_the_limit_is_neither_broken_nor_met_too_often(self):
        met = broken = 0
        for seed in range(200):
            one = judged(self.with_rates(1000, 0.3, 0.2, seed), seed=seed)["failures.slices"]
            met += one.p_met <= 0.05
            broken += one.p_broken <= 0.05
        assert met <= 17
        assert broken <= 17

    def test_few_rows_say_what_would_have_been_found(self):
        found = judged(self.with_rates(120, 0.1, 0.1))["failures.slices"]
        assert found.p_met > 0.05
        assert "80 %" in found.reason

    def test_without_features_it_cannot_be_judged(self):
        found = judged(oracle(300, 0))["failures.slices"]
        assert (found.p_met, found.p_broken) == (None, None)
        assert "No feature or group" in found.reason

    def test_half_an_error_keeps_the_tests_valid(self):
        # Every outcome of two binomials at the limit, weighted by its probability.
        for n, rest, base in ((12, 300, 0.005), (20, 300, 0.02), (40, 300, 0.1), (60, 60, 0.3)):
            k, other = np.arange(n + 1)[:, None], np.arange(rest + 1)[None, :]
            weight = binom.pmf(k, n, base + 0.1) * binom.pmf(other, rest, base)
            met = difference_p(other, rest, np.minimum(k + 0.5, n), n, -0.1)
            broken = difference_p(np.maximum(k - 0.5, 0), n, other, rest, 0.1)
            assert weight[met <= 0.05].sum() <= 0.056
            assert weight[broken <= 0.05].sum() <= 0.056


def test_calls_alone_leave_undefined_what_needs_probabilities():
    predictions = dataclasses.replace(oracle(100, 0), proba=None)
    panel = failures_panel(predictions)
    assert math.isnan(panel.ranking.estimate)
    assert panel.selective is panel.labels is panel.right is None
    assert panel.confident_errors == panel.abstention == ()
    assert judged(predictions)["failures.ranking"].p_met is None
    assert json.dumps(panel.to_dict(), allow_nan=False)


def test_a_class_without_rows_has_no_rate():
    proba = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]])
    predictions = Predictions(np.array([0, 0]), proba, np.array([0, 1]), ("a", "b", "c"), None)
    a, b, c = failures_panel(predictions).by_class
    assert a.rate.estimate == 0.5
    assert math.isnan(b.rate.estimate)
    assert c.support == 0


@pytest.mark.parametrize("n", [1, 2, 5, 171])
@pytest.mark.parametrize("classes", [2, 4])
def test_plain_data_is_strict_json(n, classes):
    rng = np.random.default_rng(n)
    proba = rng.dirichlet(np.ones(classes), n)
    names = tuple("abcd"[:classes])
    frame = pd.DataFrame({"x": rng.normal(size=n), "t": rng.choice(list("uv"), n)})
    predictions = Predictions(
        rng.integers(0, classes, n),
        proba,
        proba.argmax(axis=1),
        names,
        None,
        Context(features=frame),
    )
    panel = failures_panel(predictions)
    assert json.dumps(panel.to_dict(), allow_nan=False)
    for one in failure_findings(panel, ranking=0.5, slice_gap=0.1):
        assert one.reason


def test_row_order_only_moves_the_positions():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"x": rng.normal(size=600), "t": rng.choice(list("uv"), 600)})
    one = oracle(600, 1, context=Context(features=frame))
    order = rng.permutation(600)
    other = Predictions(
        one.y[order],
        one.proba[order],
        one.called[order],
        one.classes,
        one.threshold,
        Context(features=frame.iloc[order]),
    )
    first, second = failures_panel(one).to_dict(), failures_panel(other).to_dict()
    for error in second["confident_errors"]:
        error["row"] = int(order[error["row"]])
    for suspect in second["labels"]["suspects"]:
        suspect["row"] = int(order[suspect["row"]])
    assert first == second


class TestLabels:
    def test_flips_are_measured_and_never_made(self):
        predictions = oracle(2000, 0, 0.3, 0.3)
        before = predictions.y.copy()
        labels = failures_panel(predictions).labels
        assert (predictions.y == before).all()
        none, some, every = labels.sensitivity
        assert (none.k, some.k, every.k) == (0, 10, labels.found.count)
        assert none.auc < some.auc < every.auc
        assert none.accuracy < every.accuracy
        assert none.slope < every.slope

    def test_clean_records_are_not_called_mistaken(self):
        alarms = sum(
            failures_panel(oracle(500, seed)).labels.p_chance <= 0.05 for seed in range(60)
        )
        assert alarms <= 8

    def test_flipped_records_are_noticed(self):
        one = oracle(3000, 0, 0.1, 0.1)
        y = one.y.copy()
        y[:150] = 1 - y[:150]
        labels = failures_panel(dataclasses.replace(one, y=y)).labels
        assert labels.p_chance < 0.001
        assert "more than chance" in labels.reading


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"ranking": 1.0, "slice_gap": 0.1}, "ranking"),
        ({"ranking": 0.5, "slice_gap": -0.1}, "slice_gap"),
    ],
)
def test_limits_outside_their_range_are_refused(limits, name):
    with pytest.raises(InputError, match=name):
        failure_findings(failures_panel(oracle(50, 0)), **limits)
