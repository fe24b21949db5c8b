"""What the routes of Foundations take and return."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import ConfigDict, Field

from apps.api.results import Answer, Closed, answer_with, plain_model, result_model
from core.foundations import Kind, Reading, Section, topics
from core.foundations.schema import Step
from core.foundations.trial import Broken

MAX_SEED = 2**32 - 1
MOST_IDS = 100
MOST_FRESH = 20
MOST_TEXT = 200

_TEXT: Any = {Kind: str}
ReadingAnswer: Any = result_model(
    Reading, _TEXT, nullable=("claimed", "measured", "tolerance", "scale"), name="StatementReading"
)
SectionAnswer: Any = plain_model(Section)
StepAnswer: Any = result_model(Step, name="DerivationStep")


class RowAnswer(Closed):
    """A statement as it was found on this machine."""

    id: str = Field(description="Its number.")
    page: str = Field(description="Key of its article.")
    statement: str = Field(description="What it says (Markdown).")
    formula: str = Field(description="The same as a formula (LaTeX).")
    claimed: float | None = Field(description="What the formula gives; null without a reading.")
    measured: float | None = Field(description="The same quantity, found in another way.")
    tolerance: float | None = Field(description="Largest difference that passes.")
    relation: str | None = Field(description="What is claimed of the measured side.")
    passed: bool = Field(alias="pass", description="Whether it holds.")
    seconds: float = Field(description="Time of the check.")
    kind: str | None = Field(description="How the measured side was found.")
    n: int | None = Field(description="Comparisons or draws.")
    z: float | None = Field(description="Difference in standard errors, of a simulation.")
    note: str = Field(description="What was compared, or why there is no reading.")


class VerificationRows(Answer):
    """Statements checked on this machine."""

    seed: int = Field(description="From which every instance was drawn.")
    holds: bool = Field(description="Whether all of them hold.")
    rows: list[RowAnswer] = Field(description="In reading order.")


class FreshAnswer(Closed):
    """A statement on several seeds."""

    id: str = Field(description="Its number.")
    seeds: int = Field(description="Number of seeds.")
    failed: int = Field(description="Seeds on which it does not hold.")
    worst: RowAnswer = Field(description="The one that is furthest off.")


class RefutedAnswer(Closed):
    """An error of common texts, and what is true instead."""

    id: str = Field(description="Its number.")
    page: str = Field(description="Key of its article.")
    claim: str = Field(description="The error (Markdown).")
    corrected: str = Field(description="What is true instead (Markdown).")
    reading: ReadingAnswer | None = Field(description="Claimed by the error, and measured.")
    failure: str = Field(description="Why there is no reading, or nothing.")
    row: RowAnswer = Field(description="The numbered statement that holds instead.")
    refuted: bool = Field(description="Whether the error fails here while the statement holds.")


BrokenAnswer: Any = result_model(Broken, {Reading: ReadingAnswer}, red=bool, as_predicted=bool)


class TopicLine(Closed):
    """One article in the list."""

    key: str = Field(description="Its name in addresses.")
    title: str = Field(description="Its title.")
    prefix: str = Field(description="What its numbers begin with.")
    question: str = Field(description="What it answers.")
    statements: list[str] = Field(description="Numbers of its statements.")
    breaks: int = Field(description="Switches that break a hypothesis.")
    errata: int = Field(description="Errors of common texts that it refutes.")


class StatementModel(Closed):
    """A numbered statement with its derivation."""

    id: str = Field(description="Its number.")
    section: str = Field(description="Key of its section.")
    title: str = Field(description="What it says (Markdown).")
    claim: str = Field(description="The same as a formula (LaTeX).")
    hypotheses: list[str] = Field(description="What must hold for it to be true (Markdown).")
    steps: list[StepAnswer] = Field(description="The derivation.")
    how: str = Field(description="How the check finds the measured side.")
    source: str = Field(description="Where the theorem can be looked up.")


class TopicAnswer(Answer):
    """One article: its sections and statements."""

    key: str = Field(description="Its name in addresses.")
    title: str = Field(description="Its title.")
    prefix: str = Field(description="What its numbers begin with.")
    question: str = Field(description="What it answers.")
    sections: list[SectionAnswer] = Field(description="In reading order.")
    statements: list[StatementModel] = Field(description="In reading order.")


TopicsAnswer = answer_with(
    "TopicsAnswer", "The articles.", topics=(list[TopicLine], "In reading order.")
)
StatementAnswer = answer_with(
    "StatementAnswer",
    "A statement with its derivation.",
    topic=(str, "Key of its article."),
    statement=(StatementModel, "The statement."),
)
FreshListAnswer = answer_with(
    "FreshListAnswer",
    "Statements on seeds that nobody chose.",
    statements=(list[FreshAnswer], "In reading order."),
)
BreaksAnswer = answer_with(
    "BreaksAnswer",
    "Statements with one hypothesis violated: each must fail, as predicted.",
    breaks=(list[BrokenAnswer], "In reading order."),
)
ErrataAnswer = answer_with(
    "ErrataAnswer",
    "Errors of common texts with their counterexamples.",
    errata=(list[RefutedAnswer], "In reading order."),
)

KEYS: list[Any] = [one.key for one in topics()]
TopicKey = Annotated[
    str | None,
    Query(json_schema_extra={"enum": KEYS}, description="Key of one article; all by default."),
]
Seed = Annotated[
    int, Query(ge=0, le=MAX_SEED, description="Seed of every instance and every draw.")
]


Key = Annotated[
    str,
    Path(
        json_schema_extra={"enum": KEYS},
        description="Key of the article.",
        examples=["gradient-descent"],
    ),
]
Number = Annotated[str, Path(description="Number of the statement.", examples=["GD-3"])]


_VERIFY: dict[str, Any] = {"example": {"ids": ["GD-3", "BU-1"], "seed": 0}}


class VerifyRequest(Closed):
    """Which statements are checked: whole articles, or single ones."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_VERIFY)

    topic: str | None = Field(
        None,
        json_schema_extra={"enum": [*KEYS, None]},
        description="Key of one article; all by default.",
    )
    ids: list[str] | None = Field(
        None, min_length=1, max_length=MOST_IDS, description="Numbers, instead of an article."
    )
    seed: int = Field(
        0, ge=0, le=MAX_SEED, strict=True, description="Seed of every instance and every draw."
    )


_FRESH: dict[str, Any] = {"example": {"topic": "gradient-descent", "seeds": 3}}


class FreshRequest(Closed):
    """How often the statements of an article are checked anew."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_FRESH)

    topic: str = Field(json_schema_extra={"enum": KEYS}, description="Key of the article.")
    seeds: int = Field(
        10, ge=1, le=MOST_FRESH, strict=True, description="Number of seeds looked at."
    )
    first: int = Field(1, ge=0, le=MAX_SEED - MOST_FRESH, strict=True, description="The first.")
