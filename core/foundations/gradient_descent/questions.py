"""Questions of the self-test; each answer is computed from the formulas or from a run."""

from __future__ import annotations

import math

import numpy as np

from core.foundations.gradient_descent import formulas, functions, runs
from core.foundations.measuring import nearest
from core.foundations.schema import Question


def _limit() -> int:
    return nearest(
        runs.largest_working_step(np.diag([4.0, 10.0, 25.0])), (1 / 25, 2 / 29, 2 / 25, 2.0)
    )


def _share() -> int:
    f = functions.Quadratic(np.eye(1), np.ones(1), np.eye(1))
    start = np.array([1.0])
    lowered = [
        float(f.value(start) - f.value(start - step * f.gradient(start)))
        for step in (0.5, 1.0, 1.5, 1.9)
    ]
    return int(np.argmax(lowered))


def _speed() -> int:
    plain = formulas.iterations_needed(10_000.0, 1e-6)
    ball = math.log(1e-6) / math.log(math.sqrt(formulas.heavy_ball_momentum(10_000.0)))
    return nearest(plain / ball, (2, 10, 100, 10_000))


def _weights() -> int:
    path = runs.heavy_ball(np.ones_like, 0.0, 1.0, 0.9, 400)
    return nearest(float(path[-2] - path[-1]), (0.9, 1.0, 1.9, 10.0))


def _steps() -> int:
    gaps = [formulas.accelerated_bound(1.0, 1.0, steps) for steps in (1_000, 10_000)]
    return nearest(gaps[0] / gaps[1], (2, 10, 100, 1_000))


def _scale() -> int:
    ends = [
        float(
            runs.adam(
                lambda _k, x, c=c: c * (x - 3),  # type: ignore[misc]
                0.0,
                step=0.1,
                steps=10,
                beta1=0.9,
                beta2=0.99,
            )[0][-1]
        )
        for c in (1.0, 1000.0)
    ]
    return nearest(ends[1] / ends[0], (0.001, 1.0, math.sqrt(1000.0), 1000.0))


def _batch() -> int:
    one, many = formulas.batch_variance(1.0, 1, 101), formulas.batch_variance(1.0, 51, 101)
    return nearest(one / many, (51, 102, 2601, 101))


def _floor() -> int:
    floors = [formulas.noise_floor(step, 1.0, 1.0) for step in (0.02, 0.01)]
    return nearest(floors[0] / floors[1], (1.0, math.sqrt(2.0), 2.0, 4.0))


QUESTIONS = (
    Question(
        id="GD-q1",
        prompt="A quadratic has the curvatures 4, 10 and 25. Below which step does gradient "
        "descent converge from every start?",
        options=("$1/25$", "$2/29$", "$2/25$", "2, as all curvatures are above 2"),
        answer=_limit,
        why=r"The steepest axis decides: $2/L$ with $L=25$. The answer is found by raising the "
        "step until the run fails.",
        statement="GD-6",
    ),
    Question(
        id="GD-q2",
        prompt="On the parabola with curvature 1, which step lowers the value the most?",
        options=("0.5", "1", "1.5", "1.9"),
        answer=_share,
        why=r"$\eta(1-\frac{L\eta}{2})$ is largest at $\eta=1/L$. A step of 1.9 loses nearly all "
        "again by landing on the other side.",
        statement="GD-7",
    ),
    Question(
        id="GD-q3",
        prompt="The condition number is 10,000. About how many plain steps does one step of the "
        "heavy ball replace, both with their best constants?",
        options=("2", "10", "100", "10,000"),
        answer=_speed,
        why=r"About $\sqrt\kappa$: the steps needed fall from the order of $\kappa$ to that of "
        r"$\sqrt\kappa$.",
        statement="GD-18",
    ),
    Question(
        id="GD-q4",
        prompt="The gradient is 1 everywhere and the momentum 0.9. Which velocity does the heavy "
        "ball reach?",
        options=("0.9", "1, as it is an average", "1.9", "10"),
        answer=_weights,
        why=r"The weights add up to $1/(1-0.9)$.",
        statement="GD-15",
    ),
    Question(
        id="GD-q5",
        prompt="Nesterov's method with growing momentum runs ten times longer on a convex "
        "function. By about which factor does its bound fall?",
        options=("2", "10", "100", "1,000"),
        answer=_steps,
        why=r"The bound $2LR^2/(T+1)^2$ falls with the square; that of gradient descent by 10.",
        statement="GD-22",
    ),
    Question(
        id="GD-q6",
        prompt=r"The objective is multiplied by 1000. How does Adam's path change, with "
        r"$\epsilon=0$?",
        options=(
            "It is 1000 times shorter",
            "Not at all",
            "It is about 32 times longer",
            "It is 1000 times longer",
        ),
        answer=_scale,
        why="The factor cancels between the first moment and the root of the second.",
        statement="GD-26",
    ),
    Question(
        id="GD-q7",
        prompt="Of 101 examples, batches of 51 are drawn without replacement. By which factor is "
        "the variance of the gradient smaller than with single examples?",
        options=("51", "102", "2601", "101"),
        answer=_batch,
        why=r"$51$ from the mean, and again a factor of 2 from $1-\frac{50}{100}$.",
        statement="GD-31",
    ),
    Question(
        id="GD-q8",
        prompt="A small constant step is halved. How much lower is the noise floor (as a "
        "variance)?",
        options=(
            "It is the same, only reached later",
            "About 1.4 times",
            "About 2 times",
            "About 4 times",
        ),
        answer=_floor,
        why=r"The floor is about $\frac{\eta\sigma^2}{2\lambda}$: proportional to the step.",
        statement="GD-32",
    ),
)
