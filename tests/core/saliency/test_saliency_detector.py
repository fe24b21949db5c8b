"""Whether maps give reliance away, over made-up networks whose reliance is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from causes import film

from core.errors import NotEnoughDataError
from core.saliency.ground_truth import Kind
from core.saliency.ground_truth.detector import (
    SPLITS,
    STATISTICS,
    Suspect,
    candidate_places,
    clue_values,
    detection,
    on_candidates,
)


def suspects(kind, signal, n=30, seed=0):
    rng = np.random.default_rng(seed)
    for i in range(n):
        share = 0.9 if i % 3 == 0 else 0.1
        figures = {
            method: {name: signal * strength * (share > 0.5) + rng.normal() for name in STATISTICS}
            for method, strength in (("weak", 0.1), ("strong", 1.0))
        }
        yield Suspect(f"cnn-{kind}{i}", kind, share, 20, figures)


def test_a_clear_signal_is_found_without_looking():
    rows = [*suspects("marker", 20.0), *suspects("global", 0.0)]
    found = detection(rows, local=True)
    assert found.networks == 30
    assert found.reliant == 10
    assert found.kinds == ("marker",)
    assert found.blind.estimate > 0.95
    assert found.reaches_goal
    assert found.clues[0].area.estimate == 1
    assert found.clues[0].area.low < 0.99  # no error among thirty is not certainty
    assert found.clues[0].method == "strong"
    assert found.right.estimate > 0.9
    assert sum(found.chosen.values()) == 2 * SPLITS
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_no_signal_is_not_made_up_by_choosing():
    areas = [
        detection([*suspects("global", 0.0, seed=seed)], local=False).blind.estimate
        for seed in range(6)
    ]
    assert np.mean(areas) < 0.6
    found = detection([*suspects("global", 0.0)], local=False)
    assert not found.reaches_goal
    # The best of all clues in hindsight looks better than it is.
    assert found.clues[0].area.estimate > found.blind.estimate


def test_clues_that_some_networks_lack_are_counted():
    rows = [*suspects("marker", 20.0)]
    rows[0].figures["strong"]["candidates"] = float("nan")
    found = detection(rows, local=True)
    lost = {(clue.method, clue.statistic): clue.lost for clue in found.clues}
    assert lost["strong", "candidates"] == 1
    assert "strong candidates" not in found.chosen


def test_one_kind_of_network_is_not_enough():
    rows = [one for one in suspects("marker", 1.0) if not one.reliant]
    with pytest.raises(NotEnoughDataError, match="0 of 20 networks rely on the shortcut"):
        detection(rows, local=True)


def test_places_cover_most_letters():
    places = candidate_places(96)
    assert set(places) == {str(kind) for kind in Kind if kind.local}
    assert 0.01 < places["marker"].mean() < 0.05
    covered = [places["marker"][film(seed).shortcut].mean() for seed in range(100, 110)]
    assert np.mean(covered) > 0.8


def test_clue_values_of_a_map_on_the_letter_and_on_the_lesion():
    one = film()
    letter = clue_values(one.shortcut.astype(float), one.lungs)
    lesion = clue_values(one.lesion.astype(float), one.lungs)
    assert letter["outside-lungs"].value > 0.9
    assert letter["peak-outside"].value == pytest.approx(letter["outside-lungs"].value)
    assert lesion["outside-lungs"].value < 0.2
    assert all(
        letter[name].value > lesion[name].value for name in ("outside-lungs", "peak-outside")
    )
    assert set(letter) == set(STATISTICS)
    blank = clue_values(np.zeros((96, 96)), one.lungs)
    assert not any(value.defined for value in blank.values())


def test_overlap_beyond_chance():
    place = np.zeros((20, 20), dtype=bool)
    place[:4] = True
    heat = np.zeros((20, 20))
    heat[0] = 1
    assert on_candidates(heat, {"one": place, "other": ~place}).value == pytest.approx(1)
    assert on_candidates(heat[::-1], {"one": place}).value == pytest.approx(-0.25)
