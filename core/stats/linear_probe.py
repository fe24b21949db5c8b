"""Whether a straight boundary in a representation tells the classes apart better than chance."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from core.stats.confusion import balanced_accuracy, confusion
from core.stats.intervals import Interval
from core.stats.two_sample import permutation_p

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

RIDGE = 0.01
"""Added to the variance of every standardised column."""

LABELS_AT_ONCE = 512
"""Columns of one-hot labels that are fitted together."""


@dataclasses.dataclass(frozen=True, slots=True)
class Probe:
    """A linear classifier judged on rows it was not fitted on, against shuffled labels.

    Attributes
    ----------
    balanced_accuracy : Interval
        Mean recall of the classes, cross-validated.
    chance : float
        Mean of the same figure over shuffled labels.
    gain : Interval
        The difference.
    p : float
        Share of shuffled labels, counting the real ones, that do at least as well.
    score : ndarray or None, shape (n,)
        With two classes, the held-out score of the second.
    """

    balanced_accuracy: Interval
    chance: float
    gain: Interval
    p: float
    score: Floats | None


def linear_probe(
    x: Floats, y: Labels, folds: int = 5, permutations: int = 199, seed: int = 0
) -> Probe:
    """Fit linear discriminants by cross-validation to the labels and to shuffles of them.

    Every class counts the same, however rare. A fit needs no solver: all label sets share one
    inverse per fold, because the scatter within classes differs from the total one by few
    directions (Woodbury).

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Standardised columns, or a rotation of such.
    y : ndarray of int, shape (n,)
        Classes 0 to k - 1, all of which occur.
    folds, permutations, seed : int
        Folds (drawn without regard to the labels, so that shuffling them changes nothing else),
        shuffles, and the seed of both.

    References
    ----------
    Alain and Bengio, arXiv 1610.01644 (2016) (linear probes); Ojala and Garriga, Journal of Machine
    Learning Research 11 (2010) 1833-1863 (shuffled labels).
    """
    rng = np.random.default_rng(seed)
    n, k = len(y), int(y.max()) + 1
    fold = rng.permutation(np.arange(n) % folds)
    parts = [_Fold.of(x, fold == one) for one in range(folds)]
    calls, score = _calls(x, y[None], parts, k)
    found = balanced_accuracy(confusion(y, calls[0], k))
    support = np.bincount(y, minlength=k)
    null: list[float] = []
    at_once = max(1, LABELS_AT_ONCE // k)
    for start in range(0, permutations, at_once):
        many = min(at_once, permutations - start)
        labels = rng.permuted(np.tile(y, (many, 1)), axis=1)
        right = labels == _calls(x, labels, parts, k)[0]
        null += (np.sum(right / support[labels], axis=1) / k).tolist()
    chance = math.fsum(null) / len(null)
    return Probe(
        balanced_accuracy=found,
        chance=chance,
        gain=_gain(found, chance, float(np.std(null))),
        p=permutation_p(found.estimate, np.array(null)),
        score=score,
    )


def _gain(found: Interval, chance: float, spread: float) -> Interval:
    """Return the figure minus chance.

    Folds share rows, so that the figure varies more than its count of correct calls says: the
    limits are never nearer than 1.96 standard deviations of the figure under shuffled labels.
    """
    gain, least = found.estimate - chance, 1.96 * spread
    return dataclasses.replace(
        found,
        estimate=gain,
        low=min(found.low - chance, gain - least),
        high=min(1 - chance, max(found.high - chance, gain + least)),
        method=f"{found.method}, minus shuffled labels",
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Fold:
    held: NDArray[np.bool_]
    middle: Floats
    inverse: Floats
    """Inverse of the rows' total scatter plus the ridge, outside the fold."""

    @classmethod
    def of(cls, x: Floats, held: NDArray[np.bool_]) -> _Fold:
        used = x[~held]
        middle = np.asarray(used.mean(axis=0))
        total = used.T @ used / len(used) - np.outer(middle, middle)
        inverse = np.linalg.inv(total + RIDGE * np.eye(x.shape[1]))
        return cls(held, middle, np.asarray(inverse, dtype=np.float64))


def _calls(x: Floats, labels: Labels, parts: list[_Fold], k: int) -> tuple[Labels, Floats | None]:
    """Return the held-out calls under each of m label sets, shape (m, n), and the first's scores.

    Scores are the second class's minus the first's; ``None`` unless there are two classes.
    """
    many, n = labels.shape
    hot = np.equal(labels[:, :, None], np.arange(k)).transpose(1, 0, 2).reshape(n, many * k)
    hot = hot.astype(np.float64)
    sums = [x[part.held].T @ hot[part.held] for part in parts]
    counts = [hot[part.held].sum(axis=0) for part in parts]
    all_sums, all_counts = np.sum(sums, axis=0), np.sum(counts, axis=0)
    calls = np.empty((many, n), dtype=np.int64)
    score = np.empty(n)
    for part, out_sum, out_count in zip(parts, sums, counts, strict=True):
        count = all_counts - out_count
        means = (all_sums - out_sum) / np.maximum(count, 1) - part.middle[:, None]
        fit = _discriminants(x[part.held] - part.middle, part.inverse, means, count, k)
        calls[:, part.held] = fit.argmax(axis=2)
        score[part.held] = fit[0, :, min(1, k - 1)] - fit[0, :, 0]
    return calls, score if k == 2 else None


def _discriminants(x: Floats, inverse: Floats, means: Floats, count: Floats, k: int) -> Floats:
    """Return linear discriminants at equal shares of the classes, shape (m, rows, k).

    With T the total scatter, u_c = sqrt(share_c) mean_c and W = T - u u', the inverse of W acts on
    u as that of T does, followed by the k by k matrix (1 - u' T^-1 u)^-1.
    """
    share = count.reshape(-1, k) / count.reshape(-1, k).sum(axis=1, keepdims=True)
    root = np.sqrt(np.maximum(share, 1e-300))
    u = (means * np.sqrt(share).ravel()).reshape(len(means), -1, k).transpose(1, 0, 2)
    towards = inverse @ u
    inner = u.transpose(0, 2, 1) @ towards
    mix = np.linalg.inv(np.eye(k) - inner)
    flat = towards.transpose(1, 0, 2).reshape(len(means), -1)
    fitted = (x @ flat).reshape(len(x), -1, k).transpose(1, 0, 2) @ mix
    offset = np.einsum("mij,mji->mi", inner, mix) / (2 * root**2)
    scores: Floats = fitted / root[:, None, :] - offset[:, None, :]
    # A class that no fitted row has is never called.
    scores[np.broadcast_to((share == 0)[:, None, :], scores.shape)] = -np.inf
    return scores
