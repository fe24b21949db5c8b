"""Is this statement true on my machine? Every check run, none of them trusted."""

from __future__ import annotations

import dataclasses
import math
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from scipy.stats import norm

from core.foundations.registry import statement, statements, topics
from core.foundations.schema import Z_LIMIT, Check, Reading, Statement
from core.plain import plain

SEED = 0
FALSE_ALARMS = 0.01
"""Chance that fresh seeds turn any true simulated statement red, over all of them together."""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One verified statement.

    Attributes
    ----------
    id, page, title, statement : str
        Its number, its article, what it says in words and as a formula.
    reading : Reading or None
        Both sides; ``None`` where the check itself failed.
    failure : str
        Why there is no reading, or nothing.
    seconds : float
        Time of the check.
    """

    id: str
    page: str
    title: str
    statement: str
    reading: Reading | None
    failure: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the statement holds here; a check that fails has not shown it."""
        return self.reading is not None and self.reading.passed

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain data; a side that does not exist is ``None``."""
        found = self.reading
        row = {
            "id": self.id,
            "page": self.page,
            "statement": self.title,
            "formula": self.statement,
            "claimed": found and found.claimed,
            "measured": found and found.measured,
            "tolerance": found and found.tolerance,
            "relation": found and found.relation,
            "pass": self.passed,
            "seconds": round(self.seconds, 6),
            "kind": found and found.kind,
            "n": found and found.n,
            "z": found and found.z,
            "note": found.note if found else self.failure,
        }
        return {key: plain(value) for key, value in row.items()}


@dataclasses.dataclass(frozen=True, slots=True)
class Verification:
    """All rows of one run.

    Attributes
    ----------
    seed : int
        From which every instance was drawn.
    rows : tuple of Row
        In reading order.
    """

    seed: int
    rows: tuple[Row, ...]

    @property
    def passed(self) -> int:
        """How many statements hold."""
        return sum(row.passed for row in self.rows)

    @property
    def seconds(self) -> float:
        """Time of all checks together."""
        return sum(row.seconds for row in self.rows)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the rows as plain data."""
        return [row.to_dict() for row in self.rows]


@dataclasses.dataclass(frozen=True, slots=True)
class Fresh:
    """A statement on several seeds that nobody chose.

    Attributes
    ----------
    id : str
        Its number.
    seeds : int
        Number of seeds.
    failed : int
        Seeds on which it does not hold.
    worst : Row
        The row that is furthest off, relative to its tolerance.
    """

    id: str
    seeds: int
    failed: int
    worst: Row

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "id": self.id,
            "seeds": self.seeds,
            "failed": self.failed,
            "worst": self.worst.to_dict(),
        }


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the generator of one check: its draws do not depend on which others run."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def verify(
    page: str | None = None,
    ids: Iterable[str] | None = None,
    *,
    seed: int = SEED,
    clock: Callable[[], float] = time.perf_counter,
) -> Verification:
    """Check statements on this machine.

    Parameters
    ----------
    page : str, optional
        Key of an article; all by default.
    ids : iterable of str, optional
        Numbers of statements, such as ``"GD-3"``, instead of whole articles.
    seed : int
        From which instances and draws come. On the default seed a simulated figure may lie three
        standard errors off; on others the limit is :func:`fresh_limit`, because there nobody
        has looked before.
    clock : callable
        Seconds, for the time of each check.

    Raises
    ------
    SuiteError
        If there is no such article or statement.
    """
    chosen = statements(page) if ids is None else tuple(statement(one) for one in ids)
    limit = Z_LIMIT if seed == SEED else fresh_limit(1)
    return Verification(seed, tuple(_row(one, seed, limit, clock) for one in chosen))


def fresh_limit(seeds: int) -> float:
    """Return how many standard errors are allowed so that false alarms stay rare.

    Bonferroni's bound over all statements and seeds: any of them exceeds it by chance in at most
    1 % of runs. All statements are counted, though only simulated ones can raise a false alarm.

    Parameters
    ----------
    seeds : int
        Number of seeds that are looked at.
    """
    looks = len(statements()) * seeds
    return float(norm.isf(FALSE_ALARMS / 2 / looks))


def verify_fresh(page: str | None = None, *, seeds: int = 20, first: int = 1) -> tuple[Fresh, ...]:
    """Check statements on several seeds.

    Parameters
    ----------
    page : str, optional
        Key of an article; all by default.
    seeds : int
        Number of seeds, at least 1.
    first : int
        The first of them.
    """
    limit = fresh_limit(seeds)
    found = []
    for one in statements(page):
        rows = [_row(one, first + i, limit, time.perf_counter) for i in range(seeds)]
        failed = sum(not row.passed for row in rows)
        found.append(Fresh(one.id, seeds, failed, max(rows, key=_strain)))
    return tuple(found)


def attempt(check: Check, seed: int, name: str) -> tuple[Reading | None, str]:
    """Run a check; one that breaks gives no reading and says what happened."""
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return check(generator(seed, name)), ""
    except Exception as error:
        return None, f"The check could not be run ({type(error).__name__}: {error})."


def page_of(number: str) -> str:
    """Return the key of the article in which a number stands."""
    prefix = number.split("-")[0]
    return next(one.key for one in topics() if one.prefix == prefix)


def _row(one: Statement, seed: int, limit: float, clock: Callable[[], float]) -> Row:
    start = clock()
    found, failure = attempt(one.check, seed, one.id)
    seconds = clock() - start
    reading = None if found is None else found.within(limit)
    return Row(one.id, page_of(one.id), one.title, one.claim, reading, failure, seconds)


def _strain(row: Row) -> float:
    """Return how much of its tolerance a row uses; what has no reading is furthest off."""
    found = row.reading
    if found is None or not math.isfinite(found.measured - found.claimed):
        return math.inf
    excess = found.measured - found.claimed
    signed = {"=": abs(excess), "≤": excess, "≥": -excess}[found.relation]
    if found.tolerance == 0:
        return 0.0 if signed <= 0 else math.inf
    return signed / found.tolerance
