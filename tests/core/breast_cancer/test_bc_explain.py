"""Exact contributions add up, and the explanation is tested against both models."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit

from core.breast_cancer.data import wdbc
from core.breast_cancer.explain import explain
from core.breast_cancer.model import models
from core.breast_cancer.presets import case_presets
from core.breast_cancer.schema import FEATURES, measure_of
from core.errors import InputError
from core.explain.attribution import probability_shares

PRESETS = {preset.slug: preset.values for preset in case_presets()}


def record(row):
    return dict(zip(FEATURES.names, np.asarray(row).tolist(), strict=True))


@pytest.fixture(scope="module")
def sampled():
    return {slug: explain(PRESETS[slug]) for slug in ("case-364", "case-490")}


def test_contributions_add_up_for_every_case():
    X = wdbc().X
    model, forest = models().champion, models().forest
    shares, votes = model.contributions(X), forest.contributions(X)
    np.testing.assert_allclose(model.base + shares.sum(axis=1), model.log_odds(X), atol=1e-9)
    np.testing.assert_allclose(forest.base + votes.sum(axis=1), forest.raw(X), atol=1e-5)


@pytest.mark.parametrize("slug", PRESETS)
def test_the_measurements_sum_their_columns_and_reach_the_estimate(slug):
    found = explain(PRESETS[slug], lime=False)
    for part in found.measures:
        own = [c for c in found.contributions if measure_of(c.feature).name == part.measure]
        assert len(own) == 3
        assert part.log_odds == pytest.approx(sum(c.log_odds for c in own))
        assert part.forest == pytest.approx(sum(c.forest for c in own))
    assert sum(m.probability for m in found.measures) == pytest.approx(
        found.p - found.p_base, abs=2e-6
    )
    strengths = [abs(m.log_odds) for m in found.measures]
    assert strengths == sorted(strengths, reverse=True)
    assert found.check.additivity <= 1e-9
    assert found.check.deletion <= 1e-9
    assert found.check.forest_additivity <= 1e-5
    assert (found.lime, found.methods, found.check.replacement) == (None, None, None)


def test_a_contribution_is_the_shapley_value_of_a_linear_model():
    """Brute force over the coalitions of three columns, the others at the case's values."""
    model, row = models().champion, wdbc().X[10]
    players, mean = [0, 6, 20], models().champion.mean

    def worth(coalition) -> float:
        moved = row.copy()
        for j in players:
            if j not in coalition:
                moved[j] = mean[j]
        return float(model.log_odds(moved[None])[0])

    weights = {0: 1 / 3, 1: 1 / 6, 2: 1 / 3}
    for j in players:
        rest = [k for k in players if k != j]
        value = 0.0
        for coalition in ([], [rest[0]], [rest[1]], rest):
            value += weights[len(coalition)] * (worth([*coalition, j]) - worth(coalition))
        assert model.contributions(row[None])[0, j] == pytest.approx(value, abs=1e-9)


def test_shares_in_probability_are_those_of_the_kernel():
    found = explain(PRESETS["case-490"], lime=False)
    log_odds = np.array([m.log_odds for m in found.measures])
    expected = probability_shares(models().champion.base, log_odds)
    np.testing.assert_allclose([m.probability for m in found.measures], expected, atol=1e-12)
    assert found.p_base == pytest.approx(expit(models().champion.base))


def test_replacing_the_named_columns_first_moves_the_model_most():
    beaten = []
    for row in wdbc().X[wdbc().held][::6]:
        beaten.append(explain(record(row), seeds=2).check.replacement.beaten)
    assert np.mean(beaten) >= 0.9


def test_lime_agrees_where_its_local_model_fits(sampled):
    for found in sampled.values():
        assert found.lime.seeds == 5
        assert len(found.lime.weights) == 30
        assert found.lime.r2 > 0.6
        assert found.methods.verdict in {"agree", "agree in part"}
        json.dumps(found.to_dict(), allow_nan=False)


def test_lime_says_where_its_local_model_does_not_fit():
    """At a probability close to 1 nothing varies, and a straight line explains little of it."""
    found = explain(PRESETS["case-46"])
    assert found.lime.r2 < 0.5
    assert any("rough" in text for text in found.lime.warnings)


def test_an_incomplete_case_is_refused():
    with pytest.raises(InputError, match="worst_area"):
        explain({**PRESETS["case-46"], "worst_area": None})
