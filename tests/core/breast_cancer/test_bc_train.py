from __future__ import annotations

import datetime
import functools

import numpy as np
import pytest

from core import artifacts
from core.breast_cancer import data, evaluate, nested, original, train, tuning
from core.breast_cancer.model import (
    CARD,
    EVALUATION_FILES,
    load_models,
    load_trained,
    models,
)
from core.errors import ArtifactError

DAY = datetime.date(2026, 1, 2)


@pytest.fixture
def light(monkeypatch):
    """Cut every repetition down; the steps stay the same."""
    monkeypatch.setattr(tuning, "TREES", 40)
    monkeypatch.setattr(tuning, "SEARCH_REPEATS", 1)
    monkeypatch.setattr(train, "REFITS", 3)
    monkeypatch.setattr(original, "luck", functools.partial(original.luck, splits=2))
    smaller = {"permuted_labels": {"n": 2}, "nested_figures": {"n_boot": 20},
               "guarantee": {"resplits": 4}}  # fmt: skip
    for name, settings in smaller.items():
        verb = functools.partial(getattr(evaluate, name), **settings)
        monkeypatch.setattr(evaluate, name, verb)


def test_training_twice_gives_the_same_bytes(tmp_path, light):
    first, second = (
        train.train(tmp_path / run / "breast_cancer" / "1", created=DAY) for run in "ab"
    )
    assert first.manifest == second.manifest


@pytest.mark.slow
def test_train_then_evaluate_gives_a_folder_of_the_stored_kind(tmp_path, light):
    folder = tmp_path / "breast_cancer" / "1"
    folder.mkdir(parents=True)
    (folder / CARD).write_text("a card of other models")
    trained = train.train(folder, created=DAY)
    assert not set(EVALUATION_FILES) & set(trained.manifest["files"])
    with pytest.raises(ArtifactError, match="trained but not evaluated"):
        load_models(trained)
    assert len(load_trained(trained).champion.refit_intercepts) == 3

    found = evaluate.evaluate(folder, created=DAY, repeats=1)
    assert set(found.manifest["files"]) == set(models().artifact.manifest["files"])
    assert found.manifest.keys() == models().artifact.manifest.keys()
    assert found.manifest["created"] == "2026-01-02"
    loaded = load_models(found)
    assert loaded.card.keys() == models().card.keys()
    assert loaded.card["nested"]["repeats"] == 1


def test_held_out_cases_change_nothing_that_is_shipped(tmp_path, light, monkeypatch):
    cohort = data.wdbc()
    X = cohort.X.copy()
    X[cohort.held] *= 7
    spoilt = data.Cohort(X, np.where(cohort.held, 1 - cohort.y, cohort.y), cohort.held)
    before = train.train(tmp_path / "a" / "breast_cancer" / "1", created=DAY)
    monkeypatch.setattr(data, "wdbc", lambda: spoilt)
    after = train.train(tmp_path / "b" / "breast_cancer" / "1", created=DAY)
    assert before.manifest["files"] == after.manifest["files"]


def test_stored_champion_is_what_the_procedure_gives():
    cohort, loaded = data.wdbc(), models()
    X, y = cohort.X[cohort.train], cohort.y[cohort.train]
    tuned = tuning.tune("logistic", X, y, train.SEED)
    stored = loaded.artifact.json("logistic.json")["search"]
    assert stored["choice"] == tuned.choice
    assert np.allclose(loaded.champion.log_odds(cohort.X), tuned.log_odds(cohort.X), atol=1e-6)
    p = 1 / (1 + np.exp(-loaded.reference_log_odds))
    assert np.allclose(p, tuned.oof[0], atol=1e-9)
    assert loaded.champion.refit_coefficients.shape == (train.REFITS, 30)
    assert loaded.reference.n == cohort.train.sum() == 512


def test_bootstrap_refits_surround_the_model():
    cohort, champion = data.wdbc(), models().champion
    low, high = np.quantile(champion.refits(cohort.X[cohort.held]), (0.05, 0.95), axis=0)
    inside = (champion.log_odds(cohort.X[cohort.held]) >= low - 1) & (
        champion.log_odds(cohort.X[cohort.held]) <= high + 1
    )
    assert inside.mean() > 0.8


def test_suite_artifact_is_sealed():
    manifest = artifacts.load("breast_cancer").manifest
    assert manifest["intended_use"] == train.INTENDED_USE
    assert (manifest["data"], manifest["seed"]) == (data.SHA256, train.SEED)
    assert manifest["wdbc"] == {"n": 569, "malignant": 212, "trained_on": 512, "held_out": 57}
    assert nested.REPEATS == 20
