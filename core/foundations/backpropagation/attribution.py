"""Input gradients as explanations: what integrated gradients and input times gradient sum to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundations.backpropagation import formulas_network as network
from core.foundations.backpropagation import numeric
from core.foundations.compare import equal
from core.foundations.schema import Reading, Statement, Step

Floats = NDArray[np.float64]

NODES = 40
JUMP = 0.8


def integrated(
    f: Callable[[Any], Any], x: Floats, base: Floats, places: Floats, weights: Floats
) -> Floats:
    """Return integrated gradients with the given quadrature on (0, 1)."""
    gradients = [numeric.gradient(f, base + t * (x - base)) for t in places]
    return network.path_attributions(np.array(gradients), weights, x - base)


def completeness(rng: np.random.Generator, *, threshold: bool = False) -> Reading:
    """Compare the sum of integrated gradients with the change of the output.

    With ``threshold`` the network adds a step of a hard threshold to its output.
    """
    f, x, base = _smooth(rng, threshold=threshold)
    total = _sum(f, x, base)
    return equal(total, float(np.real(f(x) - f(base))), "sum of the attributions")


def lost_jump(rng: np.random.Generator) -> Reading:
    """Compare what the attributions lack with the height of the jump."""
    f, x, base = _smooth(rng, threshold=True)
    lacking = float(np.real(f(x) - f(base))) - _sum(f, x, base)
    return equal(JUMP, lacking, "change of the output that no input is given")


def _sum(f: Callable[[Any], Any], x: Floats, base: Floats) -> float:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return float(integrated(f, x, base, (nodes + 1) / 2, weights / 2).sum())


def _smooth(
    rng: np.random.Generator, *, threshold: bool
) -> tuple[Callable[[Any], Any], Floats, Floats]:
    """Return a smooth network, an input and a base on different sides of a threshold."""
    w, b, v = numeric.weights(rng, 5, 3), numeric.signed(rng, 5), numeric.signed(rng, 5)
    x = numeric.signed(rng, 3)
    base = -x / 3

    def f(z: Any) -> Any:
        jump = JUMP * (np.real(z @ x) > 0.1 * (x @ x)) if threshold else 0.0
        return v @ np.tanh(w @ z + b) + jump

    return f, x, base


def midpoints(rng: np.random.Generator) -> Reading:
    """Compare what a few midpoints lack with its formula, for a cubic model."""
    b, x = numeric.signed(rng, 3), numeric.signed(rng, 3)
    # With these signs the third derivative cannot vanish.
    a, base = np.sign(x) * rng.uniform(0.3, 1.3, size=3), -rng.uniform(0.1, 0.5) * x

    def f(z: Any) -> Any:
        return (a @ z) ** 3 + (b @ z) ** 2

    third = float(6 * (a @ (x - base)) ** 3)
    counts = (3, 7)
    lacking = []
    for n in counts:
        places = (np.arange(n) + 0.5) / n
        lacking.append(f(x) - f(base) - integrated(f, x, base, places, np.full(n, 1 / n)).sum())
    claimed = [network.midpoint_gap(third, n) for n in counts]
    return equal(claimed, lacking, "lacking with 3 and with 7 midpoints")


def deep_relu(
    rng: np.random.Generator, power: int, layers: int, *, biased: bool = False
) -> tuple[Callable[..., Any], Floats, list[Floats]]:
    """Return a network with ``relu(z)**power`` by input and biases, an input, and its biases."""
    size = 8
    weights = [numeric.weights(rng, size, size) for _ in range(layers)]
    head = numeric.signed(rng, size)
    biases = [numeric.signed(rng, size) * biased for _ in range(layers)]

    def f(z: Any, offsets: Any = biases) -> Any:
        for weight, offset in zip(weights, offsets, strict=True):
            z = numeric.relu(weight @ z + offset) ** power
        return head @ z

    return f, numeric.signed(rng, size), biases


def homogeneous(rng: np.random.Generator, *, biased: bool = False) -> Reading:
    """Compare ``x.grad f`` at x and at a multiple with Euler's theorem."""
    claimed, measured = [], []
    for power, layers in ((1, 2), (2, 2), (3, 1), (2, 3)):
        f, x, _ = deep_relu(rng, power, layers, biased=biased)
        while not f(x):  # All units of a layer are off, and 0 would be compared with 0.
            f, x, _ = deep_relu(rng, power, layers, biased=biased)
        degree = network.degree_of_network(power, layers)
        for factor in (1.0, 1.3):
            at = factor * x
            gradient = numeric.gradient(f, at)
            # Without this scale high powers would hide low ones.
            size = float(np.linalg.norm(at) * np.linalg.norm(gradient))
            claimed.append(network.radial_slope(factor, degree, float(f(x))) / size)
            measured.append(float(at @ gradient) / size)
    return equal(claimed, measured, "input times gradient over the product of their lengths")


def with_biases(rng: np.random.Generator) -> Reading:
    """Compare ``x.grad f`` with the output less what the biases take."""
    f, x, biases = deep_relu(rng, 1, 3, biased=True)
    rows = np.array(biases)
    taken = float((rows * numeric.gradient(lambda b: f(x, b), rows)).sum())
    measured = float(x @ numeric.gradient(f, x))
    return equal(float(f(x)) - taken, measured, "sum of input times gradient", scale=1.0)


STATEMENTS = (
    Statement(
        id="BP-32",
        section="second-order",
        title="Integrated gradients share out exactly the change of the output between base and "
        "input.",
        claim=r"\begin{gathered}"
        r"\mathrm{IG}_i=(x_i-x_i')\int_0^1\partial_if(x'+t(x-x'))\,\mathrm dt,\\[4pt]"
        r"\sum_i\mathrm{IG}_i=f(x)-f(x')"
        r"\end{gathered}",
        hypotheses=(
            "$f$ is continuous along the line from $x'$ to $x$, and differentiable at all but "
            "finitely many of its points, with a derivative that can be integrated.",
        ),
        steps=(
            Step("Follow the output along the line.", r"g(t)=f(x'+t(x-x'))"),
            Step(
                "Chain rule (BP-2).",
                r"g'(t)=\sum_i(x_i-x_i')\,\partial_if(x'+t(x-x'))",
            ),
            Step(
                "Integrate, and exchange the finite sum with the integral.",
                r"\int_0^1g'(t)\,\mathrm dt=\sum_i\mathrm{IG}_i",
            ),
            Step(
                "Fundamental theorem of calculus on each piece between the exceptional points; the "
                "values between cancel because $g$ has no jump.",
                r"\int_0^1g'(t)\,\mathrm dt=g(1)-g(0)=f(x)-f(x')",
            ),
        ),
        how="Gradients by complex steps at 40 Gauss nodes are summed; the output itself is "
        "evaluated at both ends.",
        check=completeness,
        source="Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017, "
        "section 3",
    ),
    Statement(
        id="BP-33",
        section="second-order",
        title="With $m$ midpoints, completeness is missed by an amount that falls like $1/m^2$.",
        claim=r"\begin{gathered}"
        r"f(x)-f(x')-\sum_i\mathrm{IG}_i^{(m)}=\frac{g'''}{24\,m^2},\\[4pt]"
        r"g(t)=f(x'+t(x-x'))"
        r"\end{gathered}",
        hypotheses=(
            "$f$ is a polynomial of degree at most three along the line (in general: to leading "
            "order).",
            "The gradients are taken in the middles of $m$ equal parts.",
        ),
        steps=(
            Step(
                "By BP-32 the rule approximates the integral of $g'$, part by part with "
                "$h=1/m$ around the middle $c$.",
                r"\int_{c-h/2}^{c+h/2}g'(t)\,\mathrm dt\approx h\,g'(c)",
            ),
            Step(
                "Expand $g'$ around the middle; it has degree two.",
                r"g'(t)=g'(c)+g''(c)(t-c)+\tfrac12g'''(t-c)^2",
            ),
            Step(
                "The linear term integrates to 0, the square does not.",
                r"\int_{-h/2}^{h/2}\tfrac12g'''u^2\,\mathrm du=\frac{g'''h^3}{24}",
            ),
            Step(
                "There are $m$ parts.",
                r"m\cdot\frac{g'''}{24\,m^3}=\frac{g'''}{24\,m^2}",
            ),
        ),
        how="Integrated gradients of a cubic model with 3 and with 7 midpoints, gradients by "
        "complex steps.",
        check=midpoints,
        source="Davis and Rabinowitz, Methods of Numerical Integration, 1984, chapter 2",
    ),
    Statement(
        id="BP-34",
        section="second-order",
        title="Without biases, input times gradient of a ReLU network sums to its output.",
        claim=r"\begin{gathered}"
        r"f(cx)=c^kf(x)\;\Rightarrow\\[4pt]"
        r"\langle x,\nabla f(x)\rangle=k\,f(x),\\[4pt]"
        r"\langle cx,\nabla f(cx)\rangle=k\,c^k f(x)"
        r"\end{gathered}",
        hypotheses=(
            "No layer has a bias, and $f$ is differentiable at $x$.",
            "Activations are $\\operatorname{relu}(z)^p$ with $p\\ge1$ in $L$ hidden layers, and "
            "the output is linear; then $k=p^L$, which is 1 for plain ReLU.",
            "$c>0$.",
        ),
        steps=(
            Step(
                "A positive factor passes linear layers, and each activation raises it to the "
                "power $p$.",
                r"\operatorname{relu}(cz)^p=c^p\operatorname{relu}(z)^p,\quad c>0",
            ),
            Step(
                "Layer by layer the factor is $c^p$, $c^{p^2}$ and so on; $L$ layers give "
                "$c^{p^L}$.",
                r"f(cx)=c^{k}f(x),\qquad k=p^L",
            ),
            Step(
                "Differentiate by $c$.",
                r"\langle x,\nabla f(cx)\rangle=k\,c^{k-1}f(x)",
            ),
            Step(
                "At $c=1$ this is Euler's theorem; times $c$ it is the second claim.",
                r"\langle x,\nabla f(x)\rangle=k\,f(x)",
            ),
            Step(
                "For $k=1$ differentiate $f(cx)=cf(x)$ by $x$: the gradient is constant along the "
                "ray, so integrated gradients from the base 0 are input times gradient.",
                r"\nabla f(cx)=\nabla f(x)\;\Rightarrow\;\mathrm{IG}_i=x_i\,\partial_if(x)",
            ),
        ),
        how="Complex steps of each input of networks with powers 1, 2 and 3 and with up to three "
        "hidden layers, at x and at 1.3 x.",
        check=homogeneous,
        source="Ancona et al., Towards Better Understanding of Gradient-Based Attribution Methods, "
        "2018; Euler's theorem on homogeneous functions",
    ),
)
