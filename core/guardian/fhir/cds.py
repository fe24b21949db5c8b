"""CDS Hooks: a request becomes a case, a review becomes cards."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import InputError
from core.guardian.overrides import REASONS
from core.guardian.schema import Alert, Review, Severity, Tier

HOOKS = ("order-select", "order-sign")
SERVICES = {f"guardian-{hook}": hook for hook in HOOKS}
SYSTEM = "urn:guardian:override-reason"
MOST_SUMMARY = 140
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:guardian:cards")

PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    "medications": "MedicationRequest?patient={{context.patientId}}&status=active",
    "statements": "MedicationStatement?patient={{context.patientId}}&status=active",
    "allergies": "AllergyIntolerance?patient={{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}&clinical-status=active",
    "observations": "Observation?patient={{context.patientId}}&category=laboratory",
}
INDICATORS = {
    Severity.CONTRAINDICATED: "critical",
    Severity.MAJOR: "critical",
    Severity.MODERATE: "warning",
    Severity.MINOR: "info",
}


@dataclasses.dataclass(frozen=True, slots=True)
class HookRequest:
    """What a client asks.

    Attributes
    ----------
    instance : str
        ``hookInstance`` of the request.
    bundle : mapping
        Draft orders and everything prefetched, as one Bundle.
    drafts : mapping
        The draft orders alone.
    """

    instance: str
    bundle: Mapping[str, Any]
    drafts: Mapping[str, Any]


def services() -> dict[str, Any]:
    """Return the discovery document."""
    return {
        "services": [
            {
                "hook": hook,
                "id": key,
                "title": "Patient Safety Guardian",
                "description": "Checks ordered medicines against each other and the patient. For "
                "research and education; not a medical device.",
                "prefetch": dict(PREFETCH),
            }
            for key, hook in SERVICES.items()
        ]
    }


def read_request(service: str, body: Mapping[str, Any]) -> HookRequest:
    """Read the body of a hook call.

    Raises
    ------
    InputError
        If hook, instance or draft orders are missing or of another form.
    """
    if body.get("hook") != SERVICES[service]:
        raise InputError(
            f"hook: is {body.get('hook')!r}. This service answers {SERVICES[service]}."
        )
    instance = body.get("hookInstance")
    if not isinstance(instance, str) or not instance:
        raise InputError("hookInstance: is missing. Give the UUID of this call.")
    context = body.get("context")
    drafts = context.get("draftOrders") if isinstance(context, Mapping) else None
    if not isinstance(drafts, Mapping) or drafts.get("resourceType") != "Bundle":
        raise InputError("context.draftOrders: is no Bundle. Give the orders being made.")
    prefetch = body.get("prefetch")
    entries = list(_entries(drafts))
    for found in prefetch.values() if isinstance(prefetch, Mapping) else ():
        if isinstance(found, Mapping):
            bundled = found.get("resourceType") == "Bundle"
            entries += _entries(found) if bundled else [{"resource": found}]
    return HookRequest(instance, {"resourceType": "Bundle", "entry": entries}, drafts)


def cards(request: HookRequest, review: Review, ordered: frozenset[str]) -> list[dict[str, Any]]:
    """Return one card for each alert about an ordered medicine, and one for what stays open.

    Parameters
    ----------
    request : HookRequest
        The call.
    review : Review
        Of all medicines together.
    ordered : frozenset of str
        Ingredients of the draft orders; alerts among the others are counted, not repeated.
    """
    about = [alert for alert in review.alerts if ordered.intersection(alert.drugs)]
    found = [_card(request, alert) for alert in about]
    rest = len(review.alerts) - len(about)
    if rest:
        text = f"{rest} further alerts concern medicines that are already taken."
        found.append(_plain(request, "rest", text, "", "info"))
    if review.gaps:
        detail = "\n".join(f"- {gap.field}: {gap.message} {gap.fix}" for gap in review.gaps)
        text = f"Incomplete: {len(review.gaps)} things could not be checked."
        found.append(_plain(request, "gaps", text, detail, "warning"))
    return found


def card_id(request: HookRequest, key: str) -> str:
    """Return the id of a card: the same call gives the same id."""
    return str(uuid.uuid5(_NAMESPACE, f"{request.instance}:{key}"))


def _card(request: HookRequest, alert: Alert) -> dict[str, Any]:
    names = " + ".join(alert.drugs)
    cited = "; ".join(f"{one.name}, {one.section}, {one.year}" for one in alert.sources)
    detail = [alert.mechanism, alert.effect, alert.management]
    if alert.alternatives:
        detail.append(f"Consider: {', '.join(alert.alternatives)}.")
    detail.append(f"Source: {cited}. Rule {alert.rule_id}, reviewed {alert.reviewed_on}.")
    card = _plain(
        request,
        alert.key,
        f"{alert.severity.capitalize()}: {names}",
        "\n\n".join(detail),
        INDICATORS[alert.severity] if alert.tier is Tier.INTERRUPTIVE else "info",
    )
    if alert.tier is Tier.INTERRUPTIVE:
        card["overrideReasons"] = [
            {"code": code, "system": SYSTEM, "display": title} for code, title in REASONS.items()
        ]
    elif alert.severity is Severity.MODERATE:
        card["indicator"] = "warning"
    return card


def _plain(
    request: HookRequest, key: str, summary: str, detail: str, indicator: str
) -> dict[str, Any]:
    short = summary if len(summary) < MOST_SUMMARY else f"{summary[: MOST_SUMMARY - 4]}..."
    return {
        "uuid": card_id(request, key),
        "summary": short,
        "detail": detail or summary,
        "indicator": indicator,
        "source": {"label": "Patient Safety Guardian (research and education)"},
    }


def _entries(bundle: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    entries = bundle.get("entry")
    return [one for one in entries if isinstance(one, Mapping)] if isinstance(entries, list) else []
