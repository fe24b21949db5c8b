"""How fast large tables are scored: ``python -m benchmarks.scale_score [--rows 10000000]``.

The table is Parquet as an analyst would have it: measurements in single precision, codes as small
integers, patients drawn from the Cleveland table with small seeded changes, and one row in a
thousand with a cell that must be refused. The bare call is XGBoost's own prediction on a ready
matrix in memory, the best of three, with one thread and with two. Against it stands the verb that
reads, judges, predicts and writes. ``--only challenger_p`` asks for the estimate of that same
booster; ``p_disease,decision`` for what the suite says first; ``all`` for every answer, on fewer
rows. Each line is measured in processes of its own. Prints JSON and a line of CSV for each.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from core.cardiosense import data, score_parts
from core.cardiosense.model import models
from core.cardiosense.schema import DIAGNOSTIC

GROUP = 250_000
MEASURED = ("age", "trestbps", "chol", "thalach", "oldpeak")
CHANGES = {"age": 1, "trestbps": 3, "chol": 6, "thalach": 3}
ALL = "all"
LINES = [
    ("challenger_p", 0),
    ("challenger_p", 1),
    ("challenger_p", 2),
    ("p_disease,decision", 0),
    ("p_disease,decision", 2),
    (ALL, 0),
    (ALL, 2),
]
FEWER = 20
"""So many times fewer rows are scored with all answers."""


def patients(rows: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return so many complete patients, one in a thousand with a cell that must be refused."""
    cleveland = data.site("cleveland").matrix(DIAGNOSTIC.names)
    cleveland = cleveland[~np.isnan(cleveland).any(axis=1)]
    drawn = cleveland[rng.integers(0, len(cleveland), rows)]
    for name, most in CHANGES.items():
        column, (low, high) = DIAGNOSTIC.names.index(name), DIAGNOSTIC[name].seen or (0, 0)
        moved = drawn[:, column] + rng.integers(-most, most + 1, rows)
        drawn[:, column] = np.clip(moved, low, high)
    bad = np.nonzero(rng.random(rows) < 0.001)[0]
    drawn[bad, rng.integers(1, len(DIAGNOSTIC.names), len(bad))] = 9
    return drawn


def write_table(path: Path, rows: int, seed: int = 0) -> None:
    """Write the table, a row group at a time."""
    rng = np.random.default_rng(seed)
    kinds = [pa.float32() if name in MEASURED else pa.int8() for name in DIAGNOSTIC.names]
    schema = pa.schema(list(zip(DIAGNOSTIC.names, kinds, strict=True)))
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, GROUP):
            drawn = patients(min(GROUP, rows - start), rng)
            columns = [
                pa.array(column.astype(kind.to_pandas_dtype()))
                for column, kind in zip(drawn.T, kinds, strict=True)
            ]
            writer.write_table(pa.table(columns, schema=schema))


def bare(path: Path, threads: int) -> dict[str, Any]:
    """Time the booster's own prediction on a ready matrix of the whole table."""
    table = pq.read_table(path)
    model = models().by_name("xgboost-13")
    matrix = np.empty((table.num_rows, len(model.features)), dtype=np.float32)
    for at, name in enumerate(model.features):
        matrix[:, at] = table.column(name).to_numpy()
    del table
    booster = model.booster  # type: ignore[attr-defined]
    booster.set_param({"nthread": threads})
    seconds, cpu = [], []
    for _ in range(3):
        began, spent = time.perf_counter(), time.process_time()
        booster.inplace_predict(matrix, predict_type="margin")
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    return _figures(len(matrix), min(seconds), min(cpu))


def scored(path: Path, only: str, workers: int, out: Path) -> dict[str, Any]:
    """Time the verb, from the call to the finished folder."""
    models()  # as for the bare call, the models are in memory
    peak = _Peak()
    began, spent = time.perf_counter(), _cpu()
    with peak:
        report = score_parts(
            path,
            out,
            only=None if only == ALL else only.split(","),
            carry=False,
            workers=workers,
        )
    found = _figures(report["rows"], time.perf_counter() - began, _cpu() - spent)
    return found | {"refused": report["refused"], "peak_MB": round(peak.most / 1e6)}


def _figures(rows: int, seconds: float, cpu: float) -> dict[str, Any]:
    return {
        "rows": rows,
        "seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds),
        "cpu_seconds": round(cpu, 2),
    }


def _cpu() -> float:
    """Return the processor time of this process and its children that have ended."""
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


class _Peak:
    """Samples the memory of this process and all its children together."""

    def __init__(self) -> None:
        self.most = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _sample(self) -> None:
        own = psutil.Process()
        while not self._end.wait(0.05):
            total = 0
            for process in (own, *own.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.most = max(self.most, total)


def _in_process(*words: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.scale_score", "--measure", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measure(path: Path, only: str, workers: int, out: Path) -> dict[str, Any]:
    return bare(path, workers) if only == "bare" else scored(path, only, workers, out)


def main() -> None:
    """Run every line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--only", help="measure one choice of answers")
    parser.add_argument("--folder", type=Path, help="where the files go; by default temporary")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        path, only, workers, out = given.measure
        print(json.dumps(_measure(Path(path), only, int(workers), Path(out))))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        folder = Path(scratch)
        tables = {False: folder / "patients.parquet", True: folder / "fewer.parquet"}
        write_table(tables[False], given.rows)
        write_table(tables[True], given.rows // FEWER)
        results = {f"bare, {n} threads": _in_process(tables[False], "bare", n, "-") for n in (1, 2)}
        best = max(found["rows_per_second"] for found in results.values())
        for only, workers in LINES:
            if given.only in (None, only):
                out = folder / f"out-{len(results)}"
                found = _in_process(tables[only == ALL], only, workers, out)
                found["to the faster bare call"] = round(found["rows_per_second"] / best, 3)
                results[f"{only}, {workers} workers"] = found
    print(json.dumps(results, indent=1))
    print("line,rows,seconds,rows_per_second,cpu_seconds,peak_MB")
    for name, found in results.items():
        figures = [found.get(k, "") for k in ("rows", "seconds", "rows_per_second", "cpu_seconds")]
        print(f'"{name}"', *figures, found.get("peak_MB", ""), sep=",")


if __name__ == "__main__":
    main()
