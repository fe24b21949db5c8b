"""The rules, tried on a case: alerts where they hold, open questions where nothing can be said."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

from core.guardian.engine.clauses import Finding, judge
from core.guardian.engine.context import Case, Subject
from core.guardian.engine.index import PairRule, RuleIndex
from core.guardian.schema import Alert, AlertType, Clause, Rule, Severity, Tier

Key = tuple[str, tuple[str, ...]]


@dataclasses.dataclass(frozen=True, slots=True)
class Open:
    """A rule that could not be decided, and the fields that would decide it."""

    rule: Rule
    drugs: tuple[str, ...]
    missing: tuple[str, ...]


def apply(case: Case, index: RuleIndex) -> tuple[list[Alert], list[Open]]:
    """Return the alerts of a case, one for each rule and set of medicines, and what stays open.

    Only a question whose answer could be contraindicated or major is kept open. A rule that starts
    milder and waits for a measurement nobody expects at hand stays silent.
    """
    alerts: dict[Key, Alert] = {}
    left: dict[Key, Open] = {}
    for rule, subject, drugs in _trials(case, index):
        key = (rule.id, drugs)
        for one in _each_allergy(rule, case):
            alert, missing = _try(rule, one, subject, drugs)
            if alert and (key not in alerts or alert.severity.rank < alerts[key].severity.rank):
                alerts[key] = alert
            wanted = alert or rule.severity.critical or index.asked.issuperset(missing)
            if missing and (wanted or _adds_up(rule, case, drugs)):
                left[key] = Open(rule, drugs, missing)
    settled = {key for key, alert in alerts.items() if alert.severity.critical}
    return list(alerts.values()), [one for key, one in left.items() if key not in settled]


def _adds_up(rule: Rule, case: Case, drugs: tuple[str, ...]) -> bool:
    """Return whether a dose is spread over lines, so that one unread line hides the sum."""
    return rule.type is AlertType.DOSE and any(len(case.items[name]) > 1 for name in drugs)


def _trials(case: Case, index: RuleIndex) -> Iterator[tuple[Rule, Subject, tuple[str, ...]]]:
    for name, items in case.items.items():
        for rule in index.single.get(name, ()):
            for item in items:
                if rule.local or not item.local:
                    yield rule, Subject(item), (name,)
        bodily = [item for item in items if not item.local]
        for rule in index.repeated.get(name, ()):
            for one, other in itertools.combinations(bodily, 2):
                yield rule, Subject(one, other), (name,)
        for pair in index.pairs.get(name, ()):
            for partner in pair.partners.intersection(case.items):
                yield from _pair_trials(case, index, pair, name, partner)


def _pair_trials(
    case: Case, index: RuleIndex, pair: PairRule, name: str, partner: str
) -> Iterator[tuple[Rule, Subject, tuple[str, ...]]]:
    if name == partner or pair.excepts(name, partner):
        return
    drugs: tuple[str, ...] = tuple(sorted((name, partner)))
    if pair.third:
        further = sorted((pair.third - {name, partner}).intersection(case.items))
        if not further:
            return
        drugs = tuple(sorted({*drugs, *further}))
    in_one_product = frozenset((name, partner)) in index.products
    for one, other in itertools.product(case.items[name], case.items[partner]):
        if one.line == other.line and in_one_product:
            continue
        if pair.rule.local or not (one.local or other.local):
            yield pair.rule, Subject(one, other), drugs


def _each_allergy(rule: Rule, case: Case) -> Iterator[Case]:
    """Let an allergy rule look at one allergy at a time, so that a reaction stays with its own."""
    stated = case.patient.allergies
    if rule.type is not AlertType.ALLERGY or not stated:
        yield case
        return
    for one in stated:
        yield dataclasses.replace(case, patient=dataclasses.replace(case.patient, allergies=(one,)))


def _try(
    rule: Rule, case: Case, subject: Subject, drugs: tuple[str, ...]
) -> tuple[Alert | None, tuple[str, ...]]:
    """Return the alert of a rule, if it holds, and the fields that could still make it critical."""
    holds, reasons, missing = _all(rule.when, case, subject)
    if holds is False:
        return None, ()
    severity, notes, open_fields = rule.severity, [], set(missing)
    raisable = False
    for adjustment in rule.adjust:
        applies, why, lacking = _all(adjustment.when, case, subject)
        if applies:
            severity = adjustment.severity
            notes.append(adjustment.note)
            reasons += why
        elif applies is None and adjustment.severity.critical:
            raisable = True
            open_fields |= set(lacking)
    undecided = tuple(sorted(open_fields)) if severity.critical or raisable else ()
    if holds is None:
        return None, undecided
    return (
        _alert(rule, severity, drugs, reasons, notes),
        () if severity.critical else undecided,
    )


def _all(
    clauses: tuple[Clause, ...], case: Case, subject: Subject
) -> tuple[bool | None, list[str], list[str]]:
    """Return whether all clauses hold, what made them hold, and which fields are missing."""
    findings: list[Finding] = []
    for clause in clauses:
        found = judge(clause, case, subject)
        if found.holds is False:
            return False, [], []
        findings.append(found)
    missing = [found.missing for found in findings if found.holds is None]
    reasons = [found.reason for found in findings if found.holds and found.reason]
    return (None if missing else True), reasons, missing


def _alert(
    rule: Rule, severity: Severity, drugs: tuple[str, ...], reasons: list[str], notes: list[str]
) -> Alert:
    interrupts = severity.critical and not rule.passive
    return Alert(
        type=rule.type,
        drugs=drugs,
        severity=severity,
        tier=Tier.INTERRUPTIVE if interrupts else Tier.PASSIVE,
        mechanism=rule.mechanism,
        effect=rule.effect,
        management=" ".join([rule.management, *notes]),
        alternatives=rule.alternatives,
        evidence=rule.evidence,
        sources=rule.sources,
        rule_id=rule.id,
        reasons=tuple(dict.fromkeys(reasons)),
        onset=rule.onset,
        jurisdiction=rule.jurisdiction,
        reviewed_on=rule.reviewed_on,
    )


def fold(alerts: list[Alert]) -> tuple[Alert, ...]:
    """Return the alerts, worst first, each set of medicines once for each kind of alert.

    The other rules about the same medicines are named in ``also``.
    """
    groups: dict[tuple[AlertType, tuple[str, ...]], list[Alert]] = {}
    for alert in sorted(alerts, key=_order):
        groups.setdefault((alert.type, alert.drugs), []).append(alert)
    folded = [
        dataclasses.replace(first, also=tuple(dict.fromkeys(one.rule_id for one in rest)))
        for first, *rest in groups.values()
    ]
    return tuple(sorted(folded, key=_order))


def _order(alert: Alert) -> tuple[int, int, str, tuple[str, ...], str]:
    derived = alert.evidence == "derived"
    return (alert.severity.rank, int(derived), alert.type, alert.drugs, alert.rule_id)
