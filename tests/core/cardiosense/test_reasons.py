from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.cardiosense.reasons import reason_list, reason_texts
from core.cardiosense.schema import DIAGNOSTIC

PATIENT = np.array([63, 1, 4, 145, 233, 1, 2, 150, 0, 2.3, 3, 2, 7.0])


def test_reasons_use_the_words_of_the_fields():
    shares = np.zeros(13)
    shares[[11, 9, 7, 0]] = 1.2, 0.8, -0.9, 0.1
    assert reason_list(DIAGNOSTIC, PATIENT, shares) == (
        "raised by vessels on fluoroscopy (two)",
        "lowered by maximum heart rate (150 bpm)",
        "raised by ST depression (2.3 mm)",
    )


def test_a_field_without_a_contribution_is_no_reason():
    shares = np.zeros(13)
    assert reason_list(DIAGNOSTIC, PATIENT, shares) == ()
    shares[12] = -0.5
    assert reason_list(DIAGNOSTIC, PATIENT, shares) == (
        "lowered by thallium scan (reversible defect)",
    )


def test_missing_values_are_named_as_such():
    values, shares = PATIENT.copy(), np.zeros(13)
    values[11], shares[11] = np.nan, -0.4
    assert reason_list(DIAGNOSTIC, values, shares) == (
        "lowered by vessels on fluoroscopy (not given)",
    )


def test_an_empty_table_has_no_reasons():
    assert reason_texts(DIAGNOSTIC, np.empty((0, 13)), np.empty((0, 13))) == []


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="expected"):
        reason_texts(DIAGNOSTIC, PATIENT[None], np.zeros((1, 10)))


@given(hnp.arrays(float, (7, 13), elements=st.sampled_from([-2.0, -1.0, 0.0, 0.5, 3.0])))
def test_the_table_says_the_same_as_row_by_row(shares):
    rng = np.random.default_rng(3)
    values = np.tile(PATIENT, (7, 1))
    values[:, 0] = rng.integers(30, 60, 7)
    values[rng.random((7, 13)) < 0.2] = np.nan
    texts = reason_texts(DIAGNOSTIC, values, shares)
    rows = [reason_list(DIAGNOSTIC, v, s) for v, s in zip(values, shares, strict=True)]
    assert texts == ["; ".join(row) for row in rows]
    assert all(len(row) == min(3, np.count_nonzero(s)) for row, s in zip(rows, shares, strict=True))
