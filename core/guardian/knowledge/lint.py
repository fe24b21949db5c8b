"""What is wrong with the data files, line by line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import ArtifactError
from core.guardian.knowledge.base import (
    EVERY,
    OWN,
    Allergen,
    Condition,
    DrugClass,
    Ingredient,
    Lab,
    Product,
)
from core.guardian.knowledge.load import FOLDER, records
from core.guardian.schema import Adjustment, Clause, Rule, Source
from core.typed import typed

KINDS = {
    "classes": DrugClass,
    "conditions": Condition,
    "labs": Lab,
    "allergens": Allergen,
    "ingredients": Ingredient,
    "products": Product,
    "rules": Rule,
}
SUBJECTS = frozenset(
    {
        *("renal", "age", "weight", "sex", "pregnant", "weeks", "lactating"),
        *("condition", "lab", "allergy", "reaction", "drug", "route"),
        *("daily_dose", "daily_dose_per_kg", "single_dose", "doses_per_week", "days"),
    }
)
ROUTES = frozenset(
    {
        *(
            "oral",
            "iv",
            "iv-push",
            "im",
            "sc",
            "intrathecal",
            "epidural",
            "inhaled",
            "nasal",
            "sublingual",
        ),
        *("buccal", "rectal", "vaginal", "transdermal", "topical", "ophthalmic", "otic"),
        "oromucosal",
    }
)
EVIDENCE = frozenset({"boxed", "label", "guideline", "consensus", "study", "derived"})


def problems(folder: Path = FOLDER) -> list[str]:
    """Return one sentence for each fault of the knowledge base; empty when it stands."""
    lines = {kind: records(folder, kind) for kind in KINDS}
    found = [
        f"{place}: {fault}"
        for kind, content in lines.items()
        for place, record in content
        for fault in _shape(KINDS[kind], record)
    ]
    if found:
        return found
    vocabulary = _Vocabulary.of(lines)
    found += _repeated(lines)
    for kind, check in (
        ("ingredients", vocabulary.ingredient),
        ("products", vocabulary.product),
        ("conditions", vocabulary.condition),
        ("allergens", vocabulary.allergen),
        ("rules", vocabulary.rule),
    ):
        for place, record in lines[kind]:
            found += [f"{place}: {fault}" for fault in check(record)]
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Every key that a record may refer to."""

    classes: frozenset[str]
    ingredients: frozenset[str]
    conditions: frozenset[str]
    labs: frozenset[str]
    allergens: frozenset[str]
    used_classes: frozenset[str]

    @classmethod
    def of(cls, lines: dict[str, list[tuple[str, Any]]]) -> _Vocabulary:
        def keys(kind: str, key: str) -> frozenset[str]:
            return frozenset(record[key] for _, record in lines[kind])

        used = frozenset(key for _, one in lines["ingredients"] for key in one["classes"])
        return cls(
            keys("classes", "key"),
            keys("ingredients", "name"),
            keys("conditions", "key"),
            keys("labs", "key"),
            keys("allergens", "key"),
            used,
        )

    def ingredient(self, record: dict[str, Any]) -> Iterator[str]:
        yield from (f"no class {key!r}" for key in record["classes"] if key not in self.classes)
        routes = {name.split("@")[1] for name in record.get("names", ()) if "@" in name}
        routes |= set(record.get("routes", ()))
        yield from (f"no route {one!r}" for one in sorted(routes - ROUTES))

    def product(self, record: dict[str, Any]) -> Iterator[str]:
        yield from self._members(record["ingredients"])

    def condition(self, record: dict[str, Any]) -> Iterator[str]:
        implied = record.get("implies", ())
        yield from (f"no condition {key!r}" for key in implied if key not in self.conditions)

    def allergen(self, record: dict[str, Any]) -> Iterator[str]:
        yield from self._members(record.get("members", ()))

    def rule(self, record: dict[str, Any]) -> Iterator[str]:
        for side in ("drugs", "partners", "third"):
            yield from self._members(record.get(side, ()))
        for pair in record.get("exceptions", ()):
            yield from self._members(pair)
        for clause in record.get("when", ()):
            yield from self._clause(clause)
        for adjustment in record.get("adjust", ()):
            for clause in adjustment["when"]:
                yield from self._clause(clause)
        if record["evidence"] not in EVIDENCE:
            yield f"no grade of evidence {record['evidence']!r}"
        if not record["sources"]:
            yield "no source"
        texts = ("mechanism", "effect", "management", "reviewed_on")
        yield from (f"{key} is empty" for key in texts if not record[key].strip())
        if not record["example"].get("meds"):
            yield "the example has no medicines"

    def _clause(self, clause: dict[str, Any]) -> Iterator[str]:
        subject, values = clause["of"], clause.get("any", ())
        if subject not in SUBJECTS:
            yield f"no clause about {subject!r}"
        known = {"condition": self.conditions, "lab": self.labs, "route": ROUTES}.get(subject)
        if known is not None:
            yield from (f"no {subject} {one!r}" for one in values if one not in known)
            if not values:
                yield f"a clause about {subject} names none"
        if subject == "drug":
            yield from self._members(values)
        if subject == "allergy":
            yield from self._members(one for one in values if one not in self.allergens)

    def _members(self, members: Any) -> Iterator[str]:
        for member in members:
            if member in (EVERY, OWN):
                continue
            if member.startswith("#"):
                if member[1:] not in self.classes:
                    yield f"no class {member!r}"
                elif member[1:] not in self.used_classes:
                    yield f"class {member!r} has no ingredient"
            elif member not in self.ingredients:
                yield f"no ingredient {member!r}"


def _shape(kind: Any, record: Any) -> Iterator[str]:
    if not isinstance(record, dict):
        yield "is no object"
        return
    yield from _unknown_keys(kind, record)
    if kind is Rule:
        for source in record.get("sources", ()):
            yield from _unknown_keys(Source, source)
        for clause in record.get("when", ()):
            yield from _unknown_keys(Clause, clause)
        for adjustment in record.get("adjust", ()):
            yield from _unknown_keys(Adjustment, adjustment)
            for clause in adjustment.get("when", ()):
                yield from _unknown_keys(Clause, clause)
    try:
        typed(kind, record)
    except ArtifactError as error:
        yield error.message


def _unknown_keys(kind: Any, record: dict[str, Any]) -> Iterator[str]:
    known = {field.name for field in dataclasses.fields(kind)}
    yield from (f"no field {key!r} in {kind.__name__}" for key in record if key not in known)


def _repeated(lines: dict[str, list[tuple[str, Any]]]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for kind in ("ingredients", "products"):
        for place, record in lines[kind]:
            own = [*record["names"], *record.get("misspellings", ())] if "names" in record else []
            own += [record["name"]] if "name" in record else []
            folded = {name.split("@")[0].casefold().strip(): name for name in own}
            for name in folded:
                if name in owners:
                    yield f"{place}: the name {name!r} stands already at {owners[name]}"
                owners[name] = place
    for kind, key in (("rules", "id"), ("classes", "key"), ("conditions", "key"), ("labs", "key")):
        seen: dict[str, str] = {}
        for place, record in lines[kind]:
            if record[key] in seen:
                yield f"{place}: {record[key]!r} stands already at {seen[record[key]]}"
            seen[record[key]] = place
