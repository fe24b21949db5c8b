"""How reported growth scattered: the risk behind the default planning problem."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pandas as pd

from core.apple_sales.reported.data import CATEGORIES, SEGMENTS, annual, category_eras


@dataclasses.dataclass(frozen=True, slots=True)
class GrowthRisk:
    """Scatter of yearly growth, for one unit of revenue.

    Attributes
    ----------
    loadings : DataFrame
        Segments by common shocks of unit variance: a lower-triangular factor of the covariance of
        the segments' growth.
    own : Series
        Standard deviation of each category's growth beyond that of the whole company.
    n_segments, n_categories : int
        Years of growth behind either.
    """

    loadings: pd.DataFrame
    own: pd.Series[float]
    n_segments: int
    n_categories: int


def segment_growth() -> pd.DataFrame:
    """Return growth by year and segment as shares, FY2016 to FY2025."""
    return annual("revenue by segment").pct_change().dropna()


def category_growth() -> pd.DataFrame:
    """Return growth by year and category as shares, FY2016 to FY2025, never across the break."""
    return pd.concat([era.pct_change().dropna() for era in category_eras()])


@functools.cache
def growth_risk() -> GrowthRisk:
    """Measure how growth scattered between years."""
    segments, categories = segment_growth(), category_growth()
    factor = np.linalg.cholesky(segments.cov().to_numpy())
    shocks = [f"{name} shock" for name in SEGMENTS]
    total = annual("revenue")["Total"].pct_change().dropna()
    own = categories.sub(total, axis=0).std(ddof=1)[list(CATEGORIES)]
    loadings = pd.DataFrame(factor, index=list(SEGMENTS), columns=shocks)
    return GrowthRisk(loadings, own, len(segments), len(categories))
