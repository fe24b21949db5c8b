"""Is there anything to learn in this file? The gate before every learned objective."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.apple_sales.door.other import from_frame
from core.apple_sales.door.result import SalesTable
from core.apple_sales.learning.features import features
from core.plain import plain
from core.stats.shift import holm
from core.stats.signal import ALPHA, Learned, Permutation, Signal, signal
from core.stats.uniformity import Grouping, grouping_test, uniform_test
from core.viz.text import fixed, p_value

Floats = NDArray[np.float64]

IDENTITY = (
    "Revenue is units times price: that units predict revenue is arithmetic in part, and no "
    "effect of selling more."
)
EXCHANGEABLE = (
    "The test takes rows as exchangeable. Rows of neighbouring periods resemble each other, and "
    "two series that both grow predict each other without a reason; so an open gate is weak "
    "evidence here."
)
LEARNERS = {
    "linear": "linear (least squares)",
    "quadratic": "quadratic (ridge)",
    "boosting": "boosted trees",
}
"""The learners in words."""


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of numbers.

    Attributes
    ----------
    name : str
        The column.
    n : int
        Values.
    min, max, mean : float
        In the column's own unit.
    uniform_p : float
        p value of "these are independent uniform numbers between min and max"; NaN if undefined.
    correlation, correlation_p, correlation_p_holm : float
        Pearson correlation with the target, its p value, and that corrected for the number of
        columns (Holm); NaN for the target itself and for a constant column.
    """

    name: str
    n: int
    min: float
    max: float
    mean: float
    uniform_p: float
    correlation: float
    correlation_p: float
    correlation_p_holm: float


@dataclasses.dataclass(frozen=True, slots=True)
class GroupFacts:
    """Whether the target's mean differs between the words of a column (one-way ANOVA).

    Attributes
    ----------
    name : str
        The column.
    levels : int
        Different words.
    p : float
        p value of the F test; NaN if undefined.
    """

    name: str
    levels: int
    p: float


@dataclasses.dataclass(frozen=True, slots=True)
class Inspection:
    """What a file can teach.

    Attributes
    ----------
    gate : {"open", "closed"}
        Open only if the lower 95 % limit of the best cross-validated R2 is above 0 and the
        permutation p is below 0.01.
    reason : str
        Why, with the figures.
    target : str
        The column to predict.
    n : int
        Rows judged.
    signal : Signal
        Learners and permutation test.
    features : tuple of str
        Columns learned from.
    columns, groups : tuple
        Columns of numbers, and of words, one by one.
    silhouettes : Grouping or None
        Whether rows form groups; ``None`` with too few different rows.
    notes : tuple of str
        What the figures rest on.
    """

    gate: Literal["open", "closed"]
    reason: str
    target: str
    n: int
    signal: Signal
    features: tuple[str, ...]
    columns: tuple[ColumnFacts, ...]
    groups: tuple[GroupFacts, ...]
    silhouettes: Grouping | None
    notes: tuple[str, ...]

    @property
    def best(self) -> Learned:
        """The best learner."""
        return self.signal.best

    @property
    def permutation(self) -> Permutation:
        """The permutation test of the best learner."""
        return self.signal.permutation

    def to_dict(self) -> dict[str, Any]:
        """Return the inspection as strict JSON."""
        best, grouped = self.best.r2, self.silhouettes
        result: dict[str, Any] = plain(
            {
                "gate": self.gate,
                "reason": self.reason,
                "cv_r2": best.estimate,
                "cv_r2_ci": [best.low, best.high],
                "permutation_p": self.permutation.p,
                "permutations": len(self.permutation.null),
                "best_model": self.best.name,
                "n": self.n,
                "rows": self.signal.rows,
                "target": self.target,
                "features": self.features,
                "columns": self.columns,
                "groups": self.groups,
                "models": [
                    {"name": "mean only", "cv_r2": self.signal.mean_only, "cv_r2_ci": None},
                    *(
                        {"name": one.name, "cv_r2": one.r2.estimate,
                         "cv_r2_ci": [one.r2.low, one.r2.high]}
                        for one in self.signal.learned
                    ),
                ],
                "silhouettes": grouped and {
                    "p": grouped.p,
                    "n": grouped.n,
                    "groups": [
                        {
                            "k": k,
                            "silhouette": value,
                            "uniform_mean": grouped.reference[k].estimate,
                            "uniform_range": [grouped.reference[k].low, grouped.reference[k].high],
                        }
                        for k, value in grouped.silhouettes.items()
                    ],
                },
                "notes": self.notes,
            }
        )  # fmt: skip
        return result


def inspect(table: SalesTable, *, seed: int = 0) -> Inspection:
    """Ask whether a checked file holds anything that a model could learn.

    Parameters
    ----------
    table : SalesTable
        From :func:`core.apple_sales.read_sales`.
    seed : int
        Seed of folds, shufflings and references.

    Raises
    ------
    NotEnoughDataError
        If there are too few rows, no column varies, or the target does not vary.
    """
    chosen = features(table)
    y = table.frame[table.target].to_numpy(dtype=np.float64)
    found = signal(chosen.matrix, y, seed=seed)
    numbers = table.frame[[*table.numeric, table.target]].to_numpy(dtype=np.float64)
    return Inspection(
        gate="open" if found.found else "closed",
        reason=_reason(found, table.target),
        target=table.target,
        n=found.n,
        signal=found,
        features=chosen.names,
        columns=_columns(table, y),
        groups=tuple(_group(table, name, y) for name in table.texts),
        silhouettes=grouping_test(numbers, seed=seed),
        notes=(*table.notes, *chosen.left_out, *_notes(table, found)),
    )


def inspect_table(
    frame: pd.DataFrame, target: str, *, seed: int = 0, name: str = "The table"
) -> Inspection:
    """Ask the same of any table in memory; see :func:`core.apple_sales.door.other.from_frame`."""
    return inspect(from_frame(frame, target, name), seed=seed)


def _reason(found: Signal, target: str) -> str:
    best, test = found.best, found.permutation
    figures = (
        f"best cross-validated R² {fixed(best.r2.estimate)} ({LEARNERS[best.name]}), 95 % interval "
        f"{fixed(best.r2.low)} to {fixed(best.r2.high)}, permutation {p_value(test.p)}, "
        f"{found.n:,} rows"
    )
    if found.found:
        return f"Held-out rows of {target} are predicted better than by their mean: {figures}."
    if best.r2.estimate <= found.mean_only:
        return f"No feature here predicts {target}; nothing beats the mean: {figures}."
    # Undefined limits fail too, so the comparison is not turned round.
    broken = [
        *([] if best.r2.low > 0 else ["the lower limit is not above 0"]),
        *([] if test.p < ALPHA else [f"the p value is not below {ALPHA:g}"]),
    ]
    return f"It is not shown that {target} can be predicted: {figures}; {' and '.join(broken)}."


def _notes(table: SalesTable, found: Signal) -> list[str]:
    notes = []
    if found.n < found.rows:
        notes.append(
            f"The gate judges a random sample of {found.n:,} of {found.rows:,} rows (seeded)."
        )
    if table.kind == "sales":
        notes += [IDENTITY, EXCHANGEABLE]
    return notes


def _columns(table: SalesTable, y: Floats) -> tuple[ColumnFacts, ...]:
    names = [*table.numeric, table.target]
    values = [table.frame[name].to_numpy(dtype=np.float64) for name in names]
    pairs = [_correlation(one, y) for one in values[:-1]] + [(math.nan, math.nan)]
    ps = np.array([p for _, p in pairs])
    known = np.isfinite(ps)
    corrected = np.full(len(ps), math.nan)
    if known.any():
        corrected[known] = holm(ps[known])
    return tuple(
        ColumnFacts(
            name, len(one), float(one.min()), float(one.max()), float(one.mean()),
            uniform_test(one).p, r, p, float(corrected[i]),
        )
        for i, (name, one, (r, p)) in enumerate(zip(names, values, pairs, strict=True))
    )  # fmt: skip


def _correlation(x: Floats, y: Floats) -> tuple[float, float]:
    from scipy.stats import pearsonr

    if len(x) < 3 or float(np.ptp(x)) == 0 or float(np.ptp(y)) == 0:
        return math.nan, math.nan
    found = pearsonr(x, y)
    return float(found.statistic), float(found.pvalue)


def _group(table: SalesTable, name: str, y: Floats) -> GroupFacts:
    from scipy.stats import f_oneway

    codes, levels = pd.factorize(table.frame[name])
    parts = [y[codes == i] for i in range(len(levels))] if len(levels) <= len(y) // 2 else []
    defined = len(parts) > 1 and any(len(one) > 1 and float(np.ptp(one)) > 0 for one in parts)
    return GroupFacts(name, len(levels), float(f_oneway(*parts).pvalue) if defined else math.nan)
