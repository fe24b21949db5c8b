from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.trust.original.bias import AttributeFigures, GroupFigures, OddsGap, bias_figures
from core.trust.original.disagreements import null_ece
from core.trust.original.group_disagreements import chance_of_severe
from core.trust.original.metrics import bin_index, calibration_figures
from core.trust.original.representation import representation_figures
from core.trust.original.view import as_seen, original_view
from core.trust.predictions import Context, Grouping, Predictions
from tests.trustlens_original import Drawn, ask, draw, recorded, shown

N_LIVE = 240
seeds = st.integers(0, 2**32 - 1)


def binary(y, p, groups=(), threshold=0.5, embedding=None):
    p = np.asarray(p, dtype=float)
    context = Context(
        groups=tuple(
            Grouping(name, tuple(map(str, np.unique(v))), np.unique(v, return_inverse=True)[1])
            for name, v in groups
        ),
        embedding=embedding,
    )
    called = (p >= threshold).astype(np.int64)
    proba = np.column_stack([1 - p, p])
    return Predictions(np.asarray(y), proba, called, ("0", "1"), threshold, context)


def calibrated(n, seed, a=0.3):
    rng = np.random.default_rng(seed)
    p = rng.beta(a, a, n)
    return binary((rng.random(n) < p).astype(np.int64), p)


def rows_forgotten(answer):
    """Among equally confident errors, which five rows come first depends on the processor."""
    if not answer or "classes" not in answer:
        return answer
    classes = {name: entry[:-1] for name, entry in answer["classes"].items()}
    return answer | {"classes": classes}


def test_agrees_with_what_the_package_answered_when_it_was_recorded():
    outcomes = set()
    for drawn, answer in recorded():
        found = shown(original_view(drawn.predictions()))
        assert rows_forgotten(found) == rows_forgotten(answer)
        outcomes.add(answer and (answer["grade"], answer["blocker"]))
    assert {None, ("A", None), ("B", None), ("C", None)} <= outcomes
    assert {name for grade, name in filter(None, outcomes) if grade == "D"} >= {
        "confidently wrong",
        "failure",
        "fairness",
        "calibration",
    }


def test_agrees_with_the_installed_package_to_the_last_bit():
    pytest.importorskip("trustlens", reason="the reference requirements are not installed")
    answered = 0
    for seed in range(N_LIVE):
        drawn = draw(seed)
        answer = ask(drawn)
        assert shown(original_view(drawn.predictions())) == answer, f"seed {seed}"
        answered += answer is not None
    assert answered >= 200


@pytest.mark.parametrize("decimals", [10, 20, 100, 500])
def test_bins_are_exact_at_their_edges(decimals):
    p = np.arange(decimals + 1) / decimals
    for bins in (10, 20):
        edges = np.linspace(0, 1, bins + 1)
        expected = np.clip(np.digitize(p, edges[1:-1]), 0, bins - 1)
        assert bin_index(p, bins).tolist() == expected.tolist()


@given(seeds)
def test_figures_agree_with_scikit_learn(seed):
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import brier_score_loss, f1_score

    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 200))
    # scikit-learn closes bins on the right: keep off their edges.
    y, p = rng.integers(0, 2, n), (rng.integers(0, 100, n) + 0.5) / 100
    data = as_seen(binary(y, p, [("site", rng.integers(0, 3, n))]))
    found = calibration_figures(data)
    share, mean = calibration_curve(y, p, n_bins=10)
    assert [point[0] for point in found.curve] == pytest.approx(share, abs=1e-12)
    assert [point[1] for point in found.curve] == pytest.approx(mean, abs=1e-12)
    assert found.brier == pytest.approx(brier_score_loss(y, p, pos_label=1), abs=1e-12)
    assert found.ece == pytest.approx(
        sum(n_b / n * abs(o - m) for o, m, n_b in found.curve), abs=1e-12
    )
    index = data.context.groups[0].index
    for position, group in enumerate(bias_figures(data).attributes[0].groups):
        mine = index == position
        macro = f1_score(y[mine], data.called[mine], average="macro", zero_division=0)
        assert group.macro_f1 == round(float(macro), 4)


@given(seeds)
def test_silhouette_agrees_with_scikit_learn(seed):
    from sklearn.metrics import silhouette_score

    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(8, 120)), int(rng.integers(2, 5))
    y = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    points = rng.normal(100, 1, (n, 4)) + y[:, None]
    data = Predictions(y, None, y, tuple(map(str, range(k))), None, Context(embedding=points))
    found = representation_figures(data)
    assert found.silhouette == pytest.approx(silhouette_score(points, y), abs=6e-5)


def test_distances_over_all_pairs():
    points = np.array([[0.0, 0], [0, 1], [5, 0], [5, 1]])
    y = np.array([0, 0, 1, 1])
    found = representation_figures(
        Predictions(y, None, y, ("0", "1"), None, Context(embedding=points))
    )
    assert found.within_all == pytest.approx(1)
    assert found.between_all == pytest.approx((5 + math.sqrt(26)) / 2)
    assert found.neighbour_agreement == 1


@given(seeds, st.integers(1, 300))
def test_plain_data_is_strict_json_and_the_same_each_time(seed, n):
    rng = np.random.default_rng(seed)
    data = binary(rng.integers(0, 2, n), rng.random(n), [("site", rng.integers(0, 4, n))])
    first = json.dumps(original_view(data).to_dict(), allow_nan=False)
    assert first == json.dumps(original_view(data).to_dict(), allow_nan=False)


def test_a_tie_between_two_classes_goes_to_the_first_as_in_the_original():
    data = binary([0, 1], [0.5, 0.5])
    assert data.called.tolist() == [1, 1]
    assert as_seen(data).called.tolist() == [0, 0]
    assert as_seen(dataclasses.replace(data, threshold=None)).called.tolist() == [1, 1]


def test_a_model_without_errors_is_blocked_and_that_is_said():
    y = np.tile([0, 1], 27)
    view = original_view(binary(y, np.where(y == 1, 0.99, 0.01)))
    assert (view.score.blocker, view.score.sub_scores["failure"]) == ("failure", 20.0)
    [text] = [t for t in view.disagreements if "none of the 54" in t]
    assert "6.6%" in text  # 1 - 0.025 ** (1 / 54)


@given(seeds, st.sampled_from([2, 3, 8]))
def test_no_calibrated_model_passes_the_ceiling_that_is_named(seed, k):
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.full(k, rng.choice([0.05, 0.3, 1])), 50)
    top = proba.max(axis=1)
    mean = top.mean()
    if mean < 1:
        gap = np.sum(top**2) / np.sum(top) - np.sum(top * (1 - top)) / np.sum(1 - top)
        assert gap == pytest.approx(np.var(top) / (mean * (1 - mean)), abs=1e-9)
        assert gap <= 1 - 1 / (k * mean) + 1e-9


def test_the_ceiling_of_a_calibrated_model_is_explained_with_its_numbers():
    view = original_view(calibrated(20_000, 0))
    assert view.score.blocker == "failure"
    [text] = [t for t in view.disagreements if "FailScore" in t]
    assert "the penalty below 60 is certain" in text
    expected = float(text.split("would have ")[1].split(" ")[0])
    assert view.score.sub_scores["failure"] == pytest.approx(expected, abs=1)


def test_an_ece_that_chance_explains_is_called_so_and_a_real_one_is_not():
    rng = np.random.default_rng(1)
    p = rng.random(50)
    small = original_view(binary((rng.random(50) < p).astype(int), p))
    assert small.calibration.ece > 0.1
    assert any("perfectly calibrated model" in t and "n = 50" in t for t in small.disagreements)
    wrong = rng.random(5_000)
    large = original_view(binary((rng.random(5_000) < wrong / 2).astype(int), wrong))
    assert large.score.penalties["Calibration"] == 15.0
    assert not any("perfectly calibrated" in t for t in large.disagreements)


def test_null_of_the_ece_by_rows_and_by_bins_agree():
    p = np.random.default_rng(2).random(2_001)
    by_bins, by_rows = null_ece(p), null_ece(p[:-1])
    for q in (0.1, 0.5, 0.9):
        assert np.quantile(by_bins, q) == pytest.approx(np.quantile(by_rows, q), rel=0.06)
    assert np.array_equal(null_ece(p[:200]), null_ece(p[:200][::-1]))


def test_rates_over_nobody_and_single_persons_are_named():
    y = np.array([0, 1] * 30 + [0] * 10 + [1])
    p = np.where(y == 1, 0.9, 0.1)
    p[:2] = 0.48, 0.46
    site = np.array(["a"] * 30 + ["b"] * 30 + ["c"] * 10 + ["d"])
    view = original_view(binary(y, p, [("site", site)]))
    site_figures = view.bias.attributes[0]
    assert (site_figures.tpr.gap, site_figures.tpr.flag) == (1.0, "severe")
    assert [g.tpr for g in site_figures.groups if g.level == "c"] == [0.0]
    text = " ".join(view.disagreements)
    assert "counts the rate of 'c' as 0" in text
    assert "1 of 4 ('d') hold one person" in text


@pytest.mark.parametrize(("n", "rate"), [(20, 0.85), (40, 0.7)])
def test_chance_of_a_severe_gap_between_two_groups_is_that_of_two_binomials(n, rate):
    from scipy.stats import binom

    group = GroupFigures("a", n, n, 0, rate, rate, rate, 0.0)
    odds = OddsGap(0.0, "acceptable")
    two = AttributeFigures("site", (group, group), 0.0, "a", "a", odds, odds, "a", "a")
    k = np.arange(n + 1)
    share = binom.pmf(k, n, rate)
    apart = np.round(np.abs(k[:, None] - k[None, :]) / n, 9) > 0.15
    assert chance_of_severe(two) == pytest.approx(float(share @ apart @ share), abs=0.025)


def test_bias_alone_without_an_attribute_scores_full_marks():
    view = original_view(binary([0, 1] * 20, [0.5] * 40), ["bias"])
    assert (view.score.score, view.score.grade, view.score.advice) == (100, "A", "PASS")
    [text] = view.disagreements
    assert "no attribute was given" in text
    assert "whole score" in text


def test_prevalence_and_threshold_are_named():
    rng = np.random.default_rng(4)
    p = rng.beta(0.4, 7.6, 3_000)
    view = original_view(binary((rng.random(3_000) < p).astype(int), p, threshold=0.2))
    text = " ".join(view.disagreements)
    assert "points are taken off the bias sub-score" in text
    assert "not called their most probable class" in text


def test_calls_alone_and_calls_that_are_all_wrong():
    y = np.array([0, 1] * 10)
    alone = original_view(Predictions(y, None, y, ("0", "1"), None))
    assert alone.calibration is None
    assert alone.score.sub_scores == {"calibration": 0.0, "failure": 20.0, "bias": 100.0}
    assert "No probabilities" in alone.disagreements[0]
    swapped = original_view(binary(y, np.where(y == 1, 0.1, 0.9)))
    assert swapped.score is None
    assert "none of the 20 calls is right" in swapped.fails


def test_more_classes_and_an_embedding():
    rng = np.random.default_rng(5)
    y = np.repeat(np.arange(20), 3)
    proba = np.full((60, 20), 0.02)
    proba[np.arange(60), y] += 0.6
    embedding = rng.normal(0, 1, (60, 5))
    names = tuple(map(str, range(20)))
    view = original_view(
        Predictions(y, proba, (y + (rng.random(60) < 0.2)) % 20, names, None,
                    Context(embedding=embedding))
    )  # fmt: skip
    text = " ".join(view.disagreements)
    assert "runs from 0 to 2" in text
    assert "mean distance within classes" in text
    each_its_own = Predictions(
        np.arange(2), np.eye(2) * 0.8 + 0.1, np.arange(2), ("0", "1"), None,
        Context(embedding=embedding[:2]),
    )  # fmt: skip
    assert "no silhouette" in original_view(each_its_own).fails
    one = Predictions(
        np.zeros(5, int), np.tile([0.9, 0.1], (5, 1)), np.zeros(5, int), ("0", "1"), None,
        Context(embedding=embedding[:5]),
    )  # fmt: skip
    assert any("With one class" in t for t in original_view(one).disagreements)


def test_more_than_5000_rows_of_an_embedding_are_thinned_as_in_the_original():
    rng = np.random.default_rng(6)
    p = rng.random(5_050)
    y = (rng.random(5_050) < p).astype(np.int64)
    embedding = rng.normal(0, 1, (5_050, 4)) + y[:, None]
    view = original_view(binary(y, p, embedding=embedding))
    assert view.representation.n == 5_000
    pytest.importorskip("trustlens", reason="the reference requirements are not installed")
    drawn = Drawn(y, np.column_stack([1 - p, p]), None, 2, {}, embedding)
    assert shown(view) == ask(drawn)
