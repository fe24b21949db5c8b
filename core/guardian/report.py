"""A review on paper: the answer of the page with its reasons, gaps, decisions and sources."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from core.guardian.overrides import REASONS, Override
from core.guardian.schema import Alert, Order, Review, Severity, Tier
from core.report import (
    Block,
    Callout,
    Document,
    Heading,
    KeyValues,
    Paragraph,
    Provenance,
    Table,
)
from core.viz.theme import StatusName

TITLE = "Medication check"
SUBTITLE = "Medicines against each other and against the patient, by reviewed rules."
LIMIT = "A list without alerts has not been shown to be harmless. Only what is named is checked."

_STATUS: dict[Severity, StatusName] = {
    Severity.CONTRAINDICATED: "critical",
    Severity.MAJOR: "critical",
    Severity.MODERATE: "attention",
    Severity.MINOR: "unknown",
}


def review_document(
    review: Review,
    *,
    patient: tuple[str, ...] = (),
    passed: Mapping[str, Override] | None = None,
    input_hash: str = "",
    issued: datetime.date,
) -> Document:
    """Return the content of the report, for PDF and HTML.

    Parameters
    ----------
    review : Review
        What was found.
    patient : tuple of str
        What is known of the patient.
    passed : mapping of str to Override, optional
        Alert key to the decision to go on in spite of it.
    input_hash : str
        SHA-256 of the case.
    issued : datetime.date
        Date of issue.
    """
    decisions = passed or {}
    stops = [one for one in review.alerts if one.tier is Tier.INTERRUPTIVE]
    quiet = [one for one in review.alerts if one.tier is not Tier.INTERRUPTIVE]
    blocks = (
        *_answer(review, stops, patient),
        *(block for one in stops for block in _alert(one, decisions.get(one.key))),
        *_gaps(review),
        *_passive(quiet),
        *_list(review.orders),
        *_sources(review.alerts),
        Heading("Provenance"),
        Provenance(
            (
                ("Knowledge base", review.kb_version),
                ("Case (SHA-256)", input_hash),
                ("Method", "reviewed rules, no language model"),
            )
        ),
    )
    return Document(TITLE, SUBTITLE, issued, blocks)


def _answer(review: Review, stops: list[Alert], patient: tuple[str, ...]) -> Iterator[Block]:
    yield Heading("Answer")
    if stops:
        yield Callout("critical", "Critical", review.headline)
    else:
        yield Callout("unknown", "No critical alert", review.headline)
    yield Paragraph(LIMIT, "small")
    if patient:
        yield Paragraph(f"Patient: {'; '.join(patient)}.")


def _alert(one: Alert, decision: Override | None) -> Iterator[Block]:
    yield Callout(
        _STATUS[one.severity], one.severity.capitalize(), f"{' + '.join(one.drugs)}: {one.effect}"
    )
    facts = {
        "What to do": one.management,
        "Why": one.mechanism,
        "In this case": "; ".join(one.reasons),
        "Instead": ", ".join(one.alternatives),
        "Rule": f"{one.rule_id}, reviewed {one.reviewed_on}, evidence: {one.evidence}",
    }
    if decision is not None:
        said = f"by {decision.role}: {REASONS[decision.reason]}"
        facts["Passed over"] = f"{said} ({decision.comment})" if decision.comment else said
    yield KeyValues(tuple((name, text) for name, text in facts.items() if text))


def _gaps(review: Review) -> Iterator[Block]:
    if not review.gaps:
        return
    yield Heading("What could not be checked")
    yield Table(
        ("Where", "What is open", "What would mend it"),
        tuple((gap.field, gap.message, gap.fix) for gap in review.gaps),
        (1.2, 3, 2.4),
    )


def _passive(quiet: list[Alert]) -> Iterator[Block]:
    if not quiet:
        return
    yield Heading("Further alerts")
    yield Table(
        ("Severity", "Medicines", "Effect", "What to do"),
        tuple((one.severity, " + ".join(one.drugs), one.effect, one.management) for one in quiet),
        (1, 1.6, 2, 3),
    )


def _list(orders: tuple[Order, ...]) -> Iterator[Block]:
    yield Heading("The list as it was read")
    yield Table(
        ("Line", "Read as", "Not known"),
        tuple(
            (one.text, ", ".join(one.ingredients) or "nothing", ", ".join(one.unrecognised))
            for one in orders
        ),
        (3, 2, 1.5),
    )


def _sources(alerts: tuple[Alert, ...]) -> Iterator[Block]:
    if not alerts:
        return
    yield Heading("Sources")
    yield Table(
        ("Rule", "Source", "Section", "Year"),
        tuple(
            (one.rule_id, source.name, source.section, str(source.year))
            for one in alerts
            for source in one.sources
        ),
        (2, 3, 2, 0.7),
        (3,),
    )
