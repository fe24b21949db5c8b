"""What a least-effort path tells its reader, as typed data."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from core.cardiosense.levers import Layer, Reach
from core.cardiosense.robustness import Robustness
from core.optimize import Certificate
from core.optimize.certificate import Status

Changes = Mapping[str, tuple[float, float]]


@dataclasses.dataclass(frozen=True, slots=True)
class FrontPlan:
    """The best plan that moves at most so many levers.

    Attributes
    ----------
    levers : int
        Most levers that may move.
    reached : bool
        Whether the target can be met with so few. If not, the plan shown is the one of lowest
        risk.
    effort : float
        Effort of the plan.
    changes : mapping of str to (float, float)
        Value before and after, for each lever that moves.
    p_after : float
        Risk after the plan, 0 to 1.
    """

    levers: int
    reached: bool
    effort: float
    changes: Changes
    p_after: float

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain, JSON-safe data."""
        return dataclasses.asdict(self) | {"changes": _pairs(self.changes)}


@dataclasses.dataclass(frozen=True, slots=True)
class Region:
    """Values of one lever that keep the target while the others stay at the plan.

    Attributes
    ----------
    low, high : float
        Ends of the unbroken range around the plan, at the resolution of the measurement.
    text : str
        The range in short, such as ``"trestbps <= 126 mmHg"``.
    """

    low: float
    high: float
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class BindingLimit:
    """One limit that stands in the way of an unreachable target.

    Attributes
    ----------
    lever : str
        The lever.
    stop : str
        What ends its movement: ``"floor"``, ``"12-month limit"``, ``"already at floor"``,
        ``"not measured"`` or ``"no effect"``.
    at : float or None
        Value at which it stops.
    would_need : float or None
        Value that would meet the target with the other levers as in the plan of lowest risk;
        ``None`` when no possible value would.
    """

    lever: str
    stop: str
    at: float | None
    would_need: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Binding:
    """Why a target is out of reach.

    Attributes
    ----------
    lowest_p : float
        Smallest risk within all limits.
    effort : float
        Effort of the plan that reaches it.
    changes : mapping of str to (float, float)
        That plan.
    limits : tuple of BindingLimit
        What stops each lever, and which one would have to give.
    p_without_limits : float
        Risk with every measured lever at its best possible value, floors and 12-month limits
        ignored.
    sentence : str
        The same in words.
    """

    lowest_p: float
    effort: float
    changes: Changes
    limits: tuple[BindingLimit, ...]
    p_without_limits: float
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return the reasons as plain, JSON-safe data."""
        return dataclasses.asdict(self) | {
            "changes": _pairs(self.changes),
            "limits": [dataclasses.asdict(limit) for limit in self.limits],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class LeastEffortPath:
    """The plan of least effort that meets a target risk, with its proof.

    Attributes
    ----------
    status : {"optimal", "infeasible", "already below"}
        Outcome of the search.
    effort : float or None
        Sum over levers of weight x change / largest 12-month change; ``None`` when infeasible.
    changes : mapping of str to (float, float)
        Value before and after for each lever that moves, clinically rounded.
    p_before, p_after : float
        Risk as the score reports it, before and after; ``p_after`` is ``None`` when infeasible.
    target : float
        Risk to reach.
    layer : {"diagnostic", "prevention"}
        Whether the risk is of disease now, or of an event within ten years.
    outcome : str
        What the risk is of, in words.
    robust : bool
        Whether plans had to survive noise and refits as well.
    front : tuple of FrontPlan
        Best plan with at most 1, 2, ... levers, up to the number the optimum uses.
    region : mapping of str to Region
        For each lever that moves, the values that keep the target.
    robustness : Robustness or None
        How firmly the plan holds; ``None`` when there is no plan.
    binding : Binding or None
        Why the target is out of reach; ``None`` unless infeasible.
    levers : tuple of Reach
        Limits, weights and sources in force.
    inactive : mapping of str to str
        Levers that cannot help this patient, each with the reason.
    flags : tuple of str
        Findings about the input that qualify the estimate.
    note : str
        How the plan may be read.
    certificate : Certificate
        What was proved, over which grid, with which model and input.
    """

    status: Status
    effort: float | None
    changes: Changes
    p_before: float
    p_after: float | None
    target: float
    layer: Layer
    outcome: str
    robust: bool
    front: tuple[FrontPlan, ...]
    region: Mapping[str, Region]
    robustness: Robustness | None
    binding: Binding | None
    levers: tuple[Reach, ...]
    inactive: Mapping[str, str]
    flags: tuple[str, ...]
    note: str
    certificate: Certificate

    def to_dict(self) -> dict[str, Any]:
        """Return the path as plain, JSON-safe data."""
        return {
            "status": self.status,
            "effort": self.effort,
            "changes": _pairs(self.changes),
            "p_before": self.p_before,
            "p_after": self.p_after,
            "target": self.target,
            "layer": self.layer,
            "outcome": self.outcome,
            "robust": self.robust,
            "front": [plan.to_dict() for plan in self.front],
            "region": {name: dataclasses.asdict(part) for name, part in self.region.items()},
            "robustness": self.robustness.to_dict() if self.robustness else None,
            "binding": self.binding.to_dict() if self.binding else None,
            "levers": [reach.to_dict() for reach in self.levers],
            "inactive": dict(self.inactive),
            "flags": list(self.flags),
            "note": self.note,
            "certificate": self.certificate.to_dict(),
        }


def _pairs(changes: Changes) -> dict[str, list[float]]:
    return {name: list(pair) for name, pair in changes.items()}
