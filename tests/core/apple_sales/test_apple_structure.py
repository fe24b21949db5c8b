"""Structure: noise has none, planted groups are found, and bad tables are named."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.apple_sales import (
    density_groups,
    quarter_shares,
    read_numbers,
    sales_example,
    structure,
)
from core.errors import InputError, NotEnoughDataError
from tests.demo_file import DEMO_FILE, needs_demo_file


def planted(seed=0, n=90, apart=6.0):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 3)) + apart * np.eye(3)[np.arange(n) % 3]
    return pd.DataFrame(values, columns=["a", "b", "c"])


@pytest.fixture(scope="module")
def noise():
    return structure(sales_example("noise").frame.head(300), draws=20)


@pytest.fixture(scope="module")
def groups():
    return structure(planted(), draws=20)


def test_a_noise_table_has_no_structure(noise):
    assert noise.verdict == "no structure"
    assert noise.k == 1
    assert noise.shown == noise.gap.tempting
    assert "divide no better than noise" in noise.sentence
    assert noise.numbers.left_out == ("2 columns without numbers.",)


def test_planted_groups_are_found(groups):
    assert (groups.verdict, groups.k) == ("groups", 3)
    assert np.bincount(groups.labels).tolist() == [30, 30, 30]
    assert len({(int(label), i % 3) for i, label in enumerate(groups.labels)}) == 3
    assert "into 3 groups" in groups.sentence


def test_a_skewed_blob_is_not_called_stable_groups():
    frame = pd.DataFrame(np.random.default_rng(1).lognormal(size=(150, 3)), columns=list("abc"))
    found = structure(frame, draws=20)
    assert found.verdict != "groups"
    assert "groups" in found.sentence or "noise" in found.sentence


def test_the_reported_quarters():
    shares = quarter_shares()
    assert shares.shape == (16, 5)
    assert shares.sum(axis=1).to_numpy() == pytest.approx(100)
    found = structure(shares, draws=20)
    assert found.verdict == "no structure"
    assert found.components.kept == 1


def test_json_is_strict_and_holds_no_rows(noise, groups):
    for found in (noise, groups):
        text = json.dumps(found.to_dict(), allow_nan=False)
        assert "labels" not in text
        assert set(found.to_dict()) >= {"verdict", "k", "gap", "stability", "components"}


def test_the_same_seed_gives_the_same_answer(groups):
    again = structure(planted(), draws=20)
    assert again.to_dict() == groups.to_dict()


def test_order_and_scale_of_columns_do_not_matter(groups):
    frame = planted()[["c", "a", "b"]] * [1000.0, 0.01, 5.0] + 7.0
    found = structure(frame, draws=20)
    assert (found.verdict, found.k) == ("groups", 3)
    assert (found.labels == groups.labels).all()


def test_one_column_has_groups_but_no_components():
    values = np.concatenate([np.random.default_rng(2).normal(m, 0.1, 30) for m in (0, 5)])
    found = structure(pd.DataFrame({"a": values}), draws=10)
    assert found.components is None
    assert found.k == 2


def test_incomplete_rows_and_constant_columns_are_named():
    frame = planted().assign(same=1.0, word="x")
    frame.loc[4, "b"] = np.nan
    found = structure(frame, draws=5)
    assert found.numbers.left_out == (
        "1 column without numbers.",
        "1 row with a missing number.",
        "Column same, which holds one value only.",
    )
    assert 4 not in found.numbers.rows


def test_long_tables_are_sampled_in_the_open():
    frame = pd.DataFrame({"a": np.random.default_rng(3).uniform(size=1500)})
    found = structure(frame, draws=2, references=49, k_max=2)
    assert found.gap.n == 1000
    assert found.numbers.left_out == ("500 rows; a random choice of 1000 is used.",)


def test_density_finds_planted_groups_and_says_what_noise_gives():
    found = density_groups(planted(apart=20.0), eps=1.0, min_samples=4)
    assert found.groups == 3
    assert found.unusual
    noise = sales_example("noise").frame.head(200)
    # Four limits of 39 tables: about one setting in ten is outside by chance.
    found = [density_groups(noise, eps=eps, seed=1).unusual for eps in (0.5, 0.7, 0.9, 1.1)]
    assert sum(found) <= 1


@needs_demo_file
def test_the_public_file_has_no_structure():
    table = read_numbers(DEMO_FILE.read_bytes(), DEMO_FILE.name)
    found = structure(table.frame, draws=10)
    assert found.verdict == "no structure"
    assert found.components.kept == 0
    best = found.gap.points[found.shown - 1]
    assert best.silhouette <= best.noise_high + 0.01


@pytest.mark.parametrize(
    ("frame", "error", "text"),
    [
        (pd.DataFrame(), InputError, "has 0 columns of numbers"),
        (pd.DataFrame({"a": ["x"] * 9}), InputError, "has 0 columns of numbers"),
        (pd.DataFrame(np.ones((9, 41))), InputError, "has 41 columns of numbers. Give 1 to 40"),
        (pd.DataFrame({"a": [1.0]}), NotEnoughDataError, "1 of 1 rows are complete"),
        (pd.DataFrame({"a": [1.0] * 9}), NotEnoughDataError, "No column of numbers varies"),
        (pd.DataFrame({"a": [1.0] * 8 + [np.inf]}), InputError, "Row 9, column a: the value is"),
        (pd.DataFrame({"a": np.arange(9) * 1e200}), InputError, "a: it holds 8e.200, too large"),
    ],
)
def test_bad_tables_are_named(frame, error, text):
    with pytest.raises(error, match=text):
        structure(frame)


@pytest.mark.parametrize(
    ("options", "text"),
    [({"eps": 0.0}, "eps: it is not above 0"), ({"min_samples": 1}, "min_samples: it is below 2")],
)
def test_bad_density_settings_are_named(options, text):
    with pytest.raises(InputError, match=text):
        density_groups(planted(), **options)
