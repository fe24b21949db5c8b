r"""Watching calibration batch after batch, with a bound on false alarms that holds for ever.

The recalibrated reference says how probable each outcome is. Bets against it, on shifted levels and
on other slopes, multiply a stake. A fair game does not make rich: the stake ever exceeds c with a
probability of at most 1 / c (Ville), however often one looks. Four things are done beyond that:

* Bets start afresh with every batch t, with a share 1 / (t (t + 1)) of the stake, and the rest
  waits. A change after many quiet batches is then not held back by what was lost before.
* The reference is an estimate. The stake is computed against a grid of lines around it, each
  multiplied by k exp((1 - k) D / 2), D being the reference's deviance of that line, and the
  smallest counts. At the true line this factor is an e-value of the reference (D is about
  chi-square with 2 degrees of freedom), so the product keeps the bound although the reference is
  not exact.
* The lines that are bet on are themselves in the grid: where the reference is so small that the
  truth may be one of them, betting on it cannot win.
* The grid reaches to about D = 13.8, beyond which the true line lies with probability 0.001; the
  threshold is 1 / (0.05 - 0.001) to make up for it.

References
----------
Ville, Etude critique de la notion de collectif (1939); Vovk and Wang, Ann. Statist. 49 (2021)
1736-1754 (e-values and calibrators); Shin, Ramdas and Rinaldo, New England J. Stat. Data Sci. 2
(2024) 229-260 (mixtures over the time of change).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from core.errors import InputError, NotEnoughDataError
from core.stats.calibration_line import Sample, checked_sample, line_of
from core.stats.grouped_logistic import Floats

LEVEL = 0.05
"""Largest probability of a false alarm, ever."""

SHIFTS = (-1.0, -0.6, -0.3, 0.3, 0.6, 1.0)
SLOPES = (0.4, 0.7, 1.4, 2.0)

_BETS = len(SHIFTS) + 2 * len(SLOPES)

MIN_OUTCOMES = 10
"""Events, and rows without, that a reference needs."""

COMFORTABLE_EVENTS = 200
"""Events from which the uncertainty of the reference costs little power."""

_MISSED = 0.001
_KAPPA = 0.2
_RINGS = 5
_BENDINGS = 12
_CLOSE = 0.2
_RADIUS = math.sqrt(-2 * math.log(_MISSED))
_ROWS = 4_096
_FACTORS = 32

THRESHOLD = 1 / (LEVEL - _MISSED)
"""Evidence from which the alarm is raised, 20.4."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class CalibrationMonitor:
    """The state of a watch over calibration; :meth:`update` returns the next one.

    Attributes
    ----------
    n_reference, events_reference : int
        Rows of the reference, and outcomes among them.
    null : ndarray, shape (105, 2)
        Intercept and slope, in the log-odds as predicted, of the lines that the bets are held
        against: those around the reference's, its own first, and those of the bets last.
    penalty : ndarray, shape (105,)
        Logarithm of the factor of each.
    stakes : ndarray, shape (14, 105)
        Logarithm of what each bet is worth, by the line it is held against.
    log_evidence : tuple of float
        Logarithm of the evidence after each batch.
    n : int
        Rows seen.
    """

    n_reference: int
    events_reference: int
    null: Floats
    penalty: Floats
    stakes: Floats
    log_evidence: tuple[float, ...] = ()
    n: int = 0

    @classmethod
    def start(cls, reference_y: ArrayLike, reference_p: ArrayLike) -> CalibrationMonitor:
        """Begin a watch.

        Parameters
        ----------
        reference_y : array_like, shape (n,)
            Outcomes, 0 or 1.
        reference_p : array_like, shape (n,)
            Predicted probabilities.

        Raises
        ------
        NotEnoughDataError
            If there are fewer than ``MIN_OUTCOMES`` events or rows without, or if the classes are
            separated perfectly, so that no change from this line can be judged.
        InputError
            If outcomes or probabilities cannot be used.
        """
        return cls.begin(checked_sample(reference_y, reference_p))

    @classmethod
    def begin(cls, reference: Sample) -> CalibrationMonitor:
        """Begin a watch with a sample, as :meth:`start` does."""
        rare = min(reference.events, reference.n - reference.events)
        if rare < MIN_OUTCOMES:
            raise NotEnoughDataError(
                f"The reference has {reference.events} events and "
                f"{reference.n - reference.events} rows without. Give at least {MIN_OUTCOMES} of "
                "either."
            )
        if not reference.has_line:
            raise NotEnoughDataError(
                f"The probabilities separate the {reference.n} outcomes of the reference "
                "perfectly, or are all the same: there is no calibration line to hold later "
                "batches against. Give a longer reference."
            )
        line, centre, spread = line_of(reference)
        null = np.concatenate([_neighbours(reference, line, spread), _bets(line, centre)])
        fits = _log_likelihood(reference, null)
        penalty = math.log(_KAPPA) + (1 - _KAPPA) * np.maximum(fits[0] - fits, 0.0)
        stakes = np.full((_BETS, len(null)), -np.inf)
        return cls(reference.n, reference.events, null, penalty, stakes)

    @property
    def bets(self) -> Floats:
        """Intercept and slope of the lines that are bet on, shape (14, 2)."""
        return self.null[-_BETS:]

    @property
    def batches(self) -> int:
        """Batches seen."""
        return len(self.log_evidence)

    @property
    def alarm(self) -> int | None:
        """Position, from 0, of the batch at which the evidence first reached ``THRESHOLD``."""
        limit = math.log(THRESHOLD)
        return next((i for i, value in enumerate(self.log_evidence) if value >= limit), None)

    @property
    def suspicion(self) -> str | None:
        """The bet that is worth most against the reference's line, in words; None at the start."""
        return names()[int(np.argmax(self.stakes[:, 0]))] if self.batches else None

    @property
    def note(self) -> str | None:
        """What to know of the reference, in a sentence, where it is small."""
        rare = min(self.events_reference, self.n_reference - self.events_reference)
        if rare >= COMFORTABLE_EVENTS:
            return None
        return (
            f"The rarer outcome occurs {rare} times in the reference, below {COMFORTABLE_EVENTS}: "
            "false alarms stay bounded, but a change has to be larger or last longer to be seen."
        )

    def update(self, y: ArrayLike, p: ArrayLike) -> CalibrationMonitor:
        """Take in the next batch and return the new state.

        Parameters
        ----------
        y : array_like, shape (m,)
            Outcomes, 0 or 1; their order does not matter.
        p : array_like, shape (m,)
            Predicted probabilities.

        Raises
        ------
        InputError
            If outcomes or probabilities cannot be used, or the batch is empty.
        """
        return self.take(checked_sample(y, p))

    def take(self, batch: Sample) -> CalibrationMonitor:
        """Take in a sample, as :meth:`update` does."""
        position = self.batches + 1
        fits = _log_likelihood(batch, self.null)
        gains = fits[-_BETS:, None] - fits
        stakes = np.logaddexp(self.stakes, -math.log(position * (position + 1))) + gains
        held = logsumexp(stakes, axis=0) - math.log(_BETS)
        worth = np.logaddexp(held, -math.log(position + 1)) + self.penalty
        evidence = (*self.log_evidence, float(worth.min()))
        return dataclasses.replace(self, stakes=stakes, log_evidence=evidence, n=self.n + batch.n)

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain, JSON-safe data; no row can be recovered from it."""
        return {
            "n_reference": self.n_reference,
            "events_reference": self.events_reference,
            "null": self.null.tolist(),
            "penalty": self.penalty.tolist(),
            "stakes": self.stakes.tolist() if self.batches else None,
            "log_evidence": list(self.log_evidence),
            "n": self.n,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> CalibrationMonitor:
        """Rebuild the state of :meth:`to_dict`, bit by bit.

        Raises
        ------
        InputError
            If the data are not such a state.
        """
        try:
            null, penalty = (np.array(stored[k], float) for k in ("null", "penalty"))
            shape = _BETS, len(null)
            known = stored["stakes"]
            stakes = np.full(shape, -np.inf) if known is None else np.array(known, float)
            evidence = tuple(float(value) for value in stored["log_evidence"])
            n_reference, events, n = (int(stored[k]) for k in _COUNTS)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(_NO_STATE) from error
        numbers = (null, penalty, np.array(evidence), *([] if known is None else [stakes]))
        shapes = null.shape == (*penalty.shape, 2)
        fits = shapes and stakes.shape == shape and (known is None) == (not evidence)
        if not fits or not all(np.isfinite(part).all() for part in numbers):
            raise InputError(_NO_STATE)
        return cls(n_reference, events, null, penalty, stakes, evidence, n)


_COUNTS = ("n_reference", "events_reference", "n")
_NO_STATE = "This is not the stored state of a calibration monitor. Start a new one."


def names() -> tuple[str, ...]:
    """Return what each bet stands for, in words."""
    shifts = tuple(f"log-odds {shift:+g}" for shift in SHIFTS)
    return shifts + tuple(
        f"slope times {slope:g} around {pivot}"
        for pivot in ("a probability of one half", "the typical score")
        for slope in SLOPES
    )


def _bets(line: Floats, centre: float) -> Floats:
    """Return the lines bet on: shifted, and turned around log-odds 0 and the typical score."""
    intercept, slope = line
    lines = [(intercept + shift, slope) for shift in SHIFTS]
    for pivot in (0.0, intercept + slope * centre):
        lines += [(pivot + turn * (intercept - pivot), turn * slope) for turn in SLOPES]
    return np.array(lines)


def _neighbours(reference: Sample, line: Floats, spread: Floats) -> Floats:
    """Return lines around the fitted one, which comes first.

    The rings of the disc are bent until each lies where its deviance is: with few outcomes the
    likelihood is lopsided, and an ellipse would leave out lines that may well be true.
    """
    disc = _disc()
    wanted, reach = np.sum(disc[1:] ** 2, axis=1), np.ones((len(disc), 1))
    for _ in range(_BENDINGS):
        fits = _log_likelihood(reference, line + (disc * reach) @ spread.T)
        off = wanted / np.maximum(2 * (fits[0] - fits[1:]), 1e-3)
        if np.abs(off - 1).max() < _CLOSE:
            break
        reach[1:, 0] *= np.sqrt(off)
    neighbours: Floats = line + (disc * reach) @ spread.T
    return neighbours


def _disc() -> Floats:
    """Return the points of a hexagonal pattern of rings in a disc, the centre first."""
    points = [(0.0, 0.0)]
    for ring in range(1, _RINGS + 1):
        for j in range(6 * ring):
            angle = 2 * math.pi * (j + ring % 2 / 2) / (6 * ring)
            reach = _RADIUS * ring / _RINGS
            points.append((reach * math.cos(angle), reach * math.sin(angle)))
    return np.array(points)


def _log_likelihood(sample: Sample, lines: Floats) -> Floats:
    """Return the log-likelihood of each line, shape (number of lines,)."""
    linear = lines[:, 0] * sample.y.sum() + lines[:, 1] * float(sample.y @ sample.score)
    total = np.zeros(len(lines))
    for start in range(0, sample.n, _ROWS):
        total += _softplus_sum(sample.score[start : start + _ROWS], lines)
    difference: Floats = linear - total
    return difference


def _softplus_sum(score: Floats, lines: Floats) -> Floats:
    """Return the sum of log(1 + exp(a + b * score)); one logarithm serves several factors."""
    eta = lines[:, :1] + lines[:, 1:] * score
    positive = np.maximum(eta, 0).sum(axis=1)
    factors = 1 + np.exp(-np.abs(eta))
    starts = np.arange(0, len(score), _FACTORS)
    products = np.multiply.reduceat(factors, starts, axis=1)
    total: Floats = positive + np.log(products).sum(axis=1)
    return total
