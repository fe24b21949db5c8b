"""How long a million cases take: read, judged cell by cell, scored, flagged, blamed and judged.

``python -m benchmarks.breast_batch --rows 1000000`` prints one JSON document. Each way runs in a
process of its own, so that the peak memory is its own: ``upload`` holds the file in memory as the
page does, ``file`` streams from disk to disk as the command line does.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from core.breast_cancer.data import wdbc
from core.breast_cancer.schema import FEATURES

CHUNK = 100_000


def write_cases(path: Path, rows: int, seed: int) -> None:
    """Write cases drawn from the table, each value jittered by about one per cent."""
    rng = np.random.default_rng(seed)
    X = wdbc().X
    for start in range(0, rows, CHUNK):
        n = min(CHUNK, rows - start)
        drawn = X[rng.integers(len(X), size=n)] * np.exp(rng.normal(0, 0.01, (n, X.shape[1])))
        frame = pd.DataFrame(drawn, columns=list(FEATURES.names))
        frame.to_csv(path, index=False, header=start == 0, mode="a", float_format="%.6g")


def upload(source: Path, _out: Path) -> dict[str, object]:
    from core.breast_cancer import drift, score_file

    content = source.read_bytes()
    began = time.perf_counter()
    batch = score_file(content, name=source.name)
    scored = time.perf_counter()
    verdict = drift(batch.sample.values, extra=False)
    done = time.perf_counter()
    return {
        "score, flag and blame, s": round(scored - began, 2),
        "judge, s": round(done - scored, 2),
        "whole, s": round(done - began, 2),
        "rows": batch.report.rows,
        "refused": batch.n_refused,
        "integrity alarm": verdict.integrity.alarm,
    }


def file(source: Path, out: Path) -> dict[str, object]:
    from core.breast_cancer import write_scored

    began = time.perf_counter()
    with out.open("wb") as target:
        summary = write_scored(source, target)
    return {"whole, s": round(time.perf_counter() - began, 2), "rows": summary["rows"]}


WAYS = {"upload": upload, "file": file}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        # Models and libraries are warm in a running server.
        from core.breast_cancer import case_presets, score_case

        score_case(case_presets()[0].values)
        result = WAYS[arguments.way](arguments.source, arguments.source.with_suffix(".out.csv"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result | {"peak, MB": round(peak)}))
        return
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "cases.csv"
        write_cases(source, arguments.rows, arguments.seed)
        results: dict[str, object] = {"MB": round(source.stat().st_size / 1e6, 1)}
        for way in WAYS:
            command = [sys.executable, "-m", "benchmarks.breast_batch", "--way", way]
            done = subprocess.run(
                [*command, "--source", str(source)], capture_output=True, text=True, check=True
            )
            results[way] = json.loads(done.stdout)
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
