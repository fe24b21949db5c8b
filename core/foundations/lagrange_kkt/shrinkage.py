"""Ridge regression as a ball, the lasso, and the distribution of largest entropy."""

from __future__ import annotations

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import nnls

from core.foundations.compare import equal
from core.foundations.lagrange_kkt import formulas_models as formulas
from core.foundations.lagrange_kkt import numeric
from core.foundations.lagrange_kkt.formulas import Floats
from core.foundations.schema import Kind, Reading, Section, Statement, Step

HASTIE = "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2nd ed., 2009)"
HOERL = "Hoerl and Kennard, Ridge regression: biased estimation for nonorthogonal problems, "
HOERL += "Technometrics 12 (1970)"
JAYNES = "Jaynes, Information theory and statistical mechanics, Physical Review 106 (1957)"
_OLS = r"$X$ has full column rank"

SECTION = Section(
    "shrinkage",
    "Ridge, lasso and entropy",
    "Ridge regression adds a penalty to the squared residuals. The same answer comes from a limit "
    "on the length of the coefficients, a ball, and the penalty is the multiplier of that limit. "
    "The lasso limits the sum of absolute values instead, and its corners set coefficients to 0. "
    "And among all distributions with a given mean, the one that assumes least is an exponential: "
    "it is the softmax with which a classifier turns scores into probabilities.",
)


def design(rng: np.random.Generator, n: int = 25, k: int = 3) -> tuple[Floats, Floats]:
    """Return a well-conditioned design and outcomes."""
    x = np.linalg.qr(rng.normal(size=(n, k)))[0] @ (rng.normal(size=(k, k)) * 0.3 + 2 * np.eye(k))
    return x, x @ rng.uniform(0.6, 1.8, k) + 0.4 * rng.normal(size=n)


def _ball(rng: np.random.Generator) -> Reading:
    (x, y), price = design(rng), rng.uniform(0.5, 4.0)
    claimed = formulas.ridge(x, y, price)
    measured = numeric.ball_fit(x, y, float(claimed @ claimed))
    return equal(claimed, measured, "best coefficients in the ball, by projected gradients")


def _ball_price(rng: np.random.Generator) -> Reading:
    x, y = design(rng)
    free = np.linalg.lstsq(x, y, rcond=None)[0]
    t = float(free @ free) * rng.uniform(0.25, 0.7)

    def loss(size: float) -> float:
        rest = y - x @ numeric.ball_fit(x, y, size)
        return float(rest @ rest)

    claimed = formulas.ball_price(x, y, numeric.ball_fit(x, y, t))
    measured = -numeric.central(loss, t, 1e-4 * t)
    return equal(claimed, measured, "fall of the loss per unit of t", kind=Kind.DIFFERENCE)


def _shrinking(rng: np.random.Generator) -> Reading:
    (x, y), price = design(rng), rng.uniform(0.5, 4.0)

    def longer(p: float) -> Floats:
        rows = np.vstack([x, np.sqrt(p) * np.eye(3)])
        return np.asarray(np.linalg.lstsq(rows, np.r_[y, np.zeros(3)], rcond=None)[0])

    measured = numeric.central(lambda p: float(longer(p) @ longer(p)), price, 1e-4)
    claimed = formulas.norm_slope(x, longer(price), price)
    return equal(
        claimed, measured, "slope of |θ|² in the penalty, by augmented rows", kind=Kind.DIFFERENCE
    )


def _beyond(rng: np.random.Generator) -> Reading:
    x, y = design(rng)
    free = np.linalg.lstsq(x, y, rcond=None)[0]
    found = [numeric.ball_fit(x, y, float(free @ free) * more) for more in (1.05, 1.5, 3.0)]
    claimed = np.r_[np.tile(formulas.ridge(x, y, 0.0), 3), np.zeros(3)]
    prices = [formulas.ball_price(x, y, theta) for theta in found]
    return equal(claimed, np.r_[np.concatenate(found), prices], "coefficients and prices, 3 balls")


def _lasso(rng: np.random.Generator) -> Reading:
    x = np.linalg.qr(rng.normal(size=(30, 6)))[0]
    price = rng.uniform(0.4, 0.9)
    z = price * np.array([-2.2, -1.4, -0.6, 0.5, 1.3, 2.6]) * rng.uniform(0.9, 1.1, 6)
    y = x @ z + (np.eye(30) - x @ x.T) @ rng.normal(size=30)
    # |Mv - t|^2 / 2 with v = (plus, minus) >= 0 differs from the lasso's cost by a constant.
    both = np.hstack([x, -x])
    root = np.linalg.cholesky(both.T @ both + 1e-12 * np.eye(12)).T
    v = nnls(root, np.linalg.solve(root.T, both.T @ y - price))[0]
    return equal(formulas.soft_threshold(x.T @ y, price), v[:6] - v[6:], "coefficients by NNLS")


def levels(rng: np.random.Generator) -> tuple[Floats, float]:
    """Return three energies and an inverse temperature."""
    return np.array([0.0, 1.0, 2.3]) + rng.uniform(0.1, 0.5, 3), rng.uniform(0.4, 1.6)


def freest(energy: Floats, mean: float) -> tuple[Floats, float]:
    """Return the distribution of largest entropy with a mean, and its entropy, by a line search.

    Three probabilities with two equations leave one direction to move along.
    """
    rows = np.vstack([np.ones(3), energy])
    start, along = np.linalg.lstsq(rows, [1.0, mean], rcond=None)[0], null_space(rows)[:, 0]
    ends = -start / along
    low, high = ends[along > 0].max(), ends[along < 0].min()

    def entropy(s: complex) -> complex:
        p = start[:, None] + along[:, None] * np.atleast_1d(s)
        result: complex = np.squeeze(-(p * np.log(p)).sum(0))
        return result

    room = 1e-9 * (high - low)
    (s,) = numeric.turning_points(entropy, low + room, high - room)
    return start + along * s, float(np.real(entropy(s)))


def _gibbs(rng: np.random.Generator) -> Reading:
    energy, beta = levels(rng)
    claimed = formulas.gibbs(energy, beta)
    p, entropy = freest(energy, float(energy @ claimed))
    both = np.r_[claimed, formulas.gibbs_entropy(energy, beta)]
    return equal(both, np.r_[p, entropy], "distribution and entropy, by a line search")


def _heat(rng: np.random.Generator) -> Reading:
    energy, beta = levels(rng)
    mean = float(energy @ formulas.gibbs(energy, beta))
    measured = numeric.central(lambda u: freest(energy, u)[1], mean, 1e-4)
    return equal(beta, measured, "slope of the largest entropy in the mean", kind=Kind.DIFFERENCE)


STATEMENTS = (
    Statement(
        "KKT-40",
        "shrinkage",
        "Ridge regression is least squares in a ball; the penalty is the ball's multiplier.",
        r"(X^\top X+\lambda I)\theta=X^\top y\quad\Longrightarrow\quad\theta=\arg\min"
        r"\{\lVert y-X\theta\rVert^2:\lVert\theta\rVert^2\le t\},\quad t=\lVert\theta(\lambda)"
        r"\rVert^2",
        (r"$\lambda>0$",),
        (
            Step(
                "The limit is $h=\\lVert\\theta\\rVert^2-t\\le0$, added with a plus.",
                r"L=\lVert y-X\theta\rVert^2+\lambda(\lVert\theta\rVert^2-t)",
            ),
            Step(
                "Stationarity. Note the sign: plus.",
                r"-2X^\top(y-X\theta)+2\lambda\theta=0\quad\Rightarrow\quad"
                r"(X^\top X+\lambda I)\theta=X^\top y",
            ),
            Step(
                r"The Lagrangian is a quadratic with the positive definite Hessian $2(X^\top X+"
                r"\lambda I)$, so this $\theta$ is its only minimum.",
                r"L(\theta')>L(\theta)\quad\text{for }\theta'\neq\theta",
            ),
            Step(
                r"Choose $t$ as the squared length of the ridge solution: the limit is touched.",
                r"t=\lVert\theta\rVert^2\quad\Rightarrow\quad L(\theta)=\lVert y-X\theta\rVert^2",
            ),
            Step(
                r"In the ball the added term is at most 0, since $\lambda>0$. So every other point "
                "of it has larger residuals.",
                r"\lVert\theta'\rVert^2\le t:\qquad\lVert y-X\theta'\rVert^2\ge L(\theta')"
                r">L(\theta)=\lVert y-X\theta\rVert^2",
            ),
        ),
        "Projected gradient steps inside the ball, without any penalty.",
        _ball,
        f"{HOERL}; {HASTIE}, section 3.4.1",
    ),
    Statement(
        "KKT-41",
        "shrinkage",
        "Conversely every ball that binds has one penalty: what the loss falls by when it grows.",
        r"t<\lVert\hat\theta_{\text{OLS}}\rVert^2:\qquad\lambda=\frac{\theta^\top X^\top"
        r"(y-X\theta)}{\lVert\theta\rVert^2}=-\frac{d\,\mathrm{RSS}^\star}{dt}>0",
        (_OLS, r"$0<t<\lVert\hat\theta_{\text{OLS}}\rVert^2$"),
        (
            Step(
                "The free minimum is outside the ball. From a point inside, a small step towards "
                "it is allowed and lowers the convex loss, so the best point lies on the sphere, "
                r"where KKT-1 holds (the gradient $2\theta$ is not 0).",
                r"X^\top(y-X\theta)=\lambda\theta,\qquad\lVert\theta\rVert^2=t",
            ),
            Step(
                r"Multiply by $\theta$ and divide by its squared length, which is not 0.",
                r"\lambda=\frac{\theta^\top X^\top(y-X\theta)}{\lVert\theta\rVert^2}",
            ),
            Step(
                r"A step inwards, along $-\theta$, is allowed, so it cannot lower the loss. And "
                r"$\lambda=0$ would make $\theta$ the free minimum, which is too long.",
                r"-\theta^\top\nabla\mathrm{RSS}=2\theta^\top X^\top(y-X\theta)"
                r"=2\lambda\lVert\theta\rVert^2\ge0\quad\Rightarrow\quad\lambda>0",
            ),
            Step(
                r"On the sphere $\nabla\mathrm{RSS}=-\lambda\nabla\lVert\theta\rVert^2$, and a "
                "multiplier is the slope of the best value in its level (KKT-3; the Hessian "
                r"$2(X^\top X+\lambda I)$ of the Lagrangian is positive definite).",
                r"\frac{d\,\mathrm{RSS}^\star}{dt}=-\lambda",
            ),
        ),
        "The ball is made a little larger and smaller, and the fit found by projected gradients.",
        _ball_price,
        f"{HASTIE}, section 3.4.1",
    ),
    Statement(
        "KKT-42",
        "shrinkage",
        "A larger penalty always shortens the coefficients, so ball and penalty pair one to one.",
        r"\frac{d}{d\lambda}\lVert\theta(\lambda)\rVert^2=-2\,\theta^\top(X^\top X+\lambda I)^{-1}"
        r"\theta<0",
        (_OLS, r"$\lambda\ge0$ and $X^\top y\neq0$"),
        (
            Step(
                "Differentiate the equation of ridge regression in the penalty.",
                r"(X^\top X+\lambda I)\theta'+\theta=0",
            ),
            Step("Solve.", r"\theta'=-(X^\top X+\lambda I)^{-1}\theta"),
            Step(
                "The squared length changes by twice the product.",
                r"\frac{d}{d\lambda}\theta^\top\theta=2\theta^\top\theta'"
                r"=-2\theta^\top(X^\top X+\lambda I)^{-1}\theta",
            ),
            Step(
                r"The matrix is positive definite and $\theta\neq0$.",
                r"\frac{d}{d\lambda}\lVert\theta\rVert^2<0",
            ),
            Step(
                r"The length falls from the free one at $\lambda=0$ towards 0, as every eigenvalue "
                r"of $X^\top X+\lambda I$ is above $\lambda$. So each $t$ between belongs to one "
                r"$\lambda$.",
                r"\lVert\theta\rVert\le\frac{\lVert X^\top y\rVert}{\lambda}"
                r"\;\to\;0\qquad(\lambda\to\infty)",
            ),
        ),
        "Ridge regression is done as least squares with added rows, at penalties 0.0001 apart.",
        _shrinking,
        HOERL,
    ),
    Statement(
        "KKT-43",
        "shrinkage",
        "A ball that holds the free solution has the penalty 0.",
        r"t\ge\lVert\hat\theta_{\text{OLS}}\rVert^2\quad\Longrightarrow\quad"
        r"\theta=\hat\theta_{\text{OLS}},\quad\lambda=0",
        (_OLS, r"$X^\top y\neq0$"),
        (
            Step(
                "The free minimum is allowed, and nothing is better than the free minimum.",
                r"\theta=\hat\theta_{\text{OLS}}",
            ),
            Step(
                "Its residual is at right angles to all columns.",
                r"X^\top(y-X\theta)=0",
            ),
            Step(
                "Stationarity then reads:",
                r"0=\lambda\theta\quad\Rightarrow\quad\lambda=0\quad(\theta\neq0)",
            ),
        ),
        "Projected gradients in balls of 1.05, 1.5 and 3 times the squared length.",
        _beyond,
        f"{HASTIE}, section 3.4.1",
    ),
    Statement(
        "KKT-44",
        "shrinkage",
        "In an orthonormal design the lasso cuts every coefficient by the penalty, or to 0.",
        r"\min\tfrac12\lVert y-X\theta\rVert^2+\lambda\lVert\theta\rVert_1:\qquad"
        r"\theta_j=\operatorname{sign}(z_j)\max(0,\lvert z_j\rvert-\lambda),\quad z=X^\top y",
        (r"$X^\top X=I$", r"$\lambda>0$"),
        (
            Step(
                "Orthonormal columns separate the cost into one term for each coefficient.",
                r"\tfrac12\lVert y-X\theta\rVert^2=\tfrac12\lVert y\rVert^2+\sum_j\bigl(\tfrac12"
                r"\theta_j^2-z_j\theta_j\bigr)",
            ),
            Step(
                "Split a coefficient into two parts that are not negative.",
                r"\theta=u-v,\quad u,v\ge0:\qquad\tfrac12(u-v)^2-z(u-v)+\lambda(u+v)",
            ),
            Step(
                r"Conditions of KKT-9 and KKT-10 for $-u\le0$ and $-v\le0$: the slope in each "
                "part is its multiplier, so it is not negative, and 0 where the part is positive.",
                r"\theta-z+\lambda\ge0,\qquad-\theta+z+\lambda\ge0",
            ),
            Step(
                "The cost grows without bound, so a minimum exists. It is one of three cases.",
                r"\theta>0:\ \theta=z-\lambda;\qquad\theta<0:\ \theta=z+\lambda;\qquad"
                r"\theta=0:\ \lvert z\rvert\le\lambda",
            ),
            Step(
                "In one line.",
                r"\theta=\operatorname{sign}(z)\max(0,\lvert z\rvert-\lambda)",
            ),
        ),
        "The split problem of 12 parts is solved as non-negative least squares.",
        _lasso,
        "Tibshirani, Regression shrinkage and selection via the lasso, JRSS B 58 (1996), section 2",
    ),
    Statement(
        "KKT-45",
        "shrinkage",
        "Of all distributions with a given mean the exponential one has the largest entropy.",
        r"p_j=\frac{e^{-\beta E_j}}{\sum_ke^{-\beta E_k}},\qquad S=\beta\,\bar E+\log\sum_k"
        r"e^{-\beta E_k}",
        (
            "There are finitely many states, and their energies $E_j$ are not all equal",
            r"The mean $\bar E=\sum_jp_jE_j$ is prescribed, strictly between the smallest and the "
            "largest energy",
        ),
        (
            Step(
                "Maximise entropy with two equations (KKT-4).",
                r"-\sum_jp_j\log p_j-\alpha\Bigl(\sum_jp_j-1\Bigr)-\beta\Bigl(\sum_jp_jE_j-\bar E"
                r"\Bigr)",
            ),
            Step(
                "Stationarity in one probability.",
                r"-\log p_j-1-\alpha-\beta E_j=0\ \Rightarrow\ p_j=e^{-1-\alpha}e^{-\beta E_j}",
            ),
            Step(
                "The sum is 1, which fixes the first multiplier: this is the softmax of "
                r"$-\beta E$.",
                r"p_j=\frac{e^{-\beta E_j}}{Z},\qquad Z=\sum_ke^{-\beta E_k}",
            ),
            Step(
                r"The mean fixes $\beta$: it falls strictly, since its derivative is minus a "
                r"variance, from the largest energy ($\beta\to-\infty$) to the smallest.",
                r"\frac{d}{d\beta}\sum_jp_jE_j=-\sum_jp_j(E_j-\bar E)^2<0",
            ),
            Step(
                r"It is the maximum: $-p\log p$ has the second derivative $-1/p<0$, so entropy is "
                "concave and lies below its tangent at $p$, which is level along the two "
                r"equations. All $p_j$ are positive, so the limits $p_j\ge0$ do not bind.",
                r"S(p')\le S(p)+\sum_j(\alpha+\beta E_j)(p_j'-p_j)=S(p)",
            ),
            Step(
                "Its value:",
                r"S=-\sum_jp_j(-\beta E_j-\log Z)=\beta\bar E+\log Z",
            ),
        ),
        "Three probabilities with two equations leave one direction; entropy is maximised along "
        "it.",
        _gibbs,
        JAYNES,
    ),
    Statement(
        "KKT-46",
        "shrinkage",
        "Its multiplier is the slope of the entropy in the mean: an inverse temperature.",
        r"\frac{dS^\star}{d\bar E}=\beta",
        ("The hypotheses of KKT-45",),
        (
            Step(
                r"The best entropy, as a function of the mean. $\beta$ moves with it, and "
                r"smoothly, as the derivative of the mean in $\beta$ is not 0 (KKT-45).",
                r"S^\star(\bar E)=\beta\bar E+\log Z(\beta)",
            ),
            Step(
                r"The derivative of $\log Z$ in $\beta$ is minus the mean.",
                r"\frac{d\log Z}{d\beta}=\frac{-\sum_kE_ke^{-\beta E_k}}{Z}=-\bar E",
            ),
            Step(
                "Differentiate; the terms with the moving multiplier cancel.",
                r"\frac{dS^\star}{d\bar E}=\beta+\bar E\frac{d\beta}{d\bar E}"
                r"-\bar E\frac{d\beta}{d\bar E}=\beta",
            ),
        ),
        "The mean is moved by 0.0001 both ways and the largest entropy found by a line search.",
        _heat,
        JAYNES,
    ),
)  # fmt: skip
