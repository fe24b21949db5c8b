from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, ttest_ind

from core.trust.failures.factors import BINS, TEXT_LEVELS, factor, factors
from core.trust.failures.slice_search import LIMIT, OVERLAP
from core.trust.failures.slices import error_slices, loss_slices
from core.trust.predictions import MISSING, Context, Estimates, Grouping, Predictions


def called(wrong, context):
    y = np.arange(len(wrong)) % 2
    return Predictions(y, None, np.where(wrong, 1 - y, y), ("no", "yes"), None, context)


def planted(n, features, seed, *, where="pair", rate=0.3, base=0.1):
    """Independent features; errors are more frequent in the upper quarters of x1, or x1 and x4."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(50, 10, (n, features)), columns=[f"x{j}" for j in range(features)])
    upper = X.gt(X.quantile(0.75))
    bad = {"pair": upper.x1 & upper.x4, "one": upper.x1, "none": upper.x1 & False}[where].to_numpy()
    return called(rng.random(n) < np.where(bad, rate, base), Context(features=X))


def features_of(rule):
    return {part.split(" ")[0] for part in rule.split(" and ")}


class TestFactors:
    def test_numbers_are_cut_into_quarters_with_readable_limits(self):
        ages = pd.Series(np.random.default_rng(0).uniform(20, 90, 4000))
        found = factor("age", ages)
        assert found.words[0] == "age up to 37"
        assert found.words[-1] == "age missing"
        counts = np.bincount(found.codes, minlength=5)
        assert counts[-1] == 0
        assert np.abs(counts[:BINS] - 1000).max() < 100

    @given(
        st.lists(
            st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False)), min_size=2, max_size=60
        )
    )
    def test_every_value_lies_where_the_words_say(self, values):
        found = factor("x", pd.Series(values, dtype=float))
        for value, code in zip(values, found.codes, strict=True):
            words = found.words[code]
            if value is None:
                assert words == "x missing"
                continue
            for part, holds in (("above", np.greater), ("up to", np.less_equal), ("=", np.isclose)):
                if part in words:
                    limit = float(words.split(part)[1].split()[0])
                    # Numbers far from 1 are shown in six digits.
                    assert holds(value, limit) or np.isclose(value, limit, rtol=1e-5, atol=1e-12)

    def test_few_values_are_levels(self):
        assert factor("stage", pd.Series([1, 2, 2, 3])).words[:3] == (
            "stage = 1",
            "stage = 2",
            "stage = 3",
        )

    def test_text_and_booleans_and_missing(self):
        found = factor("sex", pd.Series(["f", None, "m", "f"]))
        assert [found.words[c] for c in found.codes] == [
            "sex = f",
            "sex missing",
            "sex = m",
            "sex = f",
        ]
        assert factor("ill", pd.Series([True, False])).words[:2] == ("ill = False", "ill = True")
        assert factor("ill", pd.Series([True, None], dtype="boolean")).codes.tolist() == [0, 2]

    def test_rare_texts_are_one_level(self):
        found = factor("site", pd.Series([f"s{i}" for i in range(40)] + ["s7", "s9"]))
        assert len(found.words) == TEXT_LEVELS + 2
        assert found.words[TEXT_LEVELS] == "site = one of 28 rarer values"
        assert "site = s7" in found.words

    def test_groups_stand_for_features_of_the_same_name(self):
        group = Grouping("sex", ("f", "m", MISSING), np.array([0, 1, 2, 0]))
        frame = pd.DataFrame({"sex": list("fmxf"), "age": [1, 2, 3, 4], "same": [1, 1, 1, 1]})
        found = factors(Context(groups=(group,), features=frame))
        assert [one.name for one in found] == ["sex", "age"]
        assert found[0].words == ("sex = f", "sex = m", "sex missing")


class TestPlanted:
    def test_a_pair_of_features_is_found_first(self):
        first = 0
        for seed in range(10):
            found = error_slices(planted(20_000, 10, seed), seed)
            first += features_of(found.found[0].rule) == {"x1", "x4"}
        assert first >= 9

    def test_figures_come_from_the_confirming_half(self):
        found = error_slices(planted(20_000, 10, 0)).found[0]
        assert "x1 above" in found.rule
        assert "x4 above" in found.rule
        assert found.here.n == found.n
        assert 500 < found.n < 750
        assert found.here.estimate == pytest.approx(0.3, abs=0.06)
        assert found.elsewhere.estimate == pytest.approx(0.1, abs=0.02)
        assert found.lift == pytest.approx(found.here.estimate / found.elsewhere.estimate)
        table = [
            [found.errors, found.n - found.errors],
            [
                round(found.elsewhere.estimate * found.elsewhere.n),
                round((1 - found.elsewhere.estimate) * found.elsewhere.n),
            ],
        ]
        assert found.p == pytest.approx(fisher_exact(table, "greater").pvalue, rel=1e-6)

    def test_one_feature_is_not_reported_as_its_subsets(self):
        found = error_slices(planted(20_000, 10, 3, where="one")).found
        assert features_of(found[0].rule) == {"x1"}
        assert len(found) == 1

    def test_slices_that_share_most_rows_are_merged(self):
        predictions = planted(20_000, 6, 1, where="one")
        frame = predictions.context.features.assign(copy=lambda f: f.x1)
        twin = dataclasses.replace(predictions, context=Context(features=frame))
        rules = [one.rule for one in error_slices(twin).tested if "above 56" in one.rule]
        assert sum("x1" in rule or "copy" in rule for rule in rules) == 1
        assert 0.5 < OVERLAP < 1

    def test_a_group_and_a_missing_value_can_be_the_slice(self):
        rng = np.random.default_rng(0)
        n = 6000
        lab = np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n))
        sex = Grouping("sex", ("f", "m"), rng.integers(0, 2, n))
        bad = np.isnan(lab) & (sex.index == 0)
        frame = pd.DataFrame({"lab": lab})
        wrong = rng.random(n) < np.where(bad, 0.4, 0.1)
        found = error_slices(called(wrong, Context(groups=(sex,), features=frame)))
        assert found.found[0].rule == "sex = f and lab missing"

    def test_more_than_fifty_features_go_through_a_tree(self):
        predictions = planted(10_000, LIMIT + 10, 2)
        found = error_slices(predictions)
        assert features_of(found.found[0].rule) == {"x1", "x4"}
        assert {"x1", "x4"} <= set(found.chosen)
        assert found.family is None

    def test_larger_absolute_errors_are_found_in_regression(self):
        rng = np.random.default_rng(4)
        frame = pd.DataFrame(rng.normal(size=(5000, 8)), columns=list("abcdefgh"))
        error = rng.normal(size=5000) * np.where(frame.c > 1, 3, 1)
        zero = np.zeros(5000)
        found = loss_slices(Estimates(zero, error, context=Context(features=frame)))
        assert features_of(found.found[0].rule) == {"c"}
        assert found.found[0].lift > 1.5
        assert found.family is None
        assert found.detectable is None


class TestNull:
    def test_nothing_is_found_where_nothing_is(self):
        alarms = [
            bool(error_slices(planted(1500, 8, 100 + seed, where="none"), seed).found)
            for seed in range(150)
        ]
        # 15 of 150 would be expected with a probability below 1 % at an error rate of 5 %.
        assert sum(alarms) <= 14

    def test_nothing_is_found_in_regression(self):
        rng = np.random.default_rng(9)
        alarms = 0
        for seed in range(100):
            frame = pd.DataFrame(rng.normal(size=(800, 8)), columns=list("abcdefgh"))
            given_ = Estimates(
                np.zeros(800), rng.standard_t(5, 800), context=Context(features=frame)
            )
            alarms += bool(loss_slices(given_, seed).found)
        assert alarms <= 11

    @pytest.mark.parametrize("wrong", [np.zeros(300, bool), np.ones(300, bool)])
    def test_without_errors_or_without_right_calls_nothing_is_tested(self, wrong):
        frame = pd.DataFrame({"x": np.arange(300.0)})
        found = error_slices(called(wrong, Context(features=frame)))
        assert found.tested == ()
        assert json.dumps(found.to_dict(), allow_nan=False)

    @pytest.mark.parametrize("n", [1, 2, 3, 10, 45])
    @pytest.mark.parametrize("features", [1, LIMIT + 1])
    def test_few_rows_find_nothing_and_break_nothing(self, n, features):
        rng = np.random.default_rng(n)
        frame = pd.DataFrame(rng.normal(size=(n, features))).add_prefix("x")
        found = error_slices(called(np.arange(n) % 2 == 0, Context(features=frame)))
        assert found is None if n == 1 else found.found == ()

    def test_without_features_there_is_no_search(self):
        assert error_slices(called(np.arange(50) % 5 == 0, Context())) is None


def test_row_order_never_matters():
    predictions = planted(4000, 6, 5)
    order = np.random.default_rng(0).permutation(4000)
    shuffled = dataclasses.replace(
        predictions,
        y=predictions.y[order],
        called=predictions.called[order],
        context=Context(features=predictions.context.features.iloc[order]),
    )
    assert error_slices(predictions).to_dict() == error_slices(shuffled).to_dict()
    loss = np.abs(np.random.default_rng(1).normal(size=4000)) * (1 + ~predictions.correct)
    zero = np.zeros(4000)
    one = loss_slices(Estimates(zero, loss, context=predictions.context))
    other = loss_slices(Estimates(zero, loss[order], context=shuffled.context))
    assert one.to_dict() == other.to_dict()


def test_welch_agrees_with_scipy():
    rng = np.random.default_rng(6)
    group = Grouping("g", ("a", "b"), rng.integers(0, 2, 600))
    loss = rng.exponential(1 + group.index)
    found = loss_slices(Estimates(np.zeros(600), loss, context=Context(groups=(group,))))
    one = found.tested[0]
    assert one.rule == "g = b"
    assert one.n + one.elsewhere.n == found.n_confirm
    from core.trust.failures.slice_search import halves

    _, half = halves(factors(Context(groups=(group,))), loss, 0, stratified=False)
    inside = half.codes[0] == 1
    expected = ttest_ind(
        half.loss[inside], half.loss[~inside], equal_var=False, alternative="greater"
    )
    assert one.p == pytest.approx(expected.pvalue, rel=1e-9)


def test_family_counts_every_slice_over_all_rows():
    predictions = planted(3000, 5, 7)
    found = error_slices(predictions)
    errors = int((~predictions.correct).sum())
    assert (found.family.n_all, found.family.errors_all) == (3000, errors)
    known = factors(predictions.context)
    one = (known[0].codes == 0) & (known[1].codes == 0)
    single = known[2].codes == 3
    pairs = set(zip(found.family.n.tolist(), found.family.errors.tolist(), strict=True))
    for rows in (one, single):
        assert (int(rows.sum()), int((~predictions.correct)[rows].sum())) in pairs


def test_the_stated_gap_is_found_as_often_as_stated():
    rng = np.random.default_rng(8)
    n, base = 4000, 0.1
    gap = None
    hits = 0
    for seed in range(60):
        group = Grouping("g", ("a", "b"), (rng.random(n) < 0.1).astype(int))
        wrong = rng.random(n) < base + (gap or 0.08) * (group.index == 1)
        found = error_slices(called(wrong, Context(groups=(group,))), seed)
        gap = gap or found.detectable
        hits += bool(found.found)
    assert 0.6 <= hits / 60 <= 0.95
