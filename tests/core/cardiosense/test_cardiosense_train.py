from __future__ import annotations

import datetime
import functools

import pytest

from core import artifacts
from core.cardiosense import evaluate, framingham, original, train, tuning
from core.cardiosense.model import CARD, CARD_TEXT, OUT_OF_FOLD, load_models, models
from core.errors import ArtifactError

DAY = datetime.date(2026, 1, 2)


@pytest.fixture
def light(monkeypatch):
    """Cut every repetition down; the steps stay the same."""
    monkeypatch.setattr(tuning, "TRIALS", 2)
    monkeypatch.setattr(train, "REFITS", {"logistic": 3, "xgboost": 2})
    monkeypatch.setattr(framingham, "REPEATS", 1)
    monkeypatch.setattr(framingham, "N_BOOT", 20)
    monkeypatch.setattr(original, "luck", functools.partial(original.luck, splits=2))
    for name, settings in (("permuted_labels", {"n": 2}), ("nested_figures", {"n_boot": 20})):
        verb = functools.partial(getattr(evaluate, name), **settings)
        monkeypatch.setattr(evaluate, name, verb)


@pytest.mark.slow
def test_train_then_evaluate_gives_a_folder_of_the_stored_kind(tmp_path, light):
    folder = tmp_path / "cardiosense" / "1"
    folder.mkdir(parents=True)
    (folder / CARD).write_text("a card of other models")
    trained = train.train(folder, created=DAY)
    assert CARD not in trained.manifest["files"]
    with pytest.raises(ArtifactError, match="trained but not evaluated"):
        load_models(trained)

    found = evaluate.evaluate(folder, created=DAY, repeats=1)
    assert set(found.manifest["files"]) == set(models().artifact.manifest["files"])
    assert {CARD, CARD_TEXT, OUT_OF_FOLD} <= set(found.manifest["files"])
    assert found.manifest["created"] == "2026-01-02"
    assert found.manifest.keys() == models().artifact.manifest.keys()
    loaded = load_models(found)
    assert len(loaded.framingham.refit_intercepts) == 3
    assert loaded.card["nested"]["repeats"] == 1
    assert loaded.card.keys() == models().card.keys()


def test_suite_artifact_is_sealed():
    found = artifacts.load("cardiosense")
    assert found.manifest["intended_use"] == train.INTENDED_USE
    assert found.manifest["seed"] == train.SEED
