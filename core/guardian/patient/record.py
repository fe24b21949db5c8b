"""The patient as the rules see one: numbers in fixed units, keys instead of words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Allergy:
    """One stated allergy.

    Attributes
    ----------
    text : str
        The substance as written.
    tokens : frozenset of str
        What it names: ingredients with their classes (``#class``), a class alone, or the key of an
        allergen that is no medicine.
    ingredients : frozenset of str
        The ingredients among them, where a single substance was named.
    reaction : str
        ``anaphylaxis``, ``angioedema``, ``urticaria``, ``severe-cutaneous``, ``respiratory``,
        ``intolerance``, ``other`` or ``unknown``.
    """

    text: str
    tokens: frozenset[str]
    ingredients: frozenset[str]
    reaction: str


@dataclasses.dataclass(frozen=True, slots=True)
class Patient:
    """What is known of the patient; ``None`` where nothing was stated.

    Attributes
    ----------
    age : float or None
        Years.
    sex : str or None
        ``"F"`` or ``"M"``.
    weight_kg : float or None
        Body weight.
    pregnant, lactating : bool or None
        As stated, or as follows from sex and age.
    weeks : float or None
        Weeks of gestation.
    conditions : frozenset of str or None
        Condition keys, implied ones too.
    allergies : tuple of Allergy or None
        Empty when the record says that there are none.
    values : mapping
        Measurement key to every value stated or computed for it; several that contradict each
        other are all kept, and the rules look at the worst.
    origins : mapping
        Measurement key to how it was come by, where it was computed.
    """

    age: float | None = None
    sex: str | None = None
    weight_kg: float | None = None
    pregnant: bool | None = None
    lactating: bool | None = None
    weeks: float | None = None
    conditions: frozenset[str] | None = None
    allergies: tuple[Allergy, ...] | None = None
    values: Mapping[str, tuple[float, ...]] = dataclasses.field(default_factory=dict)
    origins: Mapping[str, str] = dataclasses.field(default_factory=dict)
