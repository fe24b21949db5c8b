"""From logits to a decision: temperature, threshold, prediction sets, and refusals."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.metrics import log_loss

from core.errors import ArtifactError, InputError, NotEnoughDataError
from core.respiratory.decision import Operating, decide, probabilities, read_operating
from core.respiratory.evaluate.fit import choose_threshold, fit_operating, fit_temperature
from core.respiratory.evaluate.table import COHEN
from core.respiratory.schema import LABELS, SINGLE, Label, Network
from tests.core.respiratory.simulated_films import simulated

POINT = Operating(
    temperature=2.0,
    threshold=0.3,
    score="LAC",
    level=0.9,
    quantiles=(0.6, 0.6, 0.6, 0.6),
    counts=(100, 100, 100, 33),
)
POINTS = dict.fromkeys(Network, POINT)
LOGITS = arrays(np.float64, (5, 4), elements=st.floats(-30, 30))


def logits_for(*probabilities: float) -> dict[Network, np.ndarray]:
    """Return logits that become these probabilities at temperature 2."""
    return dict.fromkeys(SINGLE, 2 * np.log(np.array(probabilities)))


def test_one_finding_is_decided():
    found = decide(Network.VIT, logits_for(0.7, 0.1, 0.1, 0.1), POINTS)
    assert found.set == (Label.COVID,)
    assert found.decision is Label.COVID
    assert found.covid_alert
    assert found.reason == ""
    assert found.threshold == 0.3
    assert list(found.probabilities) == list(LABELS)
    assert found.probabilities[Label.COVID] == pytest.approx(0.7)


def test_two_findings_that_fit_make_it_abstain():
    found = decide(Network.VIT, logits_for(0.45, 0.45, 0.05, 0.05), POINTS)
    assert found.set == (Label.COVID, Label.NORMAL)
    assert found.decision is None
    assert found.reason == "Cannot be told apart at 90 %: COVID-19, Normal."


def test_a_film_that_no_finding_fits_makes_it_abstain_and_is_not_normal():
    found = decide(Network.VIT, logits_for(0.25, 0.35, 0.2, 0.2), POINTS)
    assert found.set == ()
    assert found.decision is None
    assert "No finding fits the film as well as it fits 90 % of the films" in found.reason


def test_the_alert_starts_at_the_threshold():
    p = float(
        probabilities(
            Network.VIT,
            {k: v[None] for k, v in logits_for(0.3, 0.5, 0.1, 0.1).items()},
            POINTS,
        )[0, 0]
    )
    at = {Network.VIT: dataclasses.replace(POINT, threshold=p)}
    above = {Network.VIT: dataclasses.replace(POINT, threshold=math.nextafter(p, 1))}
    assert decide(Network.VIT, logits_for(0.3, 0.5, 0.1, 0.1), at).covid_alert
    assert not decide(Network.VIT, logits_for(0.3, 0.5, 0.1, 0.1), above).covid_alert


def test_the_ensemble_is_the_mean_of_calibrated_log_probabilities():
    rng = np.random.default_rng(0)
    logits = {one: rng.normal(0, 3, (6, 4)) for one in SINGLE}
    points = {
        one: dataclasses.replace(POINT, temperature=t)
        for one, t in zip(Network, (0.7, 1.5, 2.0, 0.9), strict=True)
    }
    mean = np.mean(
        [log_softmax(logits[one] / points[one].temperature, axis=1) for one in SINGLE], axis=0
    )
    expected = np.exp(mean / 0.7)
    expected /= expected.sum(axis=1, keepdims=True)
    assert probabilities(Network.ENSEMBLE, logits, points) == pytest.approx(expected, abs=1e-12)


@given(LOGITS, st.floats(0.2, 5))
def test_temperature_keeps_the_likeliest_finding(logits, temperature):
    points = {Network.CNN: dataclasses.replace(POINT, temperature=temperature)}
    found = probabilities(Network.CNN, {Network.CNN: logits}, points)
    assert found.sum(axis=1) == pytest.approx(1)
    top = np.take_along_axis(logits, found.argmax(axis=1)[:, None], axis=1)[:, 0]
    assert top == pytest.approx(logits.max(axis=1), abs=1e-9)


@given(LOGITS, st.floats(0, 1), st.floats(0, 1), st.sampled_from(["LAC", "APS"]))
def test_sets_grow_with_the_quantile(logits, one, other, score):
    proba = np.exp(log_softmax(logits, axis=1))
    small, large = (
        dataclasses.replace(POINT, score=score, quantiles=(q,) * 4) for q in sorted((one, other))
    )
    assert not (small.sets(proba) & ~large.sets(proba)).any()


def test_a_finding_with_too_few_films_is_never_excluded():
    point = dataclasses.replace(POINT, quantiles=(0.6, 0.6, 0.6, math.inf))
    found = decide(Network.VIT, logits_for(0.97, 0.01, 0.01, 0.01), {Network.VIT: point})
    assert found.set == (Label.COVID, Label.OPACITY)


@pytest.mark.parametrize(
    ("logits", "says"),
    [
        ({Network.VGG16: [0, 0, 0, 0]}, "those of vit are missing"),
        ({Network.VIT: [0, 0, 0]}, "the shape is (1, 3). Give four a film: COVID-19, Normal"),
        ({Network.VIT: [0, math.nan, 0, 0]}, "logits of vit: not every one is a finite number"),
        ({Network.VIT: [0, math.inf, 0, 0]}, "so that nothing is said of the film"),
    ],
)
def test_it_fails_closed(logits, says):
    with pytest.raises(InputError, match=says.replace("(", r"\(").replace(")", r"\)")):
        decide(Network.VIT, logits, POINTS)


def test_the_ensemble_needs_all_three():
    with pytest.raises(InputError, match="those of cnn are missing"):
        decide(Network.ENSEMBLE, {one: [0.0] * 4 for one in SINGLE[:2]}, POINTS)


def test_operating_points_survive_their_file():
    point = dataclasses.replace(POINT, quantiles=(0.1, 0.2, 0.3, math.inf))
    text = json.dumps({"networks": {"ensemble": point.to_dict()}}, allow_nan=False)
    assert read_operating(json.loads(text)) == {Network.ENSEMBLE: point}


@pytest.mark.parametrize(
    "change", [{"temperature": None}, {"score": "best"}, {"quantiles": {}}, {"counts": None}]
)
def test_a_file_without_a_figure_is_refused(change):
    stored = {**POINT.to_dict(), **change}
    if change == {"temperature": None}:
        del stored["temperature"]
    with pytest.raises(ArtifactError, match=r"operating\.json: .* is missing or unknown"):
        read_operating({"networks": {"vit": stored}})


def test_an_unknown_network_is_refused():
    with pytest.raises(ArtifactError, match="missing or unknown"):
        read_operating({"networks": {"resnet": POINT.to_dict()}})


def test_the_temperature_minimises_the_log_loss():
    films = simulated(3).part("val")
    scores = films.logits[Network.CNN]

    def loss(temperature: float) -> float:
        return log_loss(films.y, np.exp(log_softmax(scores / temperature, axis=1)))

    best = minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10})
    assert fit_temperature(scores, films.y) == pytest.approx(best.x, rel=1e-5)


@given(st.floats(0.3, 3))
def test_the_temperature_follows_the_scale_of_the_logits(factor):
    films = simulated(1).part("val")
    scores = films.logits[Network.VGG16]
    own = fit_temperature(scores, films.y)
    assert fit_temperature(factor * scores, films.y) == pytest.approx(factor * own, rel=1e-4)


def test_without_an_error_the_temperature_stays_one():
    y = np.arange(40) % 4
    assert fit_temperature(9 * np.eye(4)[y], y) == 1
    assert fit_temperature(np.zeros((40, 4)), y) == 1


def test_the_lowest_threshold_that_leaves_enough_others_alone_is_taken():
    # 100 positives from 0.5 upwards; others at 0.001 to 0.1: the 98th of 100 lies at 0.098.
    ill, rest = 0.5 + 0.004 * np.arange(100), 0.001 * np.arange(1, 101)
    p, positive = np.r_[ill, rest], np.arange(200) < 100
    found = choose_threshold(p, positive)
    assert found == math.nextafter(rest[97], 1)
    assert np.mean(p[positive] >= found) == 1
    assert np.mean(p[~positive] < found) == 0.98


def test_recall_comes_first_where_the_two_overlap():
    rng = np.random.default_rng(0)
    p = np.r_[rng.beta(3, 2, 100), rng.beta(2, 3, 200)]
    positive = np.arange(300) < 100
    found = choose_threshold(p, positive)
    assert found == np.sort(p[positive])[1]
    assert np.mean(p[positive] >= found) == 0.99


@given(
    arrays(np.float64, 60, elements=st.floats(0, 1)),
    st.integers(1, 59),
    st.floats(0.5, 1),
)
def test_the_threshold_always_keeps_the_recall(p, n, recall):
    positive = np.arange(60) < n
    assert np.mean(p[positive] >= choose_threshold(p, positive, recall)) >= recall - 1e-9


def test_sets_cover_exchangeable_films_within_every_finding():
    films = simulated(7)
    inside = films.where(films.source != "cohen-ieee8023")
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(30):
        order = rng.permutation(len(inside))
        mask = np.zeros(len(inside), dtype=bool)
        mask[order[: len(order) // 2]] = True
        # Temperature and quantiles share the half, as where they are shipped.
        half, rest = inside.where(mask), inside.where(~mask)
        point = fit_operating(half)[Network.CNN]
        kept = point.sets(probabilities(Network.CNN, rest.logits, {Network.CNN: point}))
        own = kept[np.arange(len(rest)), rest.y]
        covered.append([own[rest.y == place].mean() for place in range(4)])
    assert np.mean(covered, axis=0) == pytest.approx(np.full(4, 0.9), abs=0.035)


def test_every_network_and_the_ensemble_are_fitted():
    points = fit_operating(simulated(0).part("val"))
    assert set(points) == set(Network)
    for point in points.values():
        assert point.counts == (100, 100, 100, 33)
        assert point.level == 0.9
        assert 0 < point.threshold < 1
        assert point.temperature > 0
        assert point.score in {"LAC", "APS"}


def test_films_of_the_cohen_collection_without_covid_have_no_say_in_the_threshold():
    films = simulated(0).part("val")
    moved = films.source.astype("U20")
    moved[films.y == 1] = COHEN
    fewer = dataclasses.replace(films, source=moved)
    assert (fewer.counted_for_alert == (films.y != 1)).all()
    proba = probabilities(Network.CNN, films.logits, fit_operating(films))[:, 0]
    counted = fewer.counted_for_alert
    found = fit_operating(fewer)[Network.CNN].threshold
    assert found == choose_threshold(proba[counted], films.y[counted] == 0)


def test_a_finding_without_validation_films_cannot_be_fitted():
    films = simulated(0).part("val")
    with pytest.raises(NotEnoughDataError, match="No validation film has the label Lung Opacity"):
        fit_operating(films.where(films.y < 3))
