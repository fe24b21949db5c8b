"""What the verbs share that answer for a table of any size, part by part, into a folder."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.spoken import WIPE, end, print_result
from core.errors import InputError

if TYPE_CHECKING:
    from core.scale import Choices

EXIT_STOPPED = 130
"""What shells give for a command ended by Ctrl-C."""

Out = Annotated[
    Path,
    typer.Argument(
        metavar="OUT", help="Result, .csv or .parquet; without suffix a folder, for any size."
    ),
]
Only = Annotated[
    str | None,
    typer.Option(metavar="ANSWERS", help="Folder: the answers wanted, such as p,decision."),
]
Carry = Annotated[
    bool, typer.Option("--carry/--no-carry", help="Folder: whether the input's columns go along.")
]
Workers = Annotated[
    int | None,
    typer.Option(min=0, help="Folder: worker processes; 0 stays in this one, with its threads."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Folder: a running Dask scheduler, tcp://host:8786."),
]

_TOO_LARGE = frozenset({"too-large", "too-many-rows", "too-many-cells"})
_SECONDS = 1.0


def is_folder(out: Path, **for_folders: object) -> bool:
    """Return whether the result is a folder of parts: it is one, or its name has no suffix.

    Raises
    ------
    InputError
        If it is a file, but an option was given that only a folder has.
    """
    if not out.suffix or out.is_dir():
        return True
    given = [name for name, value in for_folders.items() if value is not None and value is not True]
    if given:
        option = "no-carry" if given[0] == "carry" else given[0]
        raise InputError(
            f"--{option}: needs a folder as the result, and {out.name} is a "
            f"file. Name the result without suffix, such as {out.with_suffix('').name}."
        )
    return False


@contextlib.contextmanager
def pointing_to_folders(out: Path) -> Iterator[None]:
    """Say of a table too large for a file that a folder takes it."""
    try:
        yield
    except InputError as error:
        if not any(problem.rule in _TOO_LARGE for problem in error.problems):
            raise
        raise InputError(
            f"{error.message} Or score it as it is, part by part: name a folder as the result, "
            f"such as {out.with_suffix('').name}.",
            error.problems,
        ) from error


def choices(
    columns: dict[str, Any] | None,
    only: str | None,
    carry: bool,
    workers: int | None,
    scheduler: str | None,
) -> Choices:
    """Return what was chosen on the command line, for the verb."""
    return {
        "columns": columns,
        "only": None if only is None else [name.strip() for name in only.split(",")],
        "carry": carry,
        "workers": workers or 0,
        "scheduler": scheduler,
    }


def score_folder(
    verb: Callable[..., dict[str, Any]], source: Path, out: Path, as_json: bool, **chosen: Any
) -> None:
    """Score a table into a folder; progress goes to standard error, the report is printed.

    Ctrl-C ends it with exit status 130; the finished parts stay, and the same command goes on.
    """
    progress = Progress()
    try:
        report = verb(source, out, on_progress=None if as_json else progress, **chosen)
    except KeyboardInterrupt:
        said = f"Stopped. The finished parts stay in {out}: run the same command again to go on."
        progress.wipe()
        end(said, EXIT_STOPPED)
    progress.wipe()
    text = [
        f"{report['scored']} rows scored, {report['refused']} refused: {out}",
        f"{report['parts']} parts; reasons of the refused rows in {out / 'rejects.csv'}.",
        *report["notes"],
    ]
    print_result({**report, "out": str(out)}, text, as_json)


class Progress:
    """Says how far a run is, at most once a second, on one line of a terminal."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._shown = False

    def __call__(self, done: int, total: int | None) -> None:
        """Say it, unless it was said within the last second."""
        if time.monotonic() - self._last < _SECONDS:
            return
        self._last = time.monotonic()
        said = f"{done} of {total} parts" if total else f"{done} parts"
        self._shown = sys.stderr.isatty()
        if self._shown:
            typer.echo(f"{WIPE}{said}", err=True, nl=False)
        else:
            typer.echo(said, err=True)

    def wipe(self) -> None:
        """Leave the line to what comes next."""
        if self._shown:
            typer.echo(WIPE, err=True, nl=False)
