"""The review in plain words, for the person who takes the medicines.

It repeats what alerts and gaps say and nothing else: what a medicine is for is not known here.
"""

from __future__ import annotations

import dataclasses
import datetime

from core.guardian.schema import Alert, AlertType, Review, Severity
from core.report import Block, Callout, Document, Heading, Paragraph
from core.viz.theme import StatusName

TITLE = "About your medicines"
ABOUT = (
    "A computer made this leaflet from written rules.",
    "It does not know what each medicine is for.",
    "It cannot take the place of a doctor or a pharmacist.",
)
KEEP = "Do not stop, start or change a medicine on your own. Ask first."
NOTHING_READ = "We did not find a medicine that we know on this list. Nothing was checked."
NO_ALERT = "Our rules say nothing about this medicine. It can still do harm."
OPEN = "We could not check everything. Ask about each point below."
QUESTIONS = (
    "What is each medicine for?",
    "How much do I take, when, and for how long?",
    "What should I look out for?",
    "Can I take it with other things I buy, with food and with drink?",
    "What do I do if I miss a dose?",
)
CALLS = (
    "Call for help at once if you cannot breathe well, or if your face or throat swells.",
    "Call for help at once if you faint, have a fit, or cannot be woken.",
    "Call for help at once if you bleed and it does not stop, or if you have chest pain.",
    "Call your doctor the same day for a new rash, yellow skin, black stools or a racing heart.",
)

_URGENCY = {
    Severity.CONTRAINDICATED: "This is the strongest warning. Talk to your doctor or pharmacist "
    "now, before the next dose.",
    Severity.MAJOR: "This is a strong warning. Talk to your doctor or pharmacist today.",
    Severity.MODERATE: "Ask your doctor or pharmacist about this soon.",
    Severity.MINOR: "Bring this up when you next talk about your medicines.",
}
_STATUS: dict[Severity, StatusName] = {
    Severity.CONTRAINDICATED: "critical",
    Severity.MAJOR: "critical",
    Severity.MODERATE: "attention",
    Severity.MINOR: "unknown",
}
_WHAT = {
    AlertType.DDI: "{} can harm you when they are taken together.",
    AlertType.ALLERGY: "{}: your notes name an allergy that matters here.",
    AlertType.RENAL: "{} may not suit how well your kidneys work.",
    AlertType.PREGNANCY: "{} may harm a baby in the womb or at the breast.",
    AlertType.LAB: "{} may not fit one of your test results.",
    AlertType.DISEASE: "{} may not fit an illness in your notes.",
    AlertType.AGE: "{} may not fit your age.",
    AlertType.DUPLICATE: "{} do much the same. You may be taking too much.",
    AlertType.DOSE: "The dose of {} on this list needs a check.",
}
_TWICE = "{} is on this list more than once. You may be taking too much."
_ALONE = "{} can harm you in the way it is taken here."


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """One alert in plain words.

    Attributes
    ----------
    drugs : tuple of str
        Generic names.
    severity : Severity
        As in the alert.
    what, urgency, effect : str
        What the matter is; how soon to ask; what may happen, in the rule's medical words.
    """

    drugs: tuple[str, ...]
    severity: Severity
    what: str
    urgency: str
    effect: str

    def lines(self) -> tuple[str, ...]:
        """Return the notice as sentences."""
        said = f"The medical words for what may happen: {self.effect}" if self.effect else ""
        return tuple(line for line in (self.what, self.urgency, said) if line)


@dataclasses.dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine of the list and the notices that name it."""

    name: str
    notices: tuple[Notice, ...]

    def lines(self) -> tuple[str, ...]:
        """Return what is said about the medicine as sentences."""
        if not self.notices:
            return (NO_ALERT,)
        worst = min(self.notices, key=lambda one: one.severity.rank)
        return (*dict.fromkeys(one.what for one in self.notices), worst.urgency)


@dataclasses.dataclass(frozen=True, slots=True)
class Leaflet:
    """What the person who takes the medicines is told.

    Attributes
    ----------
    notices : tuple of Notice
        One for each alert, worst first.
    medicines : tuple of Medicine
        One for each ingredient found.
    open : tuple of str
        What could not be checked, as sentences; quotes the list where a name is not known.
    kb_version : str
        Version and hash of the knowledge base.
    """

    notices: tuple[Notice, ...]
    medicines: tuple[Medicine, ...]
    open: tuple[str, ...]
    kb_version: str

    def text(self) -> str:
        """Return the leaflet as plain text."""
        lines = [TITLE, "", *ABOUT, KEEP]
        for title, said in self._sections():
            lines += ["", title, *(f"- {line}" for line in said)]
        return "\n".join([*lines, "", f"Rules: {self.kb_version}", ""])

    def blocks(self) -> tuple[Block, ...]:
        """Return the leaflet as blocks of a report, for PDF and HTML."""
        found: list[Block] = [Paragraph(" ".join(ABOUT)), Paragraph(KEEP, "lead")]
        if self.notices:
            found.append(Heading("Warnings"))
        for one in self.notices:
            what, *rest = one.lines()
            found += [Callout(_STATUS[one.severity], one.severity.capitalize(), what)]
            found += [Paragraph(line) for line in rest]
        for title, said in self._sections(warnings=False):
            found += [Heading(title), *(Paragraph(line) for line in said)]
        return (*found, Paragraph(f"Rules: {self.kb_version}", "small"))

    def document(self, issued: datetime.date) -> Document:
        """Return the leaflet as a report."""
        return Document(
            TITLE, "For you to take to your doctor or pharmacist", issued, self.blocks()
        )

    def _sections(self, warnings: bool = True) -> list[tuple[str, tuple[str, ...]]]:
        found = []
        if warnings and self.notices:
            found.append(("Warnings", tuple(" ".join(one.lines()) for one in self.notices)))
        if not self.medicines:
            found.append(("Your medicines", (NOTHING_READ,)))
        found += [(one.name.capitalize(), one.lines()) for one in self.medicines]
        if self.open:
            found.append(("What we could not check", (OPEN, *self.open)))
        return [*found, ("What to ask", QUESTIONS), ("When to call", CALLS)]


def leaflet(review: Review) -> Leaflet:
    """Return the review in plain words."""
    notices = tuple(_notice(alert) for alert in review.alerts)
    return Leaflet(
        notices=notices,
        medicines=tuple(
            Medicine(name, tuple(one for one in notices if name in one.drugs))
            for name in review.ingredients
        ),
        open=tuple(dict.fromkeys(gap.message for gap in review.gaps)),
        kb_version=review.kb_version,
    )


def _notice(alert: Alert) -> Notice:
    what = _WHAT[alert.type]
    if len(alert.drugs) == 1 and alert.type is AlertType.DUPLICATE:
        what = _TWICE
    elif len(alert.drugs) == 1 and alert.type is AlertType.DDI:
        what = _ALONE
    said = what.format(_listed(alert.drugs))
    return Notice(
        drugs=alert.drugs,
        severity=alert.severity,
        what=said[0].upper() + said[1:],
        urgency=_URGENCY[alert.severity],
        effect=alert.effect,
    )


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
