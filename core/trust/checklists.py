"""Reporting checklists, filled as far as an audit knows: the rest is for the author.

The items are files under ``checklists/``, in short words of our own. An item counts as filled only
where the audit's figures answer it; where they only contribute, the contribution is shown and the
item stays with the author. A count is no judgement: neither of the study nor of its report.

References
----------
Collins et al., BMJ 2024;385:e078378 (TRIPOD+AI). Moons et al., BMJ 2025;388:e082505 (PROBAST+AI).
Tejani et al., Radiology: Artificial Intelligence 2024;6(4):e240300 (CLAIM, 2024 update).
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from core.errors import InputError
from core.trust.checklist_facts import known

Kind = Literal["tripod_ai", "probast_ai", "claim_2024"]
Study = Literal["evaluation", "development", "both"]
Status = Literal["filled", "author must answer", "not applicable"]

KINDS: tuple[Kind, ...] = get_args(Kind)
FOLDER = Path(__file__).with_name("checklists")


@dataclasses.dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item.

    Attributes
    ----------
    number, section, topic, text : str
        Its number in the publication, where it stands, and what it asks, in short.
    status : {"filled", "author must answer", "not applicable"}
        Whether the audit answers it.
    answer : str
        The audit's sentence; for an item that stays with the author, what the audit contributes, if
        anything; for one that does not apply, why.
    author : str
        What the author has to add to the audit's contribution; empty where there is none.
    """

    number: str
    section: str
    topic: str
    text: str
    status: Status
    answer: str
    author: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist with the audit's answers.

    Attributes
    ----------
    kind : {"tripod_ai", "probast_ai", "claim_2024"}
        Which one.
    name, version, what, reference, note : str
        Its name and version, what its entries are called, where it was published, and how to read
        these paraphrases.
    study : {"evaluation", "development", "both"}
        What the study does.
    items : tuple of ChecklistItem
        In the order of the publication.
    """

    kind: Kind
    name: str
    version: str
    what: str
    reference: str
    note: str
    study: Study
    items: tuple[ChecklistItem, ...]

    def count(self, status: Status) -> int:
        """Return the number of items of one status."""
        return sum(item.status == status for item in self.items)

    def sentence(self) -> str:
        """Return the counts in one sentence."""
        return (
            f"{self.name} ({self.version}): of {len(self.items)} {self.what}, "
            f"{self.count('filled')} filled from this audit, "
            f"{self.count('author must answer')} for the author, "
            f"{self.count('not applicable')} not applicable."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the checklist as plain data."""
        counts = {status: self.count(status) for status in get_args(Status)}
        return {**dataclasses.asdict(self), "summary": self.sentence(), "counts": counts}


def fill(audit_facts: Mapping[str, Any], kind: Kind, *, study: Study = "evaluation") -> Checklist:
    """Return a checklist with what an audit knows of it.

    Parameters
    ----------
    audit_facts : mapping
        The audit as plain data. Read, where present: ``n``, ``task``, ``classes``, ``events`` (rows
        by class, or of the second of two classes), ``threshold``, ``features`` (names or their
        number), ``metrics``, ``figures`` (name to estimate, low, high, n), ``checks`` (each with
        id, area, status, estimate, ci_low, ci_high, n, reason), ``groups`` (name to levels) and
        ``panels``.
    kind : {"tripod_ai", "probast_ai", "claim_2024"}
        Which checklist.
    study : {"evaluation", "development", "both"}, default "evaluation"
        What the study does; items of the other kind do not apply.

    Raises
    ------
    InputError
        If there is no such checklist or kind of study.
    """
    if kind not in KINDS:
        raise InputError(f"kind: there is no checklist {kind!r}. Choose {', '.join(KINDS)}.")
    if study not in get_args(Study):
        raise InputError(f"study: {study!r} is no kind. Choose {', '.join(get_args(Study))}.")
    content = _stored(kind)
    items = tuple(_filled(item, audit_facts, study) for item in content["items"])
    head = {name: content[name] for name in ("name", "version", "what", "reference", "note")}
    return Checklist(kind=kind, study=study, items=items, **head)


def _filled(item: Mapping[str, str], facts: Mapping[str, Any], study: Study) -> ChecklistItem:
    base = {name: item[name] for name in ("number", "section", "topic", "text")}
    if study != "both" and item["for"] not in ("both", study):
        reason = f"It concerns the {item['for']} of a model; this study is its {study}."
        return ChecklistItem(**base, status="not applicable", answer=reason)
    if item.get("only") == "classes" and facts.get("task") == "regression":
        reason = "Quantities are predicted, not classes."
        return ChecklistItem(**base, status="not applicable", answer=reason)
    found = known(item["known"], facts) if "known" in item else None
    if found is None:
        return ChecklistItem(**base, status="author must answer", answer="")
    author = item.get("author", "")
    if found.whole and not author:
        return ChecklistItem(**base, status="filled", answer=found.text)
    return ChecklistItem(**base, status="author must answer", answer=found.text, author=author)


@functools.cache
def _stored(kind: Kind) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    return content
