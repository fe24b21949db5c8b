"""Blocks of networks: convolution, pooling, attention, Grad-CAM and residual connections."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundations.backpropagation import formulas, numeric
from core.foundations.compare import equal
from core.foundations.schema import Kind, Reading, Statement, Step

Floats = NDArray[np.float64]

IMAGE, KERNEL = (6, 7), (3, 2)
SIZES = (2, 3, 7)


def correlate(image: Any, kernel: Any) -> Any:
    """Return the layer that is called a convolution: shifted products, without flipping."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)


def convolution(rng: np.random.Generator, stride: int = 1) -> Reading:
    """Compare both gradients of a convolution with complex steps.

    With a stride the layer keeps each second, third, ... row and column of its output.
    """
    image, kernel, delta, by_image, by_kernel = strided(rng, stride)
    claimed = np.zeros(IMAGE)
    found = formulas.convolution_input_gradient(delta, kernel)
    claimed[: found.shape[0], : found.shape[1]] = found
    if stride == 1:
        weights = formulas.convolution_kernel_gradient(image, delta)
        claimed, by_image = _joined(claimed, weights), _joined(by_image, by_kernel)
    return equal(claimed, by_image, "entries of the gradients for image and kernel")


def strided(rng: np.random.Generator, stride: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return image, kernel, the gradient above and the true gradients for image and kernel."""
    image, kernel = numeric.signed(rng, *IMAGE), numeric.signed(rng, *KERNEL)
    output = correlate(image, kernel)[::stride, ::stride]
    worth = numeric.signed(rng, *output.shape)

    def loss(x: Any, k: Any) -> Any:
        return (worth * np.sin(correlate(x, k)[::stride, ::stride])).sum()

    by_image = numeric.gradient(lambda x: loss(x, kernel), image)
    by_kernel = numeric.gradient(lambda k: loss(image, k), kernel)
    return image, kernel, worth * np.cos(output), by_image, by_kernel


def spread_out(rng: np.random.Generator) -> Reading:
    """Compare the gradient with stride two with the formula for the gradient with zeros between."""
    _, kernel, delta, by_image, _ = strided(rng, 2)
    rows, columns = IMAGE[0] - KERNEL[0] + 1, IMAGE[1] - KERNEL[1] + 1
    filled = np.zeros((rows, columns))
    filled[::2, ::2] = delta
    claimed = formulas.convolution_input_gradient(filled, kernel)
    return equal(claimed, by_image, "gradient with zeros put between its entries")


def pooling(rng: np.random.Generator, *, ties: bool = False) -> Reading:
    """Compare the gradients of max and average pooling with central differences."""
    windows, delta = _windows(rng, ties=ties), numeric.signed(rng, 5)
    averaged = (windows, windows[:, :3])
    claimed = _joined(
        formulas.max_pool_gradient(windows, delta),
        *(formulas.average_pool_gradient(delta, x.shape[1]) for x in averaged),
    )
    measured = _joined(
        numeric.central(lambda x: float(delta @ x.max(axis=1)), windows),
        *(numeric.central(lambda x: float(delta @ x.mean(axis=1)), x) for x in averaged),
    )
    return equal(claimed, measured, "gradient for each entry of the windows", kind=Kind.DIFFERENCE)


def tied_pooling(rng: np.random.Generator) -> Reading:
    """Compare central differences at ties with half of what the formula sends to each."""
    windows, delta = _windows(rng, ties=True), numeric.signed(rng, 5)
    measured = numeric.central(lambda x: float(delta @ x.max(axis=1)), windows)
    claimed = formulas.max_pool_gradient(windows, delta) / 2
    return equal(claimed, measured, "half to each of the two largest", kind=Kind.DIFFERENCE)


def _windows(rng: np.random.Generator, *, ties: bool) -> Floats:
    """Draw windows whose two largest entries are equal, or apart: some just more than a step."""
    levels = np.tile([0.1, 0.4, 0.9, 0.9], (5, 1))
    if not ties:
        levels[:, 3] += [3 * numeric.REAL, 1e-4, 0.01, 0.1, 0.4]
    return rng.permuted(levels, axis=1) + numeric.signed(rng, 5, 1)


def attention(rng: np.random.Generator) -> Reading:
    """Compare the three gradients of attention with complex steps."""
    q, k, v = numeric.signed(rng, 3, 5), numeric.signed(rng, 4, 5), numeric.signed(rng, 4, 2)
    worth = numeric.signed(rng, 3, 2)

    def output(q: Any, k: Any, v: Any) -> Any:
        weights = np.exp(q @ k.T / np.sqrt(5))
        return weights @ v / weights.sum(axis=1, keepdims=True)

    def loss(q: Any, k: Any, v: Any) -> Any:
        return (worth * np.sin(output(q, k, v))).sum()

    claimed = formulas.attention_gradients(q, k, v, worth * np.cos(output(q, k, v)))
    measured = (
        numeric.gradient(lambda x: loss(x, k, v), q),
        numeric.gradient(lambda x: loss(q, x, v), k),
        numeric.gradient(lambda x: loss(q, k, x), v),
    )
    return equal(_joined(*claimed), _joined(*measured), "entries of the gradients for Q, K and V")


def entries(rng: np.random.Generator, mean: float = 0.0) -> tuple[Floats, numeric.Law, numeric.Law]:
    """Return variances and laws of an entry of a query and of a key: two values around a mean."""
    sizes = rng.uniform(0.6, 1.5, size=2)
    (q, q_chances), (k, k_chances) = (numeric.skewed(rng, float(sd)) for sd in sizes)
    return sizes**2, (q + mean, q_chances), (k + mean, k_chances)


def variance_of_scores(query: numeric.Law, key: numeric.Law, size: int, divisor: float) -> float:
    """Return the variance of ``q.k / divisor``, with every query and every key listed."""
    queries, keys = numeric.outcomes(query, size), numeric.outcomes(key, size)
    return numeric.inner_variance(queries, keys, divisor)


def score_variance(rng: np.random.Generator, mean: float = 0.0) -> Reading:
    """Compare the variance of a score by size and divisor with that over all outcomes."""
    (q, k), query, key = entries(rng, mean)
    claimed, measured = [], []
    for size in SIZES:
        for divisor in (1.0, float(np.sqrt(size)), float(rng.uniform(1.2, 3.0))):
            claimed.append(formulas.score_variance(size, q, k, divisor))
            measured.append(variance_of_scores(query, key, size, divisor))
    return equal(claimed, measured, "variances of scores of 2, 3 and 7 entries")


def score_variance_with_mean(rng: np.random.Generator, mean: float) -> Reading:
    """Compare the variance of a score of entries with a mean with its own formula."""
    (q, k), query, key = entries(rng, mean)
    measured = [variance_of_scores(query, key, size, float(np.sqrt(size))) for size in SIZES]
    claimed = np.full(len(SIZES), q * k + mean**2 * (q + k))
    return equal(claimed, measured, "variances of q.k / sqrt(d), entries with a mean")


def network_maps(rng: np.random.Generator, *, pooled: bool = True) -> tuple[Floats, Floats, Floats]:
    """Return features, the weights of the head, and Grad-CAM found by complex steps.

    The head sees the mean of each feature map, or (``pooled`` false) every cell by itself.
    """
    features = numeric.signed(rng, 4, 3, 5)
    weights = numeric.signed(rng, 4) if pooled else numeric.signed(rng, 4, 3, 5)

    def score(a: Any) -> Any:
        return weights @ a.mean(axis=(1, 2)) if pooled else (weights * a).mean(axis=(1, 2)).sum()

    alphas = numeric.gradient(score, features).mean(axis=(1, 2))
    return features, weights, np.einsum("k,kij->ij", alphas, features)


def grad_cam(rng: np.random.Generator) -> Reading:
    """Compare CAM over the number of cells with Grad-CAM by its definition."""
    features, weights, measured = network_maps(rng)
    claimed = formulas.grad_cam(features, weights, 15)
    return equal(claimed, measured, "cells of the map")


def residual(rng: np.random.Generator) -> Reading:
    """Compare the product of ``I + J`` over three blocks with complex steps."""
    inner = [numeric.weights(rng, 4, 4) for _ in range(3)]
    outer = [numeric.weights(rng, 4, 4) for _ in range(3)]
    x = numeric.signed(rng, 4)

    def run(z: Any) -> Any:
        for w, v in zip(inner, outer, strict=True):
            z = z + v @ np.tanh(w @ z)
        return z

    claimed, z = np.eye(4), x
    for w, v in zip(inner, outer, strict=True):
        branch = v @ formulas.tanh_layer_jacobian(w, np.tanh(w @ z))
        claimed = formulas.composition(formulas.residual_jacobian(branch), claimed)
        z = z + v @ np.tanh(w @ z)
    return equal(claimed, numeric.jacobian(run, x), "entries of the Jacobian of three blocks")


def _joined(*arrays: Floats) -> Floats:
    return np.concatenate([np.ravel(array) for array in arrays])


STATEMENTS = (
    Statement(
        id="BP-11",
        section="blocks",
        title="The gradient for the image of a convolution layer is a convolution with the kernel "
        "flipped.",
        claim=r"\begin{gathered}"
        r"y_i=\sum_kw_kx_{i+k}:\\[4pt]"
        r"\frac{\partial L}{\partial x_j}=\sum_kw_k\,\delta_{j-k},\\[4pt]"
        r"\frac{\partial L}{\partial w_k}=\sum_i\delta_i\,x_{i+k}"
        r"\end{gathered}",
        hypotheses=(
            "The layer correlates without padding and with stride one.",
            "$\\delta=\\partial L/\\partial y$, and 0 outside of the output.",
        ),
        steps=(
            Step(
                "Each output is linear in image and kernel (indices stand for pairs in two "
                "dimensions).",
                r"\frac{\partial y_i}{\partial x_j}=w_{j-i},\qquad "
                r"\frac{\partial y_i}{\partial w_k}=x_{i+k}",
            ),
            Step(
                "Sum over the outputs, as BP-2 says.",
                r"\frac{\partial L}{\partial x_j}=\sum_i\delta_i\,w_{j-i}",
            ),
            Step(
                "Substitute $k=j-i$. The index of $\\delta$ falls where that of $w$ rises: this "
                "is a true convolution, or a correlation with the flipped kernel.",
                r"\frac{\partial L}{\partial x_j}=\sum_kw_k\,\delta_{j-k}",
            ),
            Step(
                "For the kernel both indices rise together: a correlation of the image with "
                "$\\delta$.",
                r"\frac{\partial L}{\partial w_k}=\sum_i\delta_i\,x_{i+k}",
            ),
        ),
        how="Complex steps of each pixel and of each kernel entry through sums over windows.",
        check=convolution,
        source="Dumoulin and Visin, A Guide to Convolution Arithmetic for Deep Learning, 2016, "
        "chapter 4",
    ),
    Statement(
        id="BP-12",
        section="blocks",
        title="Max pooling sends the gradient to the largest entry alone, average pooling in equal "
        "shares to all.",
        claim=r"\begin{gathered}"
        r"\frac{\partial}{\partial x_i}\max_jx_j=[i=\arg\max_jx_j],\\[4pt]"
        r"\frac{\partial}{\partial x_i}\frac1n\sum_jx_j=\frac1n"
        r"\end{gathered}",
        hypotheses=("The largest entry of each window is unique.",),
        steps=(
            Step(
                "The largest entry $x_m$ leads by a gap, because it is unique.",
                r"x_m\ge x_j+\gamma,\quad\gamma>0,\;j\ne m",
            ),
            Step(
                "A move by less than $\\gamma/2$ of each entry does not change which is largest.",
                r"\max_j(x_j+v_j)=x_m+v_m",
            ),
            Step(
                "So the maximum is locally the coordinate $x_m$.",
                r"\frac{\partial\max}{\partial x_i}=[i=m]",
            ),
            Step(
                "The mean is linear with weights $1/n$.",
                r"\frac{\partial}{\partial x_i}\frac1n\sum_jx_j=\frac1n",
            ),
        ),
        how="Central differences of both poolings, entry by entry. The two largest entries of a "
        "window are between three steps and 0.4 apart.",
        check=pooling,
        source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 9.3",
    ),
    Statement(
        id="BP-13",
        section="blocks",
        title="Attention sends the gradient to the values by its transposed shares, and to queries "
        "and keys through the softmax Jacobian.",
        claim=r"\begin{aligned}O&=AV,\;A=\operatorname{softmax}_{\text{rows}}(QK^\top/\sqrt d),\;"
        r"G=\Delta V^\top\\ \tfrac{\partial L}{\partial V}&=A^\top\Delta,\quad "
        r"S=A\circ\bigl(G-(A\circ G)\mathbf 1\mathbf 1^\top\bigr)\\ "
        r"\tfrac{\partial L}{\partial Q}&=SK/\sqrt d,\quad"
        r"\tfrac{\partial L}{\partial K}=S^\top Q/\sqrt d\end{aligned}",
        hypotheses=(
            "$\\Delta=\\partial L/\\partial O$; $\\circ$ multiplies entry by entry.",
            "Rows of $Q$ and $K$ have $d$ entries.",
        ),
        steps=(
            Step(
                "$O=AV$ is linear in both factors; the rules are those of BP-6.",
                r"\frac{\partial L}{\partial V}=A^\top\Delta,\qquad "
                r"\frac{\partial L}{\partial A}=\Delta V^\top=G",
            ),
            Step(
                "Row by row $A$ is a softmax. Its Jacobian (BP-8) is symmetric.",
                r"s=(\operatorname{diag}(a)-aa^\top)\,g=a\circ\bigl(g-(a^\top g)\mathbf 1\bigr)",
            ),
            Step(
                "Stacked rows give $S$, the gradient for the scores $QK^\\top/\\sqrt d$.",
                r"S=A\circ\bigl(G-(A\circ G)\mathbf 1\mathbf 1^\top\bigr)",
            ),
            Step(
                "The scores are linear in $Q$ and in $K$.",
                r"\frac{\partial L}{\partial Q}=\frac{SK}{\sqrt d},\qquad "
                r"\frac{\partial L}{\partial K}=\frac{S^\top Q}{\sqrt d}",
            ),
        ),
        how="Complex steps of each entry of the queries, keys and values.",
        check=attention,
        source="Vaswani et al., Attention Is All You Need, 2017, section 3.2.1",
    ),
    Statement(
        id="BP-14",
        section="blocks",
        title="The root of the dimension keeps the variance of attention scores free of the "
        "dimension.",
        claim=r"\operatorname{Var}\Bigl(\frac{q^\top k}{\sqrt d}\Bigr)=\sigma_q^2\,\sigma_k^2",
        hypotheses=(
            "All $d$ entries of $q$ and all of $k$ are independent.",
            "They have mean zero and variances $\\sigma_q^2$ and $\\sigma_k^2$.",
        ),
        steps=(
            Step(
                "Independent factors of mean zero have a product of mean zero.",
                r"\mathbb E[q_ik_i]=\mathbb E[q_i]\,\mathbb E[k_i]=0",
            ),
            Step(
                "Its variance is its mean square, which factors by independence.",
                r"\operatorname{Var}(q_ik_i)=\mathbb E[q_i^2]\,\mathbb E[k_i^2]"
                r"=\sigma_q^2\sigma_k^2",
            ),
            Step(
                "Variances of independent terms add.",
                r"\operatorname{Var}(q^\top k)=d\,\sigma_q^2\sigma_k^2",
            ),
            Step(
                "Dividing by $c$ divides the variance by $c^2$, so $c=\\sqrt d$ removes $d$. "
                "Without a divisor scores grow like $\\sqrt d$: the softmax saturates, and its "
                "Jacobian (BP-8) goes to 0.",
                r"\operatorname{Var}(q^\top k/\sqrt d)=\sigma_q^2\sigma_k^2",
            ),
        ),
        how="The variance over every possible query and key of 2, 3 and 7 entries, which take two "
        "values each with unequal chances: undivided, divided by the root, and by another "
        "number.",
        check=score_variance,
        source="Vaswani et al., Attention Is All You Need, 2017, section 3.2.1, footnote 4",
    ),
    Statement(
        id="BP-15",
        section="blocks",
        title="With global average pooling and a linear head, Grad-CAM is CAM divided by the "
        "number of cells.",
        claim=r"\begin{gathered}"
        r"s=\sum_kw_k\,\frac1N\sum_{ij}A^k_{ij}:\\[4pt]"
        r"\alpha_k=\frac1N\sum_{ij}\frac{\partial s}{\partial A^k_{ij}}=\frac{w_k}N,\\[4pt]"
        r"\sum_k\alpha_kA^k=\frac1N\sum_kw_kA^k"
        r"\end{gathered}",
        hypotheses=(
            "The score is a linear function of the averages of the feature maps, with weights "
            "$w_k$ and without a bias.",
            "Each map $A^k$ has $N$ cells; the CAM is $\\sum_kw_kA^k$.",
        ),
        steps=(
            Step(
                "Average pooling has the derivative $1/N$ in each cell (BP-12).",
                r"\frac{\partial s}{\partial A^k_{ij}}=w_k\cdot\frac1N",
            ),
            Step(
                "Grad-CAM averages it over the cells, and it is the same in all of them.",
                r"\alpha_k=\frac1N\sum_{ij}\frac{w_k}N=\frac{w_k}N",
            ),
            Step(
                "CAM weighs the maps by $w_k$, Grad-CAM by $\\alpha_k$.",
                r"\sum_k\alpha_kA^k=\frac1N\sum_kw_kA^k=\frac1N\,\mathrm{CAM}",
            ),
            Step(
                "A positive factor changes neither the ReLU nor the map once it is scaled to its "
                "largest value. So both methods show the same picture, and the cells of this map "
                "sum to the score.",
                r"\sum_{ij}\frac{\mathrm{CAM}_{ij}}N=s",
            ),
        ),
        how="Grad-CAM by its definition: complex steps of each cell of each feature map, averaged.",
        check=grad_cam,
        source="Zhou et al., Learning Deep Features for Discriminative Localization, 2016; "
        "Selvaraju et al., Grad-CAM, 2017, section 3.1",
    ),
    Statement(
        id="BP-16",
        section="blocks",
        title="A residual connection adds the identity to the Jacobian of its block.",
        claim=r"\begin{gathered}"
        r"J_{x+f(x)}=I+J_f,\\[4pt]"
        r"J=(I+J_L)\cdots(I+J_1)=I+\sum_lJ_l+\dots"
        r"\end{gathered}",
        hypotheses=(
            "The branch $f$ is differentiable and keeps the dimension; $J_l$ is the Jacobian of "
            "the branch of block $l$ at what it is given.",
        ),
        steps=(
            Step(
                "The derivative of a sum is the sum of the derivatives.",
                r"\mathrm d(x+f(x))=\mathrm dx+J_f\,\mathrm dx",
            ),
            Step("Collect the factor of $\\mathrm dx$.", r"J=I+J_f"),
            Step("Blocks one after the other multiply (BP-1).", r"J=(I+J_L)\cdots(I+J_1)"),
            Step(
                "Multiply out: one term is the identity. It carries the gradient past all blocks, "
                "however small the $J_l$ are; the rest are products of two or more of them, later "
                "blocks on the left.",
                r"J=I+\sum_lJ_l+\sum_{l>m}J_lJ_m+\dots",
            ),
        ),
        how="Complex steps of each input through three residual blocks.",
        check=residual,
        source="He et al., Identity Mappings in Deep Residual Networks, 2016, section 2",
    ),
)
