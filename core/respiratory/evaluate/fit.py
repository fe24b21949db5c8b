"""Temperature, alert threshold and prediction sets, all fitted on validation films.

The three share the validation films, and the networks' best epochs were picked on them too. So the
finite-sample guarantee of split conformal sets holds only approximately: the coverage on test films
is measured and shown. Splitting the validation films in two would leave the rarest finding with
some twenty films a half, and a temperature is one number, fitted to all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from core.errors import NotEnoughDataError
from core.respiratory.decision import COVID, SCORES, Operating, ensemble_scores
from core.respiratory.evaluate.table import Films
from core.respiratory.schema import LABELS, SINGLE, Network
from core.stats.split_conformal import conformal_quantiles, prediction_sets
from core.stats.temperature import temperature_profile

LEVEL = 0.9
RECALL = 0.99
SPECIFICITY = 0.975
"""Both lie a standard error of the validation films above what is aimed at, 0.98 and 0.96."""
HALVINGS = 50
SEED = 0
METHODS: Mapping[str, str] = {
    "temperature": "One number a network, with the least log loss on the validation films. The "
    "ensemble is the mean of its members' calibrated log-probabilities, with a temperature of its "
    "own.",
    "threshold": f"Recall first: the highest threshold that finds at least {RECALL:g} of the "
    f"validation films with COVID-19. Where lower ones still leave {SPECIFICITY:g} of the others "
    "alone, the lowest of these is taken instead, because a missed case costs more than a false "
    "alarm. The few films of the Cohen collection without COVID-19 are not counted for it: hardly "
    "any threshold of use leaves them alone. Their false alarms are shown by source.",
    "sets": f"Class-conditional split conformal sets at {LEVEL:g}. Of the scores LAC and APS the "
    f"one is taken that gives more single, right findings over {HALVINGS} random halvings of the "
    "validation films.",
    "shared": "Temperature, threshold and sets rest on the same validation films, on which the "
    "networks' best epochs were picked too. The guarantee of the sets is therefore approximate; "
    "their coverage on test films is measured.",
}

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]


def fit_operating(validation: Films) -> dict[Network, Operating]:
    """Fit every network's operating point, the ensemble's included.

    Parameters
    ----------
    validation : Films
        Films the networks were not trained on.

    Raises
    ------
    NotEnoughDataError
        If a finding has no validation film.
    """
    y = validation.y
    for place, label in enumerate(LABELS):
        if not (y == place).any():
            raise NotEnoughDataError(
                f"No validation film has the label {label}: nothing can be fitted."
            )
    counted = validation.counted_for_alert
    found = {one: _fit(validation.logits[one], y, counted) for one in SINGLE}
    temperatures = {one: point.temperature for one, point in found.items()}
    together = ensemble_scores(validation.logits, temperatures)
    return {Network.ENSEMBLE: _fit(together, y, counted), **found}


def fit_temperature(scores: Floats, y: Labels) -> float:
    """Return the temperature with the least log loss.

    It is 1 where the data define none: if no film is called wrong, or all findings are equally
    likely for every film.

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        Logits, or log-probabilities up to a number a row.
    y : ndarray of int, shape (n,)
        The true columns.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, ICML (2017) 1321-1330.
    """
    profile = temperature_profile(y, np.exp(log_softmax(scores, axis=1)))
    return 1 / profile.estimate if profile.defined and profile.estimate > 0 else 1.0


def choose_threshold(
    p: Floats, positive: Flags, recall: float = RECALL, specificity: float = SPECIFICITY
) -> float:
    """Return the alert threshold, by the rule in :data:`METHODS`.

    Parameters
    ----------
    p : ndarray, shape (n,)
        Probability of the positives.
    positive : ndarray of bool, shape (n,)
        Which films are positives; at least one is, and one is not.
    recall : float
        Share of the positives at or above the threshold, at least.
    specificity : float
        Share of the others below it, wanted where the recall allows it.
    """
    ill, rest = np.sort(p[positive]), np.sort(p[~positive])
    missed = math.floor((1 - recall) * len(ill) + 1e-9)
    highest = float(ill[min(missed, len(ill) - 1)])
    spared = math.ceil(specificity * len(rest) - 1e-9)
    lowest = math.nextafter(float(rest[min(spared, len(rest)) - 1]), math.inf)
    return min(highest, lowest)


def choose_score(proba: Floats, y: Labels, level: float = LEVEL) -> str:
    """Return the score that gives more single, right findings on halves it was not fitted to."""
    rng = np.random.default_rng(SEED)
    halves = [rng.permutation(len(y)) for _ in range(HALVINGS)]
    gains = {name: np.mean([_single_right(name, proba, y, h, level) for h in halves])
             for name in SCORES}  # fmt: skip
    return max(gains, key=lambda name: gains[name])


def _single_right(name: str, proba: Floats, y: Labels, order: NDArray[np.intp], level: float
                  ) -> float:  # fmt: skip
    """Return the share of single, right findings in the second half of an order."""
    scores, rows = SCORES[name](proba), np.arange(len(y))
    first, second = order[: len(y) // 2], order[len(y) // 2 :]
    own = scores[rows, y]
    limits = conformal_quantiles(own[first], y[first], len(LABELS), level)
    kept = prediction_sets(scores[second], limits)
    return float(np.mean((kept.sum(axis=1) == 1) & kept[np.arange(len(second)), y[second]]))


def _fit(scores: Floats, y: Labels, counted: Flags) -> Operating:
    temperature = fit_temperature(scores, y)
    proba = np.exp(log_softmax(scores / temperature, axis=1))
    score = choose_score(proba, y)
    own = SCORES[score](proba)[np.arange(len(y)), y]
    return Operating(
        temperature=temperature,
        threshold=choose_threshold(proba[counted, COVID], y[counted] == COVID),
        score=score,
        level=LEVEL,
        quantiles=tuple(conformal_quantiles(own, y, len(LABELS), LEVEL).tolist()),
        counts=tuple(np.bincount(y, minlength=len(LABELS)).tolist()),
    )
