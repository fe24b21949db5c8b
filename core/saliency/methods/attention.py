"""Methods for transformers: attention, followed back from the tokens that the decision reads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.saliency.classifier import Attended
from core.saliency.methods.question import Entry, Made, Maker, Question
from core.saliency.schema import Access, Family, Floats, Method


def read_tokens(gradients: Floats) -> NDArray[np.bool_]:
    """Return which tokens (t,) the decision reads after the last layer.

    In the last layer only their rows of attention (layers, heads, t, t) can move the logit: one
    row for a network that reads a class token, those of the patches for one that averages them.
    """
    read: NDArray[np.bool_] = gradients[-1].any(axis=(0, 2))
    return read


def rollout(attention: Floats) -> Floats:
    """Return attention rollout (t, t): the product over layers of attention and skip connection.

    Attention (layers, heads, t, t) is averaged over heads and mixed half and half with the
    identity. Every row of the product sums to 1.
    """
    tokens = attention.shape[-1]
    product = np.eye(tokens)
    for mean in attention.mean(axis=1):
        mixed = (mean + np.eye(tokens)) / 2
        product = mixed / mixed.sum(axis=-1, keepdims=True) @ product
    return product


def gradient_attention(attention: Floats, gradients: Floats) -> Floats:
    """Return the relevance (t, t) of tokens for each other, without what a token has by itself.

    R starts as the identity and every layer adds A R, where A is the mean over heads of the
    positive part of attention times gradient; the identity is taken off at the end.
    """
    tokens = attention.shape[-1]
    relevance = np.eye(tokens)
    for layer in np.maximum(attention * gradients, 0).mean(axis=1):
        relevance = relevance + layer @ relevance
    return relevance - np.eye(tokens)


def legrad(gradients: Floats) -> Floats:
    """Return the positive part of the gradients, averaged over layers, heads and queries, (t,)."""
    mean: Floats = np.maximum(gradients, 0).mean(axis=(0, 1, 2))
    return mean


def on_grid(tokens: Floats, attended: Attended) -> Floats:
    """Return the values (t,) of the patches as (side, side), without the tokens before them.

    Raises
    ------
    InputError
        If the network's tokens do not fill the grid it declares.
    """
    patches = tokens[attended.prefix :]
    if len(patches) != attended.side**2:
        raise InputError(
            f"attention: {len(tokens)} tokens without {attended.prefix} leave {len(patches)}, "
            f"which is not a grid of {attended.side} x {attended.side}. Correct the network's "
            "prefix or side."
        )
    return patches.reshape(attended.side, attended.side)


def _maker(values: Callable[[Attended, NDArray[np.bool_]], Floats]) -> Maker:
    def make(question: Question) -> Made:
        attended = question.attention()
        read = read_tokens(attended.gradients)
        if not read.any():
            raise InputError(
                f"attention: the gradient of {question.label!r} is exactly zero in the last layer "
                f"of {question.network.title}, so its attention does not reach the decision. "
                "Use a method that needs no attention, such as occlusion."
            )
        layers, heads, tokens, _ = attended.attention.shape
        reads = "the class token" if read.sum() == 1 and read[0] else f"{read.sum()} tokens"
        return Made(
            on_grid(values(attended, read), attended),
            notes=(
                f"{layers} layers of {heads} heads on {tokens} tokens, {attended.prefix} of them "
                f"before the {attended.side} x {attended.side} patches; the decision reads "
                f"{reads}.",
            ),
            blank="Every patch has the same value.",
        )

    return make


def _rollout(attended: Attended, read: NDArray[np.bool_]) -> Floats:
    mean: Floats = rollout(attended.attention)[read].mean(axis=0)
    return mean


def _gradient_attention(attended: Attended, read: NDArray[np.bool_]) -> Floats:
    relevance = gradient_attention(attended.attention, attended.gradients)
    mean: Floats = relevance[read].mean(axis=0)
    return mean


def _legrad(attended: Attended, read: NDArray[np.bool_]) -> Floats:
    return legrad(attended.gradients)


def _card(
    key: str, title: str, summary: str, source: str, caveat: str, *, of_class: bool = True
) -> Method:
    return Method(
        key,
        title,
        Family.ATTENTION,
        frozenset({Access.ATTENTION}),
        False,
        of_class,
        False,
        summary,
        source,
        caveat,
    )


ENTRIES: tuple[Entry, ...] = (
    (
        _card(
            "rollout",
            "Attention rollout",
            "Multiplies the attention of all layers, skip connections included.",
            "Abnar and Zuidema, ACL 2020.",
            "It does not know which class is asked about and leaves out everything but attention.",
            of_class=False,
        ),
        _maker(_rollout),
    ),
    (
        _card(
            "gradient-attention",
            "Gradient attention",
            "Follows attention back through the layers, weighted by its gradient for the class.",
            "Chefer, Gur and Wolf, ICCV 2021, rule for self-attention.",
            "Only attention that raises the logit counts; values and the layers between are left "
            "out.",
        ),
        _maker(_gradient_attention),
    ),
    (
        _card(
            "legrad",
            "LeGrad",
            "Averages the positive gradient of the class with respect to attention over all "
            "layers, heads and tokens.",
            "Bousselham et al., arXiv 2404.03214, 2024.",
            "The published method reads a score of its own after every layer; here every layer is "
            "judged by the final logit.",
        ),
        _maker(_legrad),
    ),
)
