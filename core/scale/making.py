"""How a worker makes one part of a scored table: read, judge, answer, write."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from core.errors import InputError
from core.scale.answers import Answers, Coded, Kind, Scorer, Signs, join_signs
from core.scale.parts import sha256, whole
from core.scale.pieces import Piece, Pieces
from core.scale.rejects import reject_table
from core.tables.numbers import validate_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW = "row"
DECISION = "decision"
GROUP_ROWS = 262_144
"""Rows of a row group of a part."""

T = TypeVar("T")
S = TypeVar("S")


@dataclasses.dataclass(frozen=True)
class Job:
    """What every part of one call has in common; all of it can be pickled.

    Attributes
    ----------
    pieces : Pieces
        The table.
    scorer : Scorer
        The system that answers.
    columns : dict of str to str
        Field name to column.
    wanted : tuple of str
        Columns to answer with.
    carry : bool
        Whether the input's columns go along.
    threads : int
        Batches answered at once.
    rejects : Path
        Folder for the rejects of the parts.
    stamp : tuple of int
        Of the file, when its hash was taken; see :func:`stamp`.
    """

    pieces: Pieces
    scorer: Scorer
    columns: dict[str, str]
    wanted: tuple[str, ...]
    carry: bool
    threads: int
    rejects: Path
    stamp: tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class _Done:
    """One batch, answered."""

    table: pa.Table
    rejects: pa.Table
    rows: int
    refused: int
    findings: Counter[tuple[str, str, str]]
    decisions: Counter[str]
    signs: Signs


def rejects_of(folder: Path, key: str) -> Path:
    """Return where the rejects of a part lie."""
    return folder / f"{key}.parquet"


def rejects_hold(folder: Path, key: str, summary: Mapping[str, Any]) -> bool:
    """Say whether the rejects of a finished part are those that were written with it."""
    path = rejects_of(folder, key)
    return not summary["rejects"] or (path.is_file() and sha256(path) == summary["rejects_sha256"])


def stamp(path: Path) -> tuple[int, int]:
    """Return what tells that a file has changed: its size and the time of its last change."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def make_part(path: Path, job: Job, key: str, piece: Piece) -> dict[str, Any]:
    """Write the answers for one piece to ``path`` and its rejects beside, and sum them up."""
    import pyarrow as pa

    read = list(job.pieces.header) if job.carry else list(job.columns.values())
    batches = job.pieces.tables(piece, read)
    done: list[_Done] = []

    def tables() -> Iterator[pa.Table]:
        for batch in _in_order(lambda given: _answered(job, *given), batches, job.threads):
            done.append(dataclasses.replace(batch, table=None))
            yield batch.table

    _require_unchanged(job)
    _write(path, tables(), job)
    _require_unchanged(job)
    rejects = pa.concat_tables([batch.rejects for batch in done])
    digest = _write_rejects(rejects_of(job.rejects, key), rejects) if rejects.num_rows else ""
    return _summary(done) | {"rejects": rejects.num_rows, "rejects_sha256": digest}


def _require_unchanged(job: Job) -> None:
    """Refuse a file that is no longer the one whose hash names the work."""
    if stamp(job.pieces.path) != job.stamp:
        raise InputError(
            f"{job.pieces.path.name}: changed while it was scored. Start again in a new folder, "
            "with a file that stays as it is."
        )


def _answered(job: Job, before: int, table: pa.Table) -> _Done:
    scorer = job.scorer
    found = validate_arrow(table, scorer.fields, job.columns, decimal=job.pieces.decimal)
    answers = scorer.answer(found, job.wanted, scorer.options)
    refused = ~found.ok
    refused[list(answers.refused)] = True
    findings: Counter[tuple[str, str, str]] = Counter(found.counts)
    findings.update(
        (p.column, p.rule, p.severity) for said in answers.refused.values() for p in said
    )
    return _Done(
        _part_table(job, before, table, answers),
        reject_table(found, answers.refused, before),
        table.num_rows,
        int(refused.sum()),
        findings,
        _tally(answers.columns.get(DECISION)),
        {} if scorer.signs is None else scorer.signs(found, job.columns),
    )


def _part_table(job: Job, before: int, table: pa.Table, answers: Answers) -> pa.Table:
    import pyarrow as pa

    rows = pa.array(np.arange(before + 1, before + 1 + table.num_rows))
    names, columns = [ROW], [rows]
    if job.carry:
        names += table.column_names
        columns += table.columns
    for name in job.wanted:
        names.append(name)
        columns.append(_column(answers.columns[name], job.scorer.columns[name]))
    return pa.table(columns, names=names)


def _column(values: Any, kind: Kind) -> pa.Array:
    import pyarrow as pa

    if kind == "number":
        return pa.array(values, pa.float64(), from_pandas=True)
    if isinstance(values, Coded):
        codes = pa.array(values.codes, pa.int32())
        return pa.DictionaryArray.from_arrays(codes, pa.array(values.texts, pa.string()))
    return pa.array(values, pa.string()).dictionary_encode()


def _tally(decisions: Any) -> Counter[str]:
    if decisions is None:
        return Counter()
    if isinstance(decisions, Coded):
        counts = np.bincount(decisions.codes, minlength=len(decisions.texts)).tolist()
        return +Counter(dict(zip(decisions.texts, counts, strict=True)))
    return Counter(decisions.tolist())


def _in_order(fn: Callable[[S], T], items: Iterable[S], threads: int) -> Iterator[T]:
    """Yield ``fn`` of each item in order, computed by so many threads, few items ahead."""
    if threads <= 1:
        yield from map(fn, items)
        return
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        ahead: collections.deque[concurrent.futures.Future[T]] = collections.deque()
        try:
            for item in items:
                ahead.append(pool.submit(fn, item))
                if len(ahead) > threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def _write(path: Path, tables: Iterable[pa.Table], job: Job) -> None:
    """Write tables as row groups of equal size, whatever the batches were."""
    import pyarrow as pa

    writer: pq.ParquetWriter | None = None
    held: list[pa.Table] = []
    try:
        for table in tables:
            if writer is None:
                writer = _writer(path, table.schema, job)
            held.append(table)
            if sum(t.num_rows for t in held) >= GROUP_ROWS:
                writer.write_table(pa.concat_tables(held), row_group_size=GROUP_ROWS)
                held = []
        if writer is not None and held:
            writer.write_table(pa.concat_tables(held), row_group_size=GROUP_ROWS)
    finally:
        if writer is not None:
            writer.close()


def _writer(path: Path, schema: pa.Schema, job: Job) -> pq.ParquetWriter:
    """Open a part; texts are plain texts to any reader."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [f.name for f in schema if pa.types.is_dictionary(f.type)]
    # Estimates hardly shrink, and row numbers are differences of one: packing them costs time only.
    loose = {ROW, *(name for name in job.wanted if job.scorer.columns[name] == "number")}
    return pq.ParquetWriter(
        path,
        schema,
        compression={name: "none" if name in loose else "zstd" for name in schema.names},
        compression_level={name: 1 for name in schema.names if name not in loose},
        use_dictionary=texts,
        column_encoding={ROW: "DELTA_BINARY_PACKED"},
        store_schema=False,
        write_page_index=False,
        write_statistics=[name for name in schema.names if name not in loose - {ROW}],
    )


def _write_rejects(path: Path, rejects: pa.Table) -> str:
    """Write the rejects of a part and return their SHA-256."""
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as unfinished:
        pq.write_table(rejects, unfinished, compression="zstd")
        return sha256(unfinished)


def _summary(done: list[_Done]) -> dict[str, Any]:
    findings: Counter[tuple[str, str, str]] = Counter()
    decisions: Counter[str] = Counter()
    for batch in done:
        findings.update(batch.findings)
        decisions.update(batch.decisions)
    return {
        "rows": sum(batch.rows for batch in done),
        "refused": sum(batch.refused for batch in done),
        "findings": [[*rule, cells] for rule, cells in sorted(findings.items())],
        "decisions": dict(sorted(decisions.items())),
        "signs": join_signs([batch.signs for batch in done]),
    }
