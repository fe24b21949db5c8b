"""Questions whose answers are computed."""

from __future__ import annotations

import numpy as np

from core.foundations.measuring import nearest
from core.foundations.pca_svd import cautions, formulas
from core.foundations.schema import Question


def _rank_two() -> int:
    a = np.diag([6.0, 5.0, 4.0, 3.0])
    rest = a - np.diag([6.0, 5.0, 0.0, 0.0])
    return nearest(float(np.sqrt(np.sum(rest**2))), (7.0, 4.0, 5.0, 3.5))


def _digits() -> int:
    spread = np.linalg.cond(np.diag([1.0, 1e-5]))
    return nearest(np.log10(formulas.gram_condition(float(spread))), (2.5, 5.0, 10.0, 25.0))


def _share() -> int:
    """Return the share of the first component of two columns with correlation 0.6."""
    variances = np.linalg.eigvalsh(np.array([[1.0, 0.6], [0.6, 1.0]]))
    return nearest(variances[-1] / variances.sum(), (0.6, 0.8, 0.36, 0.5))


def _turned() -> int:
    """Return where the first axis turns when the first column is multiplied by 100."""
    before = formulas.angle_after_scaling(1.0, 1.0, 0.5, 1.0)
    after = formulas.angle_after_scaling(1.0, 1.0, 0.5, 100.0)
    if np.isclose(after, before):
        return 2
    return 0 if after < before else 1


def _noise() -> int:
    """Return the largest eigenvalue of noise with as many columns as half its rows."""
    top = cautions.noise_spectra(np.random.default_rng(0), 5, 200, 100)[:, -1].mean()
    return nearest(float(top), (1.0, 1.5, 2.8, 8.0))


def _distance() -> int:
    rows = np.random.default_rng(0).standard_normal((20_000, 16))
    return nearest(float(np.mean(np.sum(rows**2, axis=1))), (1.0, 4.0, 16.0, 256.0))


QUESTIONS = (
    Question(
        "PS-q1",
        "A matrix has the singular values 6, 5, 4 and 3. How far (over all entries) is the "
        "nearest matrix of rank 2?",
        ("7", "4", "5", "3.5"),
        _rank_two,
        r"The dropped values are 4 and 3: $\sqrt{16+9}$.",
        "PS-11",
    ),
    Question(
        "PS-q2",
        "The condition number of a table is 100,000. How many decimal digits may be lost if its "
        "normal equations are solved?",
        ("2.5", "5", "10", "25"),
        _digits,
        "The condition number is squared, so its logarithm doubles.",
        "PS-21",
    ),
    Question(
        "PS-q3",
        "Two standardised columns have the correlation 0.6. Which share of the variance does the "
        "first component carry?",
        ("60 %", "80 %", "36 %", "50 %"),
        _share,
        r"The eigenvalues are $1\pm0.6$, and their sum is 2.",
        "PS-12",
    ),
    Question(
        "PS-q4",
        "Two columns have equal variance and are correlated. The first is now given in "
        "centimetres instead of metres. Where does the first axis turn?",
        (
            "Towards the axis of the first column",
            "Towards the axis of the second column",
            "It stays where it is",
        ),
        _turned,
        "The first column now has 10,000 times the variance, so it is nearly the whole first "
        "component.",
        "PS-19",
    ),
    Question(
        "PS-q5",
        "Pure noise with variance 1, 200 rows and 100 columns: how large is the largest "
        "eigenvalue of the sample covariance, about?",
        ("1", "1.5", "2.8", "8"),
        _noise,
        r"Large tables come near $(1+\sqrt{100/200})^2\approx2.9$, from below.",
        "PS-23",
    ),
    Question(
        "PS-q6",
        "Normal data in 16 columns: what is the mean squared Mahalanobis distance of a row from "
        "the true mean?",
        ("1", "4", "16", "256"),
        _distance,
        "It is a sum of 16 squared standard normal scores, each with mean 1.",
        "PS-25",
    ),
)
