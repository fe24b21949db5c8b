"""Shares of the causes: designed networks, the axioms, the gate, counterfactual deletion."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from causes import additive, film
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, NotEnoughDataError
from core.saliency.ground_truth import REGIMES
from core.saliency.ground_truth import shares as sh
from core.saliency.ground_truth.counterfactual import against_causes, causal_oracle
from core.saliency.metrics.causal import causal_share_error, excess_share
from core.saliency.metrics.order import random_maps


@pytest.mark.parametrize(("lesion", "shortcut"), [(3.0, 1.0), (0.5, 4.5), (2.0, 0.0), (0.0, 1.0)])
def test_an_additive_network_has_its_designed_shares(lesion, shortcut):
    one = film()
    found = sh.shares(additive(one, lesion, shortcut), one, 0)
    assert found.values == pytest.approx((lesion, shortcut), abs=1e-6)
    assert found.lesion == pytest.approx(lesion / (lesion + shortcut), abs=1e-6)
    assert found.shortcut == pytest.approx(shortcut / (lesion + shortcut), abs=1e-6)
    assert found.interaction == pytest.approx(0, abs=1e-6)


def test_a_cause_against_the_class_has_no_share():
    one = film()
    found = sh.shares(additive(one, 2.0, -1.0), one, 0)
    assert found.shares == pytest.approx((1, 0), abs=1e-6)
    nothing = sh.shares(additive(one, -2.0, -1.0), one, 0)
    assert all(math.isnan(share) for share in nothing.shares)
    assert nothing.to_dict()["shares"] == [None, None]


def test_a_cause_that_is_absent_does_nothing():
    one = film()
    bare = film(carries=False)
    found = sh.shares(additive(one, 2.0, 1.0), bare, 0)
    assert found.values[1] == 0


def test_many_films_are_asked_at_once():
    one = film()
    network = additive(one, 2.0, 1.0)
    found = sh.shares_of(network, (one, film(6)), 0)
    assert network.shown == [8]
    assert found[0].values == pytest.approx(sh.shares(network, one, 0).values)


def by_permutations(worth, k):
    found = np.zeros(k)
    for order in itertools.permutations(range(k)):
        inside = 0
        for player in order:
            found[player] += worth[inside | 1 << player] - worth[inside]
            inside |= 1 << player
    return found / math.factorial(k)


@given(st.integers(1, 5), st.integers(0, 2**31))
def test_values_equal_the_mean_over_permutations(k, seed):
    worth = np.random.default_rng(seed).normal(size=2**k)
    found = sh.shapley(worth)
    assert found == pytest.approx(by_permutations(worth, k))
    assert found.sum() == pytest.approx(worth[-1] - worth[0])


def test_interaction_is_the_mixed_difference():
    found = sh.divided(np.array([1.0, 3.0, 4.0, 11.0]), sh.PLAYERS, 0)
    assert found.interaction == 11 - 3 - 4 + 1
    assert found.values == (4.5, 5.5)


@pytest.mark.parametrize("size", [1, 3, 2048])
def test_number_of_coalitions(size):
    with pytest.raises(InputError, match=f"worth: {size} coalitions"):
        sh.shapley(np.zeros(size))


def given_shares(shortcut, n=30):
    rows = [sh.divided(np.array([0, 1 - shortcut, shortcut, 1.0]), sh.PLAYERS, 0)] * n
    return rows


def test_gate():
    obeys = sh.gate(REGIMES["shortcut"], given_shares(0.95))
    assert obeys.obeys
    assert obeys.designed == "shortcut"
    assert obeys.sentence.startswith("The network obeys its design: the shortcut's share is 0.950")
    fails = sh.gate(REGIMES["decoy"], given_shares(0.3))
    assert not fails.obeys
    assert "does not obey" in fails.sentence
    open_ = sh.gate(REGIMES["confounded"], given_shares(0.3))
    assert open_.obeys
    assert open_.designed == ""
    assert open_.sentence.startswith("Its regime leaves open what decides. Lesion's share: 0.700")
    assert sh.designed_cause(REGIMES["sham"]) == ""
    assert sh.designed_cause(REGIMES["clean"]) == "lesion"
    with pytest.raises(NotEnoughDataError, match="1 of 1 films have shares"):
        sh.gate(REGIMES["decoy"], given_shares(0.3, 1))


@pytest.mark.parametrize(("lesion", "shortcut"), [(3.0, 1.0), (1.0, 3.0), (4.0, 0.0)])
def test_the_causal_oracle_tells_the_shares(lesion, shortcut):
    one = film()
    found = sh.shares(additive(one, lesion, shortcut), one, 0)
    heat = causal_oracle(one, found)
    assert heat.sum() == pytest.approx(lesion + shortcut, abs=1e-6)
    told = excess_share(heat, one.lesion, one.shortcut)
    assert told.value == pytest.approx(found.lesion, abs=0.02)
    error = causal_share_error(heat, one.lesion, one.shortcut, found.lesion)
    assert error.value < 0.02


def test_counterfactual_deletion_places_oracle_and_random():
    one = film()
    network = additive(one, 1.0, 5.0, bias=-3.0)
    known = sh.shares(network, one, 0)
    noise = {f"random map {i}": m for i, m in enumerate(random_maps((96, 96), 30, 99))}
    heats = {"oracle": causal_oracle(one, known), "lesion": one.lesion * 1.0, **noise}
    found, scale = against_causes(network, one, known, heats)
    assert scale.aopc(found["oracle"]).value == pytest.approx(1)
    assert scale.abpc(found["oracle"]).value == pytest.approx(1)
    chance = [scale.abpc(found[key]).value for key in noise]
    assert np.mean(chance) == pytest.approx(0, abs=0.35)
    assert scale.abpc(found["lesion"]).value < 0.5


def test_a_constant_map_and_an_indifferent_network_have_no_place():
    one = film()
    network = additive(one, 1.0, 5.0, bias=-3.0)
    known = sh.shares(network, one, 0)
    found, scale = against_causes(network, one, known, {"flat": np.ones((96, 96))})
    assert not scale.abpc(found["flat"]).defined
    idle = additive(one, 1e-4, 1e-4)
    found, scale = against_causes(idle, one, sh.shares(idle, one, 0), {"map": one.lesion * 1.0})
    assert scale.aopc(found["map"]).reason.startswith("The causes change the answer hardly more")
