"""What an article is made of: statements with their checks, switches that break them, errata."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Callable

import numpy as np

Z_LIMIT = 3.0
"""Standard errors a simulated figure may lie from the claimed one, on the fixed seed."""


class Kind(enum.StrEnum):
    """How a statement is checked, which fixes how close both sides must be."""

    EXACT = "exact"
    DIFFERENCE = "finite differences"
    SAMPLED = "simulation"


TOLERANCE = {Kind.EXACT: 1e-8, Kind.DIFFERENCE: 1e-6}
"""Largest difference relative to the scale of a reading; simulations are held to their error."""


class Relation(enum.StrEnum):
    """What is claimed of the measured side."""

    EQUAL = "="
    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """Both sides of a statement, as found on this machine.

    Attributes
    ----------
    claimed : float
        What the statement's formula gives.
    measured : float
        The same quantity found in another way.
    tolerance : float
        Largest difference that passes, in the unit of both.
    kind : Kind
        How the measured side was found.
    scale : float
        Size against which ``tolerance`` is small; ``tolerance / scale`` is the relative tolerance.
    relation : Relation
        What is claimed of the measured side.
    n : int
        Comparisons or draws behind the reading; of several, the worst is shown.
    standard_error : float or None
        Of the measured side, in a simulation.
    note : str
        What was compared, in a few words.
    """

    claimed: float
    measured: float
    tolerance: float
    kind: Kind
    scale: float
    relation: Relation = Relation.EQUAL
    n: int = 1
    standard_error: float | None = None
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether the measured side is what was claimed; a side that is no number is not."""
        if not (math.isfinite(self.claimed) and math.isfinite(self.measured)):
            return False
        excess = self.measured - self.claimed
        if self.relation is Relation.AT_MOST:
            return excess <= self.tolerance
        if self.relation is Relation.AT_LEAST:
            return excess >= -self.tolerance
        return abs(excess) <= self.tolerance

    @property
    def z(self) -> float | None:
        """Difference in standard errors, of a simulation."""
        if self.standard_error is None:
            return None
        return (self.measured - self.claimed) / self.standard_error

    def within(self, z_limit: float) -> Reading:
        """Return the reading held to another number of standard errors."""
        if self.standard_error is None:
            return self
        return dataclasses.replace(self, tolerance=z_limit * self.standard_error)


Check = Callable[[np.random.Generator], Reading]
"""Compares both sides on instances drawn from the generator."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation: why it may be taken, and what it gives (LaTeX, display)."""

    why: str
    gives: str


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """A numbered statement with its derivation and an executable check.

    Attributes
    ----------
    id : str
        Such as ``"GD-3"``.
    section : str
        Key of the section of the article it stands in.
    title : str
        The statement in one plain sentence (Markdown, inline maths between dollar signs).
    claim : str
        The same as a formula (LaTeX, display).
    hypotheses : tuple of str
        What must hold for it to be true (Markdown).
    steps : tuple of Step
        The derivation; nothing is skipped.
    how : str
        How the check finds the measured side, in one sentence that a reader can follow.
    check : callable
        From a random generator to a :class:`Reading`.
    source : str
        Where the theorem can be looked up: author, title, year, section.
    """

    id: str
    section: str
    title: str
    claim: str
    hypotheses: tuple[str, ...]
    steps: tuple[Step, ...]
    how: str
    check: Check
    source: str


@dataclasses.dataclass(frozen=True, slots=True)
class Break:
    """A switch that violates one hypothesis of a statement.

    Attributes
    ----------
    id : str
        Such as ``"GD-3-b1"``.
    statement : str
        Which statement it breaks.
    switch : str
        What is switched on, in a few words.
    violates : str
        The hypothesis that no longer holds, in one sentence.
    reason : str
        Why the statement then fails, in one or two sentences.
    check : callable
        The statement's comparison without the hypothesis: this reading must fail.
    outcome : str
        The predicted failure, in one sentence.
    predicted : callable
        A reading of the predicted failure: this one must pass.
    """

    id: str
    statement: str
    switch: str
    violates: str
    reason: str
    check: Check
    outcome: str
    predicted: Check


@dataclasses.dataclass(frozen=True, slots=True)
class Erratum:
    """An error of common texts, what refutes it, and what is true instead.

    Attributes
    ----------
    id : str
        Such as ``"GD-e2"``.
    claim : str
        The error, in our own words (Markdown).
    counterexample : str
        The instance that refutes it (Markdown).
    check : callable
        Claimed: what the error predicts for the instance; measured: what happens. Must fail.
    corrected : str
        The true theorem (Markdown).
    statement : str
        The numbered statement that proves it.
    """

    id: str
    claim: str
    counterexample: str
    check: Check
    corrected: str
    statement: str


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A question of the self-test; the right answer is computed, not written down.

    Attributes
    ----------
    id : str
        Such as ``"GD-q1"``.
    prompt : str
        The question (Markdown).
    options : tuple of str
        Possible answers (Markdown), each different.
    answer : callable
        Returns the place of the right option, by computing it.
    why : str
        Why it is right (Markdown).
    statement : str
        The statement that answers it.
    """

    id: str
    prompt: str
    options: tuple[str, ...]
    answer: Callable[[], int]
    why: str
    statement: str


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """A part of an article: a key for the address, a short title, the idea before the algebra."""

    key: str
    title: str
    intuition: str


@dataclasses.dataclass(frozen=True, slots=True)
class Topic:
    """One article.

    Attributes
    ----------
    key : str
        Such as ``"gradient-descent"``.
    title : str
        Such as ``"Gradient descent"``.
    prefix : str
        What its numbers begin with, such as ``"GD"``.
    question : str
        What the article answers, in one sentence.
    sections : tuple of Section
        In reading order.
    statements, breaks, errata, questions : tuple
        What the sections hold.
    """

    key: str
    title: str
    prefix: str
    question: str
    sections: tuple[Section, ...]
    statements: tuple[Statement, ...]
    breaks: tuple[Break, ...]
    errata: tuple[Erratum, ...]
    questions: tuple[Question, ...]
