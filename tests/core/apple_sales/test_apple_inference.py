"""Contrasts of the reported figures, the failed regression, and noise tables."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from core.apple_sales import (
    PRIORS,
    SOURCES,
    contrasts_in,
    contrasts_of,
    elasticities,
    false_alarms,
    quarters,
    read_numbers,
    sales_example,
)
from core.errors import InputError, NotEnoughDataError


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_compared_and_json(source):
    found = contrasts_of(source)
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.notes
    assert all(pair.detectable > 0 for pair in found.contrasts.pairs)


def test_segments_are_paired_by_the_ten_years():
    found = contrasts_of("segment growth").contrasts
    assert found.design == "paired"
    assert set(found.sizes.values()) == {10}
    # FY2025 over FY2015: 178,353 / 93,864; the mean of yearly growth lies above its root.
    assert found.means["Americas"] > 100 * ((178_353 / 93_864) ** 0.1 - 1)


def test_adjustment_matters_on_the_reported_categories():
    found = contrasts_of("category growth").contrasts
    assert found.unadjusted > found.seen


def test_regions_of_noise_are_independent():
    found = contrasts_of("noise regions", correction="Games-Howell", seed=3)
    assert found.contrasts.design == "independent"
    assert sum(found.contrasts.sizes.values()) == 1000
    assert len(found.contrasts.pairs) == 10


def test_false_alarms_come_back_to_the_level():
    found = false_alarms(60)
    assert found.unadjusted.estimate > found.adjusted.estimate
    assert found.adjusted.low <= 0.05


def test_slopes_agree_with_statsmodels():
    units, revenue = quarters("units"), quarters("revenue by category")
    for one in elasticities():
        x = np.log(revenue[one.product] / units[one.product]).diff(4).dropna()
        y = np.log(units[one.product]).diff(4).dropna()
        fitted = sm.OLS(y, sm.add_constant(x)).fit()
        robust = fitted.get_robustcov_results("HAC", maxlags=3, use_correction=True)
        assert one.slope.estimate == pytest.approx(fitted.params.iloc[1])
        assert (one.slope.low, one.slope.high) == pytest.approx(fitted.conf_int().iloc[1])
        assert (one.se, one.se_hac) == pytest.approx((fitted.bse.iloc[1], robust.bse[1]))
        assert (one.r2, one.p) == pytest.approx((fitted.rsquared, fitted.pvalues.iloc[1]))


def test_no_elasticity_is_usable_and_two_have_the_wrong_sign():
    found = {one.product: one for one in elasticities()}
    shown = {name: (round(one.slope.estimate, 2), round(one.se, 2)) for name, one in found.items()}
    assert shown == {"iPhone": (0.35, 0.19), "iPad": (-0.44, 0.51), "Mac": (1.06, 0.41)}
    assert [name for name, one in found.items() if one.wrong_sign] == ["iPhone", "Mac"]
    for name, one in found.items():
        assert not one.usable
        assert one.other_demand == pytest.approx(one.slope.estimate - PRIORS[name].elasticity)
        json.dumps(one.to_dict(), allow_nan=False)


def test_a_table_of_ones_own_loses_incomplete_rows_in_the_open():
    frame = sales_example("noise").frame.copy()
    frame.loc[3, "Region"] = None
    frame.loc[5, "Services Revenue (in billion $)"] = np.nan
    found = contrasts_in(frame, "Region", "Services Revenue (in billion $)")
    assert sum(found.contrasts.sizes.values()) == 998
    assert "2 of 1000 rows" in found.notes[-1]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda f: contrasts_in(f, "region", "v"), InputError, "region is not possible here"),
        (lambda f: contrasts_in(f, "g", "w"), InputError, "Choose one of: g, many, v"),
        (lambda f: contrasts_in(f, "many", "v"), InputError, "Choose a column with 2 to 12 groups"),
        (lambda f: contrasts_in(f.head(4), "g", "v"), NotEnoughDataError, "at least 3 values"),
        (lambda f: contrasts_of("regions"), InputError, "Choose one of: segment growth"),
        (
            lambda f: contrasts_of("segment growth", correction="Games-Howell"),
            InputError, "Games-Howell is not possible here",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(call, error, text):
    frame = pd.DataFrame({"g": list("ab") * 10, "many": range(20), "v": np.arange(20.0)})
    with pytest.raises(error, match=text):
        call(frame)


def test_any_file_is_read_for_its_numbers():
    table = read_numbers(b"name;x;y\na;1,5;2\nb;oops;3\nc;2,5;4\n", "file.csv")
    assert len(table.frame) == 2
    assert table.dropped[0].row == 2
    assert set(table.texts) == {"name"}


def test_a_file_without_numbers_is_refused():
    with pytest.raises(InputError, match="no column of numbers"):
        read_numbers(b"name,other\na,b\nc,d\n", "file.csv")
