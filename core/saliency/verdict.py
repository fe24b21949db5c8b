"""Three questions of one map, each answered by pass, fail or not enough evidence.

Does it lie where a reader would look, do other methods agree, and does the network need what it
shows? Only the last is about the network: a map may look right and agree with others while the
network looks elsewhere. Each figure is held against smooth random maps of the same image, so that
no threshold is chosen by taste: a map passes if at most one random map in twenty does as well, and
fails if half of them do.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

import numpy as np

from core import plain
from core.saliency.schema import Floats, Value
from core.viz.text import fixed

LEVEL = 0.05
"""Largest share of random maps that do as well as a map that passes."""
FEWEST = 19
"""Fewest random maps with which that share can be reached."""
UNTESTED = "Not tested on this image yet."


class Outcome(enum.StrEnum):
    """What is said of a map under one question."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "not enough evidence"


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One question with its answer and what the answer rests on.

    Attributes
    ----------
    key, question : str
        Short name, and the question in words.
    outcome : Outcome
        The answer.
    sentence : str
        The evidence in words, with its figures.
    value : float
        The figure; NaN where there is none.
    chance : float
        Its median over random maps; NaN where there is none.
    p : float
        Share of maps, this one among them, that do at least as well; NaN where there is none.
    n : int
        Random maps compared with.
    """

    key: str
    question: str
    outcome: Outcome
    sentence: str
    value: float = float("nan")
    chance: float = float("nan")
    p: float = float("nan")
    n: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """The three answers for one map.

    Attributes
    ----------
    visual, agreement, faithfulness : Finding
        Where it lies, whether other methods agree, whether the network needs what it shows.
    """

    visual: Finding
    agreement: Finding
    faithfulness: Finding

    @property
    def findings(self) -> tuple[Finding, Finding, Finding]:
        """The three in the order in which they are asked."""
        return self.visual, self.agreement, self.faithfulness

    @property
    def outcome(self) -> Outcome:
        """Whether the map may be shown as a reason: the last question alone decides."""
        return self.faithfulness.outcome

    @property
    def sentence(self) -> str:
        """What the three say together."""
        looks_right = self.visual.outcome is Outcome.PASS
        if self.outcome is Outcome.PASS:
            elsewhere = self.visual.outcome is Outcome.FAIL
            where = ", though a reader would not look there" if elsewhere else ""
            return f"The network needs what this map shows{where}."
        if self.outcome is Outcome.FAIL:
            how = "looks right, but" if looks_right else "is no reason:"
            return f"The map {how} the network does not need what it shows more than chance would."
        return "It is not known whether the network needs what this map shows."

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data, with its sentence and outcome."""
        record: dict[str, Any] = plain.plain(self)
        return {"outcome": str(self.outcome), "sentence": self.sentence, **record}


QUESTIONS = {
    "visual": "Does the map lie where a reader would look?",
    "agreement": "Do other methods show the same?",
    "faithfulness": "Does the network need what the map shows?",
}


def against_chance(key: str, what: str, observed: Value, chance: Floats) -> Finding:
    """Answer a question by the rank of a figure among those of random maps.

    Parameters
    ----------
    key : str
        One of `QUESTIONS`.
    what : str
        The figure in words, such as ``"share of the map in the lungs"``.
    observed : Value
        The figure of the map; higher is better.
    chance : (n,) array
        The same of random maps; those without a figure are left out.
    """
    if not observed.defined:
        return unknown(key, observed.reason)
    null = np.asarray(chance, dtype=np.float64)
    null = null[np.isfinite(null)]
    if null.size < FEWEST:
        return unknown(
            key, f"Only {null.size} random maps to compare with; {FEWEST} are needed at the least."
        )
    middle = float(np.median(null))
    better = int((null >= observed.value).sum())
    p = (1 + better) / (1 + null.size)
    return Finding(
        key=key,
        question=QUESTIONS[key],
        outcome=_outcome(p, observed.value > middle),
        sentence=(
            f"{what}: {fixed(observed.value, 2)}; {better} of {null.size} random maps reach as "
            f"much (median {fixed(middle, 2)})."
        ),
        value=observed.value,
        chance=middle,
        p=p,
        n=int(null.size),
    )


def unknown(key: str, reason: str) -> Finding:
    """Answer a question by the reason why it has no answer."""
    return Finding(key, QUESTIONS[key], Outcome.UNKNOWN, reason)


def _outcome(p: float, above_middle: bool) -> Outcome:
    if p <= LEVEL:
        return Outcome.PASS
    return Outcome.UNKNOWN if above_middle else Outcome.FAIL
