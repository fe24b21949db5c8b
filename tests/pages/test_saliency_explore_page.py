"""The explorer: choices stand in the address, a map has its verdict, bad input a sentence."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import core.saliency
from core.errors import ArtifactError
from core.respiratory import EXAMPLES, example
from core.saliency import LABELS, METHODS, why_not
from pages._saliency import asked, save, verdict

SLUG = "saliency"
FILM = next(one.key for one in EXAMPLES if one.kind == "real film")
REFUSED = next(one.key for one in EXAMPLES if one.refuse)
PNG, JPEG = "image/png", "image/jpeg"
LAYERS = [f"**{name}**" for name in verdict.LAYERS]


def phantoms():
    try:
        return list(core.saliency.phantoms())
    except ArtifactError:
        return []


drawn = pytest.mark.skipif(
    not phantoms(), reason="no networks trained on phantoms in this checkout"
)
KEY = next((key for key in phantoms() if "-confounded-" in key), "")


@pytest.fixture
def untested(monkeypatch):
    """Show maps without putting them to the network: that is tested once and takes seconds."""

    def explain(subject, method, label=None, options=None, *, tested=True, on_progress=None):
        return core.saliency.explain(subject, method, label, options, tested=False)

    monkeypatch.setattr(asked, "explain", explain)


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def picked(app, label):
    return next(box.value for box in app.selectbox if box.label.startswith(label))


def test_the_first_thing_seen_is_a_map_with_its_verdict(open_page):
    app = open_page(SLUG, view="Save")
    assert not app.exception
    shown = texts(app)
    assert all(layer in shown for layer in LAYERS)
    assert "random maps" in shown
    assert {button.label for button in app.get("download_button")} >= {"Figure (PNG)"}
    calls = "\n".join(block.value for block in app.code)
    assert "/api/v1/saliency/explain?network=" in calls
    assert "apps.cli saliency explain" in calls


@pytest.mark.parametrize("typed", ["gradcam++", "gradcam  "])
def test_a_method_with_plus_signs_survives_the_address(open_page, untested, typed):
    app = open_page(SLUG, image=FILM, model="cnn", method=typed, view="Numbers")
    assert not app.exception
    assert picked(app, "Method") == "gradcam++"


def test_network_method_and_class_come_from_the_address(open_page, untested):
    query = {"image": FILM, "model": "cnn", "method": "sobel", "class": "COVID-19"}
    app = open_page(SLUG, **query, view="Numbers")
    assert not app.exception
    assert (picked(app, "Picture"), picked(app, "Network")) == (FILM, "cnn")
    assert picked(app, "Method") == "sobel"
    assert "Explained: **COVID\\-19**" in texts(app)


def test_a_refused_method_in_the_address_says_why(open_page, untested):
    app = open_page(SLUG, image=FILM, model="cnn", method="rollout", view="Numbers")
    assert not app.exception
    assert METHODS["rollout"].title in texts(app)
    assert picked(app, "Method") != "rollout"


@pytest.mark.parametrize(
    "query",
    [
        {"image": "nonsense"},
        {"model": "nonsense"},
        {"method": "nonsense"},
        {"class": "nan"},
        {"opacity": "nan"},
        {"grid": "nonsense"},
        {"view": "nonsense"},
    ],
    ids=lambda query: next(iter(query)),
)
def test_an_unknown_value_in_the_address_is_a_default(open_page, untested, query):
    app = open_page(SLUG, **({"method": "sobel"} | query))
    assert not app.exception
    assert all(layer in texts(app) for layer in LAYERS)


@pytest.mark.parametrize("grid", ["native", "upsampled"])
def test_both_grids_are_drawn(open_page, untested, grid):
    app = open_page(SLUG, image=FILM, model="cnn", method="random", grid=grid, opacity="30")
    assert not app.exception
    assert "Native grid" in texts(app)


def own(open_page, name, content, mime):
    app = open_page(SLUG, image="own", model="cnn", method="sobel", view="Numbers")
    assert "Nothing that you upload is stored." in texts(app)
    return app.file_uploader[0].set_value((name, content, mime)).run()


def test_an_own_film_is_explained(open_page, untested):
    app = own(open_page, *example(FILM), JPEG)
    assert not app.exception
    assert all(layer in texts(app) for layer in LAYERS)


@pytest.mark.parametrize("content", [b"", b"not an image"], ids=["empty", "no image"])
def test_what_cannot_be_read_gets_a_sentence(open_page, untested, content):
    app = own(open_page, "film_1.png", content, PNG)
    assert not app.exception
    assert "film\\_1.png" in texts(app)
    assert not app.tabs


def test_what_the_gate_refuses_has_no_map(open_page, untested):
    app = own(open_page, *example(REFUSED), PNG)
    assert not app.exception
    assert "there is no answer to explain" in texts(app)
    assert not app.tabs


@drawn
def test_a_phantom_shows_its_causes(open_page, untested):
    query = {"finding": "2", "shortcut": "on", "seed": "5", "view": "Causes"}
    app = open_page(SLUG, image="phantom", model=KEY, method="saliency", **query)
    assert not app.exception
    shown = texts(app)
    assert f"The lungs show {LABELS[2]}; the film carries the shortcut" in shown
    assert "Without the shortcut" in shown
    assert "Shapley values" in shown


@drawn
@pytest.mark.parametrize("seed", ["-3", "nan", "9999999999", "x"])
def test_an_impossible_seed_is_a_default(open_page, untested, seed):
    app = open_page(SLUG, image="phantom", model=KEY, method="sobel", seed=seed)
    assert not app.exception
    assert app.number_input[0].value >= 0


@drawn
def test_a_phantom_drawn_by_another_law(open_page, untested):
    app = open_page(
        SLUG, image="phantom", model=KEY, method="sobel", regime="global", view="Causes"
    )
    assert not app.exception
    assert "A cause without a place" in texts(app)


@functools.cache
def found():
    subject = core.saliency.film_subject(*example(FILM), "cnn")
    return core.saliency.explain(subject, "gradcam++", tested=False)


def test_the_refusals_listed_are_those_of_the_network():
    assert why_not(found().subject.network, "rollout")


def test_every_figure_is_in_the_table_taken_along():
    lines = save.table_file(found()).decode().splitlines()
    assert lines[0] == "figure,value,reason"
    assert [line.split(",")[0] for line in lines[1:]] == list(found().metrics)


def test_the_map_taken_along_is_the_map_shown(tmp_path):
    made = found().attribution
    path = tmp_path / "map.npy"
    path.write_bytes(save.array_file(made.native))
    assert (np.load(path, allow_pickle=False) == made.native).all()
