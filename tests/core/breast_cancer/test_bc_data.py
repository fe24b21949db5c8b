"""The table keeps its contract, and the held-out cases stay out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from core.breast_cancer import data, explorer
from core.breast_cancer.schema import FEATURES, measure_of
from core.errors import ArtifactError, InputError, NotEnoughDataError


def test_malignant_is_one_and_the_values_are_the_source_s():
    cohort, stored = data.wdbc(), load_breast_cancer()
    assert (cohort.n, cohort.y.sum()) == (data.ROWS, data.MALIGNANT)
    malignant = list(stored.target_names).index("malignant")
    np.testing.assert_array_equal(cohort.y == 1, stored.target == malignant)
    np.testing.assert_array_equal(cohort.X, stored.data)
    spaced = [name.replace(" ", "_") for name in stored.feature_names]
    assert list(FEATURES.names) == spaced


def test_a_tenth_of_either_class_is_held_out():
    cohort = data.wdbc()
    assert cohort.held.sum() == 57
    assert cohort.y[cohort.held].sum() == 21
    assert (cohort.train ^ cohort.held).all()


def test_the_form_starts_from_the_medians_of_the_source():
    medians = np.median(data.wdbc().X, axis=0)
    typical = np.array([spec.default for spec in FEATURES])
    np.testing.assert_allclose(typical, medians, rtol=5e-3)


def test_no_case_occurs_twice():
    assert len(np.unique(data.wdbc().X, axis=0)) == data.ROWS


def test_an_altered_table_is_refused(monkeypatch):
    monkeypatch.setattr(data, "SHA256", "0" * 64)
    data.wdbc.cache_clear()
    with pytest.raises(ArtifactError, match="not the one"):
        data.wdbc()
    monkeypatch.undo()
    data.wdbc.cache_clear()
    assert data.wdbc().n == data.ROWS


def test_every_value_of_the_source_is_accepted_by_its_field():
    for spec, column in zip(FEATURES, data.wdbc().X.T, strict=True):
        for value in (column.min(), column.max()):
            number, problems = spec.check(float(value))
            assert (number, problems) == (value, ())


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, 1e9, "12", True, None])
def test_what_is_no_measurement_is_refused(value):
    number, problems = FEATURES["mean_radius"].check(value)
    assert math.isnan(number)
    assert [p.severity for p in problems] == ["error"]


def test_zero_is_legal_only_where_the_source_has_it():
    zeros = {n for n, c in zip(FEATURES.names, data.wdbc().X.T, strict=True) if (c == 0).any()}
    assert zeros == {n for n in FEATURES.names if not math.isnan(FEATURES[n].check(0.0)[0])}


def test_every_field_belongs_to_a_measure():
    assert measure_of("worst_concave_points").name == "concave_points"
    assert {measure_of(name).name for name in FEATURES.names} == {
        name.removeprefix("mean_") for name in FEATURES.names[:10]
    }
    with pytest.raises(KeyError):
        measure_of("radius")


def test_a_selection_keeps_both_ends_of_its_range():
    frame = explorer.table()
    low, high = frame["mean_radius"].min(), frame["mean_radius"].max()
    assert len(explorer.select(frame, ["benign", "malignant"], {"mean_radius": (low, high)})) == 569
    benign = explorer.select(frame, ["benign"], {"mean_radius": (10.0, 12.0)})
    assert set(benign["diagnosis"]) == {"benign"}
    assert benign["mean_radius"].between(10, 12).all()
    with pytest.raises(InputError, match="radius_mean"):
        explorer.select(frame, ["benign"], {"radius_mean": (0, 1)})


def test_correlations_agree_with_pandas_on_a_positive_column_pair():
    frame = explorer.table()
    labels, found = explorer.correlations(frame)
    expected = np.log(frame[["mean_radius", "mean_area"]]).corr().iloc[0, 1]
    at = [labels.index("Mean radius"), labels.index("Mean area")]
    assert found[at[0], at[1]] == pytest.approx(expected, abs=1e-12)
    with pytest.raises(NotEnoughDataError):
        explorer.correlations(frame.head(2))


def test_the_summary_has_a_row_a_field():
    summary = explorer.describe(explorer.table())
    assert list(summary["Field"]) == [spec.label for spec in FEATURES]
    assert (summary["count"] == 569).all()
