"""What the agents report while they work, and what comes out at the end."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Generator, Iterator

Clock = Callable[[], float]
"""Returns seconds, counted from any moment; ``time.monotonic`` does."""


class Agent(enum.StrEnum):
    """Who reports."""

    INTAKE = "intake"
    PHARMACIST = "pharmacist"
    ALLERGIST = "allergist"
    RENAL = "renal"
    PREGNANCY = "pregnancy"
    LABORATORY = "laboratory"
    DOSE = "dose"
    COUNCIL = "council"
    EDUCATOR = "educator"
    AUDITOR = "auditor"


class Kind(enum.StrEnum):
    """What is reported."""

    STARTED = "started"
    FINDING = "finding"
    NARRATIVE = "narrative"
    DROPPED = "dropped"
    FINISHED = "finished"
    FALLBACK = "fallback"


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One report of one agent.

    Attributes
    ----------
    agent : Agent
        Who reports.
    kind : Kind
        What is reported. A ``narrative`` event of a model is one line that denies nothing; a later
        ``dropped`` or ``fallback`` event takes all such lines back, and the template follows.
    text : str
        The report, plain text; nothing that the patient's record or the list says word for word.
    ms : float
        Milliseconds since the run began.
    """

    agent: Agent
    kind: Kind
    text: str
    ms: float


@dataclasses.dataclass(frozen=True, slots=True)
class Narrative:
    """The review in words.

    Attributes
    ----------
    text : str
        Plain text, one paragraph a line.
    author : str
        ``"template"``, ``"local model"``, or the model that answered.
    dropped : tuple of str
        Why a model's narrative was dropped, or could not be had; empty if none was asked.
    """

    text: str
    author: str
    dropped: tuple[str, ...] = ()


class Narration(Iterator[Event]):
    """A run of the agents: its events, one by one, and its narrative once they are through.

    Parameters
    ----------
    steps : generator
        Yields the events and returns the narrative.

    Attributes
    ----------
    narrative : Narrative or None
        ``None`` until the last event has been taken.
    """

    def __init__(self, steps: Generator[Event, None, Narrative]) -> None:
        self._steps = steps
        self.narrative: Narrative | None = None

    def __next__(self) -> Event:
        try:
            return next(self._steps)
        except StopIteration as stop:
            if self.narrative is None:
                self.narrative = stop.value
            raise

    def close(self) -> None:
        """Leave the run; what still works for it is told to stop."""
        self._steps.close()

    def finish(self) -> Narrative:
        """Take the events that are left and return the narrative."""
        for _ in self:
            pass
        if self.narrative is None:
            raise RuntimeError("the run was closed before it ended")
        return self.narrative


class Log:
    """Makes events, with the time that has passed since it was made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock()

    def event(self, agent: Agent, kind: Kind, text: str) -> Event:
        """Return an event that happens now."""
        return Event(agent, kind, text, round(1000 * (self._clock() - self._start), 3))
