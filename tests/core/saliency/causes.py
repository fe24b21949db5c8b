"""A network that adds up what a lesion and a lead letter do, by weights set by hand."""

from __future__ import annotations

import numpy as np
from toys import Linear

from core.saliency.ground_truth import scene

CONFOUNDED = 2


def film(seed=5, **changes):
    return scene(seed, "confounded", **{"label": CONFOUNDED, "carries": True, **changes})


def additive(one, lesion, shortcut, sharpness=1.0, bias=0.0):
    """Two classes; the log-odds of the first move by ``lesion`` and ``shortcut`` on this film."""
    weights = np.zeros((2, *one.image.shape))
    for effect, mask, without in (
        (lesion, one.lesion & ~one.shortcut, one.without_lesion),
        (shortcut, one.shortcut & ~one.lesion, one.without_shortcut),
    ):
        change = (one.image.astype(np.float64) - without) * mask
        weights[0] += sharpness * effect * change / (change**2).sum()
    offset = bias - np.einsum("ij,ij", weights[0], one.without_both)
    return Linear(
        key="additive",
        labels=("first", "second"),
        size=len(one.image),
        weights=weights,
        bias=np.array([offset, 0.0]),
    )
