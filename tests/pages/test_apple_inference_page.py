"""The inference page: every source and correction, noise, a file of one's own, and refusals."""

from __future__ import annotations

import pytest

from core.apple_sales import SOURCES, sales_example
from core.tables import to_csv

SLUG = "apple-sales-inference"


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption])


def choose(app, key, value):
    return app.segmented_control(key=key).set_value(value).run()


def test_the_page_opens_on_segments(open_page):
    app = open_page(SLUG)
    assert not app.exception
    assert "None of 10 pairs can be told apart" in texts(app)
    assert "would be missed more often" in texts(app)
    assert "not affiliated with Apple" in texts(app)


@pytest.mark.parametrize("source", SOURCES[1:])
def test_every_source_is_shown(open_page, source):
    app = choose(open_page(SLUG), "apple.contrasts.source", source)
    assert not app.exception
    assert "after Holm" in texts(app)


def test_noise_tables_show_what_single_tests_do(open_page):
    app = choose(open_page(SLUG), "apple.contrasts.source", "noise regions")
    assert "Over 200 such tables" in texts(app)
    app.number_input(key="apple.contrasts.seed").set_value(4).run()
    app = choose(app, "apple.contrasts.correction.True", "Games-Howell")
    assert not app.exception
    assert "after Games-Howell" in texts(app)


def test_a_file_of_ones_own(open_page):
    app = choose(open_page(SLUG), "apple.contrasts.source", "own")
    content = to_csv(sales_example("noise").frame.head(200))
    app.file_uploader[0].set_value(("mine.csv", content, "text/csv")).run()
    assert not app.exception
    assert "by Region" in texts(app)
    app.selectbox(key="apple.contrasts.group").set_value("State").run()
    assert not app.exception
    assert "Choose a column with 2 to 12 groups" in texts(app).replace("\\", "")


def test_a_file_that_is_no_table_is_refused_in_words(open_page):
    app = choose(open_page(SLUG), "apple.contrasts.source", "own")
    app.file_uploader[0].set_value(("bad.csv", b"name,other\na,b\nc,d\n", "text/csv")).run()
    assert not app.exception
    assert "no column of numbers" in texts(app)


def test_elasticities_show_the_failure_and_the_declared_values(open_page):
    app = open_page(SLUG, view="Price elasticities")
    assert not app.exception
    shown = texts(app)
    assert "0 of 3 elasticities can be learned" in shown
    assert "iPhone and Mac" in shown
    assert "declared" in shown


def test_services_show_that_devices_do_not_foretell_them(open_page):
    app = open_page(SLUG, view="Services")
    assert not app.exception
    assert "Leaving out each of 16 quarters" in texts(app)
