"""Backpropagation: gradients by the chain rule, and what they say about networks."""

from __future__ import annotations

from core.foundations.backpropagation import (
    attribution,
    blocks,
    chain_rule,
    layers,
    network,
    scale,
    second_order,
    start,
)
from core.foundations.backpropagation.breaks import BREAKS
from core.foundations.backpropagation.errata import ERRATA
from core.foundations.backpropagation.experiments import (
    ACTIVATIONS,
    CHECKED,
    Attributions,
    Costs,
    Depth,
    Graph,
    Node,
    StepErrors,
    attributions,
    costs,
    depth,
    graph,
    step_errors,
)
from core.foundations.backpropagation.questions import QUESTIONS
from core.foundations.schema import Section, Topic

__all__ = [
    "ACTIVATIONS",
    "CHECKED",
    "TOPIC",
    "Attributions",
    "Costs",
    "Depth",
    "Graph",
    "Node",
    "StepErrors",
    "attributions",
    "costs",
    "depth",
    "graph",
    "step_errors",
]

_SECTIONS = (
    Section(
        key="chain-rule",
        title="The chain rule",
        intuition="A network is one function after the other, and its derivative is a product of "
        "matrices. The product is the same in whatever order it is multiplied, but the work is "
        "not. From a single loss backwards every step is a matrix times a vector; that is all of "
        "backpropagation.",
    ),
    Section(
        key="layers",
        title="Layers",
        intuition="Each kind of layer needs one rule: given the gradient for its output, what is "
        "it for the input and for the weights? The rules are short, and they compose.",
    ),
    Section(
        key="blocks",
        title="Blocks for images and text",
        intuition="Convolutions, pooling, attention and residual connections are linear layers, "
        "softmax and sums in other clothes. Their rules explain the maps of the Saliency "
        "explorer: Grad-CAM is a gradient, averaged over the cells of a feature map.",
    ),
    Section(
        key="network",
        title="Whole networks",
        intuition="One pass forwards stores the outputs, one pass backwards turns them into the "
        "gradient for every weight. A weight that is used twice collects twice. Whoever writes "
        "such a pass checks it by differences, and the step of the differences is not a matter of "
        "taste.",
    ),
    Section(
        key="scale",
        title="Scale and start",
        intuition="A deep network multiplies many factors, forwards and backwards. If their "
        "typical size is not one, signals vanish or explode like a power of the depth. The start "
        "decides the size of the factors, and also whether units can ever differ.",
    ),
    Section(
        key="second-order",
        title="Curvature and explanation",
        intuition="Differentiating the gradient along a direction gives curvature without a "
        "Hessian. Symmetries of the network give exact laws: weights before a batch norm get "
        "gradients at a right angle, and in a ReLU network without biases inputs times gradients "
        "sum to the output. Completeness of attributions, which the Saliency explorer measures, "
        "is one of them.",
    ),
)

TOPIC = Topic(
    key="backpropagation",
    title="Backpropagation",
    prefix="BP",
    question="How does a network find the gradient for all its weights at the price of about one "
    "more pass, and how large is that gradient?",
    sections=_SECTIONS,
    statements=(
        *chain_rule.STATEMENTS,
        *layers.STATEMENTS,
        *blocks.STATEMENTS,
        *network.STATEMENTS,
        *scale.STATEMENTS,
        *start.STATEMENTS,
        *second_order.STATEMENTS,
        *attribution.STATEMENTS,
    ),
    breaks=BREAKS,
    errata=ERRATA,
    questions=QUESTIONS,
)
