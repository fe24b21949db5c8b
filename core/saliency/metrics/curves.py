"""Perturbation curves: how a score changes while an image is taken apart in the order of a map."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core import plain
from core.errors import InputError, SuiteError
from core.saliency.metrics.fills import Fill
from core.saliency.metrics.order import (
    BLOCK,
    REPEATS,
    Order,
    checked,
    order,
    random_maps,
    random_order,
)
from core.saliency.metrics.score import Score
from core.saliency.schema import Floats, Mask, Pixels

STEPS = 50
TOLERANCE = 1e-9
MANY_TIES = 0.5  # above this share of ties a curve says more of the tie-breaks than of the map
Rank = Literal["most first", "least first", "random"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A score over the share of an image that was replaced or restored.

    Attributes
    ----------
    fractions : (T + 1,) array
        Share of the pixels, from 0 to 1.
    values : (T + 1,) array
        Score, the mean over the tie-breaks.
    repeats : (r, T + 1) array
        Score for each way to break ties, or for each random order.
    ties : float
        Share of the blocks whose value in the map another block has too.
    forwards : int
        Images of this curve that the network was asked about; shared ones count once.
    blank : str
        Why the order says nothing of a map (it is constant); empty if it does.

    Raises
    ------
    SuiteError
        If a score is not finite, or the curve breaks AUC + AOPC = P0 + (P0 - PT) / 2T.
    """

    fractions: Floats
    values: Floats
    repeats: Floats
    ties: float
    forwards: int
    blank: str = ""

    def __post_init__(self) -> None:
        """Hold the identity that ties the area under a curve to the mean drop along it."""
        if not np.isfinite(self.values).all():
            raise SuiteError("The network answered NaN or infinity, so there is no curve.")
        even = np.full(self.steps, 1 / self.steps)
        scale = max(1.0, float(np.abs(self.values).max()))
        for widths in (np.diff(self.fractions), even):
            if identity_gap(self.values, widths) > TOLERANCE * scale:
                raise SuiteError("A curve breaks AUC + AOPC = P0 + (P0 - PT) / 2T: report it.")

    @property
    def steps(self) -> int:
        """Steps T after the untouched image."""
        return len(self.values) - 1

    @property
    def tied(self) -> bool:
        """Whether more than half of the blocks are tied."""
        return self.ties > MANY_TIES

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return record


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Where the curves of smooth random maps lie.

    Attributes
    ----------
    fractions, low, median, high : (T + 1,) arrays
        Share of the pixels, and the 5th, 50th and 95th percentile of the score there.
    curves : tuple of Curve
        The curve of each random map.
    """

    fractions: Floats
    low: Floats
    median: Floats
    high: Floats
    curves: tuple[Curve, ...]


def deletion(
    score: Score,
    image: Pixels,
    heat: Floats,
    fill: Fill,
    *,
    steps: int = STEPS,
    block: int = BLOCK,
    rank: Rank = "most first",
    repeats: int = REPEATS,
    seed: int = 0,
) -> Curve:
    """Return the score while the image is replaced block by block.

    Parameters
    ----------
    score : callable
        Numbers (n,) of images (n, S, S).
    image : (S, S) array
        As the network takes it.
    heat : (S, S) array
        The map; its sign counts.
    fill : callable
        What takes the place of the pixels.
    steps : int
        T; at most the number of blocks.
    block : int
        Side of a block in pixels.
    rank : str
        Most important blocks first, least important first, or in ``repeats`` random orders.
    repeats, seed : int
        Tie-breaks, and what they are drawn from.

    Raises
    ------
    InputError
        If map and image differ in size or hold NaN, or there are more steps than blocks.
    """
    chosen = _ranked(image, heat, block, rank, repeats, seed)
    return trace(score, image, [chosen], fill, steps=steps)[0]


def insertion(
    score: Score,
    image: Pixels,
    heat: Floats,
    fill: Fill,
    *,
    steps: int = STEPS,
    block: int = BLOCK,
    rank: Rank = "most first",
    repeats: int = REPEATS,
    seed: int = 0,
) -> Curve:
    """Return the score while the image is restored block by block; see :func:`deletion`."""
    chosen = _ranked(image, heat, block, rank, repeats, seed)
    return trace(score, image, [chosen], fill, steps=steps, restore=True)[0]


def both(
    score: Score,
    image: Pixels,
    heat: Floats,
    fill: Fill,
    *,
    steps: int = STEPS,
    block: int = BLOCK,
    repeats: int = REPEATS,
    seed: int = 0,
) -> tuple[Curve, Curve]:
    """Return deletion with the most and with the least important blocks first, in one batch."""
    most = _ranked(image, heat, block, "most first", repeats, seed)
    first, last = trace(score, image, [most, most.reversed()], fill, steps=steps)
    return first, last


def random_band(
    score: Score,
    image: Pixels,
    fill: Fill,
    n: int = 20,
    *,
    steps: int = STEPS,
    block: int = BLOCK,
    seed: int = 0,
    like: Floats | None = None,
    restore: bool = False,
) -> Band:
    """Return where the curves of ``n`` smooth random maps lie.

    With ``like`` they have the spectrum of that map.
    """
    maps = random_maps((image.shape[0], image.shape[1]), n, seed, like)
    orders = [order(one, block, seed, 1) for one in maps]
    curves = trace(score, image, orders, fill, steps=steps, restore=restore)
    low, median, high = np.quantile([one.values for one in curves], (0.05, 0.5, 0.95), axis=0)
    return Band(curves[0].fractions, low, median, high, curves)


def trace(
    score: Score,
    image: Pixels,
    orders: Sequence[Order],
    fill: Fill,
    *,
    steps: int = STEPS,
    restore: bool = False,
) -> tuple[Curve, ...]:
    """Return one curve for each order; every distinct image is asked about once, in one batch.

    Parameters
    ----------
    score, image, fill, steps
        As for :func:`deletion`.
    orders : sequence of Order
        Of one division into blocks.
    restore : bool
        Start from the filled image and restore it, instead of replacing the image.

    Raises
    ------
    InputError
        If image and orders differ in size, or there are more steps than blocks.
    """
    image = np.asarray(checked(image, "image"), dtype=np.float32)
    blocks = orders[0].blocks
    if blocks.shape != image.shape or any(one.blocks.shape != blocks.shape for one in orders):
        raise InputError(
            f"map: it has {blocks.shape} pixels and the image {image.shape}. "
            "Scale the map up to the size of the image."
        )
    places = np.concatenate([one.places for one in orders])
    cuts = _cuts(places.shape[1], steps)
    taken = (places[:, None, :] < cuts[None, :, None]).reshape(-1, places.shape[1])
    answers, which = _ask(score, image, fill, taken ^ restore, blocks)
    lines = answers[which].reshape(len(places), steps + 1)
    rows = which.reshape(lines.shape)
    sizes = np.bincount(blocks.ravel())
    fractions = (taken @ sizes).reshape(lines.shape) / blocks.size
    curves, start = [], 0
    for one in orders:
        own = slice(start, start + len(one.places))
        start = own.stop
        curves.append(
            Curve(
                fractions=fractions[own].mean(axis=0),
                values=lines[own].mean(axis=0),
                repeats=lines[own],
                ties=one.ties,
                forwards=len(np.unique(rows[own])),
                blank=one.blank,
            )
        )
    return tuple(curves)


def identity_gap(values: Floats, widths: Floats) -> float:
    """Return by how much a curve misses AUC + AOPC = P0 + (P0 - PT) / 2T.

    The area is a trapezoid sum, AOPC the mean drop after the first point. With steps of unequal
    width both are weighted by the width, and the last term is half the weighted sum of the drops
    from point to point.
    """
    places = np.concatenate([[0.0], np.cumsum(widths)])
    area = float(np.trapezoid(values, places))
    drop = float(np.sum(widths * (values[0] - values[1:])))
    last = float(np.sum(widths * -np.diff(values))) / 2
    return abs(area + drop - float(values[0]) * float(places[-1]) - last)


def _ranked(image: Pixels, heat: Floats, block: int, rank: Rank, repeats: int, seed: int) -> Order:
    if rank == "random":
        return random_order((image.shape[0], image.shape[1]), block, seed, repeats)
    found = order(heat, block, seed, repeats)
    return found if rank == "most first" else found.reversed()


def _cuts(blocks: int, steps: int) -> NDArray[np.int64]:
    if not 1 <= steps <= blocks:
        raise InputError(
            f"steps: {steps} steps are not possible with {blocks} blocks. "
            f"Use 1 to {blocks}, or smaller blocks."
        )
    return np.round(np.arange(steps + 1) * blocks / steps).astype(np.int64)


def _ask(
    score: Score, image: Pixels, fill: Fill, gone: Mask, blocks: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.intp]]:
    """Return the scores of the distinct images, and which of them each row of ``gone`` is."""
    seen: dict[bytes, int] = {}
    packed = np.packbits(gone, axis=1)
    which = np.array([seen.setdefault(row.tobytes(), len(seen)) for row in packed], dtype=np.intp)
    distinct = gone[np.unique(which, return_index=True)[1]]
    answers = np.asarray(score(fill(image, distinct[:, blocks])), dtype=np.float64)
    if answers.shape != (len(distinct),):
        raise SuiteError(
            f"score: {len(distinct)} images gave numbers of shape {answers.shape}. "
            "Return one number for each image."
        )
    return answers, which
