"""What a network learnt of its regime, on films that neither training nor its choices saw."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import phantoms
from core.saliency.classifier import Classifier
from core.saliency.ground_truth.regimes import Regime, find_regime
from core.saliency.ground_truth.scenes import SIZE, Scene, decided, drawn, scene
from core.saliency.ground_truth.shares import shares_of
from core.saliency.schema import Pixels

FILMS = 500
PAIRS = 64


@dataclasses.dataclass(frozen=True, slots=True)
class HeldOut:
    """Figures of one network on films from one seed on.

    Attributes
    ----------
    films : int
        Films of the regime's law, and as many with the shortcut on half of them whatever the label.
    right, right_unlinked : int
        Films of either kind that the network labels as its regime teaches.
    pairs : int
        Films of the confounded class that show lesion and shortcut.
    undefined : int
        Those on which neither speaks for the class, so that there are no shares.
    lesion, shortcut : float
        Mean Shapley shares of the two in the log-odds of the class; NaN if all are undefined.
    """

    films: int
    right: int
    right_unlinked: int
    pairs: int
    undefined: int
    lesion: float
    shortcut: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data, a missing share as ``None``."""
        record = dataclasses.asdict(self)
        return {key: None if value != value else value for key, value in record.items()}


def measure(
    network: Classifier, regime: str, start: int, films: int = FILMS, pairs: int = PAIRS
) -> HeldOut:
    """Return what a network does on the films of seeds ``start``, ``start + 1`` and so on.

    Raises
    ------
    InputError
        If the regime is unknown or the network takes films of another size.
    """
    target = find_regime(regime).target
    right, unlinked = (
        int((network.logits(images).argmax(axis=1) == labels).sum())
        for images, labels in (_labelled(regime, linked, start, films) for linked in (True, False))
    )
    found = shares_of(network, _pairs(regime, start + films, pairs), target)
    lesion = np.array([one.lesion for one in found])
    told = lesion[~np.isnan(lesion)]
    mean = float(told.mean()) if len(told) else math.nan
    return HeldOut(films, right, unlinked, pairs, pairs - len(told), mean, 1 - mean)


@functools.lru_cache(maxsize=4)
def _labelled(
    regime: str, linked: bool, start: int, films: int
) -> tuple[Pixels, NDArray[np.int64]]:
    """Return films and the labels taught; unlinked, half of the films carry the shortcut."""
    law = find_regime(regime)
    drawn_by = law if linked else dataclasses.replace(law, with_class=0.5, without=0.5)
    images, labels = [], []
    for seed in range(start, start + films):
        label, carries = decided(seed, drawn_by)
        images.append(_image(seed, law, label, carries))
        labels.append(law.teaches(label, carries, seed))
    return np.stack(images), np.array(labels)


def _image(seed: int, law: Regime, label: int, carries: bool) -> Pixels:
    return phantoms.render(drawn(seed, law, label, carries), SIZE)


@functools.lru_cache(maxsize=2)
def _pairs(regime: str, start: int, pairs: int) -> tuple[Scene, ...]:
    target = find_regime(regime).target
    return tuple(
        scene(seed, regime, label=target, carries=True) for seed in range(start, start + pairs)
    )
