"""The knowledge base in memory: names, classes, conditions, laboratory values, rules."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping

from core.guardian.schema import Rule

EVERY = "*"
"""The set member that stands for every ingredient."""

OWN = "@drug"
"""In a clause about allergies: the medicine the rule is tried on."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ingredient:
    """One active ingredient.

    Attributes
    ----------
    name : str
        US generic name of the active moiety, lower case.
    classes : frozenset of str
        Keys of the classes it belongs to.
    names : tuple of str
        Brands, salts, international names and abbreviations; ``Brand@route`` fixes the route.
    misspellings : tuple of str
        Frequent wrong spellings that are read as this ingredient.
    routes : tuple of str
        The route taken when a line states none; empty for medicines that act in the whole body.
    """

    name: str
    classes: frozenset[str]
    names: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Product:
    """A fixed combination.

    Attributes
    ----------
    ingredients : tuple of str
        In the order in which strengths are printed.
    names, misspellings : tuple of str
        As for an ingredient.
    contains : mapping
        Ingredient to milligrams in one tablet, where every strength holds the same.
    """

    ingredients: tuple[str, ...]
    names: tuple[str, ...]
    misspellings: tuple[str, ...] = ()
    contains: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class DrugClass:
    """A group of ingredients that rules speak of as ``#key``."""

    key: str
    title: str


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """A diagnosis or state, with the words people use for it."""

    key: str
    title: str
    names: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    icd10: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Lab:
    """A measurement.

    Attributes
    ----------
    unit : str
        The unit rules are written in.
    low, high : float
        A value outside is taken for a mistake.
    units : mapping
        Other units, and the factor that turns a value into ``unit``.
    asked : bool
        Whether its absence is named even where only a mild rule waits for it.
    """

    key: str
    title: str
    unit: str
    low: float
    high: float
    names: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    units: Mapping[str, float] = dataclasses.field(default_factory=dict)
    asked: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Allergen:
    """What an allergy to a group is called, and whom it names; no member for what is no drug."""

    key: str
    title: str
    names: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Knowledge:
    """Everything the check knows.

    Attributes
    ----------
    ingredients, classes, conditions, labs, allergens, rules : mapping
        By name, key or id.
    products : tuple of Product
        Fixed combinations.
    version : str
        Version and hash, written into every review.
    """

    ingredients: Mapping[str, Ingredient]
    products: tuple[Product, ...]
    classes: Mapping[str, DrugClass]
    conditions: Mapping[str, Condition]
    labs: Mapping[str, Lab]
    allergens: Mapping[str, Allergen]
    rules: Mapping[str, Rule]
    version: str

    @functools.cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """Ingredients of each class, by class key."""
        found: dict[str, set[str]] = {key: set() for key in self.classes}
        for ingredient in self.ingredients.values():
            for key in ingredient.classes:
                found[key].add(ingredient.name)
        return {key: frozenset(names) for key, names in found.items()}

    def expand(self, members: Iterable[str]) -> frozenset[str]:
        """Return the ingredients that set members, names or ``#class``, stand for."""
        found: set[str] = set()
        for member in members:
            if member == EVERY:
                found |= self.ingredients.keys()
            else:
                found |= self.members[member[1:]] if member.startswith("#") else {member}
        return frozenset(found)
