from __future__ import annotations

import numpy as np
import pytest

from core.explain.lime_tabular import fit_lime

CODES = [2]


@pytest.fixture(scope="module")
def training():
    rng = np.random.default_rng(1)
    return np.column_stack(
        [rng.normal(50, 10, 400), rng.normal(0, 1, 400), rng.choice([3.0, 6.0, 7.0], 400)]
    )


def additive(X):
    by_code = np.select([X[:, 2] == 3, X[:, 2] == 6], [-0.1, 0.05], 0.15)
    return 0.5 + 0.004 * (X[:, 0] - 50) + 0.05 * X[:, 1] + by_code


def test_an_additive_model_is_recovered(training):
    x = np.array([60.0, -1.0, 7.0])
    fit = fit_lime(additive, x, training, CODES, seeds=range(3))
    code = training[:, 2]
    average = np.mean(np.select([code == 3, code == 6], [-0.1, 0.05], 0.15))
    exact = [
        0.004 * (60 - training[:, 0].mean()),
        0.05 * (-1 - training[:, 1].mean()),
        0.15 - average,
    ]
    assert fit.effects.mean(axis=0) == pytest.approx(exact, abs=2e-3)
    assert fit.r2.min() > 0.999
    assert fit.local_p == pytest.approx(additive(x[None])[0], abs=2e-3)


def test_runs_repeat_by_seed_alone(training):
    x = np.array([60.0, -1.0, 7.0])
    both = fit_lime(additive, x, training, CODES, seeds=(4, 5), samples=500)
    alone = fit_lime(additive, x, training, CODES, seeds=(5,), samples=500)
    assert np.array_equal(both.effects[1], alone.effects[0])
    assert not np.array_equal(both.effects[0], both.effects[1])


def test_neighbours_are_possible_cases(training):
    x, seen = np.array([48.0, 9.0, 6.0]), []

    def predict(X):
        seen.append(X)
        return additive(X)

    fit_lime(predict, x, training, CODES, seeds=(0,), samples=2000)
    rows = seen[0]
    assert np.array_equal(rows[0], x)
    assert set(rows[:, 2]) == {3.0, 6.0, 7.0}
    assert rows[:, 0].min() >= training[:, 0].min()
    assert rows[:, 1].max() == 9.0  # the case's own value widens the range of the training data
    assert len(rows) == 2000


def test_a_missing_value_stays_missing_and_gets_no_effect(training):
    x, seen = np.array([60.0, np.nan, 7.0]), []

    def predict(X):
        seen.append(X)
        return additive(np.nan_to_num(X))

    fit = fit_lime(predict, x, training, CODES, seeds=(0,))
    assert np.isnan(seen[0][:, 1]).all()
    assert np.isnan(fit.effects[0]).tolist() == [False, True, False]


def test_training_rows_with_gaps_are_passed_over(training):
    holed = training.copy()
    holed[::2, 0] = np.nan
    x = np.array([60.0, -1.0, 7.0])
    fit = fit_lime(additive, x, holed, CODES, seeds=(0,), samples=500)
    rest = fit_lime(additive, x, training[1::2], CODES, seeds=(0,), samples=500)
    assert np.array_equal(fit.effects, rest.effects)


def test_a_code_unknown_to_the_training_data_is_handled(training):
    fit = fit_lime(additive, np.array([60.0, 0.0, 9.0]), training, CODES, seeds=(0,), samples=500)
    assert np.isfinite(fit.effects).all()
