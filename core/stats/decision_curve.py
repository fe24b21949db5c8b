"""Net benefit over all thresholds at once, against treating everybody and nobody.

At the threshold t a model is worth more than treating nobody exactly if more than t of those it
calls have the outcome, and more than treating everybody exactly if fewer than t of the others have
it. Both are statements about one binomial share, so that their tests are exact.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

METHOD = "MOVER of Wilson limits"

GRID = np.arange(1, 100) / 100
"""Thresholds from 1 % to 99 %."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Calls at each of k thresholds, and what they are worth.

    Every net benefit is in true positives per case. A model is compared with treating nobody, whose
    net benefit is 0, and with treating everybody.

    Attributes
    ----------
    thresholds : ndarray, shape (k,)
        Probabilities from which a case is acted on, ascending.
    hits, alarms : ndarray of int, shape (k,)
        Cases with and without the outcome that are acted on.
    positives, negatives : int
        Cases with and without the outcome.
    """

    thresholds: Floats
    hits: Labels
    alarms: Labels
    positives: int
    negatives: int

    @property
    def n(self) -> int:
        """Number of cases."""
        return self.positives + self.negatives

    @property
    def odds(self) -> Floats:
        """Harm of a false alarm in units of a found case, t / (1 - t), shape (k,)."""
        return self.thresholds / (1 - self.thresholds)

    @property
    def model(self) -> Floats:
        """Net benefit of acting on the model, shape (k,)."""
        return self.hits / self.n - self.alarms / self.n * self.odds

    @property
    def treat_all(self) -> Floats:
        """Net benefit of treating everybody, shape (k,)."""
        return self.positives / self.n - self.negatives / self.n * self.odds

    @property
    def gain(self) -> Floats:
        """Net benefit of the model minus that of the better default, shape (k,)."""
        return self.model - np.maximum(self.treat_all, 0.0)

    @property
    def standardised(self) -> Floats:
        """Net benefit as a share of the largest possible one, shape (k,); NaN without events."""
        share = self.positives / self.n if self.positives else np.nan
        return self.model / share

    @property
    def avoided_per_100(self) -> Floats:
        """Interventions avoided per 100 cases, against treating everybody, net of missed cases."""
        return 100 * (self.model - self.treat_all) / self.odds

    def model_limits(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return pointwise limits of the net benefit, shape (k,) each."""
        return _weighted_difference(self.hits, self.alarms, self.n, self.odds, level)

    def treat_all_limits(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return pointwise limits of the model's net benefit minus that of treating everybody."""
        left = self.positives - self.hits, self.negatives - self.alarms
        low, high = _weighted_difference(*left, self.n, self.odds, level)
        return -high, -low

    def gain_limits(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return pointwise limits of the model minus the better default, shape (k,) each.

        The gain is the smaller of two differences; its limits are the smaller of theirs.
        """
        nobody, everybody = self.model_limits(level), self.treat_all_limits(level)
        return np.minimum(nobody[0], everybody[0]), np.minimum(nobody[1], everybody[1])

    def p_not_better(self) -> Floats:
        """Return the exact p value of "no better than the better default", shape (k,)."""
        found = _at_least(self.hits, self.hits + self.alarms, self.thresholds)
        missed, spared = self.positives - self.hits, self.negatives - self.alarms
        left = _at_most(missed, missed + spared, self.thresholds)
        return np.maximum(found, left)

    def p_not_worse(self) -> Floats:
        """Return the exact p value of "at least as good as either default", shape (k,).

        Bonferroni over the two defaults: a model may be the worse of either.
        """
        found = _at_most(self.hits, self.hits + self.alarms, self.thresholds)
        missed, spared = self.positives - self.hits, self.negatives - self.alarms
        left = _at_least(missed, missed + spared, self.thresholds)
        either: Floats = np.minimum(2 * np.minimum(found, left), 1.0)
        return either


def decision_curve(y: Labels, p: Floats, thresholds: Floats = GRID) -> DecisionCurve:
    """Count the calls at every threshold in one pass over the cases.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes, 0 or 1.
    p : ndarray, shape (n,)
        Probabilities; a case is acted on when p >= threshold.
    thresholds : ndarray, shape (k,)
        Strictly between 0 and 1, ascending.

    Raises
    ------
    ValueError
        If a threshold is not.

    References
    ----------
    Vickers and Elkin, Medical Decision Making 26 (2006) 565-574; Vickers, Cronin, Elkin and Gonen,
    BMC Medical Informatics and Decision Making 8 (2008) 53 (interventions avoided).
    """
    thresholds = np.asarray(thresholds, dtype=np.float64)
    if not (np.all(thresholds > 0) and np.all(thresholds < 1) and np.all(np.diff(thresholds) > 0)):
        message = "decision thresholds lie between 0 and 1 and ascend"
        raise ValueError(message)
    k = len(thresholds)
    passed = np.searchsorted(thresholds, p, side="right")
    counts = np.bincount(passed + (k + 1) * (np.asarray(y) == 1), minlength=2 * (k + 1))
    alarms, hits = counts.reshape(2, k + 1)[:, :0:-1].cumsum(axis=1)[:, ::-1]
    positives = int(np.sum(y))
    return DecisionCurve(thresholds, hits, alarms, positives, len(y) - positives)


def ranges(thresholds: Floats, shown: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Return the first and last threshold of every unbroken run in which something is shown."""
    edges = np.flatnonzero(np.diff(shown.astype(np.int8), prepend=0, append=0))
    return tuple(
        (float(thresholds[start]), float(thresholds[end - 1]))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    )


def _weighted_difference(
    first: Labels, second: Labels, n: int, weight: Floats, level: float
) -> tuple[Floats, Floats]:
    """Return limits of first / n - weight * second / n, for two cells of one multinomial.

    Each share keeps its own Wilson limits, so that a cell without a case is not taken as impossible
    (method of variance estimates recovery: Zou and Donner, Statistics in Medicine 27 (2008)
    1693-1702; correlated shares as in Newcombe, Statistics in Medicine 17 (1998) 2635-2650).
    """
    a, b = first / n, second / n
    (a_low, a_high), (b_low, b_high) = _wilson(a, n, level), _wilson(b, n, level)
    both = np.maximum((1 - a) * (1 - b), 1e-300)
    together = 2 * weight * np.sqrt(a * b / both)
    down = (a - a_low) ** 2 + (weight * (b_high - b)) ** 2 + together * (a - a_low) * (b_high - b)
    up = (a_high - a) ** 2 + (weight * (b - b_low)) ** 2 + together * (a_high - a) * (b - b_low)
    value = a - weight * b
    return value - np.sqrt(down), value + np.sqrt(up)


def _wilson(share: Floats, n: int, level: float) -> tuple[Floats, Floats]:
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def _at_least(k: Labels, n: Labels, share: Floats) -> Floats:
    """Return P(X >= k) for X ~ Binomial(n, share)."""
    from scipy.special import betainc

    return np.where(k == 0, 1.0, betainc(np.maximum(k, 1), n - k + 1, share))


def _at_most(k: Labels, n: Labels, share: Floats) -> Floats:
    """Return P(X <= k) for X ~ Binomial(n, share)."""
    from scipy.special import betaincc

    return np.where(k == n, 1.0, betaincc(k + 1, np.maximum(n - k, 1), share))
