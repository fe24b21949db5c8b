"""What a card of the gallery holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from pages._shared.page_def import System


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A way into a system: the page, what it is called here, and the state it opens in."""

    slug: str
    label: str
    query: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What the gallery says of one system."""

    system: System
    question: str
    measure: str
    figure: str
    how: str
    data: str
    links: tuple[Link, ...]
