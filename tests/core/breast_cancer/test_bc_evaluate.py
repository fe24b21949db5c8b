from __future__ import annotations

import json

import numpy as np
import pytest

from core.breast_cancer import data, evaluate, measures, nested
from core.breast_cancer.card_text import card_text
from core.breast_cancer.model import CARD_TEXT, OUT_OF_FOLD, load_trained, models
from core.breast_cancer.nested import OutOfFold
from core.breast_cancer.tuning import FAMILIES
from core.stats.performance import difference, performance

CARD = models().card
MODELS = CARD["nested"]["models"]
CHAMPION = MODELS["logistic"]
Y = data.wdbc().y


def figure(metric, key="estimate"):
    return CHAMPION["metrics"][metric][key]


# What the card claims, and the limits within which it may claim it


def test_champion_meets_the_release_floor_and_is_not_too_good_to_be_true():
    assert 0.977 <= figure("accuracy") <= 0.985
    assert figure("accuracy", "low") >= 0.963
    assert 0.993 <= figure("auc") <= 0.998
    assert figure("sensitivity_at_95") >= 0.975
    assert figure("sensitivity_at_98") >= 0.965
    assert figure("brier") <= 0.021
    assert figure("slope", "low") <= 1 <= figure("slope", "high")
    assert figure("intercept", "low") <= 0 <= figure("intercept", "high")
    assert CHAMPION["ece_equal_mass"] <= 0.01
    assert CHAMPION["ece"] <= CHAMPION["ece_null"]
    assert CHAMPION["spiegelhalter_p"] > 0.05
    assert (CARD["nested"]["repeats"], CARD["nested"]["folds"]) == (20, 5)


def test_prediction_sets_cover_either_class():
    for name in ("coverage_malignant", "coverage_benign"):
        assert 0.93 <= CHAMPION["conformal"][name]["estimate"] <= 0.97
    assert CHAMPION["conformal"]["singletons"]["estimate"] >= 0.95


def test_learnt_threshold_keeps_the_sensitivity():
    found = CARD["guarantee"]
    assert found["resplits"] == 100
    assert found["learnt"]["kept"]["estimate"] >= 0.9
    assert found["quantile"]["kept"]["estimate"] < 0.9
    rule = found["shipped"]
    assert (rule["target_sensitivity"], rule["confidence"]) == (0.97, 0.9)
    assert 0 < rule["threshold"] < 0.5


def test_shuffled_labels_teach_nothing():
    assert CARD["permuted_labels"]["permutations"] == 20
    assert CARD["permuted_labels"]["auc_mean"] == pytest.approx(0.5, abs=0.05)


def test_acting_on_the_champion_beats_treating_all_or_none():
    for point in CHAMPION["net_benefit"]:
        assert point["model"] >= max(point["treat_all"], 0)
    operating = CHAMPION["operating"]
    assert operating["net_benefit"]["estimate"] > 212 / 569 - 357 / 569 / operating["exchange"]


def test_every_figure_has_its_sample_size_and_interval():
    for model in MODELS.values():
        places = (model["metrics"], model["conformal"])
        for found in [interval for place in places for interval in place.values()]:
            assert found["low"] <= found["estimate"] <= found["high"]
            assert found["n"] > 0
            assert found["level"] == 0.95
    for model in CARD["held_out"].values():
        assert (model["n"], model["malignant"]) == (57, 21)
        assert model["accuracy"]["low"] < 0.95
        assert model["auc"]["low"] < 0.95


def test_stored_predictions_stay_small():
    assert models().artifact.path(OUT_OF_FOLD).stat().st_size < 1.5e6


# The card's figures, computed again


@pytest.mark.parametrize("family", FAMILIES)
def test_nested_figures_follow_from_the_stored_predictions(family):
    found, stored = nested.stored()[family], MODELS[family]
    again = performance(Y, found.p, 2, measures.METRICS).to_dict()
    for name in measures.METRICS:
        expected = stored["metrics"][name]["estimate"]
        assert again["metrics"][name]["estimate"] == pytest.approx(expected, abs=1e-9)
    for part in (measures.operating_figures, measures.conformal_figures):
        key = part.__name__.removesuffix("_figures")
        for name, interval in part(Y, found, 2).items():
            if name != "exchange":
                expected = stored[key][name]["estimate"]
                assert interval["estimate"] == pytest.approx(expected, abs=1e-9)


def test_an_interval_follows_from_the_stored_predictions():
    oof = nested.stored()
    stored = CARD["nested"]["champion_minus"]
    assert set(stored) == set(FAMILIES) - {"logistic"}
    again = difference(Y, oof["logistic"].p, oof["forest"].p, "brier")
    assert again.to_dict() == pytest.approx(stored["forest"]["brier"])


def test_held_out_and_guarantee_follow_from_the_stored_models():
    cohort, loaded = data.wdbc(), load_trained(models().artifact)
    again = measures.held_out(
        cohort, {"logistic": loaded.champion.log_odds(cohort.X)}, loaded.operating.threshold
    )
    stored = CARD["held_out"]["logistic"]
    for name in ("accuracy", "auc", "brier"):
        assert again["logistic"][name] == pytest.approx(stored[name], abs=1e-9)
    rule = evaluate.guarantee(loaded, nested.stored()["logistic"].p)
    assert json.loads(json.dumps(rule)) == CARD["guarantee"]


def test_card_text_is_that_of_the_card():
    text = models().artifact.path(CARD_TEXT).read_text(encoding="utf-8")
    assert text == card_text(CARD)
    assert "not a medical device" in text
    assert evaluate.COMMAND in text
    assert "## Limits" in text


# Parts


def test_operating_and_conformal_figures_by_hand():
    y = np.array([1, 1, 0, 0])
    called = np.array([[True, False, True, False], [True, True, False, False]])
    malignant = np.array([[True, False, True, False], [True, True, False, False]])
    benign = np.array([[False, False, True, True], [False, True, True, True]])
    found = OutOfFold(np.full((2, 4), 0.5), benign, malignant, called)
    operating = measures.operating_figures(y, found, 50)
    assert operating["sensitivity"]["estimate"] == 0.75
    assert operating["specificity"]["estimate"] == 0.75
    assert operating["net_benefit"]["estimate"] == pytest.approx((3 - 1 / 9) / 8)
    conformal = measures.conformal_figures(y, found, 50)
    assert conformal["coverage_malignant"]["estimate"] == 0.75
    assert conformal["coverage_benign"]["estimate"] == 1.0
    assert conformal["singletons"]["estimate"] == 5 / 8
    assert conformal["empty"]["estimate"] == 1 / 8
    assert conformal["accuracy_on_singletons"]["estimate"] == 1.0


def test_difference_of_a_model_with_itself_is_zero():
    p = nested.stored()["logistic"].p[:2]
    found = difference(Y, p, p, "sensitivity_at_95", 20, measures.METRICS)
    assert (found.estimate, found.low, found.high) == (0, 0, 0)
