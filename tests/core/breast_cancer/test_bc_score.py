"""One answer for a case and for a table, honest about data that do not fit together."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from core.breast_cancer.data import wdbc
from core.breast_cancer.integrity import FLAG_LEVEL
from core.breast_cancer.model import models
from core.breast_cancer.presets import case_presets, case_template
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import OUTPUT_COLUMNS, score_array, score_case, score_frame
from core.errors import InputError
from core.tables import read_table

CASES = {preset.slug: preset for preset in case_presets()}


def record(row) -> dict[str, float]:
    return dict(zip(FEATURES.names, np.asarray(row, dtype=float).tolist(), strict=True))


def test_a_case_and_a_table_agree_to_the_last_digit():
    X = wdbc().X
    table = score_array(X)
    assert list(table) == list(OUTPUT_COLUMNS)
    for i in range(0, len(X), 7):
        one = score_case(record(X[i]))
        assert one.p == table["p_malignant"][i]
        assert one.ood_p == table["ood_p"][i]
        assert one.decision == table["decision"][i]
        assert one.blame.column == table["blame"][i]
        assert one.flagged == ("do not fit together" in table["flags"][i])


def test_the_probability_is_the_champion_s():
    X = wdbc().X[:20]
    expected = expit(models().champion.log_odds(X))
    np.testing.assert_allclose(score_array(X)["p_malignant"], expected, atol=5e-7)


def test_most_held_out_cases_are_called_as_histology_found():
    """A sanity check of the files, not a measure of quality: 57 cases."""
    cohort = wdbc()
    called = score_array(cohort.X[cohort.held])["decision"] == "malignant"
    assert np.mean(called == (cohort.y[cohort.held] == 1)) >= 0.9


def test_a_low_probability_on_data_that_do_not_fit_is_no_benign_call():
    X = wdbc().X.copy()
    X[:, FEATURES.names.index("worst_texture")] /= 25.4
    table = score_array(X)
    assert (table["ood_p"] <= FLAG_LEVEL).all()
    assert set(table["decision"]) <= {"withheld", "malignant"}
    assert np.mean(["/ 25.4" in text for text in table["flags"]]) >= 0.95


@given(st.sampled_from(FEATURES.names), st.sampled_from(sorted(CASES)))
def test_a_case_without_a_value_is_refused_never_benign(name, slug):
    values = dict(CASES[slug].values)
    with pytest.raises(InputError, match=name):
        score_case({**values, name: None})
    del values[name]
    with pytest.raises(InputError, match=name):
        score_case(values)


def test_a_row_without_a_value_is_refused_and_the_others_stand():
    X = wdbc().X[:4].copy()
    X[2, 10] = math.nan
    table = score_array(X)
    assert table["decision"][2] == "refused"
    assert math.isnan(table["p_malignant"][2])
    assert math.isnan(table["ood_p"][2])
    assert (table["flags"][2], table["blame"][2]) == ("", "")
    whole = score_array(wdbc().X[:4])
    for name in OUTPUT_COLUMNS:
        assert table[name][0] == whole[name][0]
        assert table[name][3] == whole[name][3]


def test_a_table_of_refused_rows_only_has_no_answer():
    table = score_array(np.full((3, 30), np.nan))
    assert list(table["decision"]) == ["refused"] * 3


def test_a_frame_keeps_its_index():
    frame = pd.DataFrame(wdbc().X[:3], columns=list(FEATURES.names), index=[7, 8, 9])
    assert list(score_frame(frame).index) == [7, 8, 9]


@given(st.floats(0.01, 0.99))
def test_the_threshold_decides(threshold):
    X = wdbc().X[:60]
    table = score_array(X, threshold)
    np.testing.assert_array_equal(
        table["decision"] == "malignant", table["p_malignant"] >= threshold
    )


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 1.5, math.nan, "0.5", True])
def test_a_threshold_that_is_no_probability_is_refused(threshold):
    with pytest.raises(InputError, match="threshold"):
        score_case(CASES["case-46"].values, threshold)


@pytest.mark.parametrize("slug", CASES)
def test_the_interval_holds_the_estimate_and_the_answer_is_json(slug):
    answer = score_case(CASES[slug].values)
    assert 0 <= answer.low <= answer.p <= answer.high <= 1
    assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))["decision"] == answer.decision


def test_the_examples_are_held_out_and_the_slip_is_found():
    cohort = wdbc()
    for slug, preset in CASES.items():
        if slug != "unit-slip":
            assert cohort.held[int(slug.removeprefix("case-")) - 1]
            assert "not used in training" in preset.note
    slip = score_case(CASES["unit-slip"].values)
    assert (slip.blame.column, slip.blame.unit_guess) == ("worst_area", "/ 10")
    assert slip.flagged
    assert any("does not fit" in flag for flag in slip.flags)


def test_the_template_can_be_scored():
    frame = read_table(case_template()).frame
    assert list(frame.columns) == list(FEATURES.names)
    assert len(frame) == 5
