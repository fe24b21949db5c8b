"""Answers that do not depend on who asks, each made once however many ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Answers:
    """The last answers given, shared by all threads of the process.

    Whoever asks what somebody else is just working out waits for that instead of doing the same
    work beside it. An answer is shared as it is, so nobody may change it. What comes from a
    visitor's own file does not belong here: it would outlive the session.

    Parameters
    ----------
    most : int
        Answers that are kept; the one that nobody has asked for longest goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def __contains__(self, question: Hashable) -> bool:
        """Say whether the answer is at hand."""
        with self._lock:
            return question in self._kept

    def forget(self) -> None:
        """Drop all answers."""
        with self._lock:
            self._kept.clear()

    def once(self, question: Hashable, make: Callable[[], T]) -> T:
        """Return the answer to a question, made at most once while it is kept.

        Parameters
        ----------
        question : hashable
            All that the answer depends on.
        make : callable
            Works the answer out.

        Raises
        ------
        Exception
            Whatever ``make`` raises; then nothing is kept, and the next one to ask tries anew.
        """
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                return cast("T", self._kept[question])
            making = self._making.setdefault(question, threading.Lock())
        with making:
            if question in self:  # somebody else has just made it
                return self.once(question, make)
            try:
                found = make()
                self._keep(question, found)
            finally:
                with self._lock:
                    self._making.pop(question, None)
        return found

    def _keep(self, question: Hashable, found: object) -> None:
        with self._lock:
            self._kept[question] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
