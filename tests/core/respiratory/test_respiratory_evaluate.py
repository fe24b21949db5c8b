"""Figures of the card against hand-made tables and independent libraries."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, recall_score, roc_auc_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from core.errors import InputError
from core.respiratory.decision import COVID, probabilities
from core.respiratory.evaluate import measures, network_figures, protocols, table
from core.respiratory.evaluate.fit import fit_operating
from core.respiratory.evaluate.goals import Goal, goals
from core.respiratory.evaluate.table import read_films, read_seeds
from core.respiratory.schema import LABELS, SINGLE, Label, Network
from core.respiratory.training.collection import COHEN
from tests.core.respiratory.simulated_films import folder_of, simulated, written


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    monkeypatch.setattr(measures, "N_BOOT", 40)


@pytest.fixture(scope="module")
def films():
    return simulated(0)


@pytest.fixture(scope="module")
def points(films):
    return fit_operating(films.part("val"))


@pytest.fixture(scope="module")
def inside(films):
    return network_figures.in_source(films)


@pytest.fixture(scope="module")
def proba(inside, points):
    return probabilities(Network.CNN, inside.logits, points)


def test_performance_agrees_with_scikit_learn_and_statsmodels(inside, proba):
    found = measures.performance(inside, proba)
    called = proba.argmax(axis=1)
    accuracy = found["accuracy"]["films"]
    assert accuracy["estimate"] == accuracy_score(inside.y, called)
    low, high = proportion_confint((called == inside.y).sum(), len(inside), method="wilson")
    assert (accuracy["low"], accuracy["high"]) == pytest.approx((low, high))
    assert found["confusion"] == confusion_matrix(inside.y, called).tolist()
    recalls = recall_score(inside.y, called, average=None)
    assert [found["recall"][label]["estimate"] for label in LABELS] == pytest.approx(recalls)
    assert found["log_loss"]["estimate"] == pytest.approx(log_loss(inside.y, proba))
    area = roc_auc_score(inside.y == COVID, proba[:, COVID])
    assert found["covid_auc"]["films"]["estimate"] == pytest.approx(area)
    assert found["covid_auc"]["patients"]["estimate"] == pytest.approx(area)
    assert (found["n"], found["patients"]) == (852, len(set(inside.cluster)))


def test_a_finding_never_called_has_no_precision(inside, proba):
    never = proba.copy()
    never[:, 3] = 0
    found = measures.performance(inside, never)
    assert found["precision"]["Lung Opacity"]["estimate"] is None
    assert found["recall"]["Lung Opacity"]["estimate"] == 0


def test_three_findings_are_four_with_the_logit_removed(films, points):
    logits = films.logits[Network.VIT]
    temperature = points[Network.VIT].temperature
    shorter = np.exp(logits[:, :3] / temperature)
    shorter /= shorter.sum(axis=1, keepdims=True)
    kept, found = network_figures.three(films, probabilities(Network.VIT, films.logits, points))
    assert found == pytest.approx(shorter[films.y < 3])
    assert set(kept.y.tolist()) == {0, 1, 2}


def test_the_alert_is_counted_by_hand(inside, proba):
    found = measures.at_threshold(inside, proba[:, COVID], 0.2)
    ill, called = inside.y == COVID, proba[:, COVID] >= 0.2
    assert found["hits"] == (ill & called).sum()
    assert found["alarms"] == (~ill & called).sum()
    assert found["recall"]["films"]["n"] == 250
    assert found["specificity"]["films"]["estimate"] == pytest.approx(1 - called[~ill].mean())


def test_calibration_error_by_hand():
    proba = np.array([[0.95, 0.05], [0.95, 0.05], [0.35, 0.65], [0.35, 0.65]])
    # Bin 0.9-1: one right of two, gap 0.45; bin 0.6-0.7: both right, gap 0.35.
    found = measures.calibration_of(np.array([0, 1, 1, 1]), proba)
    assert found["ece"] == pytest.approx(0.5 * 0.45 + 0.5 * 0.35)
    assert found["n"] == 4


def test_every_source_and_finding_has_its_row(films, points):
    test = films.part("test")
    rows = measures.by_source(test, probabilities(Network.CNN, test.logits, points), 0.5)
    assert sum(row["n"] for row in rows) == len(test)
    assert {(row["source"], row["finding"]) for row in rows} == {
        (str(source), str(LABELS[place])) for source, place in zip(test.source, test.y, strict=True)
    }
    for row in rows:
        assert sum(row["calls"].values()) == row["n"]
        assert row["calls"][Label.COVID] == round(row["called_covid"]["estimate"] * row["n"])


def test_coverage_counts_the_true_finding(inside, proba, points):
    found = measures.sets(inside, proba, points[Network.CNN])
    kept = points[Network.CNN].sets(proba)
    assert found["coverage"]["films"]["estimate"] == kept[np.arange(852), inside.y].mean()
    assert found["size"] == kept.sum() / 852
    total = found["single"]["estimate"] + found["empty"]["estimate"]
    assert total + np.mean(kept.sum(axis=1) > 1) == pytest.approx(1)
    assert found["by_finding"]["Lung Opacity"]["validation_films"] == 33


def test_selective_accuracy_takes_the_most_confident(inside, proba):
    rows = measures.selective(inside, proba)["rows"]
    assert [row["coverage"] for row in rows] == [1, 0.9, 0.8, 0.7]
    assert [row["n"] for row in rows] == [852, 767, 682, 596]
    order = np.argsort(-proba.max(axis=1))[:682]
    right = (proba.argmax(axis=1) == inside.y)[order].mean()
    assert rows[2]["accuracy"]["estimate"] == pytest.approx(right)


def test_networks_are_compared_film_by_film(inside, points):
    one, other = (probabilities(n, inside.logits, points) for n in (Network.ENSEMBLE, Network.CNN))
    found = measures.compared(inside, one, other)
    first, second = (p.argmax(axis=1) == inside.y for p in (one, other))
    pairs = [
        [np.sum(first & second), np.sum(first & ~second)],
        [np.sum(~first & second), np.sum(~first & ~second)],
    ]
    assert found["mcnemar_p"] == pytest.approx(mcnemar(pairs, exact=True).pvalue)
    assert found["accuracy"]["estimate"] == pytest.approx(first.mean() - second.mean())
    same = measures.compared(inside, one, one)
    assert same["mcnemar_p"] == 1
    assert same["accuracy"]["estimate"] == 0


def test_in_source_and_cohen_share_no_film(films):
    inside, outside = network_figures.in_source(films), network_figures.cohen(films)
    assert table.COHEN == COHEN
    assert not set(inside.file) & set(outside.file)
    assert set(outside.source) == {COHEN}
    assert (len(inside), len(outside)) == (852, 101)


def test_without_cohen_films_nothing_is_said_of_them(films, points):
    inside = films.where(films.source != COHEN)
    found = network_figures.network_figures(inside, Network.CNN, points)
    assert found["cohen"] is None


def test_temperature_lowers_the_validation_log_loss(films, points):
    validation = films.part("val")
    for network in Network:
        raw = {n: dataclasses.replace(p, temperature=1.0) for n, p in points.items()}
        before, after = (
            log_loss(validation.y, probabilities(network, validation.logits, p))
            for p in (raw, points)
        )
        assert after <= before


def test_protocols_report_every_seed(tmp_path, points):
    folder = folder_of(tmp_path)
    found = protocols.protocol_figures(folder, points)
    assert set(found) == {"single", "multi"}
    over = found["multi"]["networks"][Network.VIT]["over_seeds"]["accuracy_four"]
    each = found["multi"]["networks"][Network.VIT]["by_seed"]
    values = [each[seed]["accuracy_four"] for seed in ("0", "1")]
    assert over == {
        "mean": pytest.approx(np.mean(values)),
        "lowest": min(values),
        "highest": max(values),
        "seeds": 2,
    }
    assert found["multi"]["operating"] == "each seed's own"
    assert "covid_recall" in each["0"]
    single = found["single"]["in_full"]["networks"][Network.VIT]
    assert (single["in_source"]["four"]["n"], single["cohen"]["four"]["n"]) == (852, 101)


def test_seeds_without_validation_films_use_the_shipped_operating_points(tmp_path, films, points):
    written(films.part("test"), tmp_path / "seeds.csv", seeds=2)
    found = protocols.protocol_figures(tmp_path, points)["multi"]
    assert found["operating"] == "that of the shipped networks"
    assert "covid_recall" not in found["networks"][Network.VIT]["over_seeds"]
    assert protocols.protocol_figures(tmp_path / "none", points) == {}


def test_seeds_without_cohen_films_have_no_figure_of_them(tmp_path, films, points):
    written(films.where(films.source != COHEN), tmp_path / "seeds.csv", seeds=1)
    found = protocols.protocol_figures(tmp_path, points)["multi"]["networks"][Network.VIT]
    assert "cohen_auc" not in found["over_seeds"]


def test_a_goal_is_judged_by_figure_and_seeds():
    goal = Goal("a", "b", 0.95, False, 0.96, 0.94, 0.98, 750)
    assert (goal.verdict, goal.shown) == ("reached", False)
    assert dataclasses.replace(goal, low=0.951).shown
    assert dataclasses.replace(goal, seeds=0.949).verdict == "missed"
    assert dataclasses.replace(goal, estimate=0.949).verdict == "missed"
    assert dataclasses.replace(goal, estimate=None).verdict == "not measured"
    error = Goal("e", "b", 0.03, True, 0.031, None, None, 852)
    assert (error.verdict, error.shown) == ("missed", False)
    assert dataclasses.replace(error, estimate=0.03).verdict == "reached"


def test_goals_without_runs_are_not_measured_instead_of_reached(films, points):
    found = {n: network_figures.network_figures(films, n, points) for n in Network}
    listed = {goal.key: goal for goal in goals(found, {})}
    assert listed["external_auc_ensemble"].verdict == "not measured"
    assert listed["size"].verdict == "not measured"
    assert listed["accuracy_cnn"].n == 750
    assert listed["covid_recall"].n == 250
    assert listed["selective"].n == 682


def test_a_table_is_read_as_it_was_written(films, tmp_path):
    found = read_films(written(films, tmp_path / "predictions.csv"))
    for name in ("file", "split", "source", "patient", "y"):
        assert (getattr(found, name) == getattr(films, name)).all()
    for network in SINGLE:
        assert (found.logits[network] == films.logits[network]).all()
    assert found.cluster[0] == "radiography-bimcv/p0"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("vit/Normal", "vit/normal", "lacks the column vit/Normal"),
        ("COVID-19,val", "Covid,val", "'Covid' is not a finding. Use one of COVID-19, Normal"),
        ("COHEN", "nan", "row 1: a logit of vgg16 is not a finite number"),
        ("COHEN", "much", "logits of vgg16: could not convert string to float"),
    ],
)
def test_a_bad_table_is_refused(films, tmp_path, old, new, says):
    path = written(films.where(np.arange(len(films)) < 3), tmp_path / "predictions.csv")
    text = path.read_text(encoding="utf-8")
    first = str(films.logits[Network.VGG16][0, 0])
    path.write_text(text.replace(first if old == "COHEN" else old, new), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_films(path)


def test_a_table_of_seeds_needs_seeds_and_films(films, tmp_path):
    few = films.where(np.arange(len(films)) < 3)
    with pytest.raises(InputError, match="has no column such as vgg16/0/COVID-19"):
        read_seeds(written(few, tmp_path / "plain.csv"))
    with pytest.raises(InputError, match="holds no film"):
        read_films(written(films.where(films.y > 9), tmp_path / "empty.csv"))
    assert list(read_seeds(written(few, tmp_path / "seeds.csv", seeds=3))) == [0, 1, 2]


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="Train the networks first"):
        read_films(tmp_path / "predictions.csv")
