"""How far a long batch of films is, told at a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import typer

from apps.cli.spoken import WIPE

QUIET = 20
"""Films that are read without a sign of progress."""


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
