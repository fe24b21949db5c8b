"""Switches that violate one hypothesis of a statement on scale, curvature and attribution."""

from __future__ import annotations

import numpy as np

from core.foundations.backpropagation import attribution, scale, second_order, start
from core.foundations.schema import Break

COMMON, LEAK, SMALL = 0.5, 0.2, 0.3

BREAKS = (
    Break(
        id="BP-22-b1",
        statement="BP-22",
        switch="Correlated weights",
        violates="The weights of a unit have pairwise correlation 0.5.",
        reason="The mixed terms no longer vanish, because the inputs have a mean that the common "
        "part of the weights multiplies.",
        check=lambda rng: scale.forward_variance(rng, common=COMMON),
        outcome="For each ordered pair of inputs the variance gains the correlation times the "
        "weight variance times the squared mean of an input.",
        predicted=lambda rng: scale.correlated_variance(rng, COMMON),
    ),
    Break(
        id="BP-23-b1",
        statement="BP-23",
        switch="A skewed density",
        violates="The variable is a centred exponential one, which is not symmetric about 0.",
        reason="Its long right tail holds more than half of the mean square.",
        check=lambda rng: scale.relu_half(rng, skewed=True),
        outcome="ReLU keeps the share 2/e instead of one half.",
        predicted=scale.relu_skewed,
    ),
    Break(
        id="BP-26-b1",
        statement="BP-26",
        switch="Tanh instead of the sigmoid",
        violates="The activation is not the sigmoid: tanh has the slope 1 at 0, not one quarter.",
        reason="The bound came from the quarter alone.",
        check=lambda rng: scale.vanishing(rng, np.tanh),
        outcome="In the centred case the gradient grows like the weights' norm to the depth.",
        predicted=scale.steep,
    ),
    Break(
        id="BP-27-b1",
        statement="BP-27",
        switch="Drop one of the two units in a step",
        violates="The step does not move all weights by the same gradient.",
        reason="The dropped unit has gradient 0 and stays, while the other one moves.",
        check=start.dropped,
        outcome="They differ by exactly the step of the unit that stayed.",
        predicted=start.dropped_apart,
    ),
    Break(
        id="BP-28-b1",
        statement="BP-28",
        switch="A leak of 0.2 below zero",
        violates="The activation has a slope below 0.",
        reason="The gradient passes through the leak, so the unit can come back.",
        check=lambda rng: start.dead(rng, leak=LEAK),
        outcome="The gradient is the leak times that of a linear unit.",
        predicted=lambda rng: start.leaky(rng, LEAK),
    ),
    Break(
        id="BP-31-b1",
        statement="BP-31",
        switch="A constant in the spread",
        violates="The spread holds a constant of 0.3, so a factor of the weights changes it.",
        reason="Short weights count for less against the constant: the loss depends on their "
        "length.",
        check=lambda rng: second_order.scale_invariance(rng, small=SMALL),
        outcome="The inner product of weights and gradient is the share of the constant in the "
        "squared spread times that of output and gradient above.",
        predicted=lambda rng: second_order.radial_part(rng, SMALL),
    ),
    Break(
        id="BP-32-b1",
        statement="BP-32",
        switch="A hard threshold in the output",
        violates="The output jumps on the line from base to input.",
        reason="The gradient of the threshold is 0 on both sides of the jump, so no node of the "
        "integral sees it.",
        check=lambda rng: attribution.completeness(rng, threshold=True),
        outcome="Exactly the height of the jump is given to no input.",
        predicted=attribution.lost_jump,
    ),
    Break(
        id="BP-34-b1",
        statement="BP-34",
        switch="Biases",
        violates="The layers have biases.",
        reason="A factor of the input does not scale the biases, so the output is no longer "
        "homogeneous in the input alone.",
        check=lambda rng: attribution.homogeneous(rng, biased=True),
        outcome="For plain ReLU the sum lacks exactly each bias times its own gradient.",
        predicted=attribution.with_biases,
    ),
)
