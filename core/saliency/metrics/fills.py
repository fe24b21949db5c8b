"""What takes the place of the pixels that a perturbation test removes.

The answer of a network to a partly removed image depends on the fill as much as on the map, so a
curve is only ever read together with the name of its fill.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from core.errors import InputError
from core.saliency.metrics import road
from core.saliency.metrics.score import Score
from core.saliency.schema import Floats, Mask, Pixels, Value

Fill = Callable[[Pixels, Mask], Pixels]
"""Images (n, S, S) made of an image (S, S) and the pixels removed from it (n, S, S)."""

FILLS: Mapping[str, str] = {
    "mean": "Mid grey of the network's input",
    "black": "Black",
    "image-mean": "Mean of the image",
    "blur": "The image, blurred",
    "noise": "Uniform noise",
    "inpaint": "Neighbours (ROAD)",
}
BLUR = 8 / 96  # standard deviation as a share of the side: lesions must vanish
PRIOR = 0.5


def named(key: str, grey: tuple[float, float] = (0.0, 1.0), seed: int = 0) -> Fill:
    """Return one of :data:`FILLS`.

    Parameters
    ----------
    key : str
        Name of the fill.
    grey : tuple of float
        Input values of black and of white, as a network states them.
    seed : int
        Of the noise. The same pixel always gets the same noise.

    Raises
    ------
    InputError
        If there is no such fill.
    """
    black, white = grey
    fills: dict[str, Fill] = {
        "mean": lambda image, removed: _put(image, removed, (black + white) / 2),
        "black": lambda image, removed: _put(image, removed, black),
        "image-mean": lambda image, removed: _put(image, removed, float(image.mean())),
        "blur": lambda image, removed: _put(image, removed, _blurred(image)),
        "noise": lambda image, removed: _put(
            image, removed, np.random.default_rng(seed).uniform(black, white, image.shape)
        ),
        "inpaint": lambda image, removed: _inpainted(image, removed, white - black, seed),
    }
    if key not in fills:
        raise InputError(f"fill: there is no {key!r}. Use one of: {', '.join(FILLS)}.")
    return fills[key]


def counterfactual(other: Pixels) -> Fill:
    """Return the fill that puts the pixels of another image, such as one without the lesion.

    The fill raises :class:`InputError` if the images differ in size.
    """

    def fill(image: Pixels, removed: Mask) -> Pixels:
        if image.shape != other.shape:
            raise InputError(
                f"fill: the image has {image.shape} pixels and the one to take them from "
                f"{other.shape}. Give images of one size."
            )
        return _put(image, removed, other)

    return fill


def prior(score: Score, image: Pixels, fill: Fill) -> Value:
    """Return the score of the image with every pixel removed."""
    gone = fill(image, np.ones((1, *image.shape), dtype=np.bool_))
    return Value(float(score(gone)[0]))


def prior_dominated(score: Score, image: Pixels, fill: Fill) -> bool:
    """Return whether the fill alone is given the class with a probability above one half.

    Such a fill is evidence for the class, so removal raises the score whatever the map says.
    """
    return prior(score, image, fill).value > PRIOR


def _put(image: Pixels, removed: Mask, what: float | Floats | Pixels) -> Pixels:
    return np.where(removed, np.asarray(what, dtype=np.float32), image).astype(np.float32)


def _blurred(image: Pixels) -> Floats:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(image.astype(np.float64), BLUR * max(image.shape)))


def _inpainted(image: Pixels, removed: Mask, span: float, seed: int) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, road.NOISE * span, image.shape)
    filled = [_put(image, gone, road.impute(image, gone) + noise) for gone in removed]
    return np.stack(filled)
