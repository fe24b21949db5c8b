"""The result of an audit: the verdict first, then everything it rests on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from core.plain import finite
from core.stats.intervals import Interval
from core.trust.policy import Policy
from core.trust.verdict import Check, Status, Verdict

Task = Literal["binary", "multiclass", "regression"]

WORDS: dict[Status, str] = {
    "pass": "Pass",
    "fail": "Fail",
    "not enough evidence": "Not enough evidence",
}


class Panel(Protocol):
    """One part of an audit, as plain data."""

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain data; what is undefined is ``None``."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """What an audit found; it holds figures, not the rows they come from.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
        What was predicted.
    n : int
        Rows.
    classes : tuple of str
        Names of the classes; empty for quantities.
    policy : Policy
        The claims, with their limits.
    verdict : Verdict
        The verdict and its checks.
    figures : mapping of str to Interval
        The figures of the whole, by name.
    numbers : mapping of str to float
        Figures for which no interval exists, such as the ECE, beside the value that chance gives.
    panels : mapping of str to Panel
        The parts: ``performance``, ``calibration``, ``utility``, ``fairness``, ``failures``,
        ``drift``, ``sets``, ``representation``; for quantities ``errors`` and ``fairness``. A part
        that was not asked for, or has nothing to measure, is absent.
    groups : mapping of str to tuple of str
        Attributes and their levels.
    notes : tuple of str
        How the input was understood.
    """

    task: Task
    n: int
    classes: tuple[str, ...]
    policy: Policy
    verdict: Verdict
    figures: Mapping[str, Interval]
    numbers: Mapping[str, float]
    panels: Mapping[str, Any]
    groups: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check, in the order of the policy."""
        return self.verdict.checks

    @property
    def metrics(self) -> dict[str, float | int | None]:
        """Name to number of the figures of the whole; ``None`` where undefined."""
        estimates = {name: figure.estimate for name, figure in self.figures.items()}
        numbers = {name: finite(value) for name, value in (estimates | {**self.numbers}).items()}
        return {"n": self.n, **numbers}

    def panel(self, name: str) -> Any:
        """Return a part by its name; ``None`` where there is none."""
        return self.panels.get(name)

    def sentence(self) -> str:
        """Return the verdict with what it rests on, in one sentence."""
        needed = len(self.verdict.needed)
        counts = [
            f"{self.verdict.count('pass')} shown",
            f"{self.verdict.count('fail')} broken",
            f"{self.verdict.count('not enough evidence')} without enough evidence",
        ]
        return (
            f"{WORDS[self.verdict.status]} under {self.policy.name} {self.policy.version}: of "
            f"{needed} claims that this policy needs, {', '.join(counts)} (n = {self.n:,})."
        )

    def show(self) -> str:
        """Return the verdict, every check with its reason, and the notes, as text."""
        lines = [self.sentence(), ""]
        for check in self.checks:
            aside = " (advisory)" if check.demand == "advisory" else ""
            lines.append(f"{WORDS[check.status]}: {check.claim}{aside}")
            lines.append(f"    {check.reason}")
        lines += ["", *self.notes] if self.notes else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.show()

    def to_dict(self) -> dict[str, Any]:
        """Return the audit as one document of plain data, without a number that does not exist."""
        return {
            "verdict": self.verdict.status,
            "policy": self.policy.name,
            "policy_version": self.policy.version,
            "summary": self.sentence(),
            "checks": [check.to_dict() for check in self.checks],
            "metrics": self.metrics,
            "task": self.task,
            "n": self.n,
            "classes": list(self.classes),
            "groups": {name: list(levels) for name, levels in self.groups.items()},
            "notes": list(self.notes),
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
            "limits": self.policy.to_dict(),
            "panels": {name: panel.to_dict() for name, panel in self.panels.items()},
        }
