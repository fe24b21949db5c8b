"""A model's text as it arrives: no line of it is passed on before the gate has read it."""

from __future__ import annotations

from core.guardian.agents import template
from core.guardian.agents.events import Narrative
from core.guardian.agents.gate import judge, judge_line, most_characters
from core.guardian.agents.payload import Payload


class Draft:
    """Collects what a model writes, and lets through the lines that deny nothing.

    Parameters
    ----------
    payload : Payload
        What the model was told.

    Attributes
    ----------
    dropped : tuple of str
        Why the draft cannot stand; once there is a reason, nothing more is let through.
    """

    def __init__(self, payload: Payload) -> None:
        self._payload = payload
        self._most = most_characters(payload)
        self._text = ""
        self._read = 0
        self.dropped: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything received."""
        return self._text

    def add(self, piece: str) -> list[str]:
        """Take a piece of text and return the lines that it ends and that may be shown."""
        if self.dropped:
            return []
        self._text += piece
        if len(self._text) > self._most:
            self.dropped = (f"It is longer than {self._most} characters.",)
            return []
        passed = []
        while (end := self._text.find("\n", self._read)) >= 0 and not self.dropped:
            passed += self._line(self._text[self._read : end])
            self._read = end + 1
        return passed

    def rest(self) -> list[str]:
        """Return the last line, if it may be shown."""
        line, self._read = self._text[self._read :], len(self._text)
        return [] if self.dropped else self._line(line)

    def settle(self, author: str) -> Narrative:
        """Return the narrative that stands: the draft, or the template with the reasons."""
        reasons = self.dropped or judge(self._text, self._payload)
        if reasons:
            return Narrative(template.narrative(self._payload), template.AUTHOR, reasons)
        return Narrative(self._text.strip(), author)

    def _line(self, line: str) -> list[str]:
        self.dropped = judge_line(line, self._payload)
        return [line.strip()] if line.strip() and not self.dropped else []
