"""The first principal direction of a layer, and two rules for its sign."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.saliency.schema import Floats

_ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class EigenSigns:
    """EigenCAM as the decomposition returns it, and what the sign rules make of it.

    Attributes
    ----------
    raw : (h, w) array
        Activations, centred over the places of the layer, projected on the first right singular
        vector, with the sign of the numerical library.
    turn_by_activation : bool
        Whether the map has to be turned to rise with the mean absolute activation.
    turn_by_extreme : bool
        Whether its most negative value is larger in size than its most positive one.
    correlation : float
        Pearson correlation of ``raw`` with the mean absolute activation; nan if either is
        constant, and then ``turn_by_activation`` follows the other rule.
    """

    raw: Floats
    turn_by_activation: bool
    turn_by_extreme: bool
    correlation: float

    @property
    def oriented(self) -> Floats:
        """The map with the sign chosen by the activations."""
        return -self.raw if self.turn_by_activation else self.raw


def eigen_signs(activations: Floats) -> EigenSigns:
    """Return EigenCAM of a layer (c, h, w) and whether each sign rule turns it.

    References
    ----------
    Muhammad and Yeasin, IJCNN 2020. The rule by the extremes is that of Seg-EigenCAM (Chung and
    Ying, 2025).
    """
    channels, height, width = activations.shape
    places = activations.reshape(channels, -1).T.astype(np.float64)
    centred = places - places.mean(axis=0)
    if np.abs(centred).max() <= _ROUNDING * np.abs(places).max():
        centred[:] = 0  # otherwise the decomposition would enlarge rounding errors into a map
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    projected = centred @ directions[0]
    extreme = bool(-projected.min() > projected.max())
    correlation = _pearson(projected, np.abs(places).mean(axis=1))
    return EigenSigns(
        projected.reshape(height, width),
        extreme if np.isnan(correlation) else correlation < 0,
        extreme,
        correlation,
    )


def _pearson(first: Floats, second: Floats) -> float:
    first, second = first - first.mean(), second - second.mean()
    length = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / length if length > 0 else float("nan")
