"""What each cause on a film does to a network's answer, measured by taking it away.

The players are the lesion and the shortcut. The worth of a coalition is the log-odds of the class
on the film that shows these causes and no other, drawn anew; so the shares need no assumption about
the network and no fill.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core import plain
from core.errors import InputError, NotEnoughDataError
from core.saliency.classifier import Classifier
from core.saliency.ground_truth.regimes import Regime, Taught
from core.saliency.ground_truth.scenes import Scene
from core.saliency.metrics.score import log_odds
from core.saliency.schema import Floats
from core.stats.intervals import Interval
from core.stats.nested_bootstrap import nested_mean

PLAYERS = ("lesion", "shortcut")
DESIGNED = 0.9
"""Least mean share of the designed cause in a network that obeys its regime."""
MOST_PLAYERS = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Shares:
    """Exact Shapley values of the causes of one answer.

    Attributes
    ----------
    target : int
        The class.
    players : tuple of str
        The causes.
    worth : tuple of float
        Log-odds of every coalition; bit i of the index says whether player i belongs.
    values : tuple of float
        Shapley value of each player, in log-odds; they add up to the last worth minus the first.
    interaction : float
        What all players do together beyond what smaller coalitions do, in log-odds.
    """

    target: int
    players: tuple[str, ...]
    worth: tuple[float, ...]
    values: tuple[float, ...]
    interaction: float

    @property
    def shares(self) -> tuple[float, ...]:
        """Each player's part of what speaks for the class; NaN where nothing does."""
        positive = [max(0.0, value) for value in self.values]
        total = math.fsum(positive)
        return tuple(value / total if total > 0 else math.nan for value in positive)

    def share(self, player: str) -> float:
        """Return the share of one player."""
        return self.shares[self.players.index(player)]

    @property
    def lesion(self) -> float:
        """Share of the lesion."""
        return self.share("lesion")

    @property
    def shortcut(self) -> float:
        """Share of the shortcut."""
        return self.share("shortcut")

    def to_dict(self) -> dict[str, Any]:
        """Return values and shares as plain data."""
        record: dict[str, Any] = plain.plain(self)
        record["shares"] = plain.plain(self.shares)
        return record


@dataclasses.dataclass(frozen=True, slots=True)
class Gate:
    """Whether a network does what its regime was designed to teach.

    Attributes
    ----------
    designed : str
        The player that should decide, empty if the regime leaves it open.
    share : Interval
        Mean share of that player, or of the lesion where the regime leaves it open.
    obeys : bool
        Whether the mean share reaches 0.9; true where the regime leaves it open.
    undefined : int
        Films on which nothing speaks for the class.
    """

    designed: str
    share: Interval
    obeys: bool
    undefined: int

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        if not self.designed:
            return f"Its regime leaves open what decides. Lesion's share: {self.share.text()}."
        said = "obeys" if self.obeys else "does not obey"
        return f"The network {said} its design: the {self.designed}'s share is {self.share.text()}."


def shapley(worth: Floats) -> Floats:
    """Return the Shapley values (..., k) of games with the worths (..., 2^k) of all coalitions.

    Parameters
    ----------
    worth : (..., 2^k) array
        Bit i of the last index says whether player i belongs to the coalition; k is at most 10.

    Raises
    ------
    InputError
        If the last axis is not a power of two from 2 to 1024.

    References
    ----------
    Shapley, A value for n-person games, in Contributions to the Theory of Games II (1953).
    """
    games = np.asarray(worth, dtype=np.float64)
    size = games.shape[-1] if games.ndim else 0
    k = size.bit_length() - 1
    if not 1 <= k <= MOST_PLAYERS or size != 2**k:
        raise InputError(
            f"worth: {size} coalitions. Give 2 to the power of the number of players, 1 to "
            f"{MOST_PLAYERS}."
        )
    coalitions = np.arange(size)
    members = np.bitwise_count(coalitions).astype(np.int64)
    weights = np.array([1 / (k * math.comb(k - 1, s)) for s in range(k)])
    values = np.empty((*games.shape[:-1], k))
    for player in range(k):
        without = coalitions[(coalitions >> player) & 1 == 0]
        gained = games[..., without | 1 << player] - games[..., without]
        values[..., player] = gained @ weights[members[without]]
    return values


def shares(network: Classifier, scene: Scene, target: int) -> Shares:
    """Return the shares of lesion and shortcut in the log-odds of a class.

    A cause that is not on the film has the value 0.

    Raises
    ------
    InputError
        If the network has no such class or takes films of another size.
    """
    return shares_of(network, (scene,), target)[0]


def shares_of(network: Classifier, scenes: Sequence[Scene], target: int) -> tuple[Shares, ...]:
    """Return the shares for several films, asking the network once; see :func:`shares`."""
    renders = np.stack(
        [
            image
            for one in scenes
            for image in (one.without_both, one.without_shortcut, one.without_lesion, one.image)
        ]
    )
    worth = log_odds(network, target)(renders).reshape(len(scenes), 4)
    return tuple(divided(row, PLAYERS, target) for row in worth)


def divided(worth: Floats, players: tuple[str, ...], target: int) -> Shares:
    """Return the shares of named players in a game with the worth (2^k,) of every coalition."""
    missing = len(players) - np.bitwise_count(np.arange(len(worth))).astype(np.int64)
    return Shares(
        target=target,
        players=players,
        worth=tuple(float(value) for value in worth),
        values=tuple(float(value) for value in shapley(worth)),
        interaction=float(worth @ (-1.0) ** missing),
    )


def gate(regime: Regime, found: Sequence[Shares]) -> Gate:
    """Return whether a network uses what its regime was designed to teach.

    Parameters
    ----------
    regime : Regime
        Without a shortcut, or with one that goes with no class, the lesion should decide; where
        the label is the shortcut, the shortcut; otherwise the regime leaves it open.
    found : sequence of Shares
        Of held-out films that show lesion and shortcut.

    Raises
    ------
    NotEnoughDataError
        If fewer than two films have shares.
    """
    designed = designed_cause(regime)
    told = np.array([one.share(designed or "lesion") for one in found])
    undefined = int(np.isnan(told).sum())
    if len(told) - undefined < 2:
        raise NotEnoughDataError(
            f"{len(told) - undefined} of {len(told)} films have shares. At least two are needed."
        )
    mean = nested_mean(told, np.arange(len(told)) * 0)
    return Gate(designed, mean, not designed or mean.estimate >= DESIGNED, undefined)


def designed_cause(regime: Regime) -> str:
    """Return the player that should decide in a regime, empty if the regime leaves it open."""
    if regime.taught is Taught.SHORTCUT:
        return "shortcut"
    if regime.taught is Taught.FINDING and regime.rho == 0:
        return "lesion"
    return ""
