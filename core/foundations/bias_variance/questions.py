"""The self-test on bias and variance: every right answer is computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.foundations.bias_variance import formulas, formulas_many
from core.foundations.bias_variance.instances import basis, midpoints
from core.foundations.measuring import nearest
from core.foundations.schema import Question


def _numbers(
    options: Sequence[float], value: Callable[[], float]
) -> tuple[tuple[str, ...], Callable[[], int]]:
    """Return options as text, and the function that finds the right one."""
    return tuple(f"{option:g}" for option in options), lambda: nearest(value(), options)


def degree_needed() -> float:
    """Return the lowest degree whose polynomials reach all values at 20 points."""
    x = midpoints(20)
    return next(d for d in range(25) if np.linalg.matrix_rank(basis(x, d)) == 20)


def rows_of_fold() -> float:
    """Return how many rows the mean must be fitted to for the error of five folds of 100."""
    target = formulas_many.kfold_error(1.0, 100, 5)
    sizes = np.arange(1, 151)
    errors = np.array([formulas_many.mean_error(1.0, int(m)) for m in sizes])
    return float(sizes[np.argmin(np.abs(errors - target))])


def first_direction() -> int:
    """Return which direction is fitted further after five steps: strong, weak or neither."""
    strong, weak = formulas.stopping_filter(np.array([1.5, 0.4]), 0.2, 5)
    return 2 if np.isclose(strong, weak) else int(weak > strong)


def _question(
    number: int,
    prompt: str,
    options: Sequence[float],
    value: Callable[[], float],
    why: str,
    statement: str,
) -> Question:
    texts, answer = _numbers(options, value)
    return Question(f"BV-q{number}", prompt, texts, answer, why, statement)


QUESTIONS = (
    _question(
        1,
        r"Least squares with 10 parameters, 30 rows, $\sigma=0.3$, and no bias. What is the "
        "expected squared error on fresh values at the same points?",
        (0.06, 0.09, 0.12, 0.15),
        lambda: formulas.expected_error(0.09, 0.0, formulas.ols_variance(0.3, 10, 30)),
        r"Noise $0.09$ plus variance $\sigma^2p/m=0.03$.",
        "BV-8",
    ),
    _question(
        2,
        "Which degree is the lowest with which a polynomial can pass through any 20 values at "
        "distinct points?",
        (15, 18, 19, 20),
        degree_needed,
        "20 values need 20 coefficients, and degree $d$ has $d+1$.",
        "BV-9",
    ),
    _question(
        3,
        "Training error 0.06, least squares with 10 parameters and 30 rows, $\\sigma^2=0.09$. What "
        "is the unbiased estimate of the error on fresh values?",
        (0.06, 0.09, 0.12, 0.18),
        lambda: float(
            formulas.mallows(np.array(0.06), np.diag(np.repeat([1.0, 0.0], [10, 20])), 0.3)
        ),
        r"Add $2\sigma^2p/m=0.06$: noise is missing once because it was fitted, and once more "
        "because the fit carries it to fresh values.",
        "BV-7",
    ),
    _question(
        4,
        r"Models have variance 1 and pairwise correlation $0.4$. To what does the variance of "
        "their average tend as their number grows?",
        (0.0, 0.16, 0.4, 0.6),
        lambda: formulas_many.ensemble_variance(0.4, 1.0, 10**9),
        r"$\rho v$ remains; only $(1-\rho)v/B$ vanishes.",
        "BV-15",
    ),
    _question(
        5,
        "Five-fold cross-validation of the mean of 100 independent rows: for the error of the mean "
        "of how many rows is it unbiased?",
        (20, 80, 100, 120),
        rows_of_fold,
        r"Each fit sees $(k-1)m/k=80$ rows.",
        "BV-20",
    ),
    _question(
        6,
        r"Independent standard normal features, $\sigma^2=1$, 50 rows, 24 parameters. How far does "
        "the expected squared error of least squares on new patients lie above the noise?",
        (0.48, 0.96, 1.5, 2.0),
        lambda: formulas_many.ols_excess(1.0, 24, 50),
        r"$24/(50-24-1)=0.96$: on new rows it is twice as much as the $24/50$ at the old ones.",
        "BV-24",
    ),
    Question(
        "BV-q7",
        r"Gradient descent from 0, with $0<\eta d^2<1$ for all singular values $d$, is stopped "
        "after a few steps. Of which singular direction has the larger share been fitted?",
        ("the one with the large singular value", "the one with the small one", "both equally far"),
        first_direction,
        r"The share $1-(1-\eta d^2)^t$ grows with $d$ as long as $\eta d^2<1$.",
        "BV-14",
    ),
    _question(
        8,
        "Ten equally good models have independent normal scores with a standard deviation of 0.02. "
        "How much too good is the best score on average?",
        (0.006, 0.02, 0.031, 0.2),
        lambda: formulas_many.selection_optimism(0.02, 10),
        "The largest of ten standard normal values is 1.54 on average.",
        "BV-22",
    ),
)
