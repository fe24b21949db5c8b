"""Going on in spite of an alert: for a coded reason, on record, and counted afterwards."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from core.audit import Entry
from core.errors import InputError
from core.guardian.schema import Alert, Review
from core.plain import plain
from core.stats.intervals import Interval, wilson

CHECK = "guardian_check"
OVERRIDE = "guardian_override"

REASONS: Mapping[str, str] = {
    "benefit-outweighs-risk": "Benefit outweighs the risk for this patient",
    "will-monitor": "Will monitor: state what and when in the comment",
    "dose-adjusted": "Dose or timing is adjusted",
    "tolerated-before": "Patient has tolerated this before",
    "no-alternative": "No suitable alternative",
    "specialist-advice": "On the advice of a specialist or pharmacist",
    "short-course": "Short course or single dose",
    "alert-not-applicable": "Alert does not apply: state why in the comment",
    "information-wrong": "Record is out of date: state what in the comment",
    "end-of-life": "Palliative care",
    "other": "Other: state which in the comment",
}
COMMENTED = frozenset({"will-monitor", "alert-not-applicable", "information-wrong", "other"})
"""Reasons that say nothing without a comment."""

MOST_COMMENT = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Override:
    """One alert that somebody passed over.

    Attributes
    ----------
    alert, rule_id, severity : str
        Key of the alert within its case, its rule, its severity.
    reason : str
        Code from ``REASONS``.
    comment : str
        Free text; part of the patient's record, and treated as such.
    role : str
        Who decided, such as ``"prescriber"``.
    """

    alert: str
    rule_id: str
    severity: str
    reason: str
    comment: str
    role: str

    def payload(self, keep_text: bool) -> dict[str, Any]:
        """Return what the audit log keeps; the comment only where input values are kept."""
        found: dict[str, Any] = plain(self)
        return {"outcomes": [found if keep_text else {**found, "comment": ""}]}


def override(alert: Alert, reason: str, comment: str = "", role: str = "prescriber") -> Override:
    """Return the decision to go on in spite of an alert.

    Raises
    ------
    InputError
        If the reason is none of ``REASONS``, or says nothing without a comment.
    """
    comment = comment.strip()
    if reason not in REASONS:
        raise InputError(f"reason: {reason!r} is not known. Use one of: {', '.join(REASONS)}.")
    if reason in COMMENTED and not comment:
        raise InputError(f"comment: is empty. {REASONS[reason]}.")
    if len(comment) > MOST_COMMENT:
        raise InputError(f"comment: has {len(comment)} characters. Use at most {MOST_COMMENT}.")
    return Override(alert.key, alert.rule_id, alert.severity, reason, comment, role)


def case_hash(case: Any) -> str:
    """Return the SHA-256 of a case, the same for the same content."""
    text = json.dumps(case, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def check_payload(case: Any, review: Review) -> dict[str, Any]:
    """Return what the audit log keeps of a review: hashes, rules and counts, no patient value."""
    return {
        "input": case_hash(case),
        "kb": review.kb_version,
        "orders": len(review.orders),
        "status": str(review.status),
        "alerts": [
            {"rule": one.rule_id, "severity": str(one.severity), "tier": str(one.tier)}
            for one in review.alerts
        ],
    }


@dataclasses.dataclass(frozen=True, slots=True)
class RuleBurden:
    """How often a rule interrupted and was passed over."""

    rule_id: str
    alerts: int
    overridden: int
    rate: Interval


@dataclasses.dataclass(frozen=True, slots=True)
class Burden:
    """What the alerts of a log cost.

    Attributes
    ----------
    checks, orders : int
        Reviews on record, and the lines of their lists.
    interruptive, passive : int
        Alerts by tier.
    overrides : int
        Alerts passed over.
    per_100_orders : float
        Interruptive alerts for a hundred lines; NaN without lines.
    rules : tuple of RuleBurden
        Rules that interrupted, most often first, with Wilson intervals.
    reasons : mapping
        Reason code to how often it was given.
    """

    checks: int
    orders: int
    interruptive: int
    passive: int
    overrides: int
    per_100_orders: float
    rules: tuple[RuleBurden, ...]
    reasons: Mapping[str, int]


def burden(entries: Iterable[Entry]) -> Burden:
    """Count alerts and overrides of a log."""
    checks = orders = passive = 0
    interrupted: Counter[str] = Counter()
    overridden: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for entry in entries:
        data = entry.data()
        if entry.event == CHECK:
            checks += 1
            orders += data["orders"]
            stops = [one["rule"] for one in data["alerts"] if one["tier"] == "interruptive"]
            interrupted.update(stops)
            passive += len(data["alerts"]) - len(stops)
        elif entry.event == OVERRIDE:
            overridden.update(one["rule_id"] for one in data["outcomes"])
            reasons.update(one["reason"] for one in data["outcomes"])
    total = sum(interrupted.values())
    rules = tuple(
        # A rule can be overridden more often than it is on record when logging began in between.
        RuleBurden(rule, n, overridden[rule], wilson(min(overridden[rule], n), n))
        for rule, n in sorted(interrupted.items(), key=lambda one: (-one[1], one[0]))
    )
    return Burden(
        checks=checks,
        orders=orders,
        interruptive=total,
        passive=passive,
        overrides=sum(overridden.values()),
        per_100_orders=100 * total / orders if orders else float("nan"),
        rules=rules,
        reasons=dict(reasons.most_common()),
    )
