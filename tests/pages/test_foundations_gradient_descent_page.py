"""The article on gradient descent: its sections, experiments and the numbers they show."""

from __future__ import annotations

import pytest

from core.foundations import gradient_descent as gd
from core.viz.text import fixed

SLUG = "foundations-gradient-descent"
KEY = "foundations.gradient-descent"


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption])


@pytest.mark.parametrize("section", [*(one.key for one in gd.TOPIC.sections), "errors"])
def test_every_section_is_verified(open_page, section):
    app = open_page(SLUG, section=section)
    assert not app.exception
    assert "Does not hold on this machine" not in texts(app)
    assert "Not verified" not in texts(app)


def test_the_path_follows_the_step(open_page):
    app = open_page(SLUG, section="step-size")
    for share, word in ((0.5, "Converges"), (2.0, "period two"), (2.2, "Diverges")):
        app.slider(key=f"{KEY}.step.share").set_value(share).run()
        found = gd.try_step_size(share, 8.0)
        assert f"steep axis by **{fixed(found.factors[1], 3)}**" in texts(app)
        assert word in texts(app)
    app.slider(key=f"{KEY}.step.condition").set_value(25).run()
    assert f"The best step here is {fixed(gd.try_step_size(2.2, 25.0).best, 2)}/L" in texts(app)


def test_the_bounds_follow_the_steps(open_page):
    app = open_page(SLUG, section="rates")
    for steps in (10, 1, 60):
        app.slider(key=f"{KEY}.bounds.steps").set_value(steps).run()
        found = gd.convex_bounds(steps)
        assert not app.exception
        assert f"leaves the gap **{found.gap:.6f}**" in texts(app)


def test_the_map_follows_step_momentum_and_condition(open_page):
    app = open_page(SLUG, section="momentum")
    values = {"share": 1.5, "beta": 0.6}
    for name, value in (("share", 3.9), ("beta", 0.0), ("beta", 0.98)):
        values[name] = value
        app.slider(key=f"{KEY}.momentum.{name}").set_value(value).run()
        found = gd.momentum_map(values["share"], values["beta"], 50.0)
        assert not app.exception
        assert f"factor {fixed(found.chosen, 4)}" in texts(app)
    app.select_slider(key=f"{KEY}.momentum.condition").set_value(200).run()
    best = gd.momentum_map(3.9, 0.98, 200.0).best_radius
    assert f"factor **{fixed(best, 4)}**" in texts(app)


def test_the_online_problem_is_repaired(open_page):
    app = open_page(SLUG, section="adaptive")
    for slope in (2.2, 6.0):
        app.slider(key=f"{KEY}.online.slope").set_value(slope).run()
        found = gd.online(slope, keep_largest=False)
        assert f"is at **{fixed(found.end, 3)}** on average" in texts(app)
    assert "Ends near the worst point" in texts(app)
    app.toggle(key=f"{KEY}.online.keep").set_value(True).run()
    assert "Ends near the best point" in texts(app)
    found = gd.online(6.0, keep_largest=True)
    assert f"is at **{fixed(found.end, 3)}** on average" in texts(app)


def test_the_floor_follows_step_and_batch(open_page):
    app = open_page(SLUG, section="stochastic")
    app.slider(key=f"{KEY}.noise.step").set_value(0.5).run()
    assert f"floor is **{gd.noise_floor(0.5, 10).floor:.5f}**" in texts(app)
    app.select_slider(key=f"{KEY}.noise.batch").set_value(199).run()
    found = gd.noise_floor(0.5, 199)
    assert f"floor is **{found.floor:.5f}**" in texts(app)
    assert f"squared error is **{found.last:.5f}**" in texts(app)


def test_a_switch_turns_a_row_red_as_predicted(open_page):
    app = open_page(SLUG, section="step-size")
    app.pills(key="foundations.break.GD-6").set_value("GD-6-b1").run()
    assert "Fails without the hypothesis" in texts(app)
    assert "As predicted" in texts(app)


def test_the_self_test_computes_its_answers(open_page):
    app = open_page(SLUG, section="self-test")
    for one in gd.TOPIC.questions:
        app.radio(key=f"foundations.question.{one.id}").set_value(one.answer()).run()
    assert not app.exception
    assert "Not so" not in texts(app)
