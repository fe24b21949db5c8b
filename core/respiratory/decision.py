"""From logits to what is said of a film: probabilities, the set of findings, the COVID-19 alert."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax

from core.errors import ArtifactError, InputError
from core.respiratory import runtime
from core.respiratory.schema import LABELS, SINGLE, Label, Network
from core.stats.split_conformal import aps_scores, lac_scores, prediction_sets

OPERATING = "operating.json"
SCORES = {"LAC": lac_scores, "APS": aps_scores}
COVID = LABELS.index(Label.COVID)

Floats = NDArray[np.float64]
Logits = Mapping[Network, ArrayLike]


@dataclasses.dataclass(frozen=True, slots=True)
class Operating:
    """What one network's logits mean, as fitted on validation films.

    Attributes
    ----------
    temperature : float
        Log-probabilities are divided by it; above 1 the network was too sure of itself.
    threshold : float
        Probability of COVID-19 from which a film raises the alert.
    score : str
        How badly a finding fits a film: ``"LAC"``, one minus its probability, or ``"APS"``, the
        probability of all findings that are likelier or as likely.
    level : float
        Coverage the sets aim at within each finding.
    quantiles : tuple of float
        For each finding the largest score with which it stays possible; infinite where there were
        too few films to ever exclude it.
    counts : tuple of int
        Validation films behind each quantile.
    """

    temperature: float
    threshold: float
    score: str
    level: float
    quantiles: tuple[float, ...]
    counts: tuple[int, ...]

    def sets(self, proba: Floats) -> NDArray[np.bool_]:
        """Return which findings stay possible, shape (n, 4), for probabilities of that shape."""
        return prediction_sets(SCORES[self.score](proba), np.array(self.quantiles))

    def to_dict(self) -> dict[str, Any]:
        """Return the operating point as plain data; an infinite quantile becomes ``None``."""
        finite = [q if math.isfinite(q) else None for q in self.quantiles]
        return {
            **dataclasses.asdict(self),
            "quantiles": dict(zip(LABELS, finite, strict=True)),
            "counts": dict(zip(LABELS, self.counts, strict=True)),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What is said of one film.

    Attributes
    ----------
    probabilities : mapping of finding to probability
        Calibrated on validation films; they sum to one.
    set : tuple of Label
        Findings that cannot be excluded at the level of the operating point.
    decision : Label or None
        The finding, if the set holds exactly one; else the reading abstains.
    covid_alert : bool
        Whether the probability of COVID-19 reaches the threshold.
    threshold : float
        That threshold.
    reason : str
        Why the reading abstains, as a sentence; empty where it does not.
    """

    probabilities: Mapping[Label, float]
    set: tuple[Label, ...]
    decision: Label | None
    covid_alert: bool
    threshold: float
    reason: str


def decide(
    network: Network, logits: Logits, operating: Mapping[Network, Operating] | None = None
) -> Decision:
    """Say what a network's logits mean for one film.

    Parameters
    ----------
    network : Network
        Which network is asked.
    logits : mapping of Network to array, shape (4,)
        Of that network; for the ensemble, of all three.
    operating : mapping of Network to Operating, optional
        By default that of the shipped models.

    Raises
    ------
    InputError
        If a network's logits are missing, are not four, or hold a number that is not finite.
    """
    points = shipped() if operating is None else operating
    point = points[network]
    proba = probabilities(network, {k: np.atleast_2d(v) for k, v in logits.items()}, points)
    possible = tuple(
        label for label, kept in zip(LABELS, point.sets(proba)[0], strict=True) if kept
    )
    alone = possible[0] if len(possible) == 1 else None
    return Decision(
        probabilities=dict(zip(LABELS, proba[0].tolist(), strict=True)),
        set=possible,
        decision=alone,
        covid_alert=bool(proba[0, COVID] >= point.threshold),
        threshold=point.threshold,
        reason="" if alone else _reason(possible, point.level),
    )


def probabilities(
    network: Network, logits: Logits, operating: Mapping[Network, Operating]
) -> Floats:
    """Return calibrated probabilities, shape (n, 4).

    Parameters
    ----------
    network, logits, operating
        As for :func:`decide`, with logits of shape (n, 4).
    """
    if network is Network.ENSEMBLE:
        score = ensemble_scores(logits, {one: operating[one].temperature for one in SINGLE})
    else:
        score = _checked(network, logits)
    return np.asarray(np.exp(log_softmax(score / operating[network].temperature, axis=1)))


def ensemble_scores(logits: Logits, temperatures: Mapping[Network, float]) -> Floats:
    """Return the mean of the three networks' calibrated log-probabilities, shape (n, 4).

    A mean of logarithms lets a network that excludes a finding weigh more than a mean of
    probabilities does. The result needs a temperature of its own.
    """
    members = [log_softmax(_checked(one, logits) / temperatures[one], axis=1) for one in SINGLE]
    return np.asarray(np.mean(members, axis=0), dtype=np.float64)


@functools.cache
def shipped() -> Mapping[Network, Operating]:
    """Return the operating points of the shipped models.

    Raises
    ------
    ArtifactError
        If the model folder is missing or altered.
    """
    return read_operating(runtime.artifact().json(OPERATING))


def read_operating(stored: Mapping[str, Any]) -> dict[Network, Operating]:
    """Return the operating points written by the evaluation.

    Raises
    ------
    ArtifactError
        If a network or a figure of it is missing.
    """
    try:
        return {Network(name): _read(point) for name, point in stored["networks"].items()}
    except (KeyError, ValueError, TypeError) as problem:
        raise ArtifactError(
            f"{OPERATING}: {problem} is missing or unknown. "
            "Run python -m benchmarks.respiratory_models --write again."
        ) from problem


def _read(point: Mapping[str, Any]) -> Operating:
    quantiles = tuple(
        math.inf if point["quantiles"][label] is None else float(point["quantiles"][label])
        for label in LABELS
    )
    counts = tuple(int(point["counts"][label]) for label in LABELS)
    plain = {name: point[name] for name in ("temperature", "threshold", "score", "level")}
    if plain["score"] not in SCORES:
        raise ValueError(plain["score"])
    return Operating(**plain, quantiles=quantiles, counts=counts)


def _checked(network: Network, logits: Logits) -> Floats:
    if network not in logits:
        raise InputError(f"logits: those of {network} are missing. Give a row of four for it.")
    values = np.asarray(logits[network], dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != len(LABELS):
        raise InputError(
            f"logits of {network}: the shape is {values.shape}. Give four a film: "
            f"{', '.join(LABELS)}."
        )
    if not np.isfinite(values).all():
        raise InputError(
            f"logits of {network}: not every one is a finite number, so that nothing is said of "
            "the film. Restore the network's file."
        )
    return values


def _reason(possible: tuple[Label, ...], level: float) -> str:
    share = f"{100 * level:g} %"
    if not possible:
        return f"No finding fits the film as well as it fits {share} of the films that have it."
    return f"Cannot be told apart at {share}: {', '.join(possible)}."
