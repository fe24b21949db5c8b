"""Confidence intervals for proportions, and the type every figure with an interval has."""

from __future__ import annotations

import dataclasses
import math

from core.errors import NotEnoughDataError


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its uncertainty and sample size.

    Attributes
    ----------
    estimate : float
        The figure itself.
    low, high : float
        Limits of the interval.
    n : int
        Number of independent units behind it.
    level : float
        Confidence level, such as 0.95.
    method : str
        How the interval was computed.
    """

    estimate: float
    low: float
    high: float
    n: int
    level: float
    method: str

    def to_dict(self) -> dict[str, float | int | str | None]:
        """Return the interval as plain data; an undefined number becomes ``None``."""
        plain = dataclasses.asdict(self)
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in plain.items()
        }

    def text(self, digits: int = 3) -> str:
        """Return the interval for people, such as ``"0.912 [0.881, 0.940], n = 303"``."""
        numbers = [f"{v:.{digits}f}" for v in (self.estimate, self.low, self.high)]
        return f"{numbers[0]} [{numbers[1]}, {numbers[2]}], n = {self.n}"


def undefined(n: int, why: str, level: float = 0.95) -> Interval:
    """Return an interval for a figure that the data cannot define: NaN, with the reason."""
    return Interval(math.nan, math.nan, math.nan, n, level, why)


def wilson(k: float, n: int, level: float = 0.95) -> Interval:
    """Return the Wilson score interval of a proportion.

    Parameters
    ----------
    k : float
        Successes; a mean over repeats on the same units need not be whole.
    n : int
        Trials.
    level : float, default 0.95
        Confidence level.

    Raises
    ------
    NotEnoughDataError
        If there are no trials.

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
    """
    from scipy.special import ndtri

    _check_counts(k, n)
    share = k / n
    z = float(ndtri(0.5 + level / 2))
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if k == 0 else middle - half
    high = 1.0 if k == n else middle + half
    return Interval(share, low, high, n, level, "Wilson")


def clopper_pearson(k: int, n: int, level: float = 0.95) -> Interval:
    """Return the exact (conservative) binomial interval of a proportion.

    Parameters
    ----------
    k, n : int
        Successes and trials.
    level : float, default 0.95
        Confidence level.

    Raises
    ------
    NotEnoughDataError
        If there are no trials.

    References
    ----------
    Clopper and Pearson, Biometrika 26 (1934) 404-413.
    """
    from scipy.special import betaincinv

    _check_counts(k, n)
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - tail))
    return Interval(k / n, low, high, n, level, "Clopper-Pearson")


def _check_counts(k: float, n: int) -> None:
    if n < 1:
        raise NotEnoughDataError("A proportion needs at least one observation; there is none.")
    if not 0 <= k <= n:
        message = f"{k} successes in {n} trials is not a proportion"
        raise ValueError(message)
