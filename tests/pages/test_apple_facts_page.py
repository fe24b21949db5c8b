"""The facts page: every control, every view, and core's figures on the screen."""

from __future__ import annotations

import pytest

from core.apple_sales import (
    SHA256,
    bridge,
    cell_estimate,
    checked_identities,
    facts,
    figures,
    margin_change,
    years,
)
from core.viz.text import fixed

SLUG = "apple-sales-facts"
VIEWS = ("Categories", "Segments", "Volume and price", "Margins", "Cells", "All figures")


def metrics(app):
    return {m.label: (m.value, m.delta) for m in app.metric}


def texts(app):
    return [e.value for kind in (app.markdown, app.caption, app.info) for e in kind]


def test_the_latest_year_comes_first_with_computed_figures(open_page):
    app = open_page(SLUG)
    assert not app.exception
    found = facts(2025)
    shown = metrics(app)
    assert shown["Revenue, USD billion"] == (
        fixed(found.total / 1000, 1),
        f"{100 * found.growth:+.1f} %",
    )
    assert shown["Services share"][0] == f"{fixed(100 * found.services_share, 1)} %"
    assert shown["Gross margin"][0] == f"{fixed(100 * found.total_margin, 1)} %"
    assert any("not affiliated with Apple" in text for text in texts(app))
    assert any(SHA256["annual.csv"][:12] in text for text in texts(app))


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_and_only_it_is_computed(open_page, view):
    app = open_page(SLUG, view=view)
    assert not app.exception
    assert [tab.label for tab in app.tabs if len(tab.children)] == [view]


@pytest.mark.parametrize("year", [years()[0], 2018, 2023, 2024])
def test_a_year_in_the_address_is_shown(open_page, year):
    app = open_page(SLUG, year=f"FY{year}")
    assert not app.exception
    assert metrics(app)["Revenue, USD billion"][0] == fixed(facts(year).total / 1000, 1)
    told = " ".join(texts(app))
    assert ("Margins of products and services are known" in told) == (year < 2018)
    assert ("53 weeks" in told) == (year in (2017, 2018, 2023, 2024))
    assert ("was restated" in told) == (year == 2018)


def test_a_fall_points_down_and_secondary_sources_are_named(open_page):
    app = open_page(SLUG, year="FY2019")
    assert metrics(app)["Revenue, USD billion"][1] == "-2.0 %"
    assert any("Revenue by categories and segments is secondary." in t for t in texts(app))


@pytest.mark.parametrize("name", ["Categories", "Segments"])
def test_splits_can_be_stacked_or_apart(open_page, name):
    app = open_page(SLUG, view=name)
    app.get_by_key(f"apple.facts.{name.lower()}.shape").set_value("One by one").run()
    assert not app.exception
    found = facts(2025)
    lines = found.categories if name == "Categories" else found.segments
    table = app.dataframe[0].value
    assert list(table["USD billion"]) == [line.revenue / 1000 for line in lines]


def test_the_bridge_follows_product_and_years(open_page):
    app = open_page(SLUG, view="Volume and price")
    app.get_by_key("apple.facts.product").set_value("Mac").run()
    app.get_by_key("apple.facts.units").set_value((2016, 2018)).run()
    assert not app.exception
    found = bridge("Mac", 2016, 2018)
    assert list(app.dataframe[0].value["Units (thousand)"])[-1] == found.units[1]
    assert any("add up" in text and "USD million" in text for text in texts(app))


def test_equal_years_are_replaced_and_said(open_page):
    app = open_page(SLUG, view="Margins")
    app.get_by_key("apple.facts.margin_years").set_value((2025, 2025)).run()
    assert not app.exception
    assert any("shown are FY2024 and FY2025" in text for text in texts(app))
    mix = fixed(100 * margin_change(2024, 2025).mix, 2)
    assert any(f"the mix explains {mix}" in text for text in texts(app))


def test_cells_are_called_an_estimate_and_follow_the_tilt(open_page):
    app = open_page(SLUG, view="Cells")
    app.slider(key="apple.facts.tilt").set_value(1.5).run()
    assert not app.exception
    assert any("Estimate, not reported" in text for text in texts(app))
    share = cell_estimate(2025, 1.5).share("iPhone", "Greater China")
    assert any(f"{100 * share:.1f} % of Greater China" in text for text in texts(app))


def test_all_figures_can_be_filtered(open_page):
    app = open_page(SLUG, view="All figures")
    table = figures()
    assert len(app.dataframe[0].value) == len(table)
    app.get_by_key("apple.facts.measure").set_value("operating income").run()
    app.toggle(key="apple.facts.only_year").set_value(True).run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 7
    checked = app.dataframe[2].value
    assert checked["Checked"].sum() == sum(i.count for i in checked_identities())
    assert checked["Broken"].sum() == 0


def test_an_empty_choice_says_so(open_page):
    app = open_page(SLUG, view="All figures")
    app.get_by_key("apple.facts.measure").set_value("units").run()
    app.toggle(key="apple.facts.only_year").set_value(True).run()
    assert not app.exception
    assert any("None was found for FY2025" in text for text in texts(app))
