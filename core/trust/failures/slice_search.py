"""The search for slices with a large loss, on tables of counts over pairs of levels."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from core.trust.failures.factors import Factor

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Pairs = NDArray[np.intp]

LIMIT = 50
"""Features up to which all pairs are searched; of more, a shallow tree chooses."""

CANDIDATES = 20
"""Slices that are put to the test, at most."""

MIN_ROWS = 10
"""Rows that a slice has in either half, at least."""

ENOUGH_ROWS = 1_000
"""Rows of a slice from which it need not be a twentieth of all rows."""

SMALL_SHARE, SMALLEST_SHARE = 0.05, 0.02

PRIOR_ROWS = 200
"""Rows without an effect that are added to a slice before slices are ranked, at least."""

POOL = 100
"""Slices among which the candidates are chosen one by one."""

OVERLAP = 0.8
"""Share of rows in common from which two slices are one; only the better one is kept."""

MIN_Z = 2.0
"""Standard errors by which a slice must exceed the mean in the searching half."""

_PARENT_Z = 2.326
_CHUNK = 8_192
_TREE_DEPTH = 5


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Half:
    """Rows of one half in an order of their own.

    Attributes
    ----------
    codes : ndarray of int, shape (factors, n)
        Level of each row in each factor.
    loss : ndarray, shape (n,)
        0 or 1 for a call, the absolute error for an estimate.
    known : tuple of Factor
        The factors, for their words.
    """

    codes: NDArray[np.int16]
    loss: Floats
    known: tuple[Factor, ...]

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.loss)

    def rows(self, items: tuple[tuple[int, int], ...]) -> Mask:
        """Return which rows have every level, given as pairs of factor and level."""
        inside = np.ones(self.n, dtype=bool)
        for factor, level in items:
            inside &= self.codes[factor] == level
        return inside


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Every slice that is large enough, over all rows, whether it was found or not.

    Attributes
    ----------
    n, errors : ndarray of int, shape (slices,)
        Rows and errors of each slice.
    n_all, errors_all : int
        The same of all rows.
    """

    n: NDArray[np.int64]
    errors: NDArray[np.int64]
    n_all: int
    errors_all: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What the searching half suggests.

    Attributes
    ----------
    candidates : tuple
        Slices as tuples of pairs (factor, level), the most promising first.
    columns : tuple of int
        Factors that were searched.
    searched : int
        Slices that were large enough.
    min_share : float
        Smallest share of the rows of a slice.
    prior_rows : float
        Strength of the shrinkage, in rows.
    family : Family or None
        Counts of all slices over both halves.
    known : tuple of Factor
        The factors, for their words.
    """

    candidates: tuple[tuple[tuple[int, int], ...], ...]
    columns: tuple[int, ...]
    searched: int
    min_share: float
    prior_rows: float
    family: Family | None
    known: tuple[Factor, ...]

    def words(self, items: tuple[tuple[int, int], ...]) -> str:
        """Return a slice in words."""
        return " and ".join(self.known[factor].words[level] for factor, level in items)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Items:
    """Levels of the searched factors, numbered through."""

    factor: Pairs
    level: Pairs

    def slice_of(self, first: int, second: int) -> tuple[tuple[int, int], ...]:
        chosen = (first,) if first == second else (first, second)
        return tuple((int(self.factor[i]), int(self.level[i])) for i in chosen)


def halves(
    known: tuple[Factor, ...], loss: Floats, seed: int, *, stratified: bool
) -> tuple[Half, Half]:
    """Split the rows at random, in a way that does not depend on their order.

    Rows are first sorted by what the search knows of them; rows that are equal in this can be
    exchanged without any consequence.

    Parameters
    ----------
    known : tuple of Factor
        Features and groups.
    loss : ndarray, shape (n,)
        Loss of each row.
    seed : int
        Seed of the split.
    stratified : bool
        Whether rows with and without a loss are split apart, so that either half has its share.
    """
    rng = np.random.default_rng(seed)
    codes = np.stack([one.codes for one in known])
    keys = rng.integers(0, 2**63, len(known), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    mixed = np.zeros(len(loss), dtype=np.uint64)
    for row, key in zip(codes, keys, strict=True):
        mixed += (row.astype(np.uint64) + np.uint64(1)) * key
        mixed ^= mixed >> np.uint64(29)
    order = np.lexsort((mixed, loss))
    first = np.zeros(len(loss), dtype=bool)
    cut = int(np.searchsorted(loss[order], 0, side="right")) if stratified else 0
    for part in (order[:cut], order[cut:]):
        # The odd row goes to the half that confirms.
        first[rng.permutation(part)[: len(part) // 2]] = True
    pick = first[order]
    chosen = order[pick], order[~pick]
    one, other = (Half(codes[:, rows], loss[rows], known) for rows in chosen)
    return one, other


def search(first: Half, second: Half, seed: int, *, binary: bool) -> Search:
    """Look for slices with a large loss in the first half.

    Parameters
    ----------
    first, second : Half
        The searching half, and the confirming one, of which only the counts of all slices are
        taken.
    seed : int
        Seed of the tree.
    binary : bool
        Whether the loss is 0 or 1.
    """
    n_all = first.n + second.n
    min_share = min(SMALL_SHARE, max(SMALLEST_SHARE, ENOUGH_ROWS / n_all))
    least = max(MIN_ROWS, math.ceil(min_share * first.n))
    prior = float(max(PRIOR_ROWS, least))
    everything = len(first.known) <= LIMIT
    columns = tuple(range(len(first.known))) if everything else _chosen(first, least, seed)
    items = _items(first, columns)
    count, total = _tables(first, items, binary=binary)
    one, other = _pairs(items)
    large = (count[one, other] >= least) & (count[one, other] <= first.n - MIN_ROWS)
    one, other = one[large], other[large]
    pool = _pool(first, (count, total), (one, other), prior)
    candidates = _one_by_one(first, items, pool, least, prior)
    family = None
    if binary and everything:
        family = _family((count, total), _tables(second, items, binary=True), items, n_all, least)
    return Search(
        candidates=tuple(one for one in candidates if _testable(second, one)),
        columns=columns,
        searched=len(one),
        min_share=min_share,
        prior_rows=prior,
        family=family,
        known=first.known,
    )


def _testable(half: Half, items: tuple[tuple[int, int], ...]) -> bool:
    rows = int(half.rows(items).sum())
    return MIN_ROWS <= rows <= half.n - MIN_ROWS


def _items(half: Half, columns: tuple[int, ...]) -> _Items:
    sizes = [len(half.known[column].words) for column in columns]
    level = np.concatenate([np.arange(size) for size in sizes])
    return _Items(np.repeat(np.array(columns, dtype=np.intp), sizes), level.astype(np.intp))


def _pairs(items: _Items) -> tuple[Pairs, Pairs]:
    """Return the items paired with themselves (one level) and with items of later factors."""
    one, other = np.triu_indices(len(items.factor))
    apart = (items.factor[one] != items.factor[other]) | (one == other)
    return one[apart], other[apart]


def _tables(half: Half, items: _Items, *, binary: bool) -> tuple[Floats, Floats]:
    """Return rows and summed loss of every pair of levels, shape (items, items)."""
    # Whole numbers below 2 ** 24 are exact in single precision, which is twice as fast.
    kind = np.float32 if binary else np.float64
    size = len(items.factor)
    count, total = np.zeros((size, size)), np.zeros((size, size))
    for start in range(0, half.n, _CHUNK):
        rows = slice(start, start + _CHUNK)
        member = half.codes[items.factor, rows] == items.level[:, None].astype(np.int16)
        dense = member.astype(kind)
        count += dense @ dense.T
        loss = half.loss[rows]
        hit = loss > 0
        # A matrix times its own transpose takes half the work, hence the root.
        weighted = dense[:, hit] * np.sqrt(loss[hit]).astype(kind)
        total += weighted @ weighted.T
    return count, total


def _pool(
    half: Half, tables: tuple[Floats, Floats], pairs: tuple[Pairs, Pairs], prior: float
) -> list[tuple[int, int]]:
    """Return the pairs of items with the largest shrunken effect that beat chance and parents."""
    count, total = tables
    one, other = pairs
    if len(one) == 0:
        return []
    mean, sd = float(half.loss.mean()), float(half.loss.std())
    if sd == 0:
        return []
    n, loss = count[one, other], total[one, other]
    effect = (loss - mean * n) / (n + prior)
    beyond = (loss - mean * n) / (sd * np.sqrt(n)) >= MIN_Z
    for parent in (one, other):
        beyond &= (one == other) | _beats_parent(n, loss, count, total, parent, sd)
    kept = np.flatnonzero(beyond)
    best = kept[np.argsort(-effect[kept], kind="stable")[:POOL]]
    return [(int(one[i]), int(other[i])) for i in best]


def _beats_parent(
    n: Floats, loss: Floats, count: Floats, total: Floats, parent: Pairs, sd: float
) -> Mask:
    """Return whether a pair's mean loss exceeds that of the rest of one of its two levels."""
    rest = count[parent, parent] - n
    rest_loss = total[parent, parent] - loss
    safe = np.maximum(rest, 1.0)
    difference = loss / n - rest_loss / safe
    beats: Mask = (rest > 0) & (difference >= _PARENT_Z * sd * np.sqrt(1 / n + 1 / safe))
    return beats


def _one_by_one(
    half: Half, items: _Items, pool: list[tuple[int, int]], least: int, prior: float
) -> list[tuple[tuple[int, int], ...]]:
    """Choose slices by what they add to those already chosen."""
    if not pool:
        return []
    slices = [items.slice_of(*pair) for pair in pool]
    masks = np.stack([half.rows(one) for one in slices]).astype(np.float32)
    size = masks.sum(axis=1, dtype=np.float64)
    mean = float(half.loss.mean())
    loss = half.loss.astype(np.float32)
    left, chosen = np.ones(half.n, dtype=np.float32), list[int]()
    open_ = np.ones(len(pool), dtype=bool)
    while len(chosen) < CANDIDATES:
        # Counts, which are exact: the order of a sum, or of threads, cannot change the choice.
        n = (masks @ left).astype(np.float64)
        gain = masks @ (left * loss) - mean * n
        effect = np.where(open_ & (n >= least / 2), gain / (n + prior), 0.0)
        best = int(effect.argmax())
        if effect[best] <= 0:
            break
        chosen.append(best)
        shared = masks @ masks[best]
        same = shared >= OVERLAP * np.minimum(size, size[best])
        open_ &= ~same
        left *= 1 - masks[best]
    return [slices[i] for i in chosen]


def _family(
    first: tuple[Floats, Floats],
    second: tuple[Floats, Floats],
    items: _Items,
    n_all: int,
    least: int,
) -> Family:
    count, total = first[0] + second[0], first[1] + second[1]
    one, other = _pairs(items)
    n, errors = count[one, other].astype(np.int64), total[one, other].astype(np.int64)
    own = int(items.factor[0])
    everyone = np.flatnonzero(items.factor == own)
    large = (n >= 2 * least) & (n <= n_all - 2 * MIN_ROWS)
    return Family(n[large], errors[large], n_all, int(np.diag(total)[everyone].sum()))


def _chosen(half: Half, least: int, seed: int) -> tuple[int, ...]:
    """Return the factors a shallow tree of the loss splits on, the most important ones."""
    from sklearn.tree import DecisionTreeRegressor

    if half.n < 2 * least:
        return (0,)
    tree = DecisionTreeRegressor(max_depth=_TREE_DEPTH, min_samples_leaf=least, random_state=seed)
    tree.fit(half.codes.T.astype(np.float32), half.loss)
    weight = tree.feature_importances_
    ranked = np.argsort(-weight, kind="stable")[:LIMIT]
    used = sorted(int(i) for i in ranked if weight[i] > 0)
    return tuple(used) or (0,)
