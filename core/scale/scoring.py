"""A table of any size, answered part by part: here, in worker processes, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from core.artifacts import write_json
from core.errors import InputError, SuiteError
from core.scale.answers import Scorer, Signs, join_signs
from core.scale.making import ROW, Job, make_part, rejects_hold, rejects_of, stamp
from core.scale.parts import LOCK, WORK, locked, sha256, swept, whole, withdraw
from core.scale.pieces import Pieces, open_pieces
from core.scale.rejects import CSV, PARQUET, join_rejects
from core.scale.run import Part, Progress, Unit, Work, run
from core.scale.versions import versions
from core.scale.workers import disk_sentence
from core.tables import ColumnMap, match_columns, refuse_output_columns, require_columns
from core.tables.numbers import validate_arrow

PARTS, REJECTS, REPORT = "parts", "rejects", "report.json"


class Choices(TypedDict, total=False):
    """What a caller may choose beside source and folder; see :func:`answer_parts`."""

    columns: Mapping[str, str | None] | None
    only: Sequence[str] | None
    carry: bool
    workers: int
    scheduler: str | None
    on_progress: Progress | None
    should_stop: Callable[[], bool] | None


_OWN = frozenset({PARTS, REJECTS, REPORT, CSV, PARQUET})


def answer_parts(
    source: Path,
    out: Path,
    scorer: Scorer,
    *,
    columns: Mapping[str, str | None] | None = None,
    only: Sequence[str] | None = None,
    carry: bool = True,
    workers: int = 0,
    scheduler: str | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Answer for every row of a CSV or Parquet file, out of core, and return the report.

    The folder then holds ``parts/``, Parquet files with row number and answers; ``rejects.csv`` and
    ``rejects.parquet``, every row without an answer with its reasons; and ``report.json``. An
    interrupted call goes on where it stopped.

    Parameters
    ----------
    source, out : Path
        The table, CSV in UTF-8; the folder: new, empty, or one of the same call.
    scorer : Scorer
        The system that answers.
    columns : mapping, optional
        Field name to column where names do not tell, ``None`` for a field the file lacks.
    only : sequence of str, optional
        Answers wanted, by default the standard ones; what none of them needs is not computed.
    carry : bool, default True
        Whether the input's columns go along, as they are.
    workers, scheduler, on_progress, should_stop
        As in :func:`core.scale.run.run`. Without worker processes, this process answers with a
        thread a core.

    Raises
    ------
    InputError
        If the file cannot be read or scored, or the folder holds something else.
    SuiteError
        As :func:`core.scale.run.run`.
    """
    began = time.perf_counter()
    out = out.resolve()
    _require_folder(out)
    threads = 1 if workers or scheduler else os.cpu_count() or 1
    job, matched = _job(source, out, scorer, columns, only, carry)
    job = dataclasses.replace(job, threads=threads)
    work, digest = _work(job)
    try:
        with _held(out, work):
            parts = run(
                work, out / PARTS, workers=workers, scheduler=scheduler,
                on_progress=on_progress, should_stop=should_stop,
            )  # fmt: skip
            _refuse_whole(parts, job, matched, out)
            return _reported(parts, job, matched, digest, out, began)
    except OSError as error:
        raise SuiteError(disk_sentence(error, f"The {work.name}")) from error


@contextlib.contextmanager
def _held(out: Path, work: Work) -> Iterator[None]:
    """Hold a folder from the first part to the report, which is there only while it is true."""
    out.mkdir(parents=True, exist_ok=True)
    with locked(out / LOCK, f"folder: {out}"), swept(out):
        withdraw(out / REPORT, out / PARTS, work.digest)
        yield


def _work(job: Job) -> tuple[Work, str]:
    """Return what is to be made, and the SHA-256 of the input."""
    digest = sha256(job.pieces.path)
    work = Work(
        f"scoring of {job.pieces.path.name}",
        _digest(job, digest),
        make_part,
        _units(job),
        ".parquet",
        job.pieces.total,
        functools.partial(rejects_hold, job.rejects),
    )
    return work, digest


def _job(
    source: Path,
    out: Path,
    scorer: Scorer,
    columns: Mapping[str, str | None] | None,
    only: Sequence[str] | None,
    carry: bool,
) -> tuple[Job, ColumnMap]:
    """Return what all parts have in common, once the head of the file shows that it can be done."""
    pieces = open_pieces(source)
    wanted = scorer.wanted(None if only is None else tuple(only))
    matched = match_columns(pieces.header, scorer.fields, columns)
    require_columns(matched, scorer.fields, pieces.header)
    if carry:
        refuse_output_columns(pieces.header, (ROW, *wanted))
    job = Job(pieces, scorer, matched.matched, wanted, carry, 1, out / REJECTS, stamp(pieces.path))
    _refuse_head(pieces, scorer, matched)
    return job, matched


def _units(job: Job) -> Iterator[Unit]:
    return (
        Unit(f"part-{number:06d}", (job, f"part-{number:06d}", piece))
        for number, piece in enumerate(job.pieces.pieces())
    )


def _digest(job: Job, input_sha256: str) -> str:
    """Return the hash of what decides the parts; where and by how many they are made does not."""
    decides = {
        "input": input_sha256,
        "columns": job.columns,
        "wanted": job.wanted,
        "carry": job.carry,
        "system": job.scorer.system,
        "options": dict(job.scorer.options),
        "versions": dict(versions()),
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def _require_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out.name}: is a file. Name a folder for the parts.")
    own = _OWN if (out / PARTS / WORK).exists() else {PARTS}
    others = sorted(path.name for path in out.iterdir()) if out.exists() else []
    others = [name for name in others if name not in own and not name.startswith(".")]
    if others:
        raise InputError(
            f"{out}: holds other files ({others[0]}). Choose a new or an empty folder."
        )


def _refuse_head(pieces: Pieces, scorer: Scorer, matched: ColumnMap) -> None:
    """Refuse a file whose first rows show that it must not be scored."""
    if scorer.signs is None or scorer.refuse is None:
        return
    piece = next(iter(pieces.pieces()))
    _, table = next(iter(pieces.tables(piece, list(matched.matched.values()))))
    found = validate_arrow(table, scorer.fields, matched.matched, decimal=pieces.decimal)
    scorer.refuse(scorer.signs(found, matched.matched), matched, table.num_rows)


def _refuse_whole(parts: list[Part], job: Job, matched: ColumnMap, out: Path) -> None:
    """Refuse a file that only as a whole shows that it must not be scored; its answers go."""
    if job.scorer.refuse is None:
        return
    signs: list[Signs] = [part.summary["signs"] for part in parts]
    rows = sum(part.summary["rows"] for part in parts)
    try:
        job.scorer.refuse(join_signs(signs), matched, rows)
    except InputError:
        for folder in (out / REJECTS, out / PARTS):
            shutil.rmtree(folder, ignore_errors=True)
        for name in (CSV, PARQUET):
            (out / name).unlink(missing_ok=True)
        raise


def _reported(
    parts: list[Part], job: Job, matched: ColumnMap, input_sha256: str, out: Path, began: float
) -> dict[str, Any]:
    """Write the joined rejects and the report beside the parts, and return the report."""
    join_rejects([rejects_of(job.rejects, p.key) for p in parts if p.summary["rejects"]], out)
    report = _report(parts, job, matched)
    report["input"] = {"name": job.pieces.path.name, "sha256": input_sha256}
    seconds = time.perf_counter() - began
    report |= {"seconds": round(seconds, 3), "rows_per_second": round(report["rows"] / seconds)}
    with whole(out / REPORT) as unfinished:
        write_json(unfinished, report)
    return report


def _report(parts: list[Part], job: Job, matched: ColumnMap) -> dict[str, Any]:
    rows = sum(part.summary["rows"] for part in parts)
    refused = sum(part.summary["refused"] for part in parts)
    findings: Counter[tuple[str, str, str]] = Counter()
    decisions: Counter[str] = Counter()
    for part in parts:
        for column, rule, severity, cells in part.summary["findings"]:
            findings[column, rule, severity] += cells
        decisions.update(part.summary["decisions"])
    return {
        "rows": rows,
        "scored": rows - refused,
        "refused": refused,
        "rejects": sum(part.summary["rejects"] for part in parts),
        "decisions": dict(sorted(decisions.items())),
        "answers": list(job.wanted),
        "columns": matched.to_dict(),
        "findings": [
            {"column": column, "rule": rule, "severity": severity, "cells": cells}
            for (column, rule, severity), cells in sorted(findings.items())
        ],
        "notes": list(job.pieces.notes),
        "parts": len(parts),
        "system": job.scorer.system,
        "model": job.scorer.model,
        "model_sha256": job.scorer.sha256,
        "options": dict(job.scorer.options),
        "versions": dict(versions()),
    }
