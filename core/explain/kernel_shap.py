"""Shapley values of any game by weighted regression: exact for few players, estimated for many."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import binom

Floats = NDArray[np.float64]
Coalitions = NDArray[np.bool_]

ENUMERABLE = 16
"""Up to so many players all coalitions are looked at, if the samples allow it."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class KernelShap:
    """Shapley values, and the game they come from.

    Attributes
    ----------
    values : (k,) array
        One a player; their sum is ``full - empty`` to rounding error.
    empty, full : float
        Worth of no player and of all of them.
    evaluations : int
        Coalitions whose worth was asked for, these two included.
    exact : bool
        Whether every coalition was looked at.
    """

    values: Floats
    empty: float
    full: float
    evaluations: int
    exact: bool


def kernel_shap(
    worth: Callable[[Coalitions], Floats], players: int, samples: int, seed: int = 0
) -> KernelShap:
    """Return the Shapley values of a game.

    They solve a regression of the worth on membership, weighted by the Shapley kernel, under the
    constraint that they add up to the worth of all players (Lundberg and Lee, 2017). If every
    coalition fits into ``samples`` the answer is exact. Otherwise coalitions are drawn from the
    kernel, each with its complement, which removes the error of additive games (Covert and Lee,
    2021).

    Parameters
    ----------
    worth : callable
        Takes coalitions (n, k), true for members, and returns their worth (n,).
    players : int
        k, at least 1.
    samples : int
        Coalitions looked at besides the empty and the full one; fewer than ``2 * players`` may
        leave the values undetermined.
    seed : int, default 0

    References
    ----------
    Lundberg and Lee (2017), A unified approach to interpreting model predictions.
    Covert and Lee (2021), Improving KernelSHAP: practical Shapley value estimation.
    """
    exact = players <= ENUMERABLE and 2**players - 2 <= samples
    if exact:
        members, weights = _every(players)
    else:
        members = _drawn(players, samples, np.random.default_rng(seed))
        weights = np.ones(len(members))
    ends = np.repeat([[False], [True]], players, axis=1)
    worths = worth(np.concatenate([ends, members]))
    empty, full = float(worths[0]), float(worths[1])
    values = _solved(members, worths[2:] - empty, weights, full - empty)
    return KernelShap(values, empty, full, len(worths), exact)


def _every(players: int) -> tuple[Coalitions, Floats]:
    """Return every coalition but the empty and the full one, with its weight."""
    numbers = np.arange(1, 2**players - 1)[:, None]
    members = (numbers >> np.arange(players)) & 1 == 1
    size = members.sum(axis=1)
    weights: Floats = (players - 1) / (binom(players, size) * size * (players - size))
    return members, weights


def _drawn(players: int, samples: int, rng: np.random.Generator) -> Coalitions:
    """Return coalitions drawn from the kernel, every other one the complement of the one before."""
    sizes = np.arange(1, players)
    chance = 1 / (sizes * (players - sizes))
    drawn = rng.choice(sizes, size=(samples + 1) // 2, p=chance / chance.sum())
    rank = rng.random((len(drawn), players)).argsort(axis=1).argsort(axis=1)
    half = rank < drawn[:, None]
    return np.stack([half, ~half], axis=1).reshape(-1, players)[:samples]


def _solved(members: Coalitions, gain: Floats, weights: Floats, total: float) -> Floats:
    """Return the least squares solution whose sum is ``total``: the last player takes the rest."""
    last = members[:, -1].astype(np.float64)
    columns = members[:, :-1] - last[:, None]
    root = np.sqrt(weights)
    others = np.linalg.lstsq(columns * root[:, None], (gain - last * total) * root, rcond=None)[0]
    return np.append(others, total - others.sum())
