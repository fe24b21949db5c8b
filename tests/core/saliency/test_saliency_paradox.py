"""The paradox as cells and as an argument, on designed networks and maps."""

from __future__ import annotations

import json

import numpy as np
import pytest
from causes import additive, film

from core.errors import NotEnoughDataError
from core.saliency.ground_truth.argument import argue, called
from core.saliency.ground_truth.paradox import (
    FIGURES,
    Observation,
    Quadrant,
    judged,
    paradox,
    rate,
)
from core.saliency.ground_truth.shares import shares
from core.saliency.schema import Value


def observations(index, networks=3, films=20, method="m"):
    rng = np.random.default_rng(0)
    for network in range(networks):
        for seed in range(films):
            figures = {key: Value(float("nan"), "none") for key in FIGURES}
            figures["paradox-index"] = Value(index + 0.05 * rng.normal())
            yield Observation("cnn", "confounded", network, seed, method, figures)


@pytest.mark.parametrize(
    ("index", "quadrant"),
    [(0.3, Quadrant.HOLLOW), (-0.3, Quadrant.UGLY), (0.0, Quadrant.NEITHER)],
)
def test_cells_off_the_diagonal(index, quadrant):
    found = paradox(observations(index))
    (cell,) = found.cells
    assert cell.quadrant is quadrant
    assert cell.network_seeds == (0, 1, 2)
    assert cell.films == 20
    assert cell.figures["paradox-index"].n == 60
    assert cell.figures["paradox-index"].low < index < cell.figures["paradox-index"].high
    assert cell.undefined["plausibility"] == 60
    assert np.isnan(cell.figures["plausibility"].estimate)
    assert len(found.hollow) == (quadrant is Quadrant.HOLLOW)
    assert len(found.ugly) == (quadrant is Quadrant.UGLY)
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_a_rate_without_exceptions_is_not_certain():
    found = rate(np.zeros(30), np.zeros(30, dtype=np.int64))
    assert found.estimate == 0
    assert found.high > 0.1
    assert rate(np.arange(30) % 2.0, np.zeros(30, dtype=np.int64)).method.startswith("percentile")
    assert np.isnan(rate(np.full(3, np.nan), np.zeros(3, dtype=np.int64)).estimate)


def test_two_networks_show_nothing():
    (cell,) = paradox(observations(0.3, networks=2)).cells
    assert cell.quadrant is Quadrant.NEITHER


def test_one_network_on_the_diagonal_is_enough_to_stay_there():
    rows = [*observations(0.3)]
    mixed = [
        one if one.network_seed else Observation(
            "cnn", "confounded", 0, one.scene_seed, "m",
            {**one.figures, "paradox-index": Value(0.1 * (-1) ** one.scene_seed)},
        )
        for one in rows
    ]  # fmt: skip
    (cell,) = paradox(mixed).cells
    assert cell.quadrant is Quadrant.NEITHER


def test_example_is_the_film_furthest_off():
    figures = {key: Value(0.0) for key in FIGURES}
    rows = [
        Observation("cnn", "decoy", n, s, "m", {**figures, "paradox-index": Value(s / 10 + n)})
        for n in range(3)
        for s in range(4)
    ]
    assert paradox(rows).cells[0].example == 3


def test_cells_are_sorted_and_apart():
    rows = [*observations(0.1, method="b"), *observations(0.2, method="a")]
    assert [cell.method for cell in paradox(rows).cells] == ["a", "b"]


def test_judged_gives_every_figure():
    one = film()
    known = shares(additive(one, 0.2, 4.0), one, 0)
    found = judged(one.lesion.astype(float), one, known, cell=8)
    assert set(found) == set(FIGURES)
    assert found["plausibility"].value == 1
    assert found["false-reassurance"].value == 1
    # The lesion is smaller than the top 5 %, so some of the rest is drawn and may hit.
    assert 0.5 < found["miss"].value < 1
    assert found["paradox-index"].value > 0.4
    assert not found["false-alarm"].defined


@pytest.fixture(scope="module")
def films():
    return [film(seed) for seed in range(24)]


class Letter:
    """A network that reads, on any film, only what covers the places of the lead letters."""

    def __init__(self, films):
        one = additive(films[0], 0.0, 1.0)
        self.place = np.any([f.shortcut for f in films], axis=0)
        self.__dict__.update(key="letter", title="Letter", grey=(0.0, 1.0), labels=one.labels)

    def logits(self, images):
        white = np.asarray(images, np.float64)[:, self.place]
        bright = np.quantile(white, 0.98, axis=1)
        return np.stack([40 * (bright - 0.7), np.zeros(len(white))], axis=1)


def test_the_argument_has_five_steps(films):
    network = Letter(films)
    kept = called(network, films, 0)
    heats = [one.lesion.astype(float) for one in kept]
    found = argue(network, "plausible-oracle", kept, heats, 0, asked=len(films))
    steps = {step.key: step for step in found.steps}
    assert list(steps) == ["shortcut-decides", "looks-right", "swap", "approved", "rejected"]
    assert steps["shortcut-decides"].figures["share of the shortcut"].estimate > 0.9
    assert steps["looks-right"].holds
    assert steps["swap"].figures["class changes without the lesion"].estimate == 0
    assert steps["rejected"].holds
    assert found.films == len(kept)
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_a_map_of_the_cause_is_not_rejected(films):
    network = Letter(films)
    kept = called(network, films, 0)
    found = argue(network, "oracle", kept, [one.shortcut.astype(float) for one in kept], 0)
    steps = {step.key: step for step in found.steps}
    assert not steps["rejected"].holds
    assert not steps["looks-right"].holds
    assert not found.holds


def test_few_films_are_refused(films):
    with pytest.raises(NotEnoughDataError, match="3 films are given the class; 20 are needed"):
        argue(Letter(films), "m", films[:3], [films[0].lesion * 1.0] * 3, 0)
