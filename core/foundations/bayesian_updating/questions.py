"""The self-test; each answer is computed and looked up among the options."""

from __future__ import annotations

import numpy as np

from core.foundations.bayesian_updating import formulas, formulas_choice
from core.foundations.bayesian_updating.bayes_rule import joint_table
from core.foundations.measuring import nearest
from core.foundations.schema import Question


def _positive() -> int:
    table = joint_table(0.01, 0.9, 0.91)
    return nearest(table[1, 1] / table[:, 1].sum(), (0.09, 0.5, 0.81, 0.9))


def _copy() -> int:
    prior, chances = np.array([1.0, 10.0]) / 11, np.array([0.5, 0.05])
    both_positive = prior * chances
    return nearest(both_positive[0] / both_positive.sum(), (0.91, 0.5, 0.67, 0.99))


def _expected_move() -> int:
    table = joint_table(0.3, 0.8, 0.7)
    after = table[1] / table.sum(axis=0)
    return nearest(float(after @ table.sum(axis=0)) - 0.3, (0.24, 0.1, 0.0, -0.14))


def _mean() -> int:
    after = formulas.beta_update(*(v for v in (2, 8, 6, 10)))
    return nearest(float(formulas.beta_mean(*after)), (0.6, 0.2, 0.5, 0.4))


def _deviation() -> int:
    _, variance = formulas.normal_update(120.0, 10.0**2, 130.0, 5.0**2, 1)
    return nearest(variance**0.5, (4.5, 5.0, 7.5, 11.2))


def _threshold() -> int:
    return nearest(formulas_choice.treatment_threshold(1.0, 9.0), (0.5, 0.11, 0.1, 0.9))


def _penalty() -> int:
    one = np.ones(1)
    wide, narrow = (
        1 / formulas_choice.map_weights(one[:, None], one, 1.0, spread)[0] - 1
        for spread in (1.0, 0.5)
    )
    return nearest(float(narrow / wide), (2.0, 0.5, 0.25, 4.0))


QUESTIONS = (
    Question(
        id="BU-q1",
        prompt="One in 100 is ill. A test finds 90 % of the ill and clears 91 % of the well. Of "
        "those who test positive, what share is ill?",
        options=("About 9 %", "About 50 %", "About 81 %", "About 90 %"),
        answer=_positive,
        why="Of 1,000 people, 9 of the 10 ill are positive, but so are 89 of the 990 well.",
        statement="BU-2",
    ),
    Question(
        id="BU-q2",
        prompt="Prior odds are 1 to 10. A finding with likelihood ratio 10 is noted, and a "
        "colleague copies it into the record as a second finding. What is the probability of "
        "illness?",
        options=("About 91 %", "50 %", "67 %", "Over 99 %"),
        answer=_copy,
        why="A copy brings no further likelihood ratio: 10 times 1 to 10 is 1 to 1.",
        statement="BU-4",
    ),
    Question(
        id="BU-q3",
        prompt="Before a test the probability of illness is 30 %. Sensitivity is 80 %, "
        "specificity 70 %. By how much does the probability change on average over both results?",
        options=(
            "It rises by 24 points",
            "It rises by 10 points",
            "Not at all",
            "It falls by 14 points",
        ),
        answer=_expected_move,
        why="The expected posterior is the prior: rises and falls balance, weighted by how often "
        "they happen.",
        statement="BU-5",
    ),
    Question(
        id="BU-q4",
        prompt="The prior of a share is Beta(2, 8). Of ten patients six have the event. What is "
        "the posterior mean?",
        options=("0.6", "0.2", "0.5", "0.4"),
        answer=_mean,
        why="The prior is worth ten patients with a mean of 0.2, the data ten with 0.6: the "
        "answer lies in the middle.",
        statement="BU-7",
    ),
    Question(
        id="BU-q5",
        prompt="A blood pressure is known with a standard deviation of 10. One measurement has a "
        "standard deviation of 5. What is the standard deviation afterwards?",
        options=("About 4.5", "5", "7.5", "About 11.2"),
        answer=_deviation,
        why="Precisions add: 1/100 + 1/25 = 1/20, and the root of 20 is about 4.5. It is smaller "
        "than either.",
        statement="BU-11",
    ),
    Question(
        id="BU-q6",
        prompt="Treating a well patient costs 1, leaving an ill one untreated costs 9. Above "
        "which risk is treating best?",
        options=("0.5", "0.11", "0.1", "0.9"),
        answer=_threshold,
        why="Harm over harm plus benefit, 1 / (1 + 9). The ratio 1/9 is the odds at the "
        "threshold, not the risk.",
        statement="BU-19",
    ),
    Question(
        id="BU-q7",
        prompt="The standard deviation of the normal prior of the coefficients is halved. What "
        "becomes of the ridge penalty?",
        options=(
            "It doubles",
            "It halves",
            "It falls to a quarter",
            "It becomes four times as large",
        ),
        answer=_penalty,
        why="The penalty is the noise variance over the prior variance, and the variance falls to "
        "a quarter.",
        statement="BU-21",
    ),
)
