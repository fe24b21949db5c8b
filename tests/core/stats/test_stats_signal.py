"""The question whether anything can be learned: noise closes, signal opens, p values hold."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import cross_val_predict

from core.errors import NotEnoughDataError
from core.stats import signal as module
from core.stats.learners import (
    NAMES,
    fit_predict,
    folds,
    held_out_boosted,
    held_out_linear,
    linear_basis,
    quadratic_basis,
    standardised,
)
from core.stats.signal import Permutation, Signal, signal


@pytest.fixture
def without_trees(monkeypatch):
    """Trees take nearly all of the time; where they are not asked about, the mean stands in."""

    def means(x, y, splits, seed=0):
        predicted = np.empty_like(y)
        for train, held in splits:
            predicted[held] = y[train].mean()
        return predicted

    monkeypatch.setattr(module, "held_out_boosted", means)


def table(n, seed=0, columns=4):
    rng = np.random.default_rng(seed)
    return rng, rng.random((n, columns))


def test_folds_hold_every_row_out_once():
    splits = folds(23, 5, np.random.default_rng(0))
    held = np.concatenate([one for _, one in splits])
    assert sorted(held) == list(range(23))
    for train, one in splits:
        assert not set(train) & set(one)
        assert len(train) + len(one) == 23


def test_the_linear_learner_is_least_squares():
    rng, x = table(60)
    y = x @ [1.0, -2.0, 0.0, 3.0] + rng.normal(size=60)
    splits = folds(60, 5, rng)
    ours = held_out_linear(linear_basis(x), y[:, None], splits)[:, 0]
    theirs = cross_val_predict(LinearRegression(), x, y, cv=[(a, b) for a, b in splits])
    # The order of rows in cross_val_predict is restored by its own bookkeeping.
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert fit_predict("linear", x, y, x) == pytest.approx(
        LinearRegression().fit(x, y).predict(x), abs=1e-6
    )


def test_the_quadratic_learner_is_a_ridge_on_squares_and_products():
    rng, x = table(50, columns=2)
    y = x[:, 0] * x[:, 1] + rng.normal(0, 0.1, 50)
    z = standardised(x)
    terms = np.column_stack([z, z**2, z[:, 1] * z[:, 0]])
    basis = quadratic_basis(x)
    assert basis.columns == pytest.approx(standardised(terms))
    assert basis.ridge == 5
    theirs = Ridge(basis.ridge).fit(basis.columns, y).predict(basis.columns)
    assert fit_predict("quadratic", x, y, x)[:5] == pytest.approx(theirs[:5], rel=0.05)


def test_codes_have_no_square_and_wide_tables_no_products():
    rng = np.random.default_rng(0)
    codes = np.eye(2)[rng.integers(0, 2, 40)]
    # Two codes and their product; the square of a code is the code again.
    assert quadratic_basis(codes).columns.shape[1] == 3
    assert quadratic_basis(rng.random((40, 20))).columns.shape[1] == 40


def test_many_outcomes_at_once_equal_one_at_a_time():
    rng, x = table(40)
    outcomes = rng.random((40, 6))
    splits = folds(40, 4, rng)
    for basis in (linear_basis(x), quadratic_basis(x)):
        together = held_out_linear(basis, outcomes, splits)
        for j in range(6):
            alone = held_out_linear(basis, outcomes[:, [j]], splits)[:, 0]
            assert together[:, j] == pytest.approx(alone)


def test_the_reported_r2_is_that_of_out_of_fold_predictions(monkeypatch):
    monkeypatch.setattr(module, "REPEATS", 1)
    rng, x = table(80)
    y = 2 * x[:, 0] + rng.normal(0, 0.3, 80)
    found = signal(x, y, seed=5, draws=12)
    splits = folds(80, 5, np.random.default_rng(5))
    linear = held_out_linear(linear_basis(x), y[:, None], splits)[:, 0]
    trees = held_out_boosted(x, y, splits, 5)
    by_name = {one.name: one.r2.estimate for one in found.learned}
    assert by_name["linear"] == pytest.approx(r2_score(y, linear))
    assert by_name["boosting"] == pytest.approx(r2_score(y, trees))
    assert found.permutation.observed == pytest.approx(max(by_name.values()))


@pytest.mark.usefixtures("without_trees")
def test_signal_opens_and_says_by_what():
    rng, x = table(200)
    found = signal(x, 3 * x[:, 0] + rng.normal(0, 0.5, 200))
    assert found.found
    assert found.best.name == "linear"
    assert found.best.r2.low > 0.5
    assert found.permutation.p == pytest.approx(1 / 200)
    assert not found.permutation.stopped_early


def test_a_step_that_no_line_sees_is_found_by_trees():
    rng, x = table(150)
    y = np.sign(np.sin(14 * x[:, 0])) + rng.normal(0, 0.1, 150)
    found = signal(x, y, draws=20)
    assert found.best.name == "boosting"
    assert found.best.r2.low > 0
    assert found.permutation.p == pytest.approx(1 / 21)


def test_noise_stays_closed_and_is_known_early():
    rng, x = table(60, seed=4)
    found = signal(x, rng.random(60))
    assert not found.found
    assert found.best.r2.low < 0
    assert found.mean_only < 0
    assert found.permutation.stopped_early
    assert found.permutation.p == pytest.approx(module.ENOUGH / len(found.permutation.null))


@pytest.mark.usefixtures("without_trees")
def test_both_conditions_are_needed():
    rng, x = table(100)
    found = signal(x, 3 * x[:, 0] + rng.normal(0, 0.5, 100), draws=20)
    # With 20 draws the smallest p is 1/21, too large to open whatever the interval says.
    assert found.best.r2.low > 0
    assert found.permutation.p == pytest.approx(1 / 21)
    assert not found.found


@pytest.mark.usefixtures("without_trees")
def test_permutation_p_values_are_valid_under_noise():
    p = []
    for seed in range(200):
        rng, x = table(30, seed=seed, columns=2)
        p.append(signal(x, rng.normal(size=30), seed=seed, draws=19).permutation.p)
    p = np.array(p)
    # 200 draws of a valid p value exceed these counts with probability below 0.001.
    assert (p <= 0.1).sum() <= 34
    assert (p <= 0.5).sum() <= 122


@pytest.mark.usefixtures("without_trees")
def test_intervals_widen_for_the_choice_among_learners():
    rng, x = table(120)
    y = x[:, 0] + rng.normal(0, 0.3, 120)
    found = signal(x, y, draws=12).learned[0].r2
    errors = (
        y
        - held_out_linear(linear_basis(x), y[:, None], folds(120, 5, np.random.default_rng(0)))[
            :, 0
        ]
    )
    alone = module.Skill.interval(
        module.Skill(
            120,
            float((errors**2).mean()),
            float(y.var()),
            *(
                float(np.cov(errors**2, (y - y.mean()) ** 2)[i, j])
                for i, j in ((0, 0), (1, 1), (0, 1))
            ),
        )
    )
    assert found.high - found.low > alone.high - alone.low
    assert f"Bonferroni over {len(NAMES)}" in found.method


@pytest.mark.usefixtures("without_trees")
def test_many_rows_are_sampled_and_it_is_said(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 60)
    rng, x = table(100)
    found = signal(x, rng.random(100), draws=12)
    assert (found.n, found.rows) == (60, 100)


def test_the_answer_depends_on_nothing_but_data_and_seed():
    rng, x = table(40)
    y = rng.random(40)
    assert signal(x, y, seed=3, draws=12) == signal(x, y, seed=3, draws=12)


@pytest.mark.usefixtures("without_trees")
def test_the_scale_of_columns_does_not_matter():
    rng, x = table(60)
    y = x[:, 0] + rng.normal(0, 0.2, 60)
    one, other = signal(x, y, draws=12), signal(x * [1e6, 1e-6, 1, 3] + 5, y * 1e4 - 7, draws=12)
    assert other.learned[0].r2.estimate == pytest.approx(one.learned[0].r2.estimate, abs=1e-6)
    assert other.best.name == one.best.name


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.ones((9, 1)), np.arange(9.0), "There are 9 rows; at least 10 are needed"),
        (np.ones((12, 0)), np.arange(12.0), "no column that varies"),
        (np.ones((12, 1)), np.full(12, 3.5), "The outcome is 3.5 in every row"),
    ],
)
def test_too_little_data_is_said(x, y, words):
    with pytest.raises(NotEnoughDataError, match=words):
        signal(x, y)


def test_found_is_false_where_limits_are_undefined():
    rng, x = table(12)
    found = signal(x, rng.normal(size=12), draws=12)
    nothing = Permutation(0.001, 0.5, (), False)
    undefined = tuple(
        module.Learned(one.name, module.Interval(0.9, np.nan, np.nan, 12, 0.95, ""))
        for one in found.learned
    )
    assert not Signal(12, 12, 4, 5, 4, -0.1, undefined, nothing).found
