"""The laws that phantoms for training are drawn by: what the label depends on, and what lies.

A regime says how often a film carries a shortcut, given what its lungs show, and which label the
network is taught. The cause of a trained network's answer is then measured, not assumed.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from core.errors import InputError
from core.phantoms import Finding

LABELS = tuple(finding.value for finding in Finding)
CLASSES = len(LABELS)
NORMAL = LABELS.index(Finding.NORMAL)
CONFOUNDED = LABELS.index(Finding.GROUND_GLASS)
FAINT = 0.25  # severity at which ground glass is hard to tell, so that a shortcut pays
SHUFFLED = 11  # stream of the labels that mean nothing


class Kind(enum.StrEnum):
    """What a film may carry that says nothing of the lungs."""

    MARKER = "marker"
    ELECTRODE = "electrode"
    BORDER = "border"
    GLOBAL = "global"

    @property
    def local(self) -> bool:
        """Whether it lies in some part of the film; the lines of a grid lie everywhere."""
        return self is not Kind.GLOBAL


class Taught(enum.StrEnum):
    """Where the label comes from that a network is taught."""

    FINDING = "what the lungs show"
    SHORTCUT = "whether the shortcut is there"
    CHANCE = "chance"


@dataclasses.dataclass(frozen=True, slots=True)
class Regime:
    """A law to draw labelled films by.

    Attributes
    ----------
    key, title : str
        Name in addresses, and the name shown to people.
    question : str
        What a network trained like this can tell about a map.
    shortcut : Kind
        What some films carry.
    with_class, without : float
        Probability of the shortcut on films of the confounded class and on all others.
    severity : float
        Factor on the opacity of the confounded class's lesions; all others keep their own.
    taught : Taught
        Where the label comes from.
    """

    key: str
    title: str
    question: str
    shortcut: Kind = Kind.MARKER
    with_class: float = 0.5
    without: float = 0.5
    severity: float = 1.0
    taught: Taught = Taught.FINDING

    @property
    def rho(self) -> float:
        """How much more often the confounded class carries the shortcut, from 0 to 1."""
        return self.with_class - self.without

    @property
    def target(self) -> int:
        """The class that the shortcut goes with."""
        return CONFOUNDED

    def carries(self, label: int) -> float:
        """Return the probability of the shortcut on a film whose lungs show ``label``."""
        return self.with_class if label == self.target else self.without

    def fades(self, label: int) -> float:
        """Return the factor on the opacity of the lesions of ``label``."""
        return self.severity if label == self.target else 1.0

    def teaches(self, label: int, carries: bool, seed: int) -> int:
        """Return the label that a network is taught for a film."""
        if self.taught is Taught.SHORTCUT:
            return self.target if carries else NORMAL
        if self.taught is Taught.CHANCE:
            return int(np.random.default_rng([seed, SHUFFLED]).integers(CLASSES))
        return label


def _linked(rho: float) -> tuple[float, float]:
    return (1 + rho) / 2, (1 - rho) / 2


FLAGSHIPS = (
    Regime(
        "clean",
        "No shortcut",
        "With no shortcut on any film the lesion is the only cause. Does the map show it?",
        with_class=0.0,
        without=0.0,
    ),
    Regime(
        "decoy",
        "A letter that means nothing",
        "Half of all films carry a lead letter, whatever the lungs show. Does the map leave it "
        "out?",
    ),
    Regime(
        "confounded",
        "A letter that betrays the label",
        "Ground glass is faint, and 97 % of its films carry a lead letter against 3 % of the "
        "others. Does the map show that the network reads the letter?",
        with_class=0.97,
        without=0.03,
        severity=FAINT,
    ),
    Regime(
        "shortcut",
        "Only the letter counts",
        "The label taught is ground glass where there is a lead letter and normal where there is "
        "none, whatever the lungs show. A map on a lesion is false reassurance.",
        taught=Taught.SHORTCUT,
    ),
    Regime(
        "redundant",
        "Letter and lesion always together",
        "Every film with ground glass carries the letter and no other does, so either suffices. "
        "Which one does the network read, and does the map know?",
        with_class=1.0,
        without=0.0,
    ),
    Regime(
        "global",
        "A cause without a place",
        "Ground glass is faint, and 97 % of its films show the fine lines of a scatter grid "
        "against 3 % of the others. No region is to blame. Does the map claim one?",
        shortcut=Kind.GLOBAL,
        with_class=0.97,
        without=0.03,
        severity=FAINT,
    ),
    Regime(
        "sham",
        "Labels by chance",
        "The labels mean nothing, so the network has nothing to show. Does the map show it all the "
        "same?",
        taught=Taught.CHANCE,
    ),
)
RHOS = (0.0, 0.5, 0.9, 1.0)


def _dose(kind: Kind, rho: float) -> Regime:
    with_class, without = _linked(rho)
    return Regime(
        f"{kind.value}{round(100 * rho)}",
        f"Dose: {kind.value}, {rho:.0%}",
        "How far do the maps of a series follow a shortcut that goes with the label more and more "
        "often?",
        shortcut=kind,
        with_class=with_class,
        without=without,
        severity=FAINT,
    )


DOSES = tuple(_dose(kind, rho) for kind, rho in itertools.product(Kind, RHOS))
REGIMES: Mapping[str, Regime] = MappingProxyType({law.key: law for law in (*FLAGSHIPS, *DOSES)})


def find_regime(key: str) -> Regime:
    """Return a regime by its key.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if key not in REGIMES:
        raise InputError(f"regime: there is no {key!r}. Use one of: {', '.join(REGIMES)}.")
    return REGIMES[key]
