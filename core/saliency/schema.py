"""What the explorer's parts hand to each other: methods, metrics, maps and values with a reason."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import plain

Pixels = NDArray[np.float32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Access(enum.StrEnum):
    """What a network lets a method see."""

    LOGITS = "logits"
    LAYERS = "activations and gradients of layers"
    GRADIENT = "gradient at the input"
    GUIDED = "guided gradient at the input"
    ATTENTION = "attention and its gradient"


class Family(enum.StrEnum):
    """How a method looks at a network."""

    CAM = "class activation"
    GRADIENT = "gradient"
    PERTURBATION = "perturbation"
    ATTENTION = "attention"
    CONTROL = "control"


class Direction(enum.StrEnum):
    """Which way a metric is better."""

    HIGHER = "higher is better"
    LOWER = "lower is better"
    NEITHER = "describes, does not judge"


class Topic(enum.StrEnum):
    """What a metric is about."""

    SHAPE = "shape of the map"
    AGREEMENT = "agreement between maps"
    FAITHFULNESS = "faithfulness to the network"
    ROBUSTNESS = "robustness and sanity"
    LOCALISATION = "agreement with a mask"
    CAUSE = "agreement with the cause"


@dataclasses.dataclass(frozen=True, slots=True)
class Method:
    """One way to make a map.

    Attributes
    ----------
    key, title : str
        Name in addresses and on the command line, and the name shown to people.
    family : Family
        How it looks at the network.
    needs : frozenset of Access
        What the network must let it see.
    signed : bool
        Whether negative values mean evidence against the class.
    class_specific : bool
        Whether the map depends on the class asked for.
    stochastic : bool
        Whether it depends on the seed.
    summary, source, caveat : str
        What it does, who proposed it, and what to beware of, each a sentence.
    """

    key: str
    title: str
    family: Family
    needs: frozenset[Access]
    signed: bool
    class_specific: bool
    stochastic: bool
    summary: str
    source: str
    caveat: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Metric:
    """One figure about a map, and how to read it.

    Attributes
    ----------
    key, title : str
        Column name in the table, and the name shown to people.
    topic : Topic
        What it is about.
    formula : str
        In words and symbols.
    low, high : float
        Range of its values.
    direction : Direction
        Which way is better.
    edge : str
        When it has no value, and why.
    source : str
        Who defined it.
    oracle : str
        The independent implementation it is tested against, empty if there is none.
    """

    key: str
    title: str
    topic: Topic
    formula: str
    low: float
    high: float
    direction: Direction
    edge: str
    source: str
    oracle: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """A figure, or ``nan`` with the reason why there is none."""

    value: float
    reason: str = ""

    @classmethod
    def undefined(cls, reason: str) -> Value:
        """Return a value that does not exist, with the reason as a sentence."""
        return cls(math.nan, reason)

    @property
    def defined(self) -> bool:
        """Whether there is a figure."""
        return not math.isnan(self.value)


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """How a map is made, beyond its method.

    Attributes
    ----------
    layer : str, optional
        Key of the layer that class activation methods read; by default the network's last.
    seed : int
        Of random methods.
    samples : int, optional
        Evaluations of SmoothGrad, RISE, LIME and KernelSHAP, or steps of integrated gradients; by
        default each method's own.
    """

    layer: str | None = None
    seed: int = 0
    samples: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """A map, and what must be known to read it.

    Attributes
    ----------
    method : str
        Key of the method.
    network : str
        Key of the network.
    target : int
        Index of the class explained.
    native : (h, w) array
        The map on the grid where it was computed.
    pixels : (S, S) array
        The same, scaled up to the network's input.
    signed : bool
        Whether negative values mean evidence against the class.
    forwards : int
        Evaluations of the network it took.
    blank : str
        Why the map holds nothing to look at (constant, all zero); empty if it does.
    notes : tuple of str
        What was decided while making it, such as a flipped sign or a completeness residual.
    segments : (S, S) array of int, optional
        The superpixels of LIME.
    """

    method: str
    network: str
    target: int
    native: Floats
    pixels: Floats
    signed: bool
    forwards: int
    blank: str = ""
    notes: tuple[str, ...] = ()
    segments: NDArray[np.int64] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the map on its native grid and its circumstances as plain data."""
        record: dict[str, Any] = plain.plain(self)
        del record["pixels"], record["segments"]
        return record
