"""The nearest training cases are the nearest, and rare cases are told from broken ones."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.breast_cancer.data import wdbc
from core.breast_cancer.integrity import FLAG_LEVEL
from core.breast_cancer.model import models
from core.breast_cancer.neighbours import NEAREST, case_mix
from core.breast_cancer.presets import case_presets
from core.breast_cancer.schema import FEATURES
from core.errors import InputError

PRESETS = {preset.slug: preset.values for preset in case_presets()}


def record(row):
    return dict(zip(FEATURES.names, np.asarray(row).tolist(), strict=True))


def points(X):
    reference = models().reference
    return (np.log(X + reference.offset) - reference.mean) / reference.scale


@pytest.mark.parametrize("slug", PRESETS)
def test_the_neighbours_are_those_of_scikit_learn(slug):
    cohort = wdbc()
    found = case_mix(PRESETS[slug])
    search = NearestNeighbors(n_neighbors=NEAREST).fit(points(cohort.X[cohort.train]))
    row = np.array([[PRESETS[slug][name] for name in FEATURES.names]])
    distances, rows = search.kneighbors(points(row))
    cases = np.nonzero(cohort.train)[0][rows[0]] + 1
    assert [n.case for n in found.neighbours] == cases.tolist()
    np.testing.assert_allclose([n.distance for n in found.neighbours], distances[0])
    assert found.malignant == cohort.y[cases - 1].sum()
    assert found.distance == pytest.approx(distances[0].mean())
    json.dumps(found.to_dict(), allow_nan=False)


def test_no_held_out_case_is_a_neighbour():
    cohort = wdbc()
    for row in cohort.X[cohort.held][::5]:
        assert not any(cohort.held[n.case - 1] for n in case_mix(record(row)).neighbours)


def test_held_out_cases_are_mostly_represented():
    cohort = wdbc()
    rare = [case_mix(record(row)).flagged for row in cohort.X[cohort.held]]
    assert np.mean(rare) <= 0.15  # 57 cases at 5 %: the 99 % quantile


def test_a_case_far_from_all_is_not_represented_though_its_values_fit_together():
    """Every length three times as large, every area nine times: a consistent, impossible case."""
    case = dict(PRESETS["case-46"])
    for name in case:
        power = {"radius": 1, "perimeter": 1, "area": 2}
        for stem, exponent in power.items():
            if stem in name.split("_"):
                case[name] *= 3.0**exponent
    found = case_mix(case)
    assert found.flagged
    assert found.p <= FLAG_LEVEL
    sizes = ("radius", "perimeter", "area")
    assert all(any(s in name for s in sizes) for name, _ in found.neighbours[0].differences)


def test_an_incomplete_case_is_refused():
    with pytest.raises(InputError, match="mean_radius"):
        case_mix({**PRESETS["case-46"], "mean_radius": None})
