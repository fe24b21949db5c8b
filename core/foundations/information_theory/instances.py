"""Random instances, and the numerical tools that find the measured sides."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize
from scipy.special import rel_entr, softmax

Floats = NDArray[np.float64]


def shares(rng: np.random.Generator, k: int) -> Floats:
    """Return a distribution over k outcomes without tiny probabilities."""
    drawn: Floats = 0.85 * rng.dirichlet(np.full(k, 1.5)) + 0.15 / k
    return drawn


def rows(rng: np.random.Generator, n: int, k: int) -> Floats:
    """Return n distributions over k outcomes."""
    return np.array([shares(rng, k) for _ in range(n)])


def joint(rng: np.random.Generator, k: int, m: int) -> Floats:
    """Return a k by m table of probabilities."""
    return shares(rng, k * m).reshape(k, m)


def relative(p: Floats, q: Floats) -> float:
    """Return the divergence of p from q, by SciPy's elementwise function."""
    return float(rel_entr(p, q).sum())


def dependence(table: Floats) -> float:
    """Return the divergence of a table from the product of its margins."""
    return relative(table, np.outer(table.sum(axis=1), table.sum(axis=0)))


def highest(objective: Callable[[Floats], float], start: Floats) -> float:
    """Return the largest value over all distributions, searched from softmax(start)."""

    def fall(z: Floats) -> float:
        return -objective(softmax(z))

    return -float(optimize.minimize(fall, start, tol=1e-9).fun)


def integral(f: Callable[[Floats], Floats], *edges: float) -> float:
    """Return an integral over the pieces between the edges; f may be singular at an edge."""
    cuts = np.array(edges)
    return float(np.sum(integrate.tanhsinh(f, cuts[:-1], cuts[1:]).integral))


def huffman_lengths(p: Floats) -> list[int]:
    """Return the lengths of the code words of Huffman's code."""
    lengths = [0] * len(p)
    heap: list[tuple[float, int, list[int]]] = [(float(w), i, [i]) for i, w in enumerate(p)]
    heapq.heapify(heap)
    for order in itertools.count(len(p)):
        if len(heap) < 2:
            break
        (a, _, left), (b, _, right) = heapq.heappop(heap), heapq.heappop(heap)
        for i in left + right:
            lengths[i] += 1
        heapq.heappush(heap, (a + b, order, left + right))
    return lengths
