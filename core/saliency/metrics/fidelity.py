"""Whether a map predicts how the score changes under small changes of the input."""

from __future__ import annotations

import numpy as np

from core.errors import InputError
from core.saliency.metrics.order import checked
from core.saliency.metrics.score import Score
from core.saliency.schema import Direction, Floats, Metric, Pixels, Topic, Value

SIGMA = 0.05
LARGEST = 0.25
DRAWS = 100


def infidelity(
    score: Score,
    image: Pixels,
    heat: Floats,
    changes: Pixels,
    *,
    normalise: bool = False,
) -> Value:
    """Return the mean of (I·a - (F(x) - F(x - I)))² over changes I of the image.

    Parameters
    ----------
    score : callable
        F; the logit in the paper.
    image : (S, S) array
        x.
    heat : (S, S) array
        a, with its sign, in units of score per unit of input.
    changes : (n, S, S) array
        I, subtracted from the image.
    normalise : bool
        Scale a by the factor that fits best, so that maps in other units compare. Class activation
        and attention maps need it.

    Raises
    ------
    InputError
        If the shapes do not fit, there is no change, or a number is not finite.
    """
    values, image = checked(heat, "map"), np.asarray(image, dtype=np.float32)
    changes = np.asarray(changes, dtype=np.float32)
    if not len(changes) or any(one != image.shape for one in (values.shape, changes.shape[1:])):
        raise InputError(
            f"changes: the shape is {changes.shape}, that of the map {values.shape} and of the "
            f"image {image.shape}. Give at least one change, and all of one size."
        )
    answers = score(np.concatenate([image[None], image[None] - changes]))
    done = answers[0] - answers[1:]
    said = np.tensordot(changes.astype(np.float64), values, axes=2)
    if not normalise:
        return Value(float(np.mean((said - done) ** 2)))
    power = float(said @ said)
    if power == 0:
        return Value.undefined("The map says that no change matters, so it cannot be scaled.")
    return Value(float(np.mean((said * (said @ done / power) - done) ** 2)))


def gaussian_changes(
    shape: tuple[int, int], n: int = DRAWS, sigma: float = SIGMA, seed: int = 0
) -> Pixels:
    """Return normal noise (n, h, w); ``sigma`` is in units of the network's input."""
    noise = np.random.default_rng(seed).normal(0, sigma, (n, *shape))
    return noise.astype(np.float32)


def square_changes(
    image: Pixels, baseline: float | Pixels, n: int = DRAWS, seed: int = 0
) -> Pixels:
    """Return x - B on random squares of 1 pixel to a quarter of the side, 0 elsewhere (n, h, w)."""
    rng = np.random.default_rng(seed)
    height, width = image.shape
    whole = image - np.asarray(baseline, dtype=np.float32)
    changes = np.zeros((n, height, width), dtype=np.float32)
    for one in changes:
        side = int(rng.integers(1, max(1, int(LARGEST * min(height, width))) + 1))
        top, left = rng.integers(0, height - side + 1), rng.integers(0, width - side + 1)
        part = np.s_[top : top + side, left : left + side]
        one[part] = whole[part]
    return changes


def _card(key: str, title: str, formula: str, edge: str) -> Metric:
    return Metric(
        key=key,
        title=title,
        topic=Topic.FAITHFULNESS,
        formula=formula,
        low=0.0,
        high=np.inf,
        direction=Direction.LOWER,
        edge=edge,
        source="Yeh et al. (2019), NeurIPS",
        oracle="Captum infidelity",
    )


CARDS = (
    _card(
        "infidelity",
        "Infidelity",
        "mean of (I·a - (F(x) - F(x - I)))², F the logit",
        "Only for maps in units of score per unit of input.",
    ),
    _card(
        "infidelity-normalised",
        "Infidelity, scaled",
        "the same with a scaled by E[I·a dF] / E[(I·a)²]",
        "No value where the map is zero under every change.",
    ),
)
