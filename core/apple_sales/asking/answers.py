"""Questions in words, answered by fixed rules: the figure, its formula, and the cells behind it."""

from __future__ import annotations

import dataclasses
import difflib
import re

from core.apple_sales.asking.names import known_names
from core.apple_sales.asking.read import Asked, normalised, read
from core.apple_sales.asking.result import Answer, Quoted, Said
from core.apple_sales.asking.topics import EXAMPLES, route
from core.apple_sales.asking.when import outside
from core.apple_sales.planning.problem import Problem
from core.errors import InputError
from core.errors import Problem as Finding
from core.viz.text import listed

__all__ = ["EXAMPLE_QUESTIONS", "MOST_CHARACTERS", "Answer", "Quoted", "ask"]

EXAMPLE_QUESTIONS: tuple[str, ...] = tuple(EXAMPLES.values())
"""One question a topic; all are understood."""

MOST_CHARACTERS = 500
SUGGESTED = 3
NOTHING = "No figure was computed."
_ANY_YEAR = ("plan", "gain", "certificate", "binding", "shadow price", "robust", "infeasible",
             "risk", "about", "evidence", "company", "noise", "forecast")  # fmt: skip


def ask(question: str, problem: Problem | None = None, *, last: Answer | None = None) -> Answer:
    """Answer a question about the reported figures, the forecast or the plan.

    No language model is behind it: words are looked up in a fixed list, misspelt ones are read as
    the closest known word (and the answer says so), and the first rule that fits computes the
    answer from the data at that moment.

    Parameters
    ----------
    question : str
        At most 500 characters, in English.
    problem : Problem, optional
        What questions about the plan refer to; :func:`core.apple_sales.default_problem` if not
        given.
    last : Answer, optional
        The answer before, for "how do you know?".

    Returns
    -------
    Answer
        Also where nothing was understood or the figure is not known.

    Raises
    ------
    InputError
        If the question is no text, empty, without a word, or too long.
    """
    asked = read(_checked(question), _words(problem))
    chosen = None if not asked.text else route(asked)
    blocked = _blocked(asked)
    if chosen is None or blocked:
        return _not_understood(question, asked, blocked)
    topic, speak = chosen
    said = _out_of_range(asked, topic)
    if said is None:
        try:
            said = speak(asked, problem, last)
        except InputError as error:
            said = Said(f"No such figure is known. {error.message}")
    return _completed(question, topic, said, asked)


def _checked(question: str) -> str:
    if not isinstance(question, str):
        raise _refused(type(question).__name__, "is not text.")
    if not question.strip():
        raise _refused("", "is empty.")
    if len(question) > MOST_CHARACTERS:
        raise _refused(
            f"{len(question)} characters", f"is longer than {MOST_CHARACTERS} characters."
        )
    if not re.search(r"\w", normalised(question).replace("_", "")):
        raise _refused(question[:20], "holds no word.")
    return question


def _refused(value: str, message: str) -> InputError:
    fix = (
        f'Ask in a sentence of up to {MOST_CHARACTERS} characters, such as "{EXAMPLE_QUESTIONS[0]}"'
    )
    return InputError.from_problems(
        (Finding("question", value, "question", f"the question {message}", fix),)
    )


def _words(problem: Problem | None) -> frozenset[str]:
    """Return the words of a problem's own names, which need no other reading."""
    if problem is None:
        return frozenset()
    return frozenset(
        word
        for name in (
            *(row.name for row in problem.constraints),
            *(cell.name for cell in problem.cells),
        )
        for word in normalised(name).split()
    )


def _blocked(asked: Asked) -> bool:
    """Return whether a word that was not understood may be what the question is about.

    Without a known name, a rule would answer for the whole company, although another was meant.
    """
    named = asked.names or asked.total or asked.parts or asked.companies
    numeric = any(any(c.isdigit() for c in word) for word in asked.unknown)
    return bool(asked.unknown) and (numeric or not named)


def _out_of_range(asked: Asked, topic: str) -> Said | None:
    told = None if topic in _ANY_YEAR else outside(asked)
    return None if told is None else Said(told)


def _completed(question: str, topic: str, said: Said, asked: Asked) -> Answer:
    read_as = [f'"{written}" was read as {meant}' for written, meant in asked.read_as]
    left = [f'"{word}"' for word in asked.unknown]
    told = [
        said.text,
        f"Here {listed(read_as)}." if read_as else "",
        f"Not understood and left out: {listed(left)}." if left else "",
    ]
    return Answer(
        question=question,
        understood=True,
        topic=topic,
        text=" ".join(filter(None, told)),
        formula=said.formula or NOTHING,
        suggestions=_suggestions(topic),
        **{field.name: getattr(said, field.name)
           for field in dataclasses.fields(said) if field.name not in ("text", "formula")},
    )  # fmt: skip


def _suggestions(topic: str) -> tuple[str, ...]:
    """Return the examples that follow the topic's own."""
    topics = list(EXAMPLES)
    start = topics.index(topic) + 1 if topic in EXAMPLES else 0
    return tuple(EXAMPLES[topics[(start + i) % len(topics)]] for i in range(SUGGESTED))


def _not_understood(question: str, asked: Asked, blocked: bool) -> Answer:
    near = _nearest(asked.text)
    left = listed([f'"{word}"' for word in asked.unknown[:5]])
    why = f"Not known here: {left}. " if blocked else ""
    return Answer(
        question=question,
        understood=False,
        topic="",
        text=f"This was not understood. {why}Known are {known_names()}; ask for revenue, growth, "
        "shares, margins, units, the forecast, or the plan and its proof.",
        suggestions=near,
    )


def _nearest(text: str) -> tuple[str, ...]:
    """Return the examples most like a text."""
    words = set(text.split())

    def likeness(example: str) -> float:
        own = normalised(example)
        same = len(words & set(own.split()))
        return same + difflib.SequenceMatcher(None, text, own).ratio()

    return tuple(sorted(EXAMPLE_QUESTIONS, key=likeness, reverse=True)[:SUGGESTED])
