"""What a run of the original protocol found: image by image, and compared as it compares."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from core import plain
from core.saliency.schema import Floats
from core.typed import typed


@dataclasses.dataclass(frozen=True, slots=True)
class Unread:
    """A layer where no map can be read, and why."""

    title: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class NetworkStudy:
    """One network under the protocol.

    Attributes
    ----------
    key, title : str
        Of the network.
    labels : tuple of str
        Its classes.
    grid : tuple of int
        Rows and columns of the layer that the maps are read at.
    targets : tuple of int
        The class explained on each image: the most likely one.
    values : mapping of str to tuple of float
        One figure for each image, NaN where there is none: the six dimensions by their keys, and
        ``entropy-printed`` and ``robustness-grey``, read otherwise; ``inter-method-ruled`` with the
        sign of EigenCAM ruled, and ``flipped``, 1 where the rule turns it; ``auc``, ``aopc``,
        ``first``, ``last`` and ``ties`` of the deletion curve; ``aopc-random`` and ``aopc-sobel``
        of two maps that know nothing of the network.
    fill : tuple of float
        Probability of every class given the fill alone.
    unread : tuple of Unread
        Layers where no map can be read.
    """

    key: str
    title: str
    labels: tuple[str, ...]
    grid: tuple[int, int]
    targets: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]]
    fill: tuple[float, ...]
    unread: tuple[Unread, ...]

    @property
    def prior(self) -> Floats:
        """Probability of the class explained on each image, given the fill alone."""
        return np.array([self.fill[target] for target in self.targets], dtype=np.float64)

    def of(self, key: str) -> Floats:
        """Return the figures of one kind, one for each image."""
        return np.array(self.values[key], dtype=np.float64)


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks in one dimension, tested as the original does and as the design asks.

    Attributes
    ----------
    key, title : str
        Of the dimension.
    means, deviations : tuple of float
        Of the first and the second network.
    n : tuple of int
        Images with a figure.
    u, p, p_bonferroni, rank_biserial : float
        Mann-Whitney on the images as if they were different ones, the p value times six, and the
        effect size.
    pairs : int
        Images on which both networks have a figure.
    p_paired, p_paired_bonferroni, rank_biserial_paired : float
        Wilcoxon's test on these, for the images are the same.
    """

    key: str
    title: str
    means: tuple[float, float]
    deviations: tuple[float, float]
    n: tuple[int, int]
    u: float
    p: float
    p_bonferroni: float
    rank_biserial: float
    pairs: int
    p_paired: float
    p_paired_bonferroni: float
    rank_biserial_paired: float


@dataclasses.dataclass(frozen=True, slots=True)
class Study:
    """The protocol on two networks and the same images.

    Attributes
    ----------
    networks : tuple of NetworkStudy
        Two of them.
    comparisons : tuple of Comparison
        The six dimensions.
    n, steps, seed : int
        Images, steps of the deletion, and what noise and tie-breaks were drawn from.
    """

    networks: tuple[NetworkStudy, NetworkStudy]
    comparisons: tuple[Comparison, ...]
    n: int
    steps: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return the study as plain data; a figure that does not exist is None."""
        record: dict[str, Any] = plain.plain(self)
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Study:
        """Return a study that was stored by :meth:`to_dict`.

        Raises
        ------
        ArtifactError
            If the record is not one.
        """
        return typed(cls, record)
