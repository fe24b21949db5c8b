"""Methods that hide parts of the image and watch the answer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.saliency.methods.question import Entry, Made, Question, batches, mid_grey
from core.saliency.methods.upscale import weights
from core.saliency.schema import Access, Family, Floats, Method, Pixels

RISE_SAMPLES, RISE_CELLS, RISE_KEPT = 400, 8, 0.5
WINDOWS_ACROSS = 8


def _occlusion(question: Question) -> Made:
    window = max(1, question.network.size // WINDOWS_ACROSS)
    return occlusion(question, window, max(1, window // 2), mid_grey(question.network))


def occlusion(question: Question, window: int, stride: int, fill: float) -> Made:
    """Return by how much the logit falls when a square is filled, averaged over its squares.

    Squares of side ``window`` start every ``stride`` pixels; the last ones are cut at the edge, so
    that every pixel is covered. Averaging over the squares that cover a pixel is what Captum does.
    """
    size = question.network.size
    starts = np.arange(math.ceil(max(size - window, 0) / stride) + 1) * stride
    corners = [(int(row), int(column)) for row in starts for column in starts]
    squares = [np.s_[row : row + window, column : column + window] for row, column in corners]

    def hidden(part: slice) -> Pixels:
        images = np.repeat(question.image[None], part.stop - part.start, axis=0)
        for image, square in zip(images, squares[part], strict=True):
            image[square] = fill
        return images

    before = question.scores(question.image[None])[0]
    after = [score for part in batches(len(squares)) for score in question.scores(hidden(part))]
    total, covered = np.zeros((size, size)), np.zeros((size, size))
    for square, score in zip(squares, after, strict=True):
        total[square] += before - score
        covered[square] += 1
    note = (
        f"{len(squares)} squares of {window} x {window} pixels, {stride} apart, filled with grey."
    )
    return Made(
        total / covered,
        notes=(note,),
        blank=f"No square that was hidden moved the logit of {question.label!r}.",
    )


def _rise(question: Question) -> Made:
    """Return the mean probability of the class among masks, by how much they show each pixel.

    Dividing by what the masks happened to show, instead of by its expectation, estimates the same
    mean and removes the part of the noise that a constant probability would leave.
    """
    size, grey = question.network.size, mid_grey(question.network)
    count = question.samples(RISE_SAMPLES)
    grids, shifts = _draw_masks(question.rng(), count, size)
    shown, answered = np.zeros((size, size)), np.zeros((size, size))
    for part in batches(count):
        masks = _smooth_masks(grids[part], shifts[part], size)
        images = grey + (question.image - grey) * masks
        probabilities = question.probabilities(images)
        for mask, probability in zip(masks, probabilities, strict=True):
            shown += mask
            answered += probability * mask
    never = shown == 0  # a handful of masks may leave a pixel out: it gets the mean of the others
    mean = answered.sum() / max(shown.sum(), 1)
    native = np.where(never, mean, answered / np.where(never, 1, shown))
    return Made(
        _without_rounding(native),
        notes=(
            f"{count} masks of {RISE_CELLS} x {RISE_CELLS} cells, half of them shown; values are "
            f"probabilities of {question.label!r} from {native.min():.3f} to {native.max():.3f}.",
        ),
        blank=f"The probability of {question.label!r} was the same under every mask.",
    )


def _draw_masks(
    rng: np.random.Generator, count: int, size: int
) -> tuple[Floats, NDArray[np.int64]]:
    cell = math.ceil(size / RISE_CELLS)
    grids = (rng.random((count, RISE_CELLS + 1, RISE_CELLS + 1)) < RISE_KEPT).astype(np.float64)
    return grids, rng.integers(0, cell, (count, 2))


def _smooth_masks(grids: Floats, shifts: NDArray[np.int64], size: int) -> Floats:
    """Return grids (n, c + 1, c + 1) scaled up and cut at (n, size, size) from a shifted corner."""
    cell = math.ceil(size / RISE_CELLS)
    across = weights(RISE_CELLS + 1, (RISE_CELLS + 1) * cell)
    window = np.arange(size)
    down, right = across[shifts[:, :1] + window], across[shifts[:, 1:] + window]
    masks: Floats = down @ grids @ right.transpose(0, 2, 1)
    return masks


def _without_rounding(native: Floats) -> Floats:
    flat = np.ptp(native) <= 1e-12 * np.abs(native).max()
    return np.full_like(native, native.flat[0]) if flat else native


def _card(
    key: str,
    title: str,
    summary: str,
    source: str,
    caveat: str,
    *,
    signed: bool = True,
    stochastic: bool = True,
) -> Method:
    return Method(
        key,
        title,
        Family.PERTURBATION,
        frozenset({Access.LOGITS}),
        signed,
        True,
        stochastic,
        summary,
        source,
        caveat,
    )


ENTRIES: tuple[Entry, ...] = (
    (
        _card(
            "occlusion",
            "Occlusion",
            "Slides a grey square over the image and shows how far the logit falls.",
            "Zeiler and Fergus, ECCV 2014.",
            "A grey square is itself something to see, and evidence that is present twice is "
            "missed: hiding one copy changes nothing.",
            stochastic=False,
        ),
        _occlusion,
    ),
    (
        _card(
            "rise",
            "RISE",
            "Shows each pixel's mean probability of the class over random soft masks that show it.",
            "Petsiuk, Das and Saenko, BMVC 2018.",
            "With some hundred masks the map is noisy; a probability close to 1 under every mask "
            "leaves nothing but the noise.",
            signed=False,
        ),
        _rise,
    ),
)
