"""How fast large tables are read, judged and written: ``python -m benchmarks.scale_stream``.

Thirty columns of positive numbers, 6 significant digits (8 bytes a cell) or all 17. Each line is
measured in a process of its own, so that the peak memory is its own: ``path`` streams from disk,
``bytes`` holds the file in memory as an upload does. The variants show what costs more: ``dirty``
has a word in every thousandth row and an empty cell in every hundredth, ``quoted`` a quoted text
in each row, ``semicolon`` another delimiter, ``parquet`` the same numbers as Parquet. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from core.fields import FieldSet, FieldSpec
from core.scale import StreamReport, csv_header, open_stream

FIELDS = FieldSet(
    tuple(
        FieldSpec(f"feature_{i:02}", f"Feature {i}", "", "", low=0, high=1e9, required=True)
        for i in range(30)
    )
)
LINES = [
    ("clean", "path"),
    ("clean", "bytes"),
    ("dirty", "path"),
    ("quoted", "path"),
    ("semicolon", "path"),
    ("parquet", "path"),
]
PART = 100_000


def numbers(rows: int, digits: int, seed: int = 0) -> Iterator[NDArray[np.float64]]:
    """Yield log-normal numbers with so many significant digits, shape (n, 30)."""
    rng = np.random.default_rng(seed)
    for start in range(0, rows, PART):
        values = np.exp(rng.normal(0, 1, (min(PART, rows - start), len(FIELDS.names))))
        if digits < 17:
            unit = 10.0 ** (np.floor(np.log10(values)) - digits + 1)
            values = np.array(np.round(values / unit) * unit).round(digits + 4)
        yield values


def write_table(path: Path, rows: int, digits: int, variant: str) -> None:
    """Write one variant of the table, a part at a time."""
    names = list(FIELDS.names)
    if variant == "parquet":
        schema = pa.schema([(name, pa.float64()) for name in names])
        with pa.parquet.ParquetWriter(path, schema) as writer:
            for values in numbers(rows, digits):
                writer.write_table(pa.table(list(values.T), schema=schema))
        return
    with path.open("wb") as file:
        header = [*names, *(["note"] if variant == "quoted" else [])]
        file.write((";" if variant == "semicolon" else ",").join(header).encode() + b"\n")
        for values in numbers(rows, digits):
            file.write(_lines(pa.table(list(values.T), names=names), variant))


def _lines(table: pa.Table, variant: str) -> bytes:
    if variant == "dirty":
        cells = table.column(5).cast(pa.string()).to_pylist()
        cells[::100] = [""] * len(cells[::100])
        cells[::1000] = ["n.d."] * len(cells[::1000])
        table = table.set_column(5, table.column_names[5], pa.array(cells))
    if variant == "quoted":
        table = table.append_column("note", pa.array(["seen, twice"] * len(table)))
    out = pa.BufferOutputStream()
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
    pa.csv.write_csv(table, out, options)
    lines: bytes = out.getvalue().to_pybytes()
    return lines.replace(b",", b";") if variant == "semicolon" else lines


def measure(path: Path, how: str) -> dict[str, object]:
    """Stream a table once, and write it with two columns added."""
    source = path.read_bytes() if how == "bytes" else path
    seconds = {"read and judge": 0.0, "write": 0.0}
    report = StreamReport()
    with path.with_suffix(".out").open("wb") as out:
        began = time.perf_counter()
        stream = open_stream(source, FIELDS)
        out.write(csv_header(stream.header, ["p", "call"]))
        for chunk in stream.chunks():
            report.add(chunk)
            seconds["read and judge"] += time.perf_counter() - began
            high = chunk.values[:, 0] > 1
            began = time.perf_counter()
            out.write(chunk.csv({"p": chunk.values[:, 0] / 3, "call": np.where(high, "M", "B")}))
            seconds["write"] += time.perf_counter() - began
            began = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "MB": round(path.stat().st_size / 1e6),
        "rows": report.rows,
        "refused": report.refused,
        "seconds": {stage: round(spent, 2) for stage, spent in seconds.items()},
        "rows per second": {s: round(report.rows / spent) for s, spent in seconds.items()},
        "CPU seconds, start included": round(time.process_time(), 1),
        "peak, MB": round(peak),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--digits", type=int, default=6, help="significant digits, 17 for all")
    parser.add_argument("--only", choices=sorted({variant for variant, _ in LINES}))
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        path, how = arguments.measure
        print(json.dumps(measure(Path(path), how)))
        return
    results: dict[str, object] = {"python": platform.python_version()}
    with tempfile.TemporaryDirectory() as scratch:
        for variant, how in LINES:
            if arguments.only in (None, variant):
                path = Path(scratch) / f"{variant}.data"
                if not path.exists():
                    write_table(path, arguments.rows, arguments.digits, variant)
                command = [sys.executable, "-m", "benchmarks.scale_stream", "--measure"]
                done = subprocess.run(
                    [*command, str(path), how], capture_output=True, text=True, check=True
                )
                results[f"{variant}, {how}"] = json.loads(done.stdout)
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
