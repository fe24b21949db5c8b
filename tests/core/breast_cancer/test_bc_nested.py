from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from core.breast_cancer import data, nested, tuning
from core.breast_cancer.nested import OutOfFold
from core.stats.platt import Calibration
from core.stats.resample import assign_folds

ILL = data.wdbc().y == 1


@pytest.fixture
def seen(monkeypatch):
    """Record the rows of the table that every fit is given."""
    rows = []
    known = {row.tobytes(): i for i, row in enumerate(data.wdbc().X)}

    def fit(family, X, y, choice, seed):
        rows.append([known[row.tobytes()] for row in X])
        return inner(family, X, y, choice, seed)

    inner = tuning.fit
    monkeypatch.setattr(tuning, "fit", fit)
    return rows


def test_no_case_of_the_table_occurs_twice():
    X = data.wdbc().X
    assert len({row.tobytes() for row in X}) == len(X)


def test_a_predicted_case_was_seen_by_no_fit_of_its_outer_fold(seen, monkeypatch):
    cohort = data.wdbc()
    outer = []

    def tune(family, X, y, seed):
        start = len(seen)
        tuned = inner(family, X, y, seed)
        outer.append(np.unique(np.concatenate(seen[start:])))
        return tuned

    inner = tuning.tune
    monkeypatch.setattr(nested, "tune", tune)
    nested.run(cohort.X, cohort.y, repeats=1, families=("logistic",))
    folds = assign_folds(cohort.y, nested.OUTER_FOLDS, 0)
    assert len(outer) == nested.OUTER_FOLDS
    for number, rows in enumerate(outer):
        assert np.array_equal(rows, np.nonzero(folds != number)[0])


def test_an_inner_score_comes_from_a_fit_without_the_case(seen):
    cohort = data.wdbc()
    folds = assign_folds(cohort.y, 5, 3)
    tuning.out_of_fold("logistic", cohort.X, cohort.y, {"penalty": 1.0}, [folds])
    for number, rows in enumerate(seen):
        assert np.array_equal(np.sort(rows), np.nonzero(folds != number)[0])


def test_one_nested_repeat_gives_the_stored_predictions():
    cohort = data.wdbc()
    found = nested.run(cohort.X, cohort.y, repeats=1, families=("logistic",))["logistic"]
    stored = nested.stored()["logistic"]
    assert np.allclose(found.p[0], stored.p[0], atol=2e-5)
    for name in ("benign", "malignant", "called"):
        assert np.mean(getattr(found, name)[0] == getattr(stored, name)[0]) > 0.995


def test_every_case_is_predicted_in_every_repeat_and_never_with_certainty():
    assert set(nested.stored()) == set(tuning.FAMILIES)
    for found in nested.stored().values():
        assert found.p.shape == (nested.REPEATS, 569)
        assert ((found.p > 0) & (found.p < 1)).all()


def test_file_round_trips(tmp_path):
    rng = np.random.default_rng(0)
    flags = rng.random((3, 2, 7)) > 0.5
    one = OutOfFold(np.round(rng.random((2, 7)), nested.DECIMALS), *flags)
    nested.save({"a": one, "b": one}, tmp_path / "oof.csv")
    for found in nested.read(tmp_path / "oof.csv").values():
        for field in dataclasses.fields(OutOfFold):
            assert np.array_equal(getattr(found, field.name), getattr(one, field.name))


# Tuning


def test_logistic_fit_is_that_of_scikit_learn():
    cohort = data.wdbc()
    z = StandardScaler().fit_transform(cohort.X)
    theirs = LogisticRegression(C=0.5, tol=1e-10, max_iter=5000).fit(z, cohort.y)
    ours = tuning.fit("logistic", cohort.X, cohort.y, {"penalty": 2.0}, 0)
    assert np.allclose(ours.log_odds(cohort.X), theirs.decision_function(z), atol=1e-4)


def test_calibration_is_taken_only_where_it_helps_on_other_folds():
    needless = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        score = rng.normal(0, 3, 1000)
        y = (rng.random(1000) < expit(score)).astype(np.int64)
        folds = [assign_folds(y, 5, 0)]
        needless.append(tuning.calibration_helps(score[None], y, folds))
        assert tuning.calibration_helps(3 * score[None], y, folds)
        assert tuning.calibration_helps(score[None] + 1, y, folds)
    assert np.mean(needless) < 0.5


@pytest.mark.parametrize("family", ["logistic", "svm"])
def test_tuned_choice_has_the_lowest_loss_and_its_scores_are_calibrated(family):
    cohort = data.wdbc()
    tuned = tuning.tune(family, cohort.X, cohort.y, 7)
    best = min(trial["loss"] for trial in tuned.trials)
    chosen = next(t for t in tuned.trials if tuned.choice.items() <= t.items())
    assert chosen["loss"] == best
    assert tuned.oof.shape == (tuning.FRESH_REPEATS[family], cohort.n)
    assert tuned.oof.mean() == pytest.approx(cohort.y.mean(), abs=0.01)
    p = expit(tuned.log_odds(cohort.X))
    assert p[ILL].mean() > 0.9 > 0.1 > p[~ILL].mean()


def test_refit_keeps_the_choices():
    cohort = data.wdbc()
    rows = np.random.default_rng(0).integers(0, cohort.n, cohort.n)
    folds = [assign_folds(cohort.y, 5, 0)[rows]]
    tuned = tuning.tune("logistic", cohort.X, cohort.y, 7)
    plain = dataclasses.replace(tuned, calibration=tuning.NO_CALIBRATION)
    scaled = dataclasses.replace(tuned, calibration=Calibration(0.1, 0.9))
    for start, calibrated in ((plain, False), (scaled, True)):
        again = tuning.refit(start, cohort.X[rows], cohort.y[rows], folds)
        assert again.choice == tuned.choice
        assert (again.calibration != tuning.NO_CALIBRATION) == calibrated
        assert not np.allclose(again.fitted.coefficients, tuned.fitted.coefficients)
