"""What an answer is: a sentence, the formula behind it, and the cells it quotes."""

from __future__ import annotations

import dataclasses
from typing import Any

from core.plain import plain


@dataclasses.dataclass(frozen=True, slots=True)
class Quoted:
    """One figure an answer rests on.

    Attributes
    ----------
    name : str
        What it is, with its period.
    value : float
        The figure, in ``unit``.
    unit : str
        Such as ``"USD million"``.
    source : str
        The filing, or the call that computes it.
    mark : str
        How it is known: a key of :data:`core.apple_sales.MARKS`, or ``"computed"``,
        ``"declared"`` or ``"estimate"``.
    """

    name: str
    value: float
    unit: str
    source: str
    mark: str


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    Attributes
    ----------
    question : str
        As asked.
    understood : bool
        Whether it was understood; an understood question may still have no figure.
    topic : str
        What it was taken to be about; empty if not understood.
    text : str
        The answer in sentences, and how the question was read where that is not obvious.
    figure : str
        The one figure asked for, with its unit; empty where there is none.
    formula : str
        How the figure is computed.
    cells : tuple of Quoted
        The figures it is computed from.
    page : str
        Slug of the page that shows them; empty if none does.
    suggestions : tuple of str
        Other questions.
    """

    question: str
    understood: bool
    topic: str
    text: str
    figure: str = ""
    formula: str = ""
    cells: tuple[Quoted, ...] = ()
    page: str = ""
    suggestions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as strict JSON."""
        result: dict[str, Any] = plain(self)
        return result


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """What an answering function returns; :func:`core.apple_sales.ask` completes it."""

    text: str
    figure: str = ""
    formula: str = ""
    cells: tuple[Quoted, ...] = ()
    page: str = "apple-sales-facts"
