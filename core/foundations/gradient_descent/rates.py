"""How fast: on quadratics, on strongly convex and on merely convex functions."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from core.foundations.compare import equal
from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.schema import Reading, Statement, Step

SECTION = "rates"


def _best(rng: np.random.Generator) -> Reading:
    bowl = functions.quadratic(rng, 5)
    curvatures = np.linalg.eigvalsh(bowl.matrix)
    above = np.column_stack([-curvatures, -np.ones(5)])
    below = np.column_stack([curvatures, -np.ones(5)])
    sides = np.concatenate([-np.ones(5), np.ones(5)])
    found = np.asarray(optimize.linprog([0, 1], A_ub=np.vstack([above, below]), b_ub=sides).x)
    claimed = [
        formulas.best_step(bowl.smoothness, bowl.convexity) * bowl.smoothness,
        formulas.best_rate(bowl.condition),
    ]
    measured = [found[0] * bowl.smoothness, found[1]]
    return equal(claimed, measured, "the step, in units of 1/L, and the rate")


def _iterations(rng: np.random.Generator) -> Reading:
    claimed, counted = [], []
    for condition in ((2.0, 4.0), (4.0, 10.0), (10.0, 25.0)):
        bowl = functions.quadratic(rng, condition=condition)
        start = bowl.axes[:, 0] + bowl.axes[:, -1]
        step = 2 / (bowl.convexity + bowl.smoothness)
        path = runs.descend(bowl.gradient, start, step, 400)
        sizes = np.linalg.norm(path, axis=1) / np.linalg.norm(start)
        share = 10 ** rng.uniform(-12, -3)
        reached = sizes[np.argmax(sizes <= share)]
        # A little below a size that is reached, one step more must be needed.
        for accuracy in (share, reached * (1 + 1e-6), reached * (1 - 1e-6)):
            claimed.append(formulas.iterations_needed(bowl.condition, accuracy))
            counted.append(int(np.argmax(sizes <= accuracy)))
    return equal(claimed, counted, "steps to nine shares on three quadratics, from the worst start")


def _gap(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for steps in (1, 4, 9):
        bowl = functions.quadratic(rng)
        starts = np.vstack([rng.normal(size=(20, 4)), bowl.axes[:, 0]])
        path = runs.descend(bowl.gradient, starts, 1 / bowl.smoothness, steps)
        claimed.append(formulas.gap_factor(bowl.condition, steps))
        measured.append(float(np.max(bowl.value(path[-1]) / bowl.value(starts))))
    return equal(claimed, measured, "the worst of 21 starts after 1, 4 and 9 steps")


def _floor(rng: np.random.Generator) -> Reading:
    bounds, found = [], []
    for _ in range(4):
        f, x = functions.smooth(rng), rng.normal(size=4)
        gap = float(f.value(x) - f.value(f.minimiser()))
        bounds.append(formulas.gradient_floor(f.convexity, gap))
        found.append(float(np.sum(f.gradient(x) ** 2)))
    bowl = functions.quadratic(rng)
    x = rng.uniform(0.5, 2.0) * bowl.axes[:, 0]
    bounds.append(formulas.gradient_floor(bowl.convexity, float(bowl.value(x))))
    found.append(float(np.sum(bowl.gradient(x) ** 2)))
    return functions.tightest(bounds, found, "the closest of 5 functions", upper=False)


def _bregman(rng: np.random.Generator) -> Reading:
    bounds, found = [], []
    for _ in range(10):
        f, x, y = functions.smooth(rng), rng.normal(size=4), rng.normal(size=4)
        gx, gy = f.gradient(x), f.gradient(y)
        bounds.append(formulas.bregman_floor(f.smoothness, gy - gx))
        found.append(float(f.value(y) - f.value(x) - gx @ (y - x)))
    bowl, x = functions.quadratic(rng), rng.normal(size=4)
    y = x + rng.uniform(0.5, 2.0) * bowl.axes[:, -1]
    gx, gy = bowl.gradient(x), bowl.gradient(y)
    bounds.append(formulas.bregman_floor(bowl.smoothness, gy - gx))
    found.append(float(bowl.value(y) - bowl.value(x) - gx @ (y - x)))
    return functions.tightest(bounds, found, "the closest of 11 pairs", upper=False)


def _convex(rng: np.random.Generator) -> Reading:
    counts = [1, 4, int(rng.integers(7, 15))]
    bounds, found = [], []
    for _ in range(4):
        f, x = functions.smooth(rng), 2 * rng.normal(size=4)
        best = f.minimiser()
        ends = runs.descend(f.gradient, x, 1 / f.smoothness, counts[-1])[counts]
        distance = float(np.linalg.norm(x - best))
        bounds.append([formulas.convex_bound(f.smoothness, distance, steps) for steps in counts])
        found.append(f.value(ends) - f.value(best))
    smoothness, distance = rng.uniform(0.5, 3.0), rng.uniform(0.5, 3.0)
    bounds.append([formulas.convex_bound(smoothness, distance, steps) for steps in counts])
    found.append(np.array([worst_on_huber(smoothness, distance, steps) for steps in counts]))
    # A bound that is too large after one number of steps must not hide behind the others.
    left, right = np.array(bounds), np.array(found)
    closest = np.argmax(right / left, axis=0), np.arange(3)
    note = f"the closest of 5 functions after 1, 4 and {counts[-1]} steps"
    return equal(left[closest], right[closest], note)


def worst_on_huber(
    smoothness: float,
    distance: float,
    steps: int,
    beta: float = 0.0,
    *,
    on_tangent: bool = False,
) -> float:
    """Return the largest gap left on Huber's functions, searched over their threshold.

    ``on_tangent`` leaves out the thresholds whose run comes to the parabola.
    """
    low, high = 1e-5 * distance, distance
    for _ in range(5):
        f = functions.Huber(smoothness, np.geomspace(low, high, 80))
        start = np.full(80, distance)
        path = runs.nesterov(f.gradient, start, 1 / smoothness, np.full(steps, beta))
        gaps = f.value(path[-1])
        if on_tangent:
            gaps = np.where(path.min(axis=0) >= f.threshold, gaps, 0.0)
        place = int(np.argmax(gaps))
        low, high = f.threshold[max(place - 1, 0)], f.threshold[min(place + 1, 79)]
    return float(gaps.max())


STATEMENTS = (
    Statement(
        id="GD-9",
        section=SECTION,
        title=r"The best fixed step on quadratics is $2/(L+\mu)$; in the worst case it multiplies "
        r"the error by $(\kappa-1)/(\kappa+1)$ per step.",
        claim=r"\min_{\eta}\max_i|1-\eta\lambda_i|=\frac{\kappa-1}{\kappa+1}\ \text{ at }\ "
        r"\eta^\star=\frac{2}{L+\mu},\qquad \kappa=\frac{L}{\mu}",
        hypotheses=(
            r"$f$ is a quadratic whose smallest curvature is $\mu>0$ and whose largest is $L$",
            r"The step $\eta$ is fixed",
        ),
        steps=(
            Step(
                "By GD-5 the worst factor is the largest size over all curvatures. The size of a "
                "linear function is largest at an end of an interval.",
                r"\max_i|1-\eta\lambda_i|=\max\left(|1-\eta\mu|,\,|1-\eta L|\right)",
            ),
            Step(
                "A size is at least the number itself, and at least its negative. So two straight "
                "lines bound the maximum from below, for every step.",
                r"\max_i|1-\eta\lambda_i|\ge\max\left(1-\eta\mu,\ \eta L-1\right)",
            ),
            Step(
                "The larger of a falling and a rising line is lowest where they cross.",
                r"1-\eta\mu=\eta L-1",
            ),
            Step("Solve for the step.", r"\eta^\star=\frac{2}{L+\mu}"),
            Step(
                "There the two factors have the same size and opposite signs, so the lower bound "
                "is the maximum itself. Insert the step and divide by the smallest curvature.",
                r"1-\eta^\star\mu=-(1-\eta^\star "
                r"L)=1-\frac{2\mu}{L+\mu}=\frac{L-\mu}{L+\mu}=\frac{\kappa-1}{\kappa+1}",
            ),
        ),
        how="The smallest $t$ with all factors between $-t$ and $t$ is a linear programme in the "
        "step and $t$; HiGHS solves it for the eigenvalues of a random matrix.",
        check=_best,
        source="B. Polyak, Introduction to Optimization, 1987, section 1.4",
    ),
    Statement(
        id="GD-10",
        section=SECTION,
        title=r"To bring the error down to a share $\varepsilon$ takes about "
        r"$\frac{\kappa}{2}\ln\frac1\varepsilon$ steps at the best fixed step; from the worst "
        r"start the number is exact.",
        claim=r"T=\left\lceil\frac{\ln(1/\varepsilon)}"
        r"{\ln\frac{\kappa+1}{\kappa-1}}\right\rceil\approx\frac{\kappa}{2}\ln\frac1\varepsilon",
        hypotheses=(
            r"$f$ is a quadratic whose smallest curvature is $\mu>0$ and whose largest is "
            r"$L>\mu$; $\eta=2/(L+\mu)$",
            r"$0<\varepsilon<1$",
            "The start, which is not the minimiser, has shares along the flattest and the steepest "
            "axis only (the worst case; other starts need as many steps or fewer)",
        ),
        steps=(
            Step(
                "By GD-9 the factors of both axes have the same size, with opposite signs.",
                r"1-\eta^\star\mu=\rho,\quad 1-\eta^\star L=-\rho,\quad "
                r"\rho=\frac{\kappa-1}{\kappa+1}",
            ),
            Step(
                "So on these two axes the length shrinks by exactly this factor in every step.",
                r"\lVert x_T-x^\star\rVert=\rho^T\lVert x_0-x^\star\rVert",
            ),
            Step(
                "Ask for the share and take logarithms; the logarithm of the factor is negative.",
                r"\rho^T\le\varepsilon\iff T\ge\frac{\ln(1/\varepsilon)}{\ln(1/\rho)}",
            ),
            Step(
                "The first whole number that is large enough.",
                r"T=\left\lceil\frac{\ln(1/\varepsilon)}{\ln\frac{\kappa+1}{\kappa-1}}\right\rceil",
            ),
            Step(
                "For a large condition number expand the logarithm and keep the first term.",
                r"\ln\frac{\kappa+1}{\kappa-1}=2\left(\frac1\kappa+\frac{1}{3\kappa^3}+\dots\right)"
                r"\ \Rightarrow\ T\approx\frac\kappa2\ln\frac1\varepsilon",
            ),
        ),
        how="Steps are counted in runs from the worst start on three random quadratics: down to a "
        "random share, and to shares a millionth above and below a size that the run reaches.",
        check=_iterations,
        source="B. Polyak, Introduction to Optimization, 1987, section 1.4",
    ),
    Statement(
        id="GD-11",
        section=SECTION,
        title=r"With the step $1/L$ the gap on a quadratic falls to at most "
        r"$(1-1/\kappa)^{2T}$ of the first, and some start needs all of it.",
        claim=r"\max_{x_0}\frac{f(x_T)-f^\star}{f(x_0)-f^\star}"
        r"=\left(1-\frac1\kappa\right)^{2T}",
        hypotheses=(
            r"$f$ is a quadratic whose smallest curvature is $\mu>0$ and whose largest is $L$",
            r"$\eta=1/L$",
        ),
        steps=(
            Step(
                "In the axes the gap is a sum of squares.",
                r"f(x)-f^\star=\frac12\sum_i\lambda_i c_i^2,\qquad c_i=q_i^\top(x-x^\star)",
            ),
            Step(
                "Insert GD-5: every square gets the factor twice per step.",
                r"f(x_T)-f^\star=\frac12\sum_i\lambda_i\left(1-\frac{\lambda_i}{L}\right)^{2T}c_i^2",
            ),
            Step(
                "At the step $1/L$ all factors lie between 0 and 1; the flattest axis has the "
                "largest.",
                r"0\le 1-\frac{\lambda_i}{L}\le 1-\frac{\mu}{L}=1-\frac1\kappa",
            ),
            Step(
                "Replace every factor by the largest.",
                r"f(x_T)-f^\star\le\left(1-\frac1\kappa\right)^{2T}\left(f(x_0)-f^\star\right)",
            ),
            Step(
                "A start on the flattest axis has this factor only: equality.",
                r"x_0-x^\star=c\,q_1:\quad f(x_T)-f^\star"
                r"=\left(1-\frac1\kappa\right)^{2T}\left(f(x_0)-f^\star\right)",
            ),
        ),
        how="One, four and nine steps, each on another quadratic, from 20 random starts and from "
        "the flattest axis; the largest share that is left is taken.",
        check=_gap,
        source="A. Taylor, J. Hendrickx and F. Glineur, Exact worst-case convergence rates of the "
        "proximal gradient method for composite convex minimization, 2018 (the same for all smooth "
        "strongly convex functions)",
    ),
    Statement(
        id="GD-12",
        section=SECTION,
        title=r"On a strongly convex function the gap is at most the squared gradient divided by "
        r"$2\mu$.",
        claim=r"\lVert\nabla f(x)\rVert^2\ge 2\mu\left(f(x)-f^\star\right)",
        hypotheses=(
            r"$f$ is differentiable and $\mu$-strongly convex with $\mu>0$: "
            r"$f(y)\ge f(x)+\nabla f(x)^\top(y-x)+\frac\mu2\lVert y-x\rVert^2$",
        ),
        steps=(
            Step(
                r"Start from the definition, with $g=\nabla f(x)$, and minimise both sides over "
                "$y$. The left side becomes the minimum of $f$.",
                r"f^\star\ge\min_y\left[f(x)+g^\top(y-x)+\frac\mu2\lVert y-x\rVert^2\right]",
            ),
            Step(
                "The right side is a bowl in $y$; its gradient is 0 at its lowest point.",
                r"g+\mu(y-x)=0\iff y=x-\frac{g}{\mu}",
            ),
            Step(
                "Insert this point.",
                r"f^\star\ge f(x)-\frac{\lVert g\rVert^2}{\mu}+\frac{\lVert g\rVert^2}{2\mu}"
                r"=f(x)-\frac{\lVert g\rVert^2}{2\mu}",
            ),
            Step("Rearrange.", r"\lVert g\rVert^2\ge 2\mu\left(f(x)-f^\star\right)"),
            Step(
                "Equality on a quadratic along the flattest axis.",
                r"\lVert\mu c\,q_1\rVert^2=\mu^2c^2=2\mu\cdot\frac{\mu c^2}{2}",
            ),
        ),
        how="Gap and gradient of four random functions, whose minima a root finder locates, and of "
        "a quadratic along its flattest axis; the closest is shown, and meets the bound.",
        check=_floor,
        source="S. Boyd and L. Vandenberghe, Convex Optimization, 2004, section 9.1.2",
    ),
    Statement(
        id="GD-13",
        section=SECTION,
        title="A convex smooth function lies above its tangent by at least the squared change of "
        r"the gradient divided by $2L$.",
        claim=r"f(y)\ge f(x)+\nabla f(x)^\top(y-x)"
        r"+\frac{1}{2L}\lVert\nabla f(y)-\nabla f(x)\rVert^2",
        hypotheses=(r"$f$ is convex", r"The gradient is Lipschitz with constant $L$ everywhere"),
        steps=(
            Step(
                "Tilt the function so that $x$ becomes a lowest point: a convex function is "
                "lowest where its gradient is 0. The tilt changes neither convexity nor $L$.",
                r"\varphi(z)=f(z)-\nabla f(x)^\top z,\qquad \nabla\varphi(x)=0",
            ),
            Step(
                "Apply the descent lemma GD-7 with the step $1/L$ at $y$.",
                r"\varphi\left(y-\tfrac1L\nabla\varphi(y)\right)"
                r"\le\varphi(y)-\frac{1}{2L}\lVert\nabla\varphi(y)\rVert^2",
            ),
            Step(
                "No value is below that at $x$.",
                r"\varphi(x)\le\varphi(y)-\frac{1}{2L}\lVert\nabla\varphi(y)\rVert^2",
            ),
            Step(
                r"Write it out for $f$, with $\nabla\varphi(y)=\nabla f(y)-\nabla f(x)$.",
                r"f(x)-\nabla f(x)^\top x\le f(y)-\nabla f(x)^\top y"
                r"-\frac{1}{2L}\lVert\nabla f(y)-\nabla f(x)\rVert^2",
            ),
            Step(
                "Rearrange.",
                r"f(y)\ge f(x)+\nabla f(x)^\top(y-x)"
                r"+\frac{1}{2L}\lVert\nabla f(y)-\nabla f(x)\rVert^2",
            ),
        ),
        how="Ten random functions at two points each, and a quadratic with a move along its "
        "steepest axis; the closest to its bound is shown, and meets it.",
        check=_bregman,
        source="Y. Nesterov, Lectures on Convex Optimization, 2nd ed., 2018, Theorem 2.1.5",
    ),
    Statement(
        id="GD-14",
        section=SECTION,
        title=r"On convex functions the gap after $T$ steps $1/L$ is at most "
        r"$LR^2/(4T+2)$, and Huber's function needs all of it.",
        claim=r"f(x_T)-f^\star\le\frac{LR^2}{4T+2},\qquad R=\lVert x_0-x^\star\rVert",
        hypotheses=(
            r"$f$ is convex with a minimiser $x^\star$",
            r"The gradient is Lipschitz with constant $L$ everywhere",
            r"$\eta=1/L$",
        ),
        steps=(
            Step(
                "Measure in units with $L=1$, let the minimum be 0 at the origin, and write "
                "$f_k$ and $g_k$ for value and gradient at $x_k$, so that $x_{k+1}=x_k-g_k$. "
                "GD-13 at the minimiser, with the tangent at $x_k$:",
                r"f_k\le g_k^\top x_k-\tfrac12\lVert g_k\rVert^2"
                r"=\tfrac12\lVert x_k\rVert^2-\tfrac12\lVert x_{k+1}\rVert^2",
            ),
            Step(
                r"Add it up from 0 to $T$, one step beyond the end; the sum telescopes.",
                r"\sum_{k=0}^{T}f_k\le\tfrac12R^2-\tfrac12\lVert x_{T+1}\rVert^2",
            ),
            Step(
                r"GD-13 at $x_k$, with the tangent at the next point, and $x_k-x_{k+1}=g_k$; the "
                "cross terms cancel.",
                r"f_k-f_{k+1}\ge g_{k+1}^\top g_k+\tfrac12\lVert g_k-g_{k+1}\rVert^2"
                r"=\tfrac12\lVert g_k\rVert^2+\tfrac12\lVert g_{k+1}\rVert^2",
            ),
            Step(
                r"Gradients never grow along the path: add GD-13 for the points $k$ and $k+1$ and "
                "GD-13 for the same points exchanged, multiply out, and use Cauchy and Schwarz.",
                r"g_k^\top(g_k-g_{k+1})\ge\lVert g_k-g_{k+1}\rVert^2"
                r"\ \Rightarrow\ \lVert g_{k+1}\rVert^2\le g_k^\top g_{k+1}"
                r"\ \Rightarrow\ \lVert g_{k+1}\rVert\le\lVert g_k\rVert",
            ),
            Step(
                "So every step before the last lowers $f$ by at least the last squared gradient; "
                "there are $T-k$ of them after the point $k$.",
                r"f_k\ge f_T+(T-k)\lVert g_T\rVert^2\ \Rightarrow\ "
                r"\sum_{k=0}^{T}f_k\ge(T+1)f_T+\frac{T(T+1)}{2}\lVert g_T\rVert^2",
            ),
            Step(
                "Bound $T$ times the last value by the first step with $x_T=x_{T+1}+g_T$, and "
                "the product by half the sum of the squares.",
                r"Tf_T\le T\,g_T^\top x_{T+1}+\tfrac T2\lVert g_T\rVert^2"
                r"\le\tfrac12\lVert x_{T+1}\rVert^2+\frac{T(T+1)}{2}\lVert g_T\rVert^2",
            ),
            Step(
                "Combine the sums of steps 2 and 5 with step 6: everything but the value "
                "cancels. Then return to the old units (the values are multiplied by $L$).",
                r"(2T+1)f_T\le\tfrac12R^2\ \Rightarrow\ f(x_T)-f^\star\le\frac{LR^2}{4T+2}",
            ),
            Step(
                r"Sharp: Huber's function is $\frac L2x^2$ up to the threshold $\tau$ and beyond "
                r"it $L\tau|x|-\frac12L\tau^2$. With $\tau=R/(2T+1)$ the whole path lies beyond: "
                r"all gradients are $L\tau$, the end is $x_T=R-T\tau\ge\tau$, and the value is the "
                r"bound.",
                r"L\tau\left(R-T\tau\right)-\tfrac12L\tau^2=\frac{LR^2}{4T+2}",
            ),
        ),
        how="Runs on four random convex functions, and on Huber's functions with the worst "
        "threshold found by a search, with three numbers of steps; for each of these the function "
        "closest to its bound is compared with it, and meets it.",
        check=_convex,
        source="Y. Drori and M. Teboulle, Performance of first-order methods for smooth convex "
        "minimization: a novel approach, 2014; an elementary proof: M. Teboulle and "
        "Y. Vaisbourd, 2023",
    ),
)
