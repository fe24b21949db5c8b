"""From what was measured to pass, fail or not enough evidence.

A check passes when its claim is shown at the policy's level, and fails when the opposite is shown;
anything else is not enough evidence. The verdict passes only if every claim it needs is shown, so
that a model which breaks any one of them passes with at most the probability ``level``
(intersection-union test: no adjustment is needed). It fails if any of them fails; these p values
are adjusted by Holm's rule over all checks, so that a model which satisfies every claim fails with
at most the probability ``level`` as well. There is no average of checks.

References
----------
Berger, Technometrics 24 (1982) 295-300 (intersection-union tests).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

from core.plain import finite
from core.stats.intervals import Interval, undefined
from core.stats.shift import holm
from core.trust.policy import Demand, Policy
from core.trust.predictions import Finding

Status = Literal["pass", "fail", "not enough evidence"]

ABSENT = {
    "fairness": (
        "Rates are alike in all levels of every attribute.",
        "Nothing was compared: no attribute of the rows was given, such as sex, age or hospital, "
        "or the part was left out.",
    ),
    "calibration": (
        "The probabilities mean what they say.",
        "Nothing was measured: no probabilities were given, or the part was left out.",
    ),
}
"""Claim and reason where a policy asks for what the input offers nothing for."""

NOT_MEASURED = "Nothing was measured: the input offers nothing for it, or the part was left out."


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """One claim and what became of it.

    Attributes
    ----------
    id, area, claim : str
        Name, part of the audit, and the claim with its limit.
    demand : {"always", "if given", "advisory"}
        Whether the verdict needs it.
    status : {"pass", "fail", "not enough evidence"}
        Whether the claim is shown, its opposite is, or neither.
    measured : Interval
        The figure; NaN where the data cannot define it.
    p_met : float or None
        One-sided p value against "the claim does not hold".
    p_broken : float or None
        One-sided p value against "the claim holds", adjusted for all checks of the audit.
    reason : str
        What was found, in a sentence.
    """

    id: str
    area: str
    claim: str
    demand: Demand
    status: Status
    measured: Interval
    p_met: float | None
    p_broken: float | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data; what is undefined is ``None``."""
        measured = self.measured
        return {
            "id": self.id,
            "area": self.area,
            "status": self.status,
            "estimate": finite(measured.estimate),
            "ci_low": finite(measured.low),
            "ci_high": finite(measured.high),
            "n": measured.n,
            "reason": self.reason,
            "claim": self.claim,
            "demand": self.demand,
            "ci_level": measured.level,
            "method": measured.method,
            "p_met": self.p_met,
            "p_broken": self.p_broken,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks say together.

    Attributes
    ----------
    status : {"pass", "fail", "not enough evidence"}
        The verdict.
    checks : tuple of Check
        Every check, in the order of the policy.
    """

    status: Status
    checks: tuple[Check, ...]

    def count(self, status: Status) -> int:
        """Return how many of the claims that the verdict needs have this status."""
        return sum(check.status == status for check in self.needed)

    @property
    def needed(self) -> tuple[Check, ...]:
        """The checks on which the verdict rests."""
        return tuple(check for check in self.checks if check.demand != "advisory")


def decide(policy: Policy, findings: Sequence[Finding], families: Sequence[str]) -> Verdict:
    """Apply a policy to what was measured.

    Parameters
    ----------
    policy : Policy
        The claims and their demands.
    findings : sequence of Finding
        What the panels measured.
    families : sequence of str
        The policy's claims that concern this kind of task; one that the verdict always needs and
        that no finding answers becomes a check without evidence.
    """
    asked = [(rule, one) for one in findings if (rule := policy.rule(one.id)) is not None]
    p_broken = _adjusted([one.p_broken for _, one in asked])
    checks = [
        _check(one, rule.demand, broken, policy.level)
        for (rule, one), broken in zip(asked, p_broken, strict=True)
    ]
    answered = {check.id for check in checks} | {check.id.split(".")[0] for check in checks}
    for family in families:
        if policy.rules[family].demand == "always" and family not in answered:
            checks.append(_unanswered(family))
    order = {family: place for place, family in enumerate(policy.rules)}
    checks.sort(key=lambda check: order.get(check.id, order.get(check.id.split(".")[0], 0)))
    return Verdict(_together(checks), tuple(checks))


def _together(checks: Sequence[Check]) -> Status:
    found = {check.status for check in checks if check.demand != "advisory"}
    if "fail" in found:
        return "fail"
    return "pass" if found == {"pass"} else "not enough evidence"


def _check(one: Finding, demand: Demand, broken: float | None, level: float) -> Check:
    status: Status = "not enough evidence"
    if broken is not None and broken <= level:
        status = "fail"
    elif one.p_met is not None and one.p_met <= level:
        status = "pass"
    reason = one.reason
    if status != "fail" and one.p_broken is not None and one.p_broken <= level:
        reason += (
            f" Alone, this would break the claim (p = {one.p_broken:.2g}); adjusted for all checks "
            f"of the audit it does not (p = {broken:.2g})."
        )
    return Check(
        one.id, one.area, one.claim, demand, status, one.measured, one.p_met, broken, reason
    )


def _unanswered(family: str) -> Check:
    area = family.split(".")[0]
    claim, reason = ABSENT.get(area, (f"The policy asks for {family}.", NOT_MEASURED))
    return Check(
        id=family,
        area=area,
        claim=claim,
        demand="always",
        status="not enough evidence",
        measured=undefined(0, "not measured"),
        p_met=None,
        p_broken=None,
        reason=reason,
    )


def _adjusted(p: Sequence[float | None]) -> list[float | None]:
    """Return p values adjusted by Holm's rule, leaving out those that do not exist."""
    known = [value for value in p if value is not None]
    adjusted = iter(holm(known)) if known else iter(())
    return [None if value is None else float(next(adjusted)) for value in p]
