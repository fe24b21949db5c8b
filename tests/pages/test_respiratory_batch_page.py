"""The batch page: one row a film, in order; a bad file costs only itself; a stop loses nothing."""

from __future__ import annotations

import pytest
import streamlit as st

from core.respiratory import EXAMPLES, example, predict
from pages._respiratory import batch_run
from tests.respiratory_films import archive

SLUG = "respiratory-batch"
REAL = next(one.key for one in EXAMPLES if one.kind == "real film")
NAME, FILM = example(REAL)
PHOTOGRAPH = example("photograph")[1]
ZIP = archive(**{"a.jpg": FILM, "b.txt": b"not an image"})
JPEG = "image/jpeg"
FILES = [
    (NAME, FILM, JPEG),
    ("broken.png", b"not an image", "image/png"),
    ("more.zip", ZIP, "application/zip"),
    ("flower.jpg", PHOTOGRAPH, JPEG),
]


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


def upload(open_page, files=FILES, **query):
    app = open_page(SLUG, **{"model": "cnn", **query})
    return app.file_uploader[0].set_value(files).run()


def expected(network="cnn"):
    return predict([(name, content) for name, content, _ in FILES], network)


def test_nothing_is_asked_before_there_are_films(open_page):
    app = open_page(SLUG)
    assert not app.exception
    assert "Nothing that you upload is stored." in texts(app)
    assert not app.dataframe
    assert "A collection not trained on" in {m.label for m in app.metric}


@pytest.mark.parametrize("network", ["cnn", "vgg16"])
def test_every_film_has_its_row_in_order_whatever_becomes_of_it(open_page, network):
    app = upload(open_page, model=network)
    assert not app.exception
    found, shown = expected(network), app.dataframe[0].value
    assert list(shown["File"]) == [one.file for one in found]
    words = {"ok": "Read", "refused": "Refused", "error": "Not readable"}
    assert list(shown["Status"]) == [words[one.status] for one in found]
    assert {one.status for one in found} == {"ok", "refused", "error"}
    for row, one in zip(shown.to_dict("records"), found, strict=True):
        if one.status == "ok":
            assert row["Normal (%)"] == pytest.approx(100 * one.probabilities["Normal"])
        else:
            assert row["Finding"] == ""
            assert row["Normal (%)"] != row["Normal (%)"]
            assert row["Reason"] == one.reason


def test_the_counts_are_those_of_the_rows(open_page):
    app = upload(open_page)
    shown = {m.label: m.value for m in app.metric}
    found = expected()
    assert shown["Read"] == str(sum(one.status == "ok" for one in found))
    assert shown["Refused"] == str(sum(one.status == "refused" for one in found))
    assert shown["Not readable"] == str(sum(one.status == "error" for one in found))


def test_a_stop_keeps_what_was_read_and_the_rest_can_follow(open_page, monkeypatch):
    genuine, asked = batch_run.readings, []

    def stopped_after_one(films, network):
        yield next(genuine(films, network))
        st.session_state[batch_run.KEY].stopped = True
        st.rerun()

    def counted(films, network):
        for one in genuine(films, network):
            asked.append(one.file)
            yield one

    monkeypatch.setattr(batch_run, "readings", stopped_after_one)
    app = upload(open_page)
    assert not app.exception
    assert "Stopped after 1 of 5 films" in texts(app)
    assert len(app.dataframe[0].value) == 1
    monkeypatch.setattr(batch_run, "readings", counted)
    go_on = next(button for button in app.button if button.label == "Go on")
    app = go_on.click().run()
    assert not app.exception
    assert "Stopped after" not in texts(app)
    found = [one.file for one in expected()]
    assert list(app.dataframe[0].value["File"]) == found
    assert asked == found[1:]


def test_another_network_reads_everything_again(open_page):
    app = upload(open_page)
    before = app.dataframe[0].value["Normal (%)"]
    app.query_params["model"] = "vgg16"
    control = next(b for b in app.button_group if b.label == "Network")
    app = control.set_value("vgg16").run()
    assert not app.exception
    after = app.dataframe[0].value["Normal (%)"]
    assert before[0] != after[0]


def test_the_same_call_is_given_for_programs(open_page):
    calls = "\n".join(block.value for block in upload(open_page).code)
    assert "respiratory predict" in calls
    assert "/api/v1/respiratory/predict?format=csv" in calls
