"""The self-test; the right option is found by computing it."""

from __future__ import annotations

import numpy as np

from core.foundations.backpropagation import counting, formulas, numeric, start
from core.foundations.backpropagation import formulas_network as network
from core.foundations.measuring import nearest
from core.foundations.schema import Question


def _order() -> int:
    rng = np.random.default_rng(0)
    widths = [6, 4, 3, 1]
    counts = [counting.reverse(rng, widths), counting.forward(rng, widths)]
    return nearest(min(counts), [36, 72, 90])


def _score_gradient() -> int:
    gradient = formulas.cross_entropy_gradient(np.array([0.7, 0.2, 0.1]), np.array([0.0, 1, 0]))
    options = [[0.7, -0.8, 0.1], [-0.7, 0.8, -0.1], [0.21, -0.16, 0.09]]
    return int(np.argmin(np.abs(np.array(options) - gradient).sum(axis=1)))


def _five_layers() -> int:
    slopes = numeric.jacobian(lambda z: numeric.sigmoid(z), np.zeros(1))
    return nearest(float(slopes[0, 0]) ** 5, [1 / 20, 1 / 32, 1 / 1024])


def _he() -> int:
    options = [1 / 512, 1 / 256, 1 / 128]
    gains = [network.deep_mean_square(1.0, 512, variance, 1) for variance in options]
    return nearest(1.0, gains)


def _cells() -> int:
    features = np.random.default_rng(0).normal(size=(3, 7, 7))
    weights = np.array([0.5, -1.0, 2.0])
    alphas = numeric.gradient(lambda a: weights @ a.mean(axis=(1, 2)), features).mean(axis=(1, 2))
    return nearest(float(weights[0] / alphas[0]), [1, 7, 49])


def _step() -> int:
    places = np.linspace(0.3, 1.3, 50)

    def error(h: float) -> float:
        found = (np.sin(places + h) - np.sin(places - h)) / (2 * h)
        return float(np.abs(found - np.cos(places)).max())

    return int(np.argmin([error(step) for step in (1e-2, 1e-5, 1e-9, 1e-13)]))


def _twins() -> int:
    apart = abs(start.twins(np.random.default_rng(0), steps=30).measured)
    return 0 if apart < 1e-9 else 1


QUESTIONS = (
    Question(
        id="BP-q1",
        prompt="A network has 6 inputs, layers of 4 and 3 units, and 1 output. How many "
        "multiplications does its gradient for the inputs take, in the cheaper of both orders, if "
        "the Jacobians of the three layers are given?",
        options=("36", "72", "90"),
        answer=_order,
        why="From the output: one row times 3 by 4, then times 4 by 6, which is 12 + 24. From the "
        "input it is 72 + 18.",
        statement="BP-3",
    ),
    Question(
        id="BP-q2",
        prompt="The softmax says $(0.7, 0.2, 0.1)$ and the second class is right. What is the "
        "gradient of the cross-entropy in the scores?",
        options=("$(0.7, -0.8, 0.1)$", "$(-0.7, 0.8, -0.1)$", "$(0.21, -0.16, 0.09)$"),
        answer=_score_gradient,
        why="Prediction minus target. The slopes $p(1-p)$ have cancelled.",
        statement="BP-9",
    ),
    Question(
        id="BP-q3",
        prompt="What can be left of a gradient after five sigmoid layers of one unit each with "
        "weight 1, at most?",
        options=("one 20th", "one 32nd", "one 1024th"),
        answer=_five_layers,
        why="Each slope is at most one quarter, and five of them multiply.",
        statement="BP-26",
    ),
    Question(
        id="BP-q4",
        prompt="Which weight variance keeps the mean square through ReLU layers with 512 units?",
        options=("1/512", "1/256", "1/128"),
        answer=_he,
        why="ReLU keeps half of the mean square, so 512 times the variance must be 2.",
        statement="BP-24",
    ),
    Question(
        id="BP-q5",
        prompt="Feature maps of 7 by 7 cells are averaged and go to a linear head. By which number "
        "do the weights of CAM and Grad-CAM differ?",
        options=("1", "7", "49"),
        answer=_cells,
        why="The gradient of an average by one cell is one over the number of cells.",
        statement="BP-15",
    ),
    Question(
        id="BP-q6",
        prompt="Which step makes central differences of the sine most exact?",
        options=("$10^{-2}$", "$10^{-5}$", "$10^{-9}$", "$10^{-13}$"),
        answer=_step,
        why="The best step is near the cube root of the machine's precision. Above it the third "
        "derivative counts, below it rounding.",
        statement="BP-21",
    ),
    Question(
        id="BP-q7",
        prompt="Two hidden units start with equal weights. What does gradient descent on the whole "
        "batch do to them in 30 steps?",
        options=("They stay equal.", "They drift apart.", "One of them dies."),
        answer=_twins,
        why="Exchanging them does not change the loss, so both have the same gradient at every "
        "step.",
        statement="BP-27",
    ),
)
