"""The CDS Hooks service as two verbs: what to answer a call, and what feedback means."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from core.errors import InputError
from core.guardian.check import read_line, review
from core.guardian.fhir.cds import HookRequest, card_id, cards, read_request
from core.guardian.overrides import REASONS
from core.guardian.schema import Review


@dataclasses.dataclass(frozen=True, slots=True)
class HookAnswer:
    """What a call is answered with.

    Attributes
    ----------
    cards : tuple of mapping
        CDS Hooks cards, worst first.
    review : Review
        The review behind them.
    rules : mapping
        Card id to the rule it speaks of, for the audit log.
    """

    cards: tuple[Mapping[str, Any], ...]
    review: Review
    rules: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the response as CDS Hooks defines it."""
        return {"cards": [dict(card) for card in self.cards]}


def answer_hook(service: str, body: Mapping[str, Any]) -> HookAnswer:
    """Answer a call of a CDS Hooks service.

    Raises
    ------
    InputError
        If the call is not one of this service.
    """
    request = read_request(service, body)
    found = review({"fhir_bundle": request.bundle})
    rules = {card_id(request, alert.key): alert.rule_id for alert in found.alerts}
    return HookAnswer(tuple(cards(request, found, _ordered(request))), found, rules)


def _ordered(request: HookRequest) -> frozenset[str]:
    alone = review({"fhir_bundle": request.drafts})
    return frozenset(name for order in alone.orders for name in read_line(order.text).ingredients)


@dataclasses.dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one card."""

    card: str
    outcome: str
    reason: str
    comment: str


def read_feedback(body: Mapping[str, Any]) -> tuple[Feedback, ...]:
    """Read the feedback a client sends after cards were shown.

    Raises
    ------
    InputError
        If it is no list of outcomes, or an outcome is neither accepted nor overridden.
    """
    items = body.get("feedback")
    if not isinstance(items, list):
        raise InputError("feedback: is no list. Give one object for each card.")
    return tuple(_feedback(place, item) for place, item in enumerate(items))


def _feedback(place: int, item: Any) -> Feedback:
    if not isinstance(item, Mapping) or not isinstance(item.get("card"), str):
        raise InputError(f"feedback[{place}].card: is missing. Give the uuid of the card.")
    outcome = item.get("outcome")
    if outcome not in ("accepted", "overridden"):
        raise InputError(f"feedback[{place}].outcome: is {outcome!r}. Give accepted or overridden.")
    given = item.get("overrideReason")
    given = given if isinstance(given, Mapping) else {}
    coded = given.get("reason")
    code = coded.get("code") if isinstance(coded, Mapping) else None
    comment = given.get("userComment")
    known = code if isinstance(code, str) and code in REASONS else "other"
    reason = known if outcome == "overridden" else ""
    return Feedback(item["card"], str(outcome), reason, comment if isinstance(comment, str) else "")
