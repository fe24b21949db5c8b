from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from core.errors import InputError
from core.trust.predictions import Context, Grouping, Predictions
from core.trust.sets import sets_panel


def drawn(n, k=2, seed=0, groups=True):
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.full(k, 0.7), n)
    y = (rng.random((n, 1)) > proba.cumsum(axis=1)).sum(axis=1).clip(0, k - 1)
    site = Grouping("site", ("A", "B", "C"), np.minimum(rng.integers(0, 40, n) // 19, 2))
    context = Context(groups=(site,) if groups else ())
    return Predictions(y, proba, proba.argmax(axis=1), tuple("abcdef"[:k]), None, context)


def by_name(panel):
    return {(one.score, one.by): one for one in panel.methods}


@pytest.mark.parametrize("k", [2, 4])
def test_coverage_is_near_its_aim_where_it_is_promised(k):
    panel = sets_panel(drawn(3_000, k))
    found = by_name(panel)
    assert set(found) == {("LAC", "all rows"), ("LAC", "class"), ("LAC", "group")} | (
        {("APS", "all rows")} if k > 2 else set()
    )
    for method in found.values():
        assert method.coverage.estimate == pytest.approx(0.9, abs=0.02)
        assert method.coverage.low <= 0.9 <= method.coverage.high + 0.01
        sizes = sum(one.coverage.n for one in method.per_size)
        assert sizes == pytest.approx(1_500, abs=3)
    for part in found["LAC", "class"].per_class:
        assert part.coverage.estimate == pytest.approx(0.9, abs=0.02)
    for part in found["LAC", "group"].per_group["site"]:
        assert part.coverage.estimate == pytest.approx(0.9, abs=0.03)


def test_sets_over_all_rows_neglect_a_rare_class_and_class_sets_do_not():
    rng = np.random.default_rng(1)
    y = (rng.random(4_000) < 0.05).astype(np.int64)
    p = np.clip(rng.beta(1, 12, 4_000) + 0.1 * y, 0, 1)
    given = Predictions(y, np.column_stack([1 - p, p]), (p > 0.5).astype(int), ("a", "b"), 0.5)
    found = by_name(sets_panel(given))
    assert found["LAC", "all rows"].per_class[1].coverage.estimate < 0.5
    assert found["LAC", "class"].per_class[1].coverage.estimate == pytest.approx(0.9, abs=0.03)


def test_thresholds_from_all_rows_build_sets():
    given = drawn(400, 3)
    panel = sets_panel(given)
    true = np.arange(given.n)
    for method in panel.methods:
        index = given.context.groups[0].index if method.by == "group" else None
        sets = method.possible(given.proba, index)
        assert sets.shape == (400, 3)
        # On the rows they come from, thresholds cover at least what they aim at.
        assert sets[true, given.y].mean() >= 0.9
    lac = by_name(panel)["LAC", "all rows"]
    assert lac.thresholds[0].n == 400
    scores = np.sort(1 - given.proba[true, given.y])
    assert lac.thresholds[0].score == scores[math.ceil(401 * 0.9 - 1e-9) - 1]
    assert lac.thresholds[0].spread.low < 0.9 < lac.thresholds[0].spread.high
    with pytest.raises(InputError, match="site"):
        by_name(panel)["LAC", "group"].possible(given.proba)


def test_small_groups_and_classes_are_undefined_with_the_number_needed():
    given = drawn(300)
    site = Grouping("site", ("A", "one", "none"), np.r_[1, np.zeros(299, dtype=np.intp)])
    y = np.r_[np.ones(5, dtype=np.int64), np.zeros(295, dtype=np.int64)]
    given = dataclasses.replace(given, y=y, context=Context(groups=(site,)))
    found = by_name(sets_panel(given))
    group = found["LAC", "group"]
    assert [one.score is None for one in group.thresholds] == [False, True, True]
    assert group.thresholds[1].needed == 9
    for part in group.per_group["site"][1:]:
        assert math.isnan(part.coverage.estimate)
        assert "18 rows needed" in part.coverage.method
    classes = found["LAC", "class"]
    assert classes.thresholds[1].score is None
    assert classes.possible(given.proba)[:, 1].all()
    assert math.isnan(classes.per_class[1].coverage.estimate)


def test_too_few_rows_or_no_probabilities():
    few = sets_panel(drawn(17))
    assert few.methods == ()
    assert "18 rows" in few.reason
    calls = dataclasses.replace(drawn(100), proba=None)
    assert "probability" in sets_panel(calls).reason
    assert sets_panel(drawn(18)).methods
    with pytest.raises(InputError, match="level is 1"):
        sets_panel(drawn(50), level=1.0)


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("digits", [None, 1])
def test_strict_json_the_same_for_any_order_of_rows(k, digits):
    given = drawn(200, k)
    if digits is not None:
        rounded = given.proba.round(digits) + 0.1
        given = dataclasses.replace(given, proba=rounded / rounded.sum(axis=1, keepdims=True))
    order = np.random.default_rng(3).permutation(200)
    site = given.context.groups[0]
    context = Context(groups=(dataclasses.replace(site, index=site.index[order]),))
    shuffled = dataclasses.replace(
        given, y=given.y[order], proba=given.proba[order], called=given.called[order],
        context=context,
    )  # fmt: skip
    first, second = (
        json.dumps(sets_panel(one, seed=4).to_dict(), allow_nan=False) for one in (given, shuffled)
    )
    assert first == second


def test_a_perfect_model_has_sets_of_one():
    y = np.arange(100) % 2
    given = Predictions(y, np.eye(2)[y], y, ("a", "b"), 0.5)
    method = sets_panel(given).methods[0]
    assert method.coverage.estimate == 1.0
    assert method.coverage.low < 1.0
    assert method.singletons.estimate == 1.0
    assert method.empty.estimate == 0.0
