"""The forecast page: the answer first, evidence in tabs, and refusals in the answer's place."""

from __future__ import annotations

import json

import pytest

SLUG = "apple-sales-forecast"


def texts(app):
    return [one.value for one in (*app.markdown, *app.caption, *app.info, *app.warning)]


def badges(app):
    return [text.value for text in app.markdown if "-badge[" in text.value]


def choose(app, key, value):
    return next(one for one in app.button_group if one.key == key).set_value(value).run()


@pytest.fixture(scope="module")
def answered():
    from core.apple_sales import forecast

    return forecast()


def test_the_answer_is_the_computed_forecast(open_page, answered):
    app = open_page(SLUG)
    assert not app.exception
    metrics = {one.label: one.value for one in app.metric}
    first = answered.ahead[0]
    assert metrics[f"{first.period} (USD billion)"] == f"{first.band.estimate / 1000:.1f}"
    assert any(f"{first.band.low / 1000:.1f} to {first.band.high / 1000:.1f}" in t
               for t in texts(app))  # fmt: skip
    assert any("Came outside the band: 2019 Q1 and FY2019" in badge for badge in badges(app))
    assert any("not affiliated with Apple" in text for text in texts(app))


@pytest.mark.parametrize("view", ["Models", "Bands", "Surprises"])
def test_every_view_opens(open_page, view):
    app = open_page(SLUG, view=view)
    assert not app.exception
    assert app.dataframe


def test_a_level_out_of_reach_is_said_and_no_band_drawn(open_page):
    app = choose(open_page(SLUG), "apple.forecast.level", "95 %")
    assert not app.exception
    assert any("No 95 % band" in badge for badge in badges(app))
    assert any("needs 19 earlier errors" in text for text in texts(app))


def test_categories_are_not_held_against_the_new_basis(open_page):
    app = choose(open_page(SLUG, view="Bands"), "apple.forecast.kind", "Categories")
    assert not app.exception
    assert any("new basis" in text for text in texts(app))


def test_a_rate_out_of_reach_is_not_enough_data(open_page):
    app = choose(open_page(SLUG, view="Surprises"), "apple.forecast.rate", "5 %")
    assert not app.exception
    assert any("no quarter can be flagged" in badge for badge in badges(app))


def test_services_show_what_they_follow(open_page):
    app = choose(open_page(SLUG, view="Models"), "apple.forecast.kind", "Categories")
    app = choose(app, "apple.forecast.series.Categories", "Services")
    assert not app.exception
    assert any("time says nearly all" in text for text in texts(app))


def test_the_download_is_strict_json(answered):
    from pages._apple_sales.forecast_save import _json

    told = json.loads(_json(answered))
    assert told["series"] == "Total"
    assert told["later"]["checks"][0]["inside"] is False
