"""Single layers: linear, activation, softmax, cross-entropy and normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundations.backpropagation import formulas, numeric
from core.foundations.compare import equal
from core.foundations.schema import Kind, Reading, Statement, Step

Floats = NDArray[np.float64]

KINK_STEP = 1e-4


def linear(rng: np.random.Generator) -> Reading:
    """Compare the gradients of a linear layer with complex steps of the loss."""
    w, x, b = numeric.signed(rng, 3, 4), numeric.signed(rng, 4, 5), numeric.signed(rng, 3)
    worth = numeric.signed(rng, 3, 5)

    def loss(w: Any, x: Any, b: Any) -> Any:
        return (worth * np.sin(w @ x + b[:, None])).sum()

    delta = worth * np.cos(w @ x + b[:, None])
    claimed = (
        formulas.weight_gradient(delta, x),
        formulas.input_gradient(w, delta),
        formulas.bias_gradient(delta),
    )
    measured = (
        numeric.gradient(lambda v: loss(v, x, b), w),
        numeric.gradient(lambda v: loss(w, v, b), x),
        numeric.gradient(lambda v: loss(w, x, v), b),
    )
    note = "entries of the gradients for W, X and b"
    return equal(_joined(*claimed), _joined(*measured), note)


def activations(rng: np.random.Generator) -> Reading:
    """Compare the slopes of four activations with complex steps, ReLU with real ones."""
    z = np.concatenate([numeric.signed(rng, 6), [-0.4, 0.4]])
    claimed = (
        formulas.tanh_slope(np.tanh(z)),
        formulas.sigmoid_slope(numeric.sigmoid(z)),
        formulas.softplus_slope(z),
        formulas.relu_slope(z),
    )
    moved = z + 1j * numeric.IMAGINARY
    analytic = (np.tanh(moved), numeric.sigmoid(moved), np.log(1 + np.exp(moved)))
    slopes = [values.imag / numeric.IMAGINARY for values in analytic]
    places = numeric.sigmoid(np.linspace(-5, 5, 1_001) + 1j * numeric.IMAGINARY)
    steepest = places.imag.max() / numeric.IMAGINARY
    return equal(
        _joined(*claimed, formulas.sigmoid_slope(np.array(0.5))),
        _joined(*slopes, relu_difference(z), steepest),
        "slopes of tanh, sigmoid, softplus and ReLU, and the sigmoid's largest of 1,001",
    )


def relu_difference(z: Floats, step: float = KINK_STEP) -> Floats:
    """Return the central difference of ReLU."""
    return (np.maximum(z + step, 0) - np.maximum(z - step, 0)) / (2 * step)


def softmax(rng: np.random.Generator) -> Reading:
    """Compare the Jacobian of the softmax with complex steps."""
    scores = numeric.signed(rng, 5)
    claimed = formulas.softmax_jacobian(formulas.softmax(scores))
    measured = numeric.jacobian(lambda z: np.exp(z) / np.exp(z).sum(), scores)
    return equal(claimed, measured, "entries of the Jacobian of the softmax")


def cross_entropy_of(rng: np.random.Generator, total: float) -> tuple[Floats, Floats, Floats]:
    """Return the probabilities, targets with a given sum and the true gradient for the scores."""
    scores = numeric.signed(rng, 5)
    targets = total * rng.dirichlet(np.ones(5))
    measured = numeric.gradient(lambda z: -targets @ (z - np.log(np.exp(z).sum())), scores)
    return formulas.softmax(scores), targets, measured


def cross_entropy(rng: np.random.Generator, total: float = 1.0) -> Reading:
    """Compare ``p - y`` with complex steps of the cross-entropy."""
    p, targets, measured = cross_entropy_of(rng, total)
    claimed = formulas.cross_entropy_gradient(p, targets)
    return equal(claimed, measured, "gradient for each score")


def normalise(x: Any, small: float) -> tuple[Any, Any]:
    """Return x centred and divided by its spread, and the spread."""
    centred = x - x.mean()
    spread = np.sqrt((centred**2).mean() + small)
    return centred / spread, spread


def normalisation(rng: np.random.Generator, *, frozen: bool = False) -> Reading:
    """Compare the gradient through a normalisation with complex steps.

    With ``frozen`` the program treats mean and spread as constants, as in evaluation mode.
    """
    x, worth = numeric.signed(rng, 6), numeric.signed(rng, 6)
    output, spread = normalise(x, small=0.05)
    mean = x.mean()

    def loss(v: Any) -> Any:
        normalised = (v - mean) / spread if frozen else normalise(v, small=0.05)[0]
        return (worth * np.sin(normalised)).sum()

    claimed = formulas.normalisation_gradient(output, float(spread), worth * np.cos(output))
    return equal(claimed, numeric.gradient(loss, x), "gradient for each input")


def frozen_normalisation(rng: np.random.Generator) -> Reading:
    """Compare the gradient of a frozen normalisation with the plain division by the spread."""
    x, worth = numeric.signed(rng, 6), numeric.signed(rng, 6)
    output, spread = normalise(x, small=0.05)
    mean = x.mean()
    measured = numeric.gradient(lambda v: (worth * np.sin((v - mean) / spread)).sum(), x)
    return equal(worth * np.cos(output) / spread, measured, "gradient of the frozen layer")


def kink(rng: np.random.Generator) -> Reading:
    """Compare the slope of ReLU with a difference whose step reaches across the kink."""
    z = numeric.signed(rng, 4) * KINK_STEP / 3
    note = "difference with the kink inside the step"
    return equal(formulas.relu_slope(z), relu_difference(z), note, kind=Kind.DIFFERENCE)


def _joined(*arrays: Floats) -> Floats:
    return np.concatenate([np.ravel(array) for array in arrays])


STATEMENTS = (
    Statement(
        id="BP-6",
        section="layers",
        title="A linear layer sends back $W^\\top\\delta$, and its own gradient is $\\delta$ times "
        "what it was given.",
        claim=r"\begin{gathered}"
        r"Z=WX+b\mathbf 1^\top,\;\Delta=\frac{\partial L}{\partial Z}:\\[4pt]"
        r"\frac{\partial L}{\partial W}=\Delta X^\top,\;\frac{\partial L}{\partial X}=W^"
        r"\top\Delta,\;\frac{\partial L}{\partial b}=\Delta\mathbf 1"
        r"\end{gathered}",
        hypotheses=(
            "$L$ is a differentiable function of $Z$.",
            "Samples are the columns of $X$, and all share $W$ and $b$; $\\mathbf 1$ is a column "
            "of ones.",
        ),
        steps=(
            Step(
                "The differential of $L$ is the inner product of $\\Delta$ with the move of $Z$.",
                r"\mathrm dL=\operatorname{tr}(\Delta^\top\mathrm dZ)",
            ),
            Step(
                "The product rule for $Z$.",
                r"\mathrm dZ=\mathrm dW\,X+W\,\mathrm dX+\mathrm db\,\mathbf 1^\top",
            ),
            Step(
                "Move $W$ alone; the trace is invariant under cyclic shifts.",
                r"\operatorname{tr}(\Delta^\top\mathrm dW\,X)=\operatorname{tr}"
                r"\bigl((\Delta X^\top)^\top\mathrm dW\bigr)",
            ),
            Step(
                "Move $X$ alone.",
                r"\operatorname{tr}(\Delta^\top W\,\mathrm dX)=\operatorname{tr}"
                r"\bigl((W^\top\Delta)^\top\mathrm dX\bigr)",
            ),
            Step(
                "Move $b$ alone: the bias meets every sample, so its gradient sums over them.",
                r"\operatorname{tr}(\Delta^\top\mathrm db\,\mathbf 1^\top)=(\Delta\mathbf 1)^\top"
                r"\mathrm db",
            ),
        ),
        how="Complex steps of each entry of W, X and b through a nonlinear loss.",
        check=linear,
        source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.5",
    ),
    Statement(
        id="BP-7",
        section="layers",
        title="Each usual activation has a simple slope, and that of the sigmoid is at most one "
        "quarter.",
        claim=r"\begin{gathered}"
        r"\tanh'=1-\tanh^2,\\[4pt]"
        r"\sigma'=\sigma(1-\sigma)\le\tfrac14,\\[4pt]"
        r"\operatorname{softplus}'=\sigma,\\[4pt]"
        r"\operatorname{relu}'(z)=[z>0]"
        r"\end{gathered}",
        hypotheses=(
            "For ReLU $z\\ne0$, and no difference reaches across the kink.",
            "$\\sigma(z)=1/(1+e^{-z})$, $\\operatorname{softplus}(z)=\\log(1+e^z)$; $[z>0]$ is 1 "
            "where $z>0$ and 0 elsewhere.",
        ),
        steps=(
            Step(
                "Quotient rule for $\\tanh=\\sinh/\\cosh$, with $\\sinh'=\\cosh$ and "
                "$\\cosh'=\\sinh$.",
                r"\tanh'=\frac{\cosh^2-\sinh^2}{\cosh^2}=1-\tanh^2",
            ),
            Step(
                "Derivative of $\\sigma=(1+e^{-z})^{-1}$.",
                r"\sigma'=\frac{e^{-z}}{(1+e^{-z})^2}=\sigma\,(1-\sigma)",
            ),
            Step(
                "Complete the square: the slope is largest where $\\sigma=\\frac12$.",
                r"\sigma(1-\sigma)=\tfrac14-(\sigma-\tfrac12)^2\le\tfrac14",
            ),
            Step(
                "Chain rule for $\\log(1+e^z)$.",
                r"\operatorname{softplus}'=\frac{e^z}{1+e^z}=\sigma(z)",
            ),
            Step(
                "ReLU is $z$ on the right and 0 on the left. In the kink every number between 0 "
                "and 1 is a subgradient; the formula takes the middle.",
                r"\operatorname{relu}'(z)=\tfrac12(1+\operatorname{sgn}z)",
            ),
        ),
        how="Complex steps for the smooth ones, central differences for ReLU. The largest slope of "
        "the sigmoid is searched on a grid.",
        check=activations,
        source="Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 3.10 and 6.3",
    ),
    Statement(
        id="BP-8",
        section="layers",
        title="Each softmax output depends on every score: the Jacobian is a full matrix.",
        claim=r"\begin{gathered}"
        r"\frac{\partial p_i}{\partial z_j}=p_i([i=j]-p_j),\\[4pt]"
        r"J=\operatorname{diag}(p)-pp^\top"
        r"\end{gathered}",
        hypotheses=("$p_i=e^{z_i}/\\sum_k e^{z_k}$; $[i=j]$ is 1 for $i=j$ and 0 otherwise.",),
        steps=(
            Step("Take logarithms.", r"\log p_i=z_i-\log\sum_ke^{z_k}"),
            Step(
                "Differentiate by $z_j$; the last term gives the softmax.",
                r"\frac{\partial\log p_i}{\partial z_j}=[i=j]-\frac{e^{z_j}}{\sum_ke^{z_k}}"
                r"=[i=j]-p_j",
            ),
            Step(
                "The derivative of a logarithm is the derivative over the value.",
                r"\frac{\partial p_i}{\partial z_j}=p_i\bigl([i=j]-p_j\bigr)",
            ),
            Step(
                "Rows sum to 0: adding one number to all scores changes nothing.",
                r"J\mathbf 1=p-p\,(p^\top\mathbf 1)=0",
            ),
        ),
        how="Complex steps of each score through exponentials and their sum.",
        check=softmax,
        source="Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.4",
    ),
    Statement(
        id="BP-9",
        section="layers",
        title="The gradient of log-sum-exp is the softmax, so cross-entropy sends back prediction "
        "minus target.",
        claim=r"\begin{gathered}"
        r"\nabla\operatorname{lse}(z)=p,\\[4pt]"
        r"\nabla_z\Bigl(-\sum_iy_i\log p_i\Bigr)=p-y"
        r"\end{gathered}",
        hypotheses=(
            "$p=\\operatorname{softmax}(z)$.",
            "The targets $y$ are constants that sum to one.",
        ),
        steps=(
            Step(
                "Chain rule for $\\operatorname{lse}(z)=\\log\\sum_ke^{z_k}$.",
                r"\frac{\partial\operatorname{lse}}{\partial z_j}="
                r"\frac{e^{z_j}}{\sum_ke^{z_k}}=p_j",
            ),
            Step(
                "Insert $\\log p_i=z_i-\\operatorname{lse}(z)$ into the loss.",
                r"-\sum_iy_i\log p_i=-y^\top z+\Bigl(\sum_iy_i\Bigr)\operatorname{lse}(z)",
            ),
            Step(
                "Differentiate both terms.",
                r"\nabla_z=-y+\Bigl(\sum_iy_i\Bigr)p",
            ),
            Step("The targets sum to one.", r"\nabla_z=p-y"),
        ),
        how="Complex steps of each score, with soft targets drawn at random.",
        check=cross_entropy,
        source="Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.4",
    ),
    Statement(
        id="BP-10",
        section="layers",
        title="A normalisation takes from the gradient its mean, and its part along the output up "
        "to the constant in the spread.",
        claim=r"\begin{gathered}"
        r"\hat x=\frac{x-\mu}{s},\;g=\frac{\partial L}{\partial\hat x}:\\[4pt]"
        r"\frac{\partial L}{\partial x}=\frac1s\Bigl(g-\overline g-\hat x\,\overline{g"
        r"\hat x}\Bigr)"
        r"\end{gathered}",
        hypotheses=(
            "$\\mu$ is the mean of the $n$ entries of $x$ and $s^2>0$ their variance plus a "
            "constant $\\varepsilon\\ge0$; a bar is a mean over entries.",
            "Both are functions of $x$ and are differentiated too.",
        ),
        steps=(
            Step(
                "Quotient rule for $\\hat x=(x-\\mu)/s$.",
                r"\mathrm d\hat x=\frac{\mathrm dx-\overline{\mathrm dx}}{s}-\hat x\,"
                r"\frac{\mathrm ds}{s}",
            ),
            Step(
                "Differentiate $s^2=\\overline{(x-\\mu)^2}+\\varepsilon$. The term with "
                "$\\mathrm d\\mu$ drops because deviations sum to 0.",
                r"2s\,\mathrm ds=2\,\overline{(x-\mu)\,\mathrm dx}\;\Rightarrow\;"
                r"\mathrm ds=\overline{\hat x\,\mathrm dx}",
            ),
            Step(
                "Insert it into $\\mathrm dL=\\sum_ig_i\\,\\mathrm d\\hat x_i$, with $n$ entries.",
                r"\mathrm dL=\frac1s\Bigl(\sum_ig_i\,\mathrm dx_i-n\,\overline g\,"
                r"\overline{\mathrm dx}-n\,\overline{g\hat x}\;\overline{\hat x\,\mathrm dx}\Bigr)",
            ),
            Step(
                "Write the means as sums over $\\mathrm dx_i$ and collect its factor.",
                r"\frac{\partial L}{\partial x_i}=\frac1s\bigl(g_i-\overline g-\hat x_i\,"
                r"\overline{g\hat x}\bigr)",
            ),
            Step(
                "Outputs have mean 0. For $\\varepsilon=0$ their mean square is 1, and the two "
                "terms are the projections on the constants and on the output. Otherwise the share "
                "$\\varepsilon/s^2$ of the second one stays.",
                r"\overline{\hat x}=0,\qquad\overline{\hat x^2}=1-\frac{\varepsilon}{s^2}",
            ),
        ),
        how="Complex steps of each input through mean, variance and a nonlinear loss. Layer norm "
        "takes the mean over features, batch norm over samples: the formula is the same.",
        check=normalisation,
        source="Ioffe and Szegedy, Batch Normalization, 2015, section 3; Ba, Kiros and Hinton, "
        "Layer Normalization, 2016",
    ),
)
