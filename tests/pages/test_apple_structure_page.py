"""The structure page: no structure is an answer, groups are one, and bad files are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.tables import to_csv

SLUG = "apple-sales-structure"


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption])


def upload(app, frame):
    app.segmented_control(key="apple.structure.source").set_value("own").run()
    return app.file_uploader[0].set_value(("mine.csv", to_csv(frame), "text/csv")).run()


@pytest.fixture
def planted():
    rng = np.random.default_rng(0)
    centres = 6 * np.eye(3)[np.arange(60) % 3]
    frame = pd.DataFrame(rng.normal(size=(60, 3)) + centres, columns=["a", "b (kg)", "c"])
    return frame.assign(kind=[f"*k{i % 3}*" for i in range(60)])


def test_no_structure_is_the_answer_for_the_quarters(open_page):
    app = open_page(SLUG)
    assert not app.exception
    shown = texts(app)
    assert "-badge[" in shown
    assert "No structure" in shown
    assert "16 rows divide no better than noise" in shown.replace("\\", "")
    assert "not affiliated with Apple" in shown


def test_method_and_range_can_be_chosen(open_page):
    app = open_page(SLUG)
    app.segmented_control(key="apple.structure.method").set_value("agglomerative").run()
    app.slider(key="apple.structure.k").set_value(4).run()
    assert not app.exception
    assert "Method: agglomerative" in texts(app)


def test_planted_groups_in_a_file_are_found(open_page, planted):
    app = upload(open_page(SLUG), planted)
    assert not app.exception
    assert "Groups found" in texts(app)
    assert "kept in this session only" in texts(app)


def test_components_of_a_file(open_page, planted):
    app = upload(open_page(SLUG, view="Components"), planted)
    assert not app.exception
    assert "components rise above" in texts(app)
    for colour in ("kind", "the groups shown"):
        app.selectbox[0].set_value(colour).run()
        assert not app.exception


def test_one_column_has_no_components(open_page, planted):
    app = upload(open_page(SLUG, view="Components"), planted[["a"]])
    assert "One column has no components" in texts(app)


def test_the_noise_table_has_no_component(open_page):
    app = open_page(SLUG, view="Components")
    app.segmented_control(key="apple.structure.source").set_value("noise").run()
    assert not app.exception
    assert "No component above chance" in texts(app)


def test_density_is_held_against_noise(open_page):
    app = open_page(SLUG, view="By density")
    assert "What uniform noise gives as well" in texts(app)
    app.slider(key="apple.density.eps").set_value(2.0).run()
    assert not app.exception
    assert "At eps = 2" in texts(app)


def test_too_few_rows_are_refused_in_words(open_page, planted):
    app = upload(open_page(SLUG), planted.head(5))
    assert not app.exception
    assert "at least 8 are needed" in texts(app)


def test_segments_are_bars_and_say_what_is_not_known(open_page):
    app = open_page(SLUG, view="Segments")
    assert not app.exception
    assert "no map here" in texts(app)
    app.selectbox(key="apple.segments.year").set_value(2015).run()
    assert not app.exception
    assert texts(app).count("Not in the data for this year") == 2
