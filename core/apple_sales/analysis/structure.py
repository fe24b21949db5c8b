"""Whether a table has groups at all, asked before anyone names them."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.apple_sales.reported.data import quarters
from core.errors import InputError, NotEnoughDataError, Problem
from core.plain import plain
from core.stats.cluster_stability import GroupStability, cluster_stability
from core.stats.components import Components, components
from core.stats.gap import FEWEST, REFERENCES, Gap, gap
from core.stats.partition import Floats, Labels, Method
from core.viz.text import counted

Verdict = Literal["groups", "unstable groups", "no structure"]

MOST_ROWS = 1_000
"""Rows that are looked at; of a longer table a random choice."""

MOST_COLUMNS = 40
DRAWS = 100


@dataclasses.dataclass(frozen=True, slots=True)
class Numbers:
    """The part of a table in which groups are looked for.

    Attributes
    ----------
    columns : tuple of str
        The columns of numbers that vary.
    rows : ndarray of int, shape (n,)
        Positions of the rows used.
    z : ndarray, shape (n, d)
        Their values, each column with mean 0 and standard deviation 1.
    left_out : tuple of str
        Sentences on what was left out.
    """

    columns: tuple[str, ...]
    rows: Labels
    z: Floats
    left_out: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Structure:
    """What a table's rows show of groups and of components.

    Attributes
    ----------
    numbers : Numbers
        What was looked at.
    verdict : {"groups", "unstable groups", "no structure"}
        ``"no structure"`` unless the gap test rejects noise; ``"groups"`` only if each group also
        comes back in bootstrap draws.
    k : int
        Number of groups; 1 for ``"no structure"``.
    shown : int
        Number of groups of `labels` and `stability`: `k`, or for ``"no structure"`` the division
        with the highest silhouette, which a tool without a test would show.
    gap : Gap
        Gap curve, silhouettes and test.
    labels : ndarray of int, shape (n,)
        Group of each row used, from 0, largest first.
    stability : tuple of GroupStability
        Bootstrap stability of the groups shown.
    components : Components or None
        Principal components; ``None`` with a single column.
    """

    numbers: Numbers
    verdict: Verdict
    k: int
    shown: int
    gap: Gap
    labels: Labels
    stability: tuple[GroupStability, ...]
    components: Components | None

    @property
    def sentence(self) -> str:
        """The verdict in words, with the figures it rests on."""
        found = self.gap
        chance = f"p = {found.p:.2f} against {found.references} tables of uniform noise"
        if not found.found:
            alone = f" The 1-SE rule alone would take {found.one_se} groups."
            more = alone if found.one_se > 1 else ""
            return f"The {found.n} rows divide no better than noise does ({chance}).{more}"
        weak = sum(not group.stable for group in self.stability)
        if weak:
            return (
                f"The rows are not uniform ({chance}), but {weak} of {self.k} groups do not come"
                " back when the rows are drawn again. Do not name them."
            )
        return f"The rows divide into {self.k} groups ({chance}), and each comes back."

    def to_dict(self) -> dict[str, Any]:
        """Return the findings as strict JSON, without the rows themselves."""
        parts = self.components
        return {
            "verdict": self.verdict,
            "sentence": self.sentence,
            "k": self.k,
            "shown": self.shown,
            "n": self.gap.n,
            "columns": list(self.numbers.columns),
            "left_out": list(self.numbers.left_out),
            "gap": plain(self.gap),
            "stability": [{**plain(group), "stable": group.stable} for group in self.stability],
            "components": None if parts is None else parts.to_dict(),
        }


def structure(
    frame: pd.DataFrame,
    *,
    method: Method = "k-means",
    k_max: int = 8,
    references: int = REFERENCES,
    draws: int = DRAWS,
    seed: int = 0,
) -> Structure:
    """Ask of a table whether its rows form groups and its columns components.

    Parameters
    ----------
    frame : DataFrame
        Its columns of numbers are used, each standardised.
    method : {"k-means", "agglomerative"}
        How rows are divided.
    k_max : int, default 8
        Greatest number of groups looked for, at most half the rows.
    references : int, default 99
        Tables of noise the rows are compared with.
    draws : int, default 100
        Bootstrap draws for the stability of groups.
    seed : int, default 0
        Source of all random choices.

    Raises
    ------
    InputError
        If the table has no usable column, too many, or an infinite value.
    NotEnoughDataError
        If it has fewer than eight complete rows.
    """
    rng = np.random.default_rng(seed)
    numbers = numbers_of(frame, rng)
    curve = gap(numbers.z, k_max=k_max, method=method, references=references, seed=rng)
    shown = curve.k if curve.found else curve.tempting
    labels, stability = cluster_stability(numbers.z, shown, method=method, draws=draws, seed=rng)
    verdict: Verdict = "no structure"
    if curve.found:
        verdict = "groups" if all(group.stable for group in stability) else "unstable groups"
    several = len(numbers.columns) > 1
    return Structure(
        numbers=numbers,
        verdict=verdict,
        k=curve.k,
        shown=shown,
        gap=curve,
        labels=labels,
        stability=stability,
        components=components(numbers.z, numbers.columns, seed=rng) if several else None,
    )


def quarter_shares() -> pd.DataFrame:
    """Return the share of each category in revenue, in percent, of the 16 quarters with units."""
    revenue = quarters("revenue by category")
    return 100 * revenue.div(revenue.sum(axis=1), axis=0)


def numbers_of(frame: pd.DataFrame, rng: np.random.Generator) -> Numbers:
    """Return the standardised numbers of a table, and what was left out.

    Raises
    ------
    InputError
        If no column of numbers varies, there are more than 40, or a value is infinite or too large.
    NotEnoughDataError
        If fewer than eight rows are complete.
    """
    numeric = frame.select_dtypes("number")
    _check_columns(numeric)
    text = len(frame.columns) - len(numeric.columns)
    rows = np.flatnonzero(numeric.notna().all(axis=1))
    if len(rows) < FEWEST:
        raise NotEnoughDataError(
            f"{len(rows)} of {len(frame)} rows are complete in the columns of numbers; at least"
            f" {FEWEST} are needed to look for groups."
        )
    left_out = [f"{counted(text, 'column')} without numbers."] if text else []
    if len(rows) < len(frame):
        left_out.append(f"{counted(len(frame) - len(rows), 'row')} with a missing number.")
    if len(rows) > MOST_ROWS:
        more = counted(len(rows) - MOST_ROWS, "row")
        left_out.append(f"{more}; a random choice of {MOST_ROWS} is used.")
        rows = np.sort(rng.choice(rows, MOST_ROWS, replace=False))
    values = numeric.iloc[rows].to_numpy(dtype=np.float64)
    varies = np.ptp(values, axis=0) > 0
    left_out += [
        f"Column {name}, which holds one value only."
        for name, keep in zip(numeric.columns, varies, strict=True)
        if not keep
    ]
    if not varies.any():
        raise NotEnoughDataError("No column of numbers varies. Groups need at least one that does.")
    kept = tuple(str(name) for name in numeric.columns[varies])
    return Numbers(kept, rows, _standardised(values[:, varies], kept), tuple(left_out))


def _check_columns(numeric: pd.DataFrame) -> None:
    names = [str(name) for name in numeric.columns]
    if not 1 <= len(names) <= MOST_COLUMNS:
        raise InputError(
            f"The table has {len(names)} columns of numbers. Give 1 to {MOST_COLUMNS} of them."
        )
    infinite = np.isinf(numeric.to_numpy(dtype=np.float64))
    problems = tuple(
        Problem(
            names[column], str(numeric.iloc[row, column]), "infinite", "the value is infinite.",
            "Mend it or leave the cell empty.", row=int(row) + 1,
        )
        for row, column in np.argwhere(infinite)[:10]
    )  # fmt: skip
    if problems:
        raise InputError.from_problems(problems)


def _standardised(values: Floats, names: tuple[str, ...]) -> Floats:
    largest = np.abs(values).max(axis=0)
    for name, reach in zip(names, largest, strict=True):
        if reach > 1e100:
            message = f"it holds {reach:.0e}, too large to compute with."
            fix = "Choose a larger unit, so that numbers are smaller."
            raise InputError.from_problems((Problem(name, f"{reach:g}", "range", message, fix),))
    centred = values - values.mean(axis=0)
    return np.asarray(centred / centred.std(axis=0, ddof=1))
