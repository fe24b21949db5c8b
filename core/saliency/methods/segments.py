"""Methods that hide random sets of segments: LIME on superpixels, KernelSHAP on a grid.

LIME uses the regression of the ``lime`` package. The neighbours are drawn here: its
``lime_image`` triples grey images, prints a progress bar that cannot be turned off, and masks
superpixel by superpixel. With the same superpixels and the same seed its answer is the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.explain.kernel_shap import kernel_shap
from core.saliency.methods.question import Entry, Made, Question, batches, mid_grey
from core.saliency.schema import Access, Family, Floats, Method, Pixels

SAMPLES, SEGMENTS, FEWEST, CELLS = 1000, 50, 8, 8
KERNEL_WIDTH = 0.25
"""Width of the proximity kernel, the default of ``lime.lime_image``."""

Segments = NDArray[np.int64]


def superpixels(image: Pixels, grey: tuple[float, float]) -> tuple[Segments, bool]:
    """Return about fifty superpixels (S, S), numbered from 0, and whether they are a plain grid.

    They are those of SLIC. On an image without structure, such as noise, SLIC may merge nearly
    everything into one; a grid of squares takes its place.
    """
    from skimage.segmentation import slic

    black, white = grey
    scaled = np.clip((image.astype(np.float64) - black) / (white - black), 0, 1)
    found = slic(
        scaled, n_segments=SEGMENTS, compactness=0.1, sigma=1.0, channel_axis=None, start_label=0
    )
    numbered = np.unique(found, return_inverse=True)[1].reshape(image.shape).astype(np.int64)
    if numbered.max() + 1 >= FEWEST:
        return numbered, False
    cells = round(SEGMENTS**0.5)
    cell = np.arange(len(image)) * cells // len(image)
    return cell[:, None] * cells + cell, True


def _lime(question: Question) -> Made:
    segments, plain = superpixels(question.image, question.network.grey)
    native, r2 = lime(question, segments)
    count, samples = int(segments.max()) + 1, question.samples(SAMPLES)
    notes = [f"A linear model of {count} superpixels was fitted to {samples} neighbours."]
    if native.any():
        notes[0] += f" It explains {100 * r2:.0f} % of the variance of their probability (R2)."
    if plain:
        notes.append("SLIC found no superpixels in this image, so they are a grid of squares.")
    blank = f"Hiding superpixels did not move the probability of {question.label!r}."
    return Made(native, notes=tuple(notes), blank=blank, segments=segments)


def lime(question: Question, segments: Segments) -> tuple[Floats, float]:
    """Return the weight of every pixel's superpixel (S, S), and R2 of the local model.

    A hidden superpixel becomes its own mean grey. Neighbours are weighted by their cosine distance
    from the image in the space of superpixels. R2 is nan if the probability never moves.

    Raises
    ------
    InputError
        If there are fewer neighbours than superpixels.
    """
    from lime.lime_base import LimeBase

    seed, samples, count = question.options.seed, question.samples(SAMPLES), segments.max() + 1
    if samples < count:
        raise InputError(
            f"samples: {samples} are too few for the {count} superpixels of LIME. "
            f"Use at least {count}."
        )
    # The generator of the lime package, so that both draw the same neighbours.
    shown = np.random.RandomState(seed).randint(0, 2, (samples, count))
    shown[0] = 1
    probabilities = _answers(question, segments, shown == 1)
    if not np.ptp(probabilities) > 0:
        return np.zeros(segments.shape), float("nan")
    distances = 1 - np.sqrt(shown.mean(axis=1))
    base = LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / KERNEL_WIDTH**2)), random_state=seed)
    _, slopes, r2, _ = base.explain_instance_with_data(
        shown, probabilities[:, None], distances, 0, shown.shape[1], feature_selection="none"
    )
    weights = np.zeros(shown.shape[1])
    for column, slope in slopes:
        weights[column] = slope
    return weights[segments], float(r2)


def _answers(question: Question, segments: Segments, shown: NDArray[np.bool_]) -> Floats:
    sizes = np.bincount(segments.ravel())
    sums = np.bincount(segments.ravel(), question.image.ravel().astype(np.float64))
    hidden = (sums / sizes)[segments].astype(np.float32)
    return np.concatenate(
        [
            question.probabilities(np.where(shown[part][:, segments], question.image, hidden))
            for part in batches(len(shown))
        ]
    )


def _kernelshap(question: Question) -> Made:
    return grid_shap(question, CELLS)


def grid_shap(question: Question, cells: int) -> Made:
    """Return the Shapley values of a grid of cells for the logit, a hidden cell being mid grey."""
    size, grey, players = question.network.size, mid_grey(question.network), cells**2
    samples = question.samples(SAMPLES)
    if samples < 2 * players and samples < 2**players - 2:
        raise InputError(
            f"samples: {samples} are too few for the {players} cells of KernelSHAP. "
            f"Use at least {2 * players}."
        )
    cell = np.arange(size) * cells // size

    def worth(coalitions: NDArray[np.bool_]) -> Floats:
        scores = []
        for part in batches(len(coalitions)):
            kept = coalitions[part].reshape(-1, cells, cells)[:, cell][:, :, cell]
            scores.append(question.scores(np.where(kept, question.image, np.float32(grey))))
        return np.concatenate(scores)

    found = kernel_shap(worth, players, samples, question.options.seed)
    native = found.values.reshape(cells, cells)
    how = "every coalition" if found.exact else f"{found.evaluations} coalitions"
    note = (
        f"The values of the {players} cells add up to {found.full - found.empty:.3f}, the rise of "
        f"the logit from an all-grey image to this one; estimated from {how}."
    )
    return Made(
        native,
        native[cell][:, cell],
        notes=(note,),
        blank=f"Hiding cells did not move the logit of {question.label!r}.",
    )


ENTRIES: tuple[Entry, ...] = (
    (
        Method(
            "lime",
            "LIME",
            Family.PERTURBATION,
            frozenset({Access.LOGITS}),
            True,
            True,
            True,
            "Fits a linear model to the probability when random superpixels are hidden.",
            "Ribeiro, Singh and Guestrin, KDD 2016; regression of the lime package.",
            "Another seed draws other neighbours and other weights; a low R2 says that no linear "
            "model describes the network here.",
        ),
        _lime,
    ),
    (
        Method(
            "kernelshap",
            "KernelSHAP on a grid",
            Family.PERTURBATION,
            frozenset({Access.LOGITS}),
            True,
            True,
            True,
            "Divides the change of the logit among the cells of a grid by Shapley's rule.",
            "Lundberg and Lee, NeurIPS 2017; paired sampling of Covert and Lee, AISTATS 2021.",
            "The values are estimates from random coalitions, and a hidden cell becomes mid grey.",
        ),
        _kernelshap,
    ),
)
