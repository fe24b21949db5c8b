from __future__ import annotations

import json

import numpy as np
import pytest

from core.cardiosense.model import models
from core.cardiosense.overview import global_view
from core.cardiosense.schema import DIAGNOSTIC


def test_strengths_are_the_mean_contributions_with_interval_and_n(cleveland):
    view = global_view()
    assert view.n == 303
    for model, parts in (
        (models().champion_13, view.champion),
        (models().challenger_13, view.challenger),
    ):
        sizes = np.abs(model.contributions(cleveland.matrix(model.features))).mean(axis=0)
        expected = dict(zip(model.features, sizes, strict=True))
        assert {part.feature for part in parts} == set(DIAGNOSTIC.names)
        for part in parts:
            assert part.strength.estimate == pytest.approx(expected[part.feature], abs=1e-12)
            assert part.strength.low <= part.strength.estimate <= part.strength.high
            assert (part.strength.n, part.strength.level) == (303, 0.95)
        estimates = [part.strength.estimate for part in parts]
        assert estimates == sorted(estimates, reverse=True)


def test_the_view_names_its_models_and_is_json():
    view = global_view()
    assert view.champion_model == models().champion_13.tag
    assert view.challenger_model == models().challenger_13.tag
    json.dumps(view.to_dict(), allow_nan=False)
