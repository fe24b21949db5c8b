"""What the experiments on backpropagation compute."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.foundations import backpropagation as bp


@settings(max_examples=40)
@given(st.floats(-2, 2), st.floats(-2, 2))
def test_every_derivative_of_the_graph_agrees_with_its_check(x, y):
    found = bp.graph(x, y)
    assert found.gap < 1e-8
    assert found.nodes[-1].value == pytest.approx(np.tanh(x * y + np.sin(x)))
    assert found.along_x[40] == pytest.approx(found.nodes[-1].value)


def test_the_two_uses_of_an_input_can_cancel():
    found = bp.graph(0.8, -float(np.cos(0.8)))
    assert abs(found.nodes[0].adjoint) < 1e-12


@pytest.mark.parametrize("name", list(bp.CHECKED))
def test_differences_make_a_v_and_complex_steps_do_not(name):
    found = bp.step_errors(name)
    assert abs(found.best - found.predicted) < 1
    assert found.central[0] > found.central.min() + 5
    assert found.central[-1] > found.central.min() + 5
    assert found.complex_step[:25].max() < -14
    assert found.at(found.best)[1] == found.central.min()


@pytest.mark.parametrize("activation", list(bp.ACTIVATIONS))
@pytest.mark.parametrize("gain", [0.8, 1.5])
def test_a_deep_network_follows_the_wide_limit(activation, gain):
    found = bp.depth(activation, 8, gain, seed=2)
    np.testing.assert_allclose(found.forward, found.forward_theory, atol=0.5)
    np.testing.assert_allclose(found.backward, found.backward_theory, atol=0.5)
    assert found.backward[-1] == found.backward_theory[-1] == 0
    assert found.reaching == found.backward[0]


def test_he_gain_keeps_relu_exactly_in_the_limit():
    found = bp.depth("ReLU", 30, float(np.sqrt(2)))
    np.testing.assert_allclose(found.forward_theory, np.log10(2), atol=1e-4)
    np.testing.assert_allclose(found.backward_theory, 0, atol=1e-4)


def test_sigmoid_gradients_vanish():
    assert bp.depth("sigmoid", 20, 1.0).reaching < -20


def test_costs_cross_where_outputs_outnumber_inputs():
    found = bp.costs(16, 8, 1)
    assert found.reverse < found.forward
    assert found.reverse == found.cheapest
    assert (found.cheapest_along <= np.minimum(found.reverse_along, found.forward_along)).all()
    assert found.reverse_along[-1] > found.forward_along[-1]


@pytest.mark.parametrize("seed", range(5))
def test_without_biases_both_attributions_are_complete(seed):
    found = bp.attributions(1, 0.0, seed)
    assert abs(found.integrated_gap) < 1e-12
    assert abs(found.gradient_gap) < 1e-12
    np.testing.assert_allclose(found.integrated, found.times_gradient)


def test_with_biases_only_integrated_gradients_get_there():
    found = bp.attributions(32, 1.0, 3)
    assert abs(found.gaps[-1]) < 0.1 * abs(found.gradient_gap)
    assert found.integrated_gap == found.gaps[-1]


def test_equal_seeds_give_equal_networks():
    np.testing.assert_array_equal(
        bp.depth("tanh", 5, 1.0, 4).forward, bp.depth("tanh", 5, 1.0, 4).forward
    )
