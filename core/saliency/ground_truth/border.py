"""The border of real films: how much of an answer rests on it, and whether maps say so.

Two players, what lies outside the lung box and what lies inside, are taken away by mid grey in the
network's input. No film looks like that, so unlike on phantoms these shares are not those of a
film that could be; they are what the suite can measure on a real one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core import plain
from core.saliency.classifier import Classifier
from core.saliency.ground_truth.shares import Shares, divided
from core.saliency.metrics.localisation import mass_outside
from core.saliency.metrics.score import log_odds
from core.saliency.schema import Floats, Mask, Pixels
from core.stats.intervals import Interval, undefined
from core.stats.nested_bootstrap import nested_mean
from core.stats.resample import bootstrap

PLAYERS = ("lungs", "border")
CAVEAT = (
    "Grey in place of the border or the lungs makes a picture unlike any film, so the shares hold "
    "for such pictures and need not for a film taken without a border."
)


@dataclasses.dataclass(frozen=True, slots=True)
class BorderMap:
    """What the maps of one method say of the border.

    Attributes
    ----------
    method : str
        Key.
    mass : Interval
        Mean share of the map outside the lung box.
    excess : Interval
        The same minus the share of the area.
    correlation : Interval
        Rank correlation over films between that share and the border's share in the answer.
    blank : int
        Films whose map has no positive value.
    """

    method: str
    mass: Interval
    excess: Interval
    correlation: Interval
    blank: int


@dataclasses.dataclass(frozen=True, slots=True)
class BorderStudy:
    """One network on held-out films.

    Attributes
    ----------
    network : str
        Key.
    films : int
        Held-out films.
    area : float
        Share of the input outside the lung box.
    share : Interval
        Mean share of the border in the log-odds of the class called; films on which neither part
        speaks for the class are left out.
    border, lungs : Interval
        Mean Shapley values in log-odds.
    undefined : int
        Films without shares.
    maps : tuple of BorderMap
        One for each method.
    caveat : str
        What must be known to read it.
    """

    network: str
    films: int
    area: float
    share: Interval
    border: Interval
    lungs: Interval
    undefined: int
    maps: tuple[BorderMap, ...]
    caveat: str = CAVEAT

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return record


def border_shares(network: Classifier, image: Pixels, lungs: Mask, target: int) -> Shares:
    """Return the shares of lung box and border in the log-odds of a class.

    Parameters
    ----------
    network : Classifier
        The network asked.
    image : (S, S) array
        A film as it takes it.
    lungs : (S, S) array of bool
        The lung box.
    target : int
        The class.
    """
    grey = np.float32(sum(network.grey) / 2)
    bare = np.full_like(image, grey)
    renders = (bare, np.where(lungs, image, grey), np.where(lungs, grey, image), image)
    worth = log_odds(network, target)(np.stack(renders).astype(np.float32))
    return divided(worth, PLAYERS, target)


def border_study(
    network: Classifier,
    lungs: Mask,
    shares: Sequence[Shares],
    heats: Mapping[str, Sequence[Floats]],
) -> BorderStudy:
    """Return the study of films whose shares and maps are known.

    Parameters
    ----------
    network : Classifier
        The network.
    lungs : (S, S) array of bool
        The lung box in its input.
    shares : sequence of Shares
        Of every film, by :func:`border_shares`.
    heats : mapping of str to sequence of (S, S) arrays
        Maps of every film by method.
    """
    told = np.array([one.share("border") for one in shares])
    values = np.array([one.values for one in shares])
    area = float(np.mean(~lungs))
    return BorderStudy(
        network=network.key,
        films=len(shares),
        area=area,
        share=_mean(told),
        border=_mean(values[:, 1]),
        lungs=_mean(values[:, 0]),
        undefined=int(np.isnan(told).sum()),
        maps=tuple(_mapped(key, own, lungs, told, area) for key, own in heats.items()),
    )


def _mapped(
    method: str, heats: Sequence[Floats], lungs: Mask, told: Floats, area: float
) -> BorderMap:
    mass = np.array([mass_outside(heat, lungs).value for heat in heats])
    held = np.isfinite(mass) & np.isfinite(told)
    return BorderMap(
        method,
        _mean(mass),
        _mean(mass - area),
        _correlation(mass[held], told[held]),
        int(np.isnan(mass).sum()),
    )


def _mean(values: Floats) -> Interval:
    return nested_mean(values, np.zeros(len(values), dtype=np.int64))


def _correlation(first: Floats, second: Floats) -> Interval:
    from scipy.stats import rankdata

    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return undefined(len(first), "too few films with a share, or all alike")

    def rho(one: Floats, other: Floats) -> float:
        if np.ptp(one) == 0 or np.ptp(other) == 0:
            return float("nan")
        return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])

    return bootstrap(rho, [first, second], n_boot=1000)
