"""Ridge and weight decay: how a penalty trades variance for bias."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize

from core.foundations.bias_variance import formulas
from core.foundations.bias_variance.instances import Floats, design, fit_ridge
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "regularisation",
    "Regularisation",
    "A penalty pulls every fit towards 0. That adds bias, the same in all repetitions, and removes "
    "variance. Seen along the singular directions of the data the pull is a filter: directions in "
    "which the data vary much are kept, weak ones are damped. A small pull always pays, because "
    "variance falls at first order and squared bias rises only at second order. Stopping gradient "
    "descent early is a filter of the same kind.",
)


def ridge_parts(rng: np.random.Generator) -> Reading:
    """Build the smoother of ridge column by column, from fits to the unit vectors."""
    sizes = ((6, 3), (9, 4), (11, 2))
    sigma, penalty = float(rng.uniform(0.4, 0.9)), float(rng.uniform(0.3, 1.5))
    claimed, measured = [], []
    for m, p in sizes:
        X, theta = design(rng, m, p), rng.normal(size=p)
        left, d, right = np.linalg.svd(X, full_matrices=False)
        H = X @ fit_ridge(X, np.eye(m), penalty)
        signal = X @ theta
        claimed += [
            *formulas.ridge_filter(d, penalty),
            formulas.ridge_bias_squared(d, right @ theta, penalty, m),
            formulas.ridge_variance(d, penalty, sigma, m),
            formulas.degrees_of_freedom(d, penalty),
        ]
        measured += [
            *np.sum(left * (H @ left), axis=0),
            np.mean((X @ fit_ridge(X, signal, penalty) - signal) ** 2),
            np.mean(sigma**2 * np.sum(H**2, axis=1)),
            np.trace(H),
        ]
    rows = ", ".join(str(m) for m, _ in sizes)
    return equal(claimed, measured, f"shares, squared bias, variance, freedom; {rows} rows")


def error_matrix(X: Floats, theta: Floats, sigma: float, penalty: float) -> Floats:
    """Return the expected outer product of the error of ridge coefficients."""
    fit = fit_ridge(X, np.eye(len(X)), penalty)
    bias = fit @ X @ theta - theta
    matrix: Floats = sigma**2 * fit @ fit.T + np.outer(bias, bias)
    return matrix


def last_gain(X: Floats, theta: Floats, sigma: float) -> float:
    """Return the penalty at which ridge stops beating least squares in every direction."""
    plain = error_matrix(X, theta, sigma, 0.0)

    def worst(penalty: float) -> float:
        return float(np.linalg.eigvalsh(plain - error_matrix(X, theta, sigma, penalty))[0])

    return bisect(worst, formulas.ridge_safe_limit(theta, sigma))


def bisect(gain: Callable[[float], float], start: float) -> float:
    """Return where a gain that is positive at the start turns negative."""
    end = 2 * start
    while gain(end) > 0:
        end *= 2
    return float(optimize.brentq(gain, start, end, xtol=1e-14, rtol=1e-14))


def ridge_gain(rng: np.random.Generator) -> Reading:
    """Find by root search where ridge stops being better, on two designs of each size."""
    sizes = ((9, 3), (6, 2))
    sigma = float(rng.uniform(0.4, 0.9))
    claimed, measured = [], []
    for m, p in sizes:
        X, theta = design(rng, m, p), rng.normal(size=p)
        theta *= sigma * np.sqrt(rng.uniform(2.5, 4)) / np.linalg.norm(X @ theta)
        edge = last_gain(X, theta, sigma)
        size = float(theta @ X.T @ X @ theta / (theta @ theta))
        orthogonal = np.sqrt(size) * np.linalg.qr(X)[0]
        flat_edge = last_gain(orthogonal, theta, sigma)
        claimed += [
            formulas.ridge_criterion(X.T @ X, theta, edge),
            formulas.ridge_safe_limit(theta, sigma),
        ]
        measured += [sigma**2, 1 / (1 / flat_edge + 1 / (2 * size))]
    columns = " and ".join(str(p) for _, p in sizes)
    return equal(
        claimed,
        measured,
        f"criterion at the last gain, safe limit from an orthogonal design; {columns} columns",
    )


def weight_decay(rng: np.random.Generator) -> Reading:
    """Iterate gradient steps with weight decay on the mean loss until nothing moves."""
    sizes = ((6, 2), (9, 3), (11, 4))
    claimed, measured = [], []
    for m, p in sizes:
        X, y = design(rng, m, p), rng.normal(size=m)
        decay = float(rng.uniform(0.1, 0.3))
        claimed += [*formulas.ridge_coefficients(X, y, formulas.total_penalty(decay, m))]
        measured += [*decayed(X, y, decay)]
    rows = ", ".join(str(m) for m, _ in sizes)
    return equal(claimed, measured, f"{len(claimed)} coefficients, m = {rows}")


def decayed(X: Floats, y: Floats, decay: float, share: float | None = None) -> Floats:
    """Return where gradient descent with weight decay ends.

    Parameters
    ----------
    X, y : ndarray
        The data.
    decay : float
        The weights lose this share, times the step size, at every step.
    share : float, optional
        Weight of a row in the loss; 1/m, the mean loss, unless given.
    """
    weight = 1 / len(X) if share is None else share
    rate = 0.15 / weight
    theta = np.zeros(X.shape[1])
    for _ in range(600):
        theta = (1 - rate * decay) * theta - rate * weight * X.T @ (X @ theta - y)
    return theta


def early_stopping(rng: np.random.Generator) -> Reading:
    """Run gradient descent, step by step, and look at three moments."""
    m, p, moments = 9, 4, (2, 7, 12)
    X, y = design(rng, m, p), rng.normal(size=m)
    rate = float(rng.uniform(0.05, 0.15))
    left, d, _ = np.linalg.svd(X, full_matrices=False)
    kept = np.array([formulas.stopping_filter(d, rate, steps) for steps in moments])
    claimed = left @ (kept * (left.T @ y)).T
    fits = [X @ descended(X, y, rate, steps, np.zeros(p)) for steps in moments]
    note = f"fits after {', '.join(map(str, moments))} steps"
    return equal(claimed, np.column_stack(fits), note)


def descended(X: Floats, y: Floats, rate: float, steps: int, start: Floats) -> Floats:
    """Return the coefficients after some gradient steps on half the summed squares."""
    theta = start
    for _ in range(steps):
        theta = theta - rate * X.T @ (X @ theta - y)
    return theta


STATEMENTS = (
    Statement(
        id="BV-11",
        section="regularisation",
        title="Ridge keeps a share of each singular direction; squared bias, variance and "
        "effective degrees of freedom are sums over these shares.",
        claim=r"\begin{aligned}\text{bias}^2&=\frac1m\sum_i\Big(\frac{\lambda}{d_i^2+\lambda}\,"
        r"d_i\,v_i^\top\theta\Big)^2,\quad\text{variance}=\frac{\sigma^2}{m}\sum_i\Big("
        r"\frac{d_i^2}{d_i^2+\lambda}\Big)^2,\\ \operatorname{df}&=\operatorname{tr}H_\lambda"
        r"=\sum_i\frac{d_i^2}{d_i^2+\lambda}\end{aligned}",
        hypotheses=(
            r"$y=X\theta+\varepsilon$ on a fixed $m\times p$ design, $p\le m$, with singular "
            r"values $d_i$: $X=UDV^\top$, the columns $u_i$ of $U$ are orthonormal, and so are "
            "those $v_i$ of the square $V$",
            r"The penalty $\lambda>0$ does not depend on $y$",
            r"The noise values are uncorrelated, with mean 0 and the same variance $\sigma^2$",
        ),
        steps=(
            Step(
                r"Set the gradient of $\lVert y-X\theta\rVert^2+\lambda\lVert\theta\rVert^2$ to 0; "
                r"the matrix is positive definite because $\lambda>0$, so the solution is unique "
                "and the minimum.",
                r"(X^\top X+\lambda I)\hat\theta=X^\top y",
            ),
            Step(
                r"Put $X=UDV^\top$ in. $V$ is orthogonal, so "
                r"$X^\top X+\lambda I=V(D^2+\lambda I)V^\top$, and the inverse is taken entry by "
                "entry.",
                r"H_\lambda=X(X^\top X+\lambda I)^{-1}X^\top=U\operatorname{diag}\Big("
                r"\frac{d_i^2}{d_i^2+\lambda}\Big)U^\top",
            ),
            Step(
                r"Bias by BV-5: along $u_i$ the curve has the coefficient $d_iv_i^\top\theta$, and "
                "the share that is lost is 1 minus the share kept. The bias lies in the span of "
                "the orthonormal $u_i$: its squared length is the sum of these squares.",
                r"u_i^\top(H_\lambda-I)X\theta=-\frac{\lambda}{d_i^2+\lambda}\,d_iv_i^\top\theta",
            ),
            Step(
                r"Variance by BV-5: $H_\lambda$ is symmetric, and the trace of its square is the "
                "sum of the squared eigenvalues.",
                r"\operatorname{tr}H_\lambda H_\lambda^\top=\sum_i\Big(\frac{d_i^2}{d_i^2+\lambda}"
                r"\Big)^2",
            ),
            Step(
                "The trace itself is the sum of the eigenvalues; it plays the part of $p$ in BV-7.",
                r"\operatorname{tr}H_\lambda=\sum_i\frac{d_i^2}{d_i^2+\lambda}",
            ),
        ),
        how="Ridge is solved as least squares on extended rows (designs of 6, 9 and 11 rows), for "
        "the true curve and for each unit vector; bias, variance and trace come from these fits.",
        check=ridge_parts,
        source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. "
        "2009, section 3.4.1",
    ),
    Statement(
        id="BV-12",
        section="regularisation",
        title=r"Some penalty always beats least squares: every $0<\lambda\le2\sigma^2/"
        r"\lVert\theta\rVert^2$ makes the mean squared error of the coefficients smaller in every "
        "direction.",
        claim=r"M(0)-M(\lambda)\succeq0\iff\theta^\top\Big(\frac2\lambda I+G^{-1}\Big)^{-1}\theta"
        r"\le\sigma^2,\quad\text{true for }0<\lambda\le\frac{2\sigma^2}{\lVert\theta\rVert^2}",
        hypotheses=(
            r"$y=X\theta+\varepsilon$ on a fixed design, $G=X^\top X$ is invertible, and "
            r"$\theta\ne0$",
            r"The noise values are uncorrelated, with mean 0 and the same variance $\sigma^2>0$",
            r"$\lambda>0$ does not depend on $y$, $\hat\theta_\lambda$ is the ridge solution of "
            "BV-11, and "
            r"$M(\lambda)=\mathbb{E}(\hat\theta_\lambda-\theta)(\hat\theta_\lambda-\theta)^\top$",
        ),
        steps=(
            Step(
                r"With $W=(G+\lambda I)^{-1}$ the estimate is $\hat\theta_\lambda=WX^\top y$; "
                r"$WG-I=-\lambda W$ gives the bias, and the noise gives the covariance.",
                r"M(\lambda)=\sigma^2WGW+\lambda^2W\theta\theta^\top W,\qquad M(0)=\sigma^2G^{-1}",
            ),
            Step(
                r"Take $W$ out on both sides; $W^{-1}=G+\lambda I$.",
                r"M(0)-M(\lambda)=W\big[\sigma^2(W^{-1}G^{-1}W^{-1}-G)-\lambda^2\theta\theta^\top"
                r"\big]W",
            ),
            Step(
                "Multiply out; one $G$ cancels.",
                r"(G+\lambda I)G^{-1}(G+\lambda I)-G=2\lambda I+\lambda^2G^{-1}",
            ),
            Step(
                r"Divide by $\lambda^2>0$. $W$ is symmetric and invertible, so the sign is that of "
                "the bracket.",
                r"M(0)-M(\lambda)\succeq0\iff\sigma^2A-\theta\theta^\top\succeq0,\quad "
                r"A=\tfrac2\lambda I+G^{-1}",
            ),
            Step(
                r"Multiply by $A^{-1/2}$ on both sides: a rank-one matrix $bb^\top$ is below "
                r"$\sigma^2I$ exactly if its one eigenvalue other than 0, $b^\top b$, is at most "
                r"$\sigma^2$; here $b=A^{-1/2}\theta$. With $<$ in place of $\le$ the difference "
                "is positive definite.",
                r"\sigma^2A\succeq\theta\theta^\top\iff\theta^\top A^{-1}\theta\le\sigma^2",
            ),
            Step(
                r"$G^{-1}$ is positive definite, so $A\succ\tfrac2\lambda I$ and "
                r"$A^{-1}\prec\tfrac\lambda2I$. That gives a limit which needs no knowledge of the "
                "design, and up to it ridge is strictly better.",
                r"\theta^\top A^{-1}\theta<\tfrac\lambda2\lVert\theta\rVert^2\le\sigma^2"
                r"\quad\text{if}\quad\lambda\le\frac{2\sigma^2}{\lVert\theta\rVert^2}",
            ),
            Step(
                r"The left side of the criterion grows with $\lambda$. For $G=gI$ with "
                r"$g\lVert\theta\rVert^2>\sigma^2$ it meets $\sigma^2$ at one $\lambda^*$, the "
                r"last penalty that gains; as $g$ grows $\lambda^*$ falls to the limit, which "
                "therefore cannot be raised for all designs.",
                r"\frac1{\lambda^*}+\frac1{2g}=\frac{\lVert\theta\rVert^2}{2\sigma^2}",
            ),
        ),
        how="The error matrices are formed from fits to unit vectors; a root search finds the "
        "penalty at which the smallest eigenvalue of their difference turns negative, starting "
        "from the limit, where it must be positive, on a random design and on an orthogonal one, "
        "each with three columns and with two. "
        "The reciprocal of the second penalty, with the $1/(2g)$ of the last step added, is "
        "compared with that of the limit.",
        check=ridge_gain,
        source="Hoerl and Kennard, Ridge regression: biased estimation for nonorthogonal problems, "
        "Technometrics 12 (1970); Theobald, Generalizations of mean square error applied to ridge "
        "regression, Journal of the Royal Statistical Society B 36 (1974)",
    ),
    Statement(
        id="BV-13",
        section="regularisation",
        title=r"Weight decay $a$ on the mean loss of $m$ rows ends where ridge with the penalty "
        r"$\lambda=ma$ does.",
        claim=r"\arg\min_\theta\;\frac1{2m}\lVert y-X\theta\rVert^2+\frac a2\lVert\theta\rVert^2"
        r"=(X^\top X+ma\,I)^{-1}X^\top y",
        hypotheses=(
            r"The loss is $\tfrac1{2m}\lVert y-X\theta\rVert^2$, and $a>0$",
            r"The steps are plain gradient steps (no momentum, no scaling), with $\eta$ small "
            "enough to converge",
        ),
        steps=(
            Step(
                "The gradient of loss and penalty together.",
                r"\nabla=\frac1mX^\top(X\theta-y)+a\theta",
            ),
            Step(
                "A gradient step shrinks the weights by a factor, and then follows the loss: that "
                "is weight decay.",
                r"\theta\leftarrow\theta-\eta\nabla=(1-\eta a)\theta-\frac\eta mX^\top(X\theta-y)",
            ),
            Step(
                "It rests only where the gradient is 0; the sum of loss and penalty is strictly "
                "convex, so that point is its one minimum. Multiply by $m$.",
                r"X^\top X\theta+ma\,\theta=X^\top y",
            ),
            Step(
                r"That is the equation of ridge (BV-11) with $\lambda=ma$. If the loss is the half "
                r"sum $\tfrac12\lVert y-X\theta\rVert^2$ instead, nothing is multiplied and "
                r"$\lambda=a$.",
                r"\lambda=ma",
            ),
        ),
        how="600 gradient steps with weight decay on the mean loss of 6, 9 and 11 rows are made "
        "from 0; the weights they end at are compared with the ridge solution.",
        check=weight_decay,
        source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 7.1.1",
    ),
    Statement(
        id="BV-14",
        section="regularisation",
        title=r"Gradient descent from 0, stopped after $t$ steps, is a linear smoother that has "
        r"fitted the share $1-(1-\eta d_i^2)^t$ of each singular direction.",
        claim=r"\hat y_t=\sum_i\big(1-(1-\eta d_i^2)^t\big)\,u_iu_i^\top y",
        hypotheses=(
            r"The steps are $\theta_{t+1}=\theta_t-\eta X^\top(X\theta_t-y)$, on half the sum of "
            "squares",
            r"The start is $\theta_0=0$, and neither $\eta$ nor $t$ depends on $y$",
            r"$X=UDV^\top$ as in BV-11, and $\hat y_t=X\theta_t$",
        ),
        steps=(
            Step(
                r"Multiply the step by $X$: the fitted values follow a recursion of their own.",
                r"\hat y_{t+1}=\hat y_t-\eta XX^\top(\hat y_t-y)",
            ),
            Step(
                r"Along $u_i$, $XX^\top$ multiplies by $d_i^2$. Write $r_t=u_i^\top(y-\hat y_t)$, "
                "and take both sides of the recursion from $y$.",
                r"r_{t+1}=r_t-\eta d_i^2\,r_t=(1-\eta d_i^2)\,r_t",
            ),
            Step(
                "From 0 the first residual is $u_i^\\top y$; each step multiplies by the same "
                "factor.",
                r"r_t=(1-\eta d_i^2)^t\,u_i^\top y",
            ),
            Step(
                "What is fitted is what is not left. Directions outside the columns of $X$ never "
                "move.",
                r"u_i^\top\hat y_t=\big(1-(1-\eta d_i^2)^t\big)u_i^\top y",
            ),
            Step(
                r"So BV-5, with its hypotheses on the noise, gives the variance. As long as $\eta "
                "d_i^2<1$ the shares grow with $d_i$ and lie between 0 and 1, as those of ridge "
                "(BV-11) do: strong directions come first.",
                r"\text{variance}=\frac{\sigma^2}{m}\sum_i\big(1-(1-\eta d_i^2)^t\big)^2",
            ),
        ),
        how="Gradient steps are made on a random design, one after the other; the fitted values "
        "after 2, 7 and 12 of them are compared.",
        check=early_stopping,
        source="Yao, Rosasco and Caponnetto, On early stopping in gradient descent learning, "
        "Constructive Approximation 26 (2007)",
    ),
)
