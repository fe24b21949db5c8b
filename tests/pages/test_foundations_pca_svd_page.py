"""The article on PCA and SVD: its experiments follow their sliders."""

from __future__ import annotations

import pytest

from core.foundations import pca_svd
from core.viz.text import fixed, percent

SLUG = "foundations-pca-svd"


def said(app) -> str:
    return "\n".join(one.value for one in app.markdown)


@pytest.mark.parametrize("section", [one.key for one in pca_svd.TOPIC.sections])
def test_every_section_shows_its_statements_verified(open_page, section):
    app = open_page(SLUG, section=section)
    assert not app.exception
    titles = [one.value for one in app.subheader]
    wanted = [one for one in pca_svd.TOPIC.statements if one.section == section]
    assert all(any(title.startswith(f"{one.id} ") for title in titles) for one in wanted)
    assert "Does not hold" not in said(app)
    assert "Not verified" not in said(app)


def test_the_line_turns(open_page):
    app = open_page(SLUG, section="pca")
    seen = set()
    for angle in (100, 45, 0):
        app.slider(key="foundations.pca-svd.direction.angle").set_value(angle).run()
        found = pca_svd.along_direction(float(angle))
        assert f"carries **{fixed(found.variance)}** and misses **{fixed(found.error)}**" in said(
            app
        )
        seen.add(found.variance)
    assert not app.exception
    assert len(seen) == 3


def test_the_rank_changes_the_error(open_page):
    app = open_page(SLUG, section="eckart-young")
    for k in (1, 12):
        app.slider(key="foundations.pca-svd.film.rank").set_value(k).run()
        found = pca_svd.low_rank_film(k)
        assert f"have the root **{fixed(found.error, 6)}**" in said(app)
        assert f"announce **{fixed(found.formula, 6)}**" in said(app)
    assert not app.exception


def test_the_unit_turns_the_axis_and_noise_has_components(open_page):
    app = open_page(SLUG, section="cautions")
    for factor in (0.1, 3.0):
        app.select_slider(key="foundations.pca-svd.units.factor").set_value(factor).run()
        found = pca_svd.unit_change(factor)
        assert f"an angle of **{fixed(found.angle, 1)}°**" in said(app)
        assert f"carries **{percent(found.share)}**" in said(app)
    for name, value in (("rows", 200), ("columns", 20), ("draw", 7)):
        app.slider(key=f"foundations.pca-svd.noise.{name}").set_value(value).run()
    noise = pca_svd.noise_spectrum(200, 20, 7)
    assert f"largest of 20 eigenvalues is **{fixed(noise.eigenvalues[0], 2)}**" in said(app)
    assert f"would keep **{noise.above_one}** of them" in said(app)
    assert not app.exception


def test_a_case_moves_away(open_page):
    app = open_page(SLUG, section="use")
    for along, off in ((4.0, 0.0), (0.0, 9.0)):
        app.slider(key="foundations.pca-svd.case.along").set_value(along).run()
        app.slider(key="foundations.pca-svd.case.off").set_value(off).run()
        found = pca_svd.new_case(along, off)
        assert f"squared distance is **{fixed(found.distance, 2)}**" in said(app)
        assert f"In the plane: {fixed(found.within, 2)}" in said(app)
        assert f"Off the plane: {fixed(found.residual, 2)}" in said(app)
    assert not app.exception


@pytest.mark.parametrize("one", pca_svd.TOPIC.breaks, ids=lambda b: b.id)
def test_every_switch_turns_its_row_red(open_page, one):
    section = next(s.section for s in pca_svd.TOPIC.statements if s.id == one.statement)
    app = open_page(SLUG, section=section)
    app.button_group(key=f"foundations.break.{one.statement}").set_value(one.id).run()
    assert not app.exception
    assert "Fails without the hypothesis" in said(app)
    assert one.reason in said(app)
