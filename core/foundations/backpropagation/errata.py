"""Errors of common texts on backpropagation, each with an instance that refutes it."""

from __future__ import annotations

import numpy as np
from scipy import signal

from core.foundations.backpropagation import blocks, counting, layers, numeric, scale, second_order
from core.foundations.compare import at_least, at_most, equal
from core.foundations.schema import Erratum, Reading


def _tall(rng: np.random.Generator) -> Reading:
    widths = [2, *(int(width) for width in rng.integers(4, 7, size=2)), 9]
    forward, reverse = counting.forward(rng, widths), counting.reverse(rng, widths)
    return at_most(forward, reverse, "counted multiplications: reverse at most forward")


def _diagonal(rng: np.random.Generator) -> Reading:
    scores = numeric.signed(rng, 5)
    p = np.exp(scores) / np.exp(scores).sum()
    measured = numeric.jacobian(lambda z: np.exp(z) / np.exp(z).sum(), scores)
    return equal(np.diag(p * (1 - p)), measured, "entries of the Jacobian")


def _unflipped(rng: np.random.Generator) -> Reading:
    _, kernel, delta, by_image, _ = blocks.strided(rng, 1)
    claimed = signal.correlate2d(delta, kernel, mode="full")
    return equal(claimed, by_image, "gradient for each pixel")


def _by_dimension(rng: np.random.Generator) -> Reading:
    (q, k), query, key = blocks.entries(rng)
    measured = [blocks.variance_of_scores(query, key, size, float(size)) for size in blocks.SIZES]
    claimed = np.full(len(measured), q * k)
    return equal(claimed, measured, "variances of scores divided by their number of entries")


def _smaller_step(rng: np.random.Generator) -> Reading:
    x = rng.uniform(0.3, 1.3, size=50)

    def error(h: float) -> float:
        return float(np.abs((np.exp(x + h) - np.exp(x - h)) / (2 * h) - np.exp(x)).max())

    return at_most(error(1e-5), error(1e-13), "error with the step 1e-13 and with 1e-5")


def _doubled(rng: np.random.Generator) -> Reading:
    x, y, w = numeric.signed(rng, 5, 3), numeric.signed(rng, 5), numeric.signed(rng, 3)
    once = numeric.gradient(lambda v: ((np.tanh(x @ v) - y) ** 2).sum(), w)
    rows = np.tile(np.arange(5), 2)
    twice = numeric.gradient(lambda v: ((np.tanh(x[rows] @ v) - y[rows]) ** 2).sum(), w)
    return equal(once, twice, "gradient of the summed loss, each sample twice")


def _xavier_relu(rng: np.random.Generator) -> Reading:
    x = numeric.signed(rng, 2)
    first, third = [], []
    for width in (2, 3):
        law = np.array([-1.0, 1.0]) / np.sqrt(width), np.full(2, 0.5)
        first.append(scale.deep(law, x, width, 0))
        third.append(scale.deep(law, x, width, 2))
    return equal(first, third, "mean squares of the first and of the third layer")


def _always_vanish(rng: np.random.Generator) -> Reading:
    gain = float(rng.uniform(5, 8))
    weights = [gain * numeric.orthogonal(rng, 4) for _ in range(4)]

    def run(x: np.ndarray) -> np.ndarray:
        for weight in weights:
            x = numeric.sigmoid(weight @ x) - 0.5
        return x

    norm = np.linalg.norm(numeric.jacobian(run, np.zeros(4)), 2)
    return at_most(1.0, norm, "norm of the Jacobian of four sigmoid layers")


def _only_products(rng: np.random.Generator) -> Reading:
    jacobian, _, _, hessian = second_order.decay(rng)
    return equal(jacobian.T @ jacobian, hessian, "entries of the Hessian")


def _plain_division(rng: np.random.Generator) -> Reading:
    x, worth = numeric.signed(rng, 6), numeric.signed(rng, 6)
    output, spread = layers.normalise(x, 0.05)
    measured = numeric.gradient(lambda v: (worth * np.sin(layers.normalise(v, 0.05)[0])).sum(), x)
    return equal(worth * np.cos(output) / spread, measured, "gradient for each input")


def _zero_start(rng: np.random.Generator) -> Reading:
    x, y = numeric.signed(rng, 3, 6), numeric.signed(rng, 6)
    p = np.zeros(8)

    def loss(v: np.ndarray) -> np.ndarray:
        units = v.reshape(2, 4)
        return np.asarray(((units[:, 3] @ np.tanh(units[:, :3] @ x) - y) ** 2).mean())

    for _ in range(20):
        p = p - 0.3 * numeric.gradient(loss, p)
    return at_least(0.01, np.abs(p).max(), "largest weight after 20 steps from 0", scale=1.0)


ERRATA = (
    Erratum(
        id="BP-e1",
        claim="Reverse mode is always the cheaper way to a derivative.",
        counterexample="Two inputs, two hidden layers and nine outputs: the multiplications of "
        "both orders are counted.",
        check=_tall,
        corrected="Reverse order pays for each output, forward order for each input. Reverse wins "
        "for a loss because a loss is one output.",
        statement="BP-3",
    ),
    Erratum(
        id="BP-e2",
        claim="The derivative of the softmax is $p(1-p)$, as for the sigmoid.",
        counterexample="Five random scores: the entries beside the diagonal are $-p_ip_j$, not 0.",
        check=_diagonal,
        corrected="The Jacobian is $\\operatorname{diag}(p)-pp^\\top$; $p(1-p)$ is its diagonal "
        "only.",
        statement="BP-8",
    ),
    Erratum(
        id="BP-e3",
        claim="The backward pass of a convolution slides the same kernel over the gradient.",
        counterexample="A random image and a random kernel of three by two.",
        check=_unflipped,
        corrected="The kernel is flipped in both directions, because an output reads to its right "
        "and below, and a pixel is read from its left and above.",
        statement="BP-11",
    ),
    Erratum(
        id="BP-e4",
        claim="Dividing attention scores by the dimension keeps their variance.",
        counterexample="All scores of 2, 3 and 7 entries that take two values each: divided by 2, "
        "3 and 7 their variances are 2, 3 and 7 times too small.",
        check=_by_dimension,
        corrected="A sum of $d$ independent terms has a standard deviation of order $\\sqrt d$, so "
        "the divisor is $\\sqrt d$.",
        statement="BP-14",
    ),
    Erratum(
        id="BP-e5",
        claim="The smaller the step of a gradient check, the more exact it is.",
        counterexample="The exponential function at 50 places, with the steps $10^{-5}$ and "
        "$10^{-13}$.",
        check=_smaller_step,
        corrected="Below the cube root of the machine's precision rounding takes over, and the "
        "error grows as the step falls.",
        statement="BP-21",
    ),
    Erratum(
        id="BP-e6",
        claim="It makes no difference whether a batch loss is a sum or a mean; the learning rate "
        "stays.",
        counterexample="A batch in which every sample is listed twice: the same data, but the "
        "summed loss has twice the gradient.",
        check=_doubled,
        corrected="The gradient of a mean is the mean of the gradients. That of a sum grows with "
        "the batch, and a rate tuned for one size is wrong for another.",
        statement="BP-19",
    ),
    Erratum(
        id="BP-e7",
        claim="A weight variance of $1/n$ keeps the scale of a network, whatever its activation.",
        counterexample="All networks with weights of either sign, with two or three units in each "
        "layer and the variance 1/2 or 1/3: after two ReLU layers the mean square is a quarter "
        "of that of the first layer.",
        check=_xavier_relu,
        corrected="ReLU keeps half of the mean square, so the variance must be $2/n$.",
        statement="BP-24",
    ),
    Erratum(
        id="BP-e8",
        claim="Gradients always vanish in sigmoid networks.",
        counterexample="Four layers with orthogonal weights of norm above four, centred at 0: the "
        "norm of the Jacobian exceeds one.",
        check=_always_vanish,
        corrected="The bound is $(\\lVert W\\rVert_2/4)^L$. It forces the gradient to vanish with "
        "the depth only if the norms of the weights stay below a number less than four.",
        statement="BP-26",
    ),
    Erratum(
        id="BP-e9",
        claim="$J^\\top J$ is the Hessian of a least squares loss.",
        counterexample="A fitted exponential with residuals of about 0.3: the Hessian is found by "
        "differences.",
        check=_only_products,
        corrected="The curvatures of the model weighted by the residuals belong to it. They vanish "
        "for linear models and for perfect fits.",
        statement="BP-30",
    ),
    Erratum(
        id="BP-e10",
        claim="Batch norm divides the gradient by the standard deviation on the way back.",
        counterexample="Six numbers, normalised with their own mean and spread.",
        check=_plain_division,
        corrected="Mean and spread depend on the inputs too; their terms remove the mean and the "
        "part along the output.",
        statement="BP-10",
    ),
    Erratum(
        id="BP-e11",
        claim="Weights may start at zero, since the gradient moves them anyway.",
        counterexample="A network with two hidden tanh units and all weights 0, after 20 steps.",
        check=_zero_start,
        corrected="Each weight's gradient is multiplied by another weight or by an output that is "
        "0, so nothing moves. And units that start equal stay equal.",
        statement="BP-27",
    ),
)
