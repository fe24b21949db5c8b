"""One tidy table of everything measured, and the shards that it is put together from."""

from __future__ import annotations

import importlib.metadata
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from core.artifacts import LIBRARIES
from core.errors import ArtifactError
from core.saliency.benchmark.images import parts_of
from core.saliency.benchmark.plan import Plan
from core.scale.parts import whole

NAME = "benchmark.parquet"
TEXTS = (
    "network", "architecture", "regime", "image", "method", "metric", "fill", "reason",
)  # fmt: skip
COLUMNS = (
    "network", "architecture", "regime", "seed", "image", "label", "target", "method", "metric",
    "fill", "value", "reason",
)  # fmt: skip
DIGITS = 5
"""Significant digits that are kept of a value."""


class Row(NamedTuple):
    """One figure of one map."""

    method: str
    metric: str
    fill: str
    value: float
    reason: str


class Shard(NamedTuple):
    """Everything measured on one image before one network.

    ``target`` is -1 where the unit failed before the network answered.
    """

    network: str
    image: str
    label: int
    target: int
    forwards: int
    rows: tuple[Row, ...]


def write_shard(path: Path, shard: Shard) -> None:
    """Write a shard as JSON."""
    rows = [
        [row.method, row.metric, row.fill, rounded(row.value), row.reason] for row in shard.rows
    ]
    content = {**shard._asdict(), "rows": rows}
    path.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")


def read_shard(path: Path) -> Shard:
    """Return a shard that :func:`write_shard` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    rows = tuple(
        Row(method, metric, fill, math.nan if value is None else value, reason)
        for method, metric, fill, value, reason in content.pop("rows")
    )
    return Shard(rows=rows, **content)


def rounded(value: float) -> float | None:
    """Return a value to the digits that are kept; None for one that does not exist."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def write_table(path: Path, plan: Plan, shards: Iterable[Shard]) -> None:
    """Write the table; equal plans and shards give equal bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = _columns(shards)
    arrays: list[Any] = []
    for name in COLUMNS:
        if name in TEXTS:
            arrays.append(pa.array(columns[name], pa.string()).dictionary_encode())
        elif name == "value":
            arrays.append(pa.array(columns[name], pa.float32()))
        else:
            arrays.append(pa.array(columns[name], pa.int32()))
    metadata = {
        "plan": plan.to_json(),
        "digest": plan.digest,
        "environment": json.dumps(_environment(), sort_keys=True),
    }
    table = pa.Table.from_arrays(arrays, names=list(COLUMNS)).replace_schema_metadata(metadata)
    with whole(path) as unfinished:
        pq.write_table(table, unfinished, compression="zstd", compression_level=12)


def read_table(path: Path) -> pd.DataFrame:
    """Return the table of a benchmark; its plan lies in ``attrs["plan"]`` as JSON.

    Raises
    ------
    ArtifactError
        If the file is missing or is not such a table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    mend = "Run the benchmark, or restore the file from the repository."
    if not path.is_file():
        raise ArtifactError(f"The table of the benchmark {path.name} is missing. {mend}")
    try:
        table = pq.read_table(path)
        known = {key.decode(): text.decode() for key, text in (table.schema.metadata or {}).items()}
        plan = Plan.from_json(known["plan"])
        if tuple(table.column_names) != COLUMNS or known["digest"] != plan.digest:
            raise ValueError
    except (pa.ArrowException, OSError, KeyError, ValueError):
        raise ArtifactError(f"The file {path.name} is not a table of a benchmark. {mend}") from None
    frame: pd.DataFrame = table.to_pandas()
    frame["value"] = frame["value"].astype("float64")
    frame.attrs = {name: known[name] for name in ("plan", "digest", "environment")}
    return frame


def _columns(shards: Iterable[Shard]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for shard in shards:
        architecture, regime, seed = parts_of(shard.network)
        same: Sequence[Any] = (
            shard.network, architecture, regime, seed, shard.image, shard.label, shard.target,
        )  # fmt: skip
        for name, value in zip(COLUMNS, same, strict=False):
            columns[name] += [value] * len(shard.rows)
        for row in shard.rows:
            for name, value in zip(Row._fields, row, strict=True):
                columns[name].append(value)
        columns["value"][-len(shard.rows) :] = [rounded(row.value) for row in shard.rows]
    return columns


def _environment() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
