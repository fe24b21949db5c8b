"""Where the gate refuses and warns, and how every source fared with a gate that had not seen it."""

from __future__ import annotations

import dataclasses

from core.respiratory import runtime
from core.respiratory.gate.parameters import LEVELS_FILE, Levels


@dataclasses.dataclass(frozen=True, slots=True)
class LeftOut:
    """Films of a source, judged by a gate fitted without that source.

    Attributes
    ----------
    source : str
        Key of the source.
    films : int
        Its films, test films not among them.
    frontal, excess : float
        Levels at which one percent of them would be refused; see ``gate.parameters.Levels``.
    """

    source: str
    films: int
    frontal: float
    excess: float


@dataclasses.dataclass(frozen=True, slots=True)
class GateLevels:
    """The levels in use, and those that each source alone would have asked for."""

    levels: Levels
    left_out: tuple[LeftOut, ...]


def gate_levels() -> GateLevels:
    """Return the levels of the shipped gate with what they rest on.

    Raises
    ------
    ArtifactError
        If the model folder or the gate's file is missing or altered.
    """
    stored = runtime.artifact().json(LEVELS_FILE)
    return GateLevels(
        Levels(**stored["levels"]),
        tuple(LeftOut(source, **one) for source, one in stored.get("left_out", {}).items()),
    )
