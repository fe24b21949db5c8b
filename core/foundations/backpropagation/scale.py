"""The scale of activations and gradients: initialisation, and what vanishes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import integrate

from core.foundations.backpropagation import formulas, numeric
from core.foundations.backpropagation import formulas_network as network
from core.foundations.compare import equal
from core.foundations.schema import Reading, Statement, Step

Floats = NDArray[np.float64]

SIZES, MEAN = (2, 3, 7), 0.6
NETWORKS = ((3, 2, 1), (2, 2, 2), (1, 2, 3), (3, 3, 1), (2, 3, 2))
"""Inputs, width of the hidden layers, and their number, of networks that can be listed."""

GAINS, DEPTHS = ((2, 5), (4, 2), (3, 4)), (2, 3, 5)


def units(rng: np.random.Generator, common: float = 0.0) -> tuple[list[float], float, float]:
    """Return the variance of ``w.a`` by size, that of a weight, and the mean square of an input.

    Weights and inputs take two values each. With the probability ``common``, which then is the
    correlation of two weights, all weights of a unit are the same; otherwise independent.
    """
    weight_sd, input_sd = (float(sd) for sd in rng.uniform(0.5, 1.2, size=2))
    weight, (a, a_chances) = numeric.skewed(rng, weight_sd), numeric.skewed(rng, input_sd)
    found = []
    for size in SIZES:
        w, chances = numeric.outcomes(weight, size)
        w = np.concatenate([w, np.outer(weight[0], np.ones(size))])
        chances = np.concatenate([(1 - common) * chances, common * weight[1]])
        inputs = numeric.outcomes((a + MEAN, a_chances), size)
        found.append(numeric.inner_variance((w, chances), inputs))
    return found, weight_sd**2, MEAN**2 + input_sd**2


def forward_variance(rng: np.random.Generator, common: float = 0.0) -> Reading:
    """Compare ``n Var(w) E[a²]`` with the variance over all weights and inputs."""
    measured, weight, square = units(rng, common)
    claimed = [network.preactivation_variance(size, weight, square) for size in SIZES]
    return equal(claimed, measured, "variances with 2, 3 and 7 inputs")


def correlated_variance(rng: np.random.Generator, common: float) -> Reading:
    """Compare the variance with correlated weights with its own formula."""
    measured, weight, square = units(rng, common)
    claimed = [
        network.preactivation_variance(size, weight, square)
        + common * weight * size * (size - 1) * MEAN**2
        for size in SIZES
    ]
    return equal(claimed, measured, "variances with 2, 3 and 7 inputs, weights correlated")


def relu_half(rng: np.random.Generator, *, skewed: bool = False) -> Reading:
    """Compare half the variance with integrals of ``relu(z)²``."""
    scale = float(rng.uniform(0.5, 1.5))
    claimed = [network.relu_mean_square(variance) for variance, _ in _densities(scale, skewed)]
    measured = [_half(density) for _, density in _densities(scale, skewed)]
    return equal(claimed, measured, "mean square of ReLU for each density")


def relu_skewed(rng: np.random.Generator) -> Reading:
    """Compare the integral for a centred exponential variable with its own value."""
    scale = float(rng.uniform(0.5, 1.5))
    measured = [_half(density) for _, density in _densities(scale, skewed=True)]
    return equal([2 * scale**2 / math.e], measured, "mean square of ReLU, skewed density")


def _half(density: Callable[[float], float]) -> float:
    return float(integrate.quad(lambda z: z**2 * density(z), 0, np.inf, epsabs=0, limit=200)[0])


def _densities(scale: float, skewed: bool) -> list[tuple[float, Callable[[float], float]]]:
    """Return variances and densities: normal and Laplace, or a centred exponential."""
    if skewed:
        return [(scale**2, lambda z: np.exp(-z / scale - 1) / scale)]
    root = np.sqrt(2 * np.pi) * scale
    return [
        (scale**2, lambda z: np.exp(-0.5 * (z / scale) ** 2) / root),
        (2 * scale**2, lambda z: np.exp(-z / scale) / (2 * scale)),
    ]


def deep(law: numeric.Law, x: Floats, width: int, layers: int) -> float:
    """Return the mean square of what a unit is given, some ReLU layers after the first one.

    Every network whose weights follow the law of a few values is run.
    """
    a, chances = x[None, :], np.ones(1)
    for _ in range(layers):
        w, p = numeric.outcomes(law, width * a.shape[1])
        z = np.einsum("mij,nj->nmi", w.reshape(len(w), width, -1), a)
        a, chances = np.maximum(z, 0).reshape(-1, width), np.outer(chances, p).ravel()
    w, p = numeric.outcomes(law, a.shape[1])
    return float(chances @ (a @ w.T) ** 2 @ p)


def _symmetric(rng: np.random.Generator, variance: float, zero: float) -> numeric.Law:
    """Return a law of 0, with the given probability, and two values of opposite sign."""
    size = np.sqrt(variance / (1 - zero))
    if not zero:
        return np.array([-size, size]), np.full(2, 0.5)
    return np.array([-size, 0.0, size]), np.array([(1 - zero) / 2, zero, (1 - zero) / 2])


def deep_scale(rng: np.random.Generator) -> Reading:
    """Compare mean squares after some ReLU layers with those over all networks."""
    zeros = float(rng.uniform(0.2, 0.6))
    claimed, measured = [], []
    for inputs, width, layers, zero in [*((*one, 0.0) for one in NETWORKS), (2, 2, 2, zeros)]:
        variance, x = float(rng.uniform(0.4, 1.3)), numeric.signed(rng, inputs)
        first = network.preactivation_variance(inputs, variance, float((x**2).mean()))
        claimed.append(network.deep_mean_square(first, width, variance, layers))
        measured.append(deep(_symmetric(rng, variance, zero), x, width, layers))
    return equal(claimed, measured, "mean squares after one, two and three hidden layers")


def xavier(rng: np.random.Generator) -> Reading:
    """Compare both gains under Xavier's variance, and their mean, with all layers of two values."""
    claimed, measured = [], []
    for inputs, outputs in GAINS:
        variance = network.xavier_variance(inputs, outputs)
        a, delta = numeric.signed(rng, inputs), numeric.signed(rng, outputs)
        signs = np.array(list(itertools.product([-1.0, 1.0], repeat=inputs * outputs)))
        w = np.sqrt(variance) * signs.reshape(-1, outputs, inputs)
        back = float(((delta @ w) ** 2).mean() / (delta**2).mean())
        ahead = float(((w @ a) ** 2).mean())
        size = float((a**2).mean())
        claimed += [
            network.backward_gain(outputs, variance),
            network.preactivation_variance(inputs, variance, size),
            1.0,
        ]
        measured += [back, ahead, (back + ahead / size) / 2]
    note = "mean squares backwards and forwards, and the mean gain, of three shapes of layers"
    return equal(claimed, measured, note)


def _sigmoid_chain(
    rng: np.random.Generator,
    activation: Callable[[Any], Any],
    gain: float,
    layers: int,
    *,
    centred: bool,
) -> tuple[float, float]:
    """Return the spectral norm of the Jacobian of some layers with ``|W| = gain``.

    The first one is found by running the layers, the second one from the slopes of the sigmoid. A
    centred chain has biases that place every unit where its slope is largest.
    """
    weights = [gain * numeric.orthogonal(rng, 4) for _ in range(layers)]
    middle = activation(np.zeros(4))
    offsets = [np.zeros(4) if centred else numeric.signed(rng, 4) for _ in range(layers)]

    def run(x: Any) -> list[Any]:
        given, found = x, []
        for weight, offset in zip(weights, offsets, strict=True):
            found.append(activation(weight @ given + offset))
            given = found[-1] - middle
        return found

    product = np.eye(4)
    for weight, output in zip(weights, run(np.zeros(4)), strict=True):
        product = np.diag(formulas.sigmoid_slope(output)) @ weight @ product
    found = numeric.jacobian(lambda x: run(x)[-1], np.zeros(4))
    return float(np.linalg.norm(found, 2)), float(np.linalg.norm(product, 2))


def vanishing(
    rng: np.random.Generator, activation: Callable[[Any], Any] = numeric.sigmoid
) -> Reading:
    """Compare the bound with the Jacobian where it is tight, and the smaller norm elsewhere."""
    claimed, measured = [], []
    for layers in DEPTHS:
        gain = float(rng.uniform(1.2, 3.0))
        bound = network.sigmoid_bound(gain, layers)
        tight, _ = _sigmoid_chain(rng, activation, gain, layers, centred=True)
        other, by_slopes = _sigmoid_chain(rng, activation, gain, layers, centred=False)
        claimed += [bound, min(bound, by_slopes)]
        measured += [tight, other]
    return equal(claimed, measured, "norms of 2, 3 and 5 layers, in the tight case and elsewhere")


def steep(rng: np.random.Generator) -> Reading:
    """Compare the norm of centred tanh layers with the product of the weights' norms."""
    gain = float(rng.uniform(1.2, 3.0))
    measured, _ = _sigmoid_chain(rng, np.tanh, gain, 3, centred=True)
    return equal(gain**3, measured, "norm of three tanh layers")


STATEMENTS = (
    Statement(
        id="BP-22",
        section="scale",
        title="A unit's variance is the number of its inputs times the variance of a weight times "
        "the mean square of an input.",
        claim=r"z=\sum_{i=1}^nw_ia_i:\qquad \operatorname{Var}(z)=n\,\sigma_w^2\,\mathbb E[a^2]",
        hypotheses=(
            "The weights are independent of each other and of the inputs.",
            "They have mean 0 and variance $\\sigma_w^2$; the inputs share one mean square "
            "$\\mathbb E[a^2]$.",
        ),
        steps=(
            Step(
                "Weights of mean 0, independent of $a$, give $z$ the mean 0.",
                r"\mathbb E[z]=\sum_i\mathbb E[w_i]\,\mathbb E[a_i]=0",
            ),
            Step("Square the sum.", r"z^2=\sum_{i,j}w_iw_ja_ia_j"),
            Step(
                "For $i\\ne j$ the weights are independent, so the term vanishes.",
                r"\mathbb E[w_iw_ja_ia_j]=\mathbb E[w_i]\,\mathbb E[w_j]\,\mathbb E[a_ia_j]=0",
            ),
            Step(
                "The $n$ squares remain. It is the mean square of $a$ that counts, not its "
                "variance.",
                r"\operatorname{Var}(z)=\sum_i\mathbb E[w_i^2]\,\mathbb E[a_i^2]"
                r"=n\sigma_w^2\,\mathbb E[a^2]",
            ),
        ),
        how="The variance over every possible unit of two, three and seven inputs of mean 0.6. "
        "Weights and inputs take two values each, with unequal chances.",
        check=forward_variance,
        source="Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward "
        "Neural Networks, 2010, section 4.2.1",
    ),
    Statement(
        id="BP-23",
        section="scale",
        title="ReLU keeps exactly half of the mean square of a symmetric variable.",
        claim=r"\mathbb E[\operatorname{relu}(z)^2]=\tfrac12\operatorname{Var}(z)",
        hypotheses=(
            "$z$ is symmetric about 0 (it has the law of $-z$) and has a finite variance.",
        ),
        steps=(
            Step("Symmetry makes the mean 0.", r"\operatorname{Var}(z)=\mathbb E[z^2]"),
            Step(
                "For every number one of $z$ and $-z$ passes ReLU, the other gives 0.",
                r"\operatorname{relu}(z)^2+\operatorname{relu}(-z)^2=z^2",
            ),
            Step(
                "$z$ and $-z$ have the same law, so both terms have the same mean.",
                r"2\,\mathbb E[\operatorname{relu}(z)^2]=\mathbb E[z^2]=\operatorname{Var}(z)",
            ),
        ),
        how="Numerical integration for a normal and a Laplace density of random scale.",
        check=relu_half,
        source="He et al., Delving Deep into Rectifiers, 2015, section 2.2",
    ),
    Statement(
        id="BP-24",
        section="scale",
        title="Each ReLU layer multiplies the mean square by $n\\sigma_w^2/2$, so "
        "$\\sigma_w^2=2/n$ keeps it.",
        claim=r"\mathbb E[z_{l}^2]=\mathbb E[z_1^2]\Bigl(\frac{n\sigma_w^2}2\Bigr)^{l-1}",
        hypotheses=(
            "Weights are independent, with a law that is symmetric about 0 and has the variance "
            "$\\sigma_w^2$; there are no biases.",
            "Hidden layers have $n$ units with ReLU; $z_l$ is what the units of layer $l$ are "
            "given.",
        ),
        steps=(
            Step(
                "Turning the sign of all weights of a unit turns the sign of $z_l$ and leaves the "
                "law of the weights, so $z_l$ is symmetric about 0.",
                r"z_l=\sum_iw_i\operatorname{relu}(z_{l-1,i})",
            ),
            Step(
                "BP-22 with ReLU as input.",
                r"\mathbb E[z_l^2]=n\sigma_w^2\,\mathbb E[\operatorname{relu}(z_{l-1})^2]",
            ),
            Step("BP-23.", r"\mathbb E[z_l^2]=\frac{n\sigma_w^2}2\,\mathbb E[z_{l-1}^2]"),
            Step(
                "Repeat down to the first layer. The factor is 1 for $\\sigma_w^2=2/n$ (He).",
                r"\mathbb E[z_l^2]=\mathbb E[z_1^2]\Bigl(\frac{n\sigma_w^2}2\Bigr)^{l-1}",
            ),
        ),
        how="The mean over every possible network with two or three units in each of up to three "
        "hidden layers. Its weights take two values of opposite sign, or these and 0.",
        check=deep_scale,
        source="He et al., Delving Deep into Rectifiers, 2015, section 2.2",
    ),
    Statement(
        id="BP-25",
        section="scale",
        title="Backwards a layer multiplies the mean square of the gradient by its number of "
        "outputs times the weight variance; Xavier's variance balances both ways.",
        claim=r"\begin{gathered}"
        r"\frac{\mathbb E\,\overline{(W^\top\delta)^2}}{\overline{\delta^2}}=n_{\text{out}}"
        r"\sigma_w^2,\\[4pt]"
        r"\sigma_w^2=\frac2{n_{\text{in}}+n_{\text{out}}}\Rightarrow\tfrac12(n_{\text{in}}"
        r"\sigma_w^2+n_{\text{out}}\sigma_w^2)=1"
        r"\end{gathered}",
        hypotheses=(
            "The weights are independent of each other, of $\\delta$ and of the input, with mean 0 "
            "and variance $\\sigma_w^2$; a bar is a mean over entries.",
        ),
        steps=(
            Step(
                "An entry of $W^\\top\\delta$ (BP-6) is a sum over outputs; as in BP-22 only the "
                "squares remain.",
                r"\mathbb E\Bigl(\sum_jw_{ji}\delta_j\Bigr)^2=\sigma_w^2\sum_j\delta_j^2"
                r"=\sigma_w^2\,n_{\text{out}}\,\overline{\delta^2}",
            ),
            Step(
                "Divide by the mean square of $\\delta$.",
                r"\text{gain backwards}=n_{\text{out}}\,\sigma_w^2",
            ),
            Step(
                "Forwards the same sum runs over inputs.",
                r"\text{gain forwards}="
                r"n_{\text{in}}\,\sigma_w^2",
            ),
            Step(
                "Both are 1 only if $n_{\\text{in}}=n_{\\text{out}}$. Ask that they average to 1.",
                r"\sigma_w^2=\frac2{n_{\text{in}}+n_{\text{out}}}",
            ),
        ),
        how="Every pattern of signs for the weights of three small layers under Xavier's variance "
        "is listed; the gains of both directions are averaged over all of them.",
        check=xavier,
        source="Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward "
        "Neural Networks, 2010, section 4.2.1",
    ),
    Statement(
        id="BP-26",
        section="scale",
        title="Each sigmoid layer multiplies a gradient by at most a quarter of the norm of its "
        "weights.",
        claim=r"\lVert J\rVert_2\le\Bigl(\frac{\lVert W\rVert_2}4\Bigr)^L",
        hypotheses=(
            "The activation of all $L$ layers is the sigmoid; $J$ is the Jacobian of the network.",
            "Each weight matrix has a spectral norm of at most $\\lVert W\\rVert_2$.",
        ),
        steps=(
            Step(
                "BP-1.",
                r"\begin{gathered}"
                r"J=D_LW_L\cdots D_1W_1,\\[4pt]"
                r"D_l=\operatorname{diag}(\sigma'(z_l))"
                r"\end{gathered}",
            ),
            Step(
                "A diagonal matrix with positive entries has the largest one as norm, at most "
                "$\\frac14$ by BP-7.",
                r"\lVert D_l\rVert_2\le\tfrac14",
            ),
            Step(
                "The spectral norm of a product is at most the product of the norms.",
                r"\lVert J\rVert_2\le\prod_l\tfrac14\lVert W_l\rVert_2",
            ),
            Step(
                "It is tight: biases can place every unit at $z_l=0$, where the slope is "
                "$\\frac14$, and multiples of orthogonal matrices stretch all directions alike.",
                r"z_l=0,\;W_l=cQ_l:\quad\lVert J\rVert_2=(c/4)^L",
            ),
        ),
        how="Spectral norm of a Jacobian found by complex steps, for two, three and five layers: "
        "in the tight case, and in a random one, where it must be that of the product of slopes "
        "and weights and no more than the bound.",
        check=vanishing,
        source="Hochreiter, Untersuchungen zu dynamischen neuronalen Netzen, 1991; Pascanu, "
        "Mikolov and Bengio, On the Difficulty of Training Recurrent Neural Networks, 2013",
    ),
)
