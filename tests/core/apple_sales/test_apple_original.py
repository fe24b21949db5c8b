"""The public demo's optimiser, reproduced: success without a step, and corners outside the rows."""

from __future__ import annotations

import numpy as np
import pytest

from core.apple_sales import original_optima, read_sales, sales_example
from core.apple_sales.learning.original import _random_plans
from core.errors import InputError
from tests.demo_file import DEMO_FILE, needs_demo_file


@pytest.fixture(scope="module")
def noise():
    return {one.engine: one for one in original_optima(sales_example("noise"))}


@pytest.mark.parametrize("engine", ["random forest", "gradient boosting"])
def test_trees_are_flat_so_that_the_solver_stops_where_it_starts_and_says_success(noise, engine):
    found = noise[engine]
    assert found.success
    assert (found.iterations, found.moved) == (1, 0.0)
    assert found.best_random > found.predicted + 1


def test_the_linear_engine_ends_in_a_corner_outside_the_rows(noise):
    found = noise["linear"]
    assert found.success
    assert len(found.outside) >= 2
    assert found.predicted >= found.best_random


def test_random_plans_are_within_the_demos_limits():
    x = np.random.default_rng(0).uniform(1, 9, (50, 4))
    plans = _random_plans(x, 1)
    assert (plans >= 0.7 * x.min(axis=0) - 1e-12).all()
    assert (plans <= 1.5 * x.max(axis=0) + 1e-12).all()
    assert plans.sum(axis=1).max() <= 1.2 * x.sum(axis=1).mean() + 1e-9


def test_other_tables_are_refused():
    with pytest.raises(InputError, match="other columns"):
        original_optima(sales_example("quarters"))


@needs_demo_file
def test_the_figures_on_the_public_file_are_reproduced():
    found = {one.engine: one for one in original_optima(read_sales(DEMO_FILE))}
    assert found["random forest"].predicted == pytest.approx(10.15, abs=0.005)
    assert found["gradient boosting"].predicted == pytest.approx(11.78, abs=0.005)
    assert found["linear"].predicted == pytest.approx(13.23, abs=0.005)
    assert found["linear"].iterations == 19
    assert found["linear"].moved == pytest.approx(13.92, abs=0.005)
    # The "optimum" of the default engine is below the mean of the file.
    assert found["random forest"].predicted < found["random forest"].mean
