from __future__ import annotations

import json

import numpy as np
import pytest

from core.cardiosense import data, evaluate, nested
from core.cardiosense.card_text import card_text
from core.cardiosense.external import EXTERNAL, external_site, updated_brier
from core.cardiosense.measures import conformal_figures
from core.cardiosense.model import CARD_TEXT, OUT_OF_FOLD, models, rival
from core.cardiosense.nested import OutOfFold
from core.cardiosense.routed import has_late_tests, route, scorable
from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import score_frame
from core.stats.binary import brier
from core.stats.performance import METRICS, difference, performance

CARD = models().card
CHAMPION = CARD["champions"]["13"]


@pytest.fixture(scope="module")
def oof():
    return nested.read(models().artifact.path(OUT_OF_FOLD))


def figure(name, metric, key="estimate"):
    return CARD["nested"]["models"][name]["metrics"][metric][key]


# What the card claims, and the limits within which it may claim it


def test_champion_meets_the_release_floor_and_is_not_too_good_to_be_true():
    assert 0.905 <= figure(CHAMPION, "auc") <= 0.93
    assert figure(CHAMPION, "auc", "low") >= 0.88
    assert figure(CHAMPION, "accuracy") >= 0.845
    assert figure(CHAMPION, "brier") <= 0.1165
    assert 0.95 <= figure(CHAMPION, "slope") <= 1.05
    assert abs(figure(CHAMPION, "intercept")) <= 0.05
    found = CARD["nested"]["models"][CHAMPION]
    assert found["ece"] <= found["ece_null"]
    assert found["spiegelhalter_p"] > 0.05
    assert CARD["nested"]["repeats"] == 20


def test_acting_on_the_champion_beats_treating_all_or_none():
    for point in CARD["nested"]["models"][CHAMPION]["net_benefit"]:
        assert point["model"] >= max(point["treat_all"], 0)


def test_prediction_sets_cover_each_class():
    conformal = CARD["nested"]["models"][CHAMPION]["conformal"]
    for name in ("coverage", "coverage_disease", "coverage_no_disease"):
        assert conformal[name]["estimate"] == pytest.approx(0.9, abs=0.02)
    assert conformal["accuracy_on_singletons"]["estimate"] >= 0.88


def test_shuffled_labels_teach_nothing():
    assert CARD["permuted_labels"]["auc_mean"] == pytest.approx(0.5, abs=0.05)


def test_external_sites():
    sites = {site["site"]: site for site in CARD["external"]}
    assert set(sites) == set(EXTERNAL)
    assert sites["hungary"]["metrics"]["auc"]["estimate"] >= 0.87
    assert sites["va"]["metrics"]["auc"]["estimate"] >= 0.73
    scored, total = (sum(s[key] for s in sites.values()) for key in ("n_scorable", "n_patients"))
    assert total == 617
    assert scored / total >= 0.99
    assert [site["site"] for site in CARD["leave_one_site_out"]] == list(data.SITE_ROWS)


def test_every_metric_has_its_sample_size_and_interval():
    places = [*CARD["nested"]["models"].values(), *CARD["external"], CARD["framingham"]]
    for place in [*places, *CARD["leave_one_site_out"]]:
        for name in METRICS:
            found = place["metrics"][name]
            assert found["low"] <= found["estimate"] <= found["high"], name
            assert found["n"] > 0
            assert found["level"] == 0.95


# The card's figures, computed again


def test_nested_figures_follow_from_the_stored_predictions(oof, cleveland):
    for name, found in oof.items():
        assert found.p.shape == (20, 303)
        again = performance(cleveland.y, found.p, n_boot=20)
        stored = CARD["nested"]["models"][name]
        for metric in METRICS:
            expected = stored["metrics"][metric]["estimate"]
            assert again.metrics[metric].estimate == pytest.approx(expected, abs=1e-9)
        assert again.ece_null == pytest.approx(stored["ece_null"], abs=1e-9)
        sets = conformal_figures(cleveland.y, cleveland.values["sex"].to_numpy(), found, 20)
        for key, interval in stored["conformal"].items():
            assert sets[key]["estimate"] == pytest.approx(interval["estimate"], abs=1e-9)


def test_an_interval_follows_from_the_stored_predictions(oof, cleveland):
    stored = CARD["nested"]["champion_minus_rival"]["13"]
    assert (stored["champion"], stored["rival"]) == (CHAMPION, rival(CHAMPION))
    again = difference(cleveland.y, oof[CHAMPION].p, oof[rival(CHAMPION)].p, "brier")
    assert again.to_dict() == pytest.approx(stored["brier"])


def test_champion_is_the_better_by_nested_brier_score(oof, cleveland):
    for width in ("13", "10"):
        champion = evaluate.choose_champion(oof, width)
        assert champion == CARD["champions"][width]
        scores = {n: np.mean([brier(cleveland.y, p) for p in oof[n].p]) for n in oof}
        assert scores[champion] <= scores[rival(champion)]


def test_one_nested_repeat_gives_the_stored_predictions(oof, cleveland):
    found = nested.run(cleveland, repeats=1, families=("logistic",), plain=False)
    for width in ("13", "10"):
        name = f"logistic-{width}"
        assert np.allclose(found[name].p[0], oof[name].p[0], atol=2e-5)
        assert np.array_equal(found[name].disease[0], oof[name].disease[0])
        one, many = performance(cleveland.y, found[name].p, 200), figure(name, "auc")
        assert one.metrics["auc"].low < many < one.metrics["auc"].high


def test_external_figures_are_reproduced():
    loaded = models()
    for stored in CARD["external"]:
        again = external_site(stored["site"], loaded.champion_13, loaded.champion_10)
        again = json.loads(json.dumps(again))
        assert again["updated_brier"] == pytest.approx(stored["updated_brier"], abs=1e-9)
        for metric in METRICS:
            expected = stored["metrics"][metric]["estimate"]
            assert again["metrics"][metric]["estimate"] == pytest.approx(expected, abs=1e-9)


def test_importance_is_reproduced_and_sums_to_the_contributions():
    model = models().champion_10
    again = evaluate.importance(model)
    assert [row["feature"] for row in again] == list(model.features)
    for row, stored in zip(again, CARD["importance"][model.name], strict=True):
        assert row == pytest.approx(stored, abs=1e-9)


def test_card_text_is_that_of_the_card():
    text = models().artifact.path(CARD_TEXT).read_text(encoding="utf-8")
    assert text == card_text(CARD)
    assert "not a medical device" in text
    assert evaluate.COMMAND in text
    assert "## Limits" in text


# Parts


def test_evaluation_uses_the_production_route(cleveland):
    loaded = models()
    for name in data.SITE_ROWS:
        cohort = data.site(name)
        values = cohort.matrix(DIAGNOSTIC.names)
        scored = score_frame(cohort.values)
        accepted = scorable(values)
        assert np.array_equal(accepted, (scored["decision"] != "refused").to_numpy())
        p = route(values[accepted], loaded.champion_13, loaded.champion_10)
        assert np.allclose(p, scored["p_disease"].to_numpy()[accepted], atol=1e-6)
    assert int((~has_late_tests(cleveland.matrix(DIAGNOSTIC.names))).sum()) == 6


def test_out_of_fold_file_round_trips(tmp_path):
    rng = np.random.default_rng(0)
    p = np.round(rng.random((2, 7)), nested.DECIMALS)
    one = OutOfFold(p, rng.random((2, 7)) > 0.5, rng.random((2, 7)) > 0.5)
    nested.save({"a": one, "b": one}, tmp_path / "oof.csv")
    for found in nested.read(tmp_path / "oof.csv").values():
        assert np.array_equal(found.p, one.p)
        assert np.array_equal(found.healthy, one.healthy)
        assert np.array_equal(found.disease, one.disease)


def test_intercept_update_repairs_a_shifted_model():
    rng = np.random.default_rng(1)
    risk = rng.random(400)
    y = (rng.random(400) < risk).astype(np.int64)
    shifted = 1 / (1 + (1 - risk) / risk * np.exp(2.5))
    found = updated_brier(y, shifted)
    assert found["estimate"] < brier(y, shifted)
    assert found["estimate"] == pytest.approx(brier(y, risk), abs=0.01)
    assert (found["n_local"], found["n_measured"], found["draws"]) == (50, 350, 200)


def test_difference_of_a_model_with_itself_is_zero(cleveland, oof):
    found = difference(cleveland.y, oof[CHAMPION].p[:2], oof[CHAMPION].p[:2], "auc", 20)
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


def test_every_patient_is_predicted_in_every_repeat(oof):
    for found in oof.values():
        assert np.isfinite(found.p).all()
        assert ((found.p > 0) & (found.p < 1)).all()
