"""What a rule looks at: the patient and the medicines of one case."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from core.guardian.knowledge import Knowledge
from core.guardian.patient.record import Patient
from core.guardian.schema import Order

LOCAL = frozenset({"topical", "ophthalmic", "otic", "oromucosal"})
"""Routes that bring too little into the blood for most rules."""


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One ingredient in one line of the list.

    Attributes
    ----------
    line : int
        Place of the line, from 0.
    name : str
        Generic name.
    route : str
        As stated in the line, or as the ingredient is always used.
    order : Order
        The line.
    """

    line: int
    name: str
    route: str
    order: Order

    @property
    def local(self) -> bool:
        """Whether it is put on skin, eye, ear or mouth."""
        return self.route in LOCAL


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """A case, read.

    Attributes
    ----------
    patient : Patient
        The patient.
    items : mapping
        Ingredient to its lines.
    classes : frozenset of str
        Classes of all ingredients that reach the blood, as ``#key``.
    """

    patient: Patient
    items: Mapping[str, tuple[Item, ...]]
    classes: frozenset[str]

    @classmethod
    def of(cls, patient: Patient, orders: tuple[Order, ...], knowledge: Knowledge) -> Case:
        """Sort the lines of a list by ingredient."""
        items: dict[str, list[Item]] = {}
        for line, order in enumerate(orders):
            for name in order.ingredients:
                usual = knowledge.ingredients[name].routes
                route = order.route or (usual[0] if usual else "")
                items.setdefault(name, []).append(Item(line, name, route, order))
        classes = {
            f"#{key}"
            for name, lines in items.items()
            if not all(item.local for item in lines)
            for key in knowledge.ingredients[name].classes
        }
        return cls(
            patient, {name: tuple(lines) for name, lines in items.items()}, frozenset(classes)
        )

    def has(self, member: str) -> bool:
        """Return whether an ingredient or a member of a class is on the list."""
        if member.startswith("#"):
            return member in self.classes
        return any(not item.local for item in self.items.get(member, ()))


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """The line, or the two lines, a rule is tried on."""

    drug: Item
    partner: Item | None = None

    def on(self, side: str) -> Item | None:
        """Return the line that a clause is about."""
        return self.partner if side == "partner" else self.drug
