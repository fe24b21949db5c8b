"""Example records that a page offers to open, with their provenance."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Preset:
    """One example record.

    Attributes
    ----------
    slug : str
        Identifier in addresses, such as ``?preset=va-63``.
    title : str
        Short name shown to people.
    note : str
        Where the record comes from, and what is known about it.
    values : mapping
        Field name to value; ``None`` where not measured.
    """

    slug: str
    title: str
    note: str
    values: Mapping[str, float | None]
