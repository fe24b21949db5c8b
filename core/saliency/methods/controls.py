"""Maps that explain nothing: what a metric must rank below, or above, every method."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from core.errors import InputError
from core.saliency.methods.question import Entry, Made, Maker, Question
from core.saliency.schema import Family, Floats, Method

MASK_OF: Mapping[str, str] = {
    "lung-prior": "lungs",
    "plausible-oracle": "lesion",
    "causal-oracle": "cause",
}
"""Which of the masks given to ``attribute`` a control shows."""
SMOOTH, SPREAD = 1 / 16, 1 / 5
"""Width of the random map's bumps and of the centre map, as shares of the image's side."""


def smooth_random(size: int, rng: np.random.Generator) -> Floats:
    """Return a smooth random map (size, size) from 0 to 1: white noise blurred by a Gaussian."""
    from scipy.ndimage import gaussian_filter

    noise = gaussian_filter(rng.standard_normal((size, size)), SMOOTH * size, mode="reflect")
    scaled: Floats = (noise - noise.min()) / np.ptp(noise)
    return scaled


def edges(image: Floats) -> Floats:
    """Return the size of the grey gradient of an image by Sobel's operator."""
    from scipy.ndimage import sobel

    size: Floats = np.hypot(sobel(image, axis=0), sobel(image, axis=1))
    return size


def centre(size: int) -> Floats:
    """Return a Gaussian bump (size, size) in the middle of the image."""
    away = (np.arange(size) - (size - 1) / 2) / (SPREAD * size)
    bump = np.exp(-(away**2) / 2)
    return np.outer(bump, bump)


def _random(question: Question) -> Made:
    return Made(smooth_random(question.network.size, question.rng()))


def _sobel(question: Question) -> Made:
    return Made(edges(question.image.astype(np.float64)), blank="The image is all one grey.")


def _centre(question: Question) -> Made:
    return Made(centre(question.network.size))


def _masked(key: str) -> Maker:
    def make(question: Question) -> Made:
        return Made(_mask(question, key), blank=f"The mask {MASK_OF[key]!r} is empty or full.")

    return make


def _mask(question: Question, key: str) -> Floats:
    name, size = MASK_OF[key], question.network.size
    if name not in question.masks:
        given = ", ".join(question.masks) or "none"
        raise InputError(
            f"masks: {key} shows the mask {name!r}, and the masks given are: {given}. "
            "Use it on a phantom, or give that mask."
        )
    mask = np.asarray(question.masks[name], dtype=np.float64)
    if mask.shape != (size, size):
        raise InputError(
            f"masks: {name!r} has the shape {mask.shape}, the image ({size}, {size}). "
            "Scale the mask to the size of the image."
        )
    if not np.isfinite(mask).all():
        raise InputError(f"masks: {name!r} holds a value that is not a finite number. Correct it.")
    return mask


def _entry(
    key: str, title: str, make: Callable[[Question], Made], summary: str, source: str, caveat: str
) -> Entry:
    return Method(
        key,
        title,
        Family.CONTROL,
        frozenset(),
        False,
        False,
        key == "random",
        summary,
        source,
        caveat,
    ), make


ENTRIES: tuple[Entry, ...] = (
    _entry(
        "random",
        "Random, smooth",
        _random,
        "Blurred noise that depends on nothing but the seed.",
        "Control of this suite.",
        "A metric that does not place it below the methods does not measure faithfulness.",
    ),
    _entry(
        "sobel",
        "Edges (Sobel)",
        _sobel,
        "Shows the edges of the image and does not look at the network.",
        "Control after Adebayo et al., NeurIPS 2018.",
        "A map that looks like it may owe its appeal to the image alone.",
    ),
    _entry(
        "lung-prior",
        "Lungs",
        _masked("lung-prior"),
        "Shows the lungs, where most findings are, and does not look at the network.",
        "Control of this suite.",
        "What it scores for localisation is what knowing anatomy alone is worth.",
    ),
    _entry(
        "centre",
        "Centre",
        _centre,
        "Shows a round bump in the middle of the image.",
        "Control of this suite.",
        "What it scores for localisation comes from the framing of the image.",
    ),
    _entry(
        "plausible-oracle",
        "Lesion mask",
        _masked("plausible-oracle"),
        "Shows exactly what a reader would mark: the lesion.",
        "Control of this suite.",
        "The most plausible map there is, whether or not the network used the lesion.",
    ),
    _entry(
        "causal-oracle",
        "Cause mask",
        _masked("causal-oracle"),
        "Shows exactly what moves the answer when it is taken out of the phantom.",
        "Control of this suite.",
        "It exists only where images can be rendered again without their parts.",
    ),
)
