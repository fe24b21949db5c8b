"""What must fail: statements without a hypothesis, and errors of common texts."""

from __future__ import annotations

import dataclasses
from typing import Any

from core.foundations.schema import Break, Erratum, Reading
from core.foundations.verification import SEED, Row, attempt, fresh_limit, page_of, verify
from core.plain import plain


@dataclasses.dataclass(frozen=True, slots=True)
class Broken:
    """A statement with one hypothesis violated.

    Attributes
    ----------
    id, statement : str
        Number of the switch and of the statement.
    reading : Reading or None
        The statement's comparison; ``None`` where it could not be made.
    failure : str
        Why there is no reading, or nothing.
    predicted : Reading or None
        The predicted failure.
    """

    id: str
    statement: str
    reading: Reading | None
    failure: str
    predicted: Reading | None

    @property
    def red(self) -> bool:
        """Whether the comparison fails."""
        return self.reading is not None and not self.reading.passed

    @property
    def as_predicted(self) -> bool:
        """Whether the statement fails, and in the way that was predicted."""
        return self.red and self.predicted is not None and self.predicted.passed

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        found: dict[str, Any] = plain(self)
        return found | {"red": self.red, "as_predicted": self.as_predicted}


@dataclasses.dataclass(frozen=True, slots=True)
class Refuted:
    """An error, what it predicts and what happens, and the true statement as found here.

    Attributes
    ----------
    id, page, claim, corrected : str
        Number, article, the error and what is true instead.
    reading : Reading or None
        Claimed by the error, and measured.
    failure : str
        Why there is no reading, or nothing.
    row : Row
        The numbered statement that holds instead.
    """

    id: str
    page: str
    claim: str
    corrected: str
    reading: Reading | None
    failure: str
    row: Row

    @property
    def refuted(self) -> bool:
        """Whether the error fails here while the corrected statement holds."""
        return self.reading is not None and not self.reading.passed and self.row.passed

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        found: dict[str, Any] = plain(self)
        return found | {"row": self.row.to_dict(), "refuted": self.refuted}


def broken(one: Break, seed: int = SEED) -> Broken:
    """Flip a switch: the statement must fail, in the way that was predicted."""
    reading, failure = attempt(one.check, seed, one.id)
    predicted, why = attempt(one.predicted, seed, f"{one.id} predicted")
    if predicted is not None:
        predicted = predicted.within(fresh_limit(1))
    return Broken(one.id, one.statement, reading, failure or why, predicted)


def refute(one: Erratum, seed: int = SEED) -> Refuted:
    """Compute the counterexample to an error, and check what is true instead."""
    reading, failure = attempt(one.check, seed, one.id)
    (row,) = verify(ids=[one.statement], seed=seed).rows
    return Refuted(one.id, page_of(one.id), one.claim, one.corrected, reading, failure, row)
