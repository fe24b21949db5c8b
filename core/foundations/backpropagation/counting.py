"""Multiplications counted while matrices are multiplied, and the cheapest order of a chain."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np


class Counter:
    """How often its numbers were multiplied."""

    def __init__(self) -> None:
        self.count = 0

    def matrix(self, values: Any) -> Any:
        """Return a matrix of numbers that count their multiplications."""
        found = np.empty(np.shape(values), dtype=object)
        for place in np.ndindex(found.shape):
            found[place] = _Number(float(values[place]), self)
        return found


class _Number:
    def __init__(self, value: float, counter: Counter) -> None:
        self.value, self.counter = value, counter

    def __mul__(self, other: _Number) -> _Number:
        self.counter.count += 1
        return _Number(self.value * other.value, self.counter)

    def __add__(self, other: _Number) -> _Number:
        return _Number(self.value + other.value, self.counter)


def reverse(rng: np.random.Generator, widths: Sequence[int]) -> int:
    """Multiply the Jacobians of random layers from the output side and count."""
    counter, jacobians = _jacobians(rng, widths)
    functools.reduce(lambda product, jacobian: product @ jacobian, reversed(jacobians))
    return counter.count


def forward(rng: np.random.Generator, widths: Sequence[int]) -> int:
    """Multiply the Jacobians of random layers from the input side and count."""
    counter, jacobians = _jacobians(rng, widths)
    functools.reduce(lambda product, jacobian: jacobian @ product, jacobians)
    return counter.count


def _jacobians(rng: np.random.Generator, widths: Sequence[int]) -> tuple[Counter, list[Any]]:
    counter = Counter()
    shapes = [(after, before) for before, after in itertools.pairwise(widths)]
    return counter, [counter.matrix(rng.normal(size=shape)) for shape in shapes]


def cheapest(widths: Sequence[int]) -> int:
    """Return the fewest multiplications of any order, by trying all of them.

    The first product joins two neighbouring Jacobians, which removes the width between them.
    """
    if len(widths) == 2:
        return 0
    return min(
        widths[i - 1] * widths[i] * widths[i + 1] + cheapest([*widths[:i], *widths[i + 1 :]])
        for i in range(1, len(widths) - 1)
    )
