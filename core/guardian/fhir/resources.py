"""Reading FHIR resources: names, codes, dates, references; nothing is assumed to be there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

Resource = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Bundle:
    """The resources of a bundle, what each can be referred to by, and entries that hold none."""

    resources: tuple[Resource, ...]
    by_reference: Mapping[str, Resource]
    empty: tuple[int, ...]

    @classmethod
    def of(cls, bundle: Resource) -> Bundle:
        """Collect the resources of a bundle, contained ones too."""
        resources: list[Resource] = []
        names: dict[str, Resource] = {}
        empty: list[int] = []
        entries = bundle.get("entry")
        for place, entry in enumerate(entries if isinstance(entries, list) else ()):
            resource = entry.get("resource") if isinstance(entry, Mapping) else None
            if not isinstance(resource, Mapping):
                empty.append(place)
                continue
            resources.append(resource)
            kind, own = resource.get("resourceType"), resource.get("id")
            names[f"{kind}/{own}"] = resource
            if isinstance(entry.get("fullUrl"), str):
                names[entry["fullUrl"]] = resource
        return cls(tuple(resources), names, tuple(empty))

    def of_kind(self, *kinds: str) -> Iterator[tuple[str, Resource]]:
        """Yield resources of some kinds with the place they are named by."""
        for number, resource in enumerate(self.resources):
            if resource.get("resourceType") in kinds:
                own = resource.get("id")
                place = f"{resource['resourceType']}/{own}" if own else f"entry[{number}]"
                yield place, resource

    def follow(self, reference: Any, inside: Resource) -> Resource | None:
        """Return the resource a reference names, in the bundle or contained in its owner."""
        if not isinstance(reference, str):
            return None
        if reference.startswith("#"):
            for contained in items(inside, "contained"):
                if contained.get("id") == reference[1:]:
                    return contained
            return None
        # An absolute reference ends in Type/id, with or without a version behind it.
        tail = "/".join(reference.split("/_history/")[0].split("/")[-2:])
        return self.by_reference.get(reference) or self.by_reference.get(tail)


def items(resource: Resource, key: str) -> list[Resource]:
    """Return the objects of a list; a single object counts as a list of one."""
    found = resource.get(key)
    if isinstance(found, Mapping):
        return [found]
    if not isinstance(found, list):
        return []
    return [one for one in found if isinstance(one, Mapping)]


def text_of(concept: Any) -> str:
    """Return what a CodeableConcept says: its text, else the first display."""
    if not isinstance(concept, Mapping):
        return ""
    texts = [concept.get("text"), *(one.get("display") for one in items(concept, "coding"))]
    return next((one.strip() for one in texts if isinstance(one, str) and one.strip()), "")


def codes_of(concept: Any) -> frozenset[str]:
    """Return every code of a CodeableConcept."""
    if not isinstance(concept, Mapping):
        return frozenset()
    return frozenset(str(one["code"]) for one in items(concept, "coding") if one.get("code"))


def status_of(resource: Resource, key: str) -> str:
    """Return a status, given as a code or as a CodeableConcept."""
    value = resource.get(key)
    if isinstance(value, str):
        return value
    codes = codes_of(value)
    return min(codes) if codes else ""


def date_of(resource: Resource) -> str:
    """Return the date a resource speaks of, ISO 8601, or an empty text."""
    keys = ("effectiveDateTime", "authoredOn", "dateAsserted", "recordedDate", "issued")
    return next((resource[key] for key in keys if isinstance(resource.get(key), str)), "")


def reference_of(resource: Resource, key: str) -> str:
    """Return the target of a reference, or an empty text."""
    value = resource.get(key)
    target = value.get("reference") if isinstance(value, Mapping) else None
    return target if isinstance(target, str) else ""
