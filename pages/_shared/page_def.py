"""What a page of the suite is: its address, its file, what it answers."""

from __future__ import annotations

import dataclasses
import enum
from pathlib import Path

SUITE_NAME = "Clinical ML suite"
PROPER_NAMES = ("Lagrange", "Bayesian")
"""First words of titles that keep their capital inside a heading."""


ROOT = Path(__file__).resolve().parents[2]


class System(enum.StrEnum):
    """The systems of the suite, in the order in which they are shown."""

    SUITE = "Suite"
    CARDIOSENSE = "CardioSense"
    BREAST_CANCER = "Breast cancer"
    RESPIRATORY = "Chest X-ray"
    SALIENCY = "Saliency"
    TRUST = "TrustLens"
    GUARDIAN = "Patient Safety Guardian"
    APPLE = "Apple sales"
    FOUNDATIONS = "Foundations"


@dataclasses.dataclass(frozen=True, slots=True)
class PageDef:
    """One page: where it lies and what it answers.

    Attributes
    ----------
    slug : str
        Path of the page in the address bar; empty for the home page.
    file : str
        Name of the file under ``pages/``.
    title : str
        Name in the navigation.
    system : System
        Heading under which the navigation lists it.
    icon : str
        Material symbol shown in the navigation.
    purpose : str
        What the page is for, in one sentence.
    clinical : bool
        Whether the page shows clinical estimates and therefore carries the notice.
    """

    slug: str
    file: str
    title: str
    system: System
    icon: str
    purpose: str
    clinical: bool = True

    @property
    def heading(self) -> str:
        """The page's title as its first heading."""
        if not self.slug:
            return SUITE_NAME
        if self.system is System.SUITE:
            return self.title
        first, *rest = self.title.split(" ")
        named = first.isupper() or first in PROPER_NAMES
        return f"{self.system}: {' '.join([first if named else first.lower(), *rest])}"

    @property
    def path(self) -> Path:
        """The page's source file."""
        return ROOT / "pages" / self.file
