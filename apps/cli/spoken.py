"""What every verb shares: how it is grouped, how it reads, writes, prints and ends."""

from __future__ import annotations

import contextlib
import datetime
import glob
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Protocol

import typer
from typer.core import TyperGroup

from core import json_input
from core.errors import InputError, NotEnoughDataError, SuiteError

if TYPE_CHECKING:
    from core.artifacts import Artifact

EXIT_FAILED = 1
EXIT_REFUSED = 2
EXIT_NOT_ENOUGH = 3
MAX_JSON_BYTES = 64 * 1024
WIPE = "\r\x1b[K"
"""Clears the line of a terminal."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Columns = Annotated[
    str | None, typer.Option(metavar="JSON", help='Column of a field: {"age": "Age (y)"}.')
]
Created = Annotated[
    datetime.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Declared date; by default that of the suite's."),
]
Issued = Annotated[
    datetime.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Date on the report; by default today."),
]
RecordFile = Annotated[
    Path, typer.Argument(metavar="RECORD.json", help="Record as JSON; - reads standard input.")
]


class Spoken(TyperGroup):
    """A group whose verbs end in a sentence and an exit status, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; turn an error of the suite or of the file system into a sentence."""
        try:
            return super().invoke(ctx)
        except NotEnoughDataError as error:
            end(error.message, EXIT_NOT_ENOUGH)
        except SuiteError as error:
            end(error.message, EXIT_REFUSED)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            end(f"{place}{error.strerror or error}.", EXIT_REFUSED)


def group(text: str) -> typer.Typer:
    """Return an empty group of verbs with its help text."""
    return typer.Typer(
        cls=Spoken,
        help=text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def record(
    source: Path,
    most: int = MAX_JSON_BYTES,
    fix: str = "Give one patient.",
    deepest: int = json_input.MAX_DEPTH,
) -> dict[str, Any]:
    """Read one record, as a JSON object of field names and values.

    Parameters
    ----------
    source : Path
        The file; ``-`` is standard input.
    most : int, optional
        Largest document, in bytes.
    fix : str, optional
        How to mend a larger one.
    deepest : int, optional
        Levels of nesting that are read.
    """
    if str(source) == "-":
        data, name = typer.get_binary_stream("stdin").read(most + 1), "standard input"
    else:
        with source.open("rb") as file:
            data, name = file.read(most + 1), source.name
    if len(data) > most:
        raise InputError(f"{name}: is larger than {most} bytes. {fix}")
    return _object(json_input.loads(data, name, deepest), name)


def option(text: str | None, name: str) -> dict[str, Any] | None:
    """Return the content of an option that holds a JSON object; ``None`` where it is not given."""
    if text is None:
        return None
    return _object(json_input.loads(text.encode("utf-8", "surrogateescape"), name), name)


def _object(content: Any, name: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise InputError(f"{name}: is not a JSON object. Give names with their values.")
    return content


def day(given: datetime.datetime | None) -> datetime.date:
    """Return the day that an option names; today where it is not given."""
    return datetime.datetime.now().astimezone().date() if given is None else given.date()


def require_output(out: Path, source: Path, suffixes: Iterable[str]) -> str:
    """Return the suffix of the file to write, in lower case, once it is one that can be written.

    Raises
    ------
    InputError
        If the suffix is not among those known, or the result would replace its own source.
    """
    known = list(suffixes)
    if out.suffix.lower() not in known:
        raise InputError(f"{out.name}: has no known suffix. Name the result {' or '.join(known)}.")
    if out.exists() and source.exists() and out.samefile(source):
        raise InputError(f"{out.name}: is the input itself. Give the result another name.")
    return out.suffix.lower()


@contextlib.contextmanager
def writing(out: Path) -> Iterator[BinaryIO]:
    """Open a file for writing so that it is either complete or not there.

    Until then it is called ``.OUT.MACHINE.PROCESS.part`` and lies beside the result. What a run
    that was killed left there is removed by the next one for the same result.
    """
    machine = re.sub(r"\W", "", platform.node())
    _forget_unfinished(out, machine)
    part = out.with_name(f".{out.name}.{machine}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _forget_unfinished(out: Path, machine: str) -> None:
    """Remove the unfinished results of processes of this machine that are no more."""
    if sys.platform == "win32":
        return  # asking for a process by its number would end it there
    for part in out.parent.glob(f".{glob.escape(out.name)}.{machine}.*.part"):
        process = part.suffixes[-2].removeprefix(".")
        if process.isdecimal() and not _lives(int(process)):
            part.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)  # signal 0 asks and does nothing
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # another user's, or no number that a process may have
    return True


def write(out: Path, content: bytes) -> None:
    """Write a file so that it is either complete or not there."""
    with writing(out) as file:
        file.write(content)


class Train(Protocol):
    """A system's training."""

    def __call__(self, out: Path, *, created: datetime.date) -> Artifact:
        """Train every model into a folder and seal it."""


def retrain(
    train: Train, own: Artifact, out: Path, created: datetime.datetime | None, as_json: bool
) -> None:
    """Train a system's models into a folder and say whether they equal the suite's own."""
    declared = datetime.date.fromisoformat(own.manifest["created"])
    artifact = train(out, created=created.date() if created else declared)
    own_files = own.manifest["files"]
    same = all(own_files.get(name) == sha for name, sha in artifact.manifest["files"].items())
    result = {"out": str(out), "model": artifact.tag, "same_as_the_suite": same}
    verdict = "equal the suite's own to the byte" if same else "differ from the suite's own"
    print_result(result, [f"{artifact.tag} in {out}: the files {verdict}."], as_json)


def report(out: Path, source: Path, made: Callable[[], bytes], as_json: bool) -> None:
    """Write a PDF that is made once its name is known to be good, and say where it is."""
    require_output(out, source, (".pdf",))
    content = made()
    write(out, content)
    print_result({"out": str(out), "bytes": len(content)}, [f"Report: {out}"], as_json)


def print_result(
    result: Mapping[str, object] | list[Any], lines: Iterable[str], as_json: bool
) -> None:
    """Print a result as one JSON document, or its lines for people."""
    if as_json:
        typer.echo(json.dumps(result, indent=1, allow_nan=False))
        return
    for line in lines:
        typer.echo(line)


def end(sentence: str, status: int) -> None:
    """End the verb with a sentence on standard error and an exit status."""
    typer.echo(sentence, err=True)
    raise typer.Exit(status)
