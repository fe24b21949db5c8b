"""What the experiments of the article compute; the page only draws it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundations.backpropagation import counting, formulas, numeric
from core.foundations.backpropagation import formulas_network as network
from core.foundations.backpropagation.attribution import integrated

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A node of a computation graph.

    Attributes
    ----------
    name, rule : str
        Its name, and how it is computed from others.
    value, adjoint : float
        Found forwards, and the derivative of the output by it, found backwards.
    measured : float
        The same derivative: the output for a small change of this node alone.
    """

    name: str
    rule: str
    value: float
    adjoint: float
    measured: float


@dataclasses.dataclass(frozen=True, slots=True)
class Graph:
    """The graph at one place, and its output along each input.

    Attributes
    ----------
    nodes : tuple of Node
        In the order of the forward pass; the last one is the output.
    offsets : ndarray
        Changes of one input.
    along_x, along_y : ndarray
        Output for these changes.
    """

    nodes: tuple[Node, ...]
    offsets: Floats
    along_x: Floats
    along_y: Floats

    @property
    def gap(self) -> float:
        """Largest difference between a derivative found backwards and its check."""
        return max(abs(node.adjoint - node.measured) for node in self.nodes)


_RULES = {"x": "input", "y": "input", "a": "x y", "b": "sin x", "c": "a + b", "f": "tanh c"}


def _forward(x: float, y: float, change: dict[str, float] | None = None) -> dict[str, float]:
    """Compute the nodes; a change is added to a node before others read it."""
    added = change or {}
    v = {"x": x + added.get("x", 0.0), "y": y + added.get("y", 0.0)}
    v["a"] = v["x"] * v["y"] + added.get("a", 0.0)
    v["b"] = float(np.sin(v["x"])) + added.get("b", 0.0)
    v["c"] = v["a"] + v["b"] + added.get("c", 0.0)
    v["f"] = float(np.tanh(v["c"])) + added.get("f", 0.0)
    return v


def graph(x: float, y: float) -> Graph:
    """Run ``tanh(x y + sin x)`` forwards and backwards.

    Parameters
    ----------
    x, y : float
        The inputs.
    """
    v = _forward(x, y)
    back = {"f": 1.0}
    back["c"] = back["f"] * float(formulas.tanh_slope(np.array(v["f"])))
    back["a"] = back["b"] = back["c"]
    back["y"] = back["a"] * v["x"]
    back["x"] = back["a"] * v["y"] + back["b"] * float(np.cos(v["x"]))
    h = numeric.REAL
    nodes = tuple(
        Node(
            name,
            rule,
            v[name],
            back[name],
            (_forward(x, y, {name: h})["f"] - _forward(x, y, {name: -h})["f"]) / (2 * h),
        )
        for name, rule in _RULES.items()
    )
    offsets = np.linspace(-1, 1, 81)
    along_x = np.array([_forward(x + d, y)["f"] for d in offsets])
    along_y = np.array([_forward(x, y + d)["f"] for d in offsets])
    return Graph(nodes, offsets, along_x, along_y)


@dataclasses.dataclass(frozen=True, slots=True)
class StepErrors:
    """Errors of three ways to a derivative by the step, as powers of ten.

    Attributes
    ----------
    steps : ndarray
        Powers of ten, ascending.
    forward, central, complex_step : ndarray
        Power of ten of the typical error; exact results count as one rounding.
    predicted : float
        Power of ten of the best step of central differences.
    """

    steps: Floats
    forward: Floats
    central: Floats
    complex_step: Floats
    predicted: float

    @property
    def best(self) -> float:
        """Power of ten of the step at which central differences are best here."""
        return float(self.steps[np.argmin(self.central)])

    def at(self, step: float) -> tuple[float, float, float]:
        """Return the three powers at the step nearest to a power of ten."""
        i = int(np.argmin(np.abs(self.steps - step)))
        return float(self.forward[i]), float(self.central[i]), float(self.complex_step[i])


CHECKED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], float]] = {
    "exp": (np.exp, np.exp, 1.0),
    "sin 5x": (lambda x: np.sin(5 * x), lambda x: 5 * np.cos(5 * x), 125.0),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2, 1.0),
}
"""Functions by name with their derivative and the size of their third derivative."""


def step_errors(name: str) -> StepErrors:
    """Measure the error of derivatives of a function for steps from 1e-15 to 0.1.

    Parameters
    ----------
    name : str
        One of ``CHECKED``.
    """
    f, slope, third = CHECKED[name]
    x = np.linspace(0.3, 1.3, 41)
    steps = np.linspace(-15, -1, 57)
    h = 10 ** steps[:, None]
    found = (
        (f(x + h) - f(x)) / h,
        (f(x + h) - f(x - h)) / (2 * h),
        f(x + 1j * h).imag / h,
    )
    noise = np.finfo(float).eps / 2
    errors = [np.sqrt(((way - slope(x)) ** 2).mean(axis=1)) for way in found]
    forward, central, imaginary = (np.log10(np.maximum(error, noise)) for error in errors)
    predicted = float(np.log10(network.best_step(third, noise)))
    return StepErrors(steps, forward, central, imaginary, predicted)


@dataclasses.dataclass(frozen=True, slots=True)
class Depth:
    """Mean squares of a deep random network, layer by layer, as powers of ten.

    Attributes
    ----------
    layers : ndarray
        Numbers of the layers from 1.
    forward, forward_theory : ndarray
        Of the preactivations: in one network, and in the limit of many units.
    backward, backward_theory : ndarray
        Of the gradient for the preactivations, that of the last layer being 1.
    """

    layers: Floats
    forward: Floats
    forward_theory: Floats
    backward: Floats
    backward_theory: Floats

    @property
    def reaching(self) -> float:
        """Power of ten by which the gradient has changed at the first layer."""
        return float(self.backward[0])


ACTIVATIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "ReLU": (lambda z: np.maximum(z, 0), formulas.relu_slope),
    "tanh": (np.tanh, lambda z: formulas.tanh_slope(np.tanh(z))),
    "sigmoid": (numeric.sigmoid, lambda z: formulas.sigmoid_slope(numeric.sigmoid(z))),
}
"""Activations by name with their slopes."""

_WIDTH, _SAMPLES = 128, 12


def depth(activation: str, layers: int, gain: float, seed: int = 0) -> Depth:
    """Send random inputs through a random network, and a random gradient back.

    Parameters
    ----------
    activation : str
        One of ``ACTIVATIONS``.
    layers : int
        Number of layers, at least two.
    gain : float
        Weights have the variance ``gain**2 / n``.
    seed : int, default 0
        Seed of weights, inputs and gradient.
    """
    act, slope = ACTIVATIONS[activation]
    rng = np.random.default_rng(seed)
    weights = gain / np.sqrt(_WIDTH) * rng.standard_normal((layers, _WIDTH, _WIDTH))
    a = rng.standard_normal((_WIDTH, _SAMPLES))
    zs = []
    for weight in weights:
        zs.append(weight @ a)
        a = act(zs[-1])
    delta = rng.standard_normal((_WIDTH, _SAMPLES))
    back = [(delta**2).mean()]
    for weight, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        delta = slope(z) * (weight.T @ delta)
        back.append((delta**2).mean())
    sizes, gains = _limit(act, slope, layers, gain)
    return Depth(
        np.arange(1.0, layers + 1),
        np.log10([(z**2).mean() for z in zs]),
        np.log10(sizes),
        np.log10(np.array(back[::-1]) / back[0]),
        # The gradient at a layer has passed all slopes from there to the last but one.
        np.append(np.cumsum(np.log10(gains[:-1])[::-1])[::-1], 0.0),
    )


def _limit(
    act: Callable[[Any], Any], slope: Callable[[Any], Any], layers: int, gain: float
) -> tuple[Floats, Floats]:
    """Return mean squares and backward gains of normal preactivations (BP-22 and BP-25)."""
    nodes = np.linspace(-8, 8, 800)  # an even number, so that none lies in the kink
    weights = np.exp(-(nodes**2) / 2)
    weights /= weights.sum()
    sizes, gains, size = [], [], gain**2
    for _ in range(layers):
        z = np.sqrt(size) * nodes
        sizes.append(size)
        gains.append(network.backward_gain(_WIDTH, gain**2 / _WIDTH) * weights @ slope(z) ** 2)
        size = network.preactivation_variance(_WIDTH, gain**2 / _WIDTH, weights @ act(z) ** 2)
    return np.array(sizes), np.array(gains)


@dataclasses.dataclass(frozen=True, slots=True)
class Costs:
    """Multiplications for a Jacobian, by the order, and along the number of outputs.

    Attributes
    ----------
    reverse, forward, cheapest : int
        For the widths asked for.
    outputs : ndarray
        Other numbers of outputs.
    reverse_along, forward_along, cheapest_along : ndarray
        For these.
    """

    reverse: int
    forward: int
    cheapest: int
    outputs: Floats
    reverse_along: Floats
    forward_along: Floats
    cheapest_along: Floats


def costs(inputs: int, hidden: int, outputs: int) -> Costs:
    """Count for a network with three hidden layers, the middle one half as wide.

    Parameters
    ----------
    inputs, hidden, outputs : int
        Widths, each at least 1.
    """

    def widths(n: int) -> Sequence[int]:
        return inputs, hidden, max(hidden // 2, 1), hidden, n

    along = np.unique(np.round(np.geomspace(1, 256, 33)).astype(int))
    rows = [_orders(widths(int(n))) for n in along]
    reverse, forward, cheapest = (np.array(row, dtype=float) for row in zip(*rows, strict=True))
    now = _orders(widths(outputs))
    return Costs(*now, along.astype(float), reverse, forward, cheapest)


def _orders(widths: Sequence[int]) -> tuple[int, int, int]:
    return (
        formulas.reverse_cost(widths),
        formulas.forward_cost(widths),
        counting.cheapest(widths),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Attributions:
    """What two methods give to each input of a ReLU network, and what they should share out.

    Attributes
    ----------
    integrated, times_gradient : ndarray, shape (5,)
        Integrated gradients from the base 0 with midpoints, and input times gradient.
    change : float
        Output at the input less the output at the base.
    counts, gaps : ndarray
        Numbers of midpoints, and what integrated gradients lack with them.
    """

    integrated: Floats
    times_gradient: Floats
    change: float
    counts: Floats
    gaps: Floats

    @property
    def integrated_gap(self) -> float:
        """What integrated gradients lack of the change."""
        return self.change - float(self.integrated.sum())

    @property
    def gradient_gap(self) -> float:
        """What input times gradient lacks of the change."""
        return self.change - float(self.times_gradient.sum())


def attributions(nodes: int, bias: float, seed: int = 0) -> Attributions:
    """Share out the output of a random network with two ReLU layers over its five inputs.

    Parameters
    ----------
    nodes : int
        Midpoints on the line from 0 to the input.
    bias : float
        Standard deviation of the biases; with 0 the network is homogeneous.
    seed : int, default 0
        Seed of network and input.
    """
    rng = np.random.default_rng(seed)
    w1, w2 = 0.6 * rng.standard_normal((12, 5)), 0.5 * rng.standard_normal((12, 12))
    head, x = rng.standard_normal(12), rng.standard_normal(5)
    b1, b2 = bias * rng.standard_normal((2, 12))

    def f(z: Any) -> Any:
        return head @ numeric.relu(w2 @ numeric.relu(w1 @ z + b1) + b2)

    def shared(n: int) -> Floats:
        places = (np.arange(n) + 0.5) / n
        return integrated(f, x, np.zeros(5), places, np.full(n, 1 / n))

    change = float(f(x) - f(np.zeros(5)))
    counts = np.array([1, 2, 4, 8, 16, 32])
    return Attributions(
        shared(nodes),
        x * numeric.gradient(f, x),
        change,
        counts.astype(float),
        np.array([change - shared(int(n)).sum() for n in counts]),
    )
