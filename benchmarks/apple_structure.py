"""How often groups are found in noise, and how often planted ones are missed.

Run with ``python -m benchmarks.apple_structure``; it takes about ten minutes on one core.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.apple_sales import Structure, false_alarms, sales_example, structure
from core.stats.intervals import clopper_pearson

NOISE_RUNS = 100
PLANTED_RUNS = 50
DRAWS = 20
"""Bootstrap draws; they only part stable from unstable groups, after the test has found some."""

SEPARATION = 6.0


def _demo(seed: int) -> pd.DataFrame:
    return sales_example("noise", seed=seed).frame


def _normal(seed: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(200, 5)))


def _skewed(seed: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).lognormal(size=(200, 3)))


def _one_column(seed: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).uniform(size=(200, 1)))


def _few_rows(seed: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).uniform(size=(16, 5)))


def _planted(seed: int) -> pd.DataFrame:
    """Three normal groups in five columns, their centres six standard deviations from 0."""
    rng = np.random.default_rng(seed)
    centres = SEPARATION * np.eye(5)[:3]
    return pd.DataFrame(rng.normal(size=(200, 5)) + centres[rng.integers(0, 3, 200)])


def _share(
    make: Callable[[int], pd.DataFrame], runs: int, wanted: Callable[[Structure], bool]
) -> dict[str, Any]:
    start = time.process_time()
    found = [structure(make(seed), seed=seed, draws=DRAWS) for seed in range(runs)]
    seconds = (time.process_time() - start) / runs
    share = clopper_pearson(sum(map(wanted, found)), runs)
    return {
        "runs": runs,
        "share": share.to_dict(),
        "unstable_groups": sum(one.verdict == "unstable groups" for one in found) / runs,
        "one_se_rule_alone": sum(one.gap.one_se > 1 for one in found) / runs,
        "test_alone": sum(one.gap.p <= one.gap.level for one in found) / runs,
        "components_kept": sum(one.components is not None and one.components.kept > 0
                               for one in found) / runs,
        "cpu_seconds_a_run": round(seconds, 2),
    }  # fmt: skip


def _none(found: Structure) -> bool:
    return found.verdict == "no structure"


def _three(found: Structure) -> bool:
    return found.verdict == "groups" and found.k == 3


ROWS: dict[str, tuple[Callable[[int], pd.DataFrame], int, Callable[[Structure], bool]]] = {
    "three planted groups found": (_planted, PLANTED_RUNS, _three),
    "no structure in 1,000 x 5 uniform noise": (_demo, NOISE_RUNS, _none),
    "no structure in 16 x 5 uniform noise": (_few_rows, NOISE_RUNS, _none),
    "no structure in 200 x 1 uniform noise": (_one_column, NOISE_RUNS, _none),
    "no structure in 200 x 5 normal noise": (_normal, NOISE_RUNS, _none),
    "no structure in 200 x 3 lognormal noise": (_skewed, NOISE_RUNS, _none),
}


def main() -> None:
    """Print one JSON document a line, each as soon as it is known."""
    for name, question in ROWS.items():
        print(json.dumps({name: _share(*question)}), flush=True)
    alarms = false_alarms(1000)
    shares = {"unadjusted": alarms.unadjusted.to_dict(), "Holm": alarms.adjusted.to_dict()}
    print(json.dumps({"noise tables with a region that differs": shares}), flush=True)


if __name__ == "__main__":
    main()
