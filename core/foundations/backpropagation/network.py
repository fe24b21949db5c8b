"""Whole networks: the backward pass, shared weights, batches, and the gradient check."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from core.foundations.backpropagation import formulas, numeric
from core.foundations.backpropagation import formulas_network as network
from core.foundations.compare import equal
from core.foundations.schema import Kind, Reading, Statement, Step

Floats = NDArray[np.float64]

WIDTHS, SAMPLES = (4, 5, 3, 3), 6
STEPS = (0.07, 0.16, 0.31)


def _outputs(weights: list[Floats], biases: list[Floats], x: Floats) -> tuple[list[Floats], Any]:
    """Return what each layer was given, and the scores of the last one."""
    given: list[Any] = [x]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        given.append(np.tanh(weight @ given[-1] + bias[:, None]))
    return given, weights[-1] @ given[-1] + biases[-1][:, None]


def _unpacked(parameters: Floats) -> tuple[list[Floats], list[Floats]]:
    """Return weights and biases from one vector."""
    weights, biases, at = [], [], 0
    for before, after in itertools.pairwise(WIDTHS):
        weights.append(parameters[at : at + after * before].reshape(after, before))
        at += after * before
        biases.append(parameters[at : at + after])
        at += after
    return weights, biases


def _both_ways(rng: np.random.Generator, step: float) -> tuple[Floats, Floats]:
    """Return the gradient of a classifier by the backward pass and by central differences."""
    shapes = list(itertools.pairwise(WIDTHS))
    parameters = np.concatenate(
        [
            np.concatenate([numeric.weights(rng, b, a).ravel(), numeric.signed(rng, b)])
            for a, b in shapes
        ]
    )
    x = numeric.signed(rng, WIDTHS[0], SAMPLES)
    targets = rng.dirichlet(np.ones(WIDTHS[-1]), size=SAMPLES).T

    def loss(p: Floats) -> float:
        scores = _outputs(*_unpacked(p), x)[1]
        logs = scores - np.log(np.exp(scores).sum(axis=0))
        return float(-(targets * logs).sum() / SAMPLES)

    weights, biases = _unpacked(parameters)
    given, scores = _outputs(weights, biases, x)
    shares = np.apply_along_axis(formulas.softmax, 0, scores)
    delta = formulas.cross_entropy_gradient(shares, targets) / SAMPLES
    pairs = network.backward(weights, given, delta)
    claimed = np.concatenate([part.ravel() for pair in pairs for part in pair])
    return claimed, numeric.central(loss, parameters, step)


def gradient_check(rng: np.random.Generator, step: float = numeric.REAL) -> Reading:
    """Compare the backward pass of a classifier with central differences of every parameter."""
    claimed, measured = _both_ways(rng, step)
    return equal(claimed, measured, f"all {len(claimed)} parameters", kind=Kind.DIFFERENCE)


def no_change(rng: np.random.Generator, step: float) -> Reading:
    """Compare the differences with 0, for a step that no parameter can feel."""
    _, measured = _both_ways(rng, step)
    note = f"all {len(measured)} differences with the step {step:.0e}"
    return equal(np.zeros(len(measured)), measured, note, scale=1.0)


def recurrent(rng: np.random.Generator) -> tuple[list[Floats], Any, Floats]:
    """Return the terms of the uses of a shared weight, last first, the loss and the weight.

    The loss takes a list of weights, one for each use.
    """
    w = numeric.weights(rng, 3, 3)
    start, drive = numeric.signed(rng, 3), numeric.signed(rng, 4, 3) / 2
    worth = numeric.signed(rng, 3)

    def states(uses: Any) -> list[Any]:
        found: list[Any] = [start]
        for weight, push in zip(uses, drive, strict=True):
            found.append(np.tanh(weight @ found[-1] + push))
        return found

    def loss(uses: Any) -> Any:
        return worth @ np.sin(states(uses)[-1])

    run = states([w] * 4)
    return network.recurrent_terms(w, run, worth * np.cos(run[-1])), loss, w


def sharing(rng: np.random.Generator, *, tied: bool = True) -> Reading:
    """Compare the sum over four uses with complex steps of the weight.

    With ``tied`` false only the last use moves.
    """
    terms, loss, w = recurrent(rng)
    uses = 0 if tied else 3
    measured = numeric.gradient(lambda v: loss([w] * uses + [v] * (4 - uses)), w)
    return equal(network.shared_gradient(terms), measured, "entries of the gradient for W")


def last_use(rng: np.random.Generator) -> Reading:
    """Compare the term of the last use with complex steps of the last use alone."""
    terms, loss, w = recurrent(rng)
    measured = numeric.gradient(lambda v: loss([w, w, w, v]), w)
    return equal(terms[0], measured, "entries of the gradient for the last use")


def _regression(rng: np.random.Generator, size: int = 5) -> tuple[Floats, Floats, Floats]:
    return numeric.signed(rng, size, 3), numeric.signed(rng, size), numeric.signed(rng, 3)


def batch(rng: np.random.Generator) -> Reading:
    """Compare the mean of gradients with the mean loss, and with the mean over all batches."""
    claimed, measured = [], []
    for size, drawn in ((5, 2), (4, 3)):
        whole, smaller, samples = _batches(rng, size, drawn)
        claimed += [network.batch_gradient(samples)] * 2
        measured += [whole, smaller]
    note = "whole batches, and the mean of all batches of two of five and three of four"
    return equal(np.concatenate(claimed), np.concatenate(measured), note)


def _batches(rng: np.random.Generator, size: int, drawn: int) -> tuple[Floats, Floats, Floats]:
    """Return gradients: of the whole batch, the mean of those of all batches, and of samples."""
    x, y, w = _regression(rng, size)
    samples = 2 * (np.tanh(x @ w) - y)[:, None] * (1 - np.tanh(x @ w) ** 2)[:, None] * x

    def gradient(rows: list[int]) -> Floats:
        return numeric.gradient(lambda v: ((np.tanh(x[rows] @ v) - y[rows]) ** 2).mean(), w)

    found = [gradient(list(rows)) for rows in itertools.combinations(range(size), drawn)]
    return gradient(list(range(size))), np.mean(found, axis=0), samples


def root_of_mean(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return for the root mean square error: gradients of samples, the true one, its formula."""
    x, y, w = _regression(rng)
    errors = x @ w - y
    single = np.sign(errors)[:, None] * x  # the root of one squared error is its size
    measured = numeric.gradient(lambda v: np.sqrt(((x @ v - y) ** 2).mean()), w)
    formula = (2 * errors[:, None] * x).mean(axis=0) / (2 * np.sqrt((errors**2).mean()))
    return single, measured, formula


def coupled_batch(rng: np.random.Generator) -> Reading:
    """Compare the mean of gradients with the true gradient of a root mean square error."""
    single, measured, _ = root_of_mean(rng)
    return equal(network.batch_gradient(single), measured, "gradient of the root mean square")


def rounding(rng: np.random.Generator) -> Reading:
    """Compare the error of a difference of disturbed values with its mean over all errors."""
    quartic = np.polynomial.Polynomial(numeric.signed(rng, 5))
    # On this side of 0 both parts of the third derivative have the same sign.
    x = float(np.prod(np.sign(quartic.coef[3:])) * rng.uniform(0.3, 1.3))
    slope, third = float(quartic.deriv()(x)), float(quartic.deriv(3)(x))
    sd, grid = rng.uniform(0.02, 0.1, size=2)
    claimed, measured = [], []
    for step in STEPS:
        above, below = float(quartic(x + step)), float(quartic(x - step))
        errors = [numeric.skewed(rng, float(sd)) for _ in range(2)]
        rounded = [_rounded(value, float(grid)) for value in (above, below)]
        for noise, ((up, p), (down, r)) in ((sd, errors), (grid / np.sqrt(12), rounded)):
            found = (above + up[:, None] - below - down) / (2 * step) - slope
            measured.append(float(p @ found**2 @ r))
            claimed.append(network.difference_error(third, float(noise), step))
    return equal(claimed, measured, "mean squared errors of differences at three steps")


def _rounded(value: float, grid: float) -> numeric.Law:
    """Return the errors of a value on a grid at nodes over the grid's origin, with weights.

    They fall evenly with the origin, but for one jump; three nodes on each side of it integrate
    their squares exactly.
    """
    jump = (0.5 - value / grid) % 1
    nodes, weights = np.polynomial.legendre.leggauss(3)
    origins = np.concatenate([jump * (nodes + 1) / 2, jump + (1 - jump) * (nodes + 1) / 2])
    errors = (np.round(value / grid + origins) - origins) * grid - value
    return errors, np.concatenate([jump * weights, (1 - jump) * weights]) / 2


def best_step(rng: np.random.Generator) -> Reading:
    """Compare the best step with a search over the error of differences of disturbed values."""
    third = float(numeric.signed(rng, 1)[0])
    noise = float(10 ** rng.uniform(-6, -3))
    cubic = np.polynomial.Polynomial([0.4, -1.1, 0.8, third / 6])
    slope = float(cubic.deriv()(0.6))
    signs = np.array(list(itertools.product([-noise, noise], repeat=2)))

    def error(h: Any) -> Any:
        found = (cubic(0.6 + h) + signs[:, 0] - cubic(0.6 - h) - signs[:, 1]) / (2 * h) - slope
        return np.log((found**2).mean())

    def falling(log_step: float) -> float:
        step = np.exp(np.atleast_1d(log_step))
        return float(numeric.gradient(lambda h: error(h[0]), step)[0] * step[0])

    guess = np.log(np.cbrt(noise))
    found = float(np.exp(optimize.brentq(falling, guess - 2, guess + 2, xtol=1e-14)))
    claimed = network.best_step(third, noise)
    return equal(claimed, found, "best step of central differences", kind=Kind.DIFFERENCE)


STATEMENTS = (
    Statement(
        id="BP-17",
        section="network",
        title="One pass from the loss to the input gives the gradient for every weight and bias.",
        claim=r"\begin{gathered}"
        r"\delta_L=\frac{\partial L}{\partial z_L},\qquad "
        r"\delta_{l}=(W_{l+1}^\top\delta_{l+1})\circ\varphi'(z_l),\\[4pt]"
        r"\frac{\partial L}{\partial W_l}=\delta_l\,a_{l-1}^\top,\\[4pt]"
        r"\frac{\partial L}{\partial b_l}=\delta_l"
        r"\end{gathered}",
        hypotheses=(
            "$z_l=W_la_{l-1}+b_l$ for $l=1,\\dots,L$ and $a_l=\\varphi(z_l)$ for $l<L$, with a "
            "differentiable $\\varphi$; $\\delta_l=\\partial L/\\partial z_l$ for one sample.",
            "For the comparison the step of the differences is near the cube root of the "
            "machine's precision (BP-21).",
        ),
        steps=(
            Step(
                "Start at the scores $z_L$: here softmax and cross-entropy together (BP-9), with "
                "prediction $p$ and target $y$.",
                r"\delta_L=p-y",
            ),
            Step(
                "The linear layer sends the gradient back to its input (BP-6).",
                r"\frac{\partial L}{\partial a_l}=W_{l+1}^\top\delta_{l+1}",
            ),
            Step(
                "The activation acts entry by entry, so its Jacobian is diagonal (BP-1).",
                r"\delta_l=\frac{\partial L}{\partial z_l}=\frac{\partial L}{\partial a_l}\circ"
                r"\varphi'(z_l)",
            ),
            Step(
                "For tanh the slope is known from the stored output (BP-7).",
                r"\varphi'(z_l)=1-a_l^2",
            ),
            Step(
                "At each layer weight and bias take their gradients (BP-6); samples add up, and a "
                "mean loss divides by their number.",
                r"\frac{\partial L}{\partial W_l}=\delta_la_{l-1}^\top,\qquad "
                r"\frac{\partial L}{\partial b_l}=\delta_l",
            ),
        ),
        how="Central differences of the mean loss of a three-layer classifier, for each of its "
        "parameters.",
        check=gradient_check,
        source="Rumelhart, Hinton and Williams, Learning Representations by Back-Propagating "
        "Errors, 1986",
    ),
    Statement(
        id="BP-18",
        section="network",
        title="The gradient for a weight that is used several times is the sum over its uses.",
        claim=r"\begin{gathered}"
        r"\frac{\mathrm d}{\mathrm dw}F(w,\dots,w)=\sum_t\frac{\partial F}{\partial w_t}(w,"
        r"\dots,w),\\[4pt]"
        r"h_t=\tanh(Wh_{t-1}+c_t):\;\frac{\partial L}{\partial W}=\sum_t\delta_th_{t-1}^\top"
        r"\end{gathered}",
        hypotheses=(
            "All uses hold the same weight and move together.",
            "$F$, the loss with a separate weight for each use, is differentiable; "
            "$\\delta_t$ is its gradient for what the tanh of step $t$ is given.",
        ),
        steps=(
            Step(
                "Give each use its own copy, and copy $w$ into all of them.",
                r"c(w)=(w,\dots,w),\qquad L=F(c(w))",
            ),
            Step(
                "The Jacobian of the copying is a column of identities.",
                r"J_c=(I,\dots,I)^\top",
            ),
            Step(
                "Chain rule (BP-2): transposed copying is adding.",
                r"\nabla L=J_c^\top\nabla F=\sum_t\frac{\partial F}{\partial w_t}",
            ),
            Step(
                "In a recurrent network each copy is a linear layer (BP-6), and the gradient "
                "passes from state to state (BP-17).",
                r"\begin{gathered}"
                r"\delta_t=\frac{\partial L}{\partial h_t}\circ(1-h_t^2),\\[4pt]"
                r"\frac{\partial L}{\partial h_{t-1}}=W^\top\delta_t"
                r"\end{gathered}",
            ),
            Step(
                "Sum the terms of the copies.",
                r"\frac{\partial L}{\partial W}=\sum_t\delta_t"
                r"h_{t-1}^\top",
            ),
        ),
        how="Complex steps of each entry of the one weight matrix through four time steps.",
        check=sharing,
        source="Werbos, Backpropagation Through Time, Proceedings of the IEEE 78, 1990",
    ),
    Statement(
        id="BP-19",
        section="network",
        title="The gradient of a mean loss is the mean of the gradients, and that of a random "
        "batch has it as expectation.",
        claim=r"\nabla\frac1B\sum_i\ell_i=\frac1B\sum_i\nabla\ell_i=\mathbb E\Bigl[\frac1m"
        r"\sum_{i\in S}\nabla\ell_i\Bigr]",
        hypotheses=(
            "The loss is a mean of losses $\\ell_i$ of $B$ single samples; no sample enters "
            "another's.",
            "Each set $S$ of $m$ samples is equally likely; $[i\\in S]$ is 1 for $i$ in $S$ and 0 "
            "otherwise.",
        ),
        steps=(
            Step(
                "Differentiation is linear.", r"\nabla\frac1B\sum_i\ell_i=\frac1B\sum_i\nabla\ell_i"
            ),
            Step(
                "Write a batch by indicators.",
                r"\frac1m\sum_{i\in S}\nabla\ell_i=\frac1m\sum_i[i\in S]\,\nabla\ell_i",
            ),
            Step(
                "By symmetry each sample is in the batch with probability $m/B$.",
                r"\mathbb E\,[i\in S]=\frac mB",
            ),
            Step(
                "Insert it: $m$ cancels.",
                r"\mathbb E\Bigl[\frac1m\sum_{i\in S}\nabla\ell_i\Bigr]=\frac1B\sum_i\nabla\ell_i",
            ),
        ),
        how="Complex steps of the mean loss of the whole batch, and of each of its batches: all "
        "those of two of five samples, and of three of four.",
        check=batch,
        source="Bottou, Curtis and Nocedal, Optimization Methods for Large-Scale Machine Learning, "
        "2018, section 3",
    ),
    Statement(
        id="BP-20",
        section="network",
        title="A central difference errs by its step squared and by the rounding of its values "
        "divided by the step.",
        claim=r"\mathbb E\Bigl[\Bigl(\frac{\tilde f(x+h)-\tilde f(x-h)}{2h}-f'\Bigr)^2\Bigr]="
        r"\frac{f'''^2h^4}{36}+\frac{s^2}{2h^2}",
        hypotheses=(
            "$f$ is a polynomial of degree four or less (in general: to leading order).",
            "The values $\\tilde f=f+e$ at both places have independent errors $e_+$ and $e_-$ "
            "with mean 0 and standard deviation $s$.",
        ),
        steps=(
            Step(
                "Without rounding the error is known from BP-5.",
                r"\frac{f(x+h)-f(x-h)}{2h}-f'=\frac{h^2}{6}f'''",
            ),
            Step(
                "Rounding adds $(e_+-e_-)/(2h)$, whose variance is a sum of two.",
                r"\operatorname{Var}\Bigl(\frac{e_+-e_-}{2h}\Bigr)=\frac{2s^2}{4h^2}"
                r"=\frac{s^2}{2h^2}",
            ),
            Step(
                "A mean square is the squared mean plus the variance.",
                r"\frac{f'''^2h^4}{36}+\frac{s^2}{2h^2}",
            ),
            Step(
                "Values rounded to a grid of width $q$ have errors spread evenly over $q$.",
                r"s^2=\int_{-q/2}^{q/2}\frac{e^2}q\,\mathrm de=\frac{q^2}{12}",
            ),
        ),
        how="The mean over everything that can happen to both values of a quartic, at three steps: "
        "each errs by one of two numbers with unequal chances, or each is rounded to a grid, "
        "with an integral over the place of its origin.",
        check=rounding,
        source="Press et al., Numerical Recipes, 2007, section 5.7; Higham, Accuracy and Stability "
        "of Numerical Algorithms, 2002, chapter 1",
    ),
    Statement(
        id="BP-21",
        section="network",
        title="The best step of a gradient check is about the cube root of the machine's "
        "precision.",
        claim=r"h^\ast=\Bigl(\frac{3s}{|f'''|}\Bigr)^{1/3}",
        hypotheses=(
            "Those of BP-20, and $f'''\\ne0$.",
            "For the title rounding gives $s\\approx\\varepsilon|f|$ with "
            "$\\varepsilon\\approx10^{-16}$, and $f$ and $f'''$ are of size one.",
        ),
        steps=(
            Step(
                "Differentiate the mean square of BP-20 by $h$.",
                r"\frac{4f'''^2h^3}{36}-\frac{s^2}{h^3}",
            ),
            Step("Set it to 0.", r"h^6=\frac{9s^2}{f'''^2}"),
            Step(
                "The error falls before and rises after, so this is the minimum.",
                r"h^\ast=\Bigl(\frac{3s}{|f'''|}\Bigr)^{1/3}",
            ),
            Step(
                "With values and third derivative of size one the step is near $10^{-5}$ and the "
                "error near $10^{-11}$. Smaller steps make it worse.",
                r"h^\ast\approx\varepsilon^{1/3},\qquad \text{error}\approx\varepsilon^{2/3}",
            ),
        ),
        how="A numerical search for the step where the error stops falling; each difference is run "
        "with all four combinations of the values' errors.",
        check=best_step,
        source="Press et al., Numerical Recipes, 2007, section 5.7",
    ),
)
