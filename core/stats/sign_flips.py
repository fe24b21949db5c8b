"""Paired differences against nothing and against a margin: random signs, and equivalence."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.stats.rank_tests import Alternative, wilcoxon

Floats = NDArray[np.float64]

ALL_UP_TO = 14
"""Most differences whose signs are all tried; beyond, they are drawn."""

_CHUNK = 2_000


def sign_flip(
    apart: ArrayLike,
    alternative: Alternative = "two-sided",
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> float:
    """Return the p value of a mean difference when signs are as likely one way as the other.

    Exact up to 14 differences; beyond, from random signs, the ones found counted among them, so
    that the test keeps its level for any number of draws.

    Parameters
    ----------
    apart : array_like, shape (n,)
        Differences, such as a method's scores less those of a control on the same images.
    alternative : {"two-sided", "greater", "less"}
        Which mean is looked for.
    draws : int, default 10000
        Random sign vectors.
    seed : int, default 0
        Seed of the signs.

    References
    ----------
    Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) article 39.
    """
    values = np.asarray(apart, dtype=np.float64)
    found, n = float(values.sum()), len(values)
    if n <= ALL_UP_TO:
        bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        return float(_beyond((1.0 - 2.0 * bits) @ values, found, alternative).mean())
    rng, hits = np.random.default_rng(seed), 0
    for start in range(0, draws, _CHUNK):
        signs = rng.integers(0, 2, (min(_CHUNK, draws - start), n), dtype=np.int8)
        hits += int(_beyond((1.0 - 2.0 * signs) @ values, found, alternative).sum())
    return (hits + 1) / (draws + 1)


def tost(first: ArrayLike, second: ArrayLike, margin: float) -> float:
    """Return the p value for paired values being equal to within a margin.

    Two one-sided Wilcoxon tests, one against either end; the larger p value counts.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        Values that belong together row by row.
    margin : float
        Largest difference that does not matter, positive.

    References
    ----------
    Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657-680.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    above = wilcoxon(a - b, np.full(len(a), -margin), "greater").p
    below = wilcoxon(a - b, np.full(len(a), margin), "less").p
    return max(above, below)


def _beyond(sums: Floats, found: float, alternative: Alternative) -> NDArray[np.bool_]:
    slack = 1e-12 * max(1.0, abs(found))
    if alternative == "greater":
        return np.asarray(sums >= found - slack)
    if alternative == "less":
        return np.asarray(sums <= found + slack)
    return np.asarray(np.abs(sums) >= abs(found) - slack)
