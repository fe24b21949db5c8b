"""The agents in a row, without any library: each says what the review holds for its subject."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Protocol

from core.guardian.agents import template
from core.guardian.agents.draft import Draft
from core.guardian.agents.events import Agent, Clock, Event, Kind, Log, Narration, Narrative
from core.guardian.agents.payload import NOTHING_STATED, Circumstances, Payload, payload_of
from core.guardian.schema import AlertType, Review

SUBJECTS: Mapping[Agent, frozenset[AlertType]] = {
    Agent.PHARMACIST: frozenset({AlertType.DDI, AlertType.DISEASE}),
    Agent.ALLERGIST: frozenset({AlertType.ALLERGY}),
    Agent.RENAL: frozenset({AlertType.RENAL}),
    Agent.PREGNANCY: frozenset({AlertType.PREGNANCY, AlertType.AGE}),
    Agent.LABORATORY: frozenset({AlertType.LAB}),
    Agent.DOSE: frozenset({AlertType.DOSE, AlertType.DUPLICATE}),
}
"""The experts, and the kinds of alert each of them reads out; together all kinds."""

TASKS: Mapping[Agent, str] = {
    Agent.INTAKE: "Reads what was recognised.",
    Agent.PHARMACIST: "Looks at interactions and diagnoses.",
    Agent.ALLERGIST: "Looks at allergies.",
    Agent.RENAL: "Looks at kidney function.",
    Agent.PREGNANCY: "Looks at pregnancy, breast-feeding and age.",
    Agent.LABORATORY: "Looks at test results.",
    Agent.DOSE: "Looks at doses and doubled medicines.",
    Agent.COUNCIL: "Puts the findings into words.",
    Agent.EDUCATOR: "Prepares the leaflet.",
    Agent.AUDITOR: "Notes who wrote what.",
}
NO_FINDING = "No rule raised an alert here."


class Narrator(Protocol):
    """Something that puts a payload into words."""

    name: str

    def stream(self, payload: Payload) -> Iterator[str]:
        """Yield pieces of text that together are the narrative."""


def narrate(
    review: Review,
    *,
    clock: Clock,
    narrator: Narrator | None = None,
    circumstances: Circumstances = NOTHING_STATED,
) -> Narration:
    """Let the agents explain a finished review.

    Nothing here changes the review: its alerts are what they were, whoever writes.

    Parameters
    ----------
    review : Review
        What the check found.
    clock : callable
        Returns seconds, such as ``time.monotonic``.
    narrator : Narrator or None
        Writes the narrative; the template does when ``None``, and when the gate drops what the
        narrator wrote.
    circumstances : Circumstances
        The patient, blurred, for the narrator.
    """
    return Narration(_steps(payload_of(review, circumstances), Log(clock), narrator))


def intake(payload: Payload) -> tuple[str, ...]:
    """Return what was recognised and what was not."""
    n = len(payload.ingredients)
    if not n:
        return (template.NOTHING_READ,)
    said = f"{n} {'medicine' if n == 1 else 'medicines'}: {', '.join(payload.ingredients)}."
    gaps = [
        f"Not checked: {template.place(field)}, {count}." for field, count in payload.gaps.items()
    ]
    return (said, *gaps)


def findings(agent: Agent, payload: Payload) -> tuple[str, ...]:
    """Return the alerts of an expert's subject as sentences."""
    mine = [one for one in payload.findings if one.type in SUBJECTS[agent]]
    return tuple(template.headline(one) for one in mine) or (NO_FINDING,)


def opening(log: Log, payload: Payload) -> Iterator[Event]:
    """Yield what comes before the narrative: intake, and each expert with its findings."""
    yield from reported(log, Agent.INTAKE, intake(payload))
    for agent in SUBJECTS:
        yield from reported(log, agent, findings(agent, payload))


def reported(log: Log, agent: Agent, said: tuple[str, ...]) -> Iterator[Event]:
    """Yield the events of an agent that reads something out."""
    yield log.event(agent, Kind.STARTED, TASKS[agent])
    for one in said:
        yield log.event(agent, Kind.FINDING, one)
    yield log.event(agent, Kind.FINISHED, "")


def settled(log: Log, narrative: Narrative, failed: bool) -> Iterator[Event]:
    """Yield what the council says once it is settled which narrative stands.

    Parameters
    ----------
    log : Log
        Makes the events.
    narrative : Narrative
        What stands.
    failed : bool
        Whether there was no draft to drop.
    """
    for reason in narrative.dropped:
        yield log.event(Agent.COUNCIL, Kind.FALLBACK if failed else Kind.DROPPED, reason)
    if narrative.author == template.AUTHOR:
        yield log.event(Agent.COUNCIL, Kind.NARRATIVE, narrative.text)
    yield log.event(Agent.COUNCIL, Kind.FINISHED, f"Written by: {narrative.author}.")


def educated(payload: Payload) -> tuple[str, ...]:
    """Return what the leaflet will hold."""
    alerts, medicines = len(payload.findings), len(payload.ingredients)
    return (
        f"Leaflet: medicines {medicines}, warnings {alerts}, open points "
        f"{sum(payload.gaps.values())}.",
    )


def audited(narrative: Narrative, asked: str) -> tuple[str, ...]:
    """Return who decided and who wrote.

    Parameters
    ----------
    narrative : Narrative
        What stands.
    asked : str
        The model that answered, as it names itself; empty if none did.
    """
    return (f"Alerts: rules. Narrative: {narrative.author}. Model: {asked or 'none'}.",)


def _steps(
    payload: Payload, log: Log, narrator: Narrator | None
) -> Generator[Event, None, Narrative]:
    yield from opening(log, payload)
    yield log.event(Agent.COUNCIL, Kind.STARTED, TASKS[Agent.COUNCIL])
    if narrator is None:
        narrative, asked, failed = (
            Narrative(template.narrative(payload), template.AUTHOR),
            "",
            False,
        )
    else:
        narrative, failed = yield from _told(payload, log, narrator)
        asked = narrator.name
    yield from settled(log, narrative, failed)
    yield from reported(log, Agent.EDUCATOR, educated(payload))
    yield from reported(log, Agent.AUDITOR, audited(narrative, asked))
    return narrative


def _told(
    payload: Payload, log: Log, narrator: Narrator
) -> Generator[Event, None, tuple[Narrative, bool]]:
    draft = Draft(payload)
    try:
        for piece in narrator.stream(payload):
            for line in draft.add(piece):
                yield log.event(Agent.COUNCIL, Kind.NARRATIVE, line)
            if draft.dropped:
                break
    except Exception as error:
        return fallen_back(payload, f"The model failed ({type(error).__name__})."), True
    for line in draft.rest():
        yield log.event(Agent.COUNCIL, Kind.NARRATIVE, line)
    return draft.settle(narrator.name), False


def fallen_back(payload: Payload, *why: str) -> Narrative:
    """Return the template, and why no model's narrative stands in its place."""
    return Narrative(template.narrative(payload), template.AUTHOR, why)
