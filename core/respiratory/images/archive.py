"""Archives in a batch: opened entry by entry, within limits, never unpacked to the disk."""

from __future__ import annotations

import errno
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from core.errors import InputError
from core.respiratory.images import kinds
from core.respiratory.images.limits import (
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_UNPACKED,
    RATIO_FROM,
    refusal,
    shown,
    size,
)

_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1 | 0x40
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others inflate past any limit at once
_BLOCK = 2**20
_OUTSIDE = re.compile(r"^(?:[/\\]|[A-Za-z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)")

Item = tuple[str, bytes | InputError]


def expand(files: Iterable[tuple[str, bytes]]) -> Iterator[Item]:
    """Yield every file of a batch; a zip archive gives its entries, one at a time.

    Parameters
    ----------
    files : iterable of (name, content)
        What the user handed over, in order.

    Yields
    ------
    name : str
        The file's name; an entry is called ``archive.zip/folder/film.png``.
    content : bytes or InputError
        The bytes, or why there are none: encrypted, nested, too large, damaged, or with a name
        that points outside the archive. The other entries and files still come.

    Notes
    -----
    Folders, hidden files and what macOS adds (``__MACOSX``) are passed over.
    """
    for name, content in files:
        if kinds.is_zip(content):
            yield from entries(name, io.BytesIO(content))
        else:
            yield name, content


def entries(name: str, stream: BinaryIO, first: int = 0, last: int | None = None) -> Iterator[Item]:
    """Yield the entries of an archive, or those of one of its :func:`parts`.

    Parameters
    ----------
    name : str
        Of the archive.
    stream : binary file
        The archive, at any position.
    first, last : int, optional
        The part; by default the whole archive.

    Yields
    ------
    name, content
        As in :func:`expand`.

    Raises
    ------
    OSError
        If the disk fails while the archive is read.
    """
    opened = _opened(name, stream, counted=bool(first or last))
    if isinstance(opened, InputError):
        yield name, opened
        return
    with opened as archive:
        wanted = _wanted(archive)
        if not wanted:
            yield name, refusal(name, "is a zip archive without files; pack the films again.")
        left = MAX_UNPACKED
        for info in wanted[:MAX_ENTRIES][first:last]:
            if left <= 0:
                yield name, _too_much(name)
                return
            item = _entry(archive, name, info)
            left -= len(item[1]) if isinstance(item[1], bytes) else 0
            yield item
            del item  # the next entry is read when this one can be forgotten
        if last is None and len(wanted) > MAX_ENTRIES:
            yield name, _too_many(name, len(wanted))


def parts(stream: BinaryIO, n: int) -> list[tuple[int, int | None]]:
    """Return ranges of n entries that give, one after the other, what the whole archive gives.

    An archive that may unpack to more than is read is not divided: where its reading ends depends
    on every entry before.
    """
    opened = _opened("", stream)
    if isinstance(opened, InputError):
        return [(0, None)]
    with opened as archive:
        wanted = _wanted(archive)[:MAX_ENTRIES]
    declared = sum(info.file_size for info in wanted if not _reason_against(info))
    if declared >= MAX_UNPACKED:
        return [(0, None)]
    starts = list(range(0, len(wanted), n)) or [0]
    return list(zip(starts, [*starts[1:], None], strict=True))


def _opened(name: str, stream: BinaryIO, *, counted: bool = False) -> zipfile.ZipFile | InputError:
    # Counted before the library builds an object for each; a part was, when it was divided
    found, length = (0, 0) if counted else _directory_entries(stream)
    if found > 4 * MAX_ENTRIES:
        return _too_many(name, found)
    try:
        return zipfile.ZipFile(stream)
    except Exception as error:  # damaged directories raise many things
        _raise_if_of_the_disk(error)
        return refusal(
            name,
            f"is a zip archive ({size(length)}) that is cut short or damaged: its directory "
            "cannot be read. Copy or pack it again.",
        )


def _directory_entries(stream: BinaryIO) -> tuple[int, int]:
    """Return how many entries an archive seems to have, and its length in bytes."""
    stream.seek(0)
    found = length = 0
    tail = b""
    while block := stream.read(_BLOCK):
        found += (tail + block).count(_DIRECTORY_ENTRY)
        tail = (tail + block)[1 - len(_DIRECTORY_ENTRY) :]
        length += len(block)
    return found, length


def _raise_if_of_the_disk(error: Exception) -> None:
    # EINVAL is what a place before the start of the file gives, which a damaged archive may name
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        raise error


def _too_many(name: str, n: int) -> InputError:
    return refusal(
        name,
        f"holds {n:,} files; of an archive the first {MAX_ENTRIES:,} are read. Split it.",
    )


def _too_much(name: str) -> InputError:
    return refusal(
        name, f"unpacks to more than {size(MAX_UNPACKED)}; the rest of it is not read. Split it."
    )


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [info for info in archive.infolist() if _is_wanted(info.filename)]


def _is_wanted(filename: str) -> bool:
    steps = [step for step in re.split(r"[/\\]", filename) if step]
    hidden = any(step.startswith(".") and step not in (".", "..") for step in steps)
    # is_dir() of the library fails at an entry without a name
    return not (filename.endswith("/") or hidden or "__MACOSX" in steps)


def _entry(archive: zipfile.ZipFile, name: str, info: zipfile.ZipInfo) -> Item:
    label = f"{shown(name)}/{shown(info.filename)}"
    reason = _reason_against(info)
    if reason:
        return label, InputError(f"{label} {reason}")
    try:
        with archive.open(info) as stream:
            content = stream.read(MAX_BYTES + 1)
    except Exception as error:  # a damaged entry raises many things
        _raise_if_of_the_disk(error)
        return label, InputError(
            f"{label} is damaged: its checksum or its compressed data are wrong. Pack it again."
        )
    if len(content) > MAX_BYTES:
        return label, InputError(f"{label} {_large(len(content))}")
    if kinds.is_zip(content):
        return label, InputError(f"{label} is an archive inside an archive; unpack it first.")
    return label, content


def _reason_against(info: zipfile.ZipInfo) -> str:
    """Return why an entry is not even opened, empty if it may be."""
    if _OUTSIDE.search(info.filename):
        return "has a name that points outside its archive; rename it and pack it again."
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; unpack it with its password, then pack it without one."
    if info.compress_type not in _METHODS:
        return (
            f"is compressed by method {info.compress_type}, which is not read here; "
            "pack it as an ordinary zip (deflate)."
        )
    if info.file_size > MAX_BYTES:
        return _large(info.file_size)
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size):
        return (
            f"unpacks from {size(info.compress_size)} to {size(info.file_size)}, more than "
            f"{MAX_RATIO} for 1, as no film does; give the file itself."
        )
    return ""


def _large(n: int) -> str:
    return f"unpacks to {size(n)}; a file may have {size(MAX_BYTES)}. Export it smaller."
