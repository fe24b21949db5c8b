"""Your network: the contract in words, problems as sentences, an explanation, nothing kept."""

from __future__ import annotations

import pytest

from core.respiratory import EXAMPLES, example
from core.saliency.networks import untrusted
from pages._saliency import asked
from tests.core.saliency.onnx_files import classifier

SLUG = "saliency-own"
FILM = next(one.key for one in EXAMPLES if one.kind == "real film")
ONNX = "application/octet-stream"


GENUINE = asked.explain


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    """Run in this process what a worker runs, and put maps to the network in one test only."""

    def explain(subject, method, label=None, options=None, *, tested=True, on_progress=None):
        return GENUINE(subject, method, label, options, tested=False)

    monkeypatch.setattr(untrusted, "apart", lambda fn, *args, timeout: fn(*args))
    monkeypatch.setattr(asked, "explain", explain)


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def given(open_page, network, image=None, name="net.onnx", **query):
    app = open_page(SLUG, **query)
    app.file_uploader[0].set_value((name, network, ONNX))
    app.file_uploader[1].set_value(image or (*example(FILM), "image/jpeg"))
    return app.run()


def test_without_files_the_contract_is_in_words(open_page):
    app = open_page(SLUG)
    assert not app.exception
    assert "One ONNX file of at most" in texts(app)
    assert "nothing is stored" in texts(app)


def test_a_network_is_explained_by_asking_it(open_page):
    app = given(open_page, classifier(), method="sobel", view="Numbers")
    assert not app.exception
    shown = texts(app)
    assert "net.onnx" in shown.replace("\\", "")
    assert "Faithfulness" in shown
    methods = next(box for box in app.selectbox if box.label == "Method").options
    assert not any("Grad-CAM" in name for name in methods)
    assert any("Occlusion" in name for name in methods)


def test_its_map_is_put_to_the_network_by_asking_alone(open_page, monkeypatch):
    monkeypatch.setattr(asked, "explain", GENUINE)
    app = given(open_page, classifier(), method="occlusion", view="Numbers")
    assert not app.exception
    assert "It is not known where in this picture a reader would look" in texts(app)
    assert "random maps" in texts(app)
    assert app.tabs


def test_the_classes_have_the_names_given(open_page):
    app = given(open_page, classifier(), method="sobel")
    app = app.text_input[0].set_value("normal, sick, broken").run()
    assert not app.exception
    assert any(name in texts(app) for name in ("normal", "sick", "broken"))


def test_too_few_names_are_a_sentence(open_page):
    app = given(open_page, classifier(), method="sobel")
    app = app.text_input[0].set_value("normal").run()
    assert not app.exception
    assert "Give one name a class" in texts(app)


@pytest.mark.parametrize(
    ("network", "words"),
    [(b"", "not an ONNX file"), (b"\x00" * 40, "not an ONNX file")],
    ids=["empty", "zeros"],
)
def test_a_file_that_is_no_network_gets_a_sentence(open_page, network, words):
    app = given(open_page, network)
    assert not app.exception
    assert "Not explained" in "\n".join(m.value for m in app.markdown) or words in texts(app)
    assert words in texts(app)
    assert not app.tabs


def test_a_broken_picture_gets_a_sentence(open_page):
    app = given(open_page, classifier(), ("x.png", b"nothing", "image/png"), method="sobel")
    assert not app.exception
    assert "x.png" in texts(app).replace("\\", "")
    assert not app.tabs
