"""In which order a perturbation test removes the parts of an image.

Parts are square blocks of pixels, ranked by the mean of the map inside. Where blocks share one
value the map gives no order; each repeat then breaks the ties at random.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.saliency.schema import Floats, Pixels

BLOCK = 4
REPEATS = 5
CONSTANT = "The map is constant, so it puts no part of the image before another."
# Two block means closer than this share of the largest absolute mean are one value: sums of
# equal numbers over blocks of different size differ in their last digits.
ROUNDING = 64 * float(np.finfo(np.float64).eps)
SMOOTH = 1 / 16  # standard deviation of the smoothing of a random map, as a share of the side


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Order:
    """An order of the blocks of an image, with its ties broken several times.

    Attributes
    ----------
    blocks : (S, S) array of int
        Number of the block that each pixel lies in.
    places : (repeats, n) array of int
        When each block is removed, 0 first; one row for each way to break the ties.
    ties : float
        Share of the blocks whose value another block has too, 0 to 1.
    blank : str
        Why the order says nothing of the map (it is constant); empty if it does.
    """

    blocks: NDArray[np.int64]
    places: NDArray[np.int64]
    ties: float
    blank: str = ""

    def reversed(self) -> Order:
        """Return the order that removes last what this one removes first."""
        return dataclasses.replace(self, places=self.places.shape[1] - 1 - self.places)


def order(heat: Floats, block: int = BLOCK, seed: int = 0, repeats: int = REPEATS) -> Order:
    """Return the blocks of a map from its highest mean to its lowest.

    Parameters
    ----------
    heat : (h, w) array
        The map; the sign counts, so pass absolute values where only strength should.
    block : int
        Side of a block in pixels. Blocks at the right and lower edge may be smaller.
    seed : int
        Of the tie-breaks.
    repeats : int
        Tie-breaks; one is enough, and made, where there are no ties.

    Raises
    ------
    InputError
        If the map is not two-dimensional, holds a number that is not finite, or the block or the
        repeats are below 1.
    """
    heat = checked(heat, "map")
    blocks = tiles((heat.shape[0], heat.shape[1]), block)
    if repeats < 1:
        raise InputError(f"repeats: {repeats} tie-breaks give no curve. Use 1 or more.")
    means = np.bincount(blocks.ravel(), heat.ravel()) / np.bincount(blocks.ravel())
    level = _levels(means)
    sizes = np.bincount(level)
    shared = float(np.mean(sizes[level] > 1))
    rng = np.random.default_rng(seed)
    chance = rng.random((repeats if shared else 1, len(means)))
    return Order(
        blocks,
        _places(np.argsort(chance - level, axis=1)),  # levels are one apart, chance below one
        shared,
        CONSTANT if len(sizes) == 1 else "",
    )


def random_order(
    shape: tuple[int, int], block: int = BLOCK, seed: int = 0, repeats: int = REPEATS
) -> Order:
    """Return the blocks in ``repeats`` random orders; raises :class:`InputError` as `order`."""
    blocks = tiles(shape, block)
    chance = np.random.default_rng(seed).random((repeats, int(blocks.max()) + 1))
    return Order(blocks, _places(np.argsort(chance, axis=1)), 0.0)


def random_maps(
    shape: tuple[int, int], n: int, seed: int = 0, like: Floats | None = None
) -> Floats:
    """Return smooth maps (n, h, w) that know nothing of image or network.

    With ``like`` they have the mean and the amplitude spectrum of that map and random phases, so
    that they are as smooth as it; otherwise they are Gaussian noise, smoothed.
    """
    from scipy.ndimage import gaussian_filter

    noise = np.random.default_rng(seed).normal(size=(n, *shape))
    if like is None:
        side = SMOOTH * max(shape)
        smooth: Floats = gaussian_filter(noise, (0, side, side), mode="reflect")
        return smooth
    spectrum = np.fft.fft2(noise)
    phases = spectrum / np.maximum(np.abs(spectrum), np.finfo(np.float64).tiny)
    phases[:, 0, 0] = np.sign(np.sum(like))
    drawn: Floats = np.fft.ifft2(np.abs(np.fft.fft2(checked(like, "map"))) * phases).real
    return drawn


def tiles(shape: tuple[int, int], block: int) -> NDArray[np.int64]:
    """Return the number of the block that each pixel of an image lies in.

    Raises
    ------
    InputError
        If the block's side is below 1.
    """
    if block < 1:
        raise InputError(f"block: a side of {block} pixels is not possible. Use 1 or more.")
    rows, columns = (np.arange(side) // block for side in shape)
    return np.asarray(rows[:, None] * (columns[-1] + 1) + columns[None, :], dtype=np.int64)


def checked(values: Floats | Pixels, name: str) -> Floats:
    """Return an image or a map as numbers of double precision.

    Raises
    ------
    InputError
        If it is not two-dimensional, is empty, or holds a number that is not finite.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 2 or not numbers.size:
        raise InputError(f"{name}: the shape is {numbers.shape}. Give rows and columns of pixels.")
    if not np.isfinite(numbers).all():
        raise InputError(f"{name}: holds NaN or infinity. Give finite numbers only.")
    return numbers


def _levels(means: Floats) -> NDArray[np.int64]:
    """Return the rank of every mean from the lowest, equal for equal means."""
    ascending = np.argsort(means, kind="stable")
    apart = np.diff(means[ascending]) > ROUNDING * float(np.abs(means).max())
    level = np.empty(len(means), dtype=np.int64)
    level[ascending] = np.concatenate([[0], np.cumsum(apart)])
    return level


def _places(sequence: NDArray[np.intp]) -> NDArray[np.int64]:
    places = np.empty(sequence.shape, dtype=np.int64)
    np.put_along_axis(places, sequence, np.arange(sequence.shape[1])[None, :], axis=1)
    return places
