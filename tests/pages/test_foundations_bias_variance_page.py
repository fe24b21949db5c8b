"""The page on bias and variance: sliders change what is said, and it is what core computes."""

from __future__ import annotations

import pytest

from core.foundations import bias_variance
from core.viz.text import fixed

SLUG = "foundations-bias-variance"
KEY = "foundations.bias-variance"


def said(app) -> str:
    return "\n".join(one.value for one in app.markdown)


@pytest.fixture
def section(open_page):
    def open_(name: str):
        app = open_page(SLUG, section=name)
        assert not app.exception
        return app

    return open_


def test_polynomials(section):
    app = section("fixed-design")
    app.slider(key=f"{KEY}.polynomials.degree").set_value(5).run()
    app.slider(key=f"{KEY}.polynomials.points").set_value(60).run()
    app.slider(key=f"{KEY}.polynomials.noise").set_value(0.5).run()
    assert not app.exception
    found = bias_variance.polynomial_fits(5, 0.5, 60)
    assert f"**{fixed(float(found.fresh[5]), 4)}** on fresh values" in said(app)
    assert f"The best degree is **{found.best}**" in said(app)


def test_ridge(section):
    app = section("regularisation")
    found = bias_variance.ridge_path(-2.0)
    assert f"**{fixed(sum(found.chosen), 4)}**, less than" in said(app)
    app.slider(key=f"{KEY}.ridge.penalty").set_value(1.0).run()
    found = bias_variance.ridge_path(1.0)
    assert not app.exception
    assert f"**{fixed(sum(found.chosen), 4)}**, more than" in said(app)


def test_ensembles(section):
    app = section("ensembles")
    app.slider(key=f"{KEY}.ensembles.models").set_value(50).run()
    app.slider(key=f"{KEY}.ensembles.correlation").set_value(0.0).run()
    assert not app.exception
    found = bias_variance.ensemble(50, 0.0)
    assert f"The average of 50 has variance **{fixed(found.shared + found.own, 3)}**" in said(app)


def test_validation(section):
    app = section("cross-validation")
    app.select_slider(key=f"{KEY}.validation.folds").set_value(2).run()
    app.slider(key=f"{KEY}.validation.rows").set_value(60).run()
    app.slider(key=f"{KEY}.validation.draw").set_value(7).run()
    assert not app.exception
    found = bias_variance.validated(2, 60, seed=7)
    text = f"chooses degree **{found.chosen}** and reports **{fixed(min(found.one), 4)}**"
    assert text in said(app)
    assert "30 of 60 rows" in said(app)


def test_double_descent(section):
    app = section("more-data")
    app.slider(key=f"{KEY}.descent.features").set_value(20).run()
    assert not app.exception
    assert "the expected error is **infinite**" in said(app)
    app.slider(key=f"{KEY}.descent.features").set_value(100).run()
    app.slider(key=f"{KEY}.descent.draw").set_value(2).run()
    found = bias_variance.double_descent(100, seed=2)
    total = found.missed + found.bias + found.variance
    assert f"above the noise is **{fixed(total, 3)}**" in said(app)
    assert f"this draw has {fixed(float(found.run[99]), 3)}" in said(app)
