"""Momentum on convex functions: why it must grow, and what that buys."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize

from core.foundations.compare import equal
from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.gradient_descent.functions import Floats
from core.foundations.gradient_descent.rates import worst_on_huber
from core.foundations.schema import Reading, Statement, Step

SECTION = "momentum"


def weights(steps: int) -> Floats:
    """Return the numbers t of Nesterov's method: 1 first, then t² - t is the last t squared."""
    result = [1.0]
    for _ in range(steps - 1):
        result.append((1 + math.sqrt(1 + 4 * result[-1] ** 2)) / 2)
    return np.array(result)


def growing_betas(steps: int) -> Floats:
    """Return the momentum before each step that belongs to these numbers."""
    t = weights(steps)
    return np.concatenate([[0.0], (t[:-1] - 1) / t[1:]])


def least_growth() -> float:
    """Return by how much the numbers t grow at least in a step, over all last numbers from 1 on.

    With the inverse u of the last number the growth is the root s of ``us² + (2 - u)s = 1``; u is
    0 in the limit.
    """
    inverses = np.linspace(0.0, 1.0, 21)
    return min(
        optimize.brentq(lambda s, u=u: u * s**2 + (2 - u) * s - 1, 0.0, 1.0, xtol=1e-15)
        for u in inverses
    )


def _reach(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(4):
        steps, slope, step = int(rng.integers(5, 60)), rng.uniform(0.5, 4.0), rng.uniform(0.1, 0.9)
        k = np.arange(steps)
        path = runs.nesterov(lambda x, c=slope: c + 0 * x, 0.0, step, k / (k + 3))  # type: ignore[misc]
        claimed.append(formulas.growing_reach(steps))
        measured.append(-path[-1] / (step * slope))
    return equal(claimed, measured, "distance in gradient steps, four slopes")


def _constant(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for low, high in ((2, 4), (5, 8), (9, 20)):
        smoothness, distance = rng.uniform(0.5, 3.0, size=2)
        beta, steps = rng.uniform(0.3, 0.95), int(rng.integers(low, high))
        reach = formulas.constant_reach(beta, steps)
        claimed.append(formulas.reach_gap(smoothness, distance, reach))
        measured.append(worst_on_huber(smoothness, distance, steps, beta, on_tangent=True))
    return equal(claimed, measured, "the worst threshold, for three numbers of steps")


def _energy(rng: np.random.Generator) -> Reading:
    f, x0, steps = functions.smooth(rng), 2 * rng.normal(size=4), 8
    best, smoothness = f.minimiser(), f.smoothness
    t = weights(steps + 1)
    path = runs.nesterov(f.gradient, x0, 1 / smoothness, growing_betas(steps))
    before = np.vstack([x0, path[:-1]])
    betas = np.concatenate([growing_betas(steps), [(t[steps - 1] - 1) / t[steps]]])
    ahead = path + betas[:, None] * (path - before)
    anchor = t[:, None] * ahead - (t[:, None] - 1) * path
    last = np.concatenate([[0.0], t[:-1]])
    at_path, at_ahead = f.value(path), f.value(ahead)
    at_best = float(f.value(best))
    far = smoothness / 2 * np.sum((anchor - best) ** 2, axis=1)
    energy = last**2 * (at_path - at_best) + far
    g = f.gradient(ahead)
    # None of the three may be negative: one that is would make the sides differ.
    to_point = np.maximum(at_path - at_ahead - np.sum(g * (path - ahead), axis=1), 0)
    to_best = np.maximum(at_best - at_ahead - np.sum(g * (best - ahead), axis=1), 0)
    drop = at_ahead[:-1] - np.sum(g[:-1] ** 2, axis=1) / (2 * smoothness) - at_path[1:]
    drop = np.maximum(drop, 0)
    loss = [
        formulas.energy_loss(last[k], t[k], to_point[k], to_best[k], drop[k]) for k in range(steps)
    ]
    distance = float(np.linalg.norm(x0 - best))
    bounds = [formulas.accelerated_bound(smoothness, distance, k + 1) for k in range(steps)]
    # What the second bound leaves to the first, by numbers t that all grow as little as possible.
    slowest = 1 + least_growth() * np.arange(steps)
    spare = np.maximum(energy[0] / slowest**2 - energy[0] / t[:-1] ** 2, 0)
    # The bound less the gap is made of parts that are not negative: so no gap exceeds it.
    claimed = [*loss, *(bounds - np.cumsum(loss) / t[:-1] ** 2)]
    parts = at_path[1:] - at_best + far[1:] / t[:-1] ** 2 + spare
    measured = [*(energy[:-1] - energy[1:]), *parts]
    return equal(claimed, measured, "the loss of energy, and what makes up the bound, in 8 steps")


STATEMENTS = (
    Statement(
        id="GD-20",
        section=SECTION,
        title=r"Under a constant gradient the momentum $k/(k+3)$ covers $T(T+7)/8$ gradient steps "
        r"in $T$: the reach grows with the square.",
        claim=r"x_0-x_T=\frac{T(T+7)}{8}\,\alpha g",
        hypotheses=(
            "The gradient is the same everywhere",
            r"Step $k=0,1,\dots$ of Nesterov's method (GD-19) uses $\beta_k=\frac{k}{k+3}$",
        ),
        steps=(
            Step(
                r"Count moves in gradient steps. The next move is $\beta_k$ times the last, plus "
                "one.",
                r"a_k=\frac{k}{k+3}\,a_{k-1}+1,\qquad a_0=1",
            ),
            Step(
                "Multiply by $(k+1)(k+2)(k+3)$: the left side, and the product with the last "
                "move, have the same form with $k$ and $k-1$.",
                r"\begin{aligned}(k+1)(k+2)(k+3)\,a_k&=k(k+1)(k+2)\,a_{k-1}\\"
                r"&\quad+(k+1)(k+2)(k+3)\end{aligned}",
            ),
            Step(
                "So the left side adds up products of three numbers in a row. Each is a quarter "
                "of a difference, $(j+1)(j+2)(j+3)(j+4)-j(j+1)(j+2)(j+3)$, and the sum "
                "telescopes.",
                r"\begin{aligned}(k+1)(k+2)(k+3)\,a_k&=\sum_{j=0}^{k}(j+1)(j+2)(j+3)\\"
                r"&=\tfrac14(k+1)(k+2)(k+3)(k+4)\end{aligned}",
            ),
            Step("Divide: the moves grow evenly.", r"a_k=\frac{k+4}{4}"),
            Step(
                "Add up $T$ moves.",
                r"\sum_{k=0}^{T-1}\frac{k+4}{4}=\frac14\left(\frac{T(T-1)}{2}+4T\right)"
                r"=\frac{T(T+7)}{8}",
            ),
        ),
        how="The method is run on straight lines of four random slopes and lengths.",
        check=_reach,
        source="The momentum $k/(k+3)$: W. Su, S. Boyd and E. Candès, A differential equation "
        "for modeling Nesterov's accelerated gradient method, 2016",
    ),
    Statement(
        id="GD-21",
        section=SECTION,
        title=r"A constant momentum keeps Nesterov's method at the rate $1/T$: some convex "
        r"function leaves the gap $LR^2/(4s_T+2)$ with a reach $s_T<T/(1-\beta)$.",
        claim=r"\max_{\tau\,\le\,R/(s_T+1)}\left(f_\tau(x_T)-f^\star\right)=\frac{LR^2}{4s_T+2},"
        r"\qquad "
        r"s_T=\frac{1}{1-\beta}\left(T-\beta\,\frac{1-\beta^T}{1-\beta}\right)",
        hypotheses=(
            r"$f_\tau$ is Huber's function: $\frac L2x^2$ up to the threshold $\tau$, then its "
            "tangent",
            r"$x_0=R$, $\alpha=1/L$, and $0<\beta<1$ is constant",
            r"$\tau\le R/(s_T+1)$, so that the whole path stays on the tangent (after a swing "
            "through the parabola a strong momentum may leave even more)",
        ),
        steps=(
            Step(
                "On the tangent the gradient is constant. By GD-15 the move $k$ is a sum of "
                "weights.",
                r"a_k=\frac{1-\beta^{k}}{1-\beta},\qquad k=1,\dots,T",
            ),
            Step(
                "Add up $T$ moves; the sum of the powers is again geometric.",
                r"s_T=\sum_{k=1}^{T}a_k=\frac{1}{1-\beta}"
                r"\left(T-\beta\,\frac{1-\beta^T}{1-\beta}\right)",
            ),
            Step(
                r"A gradient step on the tangent has the length $\tau$. The path falls, and its "
                r"end is still on the tangent exactly if $R-s_T\tau\ge\tau$; the point ahead of it "
                r"lies at $x_T+\tau$. So the end and its gap are",
                r"x_T=R-s_T\tau,\qquad f_\tau(x_T)=L\tau\left(R-s_T\tau\right)-\tfrac12L\tau^2",
            ),
            Step(
                "This is a parabola in the threshold, highest where its slope is 0.",
                r"R-2s_T\tau-\tau=0\iff\tau=\frac{R}{2s_T+1}",
            ),
            Step(
                r"It is allowed, as $2s_T+1\ge s_T+1$. Insert it; by step 2 the reach is below "
                r"$T/(1-\beta)$.",
                r"f_\tau(x_T)=\frac{LR^2}{4s_T+2}>\frac{(1-\beta)LR^2}{4T+2}",
            ),
            Step(
                "So no constant below 1 has a worst case of the order $1/T^2$. With the reach of "
                "GD-20 in the place of this one, the worst threshold leaves about $2LR^2/T^2$.",
                r"s_T=\frac{T(T+7)}{8}:\qquad \frac{LR^2}{4s_T+2}=\frac{2LR^2}{T^2+7T+4}",
            ),
        ),
        how="The method is run on Huber's functions with three numbers of steps; a search over the "
        "thresholds whose run stays on the tangent finds the largest gap of each.",
        check=_constant,
        source="The function: Y. Drori and M. Teboulle, Performance of first-order methods for "
        "smooth convex minimization: a novel approach, 2014",
    ),
    Statement(
        id="GD-22",
        section=SECTION,
        title=r"With a growing momentum an energy never rises, and so the gap is at most "
        r"$2LR^2/(T+1)^2$ on every convex function.",
        claim=r"\begin{aligned}&E_k-E_{k+1}=t_{k-1}^2\,D_1+t_k\,D_2+t_k^2\,D_3\ \ge 0\\"
        r"&f(x_T)-f^\star\le\frac{LR^2}{2t_{T-1}^2}\le\frac{2LR^2}{(T+1)^2}\end{aligned}",
        hypotheses=(
            r"$f$ is convex with a minimiser $x^\star$, and $R=\lVert x_0-x^\star\rVert$",
            r"The gradient is Lipschitz with constant $L$ everywhere",
            r"$y_k=x_k+\beta_k(x_k-x_{k-1})$ with $x_{-1}=x_0$, and "
            r"$x_{k+1}=y_k-\alpha\nabla f(y_k)$",
            r"$t_{-1}=0$, $t_0=1$, $t_k^2-t_k=t_{k-1}^2$, $\beta_k=(t_{k-1}-1)/t_k$, $\alpha=1/L$",
        ),
        steps=(
            Step(
                "Call $y_k$ the point ahead, $g_k$ the gradient there, and $z_k$ the anchor. "
                "Insert the momentum: the anchor needs no point ahead.",
                r"z_k=t_ky_k-(t_k-1)x_k=x_k+(t_{k-1}-1)(x_k-x_{k-1})"
                r"=t_{k-1}x_k-(t_{k-1}-1)x_{k-1}",
            ),
            Step(
                "So a step moves the anchor by $t_k$ gradient steps.",
                r"z_{k+1}=t_kx_{k+1}-(t_k-1)x_k=t_k\left(y_k-\tfrac1Lg_k\right)-(t_k-1)x_k"
                r"=z_k-\tfrac{t_k}{L}g_k",
            ),
            Step(
                "The energy adds the weighted gap and the squared distance of the anchor, which "
                "starts at the first point.",
                r"E_k=t_{k-1}^2\left(f(x_k)-f^\star\right)"
                r"+\tfrac L2\lVert z_k-x^\star\rVert^2,\qquad E_0=\tfrac L2R^2",
            ),
            Step(
                "Multiply out the distance after the step.",
                r"\tfrac L2\lVert z_k-x^\star\rVert^2-\tfrac L2\lVert z_{k+1}-x^\star\rVert^2"
                r"=t_k\,g_k^\top(z_k-x^\star)-\frac{t_k^2}{2L}\lVert g_k\rVert^2",
            ),
            Step(
                "Name the three gaps: to the point, to the best point, and in the descent lemma.",
                r"\begin{aligned}D_1&=f(x_k)-f(y_k)-g_k^\top(x_k-y_k)\\"
                r"D_2&=f^\star-f(y_k)-g_k^\top(x^\star-y_k)\\"
                r"D_3&=f(y_k)-\tfrac{1}{2L}\lVert g_k\rVert^2-f(x_{k+1})\end{aligned}",
            ),
            Step(
                "Add them with their weights. The values at $y_k$ cancel, as the first two "
                "weights add up to the third; the products with $g_k$ add up to that of step 4.",
                r"t_{k-1}^2+t_k=t_k^2,\qquad t_{k-1}^2x_k+t_kx^\star-t_k^2y_k=t_k(x^\star-z_k)",
            ),
            Step(
                "With step 4 the loss of energy is this sum. The first two gaps are not negative "
                "as $f$ is convex, the third by GD-7.",
                r"E_k-E_{k+1}=t_{k-1}^2D_1+t_kD_2+t_k^2D_3\ge0",
            ),
            Step(
                "The weighted gap is at most the energy, which is at most that of the start.",
                r"t_{T-1}^2\left(f(x_T)-f^\star\right)\le E_T\le E_0=\tfrac L2R^2",
            ),
            Step(
                "The rule for $t_k$ is a quadratic equation; its positive root grows by at least "
                "one half each time.",
                r"t_k=\tfrac12\left(1+\sqrt{1+4t_{k-1}^2}\right)\ge t_{k-1}+\tfrac12"
                r"\ \Rightarrow\ t_{T-1}\ge\frac{T+1}{2}",
            ),
        ),
        how="The energy is followed along a run on a random function whose minimum a root finder "
        "locates; the loss is set against the three gaps, which must not be negative. After each "
        "of 8 steps the last bound must be the gap plus what makes up the rest: the distance of "
        "the anchor and the energy lost so far, both divided by $t_{T-1}^2$, and what numbers "
        "$t_k$ that grow as little as a root finder allows would add to the first bound.",
        check=_energy,
        source="Y. Nesterov, A method of solving a convex programming problem with convergence "
        "rate O(1/k²), 1983; A. Beck and M. Teboulle, A fast iterative shrinkage-thresholding "
        "algorithm for linear inverse problems, 2009, section 4",
    ),
)
