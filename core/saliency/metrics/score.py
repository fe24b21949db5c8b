"""What a perturbation test watches: one number for each image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.errors import InputError
from core.saliency.classifier import Classifier
from core.saliency.schema import Floats, Pixels

Score = Callable[[Pixels], Floats]
"""Numbers (n,) of images (n, S, S)."""


def probability(network: Classifier, target: int) -> Score:
    """Return the probability of class ``target`` as a score; raises :class:`InputError`."""
    _check(network, target)

    def score(images: Pixels) -> Floats:
        logits = np.asarray(network.logits(images), dtype=np.float64)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        chosen: Floats = shares[:, target] / shares.sum(axis=1)
        return chosen

    return score


def log_odds(network: Classifier, target: int) -> Score:
    """Return ln(p / (1 - p)) of class ``target`` as a score; raises :class:`InputError`.

    It is computed from the logits, so it stays exact where the probability rounds to 0 or 1.
    """
    _check(network, target)

    def score(images: Pixels) -> Floats:
        logits = np.asarray(network.logits(images), dtype=np.float64)
        others = np.delete(logits, target, axis=1)
        largest = others.max(axis=1)
        rest = largest + np.log(np.exp(others - largest[:, None]).sum(axis=1))
        odds: Floats = logits[:, target] - rest
        return odds

    return score


def logit(network: Classifier, target: int) -> Score:
    """Return the logit of class ``target`` as a score; raises :class:`InputError`."""
    _check(network, target)
    return lambda images: np.asarray(network.logits(images), dtype=np.float64)[:, target]


def _check(network: Classifier, target: int) -> None:
    classes = len(network.labels)
    if classes < 2:
        raise InputError(
            f"{network.title} has one class, so its probability is always 1. "
            "Use a network with two classes or more."
        )
    if not 0 <= target < classes:
        raise InputError(
            f"target: {network.title} has no class {target}. Use a number from 0 to {classes - 1}."
        )
