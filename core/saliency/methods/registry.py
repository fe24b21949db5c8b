"""All methods in their order, and the one verb that makes a map."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from core.errors import InputError, SuiteError
from core.saliency.classifier import Classifier
from core.saliency.methods import attention, cam, controls, gradient, perturbation, segments
from core.saliency.methods.question import Entry, Made, Question
from core.saliency.methods.upscale import upscale
from core.saliency.schema import Access, Attribution, Family, Floats, Mask, Method, Options, Pixels

_ENTRIES: tuple[Entry, ...] = (
    *cam.ENTRIES,
    *gradient.ENTRIES,
    *perturbation.ENTRIES,
    *segments.ENTRIES,
    *attention.ENTRIES,
    *controls.ENTRIES,
)
METHODS: Mapping[str, Method] = MappingProxyType({method.key: method for method, _ in _ENTRIES})
"""Every method by its key, in the order in which they are shown."""
_MAKERS = {method.key: maker for method, maker in _ENTRIES}
MOST_SAMPLES = 100_000


def attribute(
    network: Classifier,
    image: Pixels,
    method: str,
    target: int | None = None,
    options: Options | None = None,
    masks: Mapping[str, Mask | Floats] | None = None,
) -> Attribution:
    """Return a map of what a method says the network looked at.

    Parameters
    ----------
    network : Classifier
    image : (S, S) array
        As the network takes it, S being its size.
    method : str
        A key of ``METHODS``.
    target : int, optional
        Index of the class to explain; by default the one with the largest logit.
    options : Options, optional
        Layer, seed and number of evaluations; a method that does not use one of them ignores it.
    masks : mapping, optional
        Regions (S, S) for the controls that show one: "lungs", "lesion" and "cause".

    Returns
    -------
    Attribution
        ``native`` as the method defines it, before any scaling of its values; ``pixels`` the same
        values at the size of the image. ``forwards`` counts the images shown to the network, the
        one that finds the default class included.

    Raises
    ------
    InputError
        If the method, class, layer, image, mask or an option cannot be used; the text says which
        can.
    SuiteError
        If the network answers with a number that is not finite.
    """
    card = find_method(method)
    options = options or Options()
    reason = why_not(network, method)
    if reason:
        usable = ", ".join(available(network))
        raise InputError(f"method: {reason} Use one of: {usable}.")
    _check_options(options)
    question = Question(network, _checked(network, image), 0, options, masks or {})
    question.target = _target(question, target)
    return _finished(card, question, _MAKERS[method](question))


def find_method(key: str) -> Method:
    """Return a method by its key.

    Raises
    ------
    InputError
        If there is none; the closest key is suggested.
    """
    if key in METHODS:
        return METHODS[key]
    close = difflib.get_close_matches(str(key).lower(), METHODS, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise InputError(f"method: {key!r} is not known.{hint} Use one of: {', '.join(METHODS)}.")


def available(network: Classifier) -> tuple[str, ...]:
    """Return the keys of the methods that a network supports, in order."""
    return tuple(key for key in METHODS if not why_not(network, key))


def why_not(network: Classifier, method: str) -> str:
    """Return why a network does not support a method, as a sentence; empty if it does.

    Raises
    ------
    InputError
        If there is no such method.
    """
    card = find_method(method)
    missing = [access.value for access in Access if access in card.needs - network.access]
    if missing:
        return (
            f"{card.title} needs {' and '.join(missing)}, which {network.title} does not let a "
            "method see."
        )
    if card.family is Family.CAM and all(layer.refused for layer in network.layers):
        why = network.layers[-1].refused if network.layers else "it names none."
        return f"{card.title} needs a layer, and none of {network.title} can be read: {why}"
    return ""


def _checked(network: Classifier, image: Pixels) -> Pixels:
    size = network.size
    found = np.asarray(image)
    if found.shape != (size, size):
        raise InputError(
            f"image: the shape is {found.shape}, and {network.title} takes ({size}, {size}). "
            "Prepare the image for this network."
        )
    if found.dtype.kind not in "fiub" or not np.isfinite(found).all():
        raise InputError(
            "image: a pixel is not a finite number. Decode the image again, or replace that pixel."
        )
    return np.ascontiguousarray(found, dtype=np.float32)


def _target(question: Question, target: int | None) -> int:
    labels, title = question.network.labels, question.network.title
    if len(labels) < 2:
        raise InputError(
            f"network: {title} has {len(labels)} class, so there is nothing to tell apart. "
            "Use a network with at least two."
        )
    if target is None:
        return int(question.logits(question.image[None])[0].argmax())
    if not 0 <= target < len(labels):
        named = ", ".join(f"{index} ({label})" for index, label in enumerate(labels))
        raise InputError(f"target: {title} has no class {target}. Use one of: {named}.")
    return int(target)


def _check_options(options: Options) -> None:
    if options.samples is not None and not 1 <= options.samples <= MOST_SAMPLES:
        raise InputError(
            f"samples: {options.samples} is outside 1 to {MOST_SAMPLES:,}. Choose a number inside."
        )
    if not 0 <= options.seed < 2**32:
        raise InputError(f"seed: {options.seed} is outside 0 to {2**32 - 1:,}. Choose one inside.")


def _finished(card: Method, question: Question, made: Made) -> Attribution:
    native = np.asarray(made.native, dtype=np.float64)
    if not np.isfinite(native).all():
        raise SuiteError(
            f"{card.title} of {question.network.title} holds a value that is not a finite number, "
            "so the map is not shown. The network's gradients may be too large."
        )
    size = question.network.size
    pixels = upscale(native, size) if made.pixels is None else made.pixels
    return Attribution(
        card.key,
        question.network.key,
        question.target,
        native,
        np.asarray(pixels, dtype=np.float64),
        card.signed,
        question.forwards,
        _blank(card, native, made.blank),
        made.notes,
        made.segments,
    )


def _blank(card: Method, native: Floats, why: str) -> str:
    if np.ptp(native) > 0:
        return ""
    level = "zero everywhere" if not native.any() else f"{native.flat[0]:.3g} everywhere"
    return f"{card.title} is {level}. {why}".strip()
