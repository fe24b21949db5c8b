"""Rules by ingredient, so that a list is checked without looking at every rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

from core.guardian.knowledge import Knowledge
from core.guardian.schema import AlertType, Rule

T = TypeVar("T")

KIDNEY = frozenset({"patient.egfr", "patient.crcl"})
"""Fields of kidney function, which every list should come with."""


@dataclasses.dataclass(frozen=True, slots=True)
class PairRule:
    """A rule about two ingredients, its sets expanded."""

    rule: Rule
    drugs: frozenset[str]
    partners: frozenset[str]
    third: frozenset[str]
    exceptions: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def excepts(self, one: str, other: str) -> bool:
        """Return whether a pair is named as an exception."""
        return any(
            (one in a and other in b) or (other in a and one in b) for a, b in self.exceptions
        )


@dataclasses.dataclass(frozen=True, slots=True)
class RuleIndex:
    """Rules by ingredient.

    Attributes
    ----------
    single, repeated : mapping
        Ingredient to rules about it alone, and to rules about it standing on two lines.
    pairs : mapping
        Ingredient to pair rules in which it is on the first side.
    products : frozenset of frozenset of str
        Pairs of ingredients that one product contains.
    asked : frozenset of str
        Fields whose absence is named even where only a mild rule waits for them.
    """

    single: Mapping[str, tuple[Rule, ...]]
    repeated: Mapping[str, tuple[Rule, ...]]
    pairs: Mapping[str, tuple[PairRule, ...]]
    products: frozenset[frozenset[str]]
    asked: frozenset[str]

    @classmethod
    def of(cls, knowledge: Knowledge) -> RuleIndex:
        """Sort the rules of a knowledge base."""
        single: dict[str, list[Rule]] = {}
        repeated: dict[str, list[Rule]] = {}
        pairs: dict[str, list[PairRule]] = {}
        for rule in knowledge.rules.values():
            drugs = knowledge.expand(rule.drugs)
            if rule.partners:
                pair = PairRule(
                    rule,
                    drugs,
                    knowledge.expand(rule.partners),
                    knowledge.expand(rule.third),
                    tuple(
                        (knowledge.expand([a]), knowledge.expand([b])) for a, b in rule.exceptions
                    ),
                )
                for name in drugs:
                    pairs.setdefault(name, []).append(pair)
                continue
            target = repeated if rule.type is AlertType.DUPLICATE else single
            for name in drugs:
                target.setdefault(name, []).append(rule)
        products = {
            frozenset((a, b))
            for product in knowledge.products
            for a in product.ingredients
            for b in product.ingredients
            if a != b
        }
        asked = {f"patient.labs.{lab.key}" for lab in knowledge.labs.values() if lab.asked} | KIDNEY
        return cls(
            _frozen(single),
            _frozen(repeated),
            _frozen(pairs),
            frozenset(products),
            frozenset(asked),
        )


def _frozen(found: dict[str, list[T]]) -> dict[str, tuple[T, ...]]:
    return {key: tuple(values) for key, values in found.items()}
