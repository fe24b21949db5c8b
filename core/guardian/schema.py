"""What the parts of the medication check hand to each other."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

from core.plain import plain


class Severity(enum.StrEnum):
    """How much harm is at stake; the first two are called critical."""

    CONTRAINDICATED = "contraindicated"
    MAJOR = "major"
    MODERATE = "moderate"
    MINOR = "minor"

    @property
    def rank(self) -> int:
        """Place in the order of harm, 0 for the worst."""
        return list(Severity).index(self)

    @property
    def critical(self) -> bool:
        """Whether the severity is contraindicated or major."""
        return self.rank < 2


class Tier(enum.StrEnum):
    """Whether an alert stops the order or stands in the list beneath it."""

    INTERRUPTIVE = "interruptive"
    PASSIVE = "passive"


class AlertType(enum.StrEnum):
    """What kind of rule an alert comes from."""

    DDI = "ddi"
    ALLERGY = "allergy"
    RENAL = "renal"
    PREGNANCY = "pregnancy"
    LAB = "lab"
    DISEASE = "disease"
    AGE = "age"
    DUPLICATE = "duplicate"
    DOSE = "dose"


class Status(enum.StrEnum):
    """Whether every rule that touches the medicines could be decided."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where the fact of a rule can be read.

    Attributes
    ----------
    name : str
        Label (by ingredient), guideline or paper.
    section : str
        Section of the label or guideline; table or page of a paper.
    year : int
        Year of the edition the fact was taken from.
    """

    name: str
    section: str
    year: int


@dataclasses.dataclass(frozen=True, slots=True)
class Clause:
    """One thing that must hold for a rule to apply; unknown values leave it undecided.

    Attributes
    ----------
    of : str
        What is looked at: ``renal``, ``age``, ``weight``, ``sex``, ``pregnant``, ``weeks``,
        ``lactating``, ``condition``, ``lab``, ``allergy``, ``drug``, ``route``, ``daily_dose``,
        ``daily_dose_per_kg``, ``single_dose``, ``doses_per_week`` or ``days``.
    any : tuple of str
        Condition keys, set members, routes or the key of a laboratory value: one must be there.
    below, at_least, above, at_most : float or None
        Limits of a number, in the units of the patient record.
    basis : str
        For ``renal``: ``"crcl"`` or ``"egfr"``, the measure the source uses.
    unit : str
        For doses: ``"mg"``, ``"mcg"``, ``"g"``, ``"units"`` or ``"meq"``.
    on : str
        For tests of an order (dose, route, frequency): ``"drug"`` or ``"partner"``.
    absent : bool
        The test holds when none of ``any`` is there.
    """

    of: str
    any: tuple[str, ...] = ()
    below: float | None = None
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    basis: str = ""
    unit: str = ""
    on: str = "drug"
    absent: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Adjustment:
    """Another severity in a context; of those that hold, the last one written counts.

    Attributes
    ----------
    when : tuple of Clause
        All must hold.
    severity : Severity
        The severity then.
    note : str
        What the context changes, as a sentence added to the management.
    """

    when: tuple[Clause, ...]
    severity: Severity
    note: str


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One fact about medicines, with its source.

    Attributes
    ----------
    id : str
        Name that never changes, such as ``ddi-ssri-maoi``.
    type : AlertType
        Kind of alert it raises.
    drugs : tuple of str
        Ingredient names, or ``#class``: the rule is about each of them.
    partners : tuple of str
        For pairs: the other side. Equal to ``drugs`` for duplicates.
    third : tuple of str
        For triples: one of these must be there besides the pair.
    when : tuple of Clause
        What must hold of patient and order. All of them.
    severity : Severity
        Of the alert, unless an adjustment holds.
    passive : bool
        Whether the alert never interrupts, whatever its severity.
    mechanism, effect, management : str
        Why it happens, what may happen, what to do: sentences.
    alternatives : tuple of str
        Ingredients or measures to consider instead.
    onset : str
        ``"rapid"``, ``"delayed"`` or empty.
    evidence : str
        ``"boxed"``, ``"label"``, ``"guideline"``, ``"consensus"``, ``"study"`` or ``"derived"``.
    sources : tuple of Source
        At least one.
    exceptions : tuple of tuple of str
        Pairs of set members the rule does not speak of.
    local : bool
        Whether the rule holds for medicines put on skin, eye, ear or mouth as well.
    adjust : tuple of Adjustment
        Contexts with another severity.
    example : mapping
        A case that raises the rule.
    counter : mapping or None
        A near case that does not.
    jurisdiction : str
        Whose label: ``"US"``, ``"EU"`` or ``"US, EU"``.
    reviewed_on : str
        Date of the last review, ISO 8601.
    """

    id: str
    type: AlertType
    drugs: tuple[str, ...]
    severity: Severity
    mechanism: str
    effect: str
    management: str
    evidence: str
    sources: tuple[Source, ...]
    example: dict[str, Any]
    reviewed_on: str
    partners: tuple[str, ...] = ()
    third: tuple[str, ...] = ()
    when: tuple[Clause, ...] = ()
    passive: bool = False
    alternatives: tuple[str, ...] = ()
    onset: str = ""
    exceptions: tuple[tuple[str, str], ...] = ()
    local: bool = False
    adjust: tuple[Adjustment, ...] = ()
    counter: dict[str, Any] | None = None
    jurisdiction: str = "US"


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """One line of a medication list, read.

    Attributes
    ----------
    text : str
        The line as written.
    ingredients : tuple of str
        Generic names, sorted; empty when nothing was recognised.
    unrecognised : tuple of str
        Pieces of the line that may name a medicine and are not known.
    suggestions : tuple of str
        Real names near an unknown one, for a person to choose from.
    corrected : mapping
        Written piece to the name it was read as, where a misspelling was mended.
    route : str
        ``oral``, ``iv``, ``iv-push``, ``im``, ``sc``, ``intrathecal``, ``epidural``, ``inhaled``,
        ``nasal``, ``sublingual``, ``buccal``, ``rectal``, ``vaginal``, ``transdermal``,
        ``topical``, ``ophthalmic``, ``otic``, ``oromucosal``; empty when not stated.
    single_dose, daily_dose : mapping
        Ingredient to amount in ``unit``, where the line says enough.
    units : mapping
        Ingredient to ``"mg"``, ``"units"`` or ``"meq"``; masses are always milligrams.
    per_kg : bool
        Whether the amounts are per kilogram of body weight.
    doses_per_week : float or None
        From the frequency; 7 for once a day, 1 for once a week. ``None`` when not stated.
    as_needed : bool
        Whether the line says so; the daily dose is then the largest allowed.
    days : float or None
        Length of the course in days, where stated.
    notes : tuple of str
        Sentences about what could not be read for certain.
    """

    text: str
    ingredients: tuple[str, ...]
    unrecognised: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    corrected: dict[str, str] = dataclasses.field(default_factory=dict)
    route: str = ""
    single_dose: dict[str, float] = dataclasses.field(default_factory=dict)
    daily_dose: dict[str, float] = dataclasses.field(default_factory=dict)
    units: dict[str, str] = dataclasses.field(default_factory=dict)
    per_kg: bool = False
    doses_per_week: float | None = None
    as_needed: bool = False
    days: float | None = None
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Gap:
    """Something the check could not decide, and what would decide it.

    Attributes
    ----------
    field : str
        Where: ``"meds[2]"``, ``"patient.egfr"``, ``"patient.labs.potassium"``.
    value : str
        What was given, shortened; empty when nothing was.
    message : str
        What is missing or wrong, as a sentence.
    fix : str
        How to mend it, as a sentence.
    rules : tuple of str
        Rules that stay undecided because of it.
    """

    field: str
    value: str
    message: str
    fix: str
    rules: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Alert:
    """One finding of the check.

    Attributes
    ----------
    type, drugs, severity, mechanism, effect, management, alternatives, evidence, sources, rule_id
        As in the rule; ``drugs`` are the generic names it was raised for, sorted.
    tier : Tier
        Whether it interrupts.
    reasons : tuple of str
        What in this case made the rule apply, as sentences.
    onset, jurisdiction, reviewed_on : str
        As in the rule.
    also : tuple of str
        Further rules about the same medicines that were folded into this alert.
    """

    type: AlertType
    drugs: tuple[str, ...]
    severity: Severity
    tier: Tier
    mechanism: str
    effect: str
    management: str
    alternatives: tuple[str, ...]
    evidence: str
    sources: tuple[Source, ...]
    rule_id: str
    reasons: tuple[str, ...] = ()
    onset: str = ""
    jurisdiction: str = "US"
    reviewed_on: str = ""
    also: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Name of the finding within a case: rule and medicines."""
        return f"{self.rule_id}:{'+'.join(self.drugs)}"


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """What the check found.

    Attributes
    ----------
    alerts : tuple of Alert
        Worst first.
    orders : tuple of Order
        The lines as they were read, in the order given.
    ingredients : tuple of str
        Every generic name found, sorted.
    unrecognised : tuple of str
        Every piece of text that may name a medicine and is not known.
    status : Status
        Complete only if there is no gap.
    gaps : tuple of Gap
        What could not be decided.
    headline : str
        The result as one sentence; never says that a list is safe.
    kb_version : str
        Version and hash of the knowledge base.
    """

    alerts: tuple[Alert, ...]
    orders: tuple[Order, ...]
    ingredients: tuple[str, ...]
    unrecognised: tuple[str, ...]
    status: Status
    gaps: tuple[Gap, ...]
    headline: str
    kb_version: str

    def to_dict(self) -> dict[str, Any]:
        """Return the review as plain data."""
        found: dict[str, Any] = plain(self)
        return found
