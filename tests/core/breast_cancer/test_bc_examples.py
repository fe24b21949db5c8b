"""The examples are real cases, and the planted faults are what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from core.breast_cancer.data import wdbc
from core.breast_cancer.examples import CHANGE_ROW, EXAMPLES, example_batch, example_stream
from core.errors import InputError


def rows_of(X):
    return {row.tobytes() for row in np.ascontiguousarray(X)}


def test_the_clean_batch_is_the_held_out_cases():
    np.testing.assert_array_equal(example_batch("clean"), wdbc().X[wdbc().held])


@pytest.mark.parametrize("key", EXAMPLES)
def test_an_example_is_the_same_every_time(key):
    np.testing.assert_array_equal(example_batch(key), example_batch(key))
    np.testing.assert_array_equal(example_stream(key).X, example_stream(key).X)


@pytest.mark.parametrize("key", EXAMPLES)
def test_a_stream_is_clean_up_to_its_change_and_shares_no_case_with_its_reference(key):
    stream = example_stream(key)
    table = rows_of(wdbc().X)
    assert rows_of(stream.reference) <= table
    assert rows_of(stream.X[:CHANGE_ROW]) <= table
    assert not rows_of(stream.reference) & rows_of(stream.X)
    assert (stream.change is None) == (key == "clean")
    if key in ("unit", "shuffle", "impute"):
        assert not rows_of(stream.X[CHANGE_ROW:]) <= table


def test_another_mix_changes_no_value_and_repeats_no_case():
    found = example_batch("prevalence")
    cohort = wdbc()
    malignant = rows_of(cohort.X[cohort.y == 1])
    assert len(rows_of(found)) == len(found)
    assert rows_of(found) <= rows_of(cohort.X[cohort.held])
    assert np.mean([row.tobytes() in malignant for row in found]) == pytest.approx(0.8, abs=0.02)


def test_an_unknown_example_is_refused():
    with pytest.raises(InputError, match="clean"):
        example_batch("fog")
