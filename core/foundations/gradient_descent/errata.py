"""Errors that are common in texts on gradient descent, each refuted by an instance."""

from __future__ import annotations

import math

import numpy as np

from core.foundations.compare import at_most, equal
from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.gradient_descent.adaptive import online_slope
from core.foundations.gradient_descent.breaks_methods import lessard_path
from core.foundations.gradient_descent.momentum import growth, heavy_ball_blocks
from core.foundations.gradient_descent.rates import worst_on_huber
from core.foundations.gradient_descent.stochastic import all_noise_paths, batch_spread
from core.foundations.schema import Erratum, Reading


def _limit(rng: np.random.Generator) -> Reading:
    bowl = functions.quadratic(rng, 3, condition=(4.0, 8.0))
    found = runs.largest_working_step(bowl.matrix)
    return equal(1 / bowl.smoothness, found, "the step at which convergence ends")


def _decrease(rng: np.random.Generator) -> Reading:
    bowl = functions.quadratic(rng)
    x, step = bowl.axes[:, -1], 1.5 / bowl.smoothness
    g = bowl.gradient(x)
    found = float(bowl.value(x) - bowl.value(x - step * g))
    return equal(step * float(g @ g), found, "decrease of one step of 1.5/L")


def _loose(rng: np.random.Generator) -> Reading:
    bowl, steps = functions.quadratic(rng), 5
    path = runs.descend(bowl.gradient, bowl.axes[:, 0], 1 / bowl.smoothness, steps)
    left = float(bowl.value(path[-1]) / bowl.value(path[0]))
    return equal((1 - 1 / bowl.condition) ** steps, left, "share of the gap after 5 steps, worst")


def _twice(rng: np.random.Generator) -> Reading:
    smoothness, distance, steps = *rng.uniform(0.5, 3.0, size=2), int(rng.integers(5, 15))
    found = worst_on_huber(smoothness, distance, steps)
    return equal(smoothness * distance**2 / (2 * steps), found, f"worst gap after {steps} steps")


def _order(rng: np.random.Generator) -> Reading:
    bowl = functions.quadratic(rng, condition=(40.0, 90.0))
    step = formulas.heavy_ball_step(bowl.smoothness, bowl.convexity)
    beta = formulas.heavy_ball_momentum(bowl.condition)
    found = math.log(growth(heavy_ball_blocks(step, beta, bowl.curvatures)))
    plain = math.log(formulas.best_rate(bowl.condition))
    return equal(1 / (1 - beta), found / plain, "how many plain steps one step replaces")


def _constant(rng: np.random.Generator) -> Reading:
    steps, distance = int(rng.integers(200, 260)), rng.uniform(0.5, 3.0)
    found = worst_on_huber(1.0, distance, steps, 0.9)
    return at_most(
        formulas.accelerated_bound(1.0, distance, steps), found, "momentum 0.9, worst gap"
    )


def _curvature(rng: np.random.Generator) -> Reading:
    curvature, place = rng.uniform(0.5, 4.0), rng.uniform(3.0, 9.0)
    _, moments = runs.adam(
        lambda _k, x: curvature * x, place, step=0.0, steps=20, beta1=0.9, beta2=0.99, epsilon=1.0
    )
    return equal(curvature, np.sqrt(moments[-1]), "root of the second moment")


def _average(rng: np.random.Generator) -> Reading:
    slope, beta = rng.uniform(0.5, 2.0), rng.uniform(0.8, 0.95)
    path = runs.heavy_ball(lambda x: slope + 0 * x, 0.0, 1.0, beta, 600)
    return equal(slope, path[-2] - path[-1], "velocity under a constant gradient")


def _centred(rng: np.random.Generator) -> Reading:
    mean, spread = rng.uniform(1.0, 3.0), rng.uniform(0.3, 0.8)
    values = mean + spread * runs.signs(8)
    expected = float(np.mean(runs.average(0.9, values**2))) / (1 - 0.9**8)
    return equal(spread**2, expected, "Adam's second average, all 256 sequences")


def _linear(rng: np.random.Generator) -> Reading:
    start = rng.uniform(0.5, 0.9)
    path = runs.descend(lambda x: x**3, start, 1 / (3 * start**2), 400)
    gaps = path**4
    claimed = math.log(gaps[200] / gaps[0])
    return equal(claimed, math.log(gaps[400] / gaps[200]), "log of the gap: 200 steps, 200 more")


def _online_end(slope: float, *, keep_largest: bool) -> float:
    slopes = online_slope(slope, 300)
    path, _ = runs.adam(
        lambda k, x: slopes[k] + 0 * x,
        0.0,
        step=0.1,
        steps=300,
        beta1=0.0,
        beta2=1 / (1 + slope**2),
        corrected=False,
        keep_largest=keep_largest,
        limit=1.0,
    )
    return float(path[-3:].mean())


def _nonconvex(rng: np.random.Generator) -> Reading:
    slope = rng.uniform(3.0, 6.0)
    claimed = _online_end(slope, keep_largest=True)
    return equal(claimed, _online_end(slope, keep_largest=False), "mean of the last cycle")


def _inside(rng: np.random.Generator) -> Reading:
    slope, epsilon = 10 ** rng.uniform(-3, -2), 1e-3
    outside = slope / (slope + epsilon)
    square = runs.average(0.99, np.full(50, slope**2)) / (1 - 0.99**50)
    return equal(outside, slope / math.sqrt(square + epsilon), "size of a step, in learning rates")


def _every(rng: np.random.Generator) -> Reading:
    end = lessard_path(rng.uniform(3.1, 3.4), 300)[-3:]
    return equal(0.0, np.abs(end).max(), "distance after 300 steps", scale=1.0)


def _replacement(rng: np.random.Generator) -> Reading:
    values = rng.normal(size=10)
    whole = [tuple(i for i in range(10) if i != left) for left in range(10)]
    return equal(float(values.var()) / 9, batch_spread(values, whole), "batches of 9 out of 10")


def _settles(rng: np.random.Generator) -> Reading:
    curvature, noise = rng.uniform(0.5, 2.0, size=2)
    step = rng.uniform(0.2, 0.6) / curvature
    paths = all_noise_paths(np.full(12, step), curvature, noise, 0.0)
    return equal(0.0, np.mean(paths[:, -1] ** 2), "mean square after 12 steps", scale=1.0)


ERRATA = (
    Erratum(
        id="GD-e1",
        claim=r"Convergence is promised up to the step $1/L$ only, as if longer steps failed.",
        counterexample=r"A random quadratic, on which the step is raised until the method fails.",
        check=_limit,
        corrected=r"On a quadratic every step below $2/L$ converges, and on any smooth function "
        r"every such step descends. $1/L$ is the step of the largest guaranteed decrease.",
        statement="GD-6",
    ),
    Erratum(
        id="GD-e2",
        claim=r"A step is said to lower the objective by $\eta\lVert\nabla f\rVert^2$, as the "
        "linear part says.",
        counterexample=r"A quadratic along its steepest axis with the step $1.5/L$.",
        check=_decrease,
        corrected=r"Guaranteed is $\eta(1-\frac{L\eta}{2})\lVert\nabla f\rVert^2$: a quarter of it "
        r"at $1.5/L$, and nothing at $2/L$.",
        statement="GD-7",
    ),
    Erratum(
        id="GD-e3",
        claim=r"The bound $(1-1/\kappa)^T$ for the share of the gap at the step $1/L$ is shown as "
        "the rate, as if it were reached.",
        counterexample="A quadratic from its flattest axis, where the gap shrinks the least.",
        check=_loose,
        corrected=r"The exact worst case on quadratics is $(1-1/\kappa)^{2T}$: half as many steps.",
        statement="GD-11",
    ),
    Erratum(
        id="GD-e4",
        claim=r"$LR^2/(2T)$ is shown as the rate on convex functions, as if it were reached.",
        counterexample="Huber's function with the worst threshold.",
        check=_twice,
        corrected=r"The exact worst case is $LR^2/(4T+2)$, less than half of it.",
        statement="GD-14",
    ),
    Erratum(
        id="GD-e5",
        claim=r"Momentum is credited with the speed-up $1/(1-\beta)$ and no more: the rates "
        r"$(\kappa-1)/(\kappa+1)$ and $(\sqrt\kappa-1)/(\sqrt\kappa+1)$ do not appear.",
        counterexample="The heavy ball and gradient descent with their best constants on an "
        "ill-conditioned quadratic.",
        check=_order,
        corrected=r"It replaces the condition number by its root: about $\sqrt\kappa$ plain steps "
        r"for one, while $1/(1-\beta)$ is about $\sqrt\kappa/4$.",
        statement="GD-18",
    ),
    Erratum(
        id="GD-e6",
        claim=r"Nesterov's method is written with a constant momentum such as 0.9 and credited "
        r"with the rate $1/T^2$ on convex functions.",
        counterexample="Huber's function with the worst threshold, after some 200 steps.",
        check=_constant,
        corrected=r"The rate $2LR^2/(T+1)^2$ needs a momentum that grows towards 1. With a "
        r"constant one some convex function leaves a gap of the order $1/T$.",
        statement="GD-21",
    ),
    Erratum(
        id="GD-e7",
        claim="The root of Adam's second moment is said to approximate the diagonal of the "
        "Hessian.",
        counterexample=r"The parabola $\frac12hx^2$ at a point far from its minimum.",
        check=_curvature,
        corrected=r"It is $h|x|$ there: it measures gradients, not how they change.",
        statement="GD-25",
    ),
    Erratum(
        id="GD-e8",
        claim="The velocity of the heavy ball is called an average of the gradients.",
        counterexample="A constant gradient, of which every average is the gradient itself.",
        check=_average,
        corrected=r"Its weights add up to $1/(1-\beta)$; at 0.9 the velocity is ten gradients.",
        statement="GD-15",
    ),
    Erratum(
        id="GD-e9",
        claim="Adam's second moment is called a running variance of the gradient.",
        counterexample="Gradients of two equally likely values around a mean that is not 0.",
        check=_centred,
        corrected="It is not centred: variance plus squared mean. Without any noise it is the "
        "squared gradient.",
        statement="GD-24",
    ),
    Erratum(
        id="GD-e10",
        claim=r"Tables set the word linear convergence beside the rate $O(1/T)$.",
        counterexample=r"$f(x)=x^4/4$, with a step that is safe at the start. Linear convergence "
        "would take the same factor off in the second 200 steps as in the first.",
        check=_linear,
        corrected=r"Linear means a fixed factor per step, and needs more than convexity, such as "
        r"strong convexity. $O(1/T)$ is sublinear: twice the steps for half the gap.",
        statement="GD-14",
    ),
    Erratum(
        id="GD-e11",
        claim="AMSGrad is described as a repair for non-convex problems, so that on convex ones "
        "Adam would end where AMSGrad does.",
        counterexample="The linear losses with slopes $C,-1,-1$ on the interval from $-1$ to 1.",
        check=_nonconvex,
        corrected="The counterexample to Adam is convex, even linear: Adam ends near the worst "
        "point and AMSGrad near the best.",
        statement="GD-28",
    ),
    Erratum(
        id="GD-e12",
        claim=r"Two forms of AdaGrad or Adam, with $\epsilon$ inside the root and outside, are "
        "used as if they were the same.",
        counterexample=r"A small constant slope, of the size of $\epsilon$ or a few times larger.",
        check=_inside,
        corrected=r"Outside, the step is $\eta|g|/(|g|+\epsilon)$; inside it is "
        r"$\eta|g|/\sqrt{g^2+\epsilon}$, which for small slopes is as if $\sqrt\epsilon$ stood "
        r"outside.",
        statement="GD-26",
    ),
    Erratum(
        id="GD-e13",
        claim="The fast rate of the heavy ball is stated for every strongly convex function.",
        counterexample="A function of three parabolas with curvatures 1 and 25, and the constants "
        "that are best for quadratics of this range.",
        check=_every,
        corrected="It holds for quadratics (and in the limit for starts close to the minimum, if "
        "the curvature is continuous there). Elsewhere the method may cycle and never converge.",
        statement="GD-18",
    ),
    Erratum(
        id="GD-e14",
        claim=r"The variance of a batch is given as $\sigma^2/B$, although batches are drawn "
        "without replacement.",
        counterexample="Batches of nine out of ten examples.",
        check=_replacement,
        corrected=r"The factor $1-\frac{B-1}{N-1}$ belongs to it: a batch of all examples has no "
        "noise.",
        statement="GD-31",
    ),
    Erratum(
        id="GD-e15",
        claim="Stochastic gradient descent with a constant small step is said to converge to the "
        "minimum, only more noisily.",
        counterexample="A parabola with noise, started at its minimum.",
        check=_settles,
        corrected=r"It settles at the variance $\frac{\eta\sigma^2}{\lambda(2-\eta\lambda)}$. With "
        "the same noise, falling steps (GD-33) or averaging (GD-34) go below.",
        statement="GD-32",
    ),
)
