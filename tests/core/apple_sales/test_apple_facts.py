"""Facts of a year and changes taken apart: computed by hand, and exact for every pair of years."""

from __future__ import annotations

import datetime
import itertools
import json

import pytest

from core.apple_sales import average_prices, bridge, facts, margin_change, years
from core.apple_sales.reported.facts import fiscal_year_end, weeks
from core.errors import InputError


def test_fy2025_by_hand():
    found = facts(2025)
    assert found.total == 416_161
    assert found.growth == pytest.approx(416_161 / 391_035 - 1)
    assert found.services_share == pytest.approx(109_158 / 416_161)
    assert found.product_margin == pytest.approx(1 - 194_116 / 307_003)
    assert found.service_margin == pytest.approx(1 - 26_844 / 109_158)
    assert found.total_margin == pytest.approx(1 - 220_960 / 416_161)
    china = next(line for line in found.segments if line.name == "Greater China")
    assert china.growth == pytest.approx(64_377 / 66_952 - 1)
    assert china.operating_margin == pytest.approx(26_917 / 64_377)
    assert facts() == found


@pytest.mark.parametrize("year", years())
def test_every_year_adds_up_and_is_strict_json(year):
    found = facts(year)
    for lines in (found.categories, found.segments):
        assert sum(line.revenue for line in lines) == found.total
        assert sum(line.share for line in lines) == pytest.approx(1)
    json.dumps(found.to_dict(), allow_nan=False)
    assert (found.growth is None) == (year == 2015)
    assert (found.total_margin is None) == (year < 2018)
    assert (found.margin_change is None) == (year < 2019)


def test_growth_never_crosses_the_break():
    services = {year: facts(year).categories[-1].growth for year in (2018, 2019)}
    assert services[2018] == pytest.approx(37_190 / 29_980 - 1)
    assert services[2019] == pytest.approx(46_291 / 39_748 - 1)


def test_marks_follow_the_source():
    assert {line.mark for line in facts(2019).categories} == {"secondary"}
    assert {line.mark for line in facts(2025).segments} == {"primary"}


def test_weeks_are_those_between_last_saturdays_of_september():
    assert fiscal_year_end(2025) == datetime.date(2025, 9, 27)
    assert fiscal_year_end(2018) == datetime.date(2018, 9, 29)
    assert {year for year in years() if weeks(year) == 53} == {2017, 2023}
    found = facts(2023)
    assert found.weekly_growth == pytest.approx(383_285 / 53 / (394_328 / 52) - 1)


def test_an_unreported_year_is_refused():
    with pytest.raises(InputError, match=r"FY2014 is not among the reported years.*2015 to 2025"):
        facts(2014)


def test_average_prices_are_those_published():
    prices = average_prices().round()
    assert list(prices["iPhone"]) == [671, 645, 652, 766]
    assert list(prices["iPad"]) == [423, 452, 439, 432]
    assert list(prices["Mac"]) == [1237, 1235, 1343, 1400]


@pytest.mark.parametrize("product", ["iPhone", "Mac", "iPad"])
def test_volume_and_price_explain_the_change_exactly(product):
    for start, end in itertools.combinations(range(2015, 2019), 2):
        found = bridge(product, start, end)
        change = found.revenue[1] - found.revenue[0]
        assert found.volume_effect + found.price_effect == pytest.approx(change, abs=1e-6)
        assert abs(found.residual) < 1e-6


def test_iphone_bridge_by_hand():
    found = bridge("iPhone", 2015, 2018)
    p0, p1 = 155_041e3 / 231_218, 166_699e3 / 217_722
    assert found.volume_effect == pytest.approx((217_722 - 231_218) * (p0 + p1) / 2 / 1000)
    assert found.price == pytest.approx((p0, p1))
    assert found.to_dict()["residual"] == found.residual


@pytest.mark.parametrize(
    ("product", "start", "end", "sentence"),
    [
        ("Services", 2015, 2018, "no units of Services were published. Choose iPhone, Mac, iPad."),
        ("Mac", 2014, 2018, "FY2014 cannot be used: units were published until FY2018."),
        ("Mac", 2015, 2019, "FY2019 cannot be used"),
        ("Mac", 2017, 2017, "FY2017 is not after FY2017. Choose a later end year."),
    ],
)
def test_bridges_without_units_are_refused(product, start, end, sentence):
    with pytest.raises(InputError) as caught:
        bridge(product, start, end)
    assert sentence in str(caught.value)


def test_mix_and_rates_explain_the_margin_exactly():
    for start, end in itertools.combinations(range(2018, 2026), 2):
        found = margin_change(start, end)
        parts = found.mix + found.product_rate + found.service_rate
        assert parts == pytest.approx(found.margin[1] - found.margin[0], abs=1e-14)
        assert abs(found.residual) < 1e-14


def test_margin_change_by_hand():
    found = margin_change(2024, 2025)
    w0, w1 = 96_169 / 391_035, 109_158 / 416_161
    m0, m1 = 1 - 25_119 / 96_169, 1 - 26_844 / 109_158
    p0, p1 = 1 - 185_233 / 294_866, 1 - 194_116 / 307_003
    assert found.mix == pytest.approx((w1 - w0) * ((m0 + m1) - (p0 + p1)) / 2)
    assert found.service_rate == pytest.approx((m1 - m0) * (w0 + w1) / 2)
    assert found.to_dict()["margin"] == list(found.margin)


def test_margins_before_2018_are_refused():
    with pytest.raises(InputError, match="FY2017 cannot be used: margins of products and services"):
        margin_change(2017, 2019)
