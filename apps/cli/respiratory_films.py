"""Films as they are named on the command line, read one at a time."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from core.errors import InputError

if TYPE_CHECKING:
    from core.respiratory.predict import Content

MAX_BYTES = 2**30
"""Largest file that is read; it has to fit in memory."""
WIPE = "\r\x1b[K"
QUIET = 20
"""Films that are read without a sign of progress."""


def films(paths: Iterable[Path]) -> Iterator[tuple[str, Content]]:
    """Yield name and content of every file, or why it cannot be had.

    Parameters
    ----------
    paths : iterable of Path
        Files, and folders, of which every file is read in the order of the names. Files and
        folders in a folder whose names begin with a dot are passed over.
    """
    for path in paths:
        inside = sorted(_inside(path)) if path.is_dir() else [path]
        if not inside:
            yield called(path), InputError(f"{called(path)}: holds no file. Check the path.")
        for file in inside:
            yield called(file), film(file)


def film(path: Path) -> Content:
    """Return the content of a file, or why it cannot be had."""
    name = called(path)
    try:
        if not path.exists():
            return InputError(f"{name}: there is no such file. Check the path.")
        if not path.is_file():
            return InputError(f"{name}: is not a file. Give the path of an image or an archive.")
        if path.stat().st_size > MAX_BYTES:
            return InputError(
                f"{name}: is larger than {MAX_BYTES // 2**30} GiB. Give its images one by one."
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return InputError(f"{name}: cannot be read ({reason}). Check the path and its permissions.")


def called(path: Path) -> str:
    """Return a path as text that can be written anywhere, whatever bytes it has on the disk."""
    return os.fsencode(path).decode("utf-8", "replace")


@contextlib.contextmanager
def progress(shown: bool) -> Iterator[Callable[[int, str], None] | None]:
    """Give what tells a person how far a long batch is, on standard error, and wipe it at the end.

    Parameters
    ----------
    shown : bool
        Whether the readings themselves are printed as they come, which tells enough at a terminal.
    """
    if not sys.stderr.isatty() or (shown and sys.stdout.isatty()):
        yield None
        return
    from core.report.text import one_line

    def tell(done: int, name: str) -> None:
        if done > QUIET:
            typer.echo(f"{WIPE}{done} read, last {one_line(name, 60)}", err=True, nl=False)

    yield tell
    typer.echo(WIPE, err=True, nl=False)


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path
