"""Steps that adapt: what the averages of Adam estimate, how far it moves, where it fails."""

from __future__ import annotations

import itertools

import numpy as np

from core.foundations.compare import equal
from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.gradient_descent.functions import Floats
from core.foundations.schema import Reading, Statement, Step

SECTION = "adaptive"


def online_slope(slope: float, steps: int) -> Floats:
    """Return the slopes of the online problem of Reddi, Kale and Kumar: C, -1, -1, again."""
    return np.where(np.arange(steps) % 3 == 0, slope, -1.0)


def cycle_move(step: float, slope: float, beta: float, *, keep_largest: bool = False) -> float:
    """Return the move over one cycle of the online problem after a long warm-up."""
    cycles = 60
    slopes = online_slope(slope, 3 * cycles)
    path, _ = runs.adam(
        lambda k, x: slopes[k] + 0 * x,
        0.0,
        step=step,
        steps=3 * cycles,
        beta1=0.0,
        beta2=beta,
        corrected=False,
        keep_largest=keep_largest,
    )
    return float(path[-1] - path[-4])


def _bias(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(5):
        beta, steps, mean = rng.uniform(0.5, 0.99), int(rng.integers(3, 30)), rng.normal(2.0, 0.3)
        claimed.append(formulas.bias_factor(beta, steps))
        measured.append(float(runs.average(beta, np.full(steps, mean))) / mean)
    return equal(claimed, measured, "five pairs of beta and T")


def _second(rng: np.random.Generator) -> Reading:
    values, chances = rng.normal(1.0, 1.0, size=3), rng.dirichlet(np.full(3, 4.0))
    beta, steps = rng.uniform(0.6, 0.95), 6
    choices = np.array(list(itertools.product(range(3), repeat=steps)))
    averages = runs.average(beta, values[choices] ** 2)
    expected = float(chances[choices].prod(axis=1) @ averages) / (1 - beta**steps)
    mean = float(chances @ values)
    variance = float(chances @ (values - mean) ** 2)
    return equal(formulas.second_moment(mean, variance), expected, "all 729 sequences of 6")


def _root(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(4):
        curvature, place = rng.uniform(0.5, 4.0), rng.normal(0.0, 3.0)
        _, moments = runs.adam(
            lambda _k, x, h=curvature: np.imag(h * (x + 1e-30j) ** 2 / 2) / 1e-30,  # type: ignore[misc]
            place,
            step=0.0,
            steps=9,
            beta1=0.9,
            beta2=0.99,
            epsilon=1.0,
        )
        claimed.append(formulas.root_moment(curvature, place))
        measured.append(float(np.sqrt(moments[-1])))
    return equal(claimed, measured, "four curvatures and places")


def _constant(rng: np.random.Generator) -> Reading:
    slopes = rng.choice([-1.0, 1.0], size=6) * np.geomspace(0.05, 20.0, 6)
    step, steps, claimed, measured = rng.uniform(0.05, 0.3), 12, [], []
    for epsilon in (rng.uniform(0.05, 0.1), 0.0):
        path, _ = runs.adam(
            lambda _k, _x: slopes,
            np.zeros(6),
            step=step,
            steps=steps,
            beta1=rng.uniform(0.6, 0.9),
            beta2=rng.uniform(0.9, 0.99),
            epsilon=epsilon,
        )
        claimed.append(formulas.adam_constant_step(step, slopes, epsilon))
        measured.append(path[-1] / steps)
    return equal(claimed, measured, "six slopes from 0.05 to 20, with epsilon and without")


def _adagrad(rng: np.random.Generator) -> Reading:
    claimed, measured, outside = [], [], []
    for slope in rng.uniform(0.01, 100.0, size=3):
        step, steps = rng.uniform(0.1, 0.5), int(rng.integers(20, 80))
        x, total = 0.0, 0.0
        for _ in range(steps):
            total += slope**2
            x -= step * slope / np.sqrt(total)
        claimed.append(formulas.adagrad_distance(step, steps))
        measured.append(-x)
        low, high = 2 * np.sqrt(steps + 1) - 2, 2 * np.sqrt(steps) - 1
        outside.append(max(low + x / step, -x / step - high, 0.0))
    claimed.extend([0.0] * 3)
    return equal(claimed, measured + outside, "three slopes, and how far outside the bounds")


def online_instance(rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a step, a slope C above 2, and the beta of the counterexample."""
    slope = rng.uniform(2.5, 6.0)
    return rng.uniform(0.05, 0.2), slope, 1 / (1 + slope**2)


def _drift(rng: np.random.Generator) -> Reading:
    step, slope, beta = online_instance(rng)
    pairs = [(slope, beta), (slope, rng.uniform(0.3, 0.7))]
    claimed = [formulas.adam_drift(step, c, b) for c, b in pairs]
    measured = [cycle_move(step, c, b) for c, b in pairs]
    # The move with the beta of the counterexample may not fall below what the derivation leaves.
    least = 0.55 * step * np.sqrt(1 + beta + beta**2)
    short = max(least - measured[0], 0.0)
    return equal([*claimed, 0.0], [*measured, short], "a cycle, two values of beta, and the sign")


def _amsgrad(rng: np.random.Generator) -> Reading:
    step, slope, beta = online_instance(rng)
    measured = cycle_move(step, slope, beta, keep_largest=True)
    return equal(formulas.amsgrad_drift(step, slope, beta), measured, "a cycle after 59")


def _newton(rng: np.random.Generator) -> Reading:
    bowl, best, x = functions.quadratic(rng), rng.normal(size=4), rng.normal(size=4)
    units = rng.normal(size=(4, 4)) + 3 * np.eye(4)
    g = bowl.gradient(x - best)
    direct = x + formulas.newton_step(bowl.matrix, g)
    other = formulas.newton_step(units.T @ bowl.matrix @ units, units.T @ g)
    claimed = np.concatenate([direct, x + units @ other])
    return equal(claimed, np.tile(best, 2), "one step, in two systems of coordinates")


STATEMENTS = (
    Statement(
        id="GD-23",
        section=SECTION,
        title=r"A moving average that starts at 0 shows the share $1-\beta^T$ of a constant mean; "
        "dividing by it removes the bias exactly.",
        claim=r"\mathbb{E}[m_T]=(1-\beta^T)\,\mathbb{E}[g],\qquad "
        r"\hat m_T=\frac{m_T}{1-\beta^T}",
        hypotheses=(
            r"$m_k=\beta m_{k-1}+(1-\beta)g_k$ with $m_0=0$ and $0\le\beta<1$",
            "All gradients have the same mean",
        ),
        steps=(
            Step(
                "Unroll the recursion as in GD-15.",
                r"m_T=(1-\beta)\sum_{k=1}^{T}\beta^{T-k}g_k",
            ),
            Step(
                "Take the expectation: it passes through the sum, and every mean is the same.",
                r"\mathbb{E}[m_T]=(1-\beta)\,\mathbb{E}[g]\sum_{k=1}^{T}\beta^{T-k}",
            ),
            Step(
                "The sum is that of GD-15; the factor cancels its denominator.",
                r"\mathbb{E}[m_T]=(1-\beta)\,\mathbb{E}[g]\,\frac{1-\beta^T}{1-\beta}"
                r"=(1-\beta^T)\,\mathbb{E}[g]",
            ),
            Step(
                "Divide by the share.",
                r"\mathbb{E}\left[\frac{m_T}{1-\beta^T}\right]=\mathbb{E}[g]",
            ),
        ),
        how=r"The recursion of the means is run for five pairs of $\beta$ and $T$.",
        check=_bias,
        source="D. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015, section 3",
    ),
    Statement(
        id="GD-24",
        section=SECTION,
        title="Corrected for its start, Adam's second average estimates the mean of the squares: "
        "the variance plus the squared mean.",
        claim=r"\frac{\mathbb{E}[v_T]}{1-\beta^T}=\mathbb{E}[g^2]"
        r"=\operatorname{Var}(g)+(\mathbb{E}[g])^2",
        hypotheses=(
            r"$v_k=\beta v_{k-1}+(1-\beta)g_k^2$ with $v_0=0$ and $0\le\beta<1$",
            "All gradients have the same distribution with a finite variance",
        ),
        steps=(
            Step(
                "The average of the squares is a moving average: use GD-23 for them.",
                r"\mathbb{E}[v_T]=(1-\beta^T)\,\mathbb{E}[g^2]",
            ),
            Step(
                "Split a gradient into its mean and the deviation from it, and square.",
                r"g^2=(\mathbb{E}[g])^2+2\,\mathbb{E}[g]\,(g-\mathbb{E}[g])+(g-\mathbb{E}[g])^2",
            ),
            Step(
                "Deviations have the mean 0: the middle term vanishes.",
                r"\mathbb{E}[g^2]=(\mathbb{E}[g])^2+\operatorname{Var}(g)",
            ),
            Step(
                "So it is a variance only where the mean gradient is 0; nothing is centred.",
                r"\frac{\mathbb{E}[v_T]}{1-\beta^T}-\operatorname{Var}(g)=(\mathbb{E}[g])^2\ge0",
            ),
        ),
        how="Gradients take three values; the recursion is run on all 729 sequences of six, and "
        "the results are weighted by their probabilities.",
        check=_second,
        source="D. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015, section 3",
    ),
    Statement(
        id="GD-25",
        section=SECTION,
        title=r"On the parabola of curvature $h$ the root of the second moment is $h|x|$: it grows "
        "with the distance, while the curvature does not.",
        claim=r"f(x)=\tfrac12hx^2:\qquad \sqrt{\hat v}=|g|=h\,|x|,\qquad f''(x)=h",
        hypotheses=(
            r"$f(x)=\frac12hx^2$ with $h>0$, and $x\neq0$",
            r"$\hat v=v_T/(1-\beta^T)$ is the average of GD-24, taken while the point stays at $x$ "
            "(if it moves slowly against the memory of the average, this holds approximately)",
        ),
        steps=(
            Step("The slope of the parabola.", r"g=hx"),
            Step(
                "At a point that stays, all squares are the same; by GD-23 the corrected average "
                "of a constant is the constant.",
                r"\hat v=g^2=h^2x^2",
            ),
            Step("Take the root.", r"\sqrt{\hat v}=h\,|x|"),
            Step(
                "Dividing by it leaves a sign, while Newton's method divides by $h$ and leaves "
                "the distance.",
                r"\frac{g}{\sqrt{\hat v}}=\operatorname{sign}(x),\qquad\frac{g}{f''(x)}=x",
            ),
        ),
        how="Nine steps of Adam with the learning rate 0, so that the point stays; it takes slopes "
        "from values of the parabola (a step in the imaginary plane). Four curvatures and places.",
        check=_root,
        source="L. Balles and P. Hennig, Dissecting Adam: The Sign, Magnitude and Variance of "
        "Stochastic Gradients, 2018",
    ),
    Statement(
        id="GD-26",
        section=SECTION,
        title=r"Under a constant slope Adam moves $\eta\,|g|/(|g|+\epsilon)$ per step: with "
        r"$\epsilon=0$ the scale of the objective does not count.",
        claim=r"x_{k+1}-x_k=-\eta\,\frac{g}{|g|+\epsilon}",
        hypotheses=(
            r"Both averages are corrected: $\hat m_k=m_k/(1-\beta_1^k)$ and "
            r"$\hat v_k=v_k/(1-\beta_2^k)$",
            r"$\epsilon\ge0$ stands outside the root",
            r"The slope is constant, and $g\neq0$",
        ),
        steps=(
            Step(
                "By GD-23 the corrected averages of a constant are this constant, from the first "
                "step on.",
                r"\hat m_k=g,\qquad\hat v_k=g^2",
            ),
            Step(
                "Insert both in the update.",
                r"x_{k+1}-x_k=-\eta\,\frac{\hat m_k}{\sqrt{\hat v_k}+\epsilon}"
                r"=-\eta\,\frac{g}{|g|+\epsilon}",
            ),
            Step(
                r"Without $\epsilon$ the length of the step is the learning rate, for any slope.",
                r"\epsilon=0:\qquad|x_{k+1}-x_k|=\eta",
            ),
            Step(
                "The same holds on any path: if the objective is multiplied by $c>0$, both the "
                "first average and the root of the second are, as long as the points are the "
                "same; and then the next point is the same.",
                r"\frac{c\,\hat m}{\sqrt{c^2\hat v}}=\frac{\hat m}{\sqrt{\hat v}}",
            ),
        ),
        how="Adam is run for 12 steps on straight lines with six slopes from 0.05 to 20, once "
        r"with $\epsilon>0$ and once with $\epsilon=0$.",
        check=_constant,
        source="D. Kingma and J. Ba, Adam: A Method for Stochastic Optimization, 2015, section 2.1",
    ),
    Statement(
        id="GD-27",
        section=SECTION,
        title=r"AdaGrad's steps fall as $1/\sqrt k$: under a constant slope it covers about "
        r"$2\eta\sqrt T$ in $T$ steps.",
        claim=r"|x_T-x_0|=\eta\sum_{k=1}^{T}\frac{1}{\sqrt k},\qquad "
        r"2\sqrt{T+1}-2\le\sum_{k=1}^{T}\frac{1}{\sqrt k}\le 2\sqrt T-1",
        hypotheses=(
            r"$x_{k}=x_{k-1}-\eta\,g_k/\sqrt{\sum_{j\le k}g_j^2}$ (without $\epsilon$)",
            r"The slope $g\neq0$ is constant",
        ),
        steps=(
            Step("The sum of $k$ equal squares.", r"\sum_{j\le k}g_j^2=k\,g^2"),
            Step(
                "So the slope cancels but for its sign.",
                r"x_k-x_{k-1}=-\eta\,\frac{g}{|g|\sqrt k}",
            ),
            Step("Add up $T$ steps.", r"|x_T-x_0|=\eta\sum_{k=1}^{T}\frac{1}{\sqrt k}"),
            Step(
                "Compare with the integral of a falling function, from both sides.",
                r"\int_1^{T+1}\!\frac{\mathrm{d}s}{\sqrt s}\le\sum_{k=1}^{T}\frac{1}{\sqrt k}"
                r"\le1+\int_1^{T}\!\frac{\mathrm{d}s}{\sqrt s}",
            ),
            Step(
                r"An antiderivative of $1/\sqrt s$ is $2\sqrt s$.",
                r"2\sqrt{T+1}-2\le\sum_{k=1}^{T}\frac{1}{\sqrt k}\le 2\sqrt T-1",
            ),
        ),
        how="The method is run on straight lines with three random slopes between 0.01 and 100; "
        "the distance, in learning rates, must also lie between both bounds.",
        check=_adagrad,
        source="J. Duchi, E. Hazan and Y. Singer, Adaptive Subgradient Methods for Online Learning "
        "and Stochastic Optimization, 2011",
    ),
    Statement(
        id="GD-28",
        section=SECTION,
        title=r"Adam can walk to the worst point of a convex problem: on the slopes $C,-1,-1$ it "
        "moves up in every cycle, although the mean slope says down.",
        claim=r"\Delta=\eta\left(\frac{1}{\sqrt{V_2}}+\frac{1}{\sqrt{V_3}}-\frac{C}{\sqrt{V_1}}"
        r"\right)>0\quad\text{for }\beta_2=\frac{1}{1+C^2}",
        hypotheses=(
            r"The slopes are $C,-1,-1$, repeated, with $C>2$; every loss is linear, so convex",
            r"Adam with $\beta_1=0$ and $\epsilon=0$; the average of the squares, "
            r"$v_k=\beta v_{k-1}+(1-\beta)g_k^2$ with $\beta=\beta_2$, has settled at "
            "$V_1,V_2,V_3$ after the three slopes",
            r"$\beta_2=1/(1+C^2)$ for the sign; the formula holds for every $0\le\beta_2<1$",
        ),
        steps=(
            Step(
                "Unroll the average over an endless cycle: each place of the cycle comes back "
                "after three steps (a geometric series).",
                r"\begin{aligned}V_1&=\tfrac{1-\beta}{1-\beta^3}(C^2+\beta+\beta^2)\\"
                r"V_2&=\tfrac{1-\beta}{1-\beta^3}(1+\beta C^2+\beta^2)\\"
                r"V_3&=\tfrac{1-\beta}{1-\beta^3}(1+\beta+\beta^2C^2)\end{aligned}",
            ),
            Step(
                "Add up the three moves of a cycle, each divided by its root.",
                r"\Delta=-\eta\left(\frac{C}{\sqrt{V_1}}-\frac{1}{\sqrt{V_2}}"
                r"-\frac{1}{\sqrt{V_3}}\right)",
            ),
            Step(
                r"Write $\frac{1-\beta}{1-\beta^3}=\frac{1}{s^2}$ with $s^2=1+\beta+\beta^2$. The "
                r"choice of $\beta$ means $\beta C^2=1-\beta$, so the brackets are at least "
                r"$C^2$, at most 2 and at most $1+2\beta$.",
                r"\frac{C}{\sqrt{V_1}}\le s,\qquad\frac{1}{\sqrt{V_2}}\ge\frac{s}{\sqrt2},\qquad"
                r"\frac{1}{\sqrt{V_3}}\ge\frac{s}{\sqrt{1+2\beta}}",
            ),
            Step(
                r"As $C>2$, we have $\beta<1/5$, and the sum is positive.",
                r"\Delta\ge\eta s\left(\frac{1}{\sqrt2}+\frac{1}{\sqrt{1.4}}-1\right)>0.55\,\eta s",
            ),
            Step(
                "So on the interval from $-1$ to 1 the method climbs to 1, and then every cycle "
                "ends there. The mean loss rises in $x$: it is largest at 1 and smallest at $-1$.",
                r"\frac{C-1-1}{3}\,x=\frac{C-2}{3}\,x",
            ),
        ),
        how="Adam is run for 60 cycles without limits; the move over the last cycle is read, for "
        r"this $\beta$ and for another. For this $\beta$ it must reach the lower bound of "
        "step 4.",
        check=_drift,
        source="S. Reddi, S. Kale and S. Kumar, On the Convergence of Adam and Beyond, 2018, "
        "the example of Theorem 1",
    ),
    Statement(
        id="GD-29",
        section=SECTION,
        title="Keeping the largest second moment so far (AMSGrad) turns the walk round.",
        claim=r"\Delta_{\mathrm{AMS}}=-\eta\,\frac{C-2}{\sqrt{V_1}}<0",
        hypotheses=(
            r"The problem of GD-28 with $C>2$ and any $0\le\beta_2<1$",
            r"The largest average so far is used, and has settled",
        ),
        steps=(
            Step(
                "Of the three settled averages of GD-28 the first is the largest, as $C^2$ has "
                "the largest weight in it.",
                r"V_1-V_2\propto(1-\beta)(C^2-1)>0,\qquad V_1-V_3\propto(1-\beta^2)(C^2-1)>0",
            ),
            Step(
                "From a start at 0 the averages rise towards these three, so the largest so far "
                "settles at the first. All three moves are then divided by the same root.",
                r"\Delta=-\eta\left(\frac{C}{\sqrt{V_1}}-\frac{1}{\sqrt{V_1}}"
                r"-\frac{1}{\sqrt{V_1}}\right)",
            ),
            Step(
                "Collect: the sign is that of the mean slope.",
                r"\Delta=-\eta\frac{C-2}{\sqrt{V_1}}",
            ),
        ),
        how="AMSGrad is run for 60 cycles without limits; the move over the last cycle is read.",
        check=_amsgrad,
        source="S. Reddi, S. Kale and S. Kumar, On the Convergence of Adam and Beyond, 2018",
    ),
    Statement(
        id="GD-30",
        section=SECTION,
        title="Newton's step reaches the minimum of a quadratic at once, in whatever units the "
        "coordinates are measured.",
        claim=r"x-H^{-1}\nabla f(x)=x^\star,\qquad x=By\ \Rightarrow\ "
        r"\Delta x=B\,\Delta y",
        hypotheses=(
            r"$f$ is a quadratic with a positive definite Hessian $H$",
            r"$B$ is invertible",
        ),
        steps=(
            Step("The gradient of the quadratic (GD-5).", r"\nabla f(x)=H(x-x^\star)"),
            Step(
                "Apply the inverse.",
                r"x-H^{-1}H(x-x^\star)=x-(x-x^\star)=x^\star",
            ),
            Step(
                "In other coordinates the chain rule gives gradient and Hessian.",
                r"F(y)=f(By):\qquad\nabla F=B^\top\nabla f,\qquad\nabla^2F=B^\top HB",
            ),
            Step(
                "Newton's step there.",
                r"\Delta y=-(B^\top HB)^{-1}B^\top\nabla f=-B^{-1}H^{-1}\nabla f",
            ),
            Step(
                "Back in the old coordinates it is the same step; the gradient step in general is "
                "not.",
                r"B\,\Delta y=-H^{-1}\nabla f=\Delta x,\qquad B\left(-\eta B^\top\nabla f\right)"
                r"=-\eta BB^\top\nabla f",
            ),
        ),
        how="A quadratic is built around a random point; one step must land there, in the first "
        "coordinates and in random others.",
        check=_newton,
        source="S. Boyd and L. Vandenberghe, Convex Optimization, 2004, section 9.5.1",
    ),
)
