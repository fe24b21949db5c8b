"""Watching a stream of scores for a change, with a proven rate of false alarms.

Each new score gets a conformal p value: its rank among the reference scores and all earlier scores
of the stream. While nothing changes, every order of these scores is equally likely, so the p values
are independent and uniform whatever the distribution of the scores, and however few reference
scores there are. Bets against that are pooled by the Shiryaev-Roberts recursion.

Why the average run length holds. For a uniform p, f(p) = k p^(k - 1) has mean 1. With
R <- (R + 1) f(p) from R = 0, the expectation of R, given the past, grows by exactly 1 a row: R - n
is a martingale, and so it is for the mean of R over several k. Stopped at the alarm time T, where
R >= c, this gives E[min(T, n)] = E[R at min(T, n)] >= c P(T <= n). Hence E[T] >= c, and an alarm
within the first n rows has a probability of at most n / c.

References
----------
Vovk et al., arXiv 2102.10439 (Shiryaev-Roberts on conformal p values, growing reference); Shin,
Ramdas and Rinaldo, arXiv 2203.03532 (average run length of e-detectors); Vovk, Nouretdinov and
Gammerman, arXiv 2412.03464 (validity of the conformal CUSUM, which this statistic bounds from
above); arXiv 2602.13848 (what a fixed reference would need to be valid).
"""

from __future__ import annotations

import dataclasses
import math
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError, NotEnoughDataError

Floats = NDArray[np.float64]

KAPPAS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Exponents of the bets: small ones for few, extreme p values, large ones for many, mild ones."""

CEILING = 1e300
"""The statistic rises no further: it has then long passed any threshold in use."""

MIN_CALIBRATION = 20
_BLOCK = 1024
_UNIT = 2.0**-53


@dataclasses.dataclass(frozen=True, slots=True)
class Alarm:
    """The moment the statistic reached its threshold.

    Attributes
    ----------
    row : int
        Position of the row in the stream, from 0.
    change_point : int
        Position of the row at which the change most likely began, see :func:`change_point`.
    statistic : float
        Value of the statistic at the alarm.
    """

    row: int
    change_point: int
    statistic: float

    @property
    def span(self) -> slice:
        """The rows from the change point up to and including the alarm."""
        return slice(self.change_point, self.row + 1)

    def to_dict(self) -> dict[str, int | float]:
        """Return the alarm as plain data."""
        return dataclasses.asdict(self)


class ShiryaevRoberts:
    """The conformal power-mixture Shiryaev-Roberts detector.

    Its state is a pure function of its arguments and of the scores it was given, in order: how
    they were cut into blocks does not matter, and replaying them gives the same bits.

    Parameters
    ----------
    calibration : array_like, shape (n,)
        Scores of the reference cases, exchangeable with those of the stream while nothing changes;
        larger means more unusual, infinity is allowed.
    target_arl : float, default 10,000
        Threshold of the statistic and lower bound of the expected number of rows up to a false
        alarm.
    seed : int, default 0
        Key of the random numbers that break ties (Philox, counted by the row's position).
    growing : bool, default True
        Whether rows join the reference until the alarm. Without it the p values share one fixed
        reference, are not independent, and the guarantee is lost: for comparison only.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than ``MIN_CALIBRATION`` reference scores.
    InputError
        If a score is NaN, the target is not above 1, or the seed is negative.
    """

    def __init__(
        self,
        calibration: ArrayLike,
        target_arl: float = 10_000.0,
        seed: int = 0,
        *,
        growing: bool = True,
    ) -> None:
        self.calibration = np.sort(_scores(calibration))
        if len(self.calibration) < MIN_CALIBRATION:
            raise NotEnoughDataError(
                f"A stream needs {MIN_CALIBRATION} reference scores to be compared with, "
                f"not {len(self.calibration)}."
            )
        self.target_arl = _checked_target(target_arl)
        self.seed = _checked_seed(seed)
        self.growing = growing
        self.alarm: Alarm | None = None
        self._reference = self.calibration
        self._wealth = [0.0] * len(KAPPAS)
        self._scores, self._p, self._statistic = array("d"), array("d"), array("d")

    @property
    def n(self) -> int:
        """Rows seen."""
        return len(self._scores)

    @property
    def statistic(self) -> float:
        """The statistic after the last row; 0 before the first."""
        return self._statistic[-1] if self.n else 0.0

    @property
    def scores(self) -> Floats:
        """Every score, shape (n,)."""
        return np.array(self._scores)

    @property
    def p_values(self) -> Floats:
        """The conformal p value of every row, shape (n,)."""
        return np.array(self._p)

    @property
    def statistics(self) -> Floats:
        """The statistic after every row, shape (n,), at most ``CEILING``."""
        return np.array(self._statistic)

    def update(self, scores: ArrayLike) -> None:
        """Take in one score or several, in order.

        Rows after the alarm no longer join the reference: it stays as it was at the alarm, so that
        a lasting change goes on being seen.

        Raises
        ------
        InputError
            If a score is NaN; nothing is taken in then.
        """
        new = _scores(scores)
        start = 0
        while start < len(new):
            start += self._take(new[start : start + _BLOCK])

    def _take(self, block: Floats) -> int:
        """Take in rows up to the end of the block or the alarm; return how many."""
        growing = self.growing and self.alarm is None
        p = self._smoothed_p(block, growing)
        values = self._bet(p.tolist())
        taken = len(values)
        self._scores.extend(block[:taken].tolist())
        self._p.extend(p[:taken].tolist())
        self._statistic.extend(values)
        if growing:
            merged = np.concatenate([self._reference, block[:taken]])
            merged.sort(kind="stable")
            self._reference = merged
        if self.alarm is None and values[-1] >= self.target_arl:
            start = change_point(self.p_values)
            self.alarm = Alarm(self.n - 1, start, values[-1])
        return taken

    def _smoothed_p(self, block: Floats, growing: bool) -> Floats:
        """Return (scores above + u (ties + 1)) / (scores + 1) over reference and earlier rows."""
        n = len(self._reference)
        above = n - np.searchsorted(self._reference, block, side="right")
        ties = n - above - np.searchsorted(self._reference, block, side="left")
        size = np.full(len(block), n)
        if growing:
            earlier = np.tri(len(block), k=-1, dtype=bool)
            above = above + np.sum(earlier & (block > block[:, None]), axis=1)
            ties = ties + np.sum(earlier & (block == block[:, None]), axis=1)
            size = size + np.arange(len(block))
        p: Floats = (above + uniforms(self.seed, self.n, len(block)) * (ties + 1)) / (size + 1)
        return p

    def _bet(self, p_values: list[float]) -> list[float]:
        """Advance the recursion row by row, up to the alarm if there has been none."""
        wealth, values = self._wealth, []
        stop = self.target_arl if self.alarm is None else math.inf
        for p in p_values:
            log_p = math.log(p)
            total = 0.0
            for i, kappa in enumerate(KAPPAS):
                grown = (wealth[i] + 1.0) * kappa * math.exp((kappa - 1.0) * log_p)
                wealth[i] = grown if grown < CEILING else CEILING
                total += wealth[i]
            values.append(total / len(KAPPAS))
            if values[-1] >= stop:
                break
        return values

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain, JSON-safe data; an infinite score becomes ``None``."""
        return {
            "target_arl": self.target_arl,
            "seed": self.seed,
            "growing": self.growing,
            "calibration": finite_or_none(self.calibration),
            "scores": finite_or_none(self.scores),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> ShiryaevRoberts:
        """Rebuild the detector of :meth:`to_dict`, bit by bit, by replaying its scores."""
        detector = cls(
            infinite_for_none(stored["calibration"]),
            stored["target_arl"],
            stored["seed"],
            growing=stored["growing"],
        )
        detector.update(infinite_for_none(stored["scores"]))
        return detector


def mixed_bet(p: ArrayLike) -> Floats:
    """Return the logarithm of the mean of the bets k p^(k - 1) over ``KAPPAS``, for each p."""
    mixed: Floats = np.log(np.exp(_log_bets(p)).mean(axis=-1))
    return mixed


def change_point(p: ArrayLike) -> int:
    """Return the start whose bets, held up to the last p value, gained most.

    The statistic is a sum over starts, of the mean over exponents of the product of the bets since
    then; this is the start with the largest term.

    Parameters
    ----------
    p : array_like, shape (n,)
        The p values of a stream up to its alarm.
    """
    gains = np.cumsum(_log_bets(p)[::-1], axis=0)
    largest = gains.max(axis=1)
    terms = largest + np.log(np.exp(gains - largest[:, None]).mean(axis=1))
    return len(terms) - 1 - int(terms.argmax())


def _log_bets(p: ArrayLike) -> Floats:
    """Return the logarithm of each bet on each p value, the exponents along the last axis."""
    kappas = np.array(KAPPAS)
    logs: Floats = np.log(kappas) + (kappas - 1) * np.log(np.asarray(p, dtype=float))[..., None]
    return logs


def uniforms(seed: int, start: int, count: int) -> Floats:
    """Return the random numbers in (0, 1] that belong to rows start, start + 1, ... of a stream.

    A number depends on the seed and the row alone, so no generator state has to be kept.
    """
    words_per_count = 4
    generator = np.random.Philox(key=seed, counter=start // words_per_count)
    skipped = start % words_per_count
    words = np.asarray(generator.random_raw(skipped + count))[skipped:]
    numbers: Floats = ((words >> np.uint64(11)) + np.uint64(1)).astype(np.float64) * _UNIT
    return numbers


def finite_or_none(scores: Floats) -> list[float | None]:
    """Return scores as JSON can hold them: infinity becomes ``None``."""
    return [value if math.isfinite(value) else None for value in scores.tolist()]


def infinite_for_none(stored: list[float | None]) -> Floats:
    """Return the scores that :func:`finite_or_none` stored."""
    return np.array([math.inf if value is None else value for value in stored], dtype=np.float64)


def _scores(values: ArrayLike) -> Floats:
    scores = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if scores.ndim != 1 or np.isnan(scores).any() or np.isneginf(scores).any():
        raise InputError(
            "Scores are a list of numbers without NaN. Give infinity for a row that is worse than "
            "any other, such as an incomplete one."
        )
    return scores


def _checked_target(target: float) -> float:
    if not 1 < target <= 1e12:
        raise InputError(
            f"The target of {target:g} rows up to a false alarm cannot be used. "
            "Give a number above 1 and up to 1e12, such as 10,000."
        )
    return float(target)


def _checked_seed(seed: int) -> int:
    if not 0 <= seed < 2**63:
        raise InputError(f"The seed {seed} cannot be used. Give a whole number from 0.")
    return int(seed)
