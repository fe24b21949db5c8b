"""The rows of a stress test on the map: the same rows, moved as the fault moves them."""

from __future__ import annotations

import numpy as np
import pytest

from core.breast_cancer.data import wdbc
from core.breast_cancer.projection import projection
from core.breast_cancer.stress import stress
from core.breast_cancer.stress_map import stress_map
from core.errors import InputError


def test_all_real_rows_lie_where_the_table_has_them():
    found = stress_map("unit", 10.0, n=569)
    own = projection().project(wdbc().X)
    assert np.allclose(np.sort(found.measured[0]), np.sort(own[:, 0]))
    assert np.allclose(np.sort(found.measured[1]), np.sort(own[:, 1]))


def test_a_wrong_unit_moves_every_row_by_the_same_step():
    found = stress_map("unit", 10.0, n=100, columns=("worst_area",))
    fitted = projection()
    j = 23  # worst area; its column holds no zero, so the logarithm has no offset
    step = np.log(10.0) / fitted.scale[j] * fitted.components[:, j]
    for axis in (0, 1):
        assert np.allclose(found.planted[axis] - found.measured[axis], step[axis])


@pytest.mark.parametrize(("key", "share"), [("unit", 0.3), ("shuffle", 1.0), ("prevalence", 1.0)])
def test_as_many_rows_as_the_stress_test_judges(key, share):
    found = stress_map(key, n=200, share=share, seed=2)
    report = stress(key, n=200, share=share, seed=2, lamps=False)
    expected = report.n if report.kind == "population" else report.n_spoilt
    assert len(found.planted[0]) == expected
    assert len(found.measured[0]) == report.n
    assert found.incomplete == 0


def test_rows_with_a_missing_value_have_no_place():
    found = stress_map("missing", n=50)
    assert len(found.planted[0]) == 0
    assert found.incomplete == 50


def test_what_the_stress_test_refuses_is_refused():
    with pytest.raises(InputError, match="rows"):
        stress_map("unit", n=3)
