from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    false_positive_rate,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score

from core.errors import InputError
from core.trust.groups.findings import fairness_findings
from core.trust.groups.panel import fairness_panel
from core.trust.predictions import MISSING, Context, Grouping, Predictions

METRICS = ("sensitivity", "specificity")


def from_tables(tables, levels=None, name="site", proba=False):
    """Build predictions from one table [[tn, fp], [fn, tp]] for each level."""
    tables = np.asarray(tables)
    group, y, called = (part.ravel() for part in np.indices(tables.shape))
    group, y, called = (np.repeat(part, tables.ravel()) for part in (group, y, called))
    names = levels or tuple(f"level {i}" for i in range(len(tables)))
    classes = tuple(str(c) for c in range(tables.shape[1]))
    p = np.where(called == 1, 0.8, 0.2) if proba else None
    return Predictions(
        y=y,
        proba=None if p is None else np.column_stack([1 - p, p]),
        called=called,
        classes=classes,
        threshold=0.5 if proba else None,
        context=Context((Grouping(name, names, group),)),
    )


def simulated(n, seed=0, levels=(2, 4), proba=True):
    rng = np.random.default_rng(seed)
    score = rng.normal(-0.5, 1.5, n)
    p = 1 / (1 + np.exp(-score))
    groups = tuple(
        Grouping(f"a{i}", tuple(f"L{j}" for j in range(size)), rng.integers(0, size, n))
        for i, size in enumerate(levels)
    )
    return Predictions(
        y=(rng.random(n) < p).astype(np.int64),
        proba=np.column_stack([1 - p, p]) if proba else None,
        called=(p >= 0.4).astype(np.int64),
        classes=("no", "yes"),
        threshold=0.4 if proba else None,
        context=Context(groups),
    )


def reordered(given_, order):
    groups = tuple(dataclasses.replace(g, index=g.index[order]) for g in given_.context.groups)
    return dataclasses.replace(
        given_,
        y=given_.y[order],
        called=given_.called[order],
        proba=None if given_.proba is None else given_.proba[order],
        context=Context(groups),
    )


def relevelled(given_, seed):
    rng, groups = np.random.default_rng(seed), []
    for g in given_.context.groups:
        order = rng.permutation(len(g.levels))
        index = np.argsort(order)[g.index]
        groups.append(dataclasses.replace(g, levels=tuple(g.levels[i] for i in order), index=index))
    return dataclasses.replace(given_, context=Context(tuple(groups)))


def only(panel, measure="sensitivity"):
    (test,) = [t for t in panel.attributes[0].tests if t.measure == measure]
    return test


def findings(given_, margin=0.1, metrics=METRICS):
    return fairness_findings(fairness_panel(given_), margin=margin, metrics=metrics)


FAIR = [[90, 10], [15, 85]]
UNFAIR = [[90, 10], [55, 45]]


# Rates


def test_rates_agree_with_fairlearn_and_scipy():
    given_ = simulated(800)
    panel = fairness_panel(given_)
    metrics = {
        "sensitivity": true_positive_rate,
        "specificity": true_negative_rate,
        "false_positive_rate": false_positive_rate,
        "selection_rate": selection_rate,
        "accuracy": accuracy_score,
    }
    for grouping, attribute in zip(given_.context.groups, panel.attributes, strict=True):
        frame = MetricFrame(
            metrics=metrics,
            y_true=given_.y,
            y_pred=given_.called,
            sensitive_features=np.array(grouping.levels)[grouping.index],
        )
        for level in attribute.levels:
            for name in metrics:
                rate = level.rates[name]
                assert rate.interval.estimate == pytest.approx(
                    frame.by_group.loc[level.level, name], abs=1e-12
                )
                expected = binomtest(rate.k, rate.n).proportion_ci(0.95, "wilson")
                assert (rate.interval.low, rate.interval.high) == pytest.approx(
                    (expected.low, expected.high), abs=1e-12
                )


def test_a_rate_without_observations_is_undefined_not_zero():
    # fairlearn #1039, aequitas #57, JobCollins #29 and TrustLens: no positives gave a rate of 0.
    panel = fairness_panel(from_tables([FAIR, [[40, 0], [0, 0]]], ("A", "B")))
    rate = panel.attributes[0].levels[1].rates["sensitivity"]
    assert rate.n == 0
    assert math.isnan(rate.interval.estimate)
    test = only(panel)
    assert [(one.level, one.n) for one in test.excluded] == [("B", 0)]
    assert test.status == "not enough data"
    assert math.isnan(test.largest.estimate)
    plain = panel.to_dict(suppress=False)
    level = plain["attributes"][0]["levels"][1]
    assert level["rates"]["sensitivity"]["interval"]["estimate"] is None


def test_no_positives_is_never_equality():
    for one in findings(from_tables([[[40, 3], [0, 0]], [[50, 2], [0, 0]]]), metrics=METRICS[:1]):
        assert (one.p_met, one.p_broken) == (None, None)
        assert "fewer than 5" in one.reason


def test_prevalence_is_context_only():
    panel = fairness_panel(from_tables([[[180, 20], [9, 51]], [[36, 4], [90, 510]]]))
    assert panel.attributes[0].levels[0].rates["prevalence"].interval.estimate < 0.3
    assert [test.measure for test in panel.attributes[0].tests] == list(METRICS)
    assert only(panel).p > 0.5


# Verdicts


def test_a_large_gap_is_shown():
    test = only(fairness_panel(from_tables([FAIR, UNFAIR], ("A", "B"))))
    assert test.status == "difference shown"
    assert test.largest.estimate == pytest.approx(0.4)
    assert test.largest.low > 0.1
    assert test.gaps[0].higher == "A"
    assert "0.85 (85/100) in A and 0.45 (45/100) in B" in test.reason
    (one, _) = findings(from_tables([FAIR, UNFAIR], ("A", "B")))
    assert one.id == "fairness.site.sensitivity"
    assert one.p_broken < 0.001
    assert one.p_met > 0.999


def test_equivalence_is_shown_with_enough_data_only():
    many, few = np.array(FAIR) * 10, np.array(FAIR) // 5
    assert only(fairness_panel(from_tables([many, many, many]))).status == "equivalence shown"
    test = only(fairness_panel(from_tables([few, few, few])))
    assert test.status == "not enough data"
    assert "would show" in test.reason
    assert all(gap.detectable > 0.1 for gap in test.gaps)
    assert "no bias" not in test.reason.lower()


def test_a_difference_of_uncertain_size_is_said_honestly():
    test = only(fairness_panel(from_tables([FAIR, [[90, 10], [33, 67]]])))
    assert test.p_adjusted < 0.05
    assert test.status == "not enough data"
    assert "a difference exists" in test.reason
    assert "uncertain" in test.reason


def test_a_small_difference_may_be_real_and_within_the_margin():
    one, other = [[9000, 1000], [1500, 8500]], [[9000, 1000], [1800, 8200]]
    test = only(fairness_panel(from_tables([one, other])))
    assert test.p_adjusted < 0.05
    assert test.status == "equivalence shown"
    assert "within the margin" in test.reason


def test_status_follows_the_limits_of_the_largest_gap():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        tables = [
            np.stack([rng.multinomial(80, [0.9, 0.1]), rng.multinomial(60, [q, 1 - q])])
            for q in rng.uniform(0.05, 0.6, 4)
        ]
        for test in fairness_panel(from_tables(tables)).attributes[0].tests:
            assert test.largest.low <= test.largest.estimate <= test.largest.high
            if test.status == "difference shown":
                assert test.largest.low > test.margin
            assert (test.status == "equivalence shown") == (test.largest.high <= test.margin)


def test_a_perfect_model_is_never_unfair():
    for sizes in ([(30, 30)] * 4, [(12, 11), (400, 300)], [(3, 20), (50, 1), (1, 0)]):
        tables = [[[negative, 0], [0, positive]] for negative, positive in sizes]
        given_ = from_tables(tables, proba=True)
        for attribute in fairness_panel(given_).attributes:
            assert all(test.status != "difference shown" for test in attribute.tests)
        for one in findings(given_, margin=0.01):
            assert one.p_broken is None or one.p_broken == 1.0


def test_one_false_positive_among_three_is_not_severe():
    # TrustLens blocked a good model for 1 false positive among 3 negatives of an 11-person site.
    given_ = from_tables([[[55, 3], [4, 98]], [[2, 1], [0, 8]]], ("A", "B"))
    for attribute in fairness_panel(given_).attributes:
        assert all(test.status == "not enough data" for test in attribute.tests)


def test_a_thousand_one_person_groups_are_not_judged():
    # TrustLens blocked a continuous age: every row a group of its own.
    n = 300
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    grouping = Grouping("age", tuple(str(i) for i in range(n)), np.arange(n))
    given_ = Predictions(y, None, 1 - y, ("0", "1"), None, Context((grouping,)))
    for one in findings(given_):
        assert (one.p_met, one.p_broken) == (None, None)


# What cannot be judged


def test_no_attribute_gives_no_finding_rather_than_a_pass():
    given_ = dataclasses.replace(simulated(100), context=Context())
    panel = fairness_panel(given_)
    assert panel.attributes == panel.crossed == ()
    assert fairness_findings(panel, margin=0.1, metrics=METRICS) == ()


def test_a_single_level_is_not_judged():
    for one in findings(from_tables([FAIR], ("all",))):
        assert (one.p_met, one.p_broken) == (None, None)
        assert "one level only (all)" in one.reason


def test_the_reason_says_how_many_are_lacking():
    (one, _) = findings(from_tables([FAIR, [[40, 2], [2, 5]]], ("A", "B")))
    assert (one.p_met, one.p_broken) == (None, None)
    assert "1 of 2 levels of site has the 10 positives" in one.reason
    assert "B has 7" in one.reason


def test_bad_limits_are_refused():
    with pytest.raises(InputError, match="margin: 0 is no difference"):
        fairness_panel(simulated(50), margin=0)
    with pytest.raises(InputError, match="'sensitivty' is not compared"):
        findings(simulated(50), metrics=("sensitivty",))


def test_missing_is_a_level_of_its_own():
    panel = fairness_panel(from_tables([FAIR, UNFAIR], ("A", MISSING)))
    assert only(panel).levels == ("A", MISSING)
    assert only(panel).status == "difference shown"


# Invariances


def comparable(test):
    return {
        name: value
        for name, value in test.to_dict(suppress=False).items()
        if name not in ("excluded", "levels")
    } | {"levels": sorted(map(str, test.to_dict()["levels"]))}


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_row_order_changes_nothing(seed):
    given_ = simulated(300, seed)
    order = np.random.default_rng(seed).permutation(300)
    one, other = fairness_panel(given_), fairness_panel(reordered(given_, order))
    assert json.dumps(one.to_dict()) == json.dumps(other.to_dict())


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_level_order_changes_nothing(seed):
    given_ = simulated(300, seed)
    one, other = fairness_panel(given_), fairness_panel(relevelled(given_, seed))
    for first, second in zip(one.attributes, other.attributes, strict=True):
        assert list(map(comparable, first.tests)) == list(map(comparable, second.tests))
        assert {level.level: level for level in first.levels} == {
            level.level: level for level in second.levels
        }
        assert first.calibration.p == pytest.approx(second.calibration.p, rel=1e-6)
    assert list(map(comparable, one.crossed)) == list(map(comparable, other.crossed))
    assert one.worst == other.worst
    kwargs = {"margin": 0.1, "metrics": METRICS}
    assert fairness_findings(one, **kwargs) == fairness_findings(other, **kwargs)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9))
def test_a_tiny_group_changes_no_number_of_the_others(seed, size):
    rng = np.random.default_rng(seed)
    given_ = simulated(300, seed, levels=(3,), proba=False)
    (old,) = given_.context.groups
    place = int(rng.integers(0, 4))
    levels = [*old.levels]
    levels.insert(place, "tiny")
    index = np.concatenate([old.index + (old.index >= place), np.full(size, place)])
    more = dataclasses.replace(
        given_,
        y=np.concatenate([given_.y, rng.integers(0, 2, size)]),
        called=np.concatenate([given_.called, rng.integers(0, 2, size)]),
        context=Context((Grouping(old.name, tuple(levels), index),)),
    )
    without, with_ = fairness_panel(given_), fairness_panel(more)
    for first, second in zip(without.attributes[0].tests, with_.attributes[0].tests, strict=True):
        assert comparable(first) == comparable(second)
        assert {one.level for one in second.excluded} >= {"tiny"}
    others = tuple(level for level in with_.attributes[0].levels if level.level != "tiny")
    assert others == without.attributes[0].levels
    kwargs = {"margin": 0.1, "metrics": METRICS}
    assert fairness_findings(without, **kwargs) == fairness_findings(with_, **kwargs)


def test_the_findings_use_the_margin_they_are_given():
    panel = fairness_panel(from_tables([np.array(FAIR) * 10] * 2), margin=0.1)
    strict, _ = fairness_findings(panel, margin=0.01, metrics=METRICS)
    loose, _ = fairness_findings(panel, margin=0.2, metrics=METRICS)
    assert strict.p_met > 0.05 > loose.p_met
    assert "at most 0.01" in strict.claim
    assert [one.id for one in fairness_findings(panel, margin=0.1, metrics=METRICS[1:])] == [
        "fairness.site.specificity"
    ]


# Export, crossing, several classes


def test_small_cells_are_withheld_on_export_and_the_row_says_so():
    given_ = from_tables([FAIR, [[2, 0], [0, 2]], [[30, 1], [1, 2]]], ("A", "few", "C"), proba=True)
    panel = fairness_panel(given_)
    plain = panel.to_dict()
    levels = {one["level"]: one for one in plain["attributes"][0]["levels"]}
    assert levels["few"] == {"level": "few", "suppressed": "fewer than 5 people"}
    assert levels["C"]["rates"]["sensitivity"] == {"suppressed": "fewer than 5 people"}
    assert {"level": "few", "n": None} in plain["attributes"][0]["tests"][0]["excluded"]
    calibration = {one["level"]: one for one in plain["attributes"][0]["calibration"]["levels"]}
    assert calibration["few"] == levels["few"]
    full = panel.to_dict(suppress=False)
    assert full["attributes"][0]["levels"][1]["n"] == 4
    json.dumps(full, allow_nan=False)
    json.dumps(plain, allow_nan=False)


def test_a_cell_that_is_bad_only_in_combination_is_the_worst():
    rng, n = np.random.default_rng(0), 2400
    a, b, y = (rng.integers(0, 2, n) for _ in range(3))
    wrong = rng.random(n) < np.where((a == 1) & (b == 1), 0.5, 0.1)
    groups = (Grouping("a", ("0", "1"), a), Grouping("b", ("0", "1"), b))
    given_ = Predictions(y, None, np.where(wrong, 1 - y, y), ("0", "1"), None, Context(groups))
    panel = fairness_panel(given_)
    worst = next(cell for cell in panel.worst if cell.measure == "sensitivity")
    assert worst.cell == "a: 1, b: 1"
    assert worst.p_adjusted < 0.01
    assert [test.attribute for test in panel.crossed] == ["a and b"] * 2
    assert all(test.status == "difference shown" for test in panel.crossed)


def test_attributes_with_too_many_combinations_are_named():
    panel = fairness_panel(simulated(400, levels=(20, 15)))
    assert panel.crossed == ()
    assert panel.not_crossed == ("a0 and a1",)


def test_several_classes():
    good = np.array([[80, 5, 5], [5, 80, 5], [5, 5, 80]])
    bad = np.array([[80, 5, 5], [5, 80, 5], [40, 20, 30]])
    given_ = from_tables([good, bad], ("A", "B"))
    panel = fairness_panel(given_)
    measures = [test.measure for test in panel.attributes[0].tests]
    assert measures == ["accuracy", "sensitivity.0", "sensitivity.1", "sensitivity.2"]
    assert only(panel, "sensitivity.2").status == "difference shown"
    assert only(panel, "sensitivity.0").p == 1.0
    assert only(panel, "accuracy").p < 0.001
    assert panel.attributes[0].calibration is None
    found = findings(given_)
    assert [one.id for one in found] == [f"fairness.site.sensitivity.{c}" for c in range(3)]
    assert "sensitivity for class 2" in found[2].claim
    assert len(findings(given_, metrics=("accuracy",))) == 1


def test_accuracy_of_several_classes_allows_for_their_mix():
    # One level has more of the difficult class; within each class both do equally well.
    easy = np.array([[180, 10, 10], [2, 16, 2], [6, 6, 8]])
    hard = np.array([[18, 1, 1], [2, 16, 2], [60, 60, 80]])
    test = only(fairness_panel(from_tables([easy, hard])), "accuracy")
    assert test.largest.estimate > 0.3
    assert test.p > 0.5
    assert test.status == "not enough data"


# Error rates, short; benchmarks/trust_subgroups.py is the long version


def test_a_fair_model_is_rarely_accused():
    rng, shown, small = np.random.default_rng(1), 0, 0
    runs = 80
    for _ in range(runs):
        tables = [
            np.stack([rng.multinomial(70, [0.9, 0.1]), rng.multinomial(30, [0.15, 0.85])])
            for _ in range(6)
        ]
        tests = fairness_panel(from_tables(tables)).attributes[0].tests
        shown += any(test.status == "difference shown" for test in tests)
        small += any(test.p_adjusted < 0.05 for test in tests)
    assert shown / runs <= 0.02
    assert small / runs <= 0.1


def test_equivalence_is_rarely_claimed_at_the_margin():
    rng, met, runs = np.random.default_rng(2), 0, 80
    for _ in range(runs):
        tables = [[[90, 10], [200 - k, k]] for k in rng.binomial(200, [0.85, 0.75])]
        met += only(fairness_panel(from_tables(tables))).status == "equivalence shown"
    assert met / runs <= 0.1
