"""How weights start: units that are equal stay equal, and dead units stay dead."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundations.backpropagation import numeric
from core.foundations.compare import equal
from core.foundations.schema import Kind, Reading, Statement, Step

Floats = NDArray[np.float64]

RATE = 0.3


def twins(rng: np.random.Generator, steps: int = 12) -> Reading:
    """Train a network with two equal hidden units and compare them at the end."""
    x, y = numeric.signed(rng, 3, 6), numeric.signed(rng, 6)
    unit = numeric.signed(rng, 4)
    p = np.concatenate([unit, unit, numeric.signed(rng, 4)])
    start = p.copy()

    def loss(v: Any) -> Any:
        units = v.reshape(3, 4)
        hidden = np.tanh(units[:, :3] @ x)
        return ((units[:, 3] @ hidden - y) ** 2).mean()

    for _ in range(steps):
        p = p - 0.1 * numeric.gradient(loss, p)
    moved = float(np.abs(p - start).max())
    return equal(np.zeros(4), p[:4] - p[4:8], "difference of the two units", scale=moved)


def _thinned(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return how far two equal units are apart after a step without the second, and by formula."""
    x, y = numeric.signed(rng, 3), 2.5
    unit = numeric.signed(rng, 4)

    def loss(v: Any) -> Any:
        units = v.reshape(2, 4)
        return (units[0, 3] * np.tanh(units[0, :3] @ x) - y) ** 2

    p = np.concatenate([unit, unit])
    p = p - RATE * numeric.gradient(loss, p)
    a = np.tanh(unit[:3] @ x)
    error = 2 * (unit[3] * a - y)
    return p[:4] - p[4:], -RATE * error * np.append(unit[3] * (1 - a**2) * x, a)


def dropped(rng: np.random.Generator) -> Reading:
    """Compare two equal units after one step in which the second was dropped."""
    difference, _ = _thinned(rng)
    return equal(np.zeros(4), difference, "difference of the two units", scale=1.0)


def dropped_apart(rng: np.random.Generator) -> Reading:
    """Compare the difference with the step that only the first unit took."""
    difference, step = _thinned(rng)
    return equal(step, difference, "step of the unit that stayed")


def _dead(rng: np.random.Generator, leak: float) -> tuple[Floats, Floats]:
    """Return the gradient of a unit that is below 0 for all data, and that of a linear unit."""
    x, y = numeric.signed(rng, 3, 6), numeric.signed(rng, 6)
    unit = np.append(numeric.signed(rng, 3), -6.0)

    def loss(v: Floats, slope: float) -> float:
        z = v[:3] @ x + v[3]
        return float(((1.3 * np.where(z > 0, z, slope * z) - y) ** 2).mean())

    found = numeric.central(lambda v: loss(v, leak), unit)
    z = unit[:3] @ x + unit[3]
    errors = 2 * (1.3 * leak * z - y) * 1.3 / 6
    return found, np.append(x @ errors, errors.sum())


def dead(rng: np.random.Generator, leak: float = 0.0) -> Reading:
    """Compare the gradient of a dead unit with 0."""
    found, _ = _dead(rng, leak)
    return equal(np.zeros(4), found, "gradient for weights and bias", scale=1.0)


def leaky(rng: np.random.Generator, leak: float) -> Reading:
    """Compare the gradient of a leaky unit with the leak times that of a linear one."""
    found, linear = _dead(rng, leak)
    return equal(leak * linear, found, "gradient of the leaky unit", kind=Kind.DIFFERENCE)


STATEMENTS = (
    Statement(
        id="BP-27",
        section="scale",
        title="Hidden units that start equal stay equal under gradient descent.",
        claim=r"\begin{gathered}u_1=u_2,\;v_1=v_2\;\text{at the start}\;\Rightarrow\\"
        r"u_1=u_2,\;v_1=v_2\;\text{after every step}\end{gathered}",
        hypotheses=(
            "Both units of one layer have the same activation and start with the same weights in "
            "($u$, with the bias) and out ($v$).",
            "Every step moves all weights by the same rate $\\eta$ times the whole gradient.",
        ),
        steps=(
            Step(
                "Exchanging the two units changes the order of a sum, not the loss.",
                r"L(u_1,v_1,u_2,v_2)=L(u_2,v_2,u_1,v_1)",
            ),
            Step(
                "Differentiate both sides in the first pair.",
                r"\nabla_1L(u_1,v_1,u_2,v_2)=\nabla_2L(u_2,v_2,u_1,v_1)",
            ),
            Step(
                "With equal units both are evaluated in the same point.",
                r"\nabla_1L=\nabla_2L",
            ),
            Step(
                "Both move alike and are equal again; so at every step, by induction.",
                r"u_1-\eta\nabla_{u_1}L=u_2-\eta\nabla_{u_2}L,\qquad "
                r"v_1-\eta\nabla_{v_1}L=v_2-\eta\nabla_{v_2}L",
            ),
        ),
        how="Twelve steps of gradient descent, gradients by complex steps, with a third unit that "
        "differs.",
        check=twins,
        source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 8.4",
    ),
    Statement(
        id="BP-28",
        section="scale",
        title="A ReLU unit that is below zero for all data has gradient zero, and descent never "
        "moves it.",
        claim=r"w^\top x_i+b<0\;\text{for all }i\;\Rightarrow\;\frac{\partial L}{\partial w}=0,\;"
        r"\frac{\partial L}{\partial b}=0",
        hypotheses=(
            "The activation is 0 below 0.",
            "The inputs $x_i$ of the unit stay as they are.",
            "Steps follow the gradient alone, without weight decay or momentum.",
        ),
        steps=(
            Step("The slope is 0 for each sample (BP-7).", r"\operatorname{relu}'(z_i)=0"),
            Step(
                "So is what reaches $z_i$, whatever comes from above (BP-17).",
                r"\delta_i=\frac{\partial L}{\partial a_i}\cdot0=0",
            ),
            Step(
                "Weight and bias sum $\\delta_i$ over the samples (BP-6).",
                r"\begin{gathered}"
                r"\frac{\partial L}{\partial w}=\sum_i\delta_ix_i=0,\\[4pt]"
                r"\frac{\partial L}{\partial b}=\sum_i\delta_i=0"
                r"\end{gathered}",
            ),
            Step(
                "A step does not change the unit, so it is below 0 again; so after every step.",
                r"w-\eta\cdot0=w,\qquad b-\eta\cdot0=b",
            ),
        ),
        how="Central differences of the loss in the unit's weights and bias.",
        check=dead,
        source="Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic "
        "Models, 2013",
    ),
)
