"""When the likelihood has no largest value, how the coefficients run away, and what stops them."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import expit

from core.foundations.compare import at_least, at_most, equal
from core.foundations.logistic_regression import formulas_fit as formulas
from core.foundations.logistic_regression.support import (
    PAIRS,
    Floats,
    Objective,
    fitted,
    loss_of,
    minimiser,
    overlapping,
    separated,
    separation,
    worst,
)
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "separation",
    "Separation",
    "If a plane has all events on one side and all others on the other, a steeper sigmoid is always"
    " better and no best one exists: the coefficients grow without end, slowly. Small clinical"
    " tables with rare findings do this often. Whether it happens can be decided before any fit; a"
    " penalty makes the answer finite, and columns that repeat each other harm the coefficients"
    " but not the estimates.",
)


def _ray(rng: np.random.Generator) -> Reading:
    return worst(*(_along_ray(rng, n) for n in (24, 17)))


def _along_ray(rng: np.random.Generator, n: int) -> Reading:
    """Compare the loss of ``n`` rows with its bound, and with all margins equal."""
    X, y = separated(rng, n)
    direction, margin = separation(X, y)
    t = np.append(rng.uniform(0.3, 3, 3), 9.0) / margin
    losses = [loss_of(X, y)(step * direction + 0j).real for step in t]
    # Rows pulled towards 0 until all margins are the smallest one: the bound is then met.
    pulled = X * (margin / np.abs(X @ direction))[:, None]
    tight = [loss_of(pulled, y)(step * direction + 0j).real for step in t]
    bound = formulas.ray_bound(len(X), margin, t)
    return worst(
        at_most(bound, losses, f"the loss of {n} rows at 4 steps along the ray", scale=1.0),
        *(
            equal(most, loss, f"{n} rows, step {step:.3g}, all margins equal")
            for most, loss, step in zip(bound, tight, t, strict=True)
        ),
    )


def floor_reading(X: Floats, y: Floats, behind: int) -> Reading:
    """Compare the lowest loss that a fit reaches with the floor of ``behind`` rows."""
    lowest = loss_of(X, y)(fitted(X, y) + 0j).real
    return at_least(formulas.overlap_floor(behind), lowest, f"the lowest loss of {len(X)} rows")


def ends_reading(objective: Objective, starts: tuple[Floats, Floats]) -> Reading:
    """Compare where descents from two starts end."""
    first, second = (minimiser(objective, start) for start in starts)
    return equal(first, second, "where descents from two starts end")


def squared_loss(X: Floats, y: Floats) -> Objective:
    """Return the sum of squared errors after a sigmoid, as an objective."""
    return lambda w: complex(np.sum((1 / (1 + np.exp(-(X @ w))) - y) ** 2))


def two_starts(rng: np.random.Generator, k: int) -> tuple[Floats, Floats]:
    """Return two places to begin a descent from."""
    first, second = rng.uniform(-0.8, 0.8, (2, k))
    return first, second


def _overlap(rng: np.random.Generator) -> Reading:
    X, y = overlapping(rng)
    few, many = int(rng.integers(2, 6)), int(rng.integers(6, 10))
    _, margin = separation(X, y)
    return worst(
        floor_reading(X, y, PAIRS),
        ends_reading(loss_of(X, y), two_starts(rng, 3)),
        *(_on_boundary(rng, rows) for rows in (few, many)),
        equal(0.0, margin, "the margin of the best plane", scale=1.0),
    )


def _on_boundary(rng: np.random.Generator, rows: int) -> Reading:
    """Compare the floor with the loss of rows at 0, which five events leave behind."""
    column = np.append(np.zeros(rows), rng.uniform(0.5, 2, 5))[:, None]
    tight = loss_of(column, np.ones(rows + 5))(np.array([200.0 + 0j])).real
    return equal(formulas.overlap_floor(rows), tight, f"{rows} rows that stay on the boundary")


LATE = 1e10
"""A time of training after which the slope has long followed the logarithm."""


def flow(n: int, a: float, times: Floats) -> Floats:
    """Return the slope along the gradient flow on ``n`` rows at ``a``, integrated numerically."""
    solved = solve_ivp(
        lambda _, w: n * a * expit(-a * w), (0, times[-1]), [0.0], t_eval=times, method="DOP853",
        rtol=1e-12, atol=1e-12,
    )  # fmt: skip
    return np.asarray(solved.y[0], dtype=np.float64)


def two_point(rng: np.random.Generator) -> tuple[int, float]:
    """Return the number of rows and their distance from the boundary."""
    return int(rng.integers(3, 7)), float(rng.uniform(0.6, 1.6))


def _growth(rng: np.random.Generator) -> Reading:
    n, a = two_point(rng)
    sizes = (n, n + 3)
    times = np.array([1.7, 7.0, 30.0])
    late = flow(n, a, np.array([LATE, 10 * LATE]))
    return worst(
        equal(
            [formulas.flow_weight(rows, a, times) for rows in sizes],
            [flow(rows, a, times) for rows in sizes],
            f"the slope at 3 times, {sizes[0]} and {sizes[1]} rows",
        ),
        equal(formulas.growth_per_decade(a), late[1] - late[0], "growth, late, in tenfold time"),
    )


def _ridge(rng: np.random.Generator) -> Reading:
    X, y = separated(rng)
    X = np.column_stack([X, float(rng.uniform(1.5, 3)) * X[:, 1]])
    penalty = float(rng.uniform(0.3, 1.5))
    objective = loss_of(X, y, ridge=penalty)
    found = fitted(X, y, ridge=penalty)
    return worst(
        equal(formulas.ridge_weights(X, y, expit(X @ found), penalty), found, "4 coefficients"),
        ends_reading(objective, two_starts(rng, 4)),
    )


def _threshold(rng: np.random.Generator) -> Reading:
    t = float(rng.uniform(0.3, 0.9))
    v = np.append(rng.uniform(1, 2, 3) * np.array([1, -1, 1]), rng.uniform(-t, t, 3))
    found = [_lasso_root(one, t) for one in v]
    return equal(formulas.soft_threshold(v, t), found, "6 coefficients, 3 of them to 0")


def _lasso_root(v: float, t: float) -> float:
    """Return where the slope of (w - v)^2 / 2 + t |w| changes sign."""
    return float(brentq(lambda w: w - v + t * np.sign(w), -5, 5, xtol=1e-15))


def collinear(rng: np.random.Generator) -> tuple[Floats, Floats, float]:
    """Return rows whose third column is a multiple of the second, outcomes, and the factor."""
    X, y = overlapping(rng)
    factor = float(rng.uniform(1.5, 3))
    return np.column_stack([X[:, :2], factor * X[:, 1]]), y, factor


def _same_estimates(rng: np.random.Generator) -> Reading:
    X, y, factor = collinear(rng)
    both = minimiser(loss_of(X, y), two_starts(rng, 3)[0])
    alone = fitted(X[:, :2], y)
    return worst(
        equal(formulas.identified(both[1], both[2], factor), alone[1], "the combined coefficient"),
        equal(expit(X @ both), expit(X[:, :2] @ alone), f"the probabilities of {len(X)} rows"),
    )


STATEMENTS = (
    Statement(
        id="LR-20",
        section="separation",
        title="If a plane separates the outcomes, the likelihood has no largest value.",
        claim=r"\begin{gathered}m=\min_i(2y_i-1)\,x_i^\top u>0\ \Rightarrow\\"
        r"0<L(t\,u)\le n\log\bigl(1+e^{-tm}\bigr)\longrightarrow0\end{gathered}",
        hypotheses=(
            "Some direction $u$ has a positive margin $m$: every event lies on its positive side,"
            " every other row on its negative side.",
            "$L$ is the cross-entropy of $n$ rows, and $t\\ge0$.",
        ),
        steps=(
            Step(
                "With $s_i=2y_i-1$ both outcomes have one formula for the loss (LR-2 and LR-8).",
                r"L(w)=\sum_i\log\bigl(1+e^{-s_i x_i^\top w}\bigr)",
            ),
            Step(
                "Along the ray every exponent is at most $-tm$, and the logarithm is increasing.",
                r"L(t\,u)=\sum_i\log\bigl(1+e^{-t\,s_i x_i^\top u}\bigr)\le n\log(1+e^{-tm})",
            ),
            Step(
                "Use $\\log(1+u)\\le u$: the bound falls to 0.",
                r"n\log(1+e^{-tm})\le n\,e^{-tm}\to0",
            ),
            Step(
                "Every term of $L$ is positive at every finite $w$, so 0 is never reached: the"
                " smallest value does not exist.",
                r"L(w)>0=\inf L",
            ),
        ),
        how="A linear programme finds the direction with the largest margin, of 24 rows and of 17;"
        " the loss is computed along it, and once more with all margins equal, where the bound must"
        " be met.",
        check=_ray,
        source="Albert and Anderson, On the existence of maximum likelihood estimates in logistic"
        " regression models, Biometrika 71 (1984).",
    ),
    Statement(
        id="LR-21",
        section="separation",
        title="Without separation the loss stays at $\\log 2$ or above, and its slope is 0 at one"
        " place alone: the best fit.",
        claim=r"\begin{gathered}"
        r"\forall u:\ s_i x_i^\top u\le0\ \text{for }r\text{ rows or more}"
        r"\ \Rightarrow\ L(w)\ge r\log2;\\"
        r"\forall u\neq0\ \exists i:\ s_i x_i^\top u<0"
        r"\ \Rightarrow\ \nabla L=0\ \text{at }\arg\min L\text{ alone}"
        r"\end{gathered}",
        hypotheses=(
            "The outcomes overlap: no direction $u\\neq0$ has all rows on the boundary or on their"
            " own side of it ($s_i=2y_i-1$, $s_i x_i^\\top u\\ge0$).",
            "The columns of $X$ are independent (contained in the first: along $Xu=0$ all rows lie"
            " on the boundary).",
            "The loss is the cross-entropy.",
        ),
        steps=(
            Step(
                "Take any $w$. Each row with $s_i x_i^\\top w\\le0$ costs at least $\\log2$.",
                r"\log\bigl(1+e^{-s_i x_i^\top w}\bigr)\ge\log(1+e^{0})=\log2",
            ),
            Step(
                "There are at least $r$ such rows, and the other terms are positive. If the"
                " outcomes overlap, $r\\ge1$.",
                r"L(w)\ge r\log2",
            ),
            Step(
                "On the unit sphere the worst margin is continuous, so its largest value is"
                " reached, and it is negative.",
                r"\max_{\lVert u\rVert=1}\min_i s_i x_i^\top u=-c<0",
            ),
            Step(
                "Along every ray the loss therefore grows at least linearly. Beyond"
                " $t=n\\log2/c$ it exceeds $L(0)=n\\log2$: the search may be confined to a ball,"
                " where a continuous function has a smallest value.",
                r"L(t\,u)\ge\log(1+e^{ct})\ge c\,t",
            ),
            Step(
                "By LR-11 the curvature is positive, so along the line through two points the slope"
                " of $L$ increases strictly: it cannot be 0 at both.",
                r"X^\top DX\succ0\ \Rightarrow\ \{w:\nabla L(w)=0\}=\{\hat w\}",
            ),
            Step(
                "Conversely, let $u\\neq0$ have $s_i x_i^\\top u\\ge0$ for all rows. From any $w$"
                " no term of $L$ rises along $u$. Either one falls, so that no $w$ is best, or all"
                " stay, so that no best $w$ is the only one.",
                r"L(w+t\,u)\le L(w)\quad\text{for all }w,\ t\ge0",
            ),
        ),
        how="Descents from two random places are compared; the lowest loss is held against the"
        " floor of four places that hold both outcomes; a linear programme confirms that no plane"
        " separates; two numbers of rows that stay on the boundary meet the floor.",
        check=_overlap,
        source="Silvapulle, On the existence of maximum likelihood estimators for the binomial"
        " response models, Journal of the Royal Statistical Society B 43 (1981).",
    ),
    Statement(
        id="LR-22",
        section="separation",
        title="On separated rows at one distance the slope grows like the logarithm of the time.",
        claim=r"\begin{gathered}"
        r"a\,w+e^{a w}=n a^{2}t+1,\\"
        r"w(t)=\frac{s-W(e^{s})}{a},\ s=n a^{2}t+1,\\"
        r"w(10\,t)-w(t)\to\frac{\log10}{a}\quad(t\to\infty)"
        r"\end{gathered}",
        hypotheses=(
            "One slope and no intercept: $n$ rows, the events at $x=a$ and the others at $x=-a$,"
            " $a>0$.",
            "Gradient flow $\\dot w=-L'(w)$ from $w(0)=0$; $W$ is Lambert's function,"
            " $W(u)\\,e^{W(u)}=u$.",
        ),
        steps=(
            Step(
                "All margins are $a\\,w$, so by LR-10 every row pulls alike.",
                r"\dot w=n\,a\,\sigma(-a w)=\frac{n\,a}{1+e^{a w}}",
            ),
            Step(
                "Separate the variables, $v=a\\,w$.",
                r"(1+e^{v})\,\dot v=n\,a^{2}",
            ),
            Step(
                "Integrate from $v(0)=0$, where the left side is 1.",
                r"v+e^{v}=n\,a^{2}t+1=s",
            ),
            Step(
                "With $u=e^{v}$ this is $u\\,e^{u}=e^{s}$, so $u=W(e^{s})$ and $v=s-u$.",
                r"w=\frac{v}{a}=\frac{s-W(e^{s})}{a}",
            ),
            Step(
                "As $v\\ge0$, the equation gives $e^v\\le s$, hence $v\\le\\log s$, hence"
                " $e^v=s-v\\ge s-\\log s$.",
                r"\log(s-\log s)\le v\le\log s",
            ),
            Step(
                "As $\\log(s)/s\\to0$, both bounds differ from $\\log(n a^2t)$ by a number that"
                " vanishes: ten times the time adds $\\log(10)/a$.",
                r"a\,w(t)-\log(n a^{2}t)\to0",
            ),
        ),
        how="The differential equation is integrated numerically by a method of eighth order:"
        " for two numbers of rows at three times, and for one on to the times 1e10 and 1e11.",
        check=_growth,
        source="Soudry, Hoffer, Nacson, Gunasekar and Srebro, The implicit bias of gradient descent"
        " on separable data, Journal of Machine Learning Research 19 (2018).",
    ),
    Statement(
        id="LR-23",
        section="separation",
        title="A ridge penalty makes the answer finite and unique, whatever the data.",
        claim=r"\begin{gathered}"
        r"\arg\min_w L(w)+\tfrac\lambda2\lVert w\rVert^{2}=\{\hat w\},\\"
        r"\hat w=\frac1\lambda X^\top(y-\hat p)"
        r"\end{gathered}",
        hypotheses=(
            "$\\hat p=\\sigma(X\\hat w)$; $L$ is the cross-entropy of $n$ rows.",
            "$\\lambda>0$, on all coefficients; the data may be separated and the columns may"
            " repeat.",
        ),
        steps=(
            Step(
                "As $L\\ge0$, the penalised loss exceeds its value at $w=0$ wherever the penalty"
                " alone does: the search is confined to a ball, where a continuous function has a"
                " smallest value.",
                r"\tfrac\lambda2\lVert w\rVert^{2}>L(0)=n\log2\ \Rightarrow\ "
                r"L(w)+\tfrac\lambda2\lVert w\rVert^{2}>L(0)",
            ),
            Step(
                "By LR-11 the curvature is at least $\\lambda$ in every direction: the best point"
                " is the only one.",
                r"X^\top DX+\lambda I\succeq\lambda I\succ0",
            ),
            Step(
                "The gradient of LR-10 plus that of the penalty is 0 there.",
                r"X^\top(\hat p-y)+\lambda\hat w=0",
            ),
            Step(
                "Solve for the coefficients: each row adds itself, weighted by its residual.",
                r"\hat w=\frac1\lambda\sum_i(y_i-\hat p_i)\,x_i",
            ),
        ),
        how="The penalised loss of separated rows, one column a multiple of another, is minimised"
        " numerically from two random places.",
        check=_ridge,
        source="le Cessie and van Houwelingen, Ridge estimators in logistic regression, Journal of"
        " the Royal Statistical Society C 41 (1992).",
    ),
    Statement(
        id="LR-24",
        section="separation",
        title="With an absolute penalty the exact minimiser of a step is zero near zero.",
        claim=r"\arg\min_w\tfrac12(w-v)^{2}+t\,|w|=\operatorname{sign}(v)\,\max(|v|-t,0)",
        hypotheses=(
            "$v$ is where a gradient step on the smooth loss alone would end; $t>0$ is the step"
            " size times the weight of the penalty.",
        ),
        steps=(
            Step(
                "The function is strictly convex, so it is smallest where its slope turns from"
                " negative to positive. For $w>0$ the slope is $w-v+t$, for $w<0$ it is $w-v-t$.",
                r"w=v-t\ \text{ if }v>t,\qquad w=v+t\ \text{ if }v<-t",
            ),
            Step(
                "For $|v|\\le t$ the slope is not negative right of 0 and not positive left of 0.",
                r"|v|\le t\ \Rightarrow\ 0-v-t\le0\le0-v+t\ \Rightarrow\ w=0",
            ),
            Step(
                "All three cases in one formula.",
                r"w=\operatorname{sign}(v)\max(|v|-t,0)",
            ),
        ),
        how="A root finder closes in on the place where the slope changes its sign, the kink"
        " included.",
        check=_threshold,
        source="Parikh and Boyd, Proximal Algorithms (2014), section 6.5.",
    ),
    Statement(
        id="LR-25",
        section="separation",
        title="Collinear columns leave the coefficients open and the probabilities fixed.",
        claim=r"x_2=c\,x_1\ \Rightarrow\ \hat w_1+c\,\hat w_2\ \text{ and }\ \hat p"
        r"\ \text{ are unique}",
        hypotheses=(
            "One column, $x_2$, is $c$ times another, $x_1$.",
            "Over the columns without $x_2$ the outcomes overlap as in LR-21.",
        ),
        steps=(
            Step(
                "Both columns enter the log-odds of every row through one number only.",
                r"w_1x_1+w_2x_2=(w_1+c\,w_2)\,x_1",
            ),
            Step(
                "The loss is therefore that, $\\tilde L$, of the model without $x_2$; $w_0$ stands"
                " for its other coefficients.",
                r"L(w_0,w_1,w_2)=\tilde L(w_0,\,w_1+c\,w_2)",
            ),
            Step(
                "By LR-21 that model has one best point; every pair with the right sum is best.",
                r"\hat w_1+c\,\hat w_2=\tilde w_1",
            ),
            Step(
                "The log-odds of all rows with $x_2=c\\,x_1$, and with them the probabilities, are"
                " the same for all these pairs.",
                r"\hat z=\tilde w_0+\tilde w_1x_1,\qquad\hat p=\sigma(\hat z)",
            ),
        ),
        how="A descent from a random place over both columns is compared with a fit without the"
        " second one.",
        check=_same_estimates,
        source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed."
        " (2009), sections 3.4 and 4.4.",
    ),
)
