"""Errors that speak: what is wrong, where it is, and how to mend it."""

from __future__ import annotations

import dataclasses
from typing import Literal

Severity = Literal["error", "warning"]

LISTED = 52
"""Findings that the text of an error repeats; the error itself carries all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong (or worth knowing) about one input value.

    Attributes
    ----------
    column : str
        Field or column the problem belongs to; empty when it concerns the whole input.
    value : str
        The offending value as the user wrote it.
    rule : str
        Short machine-readable identifier, such as ``"range"`` or ``"unknown-code"``.
    message : str
        What is wrong, as a sentence.
    fix : str
        How to mend it, as a sentence.
    severity : {"error", "warning"}
        An error refuses the value; a warning lets it pass and is shown beside the result.
    row : int or None
        One-based data row in a file (the header is not counted); ``None`` for a single record.
    """

    column: str
    value: str
    rule: str
    message: str
    fix: str
    severity: Severity = "error"
    row: int | None = None

    def sentence(self) -> str:
        """Return the problem as one line of text with its place and its mend."""
        place = ", ".join(
            part
            for part in (
                f"Row {self.row}" if self.row is not None else "",
                f"column {self.column}" if self.row is not None and self.column else self.column,
            )
            if part
        )
        return (
            f"{place}: {self.message} {self.fix}".strip() if place else f"{self.message} {self.fix}"
        )

    def to_dict(self) -> dict[str, object]:
        """Return the problem as plain data, for JSON and CSV reports."""
        return dataclasses.asdict(self)


class SuiteError(Exception):
    """Base of every error whose text may be shown to a user.

    Parameters
    ----------
    message : str
        What is wrong and how to mend it, as sentences.
    problems : tuple of Problem
        The single findings behind the message, when there are several.
    """

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems


class InputError(SuiteError):
    """The input cannot be used as it stands; the caller can mend it."""

    @classmethod
    def from_problems(cls, problems: tuple[Problem, ...]) -> InputError:
        """Build the error whose text lists the findings, one line each; the first of very many."""
        lines = [problem.sentence() for problem in problems[:LISTED]]
        if len(problems) > LISTED:
            lines.append(f"{len(problems) - LISTED:,} more problems were found.")
        return cls("\n".join(lines), problems)


class ArtifactError(SuiteError):
    """A stored model or data file is missing, altered or of an unknown format."""


class NotEnoughDataError(SuiteError):
    """The question cannot be answered with the data given; says how much is needed."""
