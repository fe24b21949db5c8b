"""Momentum on quadratics: velocity, spectral radius, and the best constants."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize

from core.foundations.compare import equal
from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.gradient_descent.functions import Floats
from core.foundations.schema import Reading, Statement, Step

SECTION = "momentum"
POWER = 24


def step_blocks(path: Floats) -> Floats:
    """Return the matrix of one step on (point, point before) for each axis, shape (..., 2, 2).

    It is read off the first two steps of a run, which starts at rest: the point before the first
    is the first. No axis may stand still.
    """
    start, once, twice = path[:3]
    weight = (start * twice - once**2) / (start * (once - start))
    blocks = np.zeros((*start.shape, 2, 2))
    blocks[..., 0, 0] = once / start + weight
    blocks[..., 0, 1] = -weight
    blocks[..., 1, 0] = 1
    return blocks


def heavy_ball_blocks(step: float | Floats, beta: float | Floats, curvatures: Floats) -> Floats:
    """Return the matrix of one step of the heavy ball for each curvature, from a run."""
    return step_blocks(
        runs.heavy_ball(lambda x: curvatures * x, np.ones(np.shape(curvatures)), step, beta, 2)
    )


def ringing(blocks: Floats) -> Floats:
    """Return what is negative where the roots are complex."""
    return np.asarray(np.trace(blocks, axis1=-2, axis2=-1) ** 2 - 4 * np.linalg.det(blocks))


def growth(blocks: Floats) -> float:
    """Return the factor per step from the traces of a high power.

    The trace of a power is the sum of the powers of both roots. At a double root, where the roots
    themselves and the length of a path are hard to read off, it is twice the power of the root.
    """
    traces = np.trace(np.linalg.matrix_power(blocks, POWER), axis1=-2, axis2=-1)
    return float((np.abs(traces).max() / 2) ** (1 / POWER))


def _velocity(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for steps in (3, 8, 12):
        beta, gradients = rng.uniform(0.6, 0.95), rng.normal(1.0, 1.0, size=steps)
        claimed += [formulas.velocity(beta, gradients), formulas.velocity_weight(beta, steps)]
        speed, ones = 0.0, 0.0
        for g in gradients:
            speed, ones = beta * speed + g, beta * ones + 1
        measured += [speed, ones]
    return equal(claimed, measured, "3, 8 and 12 random gradients, and as many gradients of 1")


def _radius(rng: np.random.Generator) -> Reading:
    n = 12
    beta, curvature = rng.uniform(0.2, 0.9, size=n), rng.uniform(0.5, 4.0, size=n)
    low, high = np.array([formulas.complex_band(b) for b in beta]).T
    share = rng.uniform(0.2, 0.7, size=n)
    scaled = np.select(
        [np.arange(n) < 4, np.arange(n) < 8],
        [share * low, low + (0.1 + share) * (high - low)],
        (0.9 + share) * high,
    )
    step = scaled / curvature
    roots = np.abs(np.linalg.eigvals(heavy_ball_blocks(step, beta, curvature)))

    def discriminant(product: float) -> float:
        return float(ringing(heavy_ball_blocks(product, beta[0], np.ones(1)))[0])

    ends = [
        optimize.brentq(discriminant, 1e-6, 1 + beta[0], xtol=1e-14),
        optimize.brentq(discriminant, 1 + beta[0], 5.0, xtol=1e-14),
    ]
    claimed = [*formulas.heavy_ball_radius(step, beta, curvature), *formulas.complex_band(beta[0])]
    claimed.extend(np.sqrt(beta[4:8]))
    measured = [*roots.max(axis=1), *ends, *roots.max(axis=1)[4:8]]
    return equal(claimed, measured, "12 pairs of step and momentum, and where roots turn complex")


def _limit(rng: np.random.Generator) -> Reading:
    bowl, beta = functions.quadratic(rng, 3, condition=(4.0, 8.0)), rng.uniform(0.2, 0.7)
    found = runs.largest_working_step(bowl.matrix, beta)
    return equal(formulas.heavy_ball_limit(bowl.smoothness, beta), found, "where growth begins")


def _optimum(rng: np.random.Generator) -> Reading:
    bowl = functions.quadratic(rng)
    step = formulas.heavy_ball_step(bowl.smoothness, bowl.convexity)
    beta = formulas.heavy_ball_momentum(bowl.condition)
    best = growth(heavy_ball_blocks(step, beta, bowl.curvatures))
    steps = rng.uniform(0.1, 4.0, size=2000) / bowl.smoothness
    betas = rng.uniform(0.0, 1.0, size=2000)
    ends = np.broadcast_to(bowl.curvatures[[0, -1], None], (2, 2000))
    others = np.abs(np.linalg.eigvals(heavy_ball_blocks(steps, betas, ends))).max(axis=(0, 2))
    claimed = math.sqrt(formulas.heavy_ball_momentum(bowl.condition))
    return equal(claimed, min(best, others.min()), "the best of 2,001 pairs of step and momentum")


def _nesterov(rng: np.random.Generator) -> Reading:
    bowl = functions.quadratic(rng, condition=(5.0, 60.0))
    root = math.sqrt(bowl.condition)
    betas = np.full(2, (root - 1) / (root + 1))
    path = runs.nesterov(lambda x: bowl.curvatures * x, np.ones(4), 1 / bowl.smoothness, betas)
    claimed = formulas.nesterov_rate(bowl.condition)
    return equal(claimed, growth(step_blocks(path)), "the largest of 4 axes")


STATEMENTS = (
    Statement(
        id="GD-15",
        section=SECTION,
        title=r"The velocity is a weighted sum of all gradients; its weights add up to "
        r"$\frac{1-\beta^T}{1-\beta}$, not to 1.",
        claim=r"v_T=\sum_{k=1}^{T}\beta^{T-k}g_k,\qquad "
        r"\sum_{k=1}^{T}\beta^{T-k}=\frac{1-\beta^T}{1-\beta}\to\frac{1}{1-\beta}",
        hypotheses=(
            r"$v_k=\beta v_{k-1}+g_k$ with $v_0=0$",
            r"$\beta\neq1$, and $|\beta|<1$ for the limit",
        ),
        steps=(
            Step("Insert the rule into itself once.", r"v_T=g_T+\beta g_{T-1}+\beta^2v_{T-2}"),
            Step(
                "Go on to the start, where the velocity is 0.",
                r"v_T=\sum_{k=1}^{T}\beta^{T-k}g_k",
            ),
            Step(
                r"Call the sum of the weights $S$, and subtract $\beta S$: all but the first and "
                "the last term cancel.",
                r"S-\beta S=(1+\beta+\dots+\beta^{T-1})-(\beta+\dots+\beta^{T})=1-\beta^T",
            ),
            Step(
                r"Divide. A constant gradient is thus multiplied by nearly $1/(1-\beta)$ in the "
                "end: with momentum 0.9 the step is in effect ten times longer.",
                r"S=\frac{1-\beta^T}{1-\beta}",
            ),
        ),
        how="The recursion is run on 3, 8 and 12 random gradients, and on as many gradients of 1.",
        check=_velocity,
        source="B. Polyak, Some methods of speeding up the convergence of iteration methods, 1964",
    ),
    Statement(
        id="GD-16",
        section=SECTION,
        title=r"On an axis of curvature $\lambda$ the heavy ball follows two roots; where they are "
        r"complex, both have the size $\sqrt\beta$, whatever the step.",
        claim=r"\begin{aligned}&z_{1,2}=\tfrac12\left(m\pm\sqrt{m^2-4\beta}\right),\quad "
        r"m=1+\beta-\alpha\lambda\\"
        r"&(1-\sqrt\beta)^2<\alpha\lambda<(1+\sqrt\beta)^2\ \Rightarrow\ |z_{1,2}|=\sqrt\beta"
        r"\end{aligned}",
        hypotheses=(
            r"$f$ is a quadratic with the minimiser $x^\star$ and positive curvatures $\lambda$",
            r"$v_{k+1}=\beta v_k+\nabla f(x_k)$ with $v_0=0$, and $x_{k+1}=x_k-\alpha v_{k+1}$",
            r"$0<\beta<1$ and $\alpha>0$ are fixed",
        ),
        steps=(
            Step(
                r"Eliminate the velocity: $\alpha v_k=x_{k-1}-x_k$ is minus the last move (with "
                r"$x_{-1}=x_0$, as the ball starts at rest), and $g_k=\nabla f(x_k)$.",
                r"x_{k+1}=x_k-\alpha g_k+\beta(x_k-x_{k-1})",
            ),
            Step(
                "On one axis the gradient is the curvature times the share $c$ of the error (as "
                "in GD-5).",
                r"c_{k+1}=(1+\beta-\alpha\lambda)\,c_k-\beta c_{k-1}",
            ),
            Step(
                "Write it as a matrix on the last two shares.",
                r"\begin{pmatrix}c_{k+1}\\c_k\end{pmatrix}=\begin{pmatrix}1+\beta-\alpha\lambda"
                r"&-\beta\\1&0\end{pmatrix}\begin{pmatrix}c_k\\c_{k-1}\end{pmatrix}",
            ),
            Step(
                "Its powers grow as the powers of its eigenvalues: the roots of the "
                r"characteristic polynomial, with the trace $m$ and the determinant $\beta$.",
                r"z^2-mz+\beta=0",
            ),
            Step(
                "The roots are complex exactly if the discriminant is negative.",
                r"\begin{aligned}m^2<4\beta&\iff -2\sqrt\beta<1+\beta-\alpha\lambda<2\sqrt\beta\\"
                r"&\iff(1-\sqrt\beta)^2<\alpha\lambda<(1+\sqrt\beta)^2\end{aligned}",
            ),
            Step(
                "Then they are conjugate, and their product is the determinant.",
                r"|z_1|^2=z_1\overline{z_1}=z_1z_2=\beta",
            ),
        ),
        how="The matrix is read off two steps of a run, and LAPACK finds its eigenvalues, for "
        "twelve pairs: four with a step below the band of complex roots, four inside, four above. "
        "A root finder locates both ends of the band.",
        check=_radius,
        source="B. Polyak, Introduction to Optimization, 1987, section 3.2; G. Goh, Why Momentum "
        "Really Works, Distill, 2017",
    ),
    Statement(
        id="GD-17",
        section=SECTION,
        title=r"Momentum widens the range of steps: the heavy ball converges on a quadratic if and "
        r"only if $0<\alpha<2(1+\beta)/L$.",
        claim=r"x_T\to x^\star\ \text{ for all } x_0\iff 0<\alpha<\frac{2(1+\beta)}{L}",
        hypotheses=(
            r"$f$ is a quadratic with curvatures $0<\mu\le\dots\le L$",
            r"The heavy ball of GD-16 starts at rest; $\alpha$ and $0\le\beta<1$ are fixed",
        ),
        steps=(
            Step(
                r"By GD-16 the path follows the powers of both roots. It starts with the pair "
                r"$(c_0,c_0)$, and an eigenvector of the matrix is $(z,1)$: unless a root is 1, "
                "both take part, so both must lie inside the unit circle. (A root 1 keeps this "
                "pair where it is.)",
                r"z^2-mz+\beta=0\ \Rightarrow\ |z|<1",
            ),
            Step(
                r"Complex roots do, as the square of their size is $\beta$, and the parabola has "
                "no zero. If real roots lie between $-1$ and 1, the parabola is positive at both "
                "ends. If it is positive there, no or both roots lie between the ends; outside, "
                r"both would lie beyond the same end and their product above 1, but it is $\beta$.",
                r"1-m+\beta>0,\qquad 1+m+\beta>0",
            ),
            Step("Insert $m$ in the first condition.", r"\alpha\lambda>0\iff\alpha>0"),
            Step(
                "Insert $m$ in the second.",
                r"2+2\beta-\alpha\lambda>0\iff\alpha<\frac{2(1+\beta)}{\lambda}",
            ),
            Step(
                "The strictest limit belongs to the largest curvature.",
                r"\alpha<\frac{2(1+\beta)}{L}",
            ),
        ),
        how="The heavy ball is run with 64 steps at once, and the bracket around the first that "
        "grows is narrowed seven times.",
        check=_limit,
        source="B. Polyak, Introduction to Optimization, 1987, section 3.2",
    ),
    Statement(
        id="GD-18",
        section=SECTION,
        title=r"With the best constants the largest root of the heavy ball on a quadratic is "
        r"$(\sqrt\kappa-1)/(\sqrt\kappa+1)$: its rate per step in the long run.",
        claim=r"\alpha^\star=\frac{4}{(\sqrt L+\sqrt\mu)^2},\quad "
        r"\sqrt{\beta^\star}=\frac{\sqrt\kappa-1}{\sqrt\kappa+1}=\min_{\alpha,\beta}\rho",
        hypotheses=(
            r"$f$ is a quadratic whose smallest curvature is $\mu>0$ and whose largest is $L$",
            r"$\rho$ is the size of the largest root on all axes (GD-16); $\alpha>0$ and "
            r"$\beta\ge0$ are fixed",
        ),
        steps=(
            Step(
                r"The two roots on an axis have the product $\beta$ (GD-16), so the larger is at "
                r"least $\sqrt\beta$ in size: no choice of the step can do better.",
                r"\rho\ge\sqrt\beta",
            ),
            Step(
                r"If all roots have at most the size $r$, with $0<r<1$, the polynomial is not "
                r"negative at $z=r$ and $z=-r$: look at the flattest axis for the one, at the "
                "steepest for the other.",
                r"r^2-(1+\beta-\alpha\mu)r+\beta\ge0,\qquad r^2+(1+\beta-\alpha L)r+\beta\ge0",
            ),
            Step(
                "Solve both for the step and set them against each other.",
                r"\frac{(1-r)(r-\beta)}{r\,\mu}\le\alpha\le\frac{(1+r)(r+\beta)}{r\,L}",
            ),
            Step(
                r"The left side falls in $\beta$ and the right side rises, so if any $\beta$ "
                "leaves room for a step, the largest does: by step 1 it is $r^2$. Insert it.",
                r"\frac{(1-r)^2}{\mu}\le\alpha\le\frac{(1+r)^2}{L}",
            ),
            Step(
                "Such a step exists exactly if",
                r"\sqrt\kappa\,(1-r)\le 1+r\iff r\ge\frac{\sqrt\kappa-1}{\sqrt\kappa+1}",
            ),
            Step(
                "At the smallest $r$ both limits meet, which gives the step.",
                r"\sqrt{\alpha^\star}=\frac{1-r}{\sqrt\mu}=\frac{2}{\sqrt L+\sqrt\mu}",
            ),
            Step(
                "This $r$ is reached: with these constants every curvature lies in the band of "
                "GD-16 or at its ends, where both roots are equal, so all have the size $r$.",
                r"(1-r)^2=\alpha^\star\mu\le\alpha^\star\lambda\le\alpha^\star L=(1+r)^2"
                r"\ \Rightarrow\ |z|=\sqrt{\beta^\star}=r",
            ),
            Step(
                "Both end axes have a double root. The path then carries an extra factor $T$, so "
                "the rate is read off the roots and not off the path.",
                r"\lVert x_T-x^\star\rVert\le C\,T\,r^T",
            ),
        ),
        how="The step matrix is read off two steps of a run. The trace of its 24th power gives the "
        "factor at the best pair, its eigenvalues those at 2,000 random pairs; the smallest factor "
        "of all is shown.",
        check=_optimum,
        source="B. Polyak, Introduction to Optimization, 1987, section 3.2",
    ),
    Statement(
        id="GD-19",
        section=SECTION,
        title=r"On a quadratic Nesterov's method with the step $1/L$ and "
        r"$\beta=\frac{\sqrt\kappa-1}{\sqrt\kappa+1}$ has the largest root $1-1/\sqrt\kappa$: its "
        "rate per step in the long run.",
        claim=r"\rho=1-\frac{1}{\sqrt\kappa}",
        hypotheses=(
            r"$f$ is a quadratic whose smallest curvature is $\mu>0$ and whose largest is $L$",
            r"$y_k=x_k+\beta(x_k-x_{k-1})$ with $x_{-1}=x_0$, and "
            r"$x_{k+1}=y_k-\alpha\nabla f(y_k)$",
            r"$\alpha=1/L$ and $\beta=(\sqrt\kappa-1)/(\sqrt\kappa+1)$",
        ),
        steps=(
            Step(
                r"The gradient is taken at the point ahead. On one axis, with $s=1-\lambda/L$:",
                r"c_{k+1}=s\left(c_k+\beta(c_k-c_{k-1})\right)",
            ),
            Step(
                "The characteristic polynomial of this recursion.",
                r"z^2-(1+\beta)s\,z+\beta s=0",
            ),
            Step(
                r"Insert $\beta$ in the discriminant.",
                r"(1+\beta)^2s^2-4\beta s=\frac{4s}{(\sqrt\kappa+1)^2}"
                r"\left(\kappa s-(\kappa-1)\right)",
            ),
            Step(
                r"On every axis $s$ lies between 0 and $1-1/\kappa$, so the discriminant is not "
                "positive: the roots are conjugate or equal, and the square of their size is "
                "their product.",
                r"\kappa s\le\kappa-1\ \Rightarrow\ |z|=\sqrt{\beta s}",
            ),
            Step(
                "This is largest on the flattest axis. (There the discriminant is 0, so as in "
                "GD-18 the path carries an extra factor $T$.)",
                r"\beta\left(1-\frac1\kappa\right)=\frac{\sqrt\kappa-1}{\sqrt\kappa+1}\cdot"
                r"\frac{(\sqrt\kappa-1)(\sqrt\kappa+1)}{\kappa}=\left(1-\frac{1}{\sqrt\kappa}\right)^2",
            ),
            Step("Take the root.", r"\rho=1-\frac{1}{\sqrt\kappa}"),
        ),
        how="The step matrix of each axis is read off two steps of a run; the trace of its 24th "
        "power gives the factor.",
        check=_nesterov,
        source="L. Lessard, B. Recht and A. Packard, Analysis and design of optimization "
        "algorithms via integral quadratic constraints, 2016 (rates on quadratics)",
    ),
)
