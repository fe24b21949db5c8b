"""An order of rows that depends on what they hold and not on how they came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_MIX = np.uint64(0xFF51AFD7ED558CCD)
_STIR = np.uint64(0xC4CEB9FE1A85EC53)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(33)

_BLOCK = 2_000
"""Rows hashed at once, few enough to stay in the cache."""


def content_order(columns: Sequence[NDArray[np.generic]]) -> NDArray[np.intp]:
    """Return an order of the rows that is the same however the rows were sorted before.

    Rows are sorted by a 64-bit hash of their values. Random splits and subsamples drawn along this
    order do not depend on the order of the input; rows that agree in every value may change places.

    Parameters
    ----------
    columns : sequence of ndarray, shape (n,) or (n, d)
        Numbers that belong together by row.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions of the rows in the new order.
    """
    n = len(columns[0])
    total = np.empty(n, dtype=np.uint64)
    for start in range(0, n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        total[rows] = _hashes([np.asarray(one[rows]) for one in columns])
    return np.argsort(total, kind="stable")


def _hashes(columns: Sequence[NDArray[np.generic]]) -> NDArray[np.uint64]:
    table = np.column_stack([column.astype(np.float64) for column in columns])
    # Adding zero turns -0.0 into 0.0, which has other bits and is the same number.
    bits = (table + 0.0).view(np.uint64)
    places = np.arange(1, bits.shape[1] + 1, dtype=np.uint64) * _STEP
    return _mixed(_mixed(bits + places).sum(axis=1, dtype=np.uint64))


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = bits ^ (bits >> _HALF)
    bits *= _MIX
    bits ^= bits >> _HALF
    bits *= _STIR
    bits ^= bits >> _HALF
    return bits
