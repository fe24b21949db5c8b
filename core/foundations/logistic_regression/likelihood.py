"""From the likelihood to cross-entropy, its gradient and curvature, and Newton's method."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import softmax
from scipy.stats import bernoulli

from core.foundations.compare import at_least, at_most, equal
from core.foundations.logistic_regression import formulas
from core.foundations.logistic_regression.support import (
    Floats,
    best_loss,
    design,
    difference_hessian,
    loss_of,
    outcomes,
    worst,
)
from core.foundations.measuring import complex_gradient
from core.foundations.schema import Kind, Reading, Section, Statement, Step

SECTION = Section(
    "likelihood",
    "Likelihood",
    "Cross-entropy is not one loss among many: it is what the probability of the data becomes once"
    " its logarithm is taken. From it follow a gradient that is a plain residual, a surface"
    " without false valleys, and a fast fit by repeated weighted least squares. The squared error"
    " after a sigmoid has none of these.",
)


def _instance(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    X = design(rng, 30, 2)
    w = rng.uniform(0.3, 0.9, 3) * np.array([-1, 1, -1])
    return X, outcomes(rng, X, np.array([0.3, -0.8, 0.5])), w


def _product(rng: np.random.Generator) -> Reading:
    p = rng.uniform(0.1, 0.9, 14)
    y = (np.arange(14) % 3 == 0).astype(float)
    product = math.prod(float(one) for one in bernoulli(p).pmf(y))
    return equal(formulas.cross_entropy(y, p), -math.log(product), "14 outcomes")


def _coding(rng: np.random.Generator) -> Reading:
    q, p = rng.uniform(0.05, 0.95, (2, 6))
    claimed = formulas.entropy(q) + formulas.divergence(q, p)
    shares = np.column_stack([1 - q, q])
    measured = -np.sum(shares * bernoulli(p[:, None]).logpmf(np.array([0, 1])), axis=1)
    lowest = [best_loss(np.ones(1), np.array([one])) for one in q]
    return worst(
        equal(claimed, measured, "the expected loss of 6 forecasts"),
        equal(formulas.entropy(q), lowest, "the lowest expected loss for 6 outcomes"),
    )


def _gradient(rng: np.random.Generator) -> Reading:
    X, y, w = _instance(rng)
    measured = complex_gradient(loss_of(X, y), w)
    return equal(formulas.loss_gradient(X, y, w), measured, "3 slopes of 30 rows")


def _hessian(rng: np.random.Generator) -> Reading:
    X, y, w = _instance(rng)
    measured = difference_hessian(loss_of(X, y), w)
    claimed = formulas.loss_hessian(X, w)
    return worst(
        equal(claimed, measured, "9 second derivatives", kind=Kind.DIFFERENCE),
        at_least(np.zeros(3), np.linalg.eigvalsh(measured), "the curvature in 3 directions"),
    )


def _curvature(rng: np.random.Generator) -> Reading:
    z = np.append(rng.uniform(-3, 3, 8), rng.uniform(-3, -1.5))
    y = np.append(np.arange(8) % 2, 1.0)
    measured = second_difference(z, y)
    claimed = formulas.squared_curvature(z, y)
    return worst(
        equal(claimed, measured, "9 places, one of them bent down", kind=Kind.DIFFERENCE),
        at_most(0.0, measured[-1], "the curvature for an event with p below 1/3"),
    )


def second_difference(z: Floats, y: Floats) -> Floats:
    """Return the curvature in ``z`` of the squared error by a five-point difference."""
    h = 0.01
    weights = np.array([-1, 16, -30, 16, -1]) / 12
    places = z[:, None] + h * np.arange(-2, 3)
    finer = z[:, None] + h / 2 * np.arange(-2, 3)
    coarse, fine = (
        (1 / (1 + np.exp(-grid)) - y[:, None]) ** 2 @ weights / step**2
        for grid, step in ((places, h), (finer, h / 2))
    )
    found: Floats = fine + (fine - coarse) / 15
    return found


def _reweighted(rng: np.random.Generator) -> Reading:
    X, y, w = _instance(rng)
    z = X @ w
    p = np.exp(z) / (1 + np.exp(z))
    weight = p * (1 - p)
    response = z + (y - p) / weight
    root = np.sqrt(weight)
    solved = np.linalg.lstsq(root[:, None] * X, root * response)[0]
    return equal(formulas.newton_step(X, y, w), solved, "3 coefficients after one step")


def _two_classes(rng: np.random.Generator) -> Reading:
    scores = rng.normal(0, 2, (10, 2))
    claimed = formulas.two_class(scores[:, 0], scores[:, 1])
    return equal(claimed, softmax(scores, axis=1)[:, 0], "10 pairs of scores")


def _many_classes(rng: np.random.Generator) -> Reading:
    z, truth = rng.normal(0, 1.5, 5), int(rng.integers(5))

    def loss(scores: np.ndarray) -> complex:
        return complex(np.log(np.sum(np.exp(scores))) - scores[truth])

    measured = complex_gradient(loss, z)
    return equal(formulas.softmax_residual(z, np.eye(5)[truth]), measured, "5 classes")


STATEMENTS = (
    Statement(
        id="LR-8",
        section="likelihood",
        title="Cross-entropy is the negative logarithm of the probability of the data.",
        claim=r"-\log\prod_i P(y_i)=-\sum_i\bigl[y_i\log p_i+(1-y_i)\log(1-p_i)\bigr]",
        hypotheses=(
            "The outcomes are independent, and row $i$ has the event with probability $p_i$.",
            "$0<p_i<1$ and $y_i$ is 0 or 1.",
        ),
        steps=(
            Step(
                "One formula for both outcomes: the factor whose exponent is 0 is 1.",
                r"P(y_i)=p_i^{\,y_i}(1-p_i)^{1-y_i}",
            ),
            Step(
                "Independent outcomes: probabilities multiply.",
                r"P(y_1,\dots,y_n)=\prod_i p_i^{\,y_i}(1-p_i)^{1-y_i}",
            ),
            Step(
                "The logarithm is increasing, so the same coefficients are best; it turns the"
                " product into a sum.",
                r"\log P=\sum_i\log\bigl[p_i^{\,y_i}(1-p_i)^{1-y_i}\bigr]",
            ),
            Step(
                "The logarithm of powers; the sign makes the best the smallest.",
                r"-\log P=-\sum_i\bigl[y_i\log p_i+(1-y_i)\log(1-p_i)\bigr]",
            ),
        ),
        how="The probabilities of the single outcomes, from scipy, are multiplied out and the"
        " logarithm is taken once, at the end.",
        check=_product,
        source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed."
        " (2009), section 4.4.1.",
    ),
    Statement(
        id="LR-9",
        section="likelihood",
        title="Expected cross-entropy is entropy plus divergence, so the true probability is best.",
        claim=r"\mathbb E\bigl[-\log P_p(y)\bigr]=H(q)+\mathrm{KL}(q\,\Vert\,p)\ge H(q)",
        hypotheses=(
            "The event has probability $q$, the forecast is $p$, both inside (0, 1); $P_p$ is the"
            " probability that the forecast gives, and the expectation is under $q$.",
        ),
        steps=(
            Step(
                "The expectation over both outcomes.",
                r"\mathbb E=-q\log p-(1-q)\log(1-p)",
            ),
            Step(
                "Add and subtract $q\\log q+(1-q)\\log(1-q)$.",
                r"\mathbb E=-q\log q-(1-q)\log(1-q)+q\log\frac qp+(1-q)\log\frac{1-q}{1-p}",
            ),
            Step(
                "The first two terms are the entropy, the others the divergence.",
                r"\mathbb E=H(q)+\mathrm{KL}(q\,\Vert\,p)",
            ),
            Step(
                "From $\\log u\\le u-1$, with equality only at $u=1$, the divergence is not"
                " negative, and it is 0 only at $p=q$.",
                r"-\mathrm{KL}=q\log\frac pq+(1-q)\log\frac{1-p}{1-q}"
                r"\le(p-q)+\bigl((1-p)-(1-q)\bigr)=0",
            ),
        ),
        how="The loss of each outcome comes from scipy and is weighted by the outcome's"
        " probability; the lowest expected loss is found by a search over forecasts.",
        check=_coding,
        source="Cover and Thomas, Elements of Information Theory, 2nd ed. (2006), section 2.3 and"
        " theorem 2.6.3.",
    ),
    Statement(
        id="LR-10",
        section="likelihood",
        title="The gradient of cross-entropy is the residual, carried back by the columns.",
        claim=r"\begin{gathered}"
        r"\nabla_w L=X^\top(p-y),\\"
        r"p=\sigma(Xw)"
        r"\end{gathered}",
        hypotheses=("$L$ is the cross-entropy of LR-8 and the log-odds are $z=Xw$.",),
        steps=(
            Step(
                "Chain rule for one row: loss in $p$, then $p$ in $z$.",
                r"\frac{\partial L_i}{\partial z_i}="
                r"\frac{\partial L_i}{\partial p_i}\,\frac{\partial p_i}{\partial z_i}",
            ),
            Step(
                "Differentiate LR-8 and bring to one denominator.",
                r"\frac{\partial L_i}{\partial p_i}=-\frac{y_i}{p_i}+\frac{1-y_i}{1-p_i}"
                r"=\frac{p_i-y_i}{p_i(1-p_i)}",
            ),
            Step(
                "The slope of the sigmoid (LR-3) is exactly that denominator: it cancels.",
                r"\frac{\partial L_i}{\partial z_i}="
                r"\frac{p_i-y_i}{p_i(1-p_i)}\;p_i(1-p_i)=p_i-y_i",
            ),
            Step(
                "$z_i=x_i^\\top w$ has the gradient $x_i$; add up the rows.",
                r"\nabla_w L=\sum_i(p_i-y_i)\,x_i=X^\top(p-y)",
            ),
        ),
        how="Complex steps on the loss, one coefficient at a time.",
        check=_gradient,
        source="Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2.",
    ),
    Statement(
        id="LR-11",
        section="likelihood",
        title="The curvature is $X^\\top DX$, never negative: cross-entropy is convex.",
        claim=r"\begin{gathered}"
        r"\nabla^2_w L=X^\top D X\succeq0,\\"
        r"D=\mathrm{diag}\bigl(p_i(1-p_i)\bigr)"
        r"\end{gathered}",
        hypotheses=("As in LR-10. For strict convexity also: the columns of $X$ are independent.",),
        steps=(
            Step(
                "Differentiate the gradient of LR-10; only $p$ depends on $w$.",
                r"\frac{\partial}{\partial w}X^\top(p-y)=X^\top\frac{\partial p}{\partial w}",
            ),
            Step(
                "By LR-3 and $z_i=x_i^\\top w$.",
                r"\frac{\partial p_i}{\partial w}=p_i(1-p_i)\,x_i^\top"
                r"\quad\Rightarrow\quad\nabla^2_w L=X^\top D X",
            ),
            Step(
                "Along any direction $v$ it is a sum of squares with positive weights.",
                r"v^\top X^\top D X v=\sum_i p_i(1-p_i)\,(x_i^\top v)^{2}\ge0",
            ),
            Step(
                "The sum is 0 only if $Xv=0$, which independent columns allow for $v=0$ alone.",
                r"Xv\neq0\ \text{ for all }v\neq0\ \Rightarrow\ X^\top D X\succ0",
            ),
        ),
        how="Central differences of complex-step gradients of the loss, and the eigenvalues of the"
        " matrix found in this way.",
        check=_hessian,
        source="McCullagh and Nelder, Generalized Linear Models, 2nd ed. (1989), section 4.4.",
    ),
    Statement(
        id="LR-12",
        section="likelihood",
        title="The squared error after a sigmoid is bent down in places: it is not convex.",
        claim=r"\begin{gathered}\frac{d^{2}}{dz^{2}}(\sigma(z)-y)^{2}"
        r"=2p(1-p)\bigl[p(1-p)+(p-y)(1-2p)\bigr],\\"
        r"\text{below }0\text{ where }y=1,\ p<\tfrac13\end{gathered}",
        hypotheses=("$p=\\sigma(z)$, and $y$ is 0 or 1.",),
        steps=(
            Step("Chain rule with LR-3 on $f(z)=(p-y)^2$.", r"f'(z)=2(p-y)\,p(1-p)"),
            Step(
                "The slope $s=p(1-p)$ has itself the derivative $(1-2p)\\,s$.",
                r"\frac{ds}{dz}=\frac{d}{dp}(p-p^{2})\cdot\frac{dp}{dz}=(1-2p)\,p(1-p)",
            ),
            Step(
                "Product rule on $2(p-y)\\,s$.",
                r"f''(z)=2s\cdot s+2(p-y)(1-2p)\,s",
            ),
            Step(
                "For $y=1$ the bracket factorises; below $p=1/3$ the curvature is negative. For"
                " $y=0$ it is negative above $p=2/3$, by LR-2.",
                r"p(1-p)-(1-p)(1-2p)=(1-p)(3p-1)<0\quad\text{for }p<\tfrac13",
            ),
        ),
        how="A five-point second difference of the squared error, extrapolated once; one of the"
        " places is always in the part that is bent down.",
        check=_curvature,
        source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.2.2, on why such"
        " a loss learns slowly where the output saturates.",
    ),
    Statement(
        id="LR-13",
        section="likelihood",
        title="One Newton step is one weighted least-squares fit.",
        claim=r"w-(X^\top DX)^{-1}X^\top(p-y)=\arg\min_v\sum_i D_{ii}\,(r_i-x_i^\top v)^{2},"
        r"\quad r_i=z_i+\frac{y_i-p_i}{p_i(1-p_i)}",
        hypotheses=(
            "The columns of $X$ are independent and every $p_i$ lies inside (0, 1).",
            "$z=Xw$, $p=\\sigma(z)$ and $D$ are those of LR-10 and LR-11, at the present $w$.",
        ),
        steps=(
            Step(
                "Newton's step with the gradient of LR-10 and the curvature of LR-11.",
                r"w^{+}=w+(X^\top DX)^{-1}X^\top(y-p)",
            ),
            Step(
                "Write $w$ as $(X^\\top DX)^{-1}X^\\top D\\,Xw$; the inverse exists.",
                r"w^{+}=(X^\top DX)^{-1}X^\top D\bigl[Xw+D^{-1}(y-p)\bigr]",
            ),
            Step(
                "The bracket is the working response $r$.",
                r"w^{+}=(X^\top DX)^{-1}X^\top D\,r",
            ),
            Step(
                "Multiplied by $X^\\top DX$ these are the normal equations of least squares with"
                " weights $D$; that sum of squares is strictly convex in $v$, so their solution is"
                " its one minimum.",
                r"X^\top D\,(r-Xw^{+})=0",
            ),
        ),
        how="A least-squares solver fits the working response, rows scaled by the root of their"
        " weight.",
        check=_reweighted,
        source="Nelder and Wedderburn, Generalized linear models, Journal of the Royal Statistical"
        " Society A 135 (1972).",
    ),
    Statement(
        id="LR-14",
        section="likelihood",
        title="A softmax over two classes is a sigmoid of the difference of the scores.",
        claim=r"\frac{e^{a}}{e^{a}+e^{b}}=\sigma(a-b)",
        hypotheses=("$a$ and $b$ are any real scores.",),
        steps=(
            Step(
                "Divide numerator and denominator by $e^{a}>0$.",
                r"\frac{e^{a}}{e^{a}+e^{b}}=\frac{1}{1+e^{b-a}}",
            ),
            Step("This is LR-1 at $z=a-b$.", r"\frac{1}{1+e^{-(a-b)}}=\sigma(a-b)"),
            Step(
                "Adding the same number to both scores therefore changes nothing: only differences"
                " of scores can be learnt.",
                r"\sigma\bigl((a+c)-(b+c)\bigr)=\sigma(a-b)",
            ),
        ),
        how="The softmax of scipy on ten pairs of scores.",
        check=_two_classes,
        source="Bishop, Pattern Recognition and Machine Learning (2006), section 4.2.",
    ),
    Statement(
        id="LR-15",
        section="likelihood",
        title="With many classes the gradient is again a residual: softmax minus the truth.",
        claim=r"\nabla_z\Bigl[\log\sum_j e^{z_j}-z_k\Bigr]=\mathrm{softmax}(z)-e_k",
        hypotheses=("$k$ is the class that occurred and $e_k$ has 1 there, 0 elsewhere.",),
        steps=(
            Step(
                "The loss is the negative logarithm of the softmax of the true class.",
                r"-\log\frac{e^{z_k}}{\sum_j e^{z_j}}=\log\sum_j e^{z_j}-z_k",
            ),
            Step(
                "Chain rule on the logarithm of the sum.",
                r"\frac{\partial}{\partial z_m}\log\sum_j e^{z_j}=\frac{e^{z_m}}{\sum_j e^{z_j}}",
            ),
            Step(
                "The second term contributes $-1$ at $m=k$ and nothing elsewhere, which is minus"
                " the entry of $e_k$.",
                r"\frac{\partial}{\partial z_m}(-z_k)=-(e_k)_m",
            ),
            Step("Together.", r"\nabla_z=\mathrm{softmax}(z)-e_k"),
        ),
        how="Complex steps on the loss of five classes.",
        check=_many_classes,
        source="Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.",
    ),
)
