"""Rows per second of the batch path, stage by stage: ``python -m benchmarks.batch --rows 200000``.

The table is drawn with replacement from the Cleveland patients; measurements are shifted by a
small seeded step so that rows differ. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.cardiosense import data
from core.cardiosense.batch import score_table
from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import score_frame
from core.tables import match_columns, read_table, to_csv, to_parquet, validate

_JITTER = {"trestbps": 5, "chol": 20, "thalach": 8}


def make_table(rows: int, seed: int = 0) -> bytes:
    """Return a CSV of patients resembling Cleveland."""
    rng = np.random.default_rng(seed)
    cohort = data.site("cleveland").values
    frame = cohort.iloc[rng.integers(0, len(cohort), rows)].reset_index(drop=True)
    for name, step in _JITTER.items():
        frame[name] = frame[name] + rng.integers(-step, step + 1, rows)
    texts = frame.map(lambda value: "" if np.isnan(value) else f"{value:g}")
    return to_csv(texts.astype("str"))


def measure(rows: int) -> dict[str, object]:
    """Time every stage once, after one small warm-up run."""
    score_table(make_table(100))
    content = make_table(rows)
    seconds: dict[str, float] = {}

    def timed(stage: str, call: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = call()
        seconds[stage] = time.perf_counter() - start
        return result

    table = timed("read", lambda: read_table(content))
    columns = match_columns(list(table.frame.columns), DIAGNOSTIC).matched
    checked = timed("validate", lambda: validate(table.frame, DIAGNOSTIC, columns))
    scored = timed("score", lambda: score_frame(checked.values))
    output = pd.concat([table.frame, scored], axis=1)
    timed("write_csv", lambda: to_csv(output))
    timed("write_parquet", lambda: to_parquet(output))
    batch = timed("read_validate_score", lambda: score_table(content))
    return {
        "rows": rows,
        "megabytes": round(len(content) / 1e6, 2),
        "scored": batch.n_scored,
        "seconds": {stage: round(spent, 3) for stage, spent in seconds.items()},
        "rows_per_second": {stage: round(rows / spent) for stage, spent in seconds.items()},
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    print(json.dumps(measure(parser.parse_args().rows), indent=2))


if __name__ == "__main__":
    main()
