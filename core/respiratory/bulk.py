"""Thousands of films: read in parts, here or elsewhere, joined into one table.

The films are named and hashed first, so that the parts of one batch are never mixed with those of
other films, another network, other models or other versions of the code. Beyond that, memory holds
the films of one part for each worker, and paths and hashes of the others.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import hashlib
import io
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.artifacts import write_json
from core.errors import InputError, SuiteError
from core.respiratory import runtime
from core.respiratory.films import listed, look_into
from core.respiratory.images import archive, kinds
from core.respiratory.predict import UNEXPECTED, Content, find_network, readings
from core.respiratory.schema import Network
from core.respiratory.table import result_table
from core.scale.parts import sha256, whole, withdraw
from core.scale.run import Part, Progress, Unit, Work, run
from core.scale.versions import versions
from core.scale.workers import disk_sentence
from core.tables import to_csv, to_parquet

FILMS = 16
"""Films of one part."""
PARTS, READINGS, REJECTS, REPORT = "parts", "readings.csv", "rejects.csv", "report.json"
REJECT_COLUMNS = ("file", "status", "reason", "sha256")

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A film, or some entries of an archive.

    Attributes
    ----------
    name : str
        Of the file, as it was given.
    path : str
        Where the file lies, in full.
    sha256 : str
        Of the file; empty where there is none.
    reason : str
        Why there is none.
    stamp : (int, int), optional
        Size and time of the last change of an archive; ``None`` for a film.
    first, last : int, optional
        Which of its entries.
    """

    name: str
    path: str = ""
    sha256: str = ""
    reason: str = ""
    stamp: tuple[int, int] | None = None
    first: int = 0
    last: int | None = None


def batch(
    paths: Sequence[Path],
    out: Path,
    model: Network | str = Network.ENSEMBLE,
    *,
    workers: int = 0,
    scheduler: str | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Read any number of films into one table, or the rest of them after an interruption.

    Parameters
    ----------
    paths : sequence of Path
        Images, zip archives, and folders, of which every file is read in the order of the names.
    out : Path
        Folder for the finished parts, ``readings.csv`` (one row a film, in order, with the bytes
        that :func:`core.respiratory.write_csv` gives), ``rejects.csv`` (films that were refused or
        could not be read) and ``report.json``; new, or one of this batch.
    model : Network or str
        Which network to ask.
    workers, scheduler, on_progress, should_stop
        As in :func:`core.scale.run.run`.

    Returns
    -------
    dict
        What stands in ``report.json``.

    Raises
    ------
    InputError
        If there is no such network, or the folder lies among the films, holds other files or
        belongs to another batch.
    ArtifactError
        If the model folder cannot be used.
    SuiteError
        If a film changed in the meantime, or as in :func:`core.scale.run.run`.
    """
    network, tag = find_network(model), runtime.artifact().tag
    _check_folder(out, paths)
    pieces = list(_pieces(paths))
    groups = list(_groups(pieces))
    units = [Unit(f"{i:07d}", (group, str(network))) for i, group in enumerate(groups)]
    digest = _digest(pieces, network, tag)
    withdraw(out / REPORT, out / PARTS, digest)
    made = run(
        Work("reading of films", digest, write_part, units, ".parquet", len(units)),
        out.absolute() / PARTS,
        workers=workers,
        scheduler=scheduler,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    try:
        return _join(made, out, {"model": str(network), "artifact": tag, "digest": digest})
    except OSError as error:
        raise SuiteError(disk_sentence(error, "The reading of films")) from error


def write_part(path: Path, pieces: Sequence[Piece], model: str) -> dict[str, int]:
    """Read the films of one part into a table, and count what became of them.

    Raises
    ------
    SuiteError
        If a film is no longer what it was when the batch began.
    """
    found = list(readings(_contents(pieces), model))
    path.write_bytes(to_parquet(result_table(found)))
    status = collections.Counter(one.status for one in found)
    return {
        "films": len(found),
        "read": status["ok"],
        "refused": status["refused"],
        "not_readable": status["error"],
        "decided": sum(one.decision is not None for one in found),
        "covid_alerts": sum(bool(one.covid_alert) for one in found),
    }


def _check_folder(out: Path, paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir() and out.resolve().is_relative_to(path.resolve()):
            raise InputError(f"out: {out} lies in the folder of films {path}. Choose another.")
    if out.is_dir() and any(out.iterdir()) and not (out / PARTS).is_dir():
        raise InputError(f"out: {out} holds other files. Choose a new folder.")


def _pieces(paths: Iterable[Path]) -> Iterator[Piece]:
    for name, source in listed(paths):
        if isinstance(source, InputError):
            yield Piece(name, reason=source.message)
            continue
        full = source.absolute()
        film = Piece(name, str(full))
        found = look_into(full, name, functools.partial(_divided, film))
        if isinstance(found, InputError):
            yield Piece(name, reason=found.message)
        else:
            yield from found


def _divided(film: Piece, file: io.BufferedReader) -> list[Piece]:
    """Return a file as it is read: whole, or in parts where it is an archive."""
    stamp = _stamp(film.path)
    known = dataclasses.replace(film, sha256=hashlib.file_digest(file, "sha256").hexdigest())
    file.seek(0)
    if not kinds.is_zip(file.read(4)):
        return [known]
    return [
        dataclasses.replace(known, stamp=stamp, first=first, last=last)
        for first, last in archive.parts(file, FILMS)
    ]


def _groups(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, ...]]:
    """Yield what is read together: some films, or one part of an archive."""
    together: list[Piece] = []
    for piece in pieces:
        if together and (piece.stamp is not None or len(together) == FILMS):
            yield tuple(together)
            together = []
        if piece.stamp is not None:
            yield (piece,)
        else:
            together.append(piece)
    if together:
        yield tuple(together)


def _digest(pieces: Iterable[Piece], network: Network, tag: str) -> str:
    decides = [str(network), tag, dict(versions())]
    total = hashlib.sha256(json.dumps(decides, sort_keys=True).encode())
    for piece in pieces:
        decisive = [piece.name, piece.sha256, piece.reason, piece.first, piece.last]
        total.update(json.dumps(decisive).encode())
    return total.hexdigest()


def _contents(pieces: Iterable[Piece]) -> Iterator[tuple[str, Content]]:
    for piece in pieces:
        if piece.reason:
            yield piece.name, InputError(piece.reason)
        elif piece.stamp is not None:
            yield from _entries(piece)
        else:
            content = look_into(Path(piece.path), piece.name, lambda file: file.read())
            if isinstance(content, InputError):
                raise SuiteError(content.message)
            if hashlib.sha256(content).hexdigest() != piece.sha256:
                raise _changed(piece)
            yield piece.name, content


def _entries(piece: Piece) -> Iterator[tuple[str, Content]]:
    _require_same(piece)
    with Path(piece.path).open("rb") as file:
        try:
            yield from archive.entries(piece.name, file, piece.first, piece.last)
        except OSError:  # says something of the disk, not of the archive
            raise
        except Exception:  # whatever it was, the other films are still to be read
            log.exception("an archive could not be unpacked")
            yield piece.name, InputError(UNEXPECTED)
    _require_same(piece)


def _require_same(piece: Piece) -> None:
    if _stamp(piece.path) != piece.stamp:
        raise _changed(piece)


def _changed(piece: Piece) -> SuiteError:
    return SuiteError(
        f"{piece.name} changed while the batch was read. Leave the films as they are until it has "
        "ended, and run it again, into a new folder."
    )


def _stamp(path: str) -> tuple[int, int]:
    known = Path(path).stat()
    return known.st_size, known.st_mtime_ns


def _join(made: Iterable[Part], out: Path, origin: dict[str, str]) -> dict[str, Any]:
    """Write the rows of all parts, and what became of the films."""
    import pandas as pd

    header = to_csv(result_table(()))
    counts: collections.Counter[str] = collections.Counter()
    with (
        whole(out / READINGS) as every,
        whole(out / REJECTS) as some,
        every.open("wb") as rows,
        some.open("wb") as rejects,
    ):
        rows.write(header)
        rejects.write(_csv_of(REJECT_COLUMNS))
        for part in made:
            counts.update(part.summary)
            table = pd.read_parquet(part.path)
            rows.write(to_csv(table).removeprefix(header))
            rejected = table.loc[table["status"] != "ok", list(REJECT_COLUMNS)]
            rejects.write(to_csv(rejected).removeprefix(_csv_of(REJECT_COLUMNS)))
    written = {name: sha256(out / name) for name in (READINGS, REJECTS)}
    report = {**counts, **origin, "files": written}
    with whole(out / REPORT) as unfinished:
        write_json(unfinished, report)
    return report


def _csv_of(columns: Sequence[str]) -> bytes:
    return (",".join(columns) + "\n").encode()
