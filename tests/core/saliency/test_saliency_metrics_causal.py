"""Maps against causes whose share is known: designed cases and invariants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.saliency.metrics import causal
from core.saliency.metrics.localisation import area_under_roc
from core.saliency.metrics.order import random_maps

SIZE = 48
LESION, SHORTCUT = np.zeros((SIZE, SIZE), dtype=bool), np.zeros((SIZE, SIZE), dtype=bool)
LESION[20:32, 10:24] = True
SHORTCUT[2:5, 3:6] = True
BOTH = LESION, SHORTCUT


def oracle(share):
    return share * LESION / LESION.sum() + (1 - share) * SHORTCUT / SHORTCUT.sum()


@given(st.floats(0, 1))
def test_the_map_of_the_causes_tells_their_shares(share):
    assert causal.excess_share(oracle(share), *BOTH).value == pytest.approx(share, abs=1e-9)
    error = causal.causal_share_error(oracle(share), *BOTH, share)
    assert error.value == pytest.approx(0, abs=1e-9)


def test_random_maps_mostly_tell_nothing():
    marker = np.zeros((96, 96), dtype=bool)
    marker[4:10, 4:11] = True
    lesion = np.zeros((96, 96), dtype=bool)
    lesion[40:70, 15:40] = True
    white = np.abs(np.random.default_rng(0).normal(size=(100, 96, 96)))
    told = [causal.excess_share(heat, lesion, marker).defined for heat in white]
    assert np.mean(told) < 0.3
    smooth = random_maps((96, 96), 100, 0)
    found = np.array([causal.excess_share(heat, lesion, marker, 8).value for heat in smooth])
    assert np.nanmean(found) == pytest.approx(0.5, abs=0.25)  # the size of a region buys nothing


def test_the_plain_share_would_favour_the_larger_region():
    flat = np.ones((SIZE, SIZE))
    assert causal.excess_share(flat, *BOTH).reason.startswith("Neither lesion nor shortcut draws")


def test_overlapping_regions_share_their_pixels():
    heat = np.zeros((SIZE, SIZE))
    heat[20:32, 10:24] = 1
    assert causal.excess_share(heat, LESION, LESION).value == pytest.approx(0.5)


def test_equal_causes_are_both_foreground():
    heat = (LESION | SHORTCUT).astype(float)
    assert causal.causal_localisation(heat, *BOTH, 0.5).value == pytest.approx(1)


@given(st.integers(0, 2**31))
def test_one_cause_gives_its_own_auroc(seed):
    heat = np.random.default_rng(seed).random((SIZE, SIZE))
    alone = causal.causal_localisation(heat, *BOTH, 1.0).value
    assert alone == pytest.approx(area_under_roc(heat, LESION).value)
    assert causal.causal_localisation(heat, *BOTH, 0.0).value == pytest.approx(
        area_under_roc(heat, SHORTCUT).value
    )
    assert causal.paradox_index(heat, *BOTH, 1.0).value == pytest.approx(0, abs=1e-12)


def test_paradox_has_two_signs():
    assert causal.paradox_index(LESION.astype(float), *BOTH, 0.0).value > 0.5
    assert causal.paradox_index(SHORTCUT.astype(float), *BOTH, 0.0).value < -0.5


@given(st.floats(0, 1), st.integers(0, 2**31))
def test_index_is_the_difference(share, seed):
    heat = np.random.default_rng(seed).normal(size=(SIZE, SIZE))
    looks = causal.plausibility(heat, LESION).value
    holds = causal.causal_localisation(heat, *BOTH, share).value
    assert 0 <= holds <= 1
    assert causal.paradox_index(heat, *BOTH, share).value == pytest.approx(looks - holds)


def test_reassurance_and_alarm_need_their_condition():
    on_lesion, on_shortcut = LESION.astype(float), SHORTCUT.astype(float)
    assert causal.false_reassurance(on_lesion, LESION, 0.1).value == 1
    assert causal.false_reassurance(on_shortcut, LESION, 0.1).value == 0
    assert not causal.false_reassurance(on_lesion, LESION, 0.2).defined
    assert causal.false_alarm(on_shortcut, SHORTCUT, 0.05).value == 1
    assert causal.false_alarm(on_lesion, SHORTCUT, 0.05).value == 0
    assert not causal.false_alarm(on_shortcut, SHORTCUT, 0.1).defined
    assert not causal.false_alarm(on_shortcut, SHORTCUT, float("nan")).defined


def test_miss():
    assert causal.miss(SHORTCUT.astype(float), SHORTCUT, 0.9).value == 0
    ramp = np.arange(SIZE * SIZE, dtype=float).reshape(SIZE, SIZE)
    assert causal.miss(ramp, SHORTCUT, 0.9).value == 1
    assert not causal.miss(ramp, SHORTCUT, 0.8).defined
    assert causal.miss(ramp, np.zeros_like(SHORTCUT), 0.9).reason == "The image has no shortcut."


def test_miss_averages_over_ties():
    heat, one = np.zeros((10, 10)), np.zeros((10, 10), dtype=bool)
    heat[0, 0], one[5, 5] = 1, True
    # Five of a hundred are the top: one is given, four are drawn from the 99 tied at zero.
    assert causal.miss(heat, one, 0.9).value == pytest.approx(1 - 4 / 99)


def test_reasons():
    empty = np.zeros_like(LESION)
    heat = np.random.default_rng(0).random((SIZE, SIZE))
    assert causal.excess_share(heat, LESION, empty).reason.startswith("The image has no shortcut")
    assert causal.excess_share(heat, empty, SHORTCUT).reason.startswith("The image has no lesion")
    assert causal.excess_share(-heat, *BOTH).reason.startswith("The map has no positive value")
    assert causal.excess_share(heat, LESION, ~LESION).reason.startswith("Lesion and shortcut cover")
    assert causal.causal_share_error(heat * LESION, *BOTH, float("nan")).reason == causal.UNSHARED
    assert causal.causal_localisation(heat, *BOTH, float("nan")).reason == causal.UNSHARED
    assert causal.causal_localisation(heat, LESION, ~LESION, 0.5).reason.startswith("The causes")
    assert not causal.causal_localisation(heat, LESION, empty, 0.5).defined
    assert causal.causal_localisation(heat, LESION, empty, 1.0).defined
    assert not causal.causal_localisation(heat * 0 + 1, *BOTH, 0.5).defined
    assert not causal.paradox_index(heat, empty, SHORTCUT, 0.5).defined


def test_sentences():
    heat = np.random.default_rng(0).random((SIZE, SIZE))
    with pytest.raises(InputError, match=r"share: 1\.5 is no share"):
        causal.false_reassurance(heat, LESION, 1.5)
    with pytest.raises(InputError, match=r"\(48, 48\) and the map's is \(12, 12\)"):
        causal.excess_share(heat[:12, :12], *BOTH)


def test_cards_name_every_figure():
    assert {card.key for card in causal.CARDS} == {
        "excess-share",
        "causal-share-error",
        "plausibility",
        "causal-localisation",
        "paradox-index",
        "false-reassurance",
        "false-alarm",
        "miss",
    }
