"""From the data files to the knowledge base."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from core.artifacts import load, seal
from core.errors import ArtifactError
from core.guardian.knowledge.base import (
    Allergen,
    Condition,
    DrugClass,
    Ingredient,
    Knowledge,
    Lab,
    Product,
)
from core.guardian.schema import Rule
from core.typed import typed

ROOT = Path(__file__).resolve().parents[3] / "data"
SYSTEM, VERSION = "guardian", "1"
FOLDER = ROOT / SYSTEM / VERSION

T = TypeVar("T")


@functools.cache
def knowledge() -> Knowledge:
    """Return the knowledge base of the repository, every byte checked, read once.

    Raises
    ------
    ArtifactError
        If a file is missing, altered since it was sealed, or faulty.
    """
    artifact = load(SYSTEM, VERSION, ROOT)
    return read(artifact.folder, artifact.tag)


def seal_knowledge(created: datetime.date) -> str:
    """Write the manifest of the data files and return the version it gives them.

    Parameters
    ----------
    created : date
        Declared date of the review.
    """
    meta = {"intended_use": "research and education; not a medical device"}
    return seal(FOLDER, meta, created).tag


def read(folder: Path, version: str) -> Knowledge:
    """Read a knowledge base.

    Parameters
    ----------
    folder : Path
        Where its files lie.
    version : str
        What reviews state as its version.

    Raises
    ------
    ArtifactError
        If a line is not what its file should hold, or a key stands twice.
    """
    rules = _typed(Rule, records(folder, "rules"))
    ingredients = _typed(Ingredient, records(folder, "ingredients"))
    return Knowledge(
        ingredients=_keyed((one.name, one) for one in ingredients),
        products=tuple(_typed(Product, records(folder, "products"))),
        classes=_keyed((one.key, one) for one in _typed(DrugClass, records(folder, "classes"))),
        conditions=_keyed(
            (one.key, one) for one in _typed(Condition, records(folder, "conditions"))
        ),
        labs=_keyed((one.key, one) for one in _typed(Lab, records(folder, "labs"))),
        allergens=_keyed((one.key, one) for one in _typed(Allergen, records(folder, "allergens"))),
        rules=_keyed((one.id, one) for one in rules),
        version=version,
    )


def records(folder: Path, name: str) -> list[tuple[str, Any]]:
    """Return the records of ``name.jsonl``, or of every file in a folder of that name.

    Each comes with its place, such as ``rules/renal.jsonl:12``.
    """
    single = folder / f"{name}.jsonl"
    paths = [single] if single.is_file() else sorted((folder / name).glob("*.jsonl"))
    found = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            place = f"{path.relative_to(folder).as_posix()}:{number}"
            try:
                found.append((place, json.loads(line)))
            except ValueError as error:
                raise ArtifactError(f"{place} is not JSON: {error}.") from None
    return found


def _typed(kind: type[T], found: Iterable[tuple[str, Any]]) -> list[T]:
    objects = []
    for place, record in found:
        try:
            objects.append(typed(kind, record))
        except ArtifactError as error:
            raise ArtifactError(f"{place}: {error.message}") from None
    return objects


def _keyed(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for key, value in pairs:
        if key in found:
            raise ArtifactError(f"The knowledge base holds {key!r} twice. Merge the two lines.")
        found[key] = value
    return found
