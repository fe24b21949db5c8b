"""The film page: a finding, an abstention, a refusal and an error stand in the same place."""

from __future__ import annotations

import dataclasses
import json

import pytest

import core.respiratory
from core.respiratory import EXAMPLES, LABELS, NETWORK_NAMES, evidence, example, predict
from core.viz.text import percent
from tests.respiratory_films import archive

SLUG = "respiratory"
REAL = next(one.key for one in EXAMPLES if one.kind == "real film")
REFUSED = next(one.key for one in EXAMPLES if one.refuse)
VIEWS = ["Where", "Gate", "Can I trust it", "Save"]
PNG, JPEG = "image/png", "image/jpeg"


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def opened(app):
    return [tab.label for tab in app.tabs if len(tab.children)]


def own(open_page, name, content, mime=JPEG):
    app = open_page(SLUG, film="own", model="cnn", view="Gate")
    return app.file_uploader[0].set_value((name, content, mime)).run()


def read(key, network):
    return predict([example(key)], network)[0]


@pytest.mark.parametrize("network", NETWORK_NAMES)
def test_the_network_of_the_address_reads_the_film(open_page, network):
    app = open_page(SLUG, film=REAL, model=str(network), view="Gate")
    assert not app.exception
    found = read(REAL, network)
    assert found.status == "ok"
    shown = texts(app)
    if found.decision:
        assert f"{found.decision}, {percent(found.probabilities[found.decision])}" in shown
        assert f"Network: {NETWORK_NAMES[network]}" in shown
    else:
        assert "The reading abstains" in shown
    assert found.sha256[:12] in shown


def test_the_first_thing_seen_is_an_answer_without_a_click(open_page):
    app = open_page(SLUG, view="Gate")
    assert not app.exception
    assert "Likeness to the radiographs trained on" in texts(app)
    assert {m.label for m in app.metric} >= {"A collection not trained on"}


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_from_its_address(open_page, view):
    app = open_page(SLUG, film=REAL, model="cnn", view=view)
    assert not app.exception
    assert opened(app) == [view]


@pytest.mark.parametrize("view", VIEWS)
def test_a_refused_example_gets_a_reason_and_no_finding(open_page, view):
    app = open_page(SLUG, film=REFUSED, model="cnn", view=view)
    assert not app.exception
    shown = texts(app)
    assert "Refused: no reading" in shown
    assert "no finding is not a normal finding" in shown
    assert not any(head.value.startswith(tuple(LABELS)) for head in app.subheader)
    assert view != "Where" or "There is no answer to explain" in shown


def test_an_own_film_is_read_and_not_stored(open_page):
    app = open_page(SLUG, film="own", model="cnn", view="Gate")
    assert not app.exception
    assert "Nothing that you upload is stored." in texts(app)
    name, content = example(REAL)
    app = own(open_page, name, content)
    assert not app.exception
    assert read(REAL, "cnn").sha256[:12] in texts(app)


@pytest.mark.parametrize(
    "content",
    [b"", b"not an image", archive(**{"a.png": b"x"})],
    ids=["empty", "no image", "archive"],
)
def test_what_cannot_be_read_gets_a_sentence(open_page, content):
    app = own(open_page, "film_1.png", content, PNG)
    assert not app.exception
    shown = texts(app)
    assert "Not readable: no reading" in shown
    assert not app.subheader
    assert not app.tabs


def answered(monkeypatch, **changes):
    """Let the page get another reading than the network's."""
    genuine = core.respiratory.read_film

    def changed(radiograph, network, gate):
        return dataclasses.replace(genuine(radiograph, network, gate), **changes)

    monkeypatch.setattr(core.respiratory, "read_film", changed)


def test_an_abstention_has_the_place_and_weight_of_an_answer(open_page, monkeypatch):
    reason = "Two findings cannot be excluded."
    answered(monkeypatch, decision=None, set=("COVID-19", "Normal"), reason=reason)
    app = open_page(SLUG, film=REAL, model="cnn", view="Gate")
    assert not app.exception
    assert "The reading abstains" in texts(app)
    assert reason.rstrip(".") in texts(app)
    assert app.subheader[0].value == "COVID-19 or Normal"


@pytest.mark.parametrize("alert", [True, False])
def test_an_alert_is_shown_beside_the_finding(open_page, monkeypatch, alert):
    answered(monkeypatch, covid_alert=alert, threshold=0.25)
    shown = texts(open_page(SLUG, film=REAL, model="cnn", view="Gate"))
    assert ("COVID-19 alert: at or above 25 %" in shown) == alert
    assert ("Below the COVID-19 alert threshold of 25 %" in shown) == (not alert)


def test_what_speaks_against_relying_on_it_is_one_click_away(open_page):
    app = open_page(SLUG, film=REAL, model="vgg16", view="Can I trust it")
    for piece in evidence("vgg16"):
        assert piece.title in texts(app)


def test_the_same_answer_can_be_had_from_a_program(open_page):
    app = open_page(SLUG, film=REAL, model="vit", view="Save")
    calls = "\n".join(block.value for block in app.code)
    assert "--model vit" in calls
    assert "?model=vit" in calls


def test_a_reading_is_logged_once_and_without_the_name_of_the_file(open_page, full_audit):
    app = open_page(SLUG, film=REAL, model="cnn", view="Gate")
    app.run()
    (entry,) = full_audit.entries()
    reading = read(REAL, "cnn")
    assert entry.event == "films"
    assert json.loads(entry.payload)["films"] == [reading.to_log()]
    assert reading.file not in entry.payload
    assert full_audit.verify().n == 1


def test_an_example_is_read_once_for_all_and_an_own_film_in_each_session(open_page, monkeypatch):
    genuine, films = core.respiratory.read_film, []

    def counted(film, *given):
        films.append(film)
        return genuine(film, *given)

    monkeypatch.setattr(core.respiratory, "read_film", counted)
    for _session in range(2):
        assert not open_page(SLUG, film=REAL, model="cnn", view="Gate").exception
    assert len(films) == 1
    for _session in range(2):
        assert not own(open_page, *example(REAL)).exception
    assert len(films) == 3
