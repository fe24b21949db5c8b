from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import roc_auc_score

from core.stats.concordance import FEW, concordance
from core.stats.score_table import score_table


def table(right, wrong):
    kind = np.r_[np.ones(len(right), bool), np.zeros(len(wrong), bool)]
    return score_table(kind, np.r_[right, wrong])


def test_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    right, wrong = np.round(rng.normal(1, 1, 80), 1), np.round(rng.normal(0, 1, 30), 1)
    found = concordance(table(right, wrong))
    expected = roc_auc_score(np.r_[np.ones(80), np.zeros(30)], np.r_[right, wrong])
    assert found.interval.estimate == pytest.approx(expected, abs=1e-12)
    assert found.interval == found.area.interval
    assert found.p_values(0.5) == found.area.p_values(0.5)


def test_one_kind_only_is_none():
    assert concordance(table([1.0, 2.0], [])) is None
    assert concordance(table([], [1.0])) is None


@pytest.mark.parametrize("few", [1, 3, 5])
def test_a_handful_that_ranks_last_shows_no_more_than_a_share_of_it(few):
    found = concordance(table(np.linspace(1, 2, 100), np.linspace(0, 0.5, few)))
    assert found.interval.estimate == 1
    assert found.interval.low <= 0.025 ** (1 / few) + 1e-9
    assert found.p_values(0.7)[0] >= binom.sf(few - 1, few, 0.7) - 1e-12


def test_swapping_the_kinds_mirrors_everything():
    right, wrong = [3.0, 4.0, 5.0, 6.0, 2.5], [1.0, 2.0, 4.5]
    one, other = concordance(table(right, wrong)), concordance(table(wrong, right))
    assert one.few == other.few == 3 < FEW
    assert one.interval.low == pytest.approx(1 - other.interval.high, abs=1e-9)
    assert one.p_values(0.6) == pytest.approx(other.p_values(0.4)[::-1], abs=1e-9)


def test_tests_hold_with_a_few_errors_of_two_kinds():
    # Errors either right at the top or at the bottom: three at the bottom look like a proof.
    rng = np.random.default_rng(1)
    hits, runs = 0, 0
    true = 0.7
    for _ in range(600):
        errors = rng.binomial(60, 0.06)
        if errors in (0, 60):
            continue
        runs += 1
        top = rng.random(errors) < 1 - true
        wrong = np.where(top, 2.0, 0.0) + rng.random(errors)
        hits += (
            concordance(table(1 + 0.5 * rng.random(60 - errors), wrong)).p_values(true)[0] <= 0.05
        )
    assert hits / runs <= 0.05
