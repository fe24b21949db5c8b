"""What this process is doing: which systems can answer, and whether it is about to end."""

from __future__ import annotations

import dataclasses

__all__ = ["PROCESS", "Process"]


@dataclasses.dataclass(slots=True)
class Process:
    """The state of the running process.

    Attributes
    ----------
    systems : dict of str to str
        By system, why it cannot answer; empty if it can. Nothing before the models are read.
    warm_seconds : float or None
        How long reading and exercising the models took; ``None`` before that.
    ending : bool
        Whether the process was told to stop: what is under way is finished, nothing new begins.
    """

    systems: dict[str, str] = dataclasses.field(default_factory=dict)
    warm_seconds: float | None = None
    ending: bool = False


PROCESS = Process()
