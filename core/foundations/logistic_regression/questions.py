"""The self-test: every answer is computed."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from core.foundations.logistic_regression import sampling, separation
from core.foundations.logistic_regression.support import loss_of, precise_softplus
from core.foundations.measuring import complex_gradient, nearest
from core.foundations.schema import Question


def _tripled() -> int:
    return nearest(float(expit(logit(0.2) + np.log(3))), (0.23, 0.43, 0.60, 0.75))


def _most() -> int:
    grid = np.linspace(-6, 6, 100_001)
    return nearest(float(np.max(expit(grid + 0.8) - expit(grid))), (0.80, 0.40, 0.20, 0.10))


def _pull() -> int:
    X, y = np.array([[2.0]]), np.array([0.0])
    slope = float(complex_gradient(loss_of(X, y), np.array([float(logit(0.9)) / 2]))[0])
    return nearest(slope, (0.18, 0.9, 1.8, 2.0))


def _far() -> int:
    exact = float(precise_softplus(800.0))
    return nearest(exact, (0.0, 34.5, 709.8, 800.0))


def _longer() -> int:
    early, late = separation.flow(4, 1.0, np.array([100.0, 1000.0]))
    return nearest(float(late - early), (0.0, 2.3, 10.0, 90.0))


def _thinned() -> int:
    def kept(p: float) -> float:
        return p / (p + 0.1 * (1 - p)) - 0.5

    return nearest(float(brentq(kept, 0.001, 0.999)), (0.05, 0.09, 0.50, 0.91))


def _base_rate() -> int:
    p = np.array([0.1, 0.7])
    mean = float(p.mean())
    gap = _entropy(np.array([mean]))[0] - float(_entropy(p).mean())
    return nearest(gap, (0.0, 0.21, 0.47, 0.67))


def _entropy(p: np.ndarray) -> np.ndarray:
    return np.asarray(-p * np.log(p) - (1 - p) * np.log(1 - p))


def _turns() -> int:
    peak = sampling.turning_point()
    return nearest(float(expit(peak)), (0.75, 0.92, 0.99, 1.0))


QUESTIONS = (
    Question(
        id="LR-q1",
        prompt="A risk is 20 %. A finding has the odds ratio 3. What is the risk with it?",
        options=("23 %", "43 %", "60 %", "75 %"),
        answer=_tripled,
        why="The odds are 1/4; three times that is 3/4, which is a probability of 3/7.",
        statement="LR-4",
    ),
    Question(
        id="LR-q2",
        prompt="A coefficient is 0.8. By how much can one unit move a probability at most?",
        options=("About 80 points", "About 40 points", "About 20 points", "About 10 points"),
        answer=_most,
        why="The largest change is tanh(0.2), just below a quarter of the coefficient.",
        statement="LR-5",
    ),
    Question(
        id="LR-q3",
        prompt="One row has x = 2, the estimate is 0.9 and the event does not come. What is the"
        " slope of the cross-entropy in the coefficient?",
        options=("0.18", "0.90", "1.80", "2.00"),
        answer=_pull,
        why="It is the residual times x: 0.9 times 2. The slope of the sigmoid has cancelled.",
        statement="LR-10",
    ),
    Question(
        id="LR-q4",
        prompt="What is log(1 + exp(800)) to the digits that a double can hold?",
        options=("0", "34.5", "709.8", "800"),
        answer=_far,
        why="It is 800 plus a number below the last digit. Overflow belongs to the way it is"
        " computed, not to the value.",
        statement="LR-17",
    ),
    Question(
        id="LR-q5",
        prompt="Separated rows at distance 1, late in training: it goes on ten times as long. By"
        " how much does the slope still grow?",
        options=("Not at all", "By about 2.3", "By a factor of 10", "By about 90"),
        answer=_longer,
        why="It grows like the logarithm of the time, and log(10) is 2.3.",
        statement="LR-22",
    ),
    Question(
        id="LR-q6",
        prompt="A model was fitted to all cases and every tenth control. It says 50 %. What is the"
        " risk in the population?",
        options=("5 %", "9 %", "50 %", "91 %"),
        answer=_thinned,
        why="Subtract log(10) from log-odds of 0: the odds are 1 to 10.",
        statement="LR-31",
    ),
    Question(
        id="LR-q7",
        prompt="Half of the people have a risk of 10 %, half of 70 %. How much log loss does a"
        " forecast of 40 % for all give away?",
        options=("None: it is calibrated", "About 0.21", "About 0.47", "About 0.67"),
        answer=_base_rate,
        why="It is calibrated, and loses what knowing the group is worth: the mean divergence of"
        " the two risks from 40 %.",
        statement="LR-30",
    ),
    Question(
        id="LR-q8",
        prompt="From which share of events on does the Wald statistic of one group fall as the"
        " effect grows?",
        options=("75 %", "92 %", "99 %", "It never falls"),
        answer=_turns,
        why="Its derivative changes sign where the estimate times tanh of its half is 2: at"
        " log-odds of 2.40.",
        statement="LR-34",
    ),
)
