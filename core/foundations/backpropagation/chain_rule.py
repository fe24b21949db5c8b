"""The chain rule: products of Jacobians, the order of multiplication, and exact differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundations.backpropagation import counting, formulas, numeric
from core.foundations.compare import equal
from core.foundations.schema import Kind, Reading, Statement, Step

Floats = NDArray[np.float64]

WIDTHS = (5, 3, 4, 2)


def _layers(rng: np.random.Generator) -> tuple[list[Floats], list[Floats], Floats]:
    """Draw tanh layers of different widths and an input."""
    shapes = list(zip(WIDTHS[1:], WIDTHS[:-1], strict=True))
    weights = [numeric.weights(rng, *shape) for shape in shapes]
    biases = [numeric.signed(rng, shape[0]) / 2 for shape in shapes]
    return weights, biases, numeric.signed(rng, WIDTHS[0])


def _run(weights: Sequence[Floats], biases: Sequence[Floats], x: Any) -> list[Any]:
    """Return the outputs of the layers."""
    outputs = []
    for weight, bias in zip(weights, biases, strict=True):
        x = np.tanh(weight @ x + bias)
        outputs.append(x)
    return outputs


def _jacobians(rng: np.random.Generator) -> tuple[list[Floats], Any, Floats]:
    """Return the Jacobian of each drawn layer, the network as a program, and its input."""
    weights, biases, x = _layers(rng)
    outputs = _run(weights, biases, x)
    jacobians = [
        formulas.tanh_layer_jacobian(weight, output)
        for weight, output in zip(weights, outputs, strict=True)
    ]
    return jacobians, lambda z: _run(weights, biases, z)[-1], x


def composition(rng: np.random.Generator) -> Reading:
    """Compare the product of three Jacobians with differences of the whole network."""
    (first, second, third), network, x = _jacobians(rng)
    claimed = formulas.composition(third, formulas.composition(second, first))
    measured = numeric.central_jacobian(network, x)
    return equal(claimed, measured, "entries of the Jacobian", kind=Kind.DIFFERENCE)


def directions(rng: np.random.Generator) -> Reading:
    """Compare both modes with the derivative of u.f along v, found by a complex step."""
    jacobians, network, x = _jacobians(rng)
    u, v = numeric.signed(rng, WIDTHS[-1]), numeric.signed(rng, WIDTHS[0])
    measured = numeric.slope(lambda z: u @ network(z), x, v)
    by_input = numeric.gradient(lambda z: u @ network(z), x)
    along = numeric.jacobian(network, x) @ v
    back, ahead = formulas.pull_back(jacobians, u), formulas.push_forward(jacobians, v)
    claimed = np.concatenate([back, ahead, [back @ v, u @ ahead]])
    found = np.concatenate([by_input, along, [measured, measured]])
    return equal(claimed, found, "J'u, Jv and their products with v and u")


def costs(rng: np.random.Generator) -> Reading:
    """Compare the formulas with the multiplications counted in both orders."""
    widths = [int(width) for width in rng.permutation(np.arange(2, 7))]
    claimed = [formulas.reverse_cost(widths), formulas.forward_cost(widths)]
    measured = [counting.reverse(rng, widths), counting.forward(rng, widths)]
    return equal(claimed, measured, "counted multiplications, reverse and forward")


def scalar_cost(widths: Sequence[int]) -> Reading:
    """Compare the cost of reverse order with the cheapest of all orders."""
    cheapest = counting.cheapest(widths)
    return equal(formulas.reverse_cost(widths), cheapest, f"cheapest order for widths {widths}")


def reverse_is_cheapest(rng: np.random.Generator) -> Reading:
    """Check reverse order with one output and layers at least two wide."""
    return scalar_cost([*(int(width) for width in rng.integers(2, 9, size=5)), 1])


def _quartic(rng: np.random.Generator) -> tuple[Any, float, float, float]:
    """Draw a polynomial of degree four and a place; return it, f', f''' and the place."""
    polynomial = np.polynomial.Polynomial(numeric.signed(rng, 5))
    place = float(numeric.signed(rng, 1)[0])
    third = float(polynomial.deriv(3)(place))
    return polynomial, float(polynomial.deriv()(place)), third, place


def complex_step(rng: np.random.Generator) -> Reading:
    """Compare complex steps and central differences of a quartic with their formulas."""
    f, first, third, x = _quartic(rng)
    steps = [0.7, 0.3]
    claimed = [formulas.complex_step(first, third, h) for h in [*steps, 1e-30]]
    claimed += [formulas.central_difference(first, third, h) for h in steps]
    measured = [float(f(x + 1j * h).imag) / h for h in [*steps, 1e-30]]
    measured += [float(f(x + h) - f(x - h)) / (2 * h) for h in steps]
    return equal(claimed, measured, "steps 0.7, 0.3 and 1e-30, then real steps 0.7 and 0.3")


STATEMENTS = (
    Statement(
        id="BP-1",
        section="chain-rule",
        title="The Jacobian of a composition is the product of the Jacobians.",
        claim=r"J_{g\circ f}(x)=J_g(f(x))\,J_f(x)",
        hypotheses=("$f$ is differentiable at $x$, and $g$ at $f(x)$.",),
        steps=(
            Step(
                "Differentiability of $f$ says what a small move of the input does.",
                r"\begin{gathered}"
                r"f(x+v)=f(x)+J_f v+r(v),\\[4pt]"
                r"\lVert r(v)\rVert/\lVert v\rVert\to0"
                r"\end{gathered}",
            ),
            Step(
                "The change of $f$ is itself a small move $w$ of the input of $g$.",
                r"\begin{gathered}"
                r"g(f(x)+w)=g(f(x))+J_g w+s(w),\\[4pt]"
                r"w=J_f v+r(v)"
                r"\end{gathered}",
            ),
            Step(
                "Insert $w$. For small $v$ the length of $w$ is at most a constant times that of "
                "$v$, and $\\lVert s(w)\\rVert/\\lVert w\\rVert\\to0$. So both rests vanish beside "
                "$v$.",
                r"g(f(x+v))=g(f(x))+J_gJ_f v+\bigl[J_g r(v)+s(w)\bigr]",
            ),
            Step(
                "The matrix in front of $v$ is the Jacobian, because a linear approximation with "
                "a rest that vanishes faster than $v$ is unique.",
                r"J_{g\circ f}=J_g\,J_f",
            ),
            Step(
                "For a layer $a=\\tanh(Wx+b)$ the inner Jacobian is $W$ and the outer one is "
                "diagonal, because each output depends on its own sum only.",
                r"J=\operatorname{diag}(1-a^2)\,W",
            ),
        ),
        how="Central differences of a whole network with three layers, input by input.",
        check=composition,
        source="Rudin, Principles of Mathematical Analysis, 1976, theorem 9.15",
    ),
    Statement(
        id="BP-2",
        section="chain-rule",
        title="A gradient needs only products of a transposed Jacobian with a vector, last layer "
        "first.",
        claim=r"\begin{gathered}"
        r"\nabla_x\,(u^\top f)=J_1^\top\cdots J_L^\top u,\\[4pt]"
        r"\langle u,Jv\rangle=\langle J^\top u,v\rangle"
        r"\end{gathered}",
        hypotheses=(
            "$f=f_L\\circ\\dots\\circ f_1$ with differentiable layers; $J_l$ is the Jacobian of "
            "$f_l$ at what it is given, $J$ that of $f$.",
        ),
        steps=(
            Step("By BP-1, applied layer by layer.", r"J=J_LJ_{L-1}\cdots J_1"),
            Step(
                "The derivative of the number $u^\\top f$ along $v$ is linear in $v$.",
                r"\mathrm{D}(u^\top f)[v]=u^\top Jv",
            ),
            Step(
                "A gradient is the vector whose inner product with $v$ gives this derivative.",
                r"u^\top Jv=\langle J^\top u,v\rangle\;\Rightarrow\;\nabla(u^\top f)=J^\top u",
            ),
            Step(
                "A transposed product turns its order round: the recursion starts at the output.",
                r"J^\top u=J_1^\top\bigl(\cdots(J_L^\top u)\bigr)",
            ),
            Step(
                "Without transposing, the recursion starts at the input and gives one direction.",
                r"Jv=J_L\bigl(\cdots(J_1v)\bigr)",
            ),
        ),
        how="Complex steps through the network: along each input, and along the direction v.",
        check=directions,
        source="Griewank and Walther, Evaluating Derivatives, 2008, chapter 3",
    ),
    Statement(
        id="BP-3",
        section="chain-rule",
        title="Reverse order costs the number of outputs times the size of all layers but the "
        "last, forward order the number of inputs times all but the first.",
        claim=r"\begin{gathered}"
        r"C_{\text{rev}}=n_L\sum_{l=1}^{L-1}n_ln_{l-1},\\[4pt]"
        r"C_{\text{fwd}}=n_0\sum_{l=2}^{L}n_ln_{l-1}"
        r"\end{gathered}",
        hypotheses=(
            "The Jacobian of each layer $l$ is given and multiplied as a full $n_l\\times n_{l-1}$ "
            "matrix.",
            "Only multiplications of numbers are counted.",
        ),
        steps=(
            Step(
                "Each of the $mp$ entries of a product of an $m\\times k$ and a $k\\times p$ "
                "matrix is a sum of $k$ products.",
                r"\operatorname{cost}(m,k,p)=mkp",
            ),
            Step(
                "From the output the left factor always has $n_L$ rows. Layer $l$ is multiplied "
                "to it from the right.",
                r"\operatorname{cost}(n_L,n_l,n_{l-1})=n_L\,n_l\,n_{l-1}",
            ),
            Step(
                "The last layer is the start and costs nothing; sum over the others.",
                r"C_{\text{rev}}=n_L\sum_{l=1}^{L-1}n_ln_{l-1}",
            ),
            Step(
                "From the input the right factor always has $n_0$ columns, and the first layer is "
                "the start.",
                r"C_{\text{fwd}}=\sum_{l=2}^{L}n_l\,n_{l-1}\,n_0",
            ),
            Step(
                "One output makes the first factor 1: a gradient costs about one pass through the "
                "network, whatever the number of inputs.",
                r"n_L=1:\quad C_{\text{rev}}=\sum_{l=1}^{L-1}n_ln_{l-1}",
            ),
        ),
        how="Matrices of numbers that count each multiplication they take part in.",
        check=costs,
        source="Griewank and Walther, Evaluating Derivatives, 2008, chapters 3 and 4",
    ),
    Statement(
        id="BP-4",
        section="chain-rule",
        title="With one output and layers at least two wide, no order of multiplications is "
        "cheaper than reverse.",
        claim=r"n_L=1,\;n_l\ge2:\qquad \min_{\text{orders}}C=\sum_{l=1}^{L-1}n_ln_{l-1}",
        hypotheses=(
            "There is one output, $n_L=1$, and at least one hidden layer.",
            "Input and hidden layers have at least two entries.",
            "The Jacobians are multiplied as full matrices.",
        ),
        steps=(
            Step(
                "Products are associative, so each order gives the same Jacobian. An order is a "
                "division of the polygon with corners $n_0,\\dots,n_L$ into triangles: a triangle "
                "is one product, and costs the product of its corners.",
                r"C=\sum_{\text{triangles}}n_in_jn_k",
            ),
            Step(
                "The sides of the polygon that do not touch the corner of the output are "
                "$(n_l,n_{l-1})$ with $l<L$. Each lies in exactly one triangle. If it is the only "
                "such side of its triangle, the third corner is at least 1.",
                r"n_l\,n_{l-1}\,n_k\ge n_l\,n_{l-1}",
            ),
            Step(
                "A triangle with two such sides has three neighbouring corners $a,n,c$, none of "
                "them the output, so all are at least 2. Three such sides it cannot have: the "
                "polygon would be this triangle, without an output.",
                r"\begin{gathered}"
                r"anc\ge n(a+c)\\[4pt]"
                r"ac-a-c=(a-1)(c-1)-1\ge0"
                r"\end{gathered}",
            ),
            Step(
                "Sum over the triangles: each side was counted once.",
                r"C\ge\sum_{l=1}^{L-1}n_l\,n_{l-1}",
            ),
            Step("Reverse order reaches the bound, by BP-3.", r"C_{\text{rev}}=\min C"),
        ),
        how="The cost of every possible order of multiplying the five Jacobians, by full "
        "enumeration.",
        check=reverse_is_cheapest,
        source="Cormen et al., Introduction to Algorithms, 2009, section 15.2 (matrix chains); "
        "Griewank and Walther, Evaluating Derivatives, 2008",
    ),
    Statement(
        id="BP-5",
        section="chain-rule",
        title="An imaginary step gives a derivative without subtracting, so the step may be as "
        "small as one likes.",
        claim=r"\begin{gathered}"
        r"\frac{\operatorname{Im}f(x+ih)}{h}=f'-\frac{h^2}{6}f''',\\[4pt]"
        r"\frac{f(x+h)-f(x-h)}{2h}=f'+\frac{h^2}{6}f'''"
        r"\end{gathered}",
        hypotheses=(
            "$f$ is analytic and real on the real line.",
            "For the equalities $f$ is a polynomial of degree four or less; in general further "
            "terms of order $h^4$ follow.",
        ),
        steps=(
            Step(
                "Expand along the imaginary direction.",
                r"f(x+ih)=f+ihf'-\frac{h^2}{2}f''-\frac{ih^3}{6}f'''+\frac{h^4}{24}f''''",
            ),
            Step(
                "All derivatives are real, so the odd powers alone are imaginary.",
                r"\operatorname{Im}f(x+ih)=hf'-\frac{h^3}{6}f'''",
            ),
            Step(
                "Divide by $h$. No two close numbers were subtracted, so nothing cancels.",
                r"\frac{\operatorname{Im}f(x+ih)}{h}=f'-\frac{h^2}{6}f'''",
            ),
            Step(
                "With real steps the even powers cancel in the difference instead.",
                r"f(x+h)-f(x-h)=2hf'+\frac{h^3}{3}f'''",
            ),
            Step(
                "Divide by $2h$: the same size of error with the other sign, but here two nearly "
                "equal numbers were subtracted.",
                r"\frac{f(x+h)-f(x-h)}{2h}=f'+\frac{h^2}{6}f'''",
            ),
        ),
        how="The polynomial itself is evaluated at complex and at real places, also with the step "
        "1e-30.",
        check=complex_step,
        source="Squire and Trapp, SIAM Review 40, 1998; Martins, Sturdza and Alonso, ACM TOMS 29, "
        "2003",
    ),
)
