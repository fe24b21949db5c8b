"""Methods that read the gradient at the input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.saliency.methods.question import Entry, Made, Question, batches, mid_grey
from core.saliency.schema import Access, Family, Floats, Method, Pixels

NOISE = 0.1
"""Standard deviation of SmoothGrad's noise, as a share of the range from black to white."""
SMOOTH_SAMPLES, STEPS = 25, 64


def _saliency(question: Question) -> Made:
    return Made(np.abs(question.gradient(question.image[None])[0]), blank=_flat(question))


def _input_x_gradient(question: Question) -> Made:
    gradient = question.gradient(question.image[None])[0]
    return Made(question.image * gradient, blank=_flat(question))


def _guided_backprop(question: Question) -> Made:
    return Made(
        np.abs(question.guided()),
        blank=f"No positive gradient of {question.label!r} reaches the input.",
    )


def _smoothgrad(question: Question) -> Made:
    return smoothgrad(question)


def smoothgrad(question: Question, noise: float = NOISE) -> Made:
    """Return the size of the mean gradient over noisy copies of the image.

    ``noise`` is the standard deviation as a share of the range from black to white.
    """
    black, white = question.network.grey
    deviation, rng = noise * (white - black), question.rng()
    copies = question.samples(SMOOTH_SAMPLES)

    def noisy(part: slice) -> Pixels:
        drawn = rng.standard_normal((part.stop - part.start, *question.image.shape))
        return (question.image + deviation * drawn).astype(np.float32)

    return Made(
        np.abs(_mean_gradient(question, copies, noisy)),
        notes=(
            f"Mean over {copies} copies with noise of standard deviation {deviation:.3g}, "
            f"{100 * noise:.0f} % of the range from black to white.",
        ),
        blank=_flat(question),
    )


def _integrated(question: Question) -> Made:
    made, _ = integrated_gradients(question, mid_grey(question.network))
    return made


def integrated_gradients(question: Question, baseline: float | Pixels) -> tuple[Made, float]:
    """Return integrated gradients along the straight line from a baseline, and their residual.

    The integral is a mean over the midpoints of equal steps. The residual is the sum of the map
    minus the rise of the logit from the baseline to the image, which is 0 for the exact integral.
    """
    start = np.broadcast_to(np.float32(baseline), question.image.shape)
    difference = question.image - start
    steps = question.samples(STEPS)
    along = ((np.arange(steps) + 0.5) / steps).astype(np.float32)

    def between(part: slice) -> Pixels:
        images: Pixels = start + along[part, None, None] * difference
        return images

    native = difference * _mean_gradient(question, steps, between)
    before, after = question.scores(np.stack([start, question.image]))
    rise, total = float(after - before), float(native.sum())
    from_grey = "mid grey" if np.ndim(baseline) == 0 else "the baseline"
    share = f" ({100 * abs(total - rise) / abs(rise):.1f} % of the rise)" if rise else ""
    note = (
        f"From {from_grey} to the image the logit rises by {rise:.3f}; the map adds up to "
        f"{total:.3f}, so the residual of completeness is {total - rise:+.3f}{share}, with "
        f"{steps} steps."
    )
    return Made(native, notes=(note,), blank=_flat(question)), total - rise


def _mean_gradient(question: Question, count: int, make: Callable[[slice], Pixels]) -> Floats:
    total = np.zeros(question.image.shape)
    for part in batches(count):
        for gradient in question.gradient(make(part)):  # one by one: no batch changes the rounding
            total += gradient
    return total / count


def _flat(question: Question) -> str:
    return f"The gradient of {question.label!r} is zero at every pixel."


def _card(
    key: str, title: str, summary: str, source: str, caveat: str, *, signed: bool = False
) -> Method:
    access = {Access.GUIDED} if key == "guided-backprop" else {Access.GRADIENT}
    if key == "integrated-gradients":
        access.add(Access.LOGITS)
    stochastic = key == "smoothgrad"
    return Method(
        key,
        title,
        Family.GRADIENT,
        frozenset(access),
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
            "saliency",
            "Saliency",
            "Shows how strongly each pixel would move the logit if it changed a little.",
            "Simonyan, Vedaldi and Zisserman, ICLR Workshop 2014.",
            "It tells what would change the answer, not what made it; and it is noisy, as a "
            "gradient holds only for tiny changes.",
        ),
        _saliency,
    ),
    (
        _card(
            "inputxgradient",
            "Input x gradient",
            "Multiplies each pixel by its gradient: for a linear network, what the pixel adds.",
            "Shrikumar et al., arXiv 1605.01713, 2016.",
            "Pixels with the input value 0 are always blank, so the map depends on how the image "
            "is scaled.",
            signed=True,
        ),
        _input_x_gradient,
    ),
    (
        _card(
            "smoothgrad",
            "SmoothGrad",
            "Averages the gradient over noisy copies of the image and shows its size.",
            "Smilkov et al., arXiv 1706.03825, 2017.",
            "The noise makes images that the network was not trained on; how much is added is a "
            "choice.",
        ),
        _smoothgrad,
    ),
    (
        _card(
            "integrated-gradients",
            "Integrated gradients",
            "Adds up the gradient on the way from a mid-grey image to this one, so that the map "
            "adds up to the change of the logit.",
            "Sundararajan, Taly and Yan, ICML 2017.",
            "Pixels that are mid grey get nothing, whatever they mean: the baseline is a choice.",
            signed=True,
        ),
        _integrated,
    ),
    (
        _card(
            "guided-backprop",
            "Guided backpropagation",
            "Passes only positive gradients back through every ReLU and shows their size.",
            "Springenberg et al., ICLR Workshop 2015.",
            "An exhibit, not an explanation: it draws the edges of the image and hardly changes "
            "when the weights of the network are shuffled (Adebayo et al., NeurIPS 2018).",
        ),
        _guided_backprop,
    ),
)
