"""Second derivatives without the Hessian, and gradients under rescaled weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundations.backpropagation import formulas_network as network
from core.foundations.backpropagation import numeric
from core.foundations.compare import equal
from core.foundations.schema import Kind, Reading, Statement, Step

Floats = NDArray[np.float64]


def hessian_vector(rng: np.random.Generator) -> Reading:
    """Compare the R operator with differences of a directional derivative."""
    shapes = ((4, 3), (2, 4))
    w1, w2, v1, v2 = (numeric.weights(rng, *shape) for shape in (*shapes, *shapes))
    x, y = numeric.signed(rng, 3), numeric.signed(rng, 2)

    def loss(p: Any) -> Any:
        error = p[12:].reshape(2, 4) @ np.tanh(p[:12].reshape(4, 3) @ x) - y
        return (error**2).sum() / 2

    direction, place = _flat(v1, v2), _flat(w1, w2)
    measured = numeric.central(lambda p: numeric.slope(loss, p, direction), place)
    claimed = _flat(*network.hessian_vector((w1, w2), (v1, v2), x, y))
    return equal(claimed, measured, "entries of Hv", kind=Kind.DIFFERENCE)


def decay(rng: np.random.Generator, noise: float = 0.4) -> tuple[Floats, Floats, Floats, Floats]:
    """Return for a fit of ``a exp(b t)``: Jacobian, residuals, curvatures and the true Hessian."""
    t = np.array([0.2, 0.5, 0.9, 1.4])
    a, b = numeric.signed(rng, 2)
    y = a * np.exp(b * t) + noise * numeric.signed(rng, 4)

    def loss(p: Any) -> Any:
        return ((p[0] * np.exp(p[1] * t) - y) ** 2).sum() / 2

    e = np.exp(b * t)
    jacobian = np.stack([e, a * t * e], axis=1)
    curvatures = np.array([[0 * t, t * e], [t * e, a * t**2 * e]]).transpose(2, 0, 1)
    hessian = numeric.central_jacobian(lambda p: numeric.gradient(loss, p), np.array([a, b]))
    return jacobian, a * e - y, curvatures, hessian


def gauss_newton(rng: np.random.Generator) -> Reading:
    """Compare both parts of the Hessian of a least squares loss with differences."""
    jacobian, residuals, curvatures, measured = decay(rng)
    claimed = network.least_squares_hessian(jacobian, residuals, curvatures)
    return equal(claimed, measured, "entries of the Hessian", kind=Kind.DIFFERENCE)


def _normalised(rng: np.random.Generator, small: float) -> tuple[Callable[[Any], Any], Floats, Any]:
    """Return the loss of a batch-normalised unit by its weights, weights, and its pieces."""
    x, worth, w = numeric.signed(rng, 6, 3), numeric.signed(rng, 6), numeric.signed(rng, 3)

    def output(v: Any) -> tuple[Any, Any]:
        centred = x @ v - (x @ v).mean()
        variance = (centred**2).mean()
        return centred / np.sqrt(variance + small), variance

    return lambda v: (worth * np.sin(output(v)[0])).sum(), w, (worth, *output(w))


def scale_invariance(rng: np.random.Generator, small: float = 0.0) -> Reading:
    """Compare the gradient at ``c w``, and its part along ``w``, with the claims."""
    loss, w, _ = _normalised(rng, small)
    factor = 2.7
    gradient = numeric.gradient(loss, w)
    claimed = np.append(network.rescaled_gradient(gradient, factor), 0.0)
    measured = np.append(numeric.gradient(loss, factor * w), w @ gradient)
    return equal(claimed, measured, "gradient at 2.7 w, and w.gradient")


def radial_part(rng: np.random.Generator, small: float) -> Reading:
    """Compare the part along ``w`` with what a constant in the spread leaves of it."""
    loss, w, (worth, output, variance) = _normalised(rng, small)
    claimed = (worth * np.cos(output) * output).sum() * small / (variance + small)
    return equal(claimed, w @ numeric.gradient(loss, w), "w.gradient")


def _flat(*arrays: Floats) -> Floats:
    return np.concatenate([array.ravel() for array in arrays])


STATEMENTS = (
    Statement(
        id="BP-29",
        section="second-order",
        title="A Hessian times a vector needs no Hessian: differentiate the forward and the "
        "backward pass along the vector.",
        claim=r"Hv=\frac{\mathrm d}{\mathrm d\epsilon}\nabla L(w+\epsilon v)\Big|_{0}"
        r"=\mathcal R\{\nabla L\}",
        hypotheses=(
            "$L$ is twice continuously differentiable.",
            "In the example $L=\\tfrac12\\lVert W_2\\tanh(W_1x)-y\\rVert^2$, and $v$ has the parts "
            "$V_1$ and $V_2$.",
        ),
        steps=(
            Step(
                "The gradient is a vector function; its Jacobian is the Hessian.",
                r"\frac{\mathrm d}{\mathrm d\epsilon}\nabla L(w+\epsilon v)\Big|_0=Hv",
            ),
            Step(
                "Write $\\mathcal R$ for this derivative. It obeys product and chain rule, so it "
                "runs through the forward pass $a=\\tanh(W_1x)$, $e=W_2a-y$.",
                r"\begin{gathered}"
                r"\mathcal R a=(1-a^2)\circ V_1x,\\[4pt]"
                r"\mathcal R e=W_2\,\mathcal R a+V_2a"
                r"\end{gathered}",
            ),
            Step(
                "And through the backward pass $g=W_2^\\top e$.",
                r"\mathcal R g=V_2^\top e+W_2^\top\mathcal R e",
            ),
            Step(
                "The gradient for $W_2$ is $ea^\\top$.",
                r"\mathcal R\{ea^\top\}=(\mathcal R e)a^\top+e(\mathcal R a)^\top",
            ),
            Step(
                "The gradient for $W_1$ is $(g\\circ(1-a^2))x^\\top$.",
                r"\bigl(\mathcal R g\circ(1-a^2)-2g\circ a\circ\mathcal R a\bigr)x^\top",
            ),
            Step(
                "Every product of the two passes became at most two products of the same sizes, so "
                "the work is a small multiple of that for one gradient, whatever the number of "
                "weights.",
                r"\mathcal R\{AB\}=(\mathcal RA)\,B+A\,\mathcal RB",
            ),
        ),
        how="Complex steps of the loss along v, and central differences of the result by each "
        "weight.",
        check=hessian_vector,
        source="Pearlmutter, Fast Exact Multiplication by the Hessian, Neural Computation 6, 1994",
    ),
    Statement(
        id="BP-30",
        section="second-order",
        title="The Hessian of a least squares loss is $J^\\top J$ plus the curvatures weighted by "
        "the residuals.",
        claim=r"\nabla^2\tfrac12\lVert r\rVert^2=J^\top J+\sum_kr_k\nabla^2f_k",
        hypotheses=("$r=f(w)-y$ with twice continuously differentiable $f$ and its Jacobian $J$.",),
        steps=(
            Step("First derivative by the chain rule.", r"\nabla\tfrac12\lVert r\rVert^2=J^\top r"),
            Step(
                "Entry by entry.",
                r"\partial_i\tfrac12\lVert r\rVert^2=\sum_k(\partial_if_k)\,r_k",
            ),
            Step(
                "Product rule for the second derivative; $\\partial_jr_k=\\partial_jf_k$.",
                r"\sum_k(\partial_if_k)(\partial_jf_k)+\sum_kr_k\,\partial_i\partial_jf_k",
            ),
            Step(
                "The first sum is $J^\\top J$ (Gauss-Newton). The second is 0 for a linear model "
                "or without residuals; in general leaving it out is an approximation.",
                r"\nabla^2=J^\top J+\sum_kr_k\nabla^2f_k",
            ),
        ),
        how="Complex steps and central differences of the loss of a fitted exponential.",
        check=gauss_newton,
        source="Nocedal and Wright, Numerical Optimization, 2006, chapter 10",
    ),
    Statement(
        id="BP-31",
        section="second-order",
        title="If only the direction of the weights counts, the gradient is orthogonal to them and "
        "falls as they grow.",
        claim=r"\begin{gathered}"
        r"L(cw)=L(w)\;\forall c>0\;\Rightarrow\; \langle w,\nabla L(w)\rangle=0,\\[4pt]"
        r"\nabla L(cw)=\tfrac1c\nabla L(w)"
        r"\end{gathered}",
        hypotheses=(
            "$L(cw)=L(w)$ for all $c>0$, as before a batch norm without a constant in its spread.",
            "$L$ is differentiable at $w\\ne0$.",
        ),
        steps=(
            Step(
                "Why it holds before a batch norm: mean and spread carry the factor too.",
                r"\frac{cw^\top x-c\mu}{c\,s}=\frac{w^\top x-\mu}{s}",
            ),
            Step(
                "Differentiate $L(cw)=L(w)$ by $c$ at $c=1$.",
                r"\langle\nabla L(w),w\rangle=0",
            ),
            Step(
                "Differentiate $L(cw)=L(w)$ by $w$ (chain rule).",
                r"c\,\nabla L(cw)=\nabla L(w)",
            ),
            Step(
                "So a step of descent always lengthens the weights (Pythagoras), and long weights "
                "turn slowly.",
                r"\lVert w-\eta\nabla L\rVert^2=\lVert w\rVert^2+\eta^2\lVert\nabla L\rVert^2",
            ),
        ),
        how="Complex steps of the loss of a batch-normalised unit, at w and at 2.7 w.",
        check=scale_invariance,
        source="van Laarhoven, L2 Regularization versus Batch and Weight Normalization, 2017; "
        "Arora, Li and Lyu, Theoretical Analysis of Auto Rate-Tuning by Batch Normalization, 2019",
    ),
)
