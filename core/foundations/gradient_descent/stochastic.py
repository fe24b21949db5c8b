"""Noise: what a batch buys, where a constant step stalls, and two cures."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from core.foundations.compare import equal
from core.foundations.gradient_descent import formulas, runs
from core.foundations.gradient_descent.functions import Floats
from core.foundations.schema import Reading, Statement, Step

SECTION = "stochastic"
# Numbers of steps of the runs on all sequences of tosses.
RUNS = (3, 6, 10)


def batch_spread(values: Floats, batches: Sequence[tuple[int, ...]]) -> float:
    """Return the mean squared distance between the batch means and the mean of all values."""
    means = values[np.array(batches)].mean(axis=1)
    return float(np.mean((means - values.mean()) ** 2))


def all_noise_paths(steps: Floats, curvature: float, noise: float, start: float) -> Floats:
    """Run one path for each sequence of heads and tails; shape (2**T, T), the start left out."""
    tosses = noise * runs.signs(steps.size)
    x = np.full(len(tosses), start)
    path = []
    for k, step in enumerate(steps):
        x = x - step * (curvature * x + tosses[:, k])
        path.append(x)
    return np.array(path).T


def end_of(values: Floats) -> float:
    """Return where a sequence ends whose distance to its end shrinks by one factor each time."""
    a, b, c = values[-3:]
    return float(c - (c - b) ** 2 / (c - 2 * b + a))


def _batch(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for examples, low, high in ((7, 2, 4), (11, 4, 8)):
        batch, values = int(rng.integers(low, high)), rng.normal(size=examples)
        batches = list(itertools.combinations(range(examples), batch))
        claimed.append(formulas.batch_variance(float(values.var()), batch, examples))
        measured.append(batch_spread(values, batches))
    return equal(claimed, measured, "all batches of one size, from 7 examples and from 11")


def _floor(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for low, high in ((0.2, 0.5), (0.5, 0.9), (1.2, 1.7)):
        curvature, noise = rng.uniform(0.5, 3.0), rng.uniform(0.5, 2.0)
        step = rng.uniform(low, high) / curvature
        paths = all_noise_paths(np.full(6, step), curvature, noise, 5.0 * noise / curvature)
        claimed.append(formulas.noise_floor(step, curvature, noise**2))
        measured.append(end_of(np.mean(paths**2, axis=0)))
    return equal(claimed, measured, "limit of the mean square over all tosses, three steps")


def _averaging(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for steps in RUNS:
        curvature, noise = rng.uniform(0.5, 3.0), rng.uniform(0.5, 2.0)
        sizes = 1 / (curvature * np.arange(1, steps + 1))
        ends = all_noise_paths(sizes, curvature, noise, rng.normal())[:, -1]
        claimed.append(formulas.averaging_variance(curvature, noise**2, steps))
        measured.append(np.mean(ends**2))
    return equal(claimed, measured, "all sequences of 3, of 6 and of 10 tosses")


def _polyak(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for steps in RUNS:
        curvature, noise = rng.uniform(0.5, 3.0), rng.uniform(0.5, 2.0)
        step = rng.uniform(0.2, 0.7) / curvature
        paths = all_noise_paths(np.full(steps, step), curvature, noise, 0.0)
        claimed.append(formulas.polyak_variance(step, curvature, noise**2, steps))
        measured.append(np.mean(paths.mean(axis=1) ** 2))
    return equal(claimed, measured, "all sequences of 3, of 6 and of 10 tosses")


STATEMENTS = (
    Statement(
        id="GD-31",
        section=SECTION,
        title=r"The gradient of a batch of $B$ out of $N$ examples is unbiased, with the variance "
        r"$\frac{\sigma^2}{B}\left(1-\frac{B-1}{N-1}\right)$.",
        claim=r"\mathbb{E}\left[\bar g_B\right]=\bar g,\qquad \operatorname{Var}(\bar g_B)"
        r"=\frac{\sigma^2}{B}\left(1-\frac{B-1}{N-1}\right)",
        hypotheses=(
            "All batches of $B$ different examples are equally likely (no replacement)",
            r"$g_i$ is one partial derivative for the example $i$ of $N\ge2$, $\bar g$ their mean, "
            r"and $\sigma^2=\frac1N\sum_i(g_i-\bar g)^2$",
        ),
        steps=(
            Step(
                "Write the batch mean with indicators: one for each example that is in the batch.",
                r"\bar g_B=\frac1B\sum_{i=1}^{N}I_i\,g_i,\qquad\mathbb{E}[I_i]=\frac BN",
            ),
            Step(
                "The expectation passes through the sum: unbiased.",
                r"\mathbb{E}[\bar g_B]=\frac1B\sum_i\frac BN\,g_i=\bar g",
            ),
            Step(
                r"Put the batch in a random order and call the deviations $d_i=g_i-\bar g$. Each "
                r"place holds every example equally often, so it has the variance $\sigma^2$; two "
                "places hold every pair of different examples equally often. All deviations add "
                "up to 0, so all products add up to 0, with the squares among them.",
                r"\operatorname{Cov}(d_{(1)},d_{(2)})=\frac{1}{N(N-1)}\sum_{i\neq j}d_id_j"
                r"=\frac{0-N\sigma^2}{N(N-1)}=-\frac{\sigma^2}{N-1}",
            ),
            Step(
                "The variance of a mean of $B$ places: $B$ variances and $B(B-1)$ covariances.",
                r"\operatorname{Var}(\bar g_B)=\frac{1}{B^2}\left(B\sigma^2"
                r"-B(B-1)\frac{\sigma^2}{N-1}\right)",
            ),
            Step(
                "Take one factor out. The whole data set as one batch has no noise.",
                r"\operatorname{Var}(\bar g_B)=\frac{\sigma^2}{B}\left(1-\frac{B-1}{N-1}\right),"
                r"\qquad B=N:\ 0",
            ),
        ),
        how="All batches of a random size out of 7 random gradients are formed, and all of a "
        "larger size out of 11; the mean squared distance to the mean of all 7 or 11 would show a "
        "bias as well.",
        check=_batch,
        source="W. Cochran, Sampling Techniques, 3rd ed., 1977, chapter 2",
    ),
    Statement(
        id="GD-32",
        section=SECTION,
        title=r"With a constant step and noise the error does not vanish: on a parabola it settles "
        r"at the variance $\frac{\eta\sigma^2}{\lambda(2-\eta\lambda)}$.",
        claim=r"\lim_{k\to\infty}\mathbb{E}\left[(x_k-x^\star)^2\right]"
        r"=\frac{\eta\,\sigma^2}{\lambda\,(2-\eta\lambda)}",
        hypotheses=(
            r"$f(x)=\frac\lambda2(x-x^\star)^2$ with $\lambda>0$, and $0<\eta<2/\lambda$",
            r"$x_{k+1}=x_k-\eta(\nabla f(x_k)+\xi_k)$: the noise $\xi_k$ has mean 0 and the same "
            r"variance $\sigma^2$ everywhere, and is independent from step to step",
        ),
        steps=(
            Step(
                r"A step with noise, for the error $e_k=x_k-x^\star$.",
                r"e_{k+1}=(1-\eta\lambda)e_k-\eta\xi_k",
            ),
            Step(
                "Square and take the expectation; the noise is independent of the error and has "
                "mean 0, so the cross term vanishes.",
                r"\mathbb{E}[e_{k+1}^2]=(1-\eta\lambda)^2\,\mathbb{E}[e_k^2]+\eta^2\sigma^2",
            ),
            Step(
                "The factor is below 1 by the hypothesis on the step (GD-6), so the distance to "
                "the fixed point $V$ is multiplied by it and vanishes.",
                r"V=(1-\eta\lambda)^2V+\eta^2\sigma^2,\qquad\mathbb{E}[e_{k+1}^2]-V"
                r"=(1-\eta\lambda)^2\left(\mathbb{E}[e_k^2]-V\right)",
            ),
            Step(
                "Solve; the bracket is a difference of squares.",
                r"V\left(1-(1-\eta\lambda)^2\right)=V\,\eta\lambda\,(2-\eta\lambda)=\eta^2\sigma^2",
            ),
            Step(
                "Divide. For small steps the floor is proportional to the step.",
                r"V=\frac{\eta\,\sigma^2}{\lambda(2-\eta\lambda)}\approx\frac{\eta\sigma^2}{2\lambda}",
            ),
        ),
        how="The method is run away from the minimiser on all 64 sequences of six tosses of a "
        "coin, with a small, a middle and a large step. The distance of the mean square to its "
        "limit shrinks by one factor per step, so the last three mean squares give the limit.",
        check=_floor,
        source="L. Bottou, F. Curtis and J. Nocedal, Optimization Methods for Large-Scale Machine "
        "Learning, 2018, section 4.2",
    ),
    Statement(
        id="GD-33",
        section=SECTION,
        title=r"With the steps $\frac{1}{\lambda k}$ the start is forgotten at once and the mean "
        r"squared error is $\frac{\sigma^2}{\lambda^2T}$.",
        claim=r"\eta_k=\frac{1}{\lambda k}:\qquad\mathbb{E}\left[(x_T-x^\star)^2\right]"
        r"=\frac{\sigma^2}{\lambda^2T}",
        hypotheses=(
            r"$f(x)=\frac\lambda2(x-x^\star)^2$ with $\lambda>0$",
            r"$x_k=x_{k-1}-\eta_k(\nabla f(x_{k-1})+\xi_k)$ with $\eta_k=1/(\lambda k)$ (these "
            "steps add up to infinity, their squares do not)",
            r"The noise $\xi_k$ has mean 0, variance $\sigma^2$, and is independent from step to "
            r"step",
        ),
        steps=(
            Step(
                r"Insert the step in the recursion of the error $e_k=x_k-x^\star$.",
                r"e_k=\left(1-\frac1k\right)e_{k-1}-\frac{\xi_k}{\lambda k}",
            ),
            Step(
                "Multiply by $k$: the product of $k$ and the error is a plain sum.",
                r"k\,e_k=(k-1)\,e_{k-1}-\frac{\xi_k}{\lambda}",
            ),
            Step(
                "Add up from 1 to $T$; at $k=1$ the start has the factor 0.",
                r"T\,e_T=-\frac1\lambda\sum_{k=1}^{T}\xi_k",
            ),
            Step(
                "The method takes the mean of the noise. Variances of independent terms add up.",
                r"\mathbb{E}[e_T^2]=\frac{1}{\lambda^2T^2}\,T\sigma^2=\frac{\sigma^2}{\lambda^2T}",
            ),
        ),
        how="The method is run from a random start on all sequences of tosses of a coin: of 3, of "
        "6 and of 10 tosses.",
        check=_averaging,
        source="H. Robbins and S. Monro, A Stochastic Approximation Method, 1951",
    ),
    Statement(
        id="GD-34",
        section=SECTION,
        title=r"In the long run the average of the points of a constant step has the mean squared "
        r"error $\frac{\sigma^2}{\lambda^2T}$ as well, whatever the step.",
        claim=r"\mathbb{E}\left[(\bar x_T-x^\star)^2\right]=\frac{\sigma^2}{\lambda^2T^2}"
        r"\left(T-\frac{2r(1-r^T)}{1-r}+\frac{r^2(1-r^{2T})}{1-r^2}\right),\quad r=1-\eta\lambda",
        hypotheses=(
            r"$f(x)=\frac\lambda2(x-x^\star)^2$ with $\lambda>0$, and $0<\eta<2/\lambda$",
            r"$x_{k+1}=x_k-\eta(\nabla f(x_k)+\xi_k)$ and $\bar x_T=\frac1T\sum_{k=1}^{T}x_k$",
            r"$x_0=x^\star$ (another start adds $\frac{r(1-r^T)}{(1-r)T}\,(x_0-x^\star)$ to the "
            "error of the average)",
            r"The noise $\xi_k$ has mean 0, variance $\sigma^2$, and is independent from step to "
            r"step",
        ),
        steps=(
            Step(
                "Unroll the recursion of the error (step 1 of GD-32) from 0.",
                r"e_k=-\eta\sum_{j=0}^{k-1}r^{\,k-1-j}\xi_j",
            ),
            Step(
                r"In the average over $k$ the noise $\xi_j$ has a geometric sum as its weight.",
                r"\bar e_T=-\frac{\eta}{T}\sum_{j=0}^{T-1}\xi_j\sum_{k=j+1}^{T}r^{\,k-1-j}"
                r"=-\frac{\eta}{T}\sum_{j=0}^{T-1}\frac{1-r^{T-j}}{1-r}\,\xi_j",
            ),
            Step(
                r"The step cancels, as $1-r=\eta\lambda$.",
                r"\bar e_T=-\frac{1}{\lambda T}\sum_{j=0}^{T-1}\left(1-r^{T-j}\right)\xi_j",
            ),
            Step(
                "Variances of independent terms add up; count $m=T-j$.",
                r"\mathbb{E}[\bar e_T^2]=\frac{\sigma^2}{\lambda^2T^2}\sum_{m=1}^{T}(1-r^m)^2",
            ),
            Step(
                "Multiply out and add up the two geometric series.",
                r"\sum_{m=1}^{T}(1-2r^m+r^{2m})=T-\frac{2r(1-r^T)}{1-r}"
                r"+\frac{r^2(1-r^{2T})}{1-r^2}",
            ),
            Step(
                r"As $|r|<1$, both series stay finite: for a long run only $T$ counts in the "
                r"bracket.",
                r"\frac{\lambda^2T}{\sigma^2}\,\mathbb{E}[\bar e_T^2]\to1",
            ),
        ),
        how="The method is run from the minimiser on all sequences of tosses of a coin, of 3, of 6 "
        "and of 10 tosses; the points of each run are averaged.",
        check=_polyak,
        source="B. Polyak and A. Juditsky, Acceleration of Stochastic Approximation by Averaging, "
        "1992",
    ),
)
