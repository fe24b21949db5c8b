"""Tables to try the gate on: noise, reported quarters, and a made-up signal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.apple_sales.door.other import from_frame
from core.apple_sales.door.result import SalesTable
from core.apple_sales.reported.data import quarters
from core.apple_sales.schema import DEMO

SALES_EXAMPLES: dict[str, str] = {
    "noise": "A table like the public demo's",
    "quarters": "The reported quarters",
    "signal": "A made-up signal",
}
"""Examples in words, by key."""

ROWS = 1_000
_DEMO_RANGES = ((5.0, 30.0), (2.0, 15.0), (1.0, 10.0), (2.0, 12.0), (5.0, 20.0))
_STATES, _REGIONS = 25, 5


def sales_example(key: str, *, seed: int = 0) -> SalesTable:
    """Return an example table.

    Parameters
    ----------
    key : str
        One of :data:`SALES_EXAMPLES`.
    seed : int
        Seed of the two tables that are generated.
    """
    return {"noise": _noise, "quarters": _quarters, "signal": _signal}[key](seed)


def _noise(seed: int) -> SalesTable:
    rng = np.random.default_rng(seed)
    state = rng.integers(0, _STATES, ROWS)
    columns = {
        "State": [f"State {one + 1:02d}" for one in state],
        "Region": [f"Region {one % _REGIONS + 1}" for one in state],
        **{
            name: rng.uniform(low, high, ROWS).round(2)
            for name, (low, high) in zip(DEMO.numbers.names, _DEMO_RANGES, strict=True)
        },
    }
    note = (
        f"Generated (seed {seed}): {ROWS:,} rows of five independent uniform columns in the ranges "
        "of the public demo's file, which is not shipped here."
    )
    return _demo(pd.DataFrame(columns), SALES_EXAMPLES["noise"], note)


def _signal(seed: int) -> SalesTable:
    rng = np.random.default_rng([seed, 1])
    table = _noise(seed).frame
    names = DEMO.numbers.names
    z = [(table[name] - table[name].mean()) / table[name].std() for name in names[:4]]
    services = 12 + 1.6 * z[0] + 0.8 * z[2] - 0.6 * z[3] + rng.normal(0, 2, ROWS)
    table[DEMO.target] = services.clip(lower=0.0).round(2)
    note = (
        f"Generated (seed {seed}): services are 12 + 1.6 iPhone + 0.8 Mac - 0.6 Wearables (each "
        "in standard deviations) plus normal noise of 2. No real figure is in it."
    )
    return _demo(table, SALES_EXAMPLES["signal"], note)


def _demo(frame: pd.DataFrame, name: str, note: str) -> SalesTable:
    numeric = tuple(one for one in DEMO.numbers.names if one != DEMO.target)
    return SalesTable(
        "demo", name, frame, DEMO.target, numeric, ("State", "Region"), len(frame), notes=(note,)
    )


def _quarters(_: int) -> SalesTable:
    units = quarters("units").add_suffix(" units (thousand)")
    services = quarters("revenue by category")["Services"].rename("Services revenue (USD million)")
    table = from_frame(
        pd.concat([units, services], axis=1).rename_axis(columns=None),
        "Services revenue (USD million)",
        SALES_EXAMPLES["quarters"],
    )
    note = (
        "Units and services revenue that Apple reported for its 16 fiscal quarters of FY2015 to "
        "FY2018; sources on the page Facts. Consecutive quarters are not exchangeable, and the "
        "gate takes rows as if they were."
    )
    return SalesTable(
        table.kind, table.name, table.frame, table.target, table.numeric, table.texts, table.rows,
        notes=(note,),
    )  # fmt: skip
