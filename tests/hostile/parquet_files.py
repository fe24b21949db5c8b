"""Parquet files that lie, break, or hold what no table of numbers holds."""

from __future__ import annotations

import datetime
import decimal
import io
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.hostile.made import Hostile, damaged
from tests.hostile.tables import COLUMN, GOOD


def files() -> Iterator[Hostile]:
    """Yield every hostile Parquet file."""
    for like in GOOD:
        frame = pd.read_csv(io.BytesIO(GOOD[like]))
        for name, content in _made(frame, like):
            yield Hostile("parquet", like, name, content)
        for name, content in damaged(f"parquet {like}", _written(pa.table(frame)), 18):
            yield Hostile("parquet", like, name, content)


def _made(frame: pd.DataFrame, like: str) -> Iterator[tuple[str, bytes]]:
    good = pa.table(frame)
    column = frame.columns[COLUMN[like]]
    for name, values in _columns(len(frame)).items():
        at = good.column_names.index(column)
        yield f"column-{name}", _written(good.set_column(at, column, values))
    yield from _lies(_written(good))
    yield "rows-none", _written(good.slice(0, 0))
    yield "columns-none", _written(pa.table({}))
    yield "columns-2500", _written(pa.table({f"c{i}": [1.0] for i in range(2500)}))
    twice = pa.Table.from_arrays(
        [good.column(0), *good.columns], [good.column_names[0], *good.column_names]
    )
    yield "column-twice", _written(twice)
    yield "name-empty", _written(good.rename_columns(["", *good.column_names[1:]]))
    yield "name-nul", _written(good.rename_columns(["a\0b", *good.column_names[1:]]))
    yield (
        "dictionary-of-20000",
        _written(
            pa.table({column: pa.array([f"v{i}" for i in range(20_000)]).dictionary_encode()})
        ),
    )
    yield (
        "pandas-metadata-lies",
        _written(
            good.replace_schema_metadata(
                {"pandas": '{"index_columns": ["nothing"], "columns": []}'}
            )
        ),
    )
    yield "pandas-metadata-broken", _written(good.replace_schema_metadata({"pandas": "{"}))
    yield "arrow-schema-broken", _written(good.replace_schema_metadata({"ARROW:schema": "AAAA"}))
    yield "index-of-pandas", _written(pa.Table.from_pandas(frame.set_index(column)))
    for codec in ("gzip", "brotli", "zstd", "none"):
        yield f"codec-{codec}", _written(good, compression=codec)
    yield "row-groups-of-one", _written(good, row_group_size=1)
    yield (
        "bomb-5-million-equal-rows",
        _written(pa.table({column: pa.nulls(5_000_000, pa.float64())})),
    )


def _columns(rows: int) -> dict[str, pa.Array]:
    def many(value: Any, kind: pa.DataType) -> pa.Array:
        return pa.array([value] * rows, kind)

    return {
        "nested-list": many([1.0], pa.list_(pa.float64())),
        "nested-struct": many({"a": 1}, pa.struct([("a", pa.int64())])),
        "map": many([("a", 1)], pa.map_(pa.string(), pa.int64())),
        "decimal": many(decimal.Decimal("63.5"), pa.decimal128(30, 10)),
        "decimal-256": many(decimal.Decimal(10) ** 60, pa.decimal256(70, 0)),
        "binary": many(b"\xff\x00", pa.binary()),
        "fixed-binary": many(b"\xff" * 16, pa.binary(16)),
        "dates": many(datetime.date(1963, 1, 1), pa.date32()),
        "instants": many(datetime.datetime(1963, 1, 1), pa.timestamp("ns", "UTC")),
        "durations": many(datetime.timedelta(1), pa.duration("us")),
        "times": many(datetime.time(1), pa.time64("us")),
        "booleans": many(True, pa.bool_()),
        "nulls": pa.nulls(rows),
        "nan": many(float("nan"), pa.float64()),
        "infinity": many(float("inf"), pa.float32()),
        "half": pa.array(np.full(rows, 63, np.float16)),
        "unsigned-64": many(2**64 - 1, pa.uint64()),
        "minus-2-to-63": many(-(2**63), pa.int64()),
        "text-of-nul": many("6\x003", pa.string()),
        "text-of-formula": many("=1+1", pa.string()),
        "text-of-surrogate": pa.array(pa.array([b"\xed\xa0\x80"] * rows).view(pa.binary())),
        "dictionary": many("63", pa.string()).dictionary_encode(),
        "large-text": many("6" * 10_000, pa.large_string()),
    }


def _lies(good: bytes) -> Iterator[tuple[str, bytes]]:
    yield "magic-wrong-at-the-end", good[:-4] + b"PARX"
    yield "magic-encrypted", b"PARE" + good[4:-4] + b"PARE"
    yield "magic-only", b"PAR1"
    yield "magic-twice", b"PAR1PAR1"
    yield "cut-in-half", good[: len(good) // 2]
    yield "footer-cut", good[:-9]
    yield "text-after", good + b"age,sex\n1,1\n"
    yield "first-bytes-missing", good[10:]
    for name, length in {
        "zero": 0,
        "too-long": len(good) * 2,
        "largest": 2**31 - 1,
        "minus": 2**32 - 1,
    }.items():
        yield f"footer-length-{name}", good[:-8] + struct.pack("<I", length) + b"PAR1"
    yield "footer-of-zeros", b"PAR1" + bytes(200) + struct.pack("<I", 200) + b"PAR1"
    yield "footer-of-ones", b"PAR1" + b"\xff" * 200 + struct.pack("<I", 200) + b"PAR1"


def _written(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()
