"""How often drift monitoring alarms for nothing, and how often it sees a shift in blood pressure.

``python -m benchmarks.monitoring --simulations 300`` prints one JSON document.

Two designs. ``independent``: the Cleveland cohort stands for the population; the reference (303
patients) and the window are fresh draws from it, as in use. ``split``: the cohort is divided at
random, so that the window costs the reference its patients (303 - n are left).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.cardiosense.data import site
from core.cardiosense.monitor import LEVEL, drift
from core.stats.intervals import wilson

FEATURE = "trestbps"
SHIFT_SD = 0.5
WINDOWS = (50, 100, 200)

Draw = Callable[[pd.DataFrame, int, np.random.Generator], tuple[pd.DataFrame, pd.DataFrame]]


def independent(
    cohort: pd.DataFrame, n: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, size = rng.integers(len(cohort), size=len(cohort) + n), len(cohort)
    return cohort.iloc[rows[:size]], cohort.iloc[rows[size:]]


def split(
    cohort: pd.DataFrame, n: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = rng.permutation(len(cohort))
    return cohort.iloc[rows[n:]], cohort.iloc[rows[:n]]


def measure(
    cohort: pd.DataFrame, draw: Draw, n: int, simulations: int, seed: int
) -> dict[str, Any]:
    rng = np.random.default_rng([seed, n])
    shift = SHIFT_SD * float(cohort[FEATURE].std())
    false_alarms = seen = named = 0
    for _ in range(simulations):
        reference, window = draw(cohort, n, rng)
        false_alarms += drift(reference, window).drifted
        higher = window.assign(**{FEATURE: window[FEATURE] + shift})
        alarms = drift(reference, higher).alarms
        seen += bool(alarms)
        named += FEATURE in {alarm.feature for alarm in alarms}
    return {
        "false_alarm": wilson(false_alarms, simulations).to_dict(),
        "power": wilson(seen, simulations).to_dict(),
        "power_naming_the_feature": wilson(named, simulations).to_dict(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    cohort = site("cleveland").values
    designs = {"independent": independent, "split": split}
    results = {
        name: {
            str(n): measure(cohort, draw, n, arguments.simulations, arguments.seed) for n in WINDOWS
        }
        for name, draw in designs.items()
    }
    settings = {
        "level": LEVEL,
        "feature": FEATURE,
        "shift_sd": SHIFT_SD,
        "simulations": arguments.simulations,
        "seed": arguments.seed,
    }
    print(json.dumps({"settings": settings, "results": results}, indent=2))


if __name__ == "__main__":
    main()
