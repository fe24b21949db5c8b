"""Which measure of a map can be trusted, because it ranks the map of the causes above random maps.

Everything is computed from the benchmark's table, whose rows are single figures: one network,
regime, image, method, metric and fill.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core import plain
from core.saliency.schema import Direction, Floats, Metric
from core.stats.intervals import Interval, undefined, wilson
from core.stats.nested_bootstrap import nested_mean

ORACLE, RANDOM, READER = "causal-oracle", "random", "plausible-oracle"
REFERENCE = ("abpc", "counterfactual")
"""Metric and fill that proxies are held against."""
ENOUGH = 0.95
FEWEST_METHODS = 5


class Badge(enum.StrEnum):
    """What the record of a measure allows."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "not enough data"


@dataclasses.dataclass(frozen=True, slots=True)
class Validity:
    """The record of one measure on one network.

    Attributes
    ----------
    metric, fill : str
        The measure; ``fill`` is empty where it needs none.
    network, regime : str
        Where the record comes from.
    above_random : Interval
        Share of images on which the map of the causes beats a random one; ties count half.
    above_reader : Interval
        The same against the lesion mask; NaN where the regime has one cause only.
    tau : Interval
        Mean over images of Kendall's tau-b with counterfactual ABPC over the methods.
    badge : Badge
        Valid if the interval of ``above_random`` lies at 0.95 or above, invalid if it lies below.
    """

    metric: str
    fill: str
    network: str
    regime: str
    above_random: Interval
    above_reader: Interval
    tau: Interval
    badge: Badge

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return record


def league(
    table: pd.DataFrame,
    metrics: Sequence[Metric],
    mixed: Sequence[str] = ("confounded", "shortcut", "redundant"),
) -> tuple[Validity, ...]:
    """Return the record of every measure that has a better side, on every network.

    Parameters
    ----------
    table : DataFrame
        That of `core.saliency.benchmark`: columns ``network``, ``regime``, ``image``, ``method``,
        ``metric``, ``fill`` and ``value``.
    metrics : sequence of Metric
        Says which way each is better; those without a better side are left out.
    mixed : sequence of str
        Regimes in which the lesion is not the only cause.
    """
    sides = {one.key: one.direction for one in metrics if one.direction is not Direction.NEITHER}
    known = table[table["metric"].isin(list(sides))]
    found: list[Validity] = []
    for (network, regime), own in known.groupby(["network", "regime"], observed=True, sort=True):
        measures = _measures(own)
        reference = measures.get(REFERENCE)
        for (metric, fill), values in measures.items():
            better = -values if sides[metric] is Direction.LOWER else values
            found.append(
                Validity(
                    metric=metric,
                    fill=fill,
                    network=str(network),
                    regime=str(regime),
                    above_random=(above := _beats(better, RANDOM)),
                    above_reader=_beats(_two_causes(better), READER)
                    if regime in mixed
                    else undefined(0, "the lesion is the only cause"),
                    tau=_agrees(better, reference),
                    badge=badge(above),
                )
            )
    return tuple(found)


def badge(above: Interval) -> Badge:
    """Return what a share of images with its interval allows to say of a measure."""
    if above.low >= ENOUGH:
        return Badge.VALID
    return Badge.INVALID if above.high < ENOUGH else Badge.UNKNOWN


def kendall(first: Floats, second: Floats) -> Floats:
    """Return Kendall's tau-b of every row of two (n, m) arrays; NaN where a row does not vary.

    Columns in which either is NaN are left out of a row.

    References
    ----------
    Kendall, Biometrika 33 (1945) 239-251.
    """
    held = np.isfinite(first) & np.isfinite(second)
    pairs = held[:, :, None] & held[:, None, :]
    one, other = (
        np.where(pairs, np.sign(rows[:, :, None] - rows[:, None, :]), 0.0)
        for rows in (first, second)
    )
    top = (one * other).sum(axis=(1, 2))
    bottom = np.sqrt((one**2).sum(axis=(1, 2)) * (other**2).sum(axis=(1, 2)))
    return np.asarray(top / np.where(bottom > 0, bottom, np.nan))


def _measures(rows: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Return every metric with its fill as images by methods."""
    wide = rows.pivot_table(
        index=["metric", "fill", "image"],
        columns="method",
        values="value",
        aggfunc="mean",
        observed=True,
    )
    parts = wide.groupby(level=["metric", "fill"], observed=True, sort=True)
    return {
        (str(metric), str(fill)): part.droplevel(["metric", "fill"])
        for (metric, fill), part in parts
    }


def _two_causes(wide: pd.DataFrame) -> pd.DataFrame:
    """Return the images whose names say that they show a lesion and the shortcut."""
    parts = [str(name).split("-")[1:] for name in wide.index]
    return wide[[len(part) == 2 and part[0] != "0" and part[1] == "1" for part in parts]]


def _beats(wide: pd.DataFrame, other: str) -> Interval:
    absent = [name for name in (ORACLE, other) if name not in wide]
    if absent:
        return undefined(0, f"the table has no {absent[0]} for this measure")
    gap = (wide[ORACLE] - wide[other]).dropna().to_numpy(np.float64)
    if not len(gap):
        return undefined(0, "no image has a figure for both maps")
    return wilson(float((gap > 0).sum() + (gap == 0).sum() / 2), len(gap))


def _agrees(wide: pd.DataFrame, reference: pd.DataFrame | None) -> Interval:
    if reference is None:
        return undefined(0, "the table has no counterfactual ABPC")
    methods = wide.columns.intersection(reference.columns)
    images = wide.index.intersection(reference.index)
    left = wide.loc[images, methods].to_numpy(np.float64)
    right = reference.loc[images, methods].to_numpy(np.float64)
    enough = (np.isfinite(left) & np.isfinite(right)).sum(axis=1) >= FEWEST_METHODS
    taus = kendall(left[enough], right[enough])
    return nested_mean(taus, np.zeros(len(taus), dtype=np.int64))
