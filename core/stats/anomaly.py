"""Anomalies with a stated false-alarm rate, or the reason why that rate cannot be reached.

A score says how unusual a value is; its p value is its rank among reference scores. A value is
flagged when p is at most the rate. If it is exchangeable with the reference, it is flagged with
probability floor(rate (n + 1)) / (n + 1): that, not the rate asked for, is the false-alarm rate
stated. Below n = 1 / rate - 1 reference scores nothing can be flagged at all.

References
----------
Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005), chapter 2; Laxhammar and
Falkman, IEEE Trans. Pattern Anal. 36 (2014) 1158-1173 (sequential); Bates et al., Annals of
Statistics 51 (2023) 149-178 (Benjamini-Hochberg over conformal p values).
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughDataError
from core.plain import plain
from core.stats.conformal import conformal_p

Floats = NDArray[np.float64]
_ROUNDING = 1e-9


def attainable_rate(n: int, rate: float) -> float:
    """Return the false-alarm rate that n reference scores give: at most the rate, 0 where too few.

    Parameters
    ----------
    n : int
        Reference scores.
    rate : float
        Rate asked for, strictly between 0 and 1.
    """
    return math.floor(rate * (n + 1) + _ROUNDING) / (n + 1)


def references_needed(rate: float) -> int:
    """Return the fewest reference scores with which a value can be flagged at this rate."""
    return max(math.ceil(1 / rate - _ROUNDING) - 1, 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Flags:
    """Which values are flagged, and how often this happens for nothing.

    Attributes
    ----------
    scores : ndarray, shape (m,)
        How unusual each value is.
    p : ndarray, shape (m,)
        Share of the reference at least as unusual, the value itself counted.
    n : ndarray of int, shape (m,)
        Reference scores of each value.
    flagged : ndarray of bool, shape (m,)
        p at most the rate: each value is judged alone.
    together : ndarray of bool, shape (m,)
        Flagged by the Benjamini-Hochberg rule, which judges all values as one family.
    rate : float
        Rate asked for.
    stated : ndarray, shape (m,)
        False-alarm rate of each value's own test; 0 where it cannot be flagged.
    """

    scores: Floats
    p: Floats
    n: NDArray[np.int64]
    flagged: NDArray[np.bool_]
    together: NDArray[np.bool_]
    rate: float
    stated: Floats

    @property
    def expected(self) -> float:
        """False alarms to expect among all values if none is unusual."""
        return float(self.stated.sum())

    @property
    def smallest_p(self) -> float:
        """Smallest p value that any of them could have had."""
        return 1 / (int(self.n.max()) + 1)

    @property
    def reachable(self) -> int:
        """How many of the values could be flagged at all."""
        return int((self.stated > 0).sum())

    @property
    def family_reachable(self) -> bool:
        """Whether a single unusual value could be flagged by the family rule."""
        return self.smallest_p <= self.rate / len(self.p) + _ROUNDING

    def limits(self) -> tuple[str, ...]:
        """Return, as sentences, what these few references cannot show."""
        said = []
        need, most = references_needed(self.rate), int(self.n.max())
        if self.reachable == 0:
            said.append(
                f"Nothing can be flagged at a false-alarm rate of {100 * self.rate:g} %: the "
                f"smallest p value that {most} reference values allow is 1/{most + 1} = "
                f"{self.smallest_p:.3f}. This rate needs {need}."
            )
        elif self.reachable < len(self.p):
            said.append(
                f"{self.reachable} of {len(self.p)} values could be flagged; the others have fewer "
                f"than the {need} reference values that this rate needs."
            )
        if not self.family_reachable:
            said.append(
                f"No single value can be flagged when all {len(self.p)} are judged as one family: "
                f"that takes p <= {self.rate / len(self.p):.4f}, and the smallest possible is "
                f"{self.smallest_p:.3f}."
            )
        return tuple(said)

    def to_dict(self) -> dict[str, Any]:
        """Return the flags as plain data."""
        return {
            **plain(self),
            "expected_false_alarms": self.expected,
            "smallest_possible_p": self.smallest_p,
            "limits": list(self.limits()),
        }


def benjamini_hochberg(p: ArrayLike, rate: float) -> NDArray[np.bool_]:
    """Return which tests the step-up rule rejects, so that the false discovery rate stays below.

    Parameters
    ----------
    p : array_like, shape (m,)
        p values, independent or positively dependent as conformal ones are.
    rate : float
        False discovery rate.

    References
    ----------
    Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995) 289-300.
    """
    values = np.asarray(p, dtype=np.float64)
    m = len(values)
    ordered = np.sort(values)
    met = np.flatnonzero(ordered <= rate * np.arange(1, m + 1) / m + _ROUNDING)
    return values <= ordered[met[-1]] if len(met) else np.zeros(m, dtype=bool)


def against_reference(scores: Floats, reference: Floats, rate: float) -> Flags:
    """Judge new values against a reference sample that is taken as ordinary.

    Parameters
    ----------
    scores : ndarray, shape (m,)
        Scores of the values judged; larger is more unusual.
    reference : ndarray, shape (n,)
        Scores of values that are not judged.
    rate : float
        False-alarm rate of each value alone, and false discovery rate of the family.

    Raises
    ------
    NotEnoughDataError
        If either is empty.
    """
    _need(len(scores), len(reference))
    p = conformal_p(scores, np.sort(reference))
    return _flags(scores, p, np.full(len(scores), len(reference)), rate)


def against_earlier(scores: Floats, rate: float) -> Flags:
    """Judge each value of a series against all earlier ones; the first has nothing to stand by.

    Under exchangeability these p values are independent of each other (the ranks of a sequence).

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Scores in order of time; larger is more unusual.
    rate : float
        False-alarm rate of each value alone, and false discovery rate of the family.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two scores.
    """
    _need(len(scores) - 1, len(scores) - 1)
    counts = np.arange(1, len(scores))
    p = np.array([(1 + int((scores[:i] >= scores[i]).sum())) / (i + 1) for i in counts])
    return _flags(scores[1:], p, counts, rate)


def largest_z(values: Floats) -> tuple[float, float]:
    """Return the largest |z| of a column, and the largest that a uniform column can have.

    A uniform law has its ends at sqrt(3) = 1.73 standard deviations, so a rule |z| > 2 never fires
    on it however the values fall, up to the error of the estimated mean and deviation.

    Parameters
    ----------
    values : ndarray, shape (n,)
        At least two different values.
    """
    z = (values - values.mean()) / values.std(ddof=1)
    return float(np.abs(z).max()), math.sqrt(3)


def _flags(scores: Floats, p: Floats, n: NDArray[np.int64], rate: float) -> Flags:
    stated = np.array([attainable_rate(int(one), rate) for one in n])
    together = benjamini_hochberg(p, rate)
    return Flags(scores, p, n, p <= rate + _ROUNDING, together, rate, stated)


def _need(judged: int, reference: int) -> None:
    if judged < 1 or reference < 1:
        message = "An unusual value needs others to compare with. Give at least two values."
        raise NotEnoughDataError(message)
