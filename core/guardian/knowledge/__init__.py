"""The knowledge base: reviewable data files, read and checked."""

from __future__ import annotations

from core.guardian.knowledge.base import (
    Allergen,
    Condition,
    DrugClass,
    Ingredient,
    Knowledge,
    Lab,
    Product,
)
from core.guardian.knowledge.load import FOLDER, knowledge, read, seal_knowledge

__all__ = [
    "FOLDER",
    "Allergen",
    "Condition",
    "DrugClass",
    "Ingredient",
    "Knowledge",
    "Lab",
    "Product",
    "knowledge",
    "read",
    "seal_knowledge",
]
