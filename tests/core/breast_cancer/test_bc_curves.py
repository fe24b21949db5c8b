"""Curves along one column: the others follow, and impossible cases are marked."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.breast_cancer.curves import moved_cases, sensitivity_curve
from core.breast_cancer.data import wdbc
from core.breast_cancer.model import models
from core.breast_cancer.presets import case_presets
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import score_case
from core.errors import InputError

PRESETS = {preset.slug: preset.values for preset in case_presets()}


@pytest.mark.parametrize("others", ["dragged", "held"])
@pytest.mark.parametrize("feature", FEATURES.names[::4])
def test_a_curve_passes_through_the_case(feature, others):
    case = PRESETS["case-364"]
    found, score = sensitivity_curve(case, feature, others), score_case(case)
    at = found.grid.index(case[feature])
    assert found.p[at] == pytest.approx(score.p, abs=2e-6)
    assert found.forest_p[at] == pytest.approx(score.forest_p, abs=2e-6)
    assert found.ood_p[at] == pytest.approx(score.ood_p, abs=2e-6)
    assert list(found.grid) == sorted(found.grid)
    assert all(a <= b <= c for a, b, c in zip(found.low, found.p, found.high, strict=True))
    json.dumps(found.to_dict(), allow_nan=False)


def test_held_columns_stay_and_dragged_ones_follow_their_regression():
    reference, row = models().reference, wdbc().X[3]
    grid = np.array([row[0] * 1.1])
    held = moved_cases(reference, row, 0, grid, "held")[0]
    np.testing.assert_array_equal(held[1:], row[1:])
    dragged = moved_cases(reference, row, 0, grid, "dragged")[0]
    logs = np.log(wdbc().X[wdbc().train] + reference.offset)
    for j in (2, 3, 22):
        slope = np.cov(logs[:, 0], logs[:, j])[0, 1] / logs[:, 0].var(ddof=1)
        moved = np.log(dragged[j] + reference.offset[j]) - np.log(row[j] + reference.offset[j])
        assert moved == pytest.approx(slope * np.log(1.1), rel=0.01)


def test_dragged_cases_stay_possible_and_held_ones_do_not():
    off = {others: [] for others in ("dragged", "held")}
    for slug in ("case-347", "case-46", "case-364"):
        for feature in FEATURES.names:
            for others, shares in off.items():
                shares.append(np.mean(sensitivity_curve(PRESETS[slug], feature, others).off))
    assert np.mean(off["dragged"]) <= 0.1
    assert np.mean(off["held"]) >= 0.5


def test_an_unknown_column_is_refused():
    with pytest.raises(InputError, match="radius_mean"):
        sensitivity_curve(PRESETS["case-46"], "radius_mean")
