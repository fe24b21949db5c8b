"""The article on multipliers: its experiments follow their sliders, and it shows the real plan."""

from __future__ import annotations

import pytest

from core.apple_sales import default_problem, plan
from core.foundations import lagrange_kkt
from core.viz.text import fixed

SLUG = "foundations-lagrange-kkt"
KEY = "foundations.lagrange-kkt"


def said(app) -> str:
    return "\n".join(one.value for one in app.markdown)


@pytest.mark.parametrize("section", [one.key for one in lagrange_kkt.TOPIC.sections])
def test_every_section_shows_its_statements_verified(open_page, section):
    app = open_page(SLUG, section=section)
    assert not app.exception
    titles = [one.value for one in app.subheader]
    wanted = [one for one in lagrange_kkt.TOPIC.statements if one.section == section]
    assert all(any(title.startswith(f"{one.id} ") for title in titles) for one in wanted)
    assert "Does not hold" not in said(app)
    assert "Not verified" not in said(app)


def moved(app, name: str, value: float) -> str:
    app.slider(key=f"{KEY}.{name}").set_value(value).run()
    assert not app.exception
    return said(app)


def test_the_walk_reaches_parallel_gradients_at_the_top(open_page):
    app = open_page(SLUG, section="geometry")
    for degrees in (60, 10, 210):
        found = lagrange_kkt.walk(float(degrees))
        text = moved(app, "walk.degrees", degrees)
        assert f"At {degrees}° the height is **{fixed(found.value)}**" in text
        assert f"enclose **{fixed(found.angle, 1)}°**" in text


def test_the_sign_lab_shows_both_bounds(open_page):
    app = open_page(SLUG, section="signs")
    for mu in (1.0, 2.4, 5.5):
        found = lagrange_kkt.signs(mu)
        text = moved(app, "signs.mu", mu)
        assert f"by **{fixed(found.bound_right)}**" in text
        assert f"the minus gives **{fixed(found.bound_wrong)}**" in text
        assert ("Bound is exact" in text) == (mu == 2.4)


def test_the_limit_moves(open_page):
    app = open_page(SLUG, section="duality")
    for u in (0.8, -1.5, 2.0):
        found = lagrange_kkt.perturbed(u)
        text = moved(app, "price.u", u)
        assert f"the best value is **{fixed(found.value)}**" in text
        assert f"says {fixed(found.promised)}" in text


def test_slack_gets_dearer(open_page):
    app = open_page(SLUG, section="svm")
    for power in (-2.0, 0.0, 2.0):
        found = lagrange_kkt.street(power)
        text = moved(app, "street.power", power)
        assert f"the street is **{fixed(found.width)}** wide" in text
        assert f"**{found.at_price}** points have the multiplier C" in text


def test_the_return_follows_its_slider(open_page):
    app = open_page(SLUG, section="portfolio")
    for r in (2.0, 8.5):
        found = lagrange_kkt.frontier(r)
        text = moved(app, "frontier.return", r)
        assert f"the least variance is **{fixed(found.variance, 1)}**" in text
        assert f"is **{fixed(found.price, 2)}** for one more percent" in text


def test_the_ball_follows_its_slider(open_page):
    app = open_page(SLUG, section="shrinkage")
    for share in (20, 120):
        text = moved(app, "ball.share", share)
        assert f"**λ = {fixed(lagrange_kkt.ball(share / 100).price)}**" in text


def test_the_page_shows_the_plan_of_the_apple_pages(open_page):
    app = open_page(SLUG, section="apple-plan")
    found = plan(default_problem(), checks=False)
    text = said(app)
    assert "Status: optimal" in text
    assert f"The objective is **{fixed(found.objective)}**" in text
    assert f"Frank-Wolfe gap: {found.certificate.fw_gap:.2g}" in text
    (table,) = (one.value for one in app.dataframe if "Up" in one.value.columns)
    shown = dict(zip(table["Limit"] + table["Kind"], table["Price"], strict=True))
    for one in found.multipliers:
        word = {"low": "at least", "high": "at most"}[one.side]
        assert shown[one.name + word] == pytest.approx(one.price, rel=1e-12)
    assert sum(price != 0 for price in shown.values()) == len(found.multipliers)
    for step in (0, lagrange_kkt.STEPS):
        way = lagrange_kkt.approach(step)
        text = moved(app, "plan.step", step)
        assert f"adds more than **{fixed(way.gap)}**" in text
        assert f"plan adds **{fixed(way.shortfall)}**" in text


OWN = {one.id: one.section for one in lagrange_kkt.TOPIC.statements}
BROKEN = sorted({OWN[one.statement] for one in lagrange_kkt.TOPIC.breaks})


@pytest.mark.parametrize("section", BROKEN)
def test_every_switch_turns_its_row_red(open_page, section):
    app = open_page(SLUG, section=section)
    switches = [one for one in lagrange_kkt.TOPIC.breaks if OWN[one.statement] == section]
    for one in switches:
        app.button_group(key=f"foundations.break.{one.statement}").set_value(one.id).run()
        assert not app.exception
        assert one.reason in said(app)
    assert said(app).count("Fails without the hypothesis") == len(switches)
