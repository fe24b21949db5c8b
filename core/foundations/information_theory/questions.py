"""The self-test: every right answer is computed."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import softmax
from scipy.stats import entropy

from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.measuring import nearest
from core.foundations.schema import Question


def _rare_disease() -> int:
    return nearest(f.diagnostic_bits(0.01, 0.99, 0.99), (6.63, 0.92, 0.06, 0.0))


def _code() -> int:
    p = np.array([0.5, 0.25, 0.125, 0.125])
    return nearest(float(p @ draw.huffman_lengths(p)), (1.5, 1.75, 2.0, 2.75))


def _direction() -> int:
    narrow_first = f.normal_divergence(0, 1, 0, 3)
    wide_first = f.normal_divergence(0, 3, 0, 1)
    if math.isclose(narrow_first, wide_first):
        return 2
    return 0 if narrow_first > wide_first else 1


def _noise() -> int:
    return nearest(f.plugin_bias(2, 10, 90), (0.0, 0.005, 0.05, 0.5))


def _metres() -> int:
    in_centimetres = 10.0
    changed = f.rescaled_entropy(in_centimetres, 0.01) - in_centimetres
    return nearest(changed, (math.log(100), 0.0, -math.log(100), 1 / 100))


def _temperature() -> int:
    """Return the first of ranking, entropy and most likely class that stays, or none of them."""
    scores = np.array([1.4, 0.2, -0.7, 0.9])
    cold, warm = softmax(scores), softmax(scores / 2)
    order_stays = bool((np.argsort(cold) == np.argsort(warm)).all())
    entropy_stays = math.isclose(float(entropy(cold)), float(entropy(warm)))
    if order_stays:
        return 2 if entropy_stays else 0
    return 1 if entropy_stays else 3


def _index() -> int:
    return nearest(f.unchanged_psi(10, 100, 100), (0.0, 0.02, 0.18, 0.9))


QUESTIONS = (
    Question(
        id="IT-q1",
        prompt="A test has sensitivity and specificity 99 %. One patient in a hundred is ill. How "
        "many bits does the answer give on average?",
        options=("6.63 bits", "0.92 bits", "0.06 bits", "none"),
        answer=_rare_disease,
        why="Only 0.08 bits are open before the test; it gives most of them. The same test gives "
        "0.92 bits where half of the patients are ill.",
        statement="IT-23",
    ),
    Question(
        id="IT-q2",
        prompt="Four outcomes have probabilities 1/2, 1/4, 1/8 and 1/8. How long is the best "
        "prefix code on average?",
        options=("1.5 bits", "1.75 bits", "2 bits", "2.75 bits"),
        answer=_code,
        why="All probabilities are powers of one half, so the code meets the entropy exactly.",
        statement="IT-7",
    ),
    Question(
        id="IT-q3",
        prompt="Let $p$ be normal with standard deviation 1 and $q$ with 3, same mean. Which "
        "divergence is larger?",
        options=("$D(p\\|q)$", "$D(q\\|p)$", "They are equal"),
        answer=_direction,
        why="Draws from the wide law often fall where the narrow one leaves almost nothing.",
        statement="IT-10",
    ),
    Question(
        id="IT-q4",
        prompt="A feature with ten values is unrelated to a yes-or-no label. About which estimate "
        "of their information do you expect from 90 cases?",
        options=("0 nats", "0.005 nats", "0.05 nats", "0.5 nats"),
        answer=_noise,
        why="$(2-1)(10-1)/(2\\cdot90)$: counts fluctuate, and every fluctuation looks like "
        "information.",
        statement="IT-21",
    ),
    Question(
        id="IT-q5",
        prompt="Heights are given in metres instead of centimetres. What happens to their "
        "differential entropy?",
        options=(
            "It rises by $\\log100$",
            "It stays",
            "It falls by $\\log100$",
            "It is divided by 100",
        ),
        answer=_metres,
        why="The factor is 1/100, and its logarithm is added.",
        statement="IT-26",
    ),
    Question(
        id="IT-q6",
        prompt="A softmax is tempered with $T=2$. What stays as it was?",
        options=(
            "The ranking of the classes, but not the entropy",
            "The entropy, but not the ranking",
            "Ranking and entropy",
            "Neither",
        ),
        answer=_temperature,
        why="One positive divisor keeps the order of the scores and raises the entropy.",
        statement="IT-35",
    ),
    Question(
        id="IT-q7",
        prompt="Two samples of 100 patients from the same population are compared in ten bins. "
        "About which stability index do you expect?",
        options=("0", "0.02", "0.18", "0.9"),
        answer=_index,
        why="$9\\cdot(1/100+1/100)$: above the cut-off of 0.1 that many tools print, without any "
        "change.",
        statement="IT-37",
    ),
)
