"""Which method comes first by a metric, how sure that is, and which differences are none.

The unit is the image: all methods are compared on the same images of one network. A family of tests
is all pairs of methods in one leaderboard.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import numpy as np
import pandas as pd

from core import plain
from core.errors import InputError
from core.saliency.methods import METHODS
from core.saliency.metrics import METRICS
from core.saliency.schema import Direction, Floats, Metric, Topic
from core.stats.bca import bca_mean
from core.stats.intervals import Interval
from core.stats.rank_effects import hodges_lehmann
from core.stats.rank_power import wilcoxon_power
from core.stats.rank_tests import (
    Friedman,
    bonferroni,
    cliques,
    critical_difference,
    friedman,
    wilcoxon,
)
from core.stats.shift import holm
from core.stats.sign_flips import tost

LEVEL = 0.05
EFFECT = 0.3
"""Cohen's d of the paired differences whose power is stated."""
MARGIN = 0.05
"""Difference that does not matter, in units of the metric."""
FEWEST = 20
"""Images below which nothing is ranked."""
MOST_UNDEFINED = 0.1
"""Share of the images without a value above which a method is left out of the ranks."""
SCALED = frozenset({"naopc", "aopc-above-chance", "aopc-z", "faithfulness-correlation"})
"""Figures of faithfulness that do not depend on how a network scales its answers."""


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One method of a leaderboard.

    Attributes
    ----------
    method, title : str
        Its key and its name.
    mean : Interval
        Mean over the images that have a value, with its BCa interval.
    undefined : float
        Share of the images without a value.
    rank : float
        Average rank on the images that all ranked methods have a value for; NaN if left out.
    reason : str
        The most frequent reason why there is no value; empty if there always is one.
    """

    method: str
    title: str
    mean: Interval
    undefined: float
    rank: float
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Two methods on the same images.

    Attributes
    ----------
    first, second : str
        Their keys.
    shift : Interval
        Typical difference, first minus second (Hodges-Lehmann).
    effect : float
        Matched-pairs rank-biserial correlation; positive where the first has higher values.
    p, p_holm, p_bonferroni : float
        Of Wilcoxon's signed-rank test, alone and within the family.
    p_equal : float
        Of two one-sided tests that the difference is less than `MARGIN` either way.
    """

    first: str
    second: str
    shift: Interval
    effect: float
    p: float
    p_holm: float
    p_bonferroni: float
    p_equal: float

    @property
    def differ(self) -> bool:
        """Whether the two differ after Holm's adjustment."""
        return self.p_holm <= LEVEL


@dataclasses.dataclass(frozen=True, slots=True)
class Leaderboard:
    """Methods in the order of a metric, with the tests that say what of it is chance.

    Attributes
    ----------
    metric : Metric
        What is compared, and which way is better.
    fill, network : str
        Fill, mask or map that the metric is taken with, and the network.
    entries : tuple of Entry
        Best first; methods without a rank last.
    images : int
        Images on which methods were ranked.
    omnibus : Friedman, optional
        Whether the methods differ at all.
    critical : float
        Difference of average ranks that counts by Nemenyi's test; NaN without ranks.
    groups : tuple of tuple of str
        Largest groups whose average ranks lie within the critical difference.
    pairs : tuple of Pair
        Every pair of ranked methods.
    power : Interval, optional
        Power of one pairwise test for an effect of `EFFECT` at the level of Bonferroni, which is
        the least that Holm's rule has.
    reason : str
        Why nothing is ranked; empty if it is.
    """

    metric: Metric
    fill: str
    network: str
    entries: tuple[Entry, ...]
    images: int = 0
    omnibus: Friedman | None = None
    critical: float = math.nan
    groups: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[Pair, ...] = ()
    power: Interval | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the leaderboard as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return record


def leaderboard(table: pd.DataFrame, metric: str, fill: str, network: str) -> Leaderboard:
    """Return the methods in the order of a metric on the images of one network.

    Parameters
    ----------
    table : DataFrame
        As `table.read_table` gives it.
    metric, fill, network : str
        Which part of it.

    Raises
    ------
    InputError
        If the table does not hold that.
    """
    card = _card(metric)
    own = _part(table, metric, fill, network)
    values = _columns(own, "method")
    reasons = _reasons(own)
    seen = np.any([np.isfinite(one) for one in values.values()], axis=0)
    lost = {
        key: float(np.isnan(one[seen] if seen.any() else one).mean()) for key, one in values.items()
    }
    ranked = [key for key in values if lost[key] <= MOST_UNDEFINED]
    complete = _complete({key: values[key] for key in ranked})
    images = len(next(iter(complete.values()), ()))
    why = _why_not(card, complete, images)
    omnibus = None if why else _omnibus(complete, card)
    ranks = dict(zip(ranked, omnibus.ranks, strict=True)) if omnibus else {}
    entries = _sorted(
        [
            Entry(key, METHODS[key].title, bca_mean(one[np.isfinite(one)]), lost[key],
                  ranks.get(key, math.nan), reasons.get(key, ""))
            for key, one in values.items()
        ],
        card,
    )  # fmt: skip
    if omnibus is None:
        why = why or "Every image ties all methods, so there is nothing to rank."
        return Leaderboard(card, fill, network, entries, images, reason=why)
    pairs = _pairs(complete)
    critical = critical_difference(len(ranked), images, LEVEL)
    return Leaderboard(
        metric=card,
        fill=fill,
        network=network,
        entries=entries,
        images=images,
        omnibus=omnibus,
        critical=critical,
        groups=_groups(ranks, critical),
        pairs=pairs,
        power=wilcoxon_power(images, EFFECT, LEVEL / len(pairs)),
    )


def per_image(table: pd.DataFrame, metric: str, fill: str, network: str) -> pd.DataFrame:
    """Return one row for each image and one column for each method, NaN where there is no value.

    Raises
    ------
    InputError
        If the table does not hold that.
    """
    wide = _wide(_part(table, metric, fill, network), "method")
    return wide[[key for key in METHODS if key in wide]]


def choices(table: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the metrics of a table with the fills of each, in the order of the metrics' cards."""
    found = table[["metric", "fill"]].astype(str).drop_duplicates()
    fills = {key: tuple(part) for key, part in found.groupby("metric")["fill"]}
    return {key: fills[key] for key in METRICS if key in fills}


def across(table: pd.DataFrame, metric: str, fill: str, method: str) -> tuple[Pair, ...]:
    """Compare the networks of a table by one method's maps of the same images.

    Returns
    -------
    tuple of Pair
        Every pair of networks, ``first`` and ``second`` being their keys.

    Raises
    ------
    InputError
        If the metric may not be compared between networks, the networks did not see the same
        images, or fewer than 20 images have a value for both.
    """
    card = _card(metric)
    if card.topic is Topic.FAITHFULNESS and metric not in SCALED:
        raise InputError(
            f"metric: {card.title} depends on how each network scales its answers: the same random "
            "maps reach other levels on another network (Edin et al., ACL 2025). Compare networks "
            f"by one of: {', '.join(sorted(SCALED))}."
        )
    own = table
    for name, wanted in (("metric", metric), ("fill", fill), ("method", method)):
        own = _where(own, name, wanted)
    if len(own["regime"].unique()) > 1:
        raise InputError(
            "network: networks of different regimes were shown different films, which are no "
            "pairs. Compare networks of one regime."
        )
    values = _complete(_columns(own, "network"))
    images = len(next(iter(values.values())))
    if len(values) < 2 or images < FEWEST:
        raise InputError(
            f"network: {len(values)} networks have {images} images in common with a value for "
            f"{card.title}. Two networks and {FEWEST} images are needed."
        )
    return _pairs(values)


def _card(metric: str) -> Metric:
    if metric not in METRICS:
        raise InputError(f"metric: there is no {metric!r}. Use one of: {', '.join(METRICS)}.")
    return METRICS[metric]


def _part(table: pd.DataFrame, metric: str, fill: str, network: str) -> pd.DataFrame:
    own = table
    for name, wanted in (("network", network), ("metric", metric), ("fill", fill)):
        own = _where(own, name, wanted)
    return own


def _where(table: pd.DataFrame, name: str, wanted: str) -> pd.DataFrame:
    known = [str(one) for one in table[name].unique()]
    if wanted not in known:
        raise InputError(
            f"{name}: the table has no {wanted!r} there. Use one of: {', '.join(known)}."
        )
    return table[table[name] == wanted]


def _wide(own: pd.DataFrame, by: str) -> pd.DataFrame:
    values = own[["image", by, "value"]].astype({"image": str, by: str})
    return values.set_index(["image", by])["value"].unstack()  # noqa: PD010 - keeps empty columns


def _columns(own: pd.DataFrame, by: str) -> dict[str, Floats]:
    wide = _wide(own, by)
    order = METHODS if by == "method" else [str(one) for one in wide]
    return {key: wide[key].to_numpy(dtype=np.float64) for key in order if key in wide}


def _complete(values: dict[str, Floats]) -> dict[str, Floats]:
    if not values:
        return {}
    kept = np.all([np.isfinite(one) for one in values.values()], axis=0)
    return {key: one[kept] for key, one in values.items()}


def _reasons(own: pd.DataFrame) -> dict[str, str]:
    lost = own[own["value"].isna()]
    counts = lost.groupby(["method", "reason"], observed=True).size().sort_values(kind="stable")
    return {str(method): str(reason) for method, reason in counts.index}


def _why_not(card: Metric, complete: dict[str, Floats], images: int) -> str:
    if card.direction is Direction.NEITHER:
        return f"{card.title} describes a map; neither more nor less of it is better."
    if len(complete) < 2 or images < FEWEST:
        return (
            f"Not enough evidence: {len(complete)} methods have a value for {images} images "
            f"in common. Two methods and {FEWEST} images are needed."
        )
    return ""


def _omnibus(complete: dict[str, Floats], card: Metric) -> Friedman | None:
    values = np.column_stack(list(complete.values()))
    if (np.ptp(values, axis=1) == 0).all():
        return None
    return friedman(values, higher_is_better=card.direction is Direction.HIGHER)


def _groups(ranks: dict[str, float], critical: float) -> tuple[tuple[str, ...], ...]:
    names, places = list(ranks), np.array(list(ranks.values()))
    found = cliques(places, np.abs(places[:, None] - places) > critical)
    return tuple(tuple(names[i] for i in group) for group in found)


def _sorted(entries: list[Entry], card: Metric) -> tuple[Entry, ...]:
    sign = 1 if card.direction is Direction.LOWER else -1

    def place(one: Entry) -> tuple[float, float]:
        rank, mean = one.rank, sign * one.mean.estimate
        return math.inf if math.isnan(rank) else rank, math.inf if math.isnan(mean) else mean

    return tuple(sorted(entries, key=place))


def _pairs(columns: dict[str, Floats]) -> tuple[Pair, ...]:
    both = list(itertools.combinations(columns, 2))
    tests = [wilcoxon(columns[a], columns[b]) for a, b in both]
    p = [one.p for one in tests]
    return tuple(
        Pair(
            first=a,
            second=b,
            shift=hodges_lehmann(columns[a], columns[b]),
            effect=test.effect,
            p=test.p,
            p_holm=float(by_holm),
            p_bonferroni=float(by_bonferroni),
            p_equal=tost(columns[a], columns[b], MARGIN),
        )
        for (a, b), test, by_holm, by_bonferroni in zip(
            both, tests, holm(p), bonferroni(p), strict=True
        )
    )
