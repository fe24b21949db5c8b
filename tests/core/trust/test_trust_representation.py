from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.trust.predictions import Context, Predictions
from core.trust.representation import representation_findings, representation_panel


def with_embedding(y, embedding, k=2, features=None):
    y = np.asarray(y, dtype=np.int64)
    context = Context(embedding=np.asarray(embedding, dtype=float), features=features)
    return Predictions(y, None, y, tuple("abcdefghij"[:k]), None, context)


def rings(n=400):
    rng = np.random.default_rng(0)
    y, angle = np.arange(n) % 2, rng.uniform(0, 2 * np.pi, n)
    radius = 1 + 2 * y + rng.normal(0, 0.1, n)
    return with_embedding(y, np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


def informative(n=300, d=8, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    x = rng.normal(size=(n, d))
    x[:, 0] += 2 * y
    features = pd.DataFrame({"first": x[:, 0], "text": "x", "gap": np.r_[np.nan, x[1:, 0]]})
    return with_embedding(y, x, features=features)


def test_a_representation_that_tells_classes_apart():
    panel = representation_panel(informative())
    assert panel.probe.estimate > 0.75
    assert panel.probe_chance == pytest.approx(0.5, abs=0.05)
    assert panel.probe_gain.low > 0.15
    assert panel.purity_gain.low > 0
    assert panel.probe_auc.low > 0.8
    assert 1 < panel.effective_rank <= 8
    assert panel.distances.between > panel.distances.within
    assert [one.name for one in panel.alignments] == ["classes", "numeric features"]
    assert panel.plane.shape == (300, 2)
    found = representation_findings(panel)[0]
    assert found.id == "representation.probe"
    assert found.p_met == 1 / 200
    assert found.p_broken is None


def test_neighbours_see_what_silhouette_and_a_straight_line_miss():
    panel = representation_panel(rings())
    assert panel.purity_gain.estimate == pytest.approx(0.5, abs=0.01)
    assert panel.distances.silhouette < 0.3
    assert panel.probe.estimate < 0.7


def test_noise_is_rarely_taken_for_signal_and_never_fails():
    shown = []
    for seed in range(80):
        noise = np.random.default_rng(seed).normal(size=(120, 4))
        panel = representation_panel(with_embedding(np.arange(120) % 3, noise, 3), seed=seed)
        found = representation_findings(panel)[0]
        assert found.p_broken is None
        shown.append(found.p_met <= 0.05)
    assert np.mean(shown) <= 0.12


def test_what_cannot_be_compared():
    x = np.random.default_rng(2).normal(size=(40, 3))
    cases = {
        "Fewer than two classes": with_embedding(np.zeros(40), x),
        "the same for every row": with_embedding(np.arange(40) % 2, np.ones((40, 3))),
        "have 5 rows": with_embedding(np.arange(40) < 4, x),
    }
    for reason, given in cases.items():
        panel = representation_panel(given)
        found = representation_findings(panel)[0]
        assert reason in found.reason
        assert found.p_met is None
        assert math.isnan(found.measured.estimate)
        json.dumps(panel.to_dict(), allow_nan=False)
    tiny = representation_panel(with_embedding([0, 1], x[:2]))
    assert tiny.reason
    with pytest.raises(InputError, match="embedding is missing"):
        representation_panel(Predictions(np.array([0]), None, np.array([0]), ("a", "b"), None))


def test_rare_classes_are_left_out_by_name():
    rng = np.random.default_rng(3)
    y = np.r_[np.zeros(30), np.full(2, 1), np.full(30, 2)].astype(int)
    panel = representation_panel(with_embedding(y, rng.normal(size=(62, 3)) + y[:, None], 4))
    assert panel.classes == ("a", "c")
    assert panel.left_out == ("b",)
    assert panel.n_used == 60
    assert set(panel.plane_class) == {0, 1}
    assert not math.isnan(panel.probe_auc.estimate)


@pytest.mark.parametrize("d", [1, 2, 90])
def test_strict_json_the_same_for_any_order_of_rows(d):
    given = informative(60, d)
    order = np.random.default_rng(4).permutation(60)
    context = Context(
        embedding=given.context.embedding[order], features=given.context.features.iloc[order]
    )
    shuffled = dataclasses.replace(
        given, y=given.y[order], called=given.called[order], context=context
    )
    panels = [representation_panel(one, seed=2).to_dict() for one in (given, shuffled)]
    first, second = (json.dumps(one, allow_nan=False) for one in panels)
    assert first == second


def test_many_rows_are_subsampled():
    panel = representation_panel(informative(6_000, 4))
    assert panel.n == 6_000
    assert panel.n_used == 5_000
    assert panel.distances.n == 2_000
    assert len(panel.plane) == 2_000
