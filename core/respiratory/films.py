"""Films as paths name them, read one at a time."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from core.errors import InputError

T = TypeVar("T")

MAX_BYTES = 2**30
"""Largest file that is read; it has to fit in memory."""


def films(paths: Iterable[Path]) -> Iterator[tuple[str, bytes | InputError]]:
    """Yield name and content of every file, or why it cannot be had; files as in :func:`listed`."""
    for name, source in listed(paths):
        yield name, source if isinstance(source, InputError) else film(source)


def listed(paths: Iterable[Path]) -> Iterator[tuple[str, Path | InputError]]:
    """Yield name and path of every file, or why there is none.

    Parameters
    ----------
    paths : iterable of Path
        Files, and folders, of which every file is named in the order of the names. Files and
        folders in a folder whose names begin with a dot are passed over.
    """
    for path in paths:
        inside = sorted(_inside(path)) if path.is_dir() else [path]
        if not inside:
            yield called(path), InputError(f"{called(path)}: holds no file. Check the path.")
        for file in inside:
            yield called(file), file


def film(path: Path) -> bytes | InputError:
    """Return the content of a file, or why it cannot be had."""
    return look_into(path, called(path), lambda file: file.read())


def look_into(path: Path, name: str, look: Callable[[io.BufferedReader], T]) -> T | InputError:
    """Return what ``look`` finds in a file, or why the file cannot be had under its name."""
    try:
        if not path.exists():
            return InputError(f"{name}: there is no such file. Check the path.")
        if not path.is_file():
            return InputError(f"{name}: is not a file. Give the path of an image or an archive.")
        if path.stat().st_size > MAX_BYTES:
            return InputError(
                f"{name}: is larger than {MAX_BYTES // 2**30} GiB. Give its images one by one."
            )
        with path.open("rb") as file:
            return look(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return InputError(f"{name}: cannot be read ({reason}). Check the path and its permissions.")


def called(path: Path) -> str:
    """Return a path as text that can be written anywhere, whatever bytes it has on the disk."""
    return os.fsencode(path).decode("utf-8", "replace")


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path
