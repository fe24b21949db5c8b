"""Class activation methods: the channels of a layer, weighted by what they do to the class.

The functions on arrays return the map before any scaling. Where the published method cuts
negative values (ReLU), they do too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.errors import InputError
from core.saliency.classifier import Layer, find_layer
from core.saliency.methods.eigen import eigen_signs
from core.saliency.methods.question import Entry, Made, Maker, Question, batches, mid_grey
from core.saliency.methods.upscale import upscale
from core.saliency.schema import Access, Family, Floats, Method

STABILISER = 1e-6
"""Added to the denominator of Grad-CAM++, the value of the ``grad-cam`` package."""


def gradcam(activations: Floats, gradients: Floats) -> Floats:
    """Return Grad-CAM (h, w) of a layer (c, h, w): channels weighted by their mean gradient."""
    return _cut(np.einsum("c,chw->hw", gradients.mean(axis=(1, 2)), activations))


def gradcam_plus_plus(activations: Floats, gradients: Floats) -> Floats:
    """Return Grad-CAM++ (h, w): a channel's weight sums its positive gradients, each times alpha.

    alpha = g^2 / (2 g^2 + g^3 sum(A) + 1e-6), which holds for the exponential of the logit.
    """
    squared = gradients**2
    total = activations.sum(axis=(1, 2), keepdims=True)
    alpha = squared / (2 * squared + total * squared * gradients + STABILISER)
    return _cut(np.einsum("chw,cij->ij", np.maximum(gradients, 0) * alpha, activations))


def hirescam(activations: Floats, gradients: Floats) -> Floats:
    """Return HiResCAM (h, w): activation times gradient at each place, summed over channels."""
    return _cut((activations * gradients).sum(axis=0))


def layercam(activations: Floats, gradients: Floats) -> Floats:
    """Return LayerCAM (h, w): the same with positive gradients only."""
    return _cut((activations * np.maximum(gradients, 0)).sum(axis=0))


def _cut(summed: Floats) -> Floats:
    return np.maximum(summed, 0)


def _by_gradient(combine: Callable[[Floats, Floats], Floats]) -> Maker:
    def make(question: Question) -> Made:
        layer = find_layer(question.network, question.options.layer)
        activations, gradients = question.inside(layer.key)
        if not gradients.any():
            raise InputError(
                f"layer {layer.key}: the gradient of {question.label!r} is exactly zero at every "
                f"place, so a map read there would be empty whatever {question.network.title} "
                "does. Use another layer, or a method that needs no gradient, such as eigencam."
            )
        notes = [_where(layer, activations)]
        if combine is gradcam_plus_plus:
            notes.append(_stabilised(gradients))
        return _relu_made(combine(activations, gradients), notes, question.label)

    return make


def _relu_made(native: Floats, notes: list[str], label: str) -> Made:
    zeros = float((native == 0).mean())
    if zeros:
        notes.append(
            f"{100 * zeros:.0f} % of its cells are zero because the method cuts negative values; "
            "it says nothing about their order."
        )
    return Made(
        native,
        notes=tuple(notes),
        blank=f"Every cell counts against {label!r} and the method cuts negative values.",
    )


def _where(layer: Layer, activations: Floats) -> str:
    channels, height, width = activations.shape
    return f"Read at {layer.title}: {channels} channels on {height} x {width} cells."


def _stabilised(gradients: Floats) -> str:
    share = float((2 * gradients**2 < STABILISER)[gradients != 0].mean())
    return (
        f"In {100 * share:.0f} % of the places with a gradient, the constant {STABILISER:g} in the "
        "denominator outweighs the gradient, so there the weights grow with its cube."
    )


def _eigencam(question: Question) -> Made:
    layer, activations = _activations(question)
    found = eigen_signs(activations)
    note = "The sign was turned" if found.turn_by_activation else "The sign was kept"
    other = "turn" if found.turn_by_extreme else "keep"
    agree = "also" if found.turn_by_activation == found.turn_by_extreme else "instead"
    return Made(
        found.oriented,
        notes=(
            _where(layer, activations),
            f"{note}, so that the map rises with the mean absolute activation; the rule of "
            f"Seg-EigenCAM would {agree} {other} it.",
        ),
        blank="Every place of the layer has the same activations.",
    )


def _eigencam_raw(question: Question) -> Made:
    layer, activations = _activations(question)
    found = eigen_signs(activations)
    upside = " Here it is opposite to the sign rule." if found.turn_by_activation else ""
    return Made(
        found.raw,
        notes=(
            _where(layer, activations),
            f"The sign is the one the numerical library happened to choose.{upside}",
        ),
        blank="Every place of the layer has the same activations.",
    )


def _activations(question: Question) -> tuple[Layer, Floats]:
    layer = find_layer(question.network, question.options.layer)
    return layer, question.inside(layer.key).activations


def _scorecam(question: Question) -> Made:
    layer, activations = _activations(question)
    size, grey = question.network.size, mid_grey(question.network)
    low = activations.min(axis=(1, 2), keepdims=True)
    span = activations.max(axis=(1, 2), keepdims=True) - low
    shown = (activations - low) / np.where(span > 0, span, 1)
    scores = [
        question.scores(grey + (question.image - grey) * upscale(shown[part], size))
        for part in batches(len(shown))
    ]
    grown = np.exp(np.concatenate(scores) - max(part.max() for part in scores))
    weights = grown / grown.sum()
    native = _cut(np.einsum("c,chw->hw", weights, activations))
    effective = 1 / (weights**2).sum()
    notes = [
        _where(layer, activations),
        f"The weights are as uneven as if {effective:.1f} of {len(weights)} channels counted.",
    ]
    return _relu_made(native, notes, question.label)


def _card(
    key: str, title: str, summary: str, source: str, caveat: str, *, of_class: bool = True
) -> Method:
    needs = {Access.LAYERS, Access.LOGITS} if key == "scorecam" else {Access.LAYERS}
    return Method(
        key, title, Family.CAM, frozenset(needs), False, of_class, False, summary, source, caveat
    )


ENTRIES: tuple[Entry, ...] = (
    (
        _card(
            "gradcam",
            "Grad-CAM",
            "Adds up the channels of a layer, each weighted by its mean gradient.",
            "Selvaraju et al., ICCV 2017.",
            "The mean gradient forgets where in the layer a channel matters, so the map can mark "
            "places that the network did not use.",
        ),
        _by_gradient(gradcam),
    ),
    (
        _card(
            "gradcam++",
            "Grad-CAM++",
            "Like Grad-CAM, but a channel's weight sums its positive gradients, with more weight "
            "where the channel is less active elsewhere.",
            "Chattopadhay et al., WACV 2018; computed as the grad-cam package does.",
            "The formula supposes activations that are never negative. After the layer norm of a "
            "transformer they are not, and the map often comes out empty.",
        ),
        _by_gradient(gradcam_plus_plus),
    ),
    (
        _card(
            "hirescam",
            "HiResCAM",
            "Multiplies activation and gradient place by place before adding up the channels.",
            "Draelos and Carin, arXiv 2011.08891, 2020.",
            "At the last layer of a network that ends in a mean and a linear map, it shows exactly "
            "what each place adds to the logit; at earlier layers it does not.",
        ),
        _by_gradient(hirescam),
    ),
    (
        _card(
            "layercam",
            "LayerCAM",
            "Multiplies activations by the positive part of their gradients, place by place.",
            "Jiang et al., IEEE Transactions on Image Processing, 2021.",
            "Evidence against the class never lowers the map.",
        ),
        _by_gradient(layercam),
    ),
    (
        _card(
            "eigencam",
            "EigenCAM",
            "Shows the direction in which the activations of a layer vary most from place to "
            "place, with its sign chosen so that the map rises with the mean absolute activation.",
            "Muhammad and Yeasin, IJCNN 2020; sign rule of this suite.",
            "It does not know which class is asked about: it shows what stands out, not what "
            "speaks for the class.",
            of_class=False,
        ),
        _eigencam,
    ),
    (
        _card(
            "eigencam-raw",
            "EigenCAM, sign not ruled",
            "EigenCAM with the sign that the singular value decomposition returns.",
            "Muhammad and Yeasin, IJCNN 2020.",
            "The sign of a singular vector is arbitrary, so the map may be upside down, and may "
            "differ between computers.",
            of_class=False,
        ),
        _eigencam_raw,
    ),
    (
        _card(
            "scorecam",
            "Score-CAM",
            "Shows the network the image through each channel in turn and weights the channels by "
            "the logits, without gradients.",
            "Wang et al., CVPR Workshops 2020.",
            "A softmax over the channels' logits lets few channels decide; what a channel hides "
            "becomes mid grey, which may itself look like a class.",
        ),
        _scorecam,
    ),
)
