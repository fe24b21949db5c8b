"""The article on backpropagation: its sections, experiments and the numbers they show."""

from __future__ import annotations

import pytest

from core.foundations import backpropagation as bp
from core.viz.text import fixed, number

SLUG = "foundations-backpropagation"
KEY = "foundations.backpropagation"


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption])


@pytest.mark.parametrize("section", [*(one.key for one in bp.TOPIC.sections), "errors"])
def test_every_section_is_verified(open_page, section):
    app = open_page(SLUG, section=section)
    assert not app.exception
    assert "Does not hold on this machine" not in texts(app)
    assert "Not verified" not in texts(app)


def test_the_graph_follows_its_inputs(open_page):
    app = open_page(SLUG, section="chain-rule")
    for x, y in ((0.8, -0.5), (-1.2, -0.5), (-1.2, 1.4)):
        app.slider(key=f"{KEY}.graph.x").set_value(x)
        app.slider(key=f"{KEY}.graph.y").set_value(y).run()
        by = {node.name: node.adjoint for node in bp.graph(x, y).nodes}
        assert f"together **{fixed(by['x'])}**" in texts(app)
        assert f"collects **{fixed(by['y'])}**" in texts(app)


def test_the_costs_follow_the_widths(open_page):
    app = open_page(SLUG, section="chain-rule")
    values = {"inputs": 64, "hidden": 32, "outputs": 1}
    for name, value in (("outputs", 100), ("inputs", 9), ("hidden", 12)):
        values[name] = value
        app.slider(key=f"{KEY}.cost.{name}").set_value(value).run()
        found = bp.costs(**values)
        assert f"**{found.reverse:,}** multiplications" in texts(app)
        assert f"forward **{found.forward:,}**" in texts(app)
        assert f"all orders takes **{found.cheapest:,}**" in texts(app)


def test_the_gradient_check_follows_step_and_function(open_page):
    app = open_page(SLUG, section="network")
    for name, step in (("exp", -12.0), ("sin 5x", -12.0), ("sin 5x", -5.5)):
        app.segmented_control(key=f"{KEY}.step.function").set_value(name)
        app.slider(key=f"{KEY}.step.power").set_value(step).run()
        found = bp.step_errors(name)
        lost = found.at(step)[1] - found.at(found.best)[1]
        assert f"power **{number(found.best)}**" in texts(app)
        assert f"they lose **{fixed(lost, 1)}** digits" in texts(app)


def test_the_depth_follows_gain_layers_and_activation(open_page):
    app = open_page(SLUG, section="scale")
    for activation, layers, gain, draw in (
        ("ReLU", 20, 1.5, 1),
        ("ReLU", 35, 1.5, 2),
        ("sigmoid", 35, 4.0, 2),
    ):
        app.segmented_control(key=f"{KEY}.depth.activation").set_value(activation)
        app.slider(key=f"{KEY}.depth.layers").set_value(layers)
        app.slider(key=f"{KEY}.depth.gain").set_value(gain)
        app.slider(key=f"{KEY}.depth.draw").set_value(draw).run()
        found = bp.depth(activation, layers, gain, draw)
        assert f"changes by **{fixed(found.reaching, 1)}** powers" in texts(app)


def test_the_attributions_follow_midpoints_and_biases(open_page):
    app = open_page(SLUG, section="second-order")
    assert "lack **0.000** of it" in texts(app)
    for nodes, bias, draw in ((4, 1.0, 1), (30, 1.0, 1), (30, 1.0, 3)):
        app.slider(key=f"{KEY}.attribution.nodes").set_value(nodes)
        app.slider(key=f"{KEY}.attribution.bias").set_value(bias)
        app.slider(key=f"{KEY}.attribution.draw").set_value(draw).run()
        found = bp.attributions(nodes, bias, draw)
        assert f"gradients lack **{fixed(found.integrated_gap)}**" in texts(app)
        assert f"gradient lacks **{fixed(found.gradient_gap)}**" in texts(app)


def test_a_switch_turns_the_row_red_as_predicted(open_page):
    app = open_page(SLUG, section="chain-rule")
    app.button_group(key="foundations.break.BP-4").set_value("BP-4-b1").run()
    assert not app.exception
    assert "Fails without the hypothesis" in texts(app)
    assert "As predicted" in texts(app)


def test_the_attributions_lead_to_the_saliency_explorer(open_page):
    app = open_page(SLUG, section="second-order")
    labels = [element.proto.label for element in app.get("page_link")]
    assert "Open the Saliency explorer" in labels
