"""The article on logistic regression: its experiments follow their controls."""

from __future__ import annotations

import pytest

from core.foundations import logistic_regression
from core.viz.text import fixed, signed

SLUG = "foundations-logistic-regression"
KEY = "foundations.logistic-regression"


def said(app) -> str:
    return "\n".join(one.value for one in app.markdown)


@pytest.mark.parametrize("section", [one.key for one in logistic_regression.TOPIC.sections])
def test_every_section_shows_its_statements_verified(open_page, section):
    app = open_page(SLUG, section=section)
    assert not app.exception
    titles = [one.value for one in app.subheader]
    wanted = [one for one in logistic_regression.TOPIC.statements if one.section == section]
    assert all(any(title.startswith(f"{one.id} ") for title in titles) for one in wanted)
    assert "Does not hold" not in said(app)
    assert "Not verified" not in said(app)


def test_slope_and_intercept_move_the_curve(open_page):
    app = open_page(SLUG, section="odds")
    for slope, intercept in ((2.0, 1.0), (-0.5, 0.0), (0.0, 2.0)):
        app.slider(key=f"{KEY}.odds.slope").set_value(slope).run()
        app.slider(key=f"{KEY}.odds.intercept").set_value(intercept).run()
        found = logistic_regression.odds_view(slope, intercept)
        assert f"multiplies the odds by **{fixed(found.factor, 3)}**" in said(app)
        assert f"at most **{fixed(100 * found.largest, 1)}** points" in said(app)
    assert "reached nowhere" in said(app)
    assert not app.exception


def test_the_loss_and_the_start_move_the_descent(open_page):
    app = open_page(SLUG, section="likelihood")
    for kind in logistic_regression.LOSSES:
        app.segmented_control(key=f"{KEY}.loss.kind").set_value(kind).run()
        for start in (-8.0, 5.0):
            app.slider(key=f"{KEY}.loss.start").set_value(start).run()
            found = logistic_regression.landscape(kind, start)
            assert f"to **{fixed(found.end_loss, 3)}**" in said(app)
            assert f"is **{fixed(found.steepness, 3)}** strong" in said(app)
    assert not app.exception


def test_digits_follow_the_slider(open_page):
    app = open_page(SLUG, section="numerics")
    for z in (-40, 40, 720):
        app.slider(key=f"{KEY}.digits.z").set_value(z).run()
        found = logistic_regression.stability(float(z))
        assert f"is **{found.naive:.6g}** as written and **{found.stable:.6g}**" in said(app)
    assert not app.exception


def test_gap_and_penalty_move_the_coefficients(open_page):
    app = open_page(SLUG, section="separation")
    for gap, penalty in ((-1.0, 0.1), (2.0, 0.3)):
        app.slider(key=f"{KEY}.separation.gap").set_value(gap).run()
        app.slider(key=f"{KEY}.separation.ridge").set_value(penalty).run()
        found = logistic_regression.separation_view(gap, penalty)
        assert f"length **{fixed(found.size[-1], 2)}** without" in said(app)
        assert f"**{fixed(found.penalised_size[-1], 2)}** with it" in said(app)
        assert ("no finite best fit" in said(app)) == found.separated
    assert not app.exception


def test_rows_and_noise_move_the_slope(open_page):
    app = open_page(SLUG, section="calibration")
    for rows, noise in ((300, 5), (300, 40)):
        app.slider(key=f"{KEY}.calibration.rows").set_value(rows).run()
        app.slider(key=f"{KEY}.calibration.noise").set_value(noise).run()
        found = logistic_regression.calibration_view(rows, noise)
        assert f"new rows it is **{fixed(found.outside[1], 3)}**" in said(app)
    app.slider(key=f"{KEY}.calibration.rows").set_value(100).run()
    assert "A plane separates these rows" in app.warning[0].value
    assert not app.exception


def test_the_clinical_estimate_is_taken_apart(open_page):
    app = open_page(SLUG, section="cardiosense")
    for slug in logistic_regression.example_titles():
        app.selectbox(key=f"{KEY}.cardiosense.patient").set_value(slug).run()
        found = logistic_regression.clinical_estimate(slug)
        assert f"gives **{found.shown:.6f}**" in said(app)
        assert f"*{found.labels[0]}*" in said(app)
        assert any(f"{found.summed:.6f}" in one.value for one in app.latex)
    assert any(found.trained_on in one.value for one in app.caption)


def test_calibration_is_shown_hospital_by_hospital(open_page):
    app = open_page(SLUG, section="cardiosense")
    found = logistic_regression.clinical_calibration()
    together = found.together
    assert f"**{signed(100 * together.gap, 1)}** points among {together.n}" in said(app)
    worst = max(found.hospitals, key=lambda one: abs(one.gap))
    assert f"**{signed(100 * worst.gap, 1)}** in {worst.name}, n = {worst.n}" in said(app)
    assert any(found.how in one.value for one in app.caption)
    assert not app.exception
