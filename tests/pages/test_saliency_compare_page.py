"""Compare: contact sheets, agreement beside chance, and what shuffled weights do to a map."""

from __future__ import annotations

import numpy as np
import pytest

from core.respiratory import EXAMPLES
from core.saliency import METHODS, Attribution
from pages._saliency import agreement, comparing

SLUG = "saliency-compare"
FILM = next(one.key for one in EXAMPLES if one.kind == "real film")
QUERY = {"image": FILM, "model": "cnn", "method": "eigencam"}


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """Two methods beside the controls are enough to see the page work."""
    monkeypatch.setattr(comparing, "QUICK", ())
    monkeypatch.setattr(comparing, "ALSO", ("eigencam", "gradcam"))


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_the_methods_of_one_network_stand_beside_two_controls(open_page):
    app = open_page(SLUG, view="Methods", **QUERY)
    assert not app.exception
    shown = [text.value for text in app.markdown]
    for key in ("eigencam", "gradcam", *comparing.CONTROLS):
        assert any(METHODS[key].title in text.replace("\\", "") for text in shown)


def test_the_networks_stand_beside_each_other(open_page):
    app = open_page(SLUG, view="Networks", **(QUERY | {"method": "sobel"}))
    assert not app.exception
    assert "All maps explain" in texts(app)


def test_agreement_is_stated_beside_that_with_chance(open_page):
    app = open_page(SLUG, view="Agreement", **QUERY)
    assert not app.exception
    shown = texts(app)
    assert "Median over pairs of methods" in shown
    assert "With a random map" in shown
    assert "Agreement is no proof" in shown


def test_weights_are_shuffled_on_request_only(open_page):
    app = open_page(SLUG, view="Shuffled weights", **QUERY)
    assert not app.exception
    assert "must change when the network is destroyed" in texts(app)
    assert [button.label for button in app.button] == [
        f"Shuffle the weights and make {METHODS['eigencam'].title} again"
    ]


@pytest.mark.parametrize("query", [{"image": "nonsense"}, {"model": "nan"}, {"view": "nonsense"}])
def test_an_unknown_value_in_the_address_is_a_default(open_page, query):
    app = open_page(SLUG, **(QUERY | query))
    assert not app.exception


def attribution(heat):
    return Attribution("random", "cnn", 0, heat, heat, signed=False, forwards=0)


def test_the_matrix_is_symmetric_with_ones_and_turns_with_the_sign():
    heat = np.random.default_rng(0).normal(size=(12, 12))
    maps = {
        "one": attribution(heat),
        "same": attribution(3 * heat + 1),
        "other": attribution(-heat),
    }
    values = agreement.matrix(maps)
    assert values == pytest.approx(values.T)
    assert values[0].tolist() == pytest.approx([1, 1, -1])
