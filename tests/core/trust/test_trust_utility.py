from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from core.errors import InputError
from core.stats.binary import net_benefit
from core.trust.predictions import Predictions
from core.trust.utility import utility_findings, utility_panel


def binary(y, p, threshold=0.5):
    y, p = np.asarray(y, dtype=np.int64), np.asarray(p, dtype=float)
    called = (p >= threshold).astype(np.int64)
    return Predictions(y, np.column_stack([1 - p, p]), called, ("well", "ill"), threshold)


def drawn(n, seed=0, threshold=0.3):
    rng = np.random.default_rng(seed)
    p = rng.beta(0.6, 1.2, n)
    return binary(rng.random(n) < p, p, threshold)


def test_figures_at_the_threshold():
    given = drawn(400)
    panel = utility_panel(given)
    model = net_benefit(given.y, given.p, 0.3)
    everybody = net_benefit(given.y, np.ones(400), 0.3)
    assert panel.at.model[0] == pytest.approx(model, abs=1e-12)
    assert panel.gain.estimate == pytest.approx(model - max(everybody, 0), abs=1e-12)
    assert panel.gain.low < panel.gain.estimate < panel.gain.high
    assert panel.better_default == ("treat everybody" if everybody > 0 else "treat nobody")
    assert panel.alarms_per_100.estimate == pytest.approx(100 * given.called.mean())
    place = np.flatnonzero(np.isclose(panel.curve.thresholds, 0.3))[0]
    assert panel.curve.model[place] == pytest.approx(model, abs=1e-12)


def test_a_good_model_is_shown_useful_over_a_range():
    panel = utility_panel(drawn(4_000))
    found = utility_findings(panel)[0]
    assert found.id == "utility.net_benefit"
    assert found.p_met < 1e-6
    assert found.p_broken == 1.0
    assert any(low <= 0.3 <= high for low, high in panel.shown)
    # What holds for all thresholds at once holds for each alone.
    for low, high in panel.shown:
        assert any(a <= low and high <= b for a, b in panel.shown_pointwise)


def test_a_harmful_model_fails():
    rng = np.random.default_rng(0)
    y = rng.random(600) < 0.3
    harmful = binary(y, np.where(rng.random(600) < 0.5, 0.9, 0.1), 0.8)
    found = utility_findings(utility_panel(harmful))[0]
    assert found.p_broken < 1e-6
    assert found.p_met == 1.0


@pytest.mark.parametrize("p", [0.0, 1.0])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 1.0])
def test_a_model_that_is_a_default_fails_only_where_the_other_default_is_better(p, share):
    y = np.arange(200) < 200 * share
    panel = utility_panel(binary(y, np.full(200, p), 0.3))
    found = utility_findings(panel)[0]
    is_the_better = (p > 0.5) == (share > 0.3)
    assert found.p_broken == 1.0 if is_the_better else found.p_broken < 1e-6
    assert found.p_met > 0.05 or share in (0.0, 1.0)
    assert panel.gain.estimate <= 1e-12
    assert "what a default does" in found.reason
    json.dumps(panel.to_dict(), allow_nan=False)


def test_a_perfect_model_does_not_fail():
    for n, positives in ((1, 1), (1, 0), (3, 1), (171, 60), (50, 0), (50, 50)):
        y = np.arange(n) < positives
        found = utility_findings(utility_panel(binary(y, y.astype(float), 0.2)))[0]
        assert found.p_broken == 1.0
    y = np.arange(171) < 60
    assert utility_findings(utility_panel(binary(y, y.astype(float), 0.2)))[0].p_met < 1e-6


def test_without_a_threshold_or_probabilities():
    given = dataclasses.replace(drawn(100), threshold=None)
    panel = utility_panel(given)
    found = utility_findings(panel)[0]
    assert found.p_met is found.p_broken is None
    assert math.isnan(found.measured.estimate)
    assert panel.curve is not None
    calls = utility_panel(dataclasses.replace(given, proba=None))
    assert calls.curve is None
    assert calls.shown == ()
    assert calls.point == panel.point
    assert json.dumps(calls.to_dict(), allow_nan=False)
    for edge in (0.0, 1.0):
        assert utility_panel(dataclasses.replace(given, threshold=edge)).at is None


def test_several_classes_are_refused():
    y = np.array([0, 1, 2])
    with pytest.raises(InputError, match="have 3"):
        utility_panel(Predictions(y, np.eye(3), y, ("a", "b", "c"), None))


def test_the_order_of_rows_changes_nothing():
    given = drawn(300)
    order = np.random.default_rng(0).permutation(300)
    again = binary(given.y[order], given.p[order], 0.3)
    first, second = (json.dumps(utility_panel(one).to_dict()) for one in (given, again))
    assert first == second


def test_models_without_use_are_rarely_shown_useful_anywhere():
    rng = np.random.default_rng(5)
    useful, failed = 0, 0
    for _ in range(300):
        panel = utility_panel(binary(rng.random(150) < 0.3, rng.random(150), 0.3))
        useful += bool(panel.shown)
        failed += utility_findings(panel)[0].p_met <= 0.05
    assert useful / 300 <= 0.05
    assert failed / 300 <= 0.05
